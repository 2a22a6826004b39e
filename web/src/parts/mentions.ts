// @names in a note.

export type Part = { text: string } | { mention: string };

/** The note in parts, where the names of people who are known stand apart. */
export function mentions(text: string, people: readonly string[]): Part[] {
  const parts: Part[] = [];
  let from = 0;
  for (const found of text.matchAll(/(?<![\w@.])@([\w][\w.-]*)/g)) {
    // A full stop after a name is the sentence's.
    const name = found[1]?.replace(/[.-]+$/, "") ?? "";
    if (!people.includes(name)) {
      continue;
    }
    if (found.index > from) {
      parts.push({ text: text.slice(from, found.index) });
    }
    parts.push({ mention: name });
    from = found.index + 1 + name.length;
  }
  if (from < text.length) {
    parts.push({ text: text.slice(from) });
  }
  return parts;
}

/** The name being typed before the caret: "om" in "ask @om". */
export function beingTyped(text: string, caret: number): string | null {
  return text.slice(0, caret).match(/(?:^|[\s(])@([\w.-]*)$/)?.[1] ?? null;
}

// Text that an adversary may have written, made harmless to read. React already keeps markup from being markup; what
// is left are characters that make a text look like another one: they reorder it, hide in it, or break the line.

export interface Piece {
  text: string;
  /** The code point's name, "U+202E", where this stands for a character that would not show itself. */
  code?: string;
}

// Controls but tab and line feed; soft hyphen; Arabic letter mark; Mongolian vowel separator; zero-width characters and
// marks of direction; line and paragraph separators; embeddings, overrides and isolates; invisible operators; the byte
// order mark; interlinear annotation; tag characters; lone surrogates; private use; noncharacters; variation selectors
// beyond those of emoji.
// biome-ignore-start lint/suspicious/noControlCharactersInRegex: these are what is looked for
// biome-ignore-start lint/suspicious/noMisleadingCharacterClass: each stands for itself here
const UNSEEN =
  /[\u0000-\u0008\u000B-\u001F\u007F-\u009F\u00AD\u034F\u061C\u115F\u1160\u17B4\u17B5\u180B-\u180F\u200B-\u200F\u2028-\u202E\u2060-\u206F\u3164\uFEFF\uFFA0\uFFF0-\uFFFB\uFFFE\uFFFF]|[\u{E0000}-\u{E0FFF}]|[\u{F0000}-\u{10FFFF}]|[\uE000-\uF8FF]|[\uD800-\uDFFF]/u;
// biome-ignore-end lint/suspicious/noControlCharactersInRegex: as above
// biome-ignore-end lint/suspicious/noMisleadingCharacterClass: as above
const UNSEEN_ALL = new RegExp(UNSEEN.source, "gu");

// A stack of combining marks climbs out of its line and over its neighbours.
const MARKS_KEPT = 3;
const STACKED = new RegExp(`(\\p{M}{${MARKS_KEPT}})\\p{M}+`, "gu");

// Joiners are part of how emoji and several scripts are written: between those they are what they seem.
const JOINER = "\u200D";
const NON_JOINER = "\u200C";
const JOINS_EMOJI = /\p{Extended_Pictographic}\uFE0F?[\u{1F3FB}-\u{1F3FF}]?$/u;
const EMOJI_FOLLOWS = /^\p{Extended_Pictographic}/u;
const JOINING_SCRIPT =
  /[\p{Script=Arabic}\p{Script=Devanagari}\p{Script=Bengali}\p{Script=Malayalam}\p{Script=Sinhala}\p{Script=Kannada}\p{Script=Telugu}\p{Script=Tamil}]/u;

/** The text in pieces: as it is, or the name of a character that would not show itself. */
export function harmless(text: string): Piece[] {
  const calm = text.replaceAll("\r\n", "\n").replace(STACKED, "$1");
  if (!UNSEEN.test(calm)) {
    return calm === "" ? [] : [{ text: calm }];
  }
  const pieces: Piece[] = [];
  let from = 0;
  for (const found of calm.matchAll(UNSEEN_ALL)) {
    const at = found.index;
    if (isJoining(calm, at, found[0])) {
      continue;
    }
    if (at > from) {
      pieces.push({ text: calm.slice(from, at) });
    }
    const code = codeOf(found[0]);
    pieces.push({ text: `‹${code}›`, code });
    from = at + found[0].length;
  }
  if (from < calm.length) {
    pieces.push({ text: calm.slice(from) });
  }
  return pieces;
}

/** The same as one plain text: for titles, labels and canvases. */
export function harmlessText(text: string, longest = Number.POSITIVE_INFINITY): string {
  const { head, rest } = clip(text, longest);
  const shown = harmless(head)
    .map((piece) => piece.text)
    .join("");
  return rest === 0 ? shown : `${shown}…`;
}

/** Every character that would not show itself, line feeds and tabs too, as this says. */
export function withoutUnseen(text: string, instead: (codePoint: number) => string): string {
  const shown = text.replace(UNSEEN_ALL, (character) => instead(character.codePointAt(0) ?? 0));
  return shown.replace(/[\t\n]/g, (character) => instead(character.codePointAt(0) ?? 0));
}

/** The first characters of a text, never half of one, and how many are left out. */
export function clip(text: string, longest: number): { head: string; rest: number } {
  if (text.length <= longest) {
    return { head: text, rest: 0 };
  }
  let cut = longest;
  const last = text.charCodeAt(cut - 1);
  if (last >= 0xd800 && last <= 0xdbff) {
    cut -= 1;
  }
  return { head: text.slice(0, cut), rest: text.length - cut };
}

function isJoining(text: string, at: number, character: string): boolean {
  if (character !== JOINER && character !== NON_JOINER) {
    return false;
  }
  const before = text.slice(Math.max(0, at - 4), at);
  const after = text.slice(at + 1, at + 5);
  if (character === JOINER && JOINS_EMOJI.test(before) && EMOJI_FOLLOWS.test(after)) {
    return true;
  }
  const [previous = ""] = [...before].slice(-1);
  const [next = ""] = [...after];
  const isMark = /\p{M}/u.test(previous);
  return (JOINING_SCRIPT.test(previous) || (isMark && JOINING_SCRIPT.test(before))) && JOINING_SCRIPT.test(next);
}

function codeOf(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  return `U+${code.toString(16).toUpperCase().padStart(4, "0")}`;
}

// What somebody is writing, kept for as long as its tab is open: a session that ends takes the page away, and words
// are nobody's to lose. Whoever signs out drops them, and nobody else is ever shown them.

import { useCallback, useState } from "react";
import { useSession } from "./session";

const PREFIX = "avert-draft ";
// Where the browser keeps nothing, the page does.
const memory = new Map<string, string>();

/** A text that is being written at this place, and how it is changed. An empty one is kept nowhere. */
export function useDraft(place: string, first = ""): [string, (text: string) => void] {
  const { person } = useSession();
  const key = `${ofPerson(person.name)}${place}`;
  const [text, setText] = useState(() => read(key) ?? first);
  const change = useCallback(
    (next: string) => {
      setText(next);
      write(key, next);
    },
    [key],
  );
  return [text, change];
}

/** Drops what everybody else was writing in this tab; with nobody named, what anybody was. */
export function dropDrafts(but?: string): void {
  const own = but === undefined ? undefined : ofPerson(but);
  const isTheirs = (key: string) => key.startsWith(PREFIX) && (own === undefined || !key.startsWith(own));
  for (const key of [...memory.keys()].filter(isTheirs)) {
    memory.delete(key);
  }
  try {
    const kept = window.sessionStorage;
    for (const key of Object.keys(kept).filter(isTheirs)) {
      kept.removeItem(key);
    }
  } catch {
    // Nothing was kept there.
  }
}

function ofPerson(name: string): string {
  return `${PREFIX}${encodeURIComponent(name)} `;
}

function read(key: string): string | undefined {
  try {
    return window.sessionStorage.getItem(key) ?? memory.get(key);
  } catch {
    return memory.get(key);
  }
}

function write(key: string, text: string): void {
  if (text === "") {
    memory.delete(key);
  } else {
    memory.set(key, text);
  }
  try {
    if (text === "") {
      window.sessionStorage.removeItem(key);
    } else {
      window.sessionStorage.setItem(key, text);
    }
  } catch {
    // It is in memory, which is all that can be had.
  }
}

// Keys. Single letters move and open; none of them changes anything, and all of them can be switched off for people
// who dictate or whose hands meet keys by accident.

import { stored } from "./stored";

export const KEYS = "avert.keys";

export interface Shortcut {
  keys: string;
  what: string;
}

export const SHORTCUTS: Shortcut[] = [
  { keys: "j", what: "next row" },
  { keys: "k", what: "previous row" },
  { keys: "Enter", what: "open the row" },
  { keys: "x", what: "select the row" },
  { keys: "/", what: "search on this page" },
  { keys: "g t", what: "go to Today" },
  { keys: "g f", what: "go to Findings" },
  { keys: "g c", what: "go to Cases" },
  { keys: "g p", what: "go to Takedowns" },
  { keys: "g n", what: "go to Notices" },
  { keys: "g a", what: "go to Appeals" },
  { keys: "g j", what: "go to the Journal" },
  { keys: "g s", what: "go to Settings" },
  { keys: "?", what: "this help" },
  { keys: "Ctrl K", what: "find a page, a case or a command (always on)" },
];

const PLACES: Record<string, string> = {
  t: "#/",
  f: "#/findings",
  c: "#/cases",
  p: "#/takedowns",
  n: "#/notices",
  a: "#/appeals",
  j: "#/journal",
  s: "#/settings",
};

const CHORD_MS = 1_500;
let chordAt = 0;

interface Calls {
  openPalette: () => void;
  openHelp: () => void;
}

/** Listens for keys; returns how to stop. */
export function listenForKeys(calls: Calls): () => void {
  const onKey = (event: KeyboardEvent) => {
    if ((event.ctrlKey || event.metaKey) && !event.altKey && event.key.toLowerCase() === "k") {
      event.preventDefault();
      if (document.querySelector("dialog[open]") === null) {
        calls.openPalette();
      }
      return;
    }
    const isPlain = !event.ctrlKey && !event.metaKey && !event.altKey && !event.isComposing;
    if (!isPlain || isTyping(event.target) || document.querySelector("dialog[open]") !== null) {
      return;
    }
    if (stored(KEYS, "on") !== "on") {
      return;
    }
    if (onPlainKey(event.key, calls)) {
      event.preventDefault();
    }
  };
  window.addEventListener("keydown", onKey);
  return () => window.removeEventListener("keydown", onKey);
}

function onPlainKey(key: string, calls: Calls): boolean {
  const inChord = Date.now() - chordAt < CHORD_MS;
  chordAt = 0;
  if (inChord) {
    const place = PLACES[key];
    if (place !== undefined) {
      window.location.hash = place;
      return true;
    }
  }
  switch (key) {
    case "g":
      chordAt = Date.now();
      return true;
    case "j":
      return step(1);
    case "k":
      return step(-1);
    case "x":
      return toggle();
    case "/":
      return search();
    case "?":
      calls.openHelp();
      return true;
    default:
      return false;
  }
}

/** Moves to the next or previous row's own link: Enter then opens it without more ado. */
function step(by: 1 | -1): boolean {
  const links = [...document.querySelectorAll<HTMLElement>("main [data-row-link]")].filter(
    (link) => link.offsetParent !== null,
  );
  if (links.length === 0) {
    return false;
  }
  const row = document.activeElement?.closest("[data-row]");
  const at = links.findIndex((link) => link === document.activeElement || row?.contains(link));
  const next = at === -1 ? (by === 1 ? 0 : links.length - 1) : Math.min(links.length - 1, Math.max(0, at + by));
  links[next]?.focus();
  links[next]?.scrollIntoView({ block: "nearest" });
  return true;
}

function toggle(): boolean {
  const row = document.activeElement?.closest("[data-row]");
  const box = row?.querySelector<HTMLInputElement>("input[type=checkbox]");
  box?.click();
  return box !== null && box !== undefined;
}

function search(): boolean {
  const field = document.querySelector<HTMLInputElement>("main input[type=search]");
  field?.focus();
  field?.select();
  return field !== null;
}

function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) {
    return false;
  }
  if (target instanceof HTMLInputElement) {
    return !["checkbox", "radio", "button", "range"].includes(target.type);
  }
  return target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement || target.isContentEditable;
}

// Addresses after the hash, so that every page and what is picked on it can be linked to without the server's help.

import { type ReactNode, useSyncExternalStore } from "react";
import { harmlessText } from "../parts/harmless";

export interface Route {
  /** The parts of the path: ["cases", "case-1"]. */
  path: string[];
  query: URLSearchParams;
}

let route = parse(window.location.hash);
const watchers = new Set<() => void>();

window.addEventListener("hashchange", () => {
  route = parse(window.location.hash);
  for (const watcher of watchers) {
    watcher();
  }
});

export function parse(hash: string): Route {
  const [path = "", query = ""] = hash.replace(/^#\/?/, "").split("?", 2);
  return {
    path: path
      .split("/")
      .filter((part) => part !== "")
      .map(decoded),
    query: new URLSearchParams(query),
  };
}

export function useRoute(): Route {
  return useSyncExternalStore(
    (watcher) => {
      watchers.add(watcher);
      return () => watchers.delete(watcher);
    },
    () => route,
  );
}

export function href(path: string[], query: Record<string, string | null | undefined> = {}): string {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value) {
      parameters.set(name, value);
    }
  }
  const words = parameters.toString();
  return `#/${path.map(encodeURIComponent).join("/")}${words === "" ? "" : `?${words}`}`;
}

export function go(to: string): void {
  window.location.hash = to;
}

/** Changes what is picked on this page; null takes it out. Picking is no step to come back to. */
export function pick(changes: Record<string, string | null>): void {
  const query = new URLSearchParams(route.query);
  for (const [name, value] of Object.entries(changes)) {
    if (value === null || value === "") {
      query.delete(name);
    } else {
      query.set(name, value);
    }
  }
  window.history.replaceState(null, "", href(route.path, Object.fromEntries(query)));
  route = parse(window.location.hash);
  for (const watcher of watchers) {
    watcher();
  }
}

const HOMES: Record<string, string> = {
  fnd: "findings",
  fd: "findings",
  case: "cases",
  tp: "takedowns",
  nl: "notices",
  ap: "appeals",
};

/** Where a subject of the journal is shown, if it is. */
export function homeOf(subject: string): string | undefined {
  const home = HOMES[subject.split("-")[0] ?? ""];
  return home === undefined ? undefined : href([home, subject]);
}

/** A subject by its id, as a link where there is a page for it. */
export function Subject({ id, children }: { id: string; children?: ReactNode }) {
  const home = homeOf(id);
  const shown = children ?? <code>{harmlessText(id, 120)}</code>;
  return home === undefined ? shown : <a href={home}>{shown}</a>;
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

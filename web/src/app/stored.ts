// What a person likes, kept in this browser. Private windows may refuse to keep it: then it holds for the page.

import { useSyncExternalStore } from "react";

const memory = new Map<string, string>();
const watchers = new Set<() => void>();

export function stored(name: string, otherwise: string): string {
  try {
    return window.localStorage.getItem(name) ?? memory.get(name) ?? otherwise;
  } catch {
    return memory.get(name) ?? otherwise;
  }
}

export function store(name: string, value: string): void {
  memory.set(name, value);
  try {
    window.localStorage.setItem(name, value);
  } catch {
    // It is in memory, which is all that can be had.
  }
  for (const watcher of watchers) {
    watcher();
  }
}

export function useStored(name: string, otherwise: string): string {
  return useSyncExternalStore(
    (watcher) => {
      watchers.add(watcher);
      return () => watchers.delete(watcher);
    },
    () => stored(name, otherwise),
  );
}

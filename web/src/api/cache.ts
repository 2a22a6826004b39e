// What was read from the server, by path. Pages ask with `useQuery`; events say what is no longer so. Only what some
// page shows is read again; the rest is read anew when a page asks for it.

import { useCallback, useSyncExternalStore } from "react";
import { get, Problem } from "./client";

export interface Answer<T> {
  data: T | undefined;
  problem: Problem | undefined;
  loading: boolean;
}

interface Entry {
  answer: Answer<unknown>;
  watchers: Set<() => void>;
  stale: boolean;
  inFlight: boolean;
  /** A change arrived while it was being read: what comes may be old already. */
  again: boolean;
  /** How long the last reading took: slow answers are asked for less often. */
  tookMs: number;
  readAt: number;
  timer: ReturnType<typeof setTimeout> | undefined;
}

const KEPT = 60;
const LEAST_BETWEEN_MS = 700;
const RETRY_MS = 5_000;
const NOTHING: Answer<never> = { data: undefined, problem: undefined, loading: false };
const LOADING: Answer<never> = { data: undefined, problem: undefined, loading: true };
const entries = new Map<string, Entry>();

/** What the server says at this path, kept up to date; nothing while the path is null. */
export function useQuery<T>(path: string | null): Answer<T> {
  const subscribe = useCallback((watcher: () => void) => (path === null ? () => {} : watch(path, watcher)), [path]);
  const snapshot = () => (path === null ? NOTHING : (entries.get(path)?.answer ?? LOADING));
  return useSyncExternalStore(subscribe, snapshot) as Answer<T>;
}

/** Puts in what an action answered with, so that the page shows it at once. */
export function put(path: string, data: unknown): void {
  const entry = entryOf(path);
  entry.answer = { data, problem: undefined, loading: false };
  entry.readAt = Date.now();
  entry.stale = false;
  tell(entry);
}

/** Says that what these paths gave is no longer so. */
export function invalidate(affected: (path: string) => boolean): void {
  for (const [path, entry] of entries) {
    if (affected(path)) {
      entry.stale = true;
      if (entry.watchers.size > 0) {
        readSoon(path, entry);
      }
    }
  }
}

/** Forgets everything: another person has signed in, or nobody is signed in any more. */
export function forgetAll(): void {
  for (const [path, entry] of entries) {
    clearTimeout(entry.timer);
    if (entry.watchers.size === 0) {
      entries.delete(path);
    } else {
      entry.answer = LOADING;
      entry.stale = true;
    }
  }
}

function watch(path: string, watcher: () => void): () => void {
  const entry = entryOf(path);
  entry.watchers.add(watcher);
  if (entry.stale && !entry.inFlight) {
    void read(path, entry);
  }
  return () => {
    entry.watchers.delete(watcher);
    if (entry.watchers.size === 0) {
      // Nobody looks, so no event will keep it fresh by itself: whoever asks next gets it at once and anew.
      entry.stale = true;
      clearTimeout(entry.timer);
      entry.timer = undefined;
      dropOldest();
    }
  };
}

function entryOf(path: string): Entry {
  let entry = entries.get(path);
  if (entry === undefined) {
    entry = {
      answer: LOADING,
      watchers: new Set(),
      stale: true,
      inFlight: false,
      again: false,
      tookMs: 0,
      readAt: 0,
      timer: undefined,
    };
    entries.set(path, entry);
  }
  return entry;
}

function readSoon(path: string, entry: Entry): void {
  if (entry.inFlight) {
    entry.again = true;
    return;
  }
  if (entry.timer !== undefined) {
    return;
  }
  const between = Math.max(LEAST_BETWEEN_MS, 4 * entry.tookMs);
  const wait = Math.max(0, entry.readAt + between - Date.now());
  entry.timer = setTimeout(() => {
    entry.timer = undefined;
    void read(path, entry);
  }, wait);
}

async function read(path: string, entry: Entry): Promise<void> {
  entry.inFlight = true;
  entry.stale = false;
  entry.again = false;
  const began = Date.now();
  try {
    const data = await get<unknown>(path);
    entry.answer = { data, problem: undefined, loading: false };
  } catch (cause) {
    const problem = cause instanceof Problem ? cause : new Problem({ title: String(cause), status: 0 });
    // What was read before stays on the page: old and marked is better than gone.
    entry.answer = { data: entry.answer.data, problem, loading: false };
    if (problem.status === 0 || problem.status === 429 || problem.status >= 500) {
      entry.timer ??= setTimeout(() => {
        entry.timer = undefined;
        if (entry.watchers.size > 0) {
          void read(path, entry);
        }
      }, RETRY_MS);
    }
  }
  entry.inFlight = false;
  entry.tookMs = Date.now() - began;
  entry.readAt = Date.now();
  tell(entry);
  if (entry.again && entry.watchers.size > 0) {
    readSoon(path, entry);
  }
}

function tell(entry: Entry): void {
  for (const watcher of entry.watchers) {
    watcher();
  }
}

function dropOldest(): void {
  if (entries.size <= KEPT) {
    return;
  }
  for (const [path, entry] of entries) {
    if (entry.watchers.size === 0) {
      entries.delete(path);
      if (entries.size <= KEPT) {
        return;
      }
    }
  }
}

// One stream of events for each tab. A browser's EventSource comes back by itself only after some failures, so this
// opens a new one after the others; and whatever was missed in between is read again rather than guessed.

import { useSyncExternalStore } from "react";
import { isAffected } from "./affected";
import { invalidate } from "./cache";

export type Line = "off" | "connecting" | "live" | "lost";

export interface Progress {
  verb: string;
  done: number;
  total: number;
  /** When it was said, by this browser's clock in milliseconds: an old word may be of an earlier run. */
  heardAt: number;
}

const GATHER_MS = 250;
const SILENT_MS = 45_000;
const LONGEST_WAIT_MS = 15_000;

let source: EventSource | undefined;
let line: Line = "off";
let hasBeenLive = false;
let failures = 0;
let retry: ReturnType<typeof setTimeout> | undefined;
let silence: ReturnType<typeof setTimeout> | undefined;
let gathering: ReturnType<typeof setTimeout> | undefined;
const gathered = new Map<string, string>();
const watchers = new Set<() => void>();
let progress: ReadonlyMap<string, Progress> = new Map();

/** Whether the page is told of changes right now. */
export function useLine(): Line {
  return useSyncExternalStore(watch, () => line);
}

/** How far a running operation is, as the stream last said. */
export function useProgress(id: string): Progress | undefined {
  return useSyncExternalStore(watch, () => progress.get(id));
}

/** Begins to listen; returns how to stop. */
export function listen(): () => void {
  open();
  window.addEventListener("online", reopen);
  return () => {
    window.removeEventListener("online", reopen);
    clearTimeout(retry);
    clearTimeout(silence);
    source?.close();
    source = undefined;
    hasBeenLive = false;
    set("off");
  };
}

function open(): void {
  source?.close();
  source = new EventSource("/v1/events");
  if (line !== "lost") {
    set("connecting");
  }
  source.onopen = () => {
    failures = 0;
    heard();
    if (hasBeenLive) {
      // Whatever happened meanwhile was not told: everything that is shown is read again.
      invalidate(() => true);
    }
    hasBeenLive = true;
    set("live");
  };
  source.onerror = lose;
  source.addEventListener("hello", heard);
  source.addEventListener("ping", heard);
  // There was more to tell than this tab took in.
  source.addEventListener("lagged", () => invalidate(() => true));
  source.addEventListener("change", (event) => {
    heard();
    const change = parse<{ act?: string; subject?: string }>(event);
    if (change?.subject !== undefined) {
      gather(change.subject, change.act ?? "");
    }
  });
  // What was read while the last row was written may still say that it is running.
  source.addEventListener("ended", (event) => {
    heard();
    const id = parse<{ id?: string }>(event)?.id;
    if (id !== undefined) {
      gather(id, "ended");
    }
  });
  source.addEventListener("running", (event) => {
    heard();
    const running = parse<{ id?: string; verb: string; done: number; total: number }>(event);
    if (running?.id !== undefined) {
      const { id, verb, done, total } = running;
      progress = new Map(progress).set(id, { verb, done, total, heardAt: Date.now() });
      tell();
    }
  });
}

/** Something was done to this subject: what shows it is read again, once for many changes at a time. */
function gather(subject: string, act: string): void {
  gathered.set(subject, act);
  if (gathering === undefined) {
    gathering = setTimeout(pass, GATHER_MS);
  }
}

function reopen(): void {
  if (line === "lost") {
    clearTimeout(retry);
    open();
  }
}

function lose(): void {
  source?.close();
  clearTimeout(silence);
  set("lost");
  // A stream cannot say that the session is over; any other question is told so.
  invalidate((path) => path === "/v1/today");
  failures += 1;
  // Tabs that lost the same server do not all come back in the same moment.
  const wait = Math.min(LONGEST_WAIT_MS, 500 * 2 ** Math.min(failures, 5)) * (0.5 + Math.random() / 2);
  clearTimeout(retry);
  retry = setTimeout(open, wait);
}

/** A line that says nothing for long may be dead without an error: a proxy dropped it. */
function heard(): void {
  clearTimeout(silence);
  silence = setTimeout(() => {
    if (source?.readyState !== EventSource.OPEN) {
      lose();
    }
  }, SILENT_MS);
}

function pass(): void {
  gathering = undefined;
  const changes = [...gathered];
  gathered.clear();
  invalidate((path) => changes.some(([subject, act]) => isAffected(path, subject, act)));
}

function parse<T>(event: MessageEvent): T | undefined {
  try {
    return JSON.parse(event.data as string) as T;
  } catch {
    return undefined;
  }
}

function set(now: Line): void {
  if (line !== now) {
    line = now;
    tell();
  }
}

function watch(watcher: () => void): () => void {
  watchers.add(watcher);
  return () => watchers.delete(watcher);
}

function tell(): void {
  for (const watcher of watchers) {
    watcher();
  }
}

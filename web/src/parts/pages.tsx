// A list that comes in pages: the first is kept up to date, more are read when asked for.

import { type ReactNode, useEffect, useState } from "react";
import { type Answer, useQuery } from "../api/cache";
import { get } from "../api/client";
import type { Page } from "../api/types";
import { ProblemBox } from "./problem";
import { number } from "./words";

interface Pages<T> {
  answer: Answer<Page<T>>;
  items: T[];
  more: ReactNode;
}

export function usePages<T>(path: string, keyOf: (item: T) => string): Pages<T> {
  const answer = useQuery<Page<T>>(path);
  const [further, setFurther] = useState<Page<T>[]>([]);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<unknown>();
  // biome-ignore lint/correctness/useExhaustiveDependencies: another path is another list
  useEffect(() => setFurther([]), [path]);

  const first = answer.data;
  const next = (further.at(-1) ?? first)?.next ?? null;
  const items = new Map<string, T>();
  for (const page of [first, ...further]) {
    for (const item of page?.items ?? []) {
      // The first page is the freshest: what moved onto it from a later one is taken from it.
      const key = keyOf(item);
      if (!items.has(key)) {
        items.set(key, item);
      }
    }
  }
  const readMore = async () => {
    setBusy(true);
    setProblem(undefined);
    try {
      const page = await get<Page<T>>(
        `${path}${path.includes("?") ? "&" : "?"}after=${encodeURIComponent(next ?? "")}`,
      );
      setFurther((pages) => [...pages, page]);
    } catch (cause) {
      setProblem(cause);
    }
    setBusy(false);
  };
  const more =
    next === null ? undefined : (
      <>
        <button type="button" className="button small" disabled={busy} onClick={readMore}>
          {busy ? "Reading…" : "Show more"}
        </button>
        <span className="muted small">{number(items.size)} shown</span>
        {problem !== undefined && <ProblemBox problem={problem} />}
      </>
    );
  return { answer, items: [...items.values()], more };
}

/** A value that follows another once it has rested: for fields that ask the server while one types. */
export function useRested<T>(value: T, milliseconds = 250): T {
  const [rested, setRested] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setRested(value), milliseconds);
    return () => clearTimeout(timer);
  }, [value, milliseconds]);
  return rested;
}

/** A path with the parameters that say something. */
export function withQuery(path: string, query: Record<string, string | null | undefined>): string {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value) {
      parameters.set(name, value);
    }
  }
  const words = parameters.toString();
  return words === "" ? path : `${path}?${words}`;
}

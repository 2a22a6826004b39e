// How far something running is; said aloud now and then rather than at every step.

import { useEffect, useRef, useState } from "react";
import { useProgress } from "../api/events";
import type { Running } from "../api/types";
import { number, sentence } from "./words";

const VERBS: Record<string, string> = {
  execute: "taking down",
  reverse: "undoing",
  resume: "going on",
  send: "telling people",
};
const SAY_EVERY_MS = 5_000;
const FRESH_MS = 15_000;

export function ProgressBar({ id, running }: { id: string; running: Running }) {
  const told = useProgress(id);
  // The stream is ahead of what was read, or speaks of an earlier run: the further one of the same run is right.
  const isSame = told?.verb === running.verb && told.total === running.total && Date.now() - told.heardAt < FRESH_MS;
  const isAhead = told !== undefined && isSame && told.done >= running.done;
  const { done, total } = isAhead ? told : running;
  const share = total === 0 ? 0 : Math.min(1, done / total);
  const verb = VERBS[running.verb] ?? running.verb;
  const words = `${sentence(verb)}: ${number(done)} of ${number(total)}`;
  return (
    <div className="progress">
      <progress max={total || 1} value={done} aria-label={`${id}: ${verb}`} />
      <span className="progress-words">
        {words} ({Math.floor(share * 100)} %)
        {!running.here && <span className="muted"> · by another server or the command line</span>}
      </span>
      <span className="only-heard" role="status">
        {useNowAndThen(words)}
      </span>
    </div>
  );
}

function useNowAndThen(words: string): string {
  const [said, setSaid] = useState(words);
  const latest = useRef(words);
  latest.current = words;
  useEffect(() => {
    const timer = setInterval(() => setSaid(latest.current), SAY_EVERY_MS);
    return () => clearInterval(timer);
  }, []);
  return said;
}

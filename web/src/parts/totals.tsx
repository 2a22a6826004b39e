// How the steps of a plan or the notices of a list stand, in words and as one bar.

import { useQuery } from "../api/cache";
import type { PhaseCount, Today } from "../api/types";
import { State } from "./badge";
import { ProgressBar } from "./progress";
import { number, plain } from "./words";

const ORDER = [
  "done",
  "sent",
  "restored",
  "watched",
  "suppressed",
  "kept_changed",
  "drifted",
  "undeliverable",
  "failed",
  "stuck",
  "in_doubt",
  "being_sent",
  "waiting",
];
const LOUD = new Set(["failed", "stuck", "in_doubt"]);

export function ordered(totals: Record<string, number>): [string, number][] {
  const known = Object.entries(totals).filter(([, many]) => many > 0);
  return known.sort(([a], [b]) => rank(a) - rank(b));
}

/** How a plan or list of which a page has only the head stands, or how far it has come. */
export function Going({ id, phases }: { id: string; phases: PhaseCount[] }) {
  const running = useQuery<Today>("/v1/today").data?.running.find((one) => one.id === id);
  if (running !== undefined) {
    return <ProgressBar id={id} running={running} />;
  }
  const parts = ordered(Object.fromEntries(phases.map((one) => [one.phase.replaceAll("-", "_"), one.number])));
  if (parts.length === 0) {
    return <span className="muted">–</span>;
  }
  return (
    <span className="totals-words">
      {parts.map(([word, many]) => (
        <span key={word} className={LOUD.has(word) ? "loud" : undefined}>
          {number(many)} {plain(word)}
        </span>
      ))}
    </span>
  );
}

export function TotalsBar({ totals, unit }: { totals: Record<string, number>; unit: string }) {
  const parts = ordered(totals);
  const all = parts.reduce((sum, [, many]) => sum + many, 0);
  return (
    <div className="totals">
      <div className="totals-bar" aria-hidden="true">
        {parts.map(([word, many]) => (
          <span key={word} className={`share share-${word}`} style={{ flexGrow: many }} />
        ))}
      </div>
      <ul className="totals-list">
        {parts.map(([word, many]) => (
          <li key={word}>
            <State word={word.replaceAll("_", "-")} /> <strong>{number(many)}</strong>
          </li>
        ))}
        <li className="muted">
          of {number(all)} {unit}
        </li>
      </ul>
    </div>
  );
}

function rank(word: string): number {
  const at = ORDER.indexOf(word);
  return at === -1 ? ORDER.length : at;
}

// Which time ties are shown of.

import { lazy, Suspense, useMemo } from "react";
import { spanOf, tiesOverTime } from "./filter";
import type { Network } from "./network";

const Brush = lazy(() => import("./brush"));
const BINS = 60;

interface Props {
  network: Network;
  from: number | null;
  to: number | null;
  onChange: (from: number | null, to: number | null) => void;
}

export function TimeFilter({ network, from, to, onChange }: Props) {
  const span = useMemo(() => spanOf(network), [network]);
  const bins = useMemo(() => (span === null ? undefined : tiesOverTime(network, span, BINS)), [network, span]);
  if (span === null || bins === undefined || span[0] === span[1]) {
    return null;
  }
  const [first, last] = span;
  return (
    <fieldset className="time-filter">
      <legend>Ties over time (UTC)</legend>
      <Suspense fallback={<div className="brush" />}>
        <Brush times={bins[0]} counts={bins[1]} from={from} to={to} onPick={onChange} />
      </Suspense>
      <div className="time-fields">
        <label className="field inline">
          <span>From</span>
          <input
            type="date"
            value={day(from ?? first)}
            min={day(first)}
            max={day(last)}
            onChange={(event) => onChange(at(event.target.value, "00:00:00"), to)}
          />
        </label>
        <label className="field inline">
          <span>to</span>
          <input
            type="date"
            value={day(to ?? last)}
            min={day(first)}
            max={day(last)}
            onChange={(event) => onChange(from, at(event.target.value, "23:59:59.999"))}
          />
        </label>
        {(from !== null || to !== null) && (
          <button type="button" className="button small" onClick={() => onChange(null, null)}>
            All times
          </button>
        )}
      </div>
    </fieldset>
  );
}

function day(milliseconds: number): string {
  return new Date(milliseconds).toISOString().slice(0, 10);
}

function at(word: string, time: string): number | null {
  const milliseconds = Date.parse(`${word}T${time}Z`);
  return Number.isNaN(milliseconds) ? null : milliseconds;
}

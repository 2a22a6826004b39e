// How many people came how close.

import { count, number, TIER_ORDER, tier as tierWords } from "../../parts/words";

export function Tiers({ counts }: { counts: Record<string, number> }) {
  const known = [...TIER_ORDER, ...Object.keys(counts).filter((one) => !TIER_ORDER.includes(one))];
  const most = Math.max(1, ...Object.values(counts));
  const total = Object.values(counts).reduce((sum, one) => sum + one, 0);
  if (total === 0) {
    return <p className="muted">Nobody, as far as the snapshot tells.</p>;
  }
  return (
    <>
      <dl className="bars">
        {known
          .filter((one) => counts[one] !== undefined)
          .map((one) => (
            <div key={one}>
              <dt>{tierWords(one)}</dt>
              <dd>
                <span className="bar" aria-hidden="true">
                  <span style={{ width: `${((counts[one] ?? 0) / most) * 100}%` }} />
                </span>
                {number(counts[one] ?? 0)}
              </dd>
            </div>
          ))}
      </dl>
      <p className="muted small">{count(total, "person", "people")} in all, by the closest contact of each.</p>
    </>
  );
}

// When a plan begins, in which shares, and when it stops.

import type { Rollout } from "../../api/types";
import { Time } from "../../parts/time";
import { count } from "../../parts/words";

export const AT_ONCE: Rollout = {
  starts_at: null,
  canary: null,
  stop: { failed_percent: 10, drifted_percent: 25, appeals: null },
  accepts_irreversible: false,
};

/** The same on the command line. */
export function rolloutFlags(rollout: Rollout): string {
  const flags: string[] = [];
  if (rollout.starts_at !== null) {
    flags.push(`--start ${rollout.starts_at}`);
  }
  if (rollout.canary !== null) {
    flags.push(`--canary ${rollout.canary.percent} --soak ${rollout.canary.soak_minutes}`);
  }
  flags.push(`--stop-failed ${rollout.stop.failed_percent} --stop-drifted ${rollout.stop.drifted_percent}`);
  if (rollout.stop.appeals !== null) {
    flags.push(`--stop-appeals ${rollout.stop.appeals}`);
  }
  if (rollout.accepts_irreversible) {
    flags.push("--accept-irreversible");
  }
  return ` ${flags.join(" ")}`;
}

export function RolloutWords({ rollout }: { rollout: Rollout }) {
  const { canary, stop } = rollout;
  return (
    <ul className="plain-list">
      <li>
        {rollout.starts_at === null ? (
          "Begins as soon as somebody executes it"
        ) : (
          <>
            Not before <Time at={rollout.starts_at} />
          </>
        )}
      </li>
      <li>
        {canary === null
          ? "All accounts in one go"
          : `First ${canary.percent} in a hundred accounts, then the rest after ${count(canary.soak_minutes, "minute")}`}
      </li>
      <li>
        Stops when more than {stop.failed_percent} % fail, more than {stop.drifted_percent} % have changed
        {stop.appeals !== null &&
          `, or more than ${count(stop.appeals, "appeal")} ${stop.appeals === 1 ? "comes" : "come"} in`}
      </li>
      <li>{rollout.accepts_irreversible ? "May do what cannot be undone" : "Does nothing that cannot be undone"}</li>
    </ul>
  );
}

interface Props {
  value: Rollout | null;
  onChange: (rollout: Rollout | null) => void;
}

/** Null means: as it is, or as the server thinks best. */
export function RolloutFields({ value, onChange }: Props) {
  const now = value ?? AT_ONCE;
  const set = (change: Partial<Rollout>) => onChange({ ...now, ...change });
  const whole = (text: string, otherwise: number) => {
    const parsed = Number.parseInt(text, 10);
    return Number.isNaN(parsed) ? otherwise : parsed;
  };
  return (
    <details className="more">
      <summary>Stages, and when to stop</summary>
      <div className="stack">
        <label className="field">
          <span>Not before (UTC)</span>
          <input
            type="datetime-local"
            value={now.starts_at?.slice(0, 16) ?? ""}
            onChange={(event) => set({ starts_at: event.target.value === "" ? null : `${event.target.value}:00Z` })}
          />
        </label>
        <label className="check">
          <input
            type="checkbox"
            checked={now.canary !== null}
            onChange={(event) => set({ canary: event.target.checked ? { percent: 5, soak_minutes: 60 } : null })}
          />
          A first share, before the rest
        </label>
        {now.canary !== null && (
          <div className="filters">
            <label className="field">
              <span>Percent of the accounts</span>
              <input
                type="number"
                min={1}
                max={99}
                value={now.canary.percent}
                onChange={(event) =>
                  set({
                    canary: { soak_minutes: now.canary?.soak_minutes ?? 60, percent: whole(event.target.value, 1) },
                  })
                }
              />
            </label>
            <label className="field">
              <span>Minutes until the rest</span>
              <input
                type="number"
                min={0}
                value={now.canary.soak_minutes}
                onChange={(event) =>
                  set({ canary: { percent: now.canary?.percent ?? 5, soak_minutes: whole(event.target.value, 0) } })
                }
              />
            </label>
          </div>
        )}
        <div className="filters">
          <label className="field">
            <span>Stop when more fail, %</span>
            <input
              type="number"
              min={0}
              max={100}
              value={now.stop.failed_percent}
              onChange={(event) => set({ stop: { ...now.stop, failed_percent: whole(event.target.value, 10) } })}
            />
          </label>
          <label className="field">
            <span>Stop when more changed, %</span>
            <input
              type="number"
              min={0}
              max={100}
              value={now.stop.drifted_percent}
              onChange={(event) => set({ stop: { ...now.stop, drifted_percent: whole(event.target.value, 25) } })}
            />
          </label>
          <label className="field">
            <span>Stop at more appeals</span>
            <input
              type="number"
              min={0}
              placeholder="never"
              value={now.stop.appeals ?? ""}
              onChange={(event) =>
                set({
                  stop: { ...now.stop, appeals: event.target.value === "" ? null : whole(event.target.value, 0) },
                })
              }
            />
          </label>
        </div>
        <label className="check">
          <input
            type="checkbox"
            checked={now.accepts_irreversible}
            onChange={(event) => set({ accepts_irreversible: event.target.checked })}
          />
          May do what cannot be undone
        </label>
      </div>
    </details>
  );
}

// What happened, newest first.

import type { TimelineRow } from "../api/types";
import { Subject } from "../app/router";
import { Said } from "./said";
import { Time } from "./time";
import { actWords, sentence } from "./words";

export function Timeline({ rows }: { rows: TimelineRow[] }) {
  const sorted = [...rows].sort((a, b) => b.at.localeCompare(a.at));
  return (
    <ol className="timeline">
      {sorted.map((row, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the same may happen twice in one second
        <li key={`${row.at} ${index}`}>
          <span className="timeline-at">
            <Time at={row.at} />
          </span>
          <span>
            <Said text={sentence(actWords(row.what))} longest={300} />
            {row.subject && (
              <>
                {" "}
                <Subject id={row.subject} />
              </>
            )}
            {row.by && (
              <span className="muted">
                {" "}
                by <Said text={row.by} />
              </span>
            )}
          </span>
        </li>
      ))}
    </ol>
  );
}

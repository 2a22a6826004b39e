// What each edit changed, as a difference: what went, and what came in its place.

import type { Edit, Edited } from "../../api/types";
import { Said } from "../../parts/said";
import { Time } from "../../parts/time";
import { count } from "../../parts/words";
import { RolloutWords } from "./rollout";

export function Edits({ edits }: { edits: Edit[] }) {
  const newest = [...edits].reverse();
  return (
    <ol className="edits pad">
      {newest.map((edit, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: two edits may carry the same second
        <li key={`${edit.at} ${index}`}>
          <details open={index === 0}>
            <summary>
              {index === 0 ? "Since the last version" : "Before that"}: {count(edit.changes.length, "change")} by{" "}
              <Said text={edit.by} still />, <Time at={edit.at} />
            </summary>
            {edit.changes.length === 0 ? (
              <p className="muted">An earlier version of Avert did not write down what changed.</p>
            ) : (
              <ul className="diff">
                {edit.changes.map((change, at) => (
                  // biome-ignore lint/suspicious/noArrayIndexKey: the changes of one edit never move
                  <li key={at}>
                    <Change change={change} />
                  </li>
                ))}
              </ul>
            )}
          </details>
        </li>
      ))}
    </ol>
  );
}

function Change({ change }: { change: Edited }) {
  if ("dropped" in change) {
    return (
      <del>
        <Said text={change.dropped.account} longest={60} />: {change.dropped.was}
        <span className="only-heard"> (taken out of the plan)</span>
      </del>
    );
  }
  if ("remedy" in change) {
    return (
      <>
        <Said text={change.remedy.account} longest={60} />: <del>{change.remedy.was}</del>{" "}
        <span aria-hidden="true">→</span> <ins>{change.remedy.is}</ins>
      </>
    );
  }
  if ("rollout" in change) {
    return (
      <div className="two">
        <div className="was">
          <h3>Stages were</h3>
          <RolloutWords rollout={change.rollout.was} />
        </div>
        <div className="is">
          <h3>Stages are</h3>
          <RolloutWords rollout={change.rollout.is} />
        </div>
      </div>
    );
  }
  return <span className="muted">something this version of the console does not know</span>;
}

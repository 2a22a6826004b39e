// Who did what to a plan or list, whose yes it carries, and how its last run ended.

import type { LastRun, Reviewed } from "../../api/types";
import { Copy } from "../command";
import { ProblemBox } from "../problem";
import { Said } from "../said";
import { Age, Time } from "../time";
import { plain, sentence } from "../words";

export function Standing({ thing }: { thing: Reviewed }) {
  const { approval } = thing;
  return (
    <div className="stack">
      <dl className="pairs">
        <dt>Digest</dt>
        <dd>
          <code className="digest">{thing.digest}</code> <Copy text={thing.digest} />
        </dd>
        {approval && (
          <>
            <dt>Approved by</dt>
            <dd>
              <Said text={approval.approved_by} />, <Time at={approval.approved_at} />
            </dd>
            <dt>Holds until</dt>
            <dd>
              <Time at={approval.expires_at} /> (<Age since={approval.expires_at} />)
            </dd>
            <dt>Signed with</dt>
            <dd>{signatureWords(approval.signature)}</dd>
          </>
        )}
      </dl>
      <ol className="timeline">
        {[...thing.signatures].reverse().map((one, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: the same person may do the same twice in a second
          <li key={`${one.at} ${index}`}>
            <span className="timeline-at">
              <Time at={one.at} />
            </span>
            <span>
              {sentence(plain(one.act))} by <Said text={one.by} />
            </span>
          </li>
        ))}
      </ol>
    </div>
  );
}

function signatureWords(signature: unknown): string {
  if (signature === null || signature === undefined) {
    return "nothing: by name only, which proves nothing";
  }
  const known = JSON.stringify(signature).match(/SHA256:[\w+/=]+/);
  return known === null ? "their own key" : known[0];
}

export function LastRunBox({ run }: { run: LastRun | null | undefined }) {
  if (!run?.problem) {
    return null;
  }
  return (
    <div className="stack tight">
      <p className="muted small">
        The last {run.verb} ended <Age since={run.ended_at} />:
      </p>
      <ProblemBox problem={run.problem} live={false} />
    </div>
  );
}

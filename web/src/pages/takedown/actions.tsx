// What a person may do with a plan now. Whatever acts shows first what it would do.

import { useState } from "react";
import { invalidate, put, useQuery } from "../../api/cache";
import { post } from "../../api/client";
import type { Takedown, TakedownPreview } from "../../api/types";
import { useSession } from "../../app/session";
import { Confirm } from "../../parts/confirm";
import { ProblemBox } from "../../parts/problem";
import { Approve } from "../../parts/review/approve";
import { Said } from "../../parts/said";
import { count, number, plain, sentence } from "../../parts/words";

type Verb = "submit" | "approve" | "reject" | "execute" | "resume" | "reverse";

const WORDS: Record<Verb, string> = {
  submit: "Submit…",
  approve: "Approve…",
  reject: "Reject…",
  execute: "Execute…",
  resume: "Resume…",
  reverse: "Reverse…",
};

export function Actions({ plan, path }: { plan: Takedown; path: string }) {
  const [asking, setAsking] = useState<Verb>();
  const close = () => setAsking(undefined);
  const may = (["reject", "submit", "approve", "execute", "resume", "reverse"] as const).filter((verb) =>
    plan.may.includes(verb),
  );
  return (
    <>
      {may.map((verb) => (
        <button
          key={verb}
          type="button"
          className={`button ${verb === "execute" || verb === "reverse" ? "danger" : verb === "reject" ? "" : "primary"}`}
          onClick={() => setAsking(verb)}
        >
          {WORDS[verb]}
        </button>
      ))}
      {asking === "submit" && <Submit plan={plan} path={path} onClose={close} />}
      {asking === "reject" && <Reject plan={plan} path={path} onClose={close} />}
      {asking === "approve" && (
        <Approve base={path} thing={plan} onClose={close}>
          <Summary plan={plan} path={path} />
        </Approve>
      )}
      {(asking === "execute" || asking === "resume" || asking === "reverse") && (
        <Act plan={plan} path={path} verb={asking} onClose={close} />
      )}
    </>
  );
}

interface DialogProps {
  plan: Takedown;
  path: string;
  onClose: () => void;
}

function Submit({ plan, path, onClose }: DialogProps) {
  const { person } = useSession();
  const others = (plan.approvers ?? []).filter((name) => name !== person.name);
  return (
    <Confirm
      title={`Submit ${plan.id} for review`}
      verb="Submit"
      command={plan.commands.submit}
      act={async () => put(path, await post(`${path}/submit`))}
      onClose={onClose}
    >
      <Summary plan={plan} path={path} />
      <p>
        A second person looks at exactly this version
        {others.length > 0 && (
          <>
            {" "}
            (<Said text={others.join(", ")} />)
          </>
        )}
        . It acts on nobody until then.
      </p>
    </Confirm>
  );
}

function Reject({ plan, path, onClose }: DialogProps) {
  const { person } = useSession();
  return (
    <Confirm
      title={`Reject ${plan.id}`}
      verb="Reject the plan"
      typed={plan.id}
      reason="Why (a note on the case)"
      command={plan.commands.reject ?? `avert --as ${person.name} takedown reject ${plan.id} --reason REASON`}
      act={async (reason) => put(path, await post(`${path}/reject`, { reason }))}
      onClose={onClose}
    >
      <p>Whoever wrote it can change it and submit it again.</p>
    </Confirm>
  );
}

function Act({ plan, path, verb, onClose }: DialogProps & { verb: "execute" | "resume" | "reverse" }) {
  const preview = useQuery<TakedownPreview>(`${path}/preview?verb=${verb}`);
  const [although, setAlthough] = useState(false);
  const wasStopped = verb === "execute" && plan.last_run?.problem?.code === "takedown/stopped";
  const irreversible = (preview.data?.blast ?? plan.blast)?.irreversible?.length ?? 0;
  const words = {
    execute: `This acts on the accounts below, now. ${
      irreversible === 0
        ? "It can be reversed afterwards."
        : `It can be reversed afterwards, but for ${count(irreversible, "thing")} that nothing brings back; the page lists them.`
    }`,
    resume: "This goes on where it broke off. What is done already is not done again.",
    reverse: "This puts the accounts back as they were. Those that somebody changed since are left as they are.",
  };
  return (
    <Confirm
      title={`${sentence(verb)} ${plan.id}`}
      verb={sentence(verb)}
      typed={plan.id}
      danger
      wide
      command={preview.data?.command ?? plan.commands[verb]}
      blocked={preview.data === undefined}
      act={async () => {
        put(
          path,
          await post(`${path}/${verb}`, { digest: plan.digest, ...(although ? { although_stopped: true } : {}) }),
        );
        invalidate((one) => one.startsWith("/v1/today"));
      }}
      onClose={onClose}
    >
      <p>{words[verb]}</p>
      {preview.problem !== undefined && <ProblemBox problem={preview.problem} />}
      {preview.data === undefined && preview.problem === undefined && <p role="status">Reading the plan…</p>}
      {preview.data !== undefined && <Lines preview={preview.data} />}
      {wasStopped && (
        <label className="check note warn">
          <input type="checkbox" checked={although} onChange={(event) => setAlthough(event.target.checked)} />
          Go on although it stopped by its own conditions
        </label>
      )}
    </Confirm>
  );
}

const LINES_SHOWN = 200;

function Lines({ preview }: { preview: TakedownPreview }) {
  const { lines } = preview;
  const groups = new Map<string, number>();
  for (const line of lines) {
    groups.set(line.would, (groups.get(line.would) ?? 0) + 1);
  }
  return (
    <>
      <p>
        {[...groups].map(([would, many], index) => (
          <span key={would}>
            {index > 0 && "; "}
            <strong>{count(many, "account")}</strong>: <Said text={plain(would)} />
          </span>
        ))}
        {lines.length === 0 && "Nothing is left to do."}
      </p>
      {lines.length > 0 && (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
        <div className="lines" role="group" aria-label="What would be done, account by account" tabIndex={0}>
          <table className="table dense">
            <thead>
              <tr>
                <th scope="col">Account</th>
                <th scope="col">Would</th>
                <th scope="col">By</th>
              </tr>
            </thead>
            <tbody>
              {lines.slice(0, LINES_SHOWN).map((line) => (
                <tr key={line.account}>
                  <td>
                    <Said text={line.account} longest={60} />
                  </td>
                  <td>
                    <Said text={plain(line.would)} />
                  </td>
                  <td>
                    {line.by && (
                      <code>
                        <Said text={line.by} />
                      </code>
                    )}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
          {lines.length > LINES_SHOWN && <p className="pad muted">and {number(lines.length - LINES_SHOWN)} more</p>}
        </div>
      )}
    </>
  );
}

function Summary({ plan, path }: { plan: Takedown; path: string }) {
  const blast = useQuery<Takedown>(`${path}?costs=true`).data?.blast;
  const remedies = new Map<string, number>();
  for (const step of plan.steps) {
    remedies.set(step.remedy, (remedies.get(step.remedy) ?? 0) + 1);
  }
  const last = plan.edits.at(-1);
  return (
    <>
      <p>
        {[...remedies].map(([remedy, many], index) => (
          <span key={remedy}>
            {index > 0 && ", "}
            <strong>{number(many)}</strong> to {remedy}
          </span>
        ))}{" "}
        on <Said text={plan.platform} />.
        {blast?.contacts &&
          ` ${count(blast.contacts.ties, "tie")} to people ${blast.contacts.ties === 1 ? "is" : "are"} cut.`}
      </p>
      {last !== undefined && (
        <p className="note">
          It was changed {plan.edits.length === 1 ? "once" : `${number(plan.edits.length)} times, last`} by{" "}
          <Said text={last.by} />: {count(last.changes.length, "change")}. They are shown on the page.
        </p>
      )}
    </>
  );
}

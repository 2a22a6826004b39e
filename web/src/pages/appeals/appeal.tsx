// One appeal: what the person says, what a decision would do, and deciding.

import { useState } from "react";
import { invalidate, useQuery } from "../../api/cache";
import { post } from "../../api/client";
import type { Appeal as AppealBody, AppealPreview } from "../../api/types";
import { useDraft } from "../../app/drafts";
import { href } from "../../app/router";
import { useSession } from "../../app/session";
import { Loaded } from "../../parts/async";
import { State } from "../../parts/badge";
import { Confirm } from "../../parts/confirm";
import { harmlessText } from "../../parts/harmless";
import { Letter } from "../../parts/letter";
import { PageHead, Section } from "../../parts/page-head";
import { ProblemBox } from "../../parts/problem";
import { Said } from "../../parts/said";
import { Age, Time } from "../../parts/time";
import { plain, sentence, withReason } from "../../parts/words";

export default function Appeal({ id }: { id: string }) {
  const path = `/v1/appeals/${encodeURIComponent(id)}`;
  const answer = useQuery<AppealBody>(path);
  const body = answer.data;
  return (
    <>
      <PageHead
        title={`Appeal ${harmlessText(id, 40)}`}
        above={<a href="#/appeals">Appeals</a>}
        facts={
          body !== undefined && (
            <>
              <State word={body.state} />
              <span>
                against <a href={href(["takedowns", body.plan])}>{body.plan}</a>
              </span>
              {body.case && <a href={href(["cases", body.case])}>{body.case}</a>}
              <span>
                received <Age since={body.received_at} />
              </span>
            </>
          )
        }
      />
      <Loaded answer={answer}>{(loaded) => <Body body={loaded} path={path} />}</Loaded>
    </>
  );
}

function Body({ body, path }: { body: AppealBody; path: string }) {
  return (
    <div className="two">
      <div className="stack">
        <Section title="What they say">
          <div className="pad">
            {body.text ? (
              <Said text={body.text} block longest={4_000} />
            ) : (
              <p className="muted">Nothing was written.</p>
            )}
          </div>
        </Section>
        <Section title="About">
          <dl className="pairs pad">
            <dt>Account</dt>
            <dd>
              {body.case ? (
                <a href={href(["cases", body.case], { account: body.account })}>
                  <Said text={body.account} still longest={80} />
                </a>
              ) : (
                <Said text={body.account} longest={80} />
              )}
            </dd>
            <dt>Reference</dt>
            <dd>
              <Said text={body.reference} />
            </dd>
            <dt>Received</dt>
            <dd>
              <Time at={body.received_at} />
            </dd>
          </dl>
        </Section>
      </div>
      <Section title={body.state === "open" ? "Decide" : "Decision"}>
        {body.state === "open" ? <Decide body={body} path={path} /> : <Decided body={body} path={path} />}
      </Section>
    </div>
  );
}

function Decided({ body, path }: { body: AppealBody; path: string }) {
  const { person } = useSession();
  const [telling, setTelling] = useState(false);
  return (
    <div className="pad stack">
      <p>
        <State word={body.state} />{" "}
        {body.decided_by && (
          <>
            by <Said text={body.decided_by} />,{" "}
          </>
        )}
        <Time at={body.decided_at} />
      </p>
      {body.reason && (
        <p>
          <Said text={body.reason} block />
        </p>
      )}
      {body.state === "granting" && (
        <p className="note warn">It is decided, and the account is not put back yet. Whoever executes resumes it.</p>
      )}
      <Told told={body.told} />
      {body.may?.includes("tell") && (
        <div className="actions">
          <button type="button" className="button" onClick={() => setTelling(true)}>
            Tell the person…
          </button>
        </div>
      )}
      {telling && (
        <Confirm
          title={`Tell the person about ${body.id}`}
          verb="Tell them"
          typed={body.id}
          danger
          command={`avert --as ${person.name} appeal tell ${body.id} --execute`}
          act={async () => {
            await post(`${path}/tell`);
            invalidate((one) => one === path);
          }}
          onClose={() => setTelling(false)}
        >
          <p>The decision leaves now, through the channel of the notices. It cannot be taken back.</p>
        </Confirm>
      )}
    </div>
  );
}

function Told({ told }: { told: AppealBody["told"] }) {
  return told === null ? (
    <p className="muted">The person was not told yet.</p>
  ) : (
    <p>Telling the person: {plain(told)}.</p>
  );
}

function Decide({ body, path }: { body: AppealBody; path: string }) {
  const { person } = useSession();
  const [decision, setDecision] = useState<"grant" | "reject">("grant");
  const [reason, setReason] = useDraft(`${path}/decide`);
  const [preview, setPreview] = useState<AppealPreview>();
  const [problem, setProblem] = useState<unknown>();
  const [confirming, setConfirming] = useState(false);
  const may = body.may?.includes("decide") ?? person.roles.includes("approver");
  if (!may) {
    return (
      <p className="pad note quiet">
        {body.why_not ? (
          <Said text={body.why_not} longest={400} />
        ) : (
          `Deciding it is for an approver who neither approved nor executed ${body.plan}.`
        )}
      </p>
    );
  }
  const look = async () => {
    setProblem(undefined);
    try {
      setPreview(await post<AppealPreview>(`${path}/preview`, { decision, reason: reason.trim() }));
      setConfirming(true);
    } catch (cause) {
      setProblem(cause);
    }
  };
  return (
    <>
      <form
        className="pad stack"
        onSubmit={(event) => {
          event.preventDefault();
          void look();
        }}
      >
        <fieldset className="stack tight">
          <legend>The takedown of this account</legend>
          <label className="check">
            <input type="radio" name="decision" checked={decision === "grant"} onChange={() => setDecision("grant")} />
            was wrong: grant the appeal, and put the account back
          </label>
          <label className="check">
            <input
              type="radio"
              name="decision"
              checked={decision === "reject"}
              onChange={() => setDecision("reject")}
            />
            stands: reject the appeal
          </label>
        </fieldset>
        <label className="field">
          <span>Why (the person reads it)</span>
          <textarea rows={4} value={reason} onChange={(event) => setReason(event.target.value)} required />
        </label>
        {problem !== undefined && <ProblemBox problem={problem} />}
        <div className="actions">
          <button type="submit" className="button primary" disabled={reason.trim() === ""}>
            Look at what it does…
          </button>
        </div>
      </form>
      {confirming && preview !== undefined && (
        <Confirm
          title={`${decision === "grant" ? "Grant" : "Reject"} ${body.id}`}
          verb={decision === "grant" ? "Grant the appeal" : "Reject the appeal"}
          typed={body.id}
          danger={decision === "grant"}
          wide
          command={withReason(
            preview.command ??
              `avert --as ${person.name} appeal decide ${body.id} ${decision} --reason REASON --execute`,
            reason,
          )}
          act={async () => {
            await post(`${path}/decide`, { decision, reason: reason.trim() });
            setReason("");
            invalidate((one) => /^\/v1\/(appeals|takedowns|today)/.test(one));
          }}
          onClose={() => setConfirming(false)}
        >
          <p>
            <Said text={sentence(preview.effect)} block />
          </p>
          {preview.notice && (
            <div>
              <p className="label">The person will read:</p>
              <Letter {...preview.notice} />
            </div>
          )}
        </Confirm>
      )}
    </>
  );
}

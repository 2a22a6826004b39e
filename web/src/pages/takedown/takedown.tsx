// A takedown plan: what it would touch, what happens to whom, who said yes to it, and how far it is.

import { useQuery } from "../../api/cache";
import type { Takedown as Plan } from "../../api/types";
import { href } from "../../app/router";
import { Loaded } from "../../parts/async";
import { State } from "../../parts/badge";
import { harmlessText } from "../../parts/harmless";
import { PageHead, Section } from "../../parts/page-head";
import { ProgressBar } from "../../parts/progress";
import { WhyNot } from "../../parts/review/may";
import { LastRunBox, Standing } from "../../parts/review/standing";
import { Said } from "../../parts/said";
import { Time } from "../../parts/time";
import { TotalsBar } from "../../parts/totals";
import { count, list, sentence } from "../../parts/words";
import { Actions } from "./actions";
import { BlastRadius } from "./blast";
import { Edits } from "./edits";
import { RolloutWords } from "./rollout";
import { Steps } from "./steps";

export default function Takedown({ id }: { id: string }) {
  const path = `/v1/takedowns/${encodeURIComponent(id)}`;
  const answer = useQuery<Plan>(path);
  const plan = answer.data;
  return (
    <>
      <PageHead
        title={`Takedown ${harmlessText(id, 40)}`}
        above={
          <>
            <a href="#/takedowns">Takedowns</a>
            {plan !== undefined && (
              <>
                {" · "}
                <a href={href(["cases", plan.case])}>{plan.case}</a>
              </>
            )}
          </>
        }
        facts={
          plan !== undefined && (
            <>
              <State word={plan.state} />
              <span>{count(plan.steps.length, "account")}</span>
              <span>
                on <Said text={plan.platform} />
              </span>
              <span>
                {plan.on_failure === "roll-back"
                  ? "when one fails, everything is undone"
                  : "when one fails, the others are acted on"}
              </span>
            </>
          )
        }
        actions={plan !== undefined && <Actions plan={plan} path={path} />}
      />
      <Loaded answer={answer}>{(body) => <Body plan={body} path={path} />}</Loaded>
    </>
  );
}

function Body({ plan, path }: { plan: Plan; path: string }) {
  const costs = useQuery<Plan>(`${path}?costs=true`);
  return (
    <>
      <WhyNot thing={plan} />
      {plan.running !== null && (
        <div className="banner">
          <ProgressBar id={plan.id} running={plan.running} />
        </div>
      )}
      {plan.running === null && <LastRunBox run={plan.last_run} />}
      {plan.first_share && (
        <p className="note">
          The first share is done: {count(plan.first_share.acted_on, "account")} acted on.
          {plan.first_share.rest_from && (
            <>
              {" "}
              The rest may be acted on from <Time at={plan.first_share.rest_from} />.
            </>
          )}
        </p>
      )}
      {plan.elsewhere.length > 0 && (
        <div className="note warn stack tight">
          {plan.elsewhere.map((one) => (
            <p key={one.plan}>
              <a href={href(["takedowns", one.plan])}>{one.plan}</a> of {one.case} ({one.state}) acts on{" "}
              {count(one.accounts.length, "account")} of this plan too:{" "}
              <Said text={list(one.accounts.slice(0, 5))} longest={200} />
              {one.accounts.length > 5 && " …"}
            </p>
          ))}
        </div>
      )}
      <Section title="How it stands">
        <div className="pad">
          <TotalsBar totals={plan.totals} unit={plan.steps.length === 1 ? "account" : "accounts"} />
        </div>
      </Section>
      {plan.edits.length > 0 && (
        <Section title="What changed since it was drafted">
          <Edits edits={plan.edits} />
        </Section>
      )}
      <Section title="What it touches">
        <Loaded answer={costs}>{(priced) => <Costs plan={priced} />}</Loaded>
      </Section>
      <Section title="Account by account">
        <Steps plan={plan} path={path} />
      </Section>
      <div className="two">
        <Section title="Stages">
          <div className="pad">
            <RolloutWords rollout={plan.rollout} />
          </div>
        </Section>
        <Section title="Who did what">
          <div className="pad">
            <Standing thing={plan} />
          </div>
        </Section>
      </div>
    </>
  );
}

function Costs({ plan }: { plan: Plan }) {
  if (plan.blast) {
    return <BlastRadius blast={plan.blast} />;
  }
  return (
    <p className="pad note warn">
      {plan.without_costs ? <Said text={sentence(plan.without_costs)} /> : "What it touches cannot be told."}
    </p>
  );
}

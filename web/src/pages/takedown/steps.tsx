// A plan's steps, and changing them while it has not begun.

import { useMemo, useState } from "react";
import { put } from "../../api/cache";
import { post } from "../../api/client";
import type { Remedy, Rollout, Step, Takedown } from "../../api/types";
import { href } from "../../app/router";
import { useSession } from "../../app/session";
import { Kind, State } from "../../parts/badge";
import { Confirm } from "../../parts/confirm";
import { harmlessText } from "../../parts/harmless";
import { Said } from "../../parts/said";
import { type Column, Table } from "../../parts/table";
import { count, plain, quoted, remedyMeans } from "../../parts/words";
import { RolloutFields, rolloutFlags } from "./rollout";

const REMEDIES: Remedy[] = ["disable", "restrict", "secure", "watch"];
const NOTHING: ReadonlySet<string> = new Set();

export function Steps({ plan, path }: { plan: Takedown; path: string }) {
  const [text, setText] = useState("");
  const [phase, setPhase] = useState("");
  const [selected, setSelected] = useState<ReadonlySet<string>>(NOTHING);
  const [changing, setChanging] = useState<"drop" | "remedy" | "rollout">();
  const mayEdit = plan.may.includes("edit");
  const phases = useMemo(() => [...new Set(plan.steps.map((step) => step.phase))].sort(), [plan.steps]);
  const searched = text.trim().toLowerCase();
  const rows = useMemo(
    () =>
      plan.steps.filter(
        (step) =>
          (phase === "" || step.phase === phase) &&
          (searched === "" || `${step.account} ${step.reason} ${step.note}`.toLowerCase().includes(searched)),
      ),
    [plan.steps, phase, searched],
  );
  return (
    <>
      <div className="pad filters">
        <input
          type="search"
          aria-label="Search the steps"
          placeholder="Search accounts and reasons"
          value={text}
          onChange={(event) => setText(event.target.value)}
        />
        <label className="field inline">
          <span>State</span>
          <select value={phase} onChange={(event) => setPhase(event.target.value)}>
            <option value="">any</option>
            {phases.map((one) => (
              <option key={one} value={one}>
                {plain(one)}
              </option>
            ))}
          </select>
        </label>
        {mayEdit && (
          <>
            <button
              type="button"
              className="button small"
              disabled={selected.size === 0}
              onClick={() => setChanging("remedy")}
            >
              Change what is done…
            </button>
            <button
              type="button"
              className="button small"
              disabled={selected.size === 0}
              onClick={() => setChanging("drop")}
            >
              Leave alone…
            </button>
            <button type="button" className="button small" onClick={() => setChanging("rollout")}>
              Change the stages…
            </button>
            <span className="muted small" role="status">
              {selected.size > 0 && `${count(selected.size, "account")} selected`}
            </span>
          </>
        )}
      </div>
      <Table
        caption="Steps of the plan"
        rows={rows}
        columns={columnsOf(plan)}
        keyOf={(step) => step.account}
        nameOf={(step) => harmlessText(step.account, 60)}
        {...(mayEdit ? { selected, onSelect: setSelected } : {})}
        dense
      />
      {rows.length === 0 && <p className="pad muted">No step fits.</p>}
      {changing !== undefined && (
        <EditPlan
          plan={plan}
          path={path}
          what={changing}
          accounts={[...selected]}
          onDone={() => setSelected(NOTHING)}
          onClose={() => setChanging(undefined)}
        />
      )}
    </>
  );
}

function kindOf(step: Step): string {
  return step.kind;
}

function columnsOf(plan: Takedown): Column<Step>[] {
  return [
    {
      name: "Account",
      by: (step) => step.account,
      show: (step) => (
        <a href={href(["cases", plan.case], { account: step.account })} data-row-link className="title-cell">
          <Said text={step.account} still longest={60} />
        </a>
      ),
    },
    { name: "Taken for", by: kindOf, show: (step) => <Kind kind={kindOf(step)} /> },
    {
      name: "What is done",
      by: (step) => step.remedy,
      show: (step) => <span title={remedyMeans(step.remedy)}>{step.remedy}</span>,
    },
    { name: "State", by: (step) => step.phase, show: (step) => <State word={step.phase} /> },
    {
      name: "Why",
      aside: true,
      show: (step) => (
        <>
          <Said text={step.reason} longest={200} />
          {step.note && (
            <div className="under">
              <Said text={step.note} longest={200} />
            </div>
          )}
        </>
      ),
    },
    { name: "As it was", aside: true, show: (step) => <Prior prior={step.prior} /> },
  ];
}

/** What an account was before, which is what it goes back to. */
function Prior({ prior }: { prior: unknown }) {
  if (prior === null || prior === undefined) {
    return <span className="muted">not read yet</span>;
  }
  if (typeof prior === "string") {
    return <Said text={prior} longest={80} />;
  }
  if (typeof prior === "object") {
    const parts = Object.entries(prior as Record<string, unknown>)
      .filter(([, value]) => value !== null && value !== "")
      .map(([name, value]) => `${plain(name)}: ${typeof value === "object" ? JSON.stringify(value) : String(value)}`);
    return (
      <span className="small">
        <Said text={parts.join(", ")} longest={80} />
      </span>
    );
  }
  return <Said text={String(prior)} longest={80} />;
}

interface EditProps {
  plan: Takedown;
  path: string;
  what: "drop" | "remedy" | "rollout";
  accounts: string[];
  onDone: () => void;
  onClose: () => void;
}

function EditPlan({ plan, path, what, accounts, onDone, onClose }: EditProps) {
  const { person } = useSession();
  const [remedy, setRemedy] = useState<Remedy>("restrict");
  const [rollout, setRollout] = useState<Rollout | null>(plan.rollout);
  const flags =
    what === "drop"
      ? accounts.map((one) => ` --drop ${quoted(one)}`).join("")
      : what === "remedy"
        ? accounts.map((one) => ` --remedy ${quoted(`${one}=${remedy}`)}`).join("")
        : rolloutFlags(rollout ?? plan.rollout);
  const body = {
    drop: what === "drop" ? accounts : [],
    remedies: what === "remedy" ? Object.fromEntries(accounts.map((one) => [one, remedy])) : {},
    ...(what === "rollout" && rollout !== null ? { rollout } : {}),
  };
  const titles = {
    drop: `Leave ${count(accounts.length, "account")} alone`,
    remedy: `Change what is done to ${count(accounts.length, "account")}`,
    rollout: "Change the stages",
  };
  return (
    <Confirm
      title={titles[what]}
      verb="Change the plan"
      reason="Why (a note on the case)"
      command={`avert --as ${person.name} takedown edit ${plan.id}${flags} --reason REASON`}
      act={async (reason) => {
        put(path, await post(`${path}/edit`, { ...body, reason }));
        onDone();
      }}
      onClose={onClose}
    >
      <p>The plan is a draft again, and whatever approval it had is void.</p>
      {what === "remedy" && (
        <label className="field">
          <span>What is done instead</span>
          <select value={remedy} onChange={(event) => setRemedy(event.target.value as Remedy)}>
            {REMEDIES.map((one) => (
              <option key={one} value={one}>
                {one}: {remedyMeans(one)}
              </option>
            ))}
          </select>
        </label>
      )}
      {what === "rollout" && <RolloutFields value={rollout} onChange={setRollout} />}
      {what !== "rollout" && (
        <ul className="ties scroll">
          {accounts.map((one) => (
            <li key={one}>
              <Said text={one} longest={60} />
            </li>
          ))}
        </ul>
      )}
    </Confirm>
  );
}

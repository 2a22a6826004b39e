// What can be done with a case as a whole.

import { useState } from "react";
import { invalidate, useQuery } from "../../api/cache";
import { post } from "../../api/client";
import type { Case, Settings, Unfinished } from "../../api/types";
import { href } from "../../app/router";
import { useRole, useSession } from "../../app/session";
import { Confirm } from "../../parts/confirm";
import { ProblemBox } from "../../parts/problem";
import { count } from "../../parts/words";

export function CaseActions({ body, path }: { body: Case; path: string }) {
  const [asking, setAsking] = useState<"assign" | "close">();
  const [problem, setProblem] = useState<unknown>();
  const { person } = useSession();
  const mayClose = useRole("investigator");
  const { head } = body;
  const isOpen = head.state === "open";
  const refresh = () => invalidate((one) => one.startsWith(path) || /^\/v1\/(today|cases\?)/.test(one));
  return (
    <>
      <a className="button" href={href(["cases", head.id, "report"])}>
        Report
      </a>
      {isOpen && head.assigned_to !== person.name && (
        <button
          type="button"
          className="button"
          onClick={() => {
            setProblem(undefined);
            post(`${path}/assign`, { to: person.name }).then(refresh, setProblem);
          }}
        >
          Take it
        </button>
      )}
      {isOpen && (
        <button type="button" className="button" onClick={() => setAsking("assign")}>
          Assign…
        </button>
      )}
      {isOpen && mayClose && (
        <button type="button" className="button" onClick={() => setAsking("close")}>
          Close…
        </button>
      )}
      {problem !== undefined && <ProblemBox problem={problem} />}
      {asking === "assign" && <Assign head={head} path={path} onDone={refresh} onClose={() => setAsking(undefined)} />}
      {asking === "close" && <Close body={body} path={path} onDone={refresh} onClose={() => setAsking(undefined)} />}
    </>
  );
}

interface DialogProps {
  path: string;
  onDone: () => void;
  onClose: () => void;
}

function Assign({ head, path, onDone, onClose }: DialogProps & { head: Case["head"] }) {
  const people = useQuery<Settings>("/v1/settings").data?.people ?? [];
  const [to, setTo] = useState(head.assigned_to ?? "");
  return (
    <Confirm
      title={`Assign ${head.id}`}
      verb="Assign"
      act={async () => {
        await post(`${path}/assign`, { to: to === "" ? null : to });
        onDone();
      }}
      onClose={onClose}
    >
      <label className="field">
        <span>To</span>
        <select value={to} onChange={(event) => setTo(event.target.value)}>
          <option value="">nobody</option>
          {people.map((one) => (
            <option key={one.name} value={one.name}>
              {one.name} ({one.roles.join(", ")})
            </option>
          ))}
        </select>
      </label>
    </Confirm>
  );
}

function words(unfinished: Unfinished | undefined, one: string): string[] {
  if (typeof unfinished === "number") {
    return unfinished === 0 ? [] : [count(unfinished, one)];
  }
  return unfinished ?? [];
}

function Close({ body, path, onDone, onClose }: DialogProps & { body: Case }) {
  const { person } = useSession();
  const [although, setAlthough] = useState(false);
  const { head, untold } = body;
  const unfinished = [
    ...words(body.unfinished.plans, "plan"),
    ...words(body.unfinished.notice_lists, "notice list"),
    ...words(body.unfinished.appeals, "appeal"),
  ];
  return (
    <Confirm
      title={`Close ${head.id}`}
      verb="Close the case"
      typed={head.id}
      reason="Why it is over"
      command={`avert --as ${person.name} case close ${head.id} --reason REASON${although ? " --although-untold" : ""}`}
      blocked={untold > 0 && !although}
      act={async (reason) => {
        await post(`${path}/close`, { reason, although_untold: although });
        onDone();
      }}
      onClose={onClose}
    >
      <p>A closed case takes no new plans or notices, and what it holds about people may be forgotten after a while.</p>
      {unfinished.length > 0 && <p className="note warn">Not finished yet: {unfinished.join(", ")}.</p>}
      {untold > 0 && (
        <label className="check note warn">
          <input type="checkbox" checked={although} onChange={(event) => setAlthough(event.target.checked)} />
          Close it although {count(untold, "person", "people")} {untold === 1 ? "was" : "were"} not told
        </label>
      )}
    </Confirm>
  );
}

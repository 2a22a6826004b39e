// Where a case stands on its way, and the step that comes next.

import { useState } from "react";
import { invalidate, useQuery } from "../../api/cache";
import { post } from "../../api/client";
import type { Case, NoticeList, Settings, Takedown } from "../../api/types";
import { go, href } from "../../app/router";
import { useRole, useSession } from "../../app/session";
import { State } from "../../parts/badge";
import { Confirm } from "../../parts/confirm";
import { Section } from "../../parts/page-head";
import { RolloutFields, rolloutFlags } from "../takedown/rollout";

const refresh = (path: string) =>
  invalidate((one) => one.startsWith(path) || /^\/v1\/(today|takedowns|notices)/.test(one));

export function NextStep({ body, path }: { body: Case; path: string }) {
  const [asking, setAsking] = useState<"takedown" | "notices">();
  const mayPlan = useRole("investigator");
  const { head } = body;
  const isOpen = head.state === "open";
  return (
    <Section
      title="What is done about it"
      aside={
        isOpen &&
        mayPlan && (
          <>
            <button type="button" className="button small" onClick={() => setAsking("takedown")}>
              Plan a takedown…
            </button>
            <button type="button" className="button small" onClick={() => setAsking("notices")}>
              Plan notices…
            </button>
          </>
        )
      }
    >
      <ul className="works">
        {head.plans.map((one) => (
          <li key={one.id}>
            <a href={href(["takedowns", one.id])}>
              Takedown <code>{one.id}</code>
            </a>{" "}
            <State word={one.state} />
          </li>
        ))}
        {head.notice_lists.map((one) => (
          <li key={one.id}>
            <a href={href(["notices", one.id])}>
              Notices <code>{one.id}</code>
            </a>{" "}
            <State word={one.state} />
          </li>
        ))}
        {head.plans.length === 0 && (
          <li className="muted">
            No takedown is planned. A plan holds one step an account and what it will touch; it acts on nobody until a
            second person approved it.
          </li>
        )}
        {head.plans.length > 0 && head.notice_lists.length === 0 && (
          <li className="muted">
            Nobody is told yet. Notices are planned once the takedown is done, so that nobody is tipped off.
          </li>
        )}
      </ul>
      {asking === "takedown" && <PlanTakedown id={head.id} path={path} onClose={() => setAsking(undefined)} />}
      {asking === "notices" && <PlanNotices id={head.id} path={path} onClose={() => setAsking(undefined)} />}
    </Section>
  );
}

interface PlanProps {
  id: string;
  path: string;
  onClose: () => void;
}

function PlanTakedown({ id, path, onClose }: PlanProps) {
  const { person } = useSession();
  const [onFailure, setOnFailure] = useState<"continue" | "roll-back">("continue");
  const [secure, setSecure] = useState(false);
  const [rollout, setRollout] = useState<Takedown["rollout"] | null>(null);
  const command =
    `avert --as ${person.name} takedown plan ${id}` +
    (onFailure === "continue" ? "" : " --on-failure roll-back") +
    (secure ? " --secure-compromised" : "") +
    (rollout === null ? "" : rolloutFlags(rollout));
  return (
    <Confirm
      title={`Plan a takedown of ${id}`}
      verb="Draft the plan"
      command={command}
      act={async () => {
        const plan = await post<Takedown>("/v1/takedowns", {
          case: id,
          on_failure: onFailure,
          secure_compromised: secure,
          ...(rollout === null ? {} : { rollout }),
        });
        refresh(path);
        go(href(["takedowns", plan.id]));
      }}
      onClose={onClose}
    >
      <p>The draft acts on nobody. You look at what it would touch, change it, and submit it to a second person.</p>
      <label className="field">
        <span>When an account fails</span>
        <select value={onFailure} onChange={(event) => setOnFailure(event.target.value as "continue" | "roll-back")}>
          <option value="continue">note it and act on the others</option>
          <option value="roll-back">undo everything</option>
        </select>
      </label>
      <label className="check">
        <input type="checkbox" checked={secure} onChange={(event) => setSecure(event.target.checked)} />
        Secure real accounts in other hands too, rather than only watch them
      </label>
      <RolloutFields value={rollout} onChange={setRollout} />
    </Confirm>
  );
}

function PlanNotices({ id, path, onClose }: PlanProps) {
  const { person } = useSession();
  const channels = useQuery<Settings>("/v1/settings").data?.channels ?? [];
  const [channel, setChannel] = useState("");
  const [awake, setAwake] = useState(false);
  const command =
    `avert --as ${person.name} notify plan ${id}` +
    (channel === "" ? "" : ` --channel ${channel}`) +
    (awake ? " --although-awake" : "");
  return (
    <Confirm
      title={`Plan notices for ${id}`}
      verb="Write the list"
      command={command}
      act={async () => {
        const made = await post<NoticeList>("/v1/notices", {
          case: id,
          although_awake: awake,
          ...(channel === "" ? {} : { channel }),
        });
        refresh(path);
        go(href(["notices", made.id]));
      }}
      onClose={onClose}
    >
      <p>
        Everyone the network reached, strongest contact first. Members and suspects are never on the list; nobody is
        told until a second person approved it.
      </p>
      <label className="field">
        <span>By which channel</span>
        <select value={channel} onChange={(event) => setChannel(event.target.value)}>
          <option value="">the one avert.toml names first</option>
          {channels.map((one) => (
            <option key={one.name} value={one.name}>
              {one.name} ({one.kind})
            </option>
          ))}
        </select>
      </label>
      <label className="check">
        <input type="checkbox" checked={awake} onChange={(event) => setAwake(event.target.checked)} />
        Although some of the network is still awake (it may be tipped off)
      </label>
    </Confirm>
  );
}

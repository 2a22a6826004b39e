// What a person may do with a list of notices now.

import { useState } from "react";
import { invalidate, put } from "../../api/cache";
import { post } from "../../api/client";
import type { NoticeList } from "../../api/types";
import { useSession } from "../../app/session";
import { Confirm } from "../../parts/confirm";
import { Approve } from "../../parts/review/approve";
import { Said } from "../../parts/said";
import { count, sentence, TIER_ORDER, tier as tierWords } from "../../parts/words";

type Verb = "approve" | "reject" | "send" | "resume" | "give-up";

const WORDS: Record<Verb, string> = {
  approve: "Approve…",
  reject: "Reject…",
  send: "Send…",
  resume: "Resume…",
  "give-up": "Give up on the rest…",
};

export function Actions({ body, path }: { body: NoticeList; path: string }) {
  const [asking, setAsking] = useState<Verb>();
  const close = () => setAsking(undefined);
  const may = (["reject", "give-up", "approve", "send", "resume"] as const).filter((verb) => body.may.includes(verb));
  return (
    <>
      {may.map((verb) => (
        <button
          key={verb}
          type="button"
          className={`button ${verb === "send" || verb === "resume" ? "danger" : verb === "approve" ? "primary" : ""}`}
          onClick={() => setAsking(verb)}
        >
          {WORDS[verb]}
        </button>
      ))}
      {asking === "approve" && (
        <Approve base={path} thing={body} onClose={close}>
          <Summary body={body} />
        </Approve>
      )}
      {(asking === "send" || asking === "resume") && <Send body={body} path={path} verb={asking} onClose={close} />}
      {(asking === "reject" || asking === "give-up") && (
        <Refuse body={body} path={path} verb={asking} onClose={close} />
      )}
    </>
  );
}

interface DialogProps {
  body: NoticeList;
  path: string;
  onClose: () => void;
}

function Send({ body, path, verb, onClose }: DialogProps & { verb: "send" | "resume" }) {
  return (
    <Confirm
      title={`${sentence(verb)} ${body.id}`}
      verb={verb === "send" ? "Send the notices" : "Go on sending"}
      typed={body.id}
      danger
      command={body.commands[verb]}
      act={async () => {
        put(path, await post(`${path}/${verb}`, { digest: body.digest }));
        invalidate((one) => one.startsWith("/v1/today"));
      }}
      onClose={onClose}
    >
      <Summary body={body} />
      <p>
        {verb === "send"
          ? "The notices leave now, in random order. What is sent cannot be taken back."
          : "It goes on where it broke off. Nobody who was told is told again."}
      </p>
    </Confirm>
  );
}

function Refuse({ body, path, verb, onClose }: DialogProps & { verb: "reject" | "give-up" }) {
  const { person } = useSession();
  return (
    <Confirm
      title={verb === "reject" ? `Reject ${body.id}` : `Give up on the rest of ${body.id}`}
      verb={verb === "reject" ? "Reject the list" : "Give up on the rest"}
      typed={body.id}
      danger={verb === "give-up"}
      reason="Why (a note on the case)"
      command={body.commands[verb] ?? `avert --as ${person.name} notify ${verb} ${body.id} --reason REASON`}
      act={async (reason) => put(path, await post(`${path}/${verb}`, { reason }))}
      onClose={onClose}
    >
      <p>
        {verb === "reject"
          ? "Nobody is told. Another list can be planned from the case."
          : "Whoever was not told yet stays untold by this list; the case counts them."}
      </p>
    </Confirm>
  );
}

function Summary({ body }: { body: NoticeList }) {
  const all = Object.values(body.totals).reduce((sum, one) => sum + one, 0);
  const tiers = TIER_ORDER.filter((one) => body.tiers[one]);
  return (
    <p>
      <strong>{count(all, "person", "people")}</strong> through <Said text={body.channel} />:{" "}
      {tiers.map((one) => `${body.tiers[one]} who ${tierWords(one)}`).join(", ")}; in{" "}
      {count(Object.keys(body.languages).length, "language")}.
    </p>
  );
}

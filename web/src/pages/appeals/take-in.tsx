// Taking in an appeal that came by post, mail or telephone.

import { useState } from "react";
import { invalidate } from "../../api/cache";
import { post } from "../../api/client";
import type { Appeal } from "../../api/types";
import { go, href } from "../../app/router";
import { useSession } from "../../app/session";
import { Confirm } from "../../parts/confirm";
import { quoted } from "../../parts/words";

export function TakeIn() {
  const { person } = useSession();
  const [open, setOpen] = useState(false);
  const [plan, setPlan] = useState("");
  const [account, setAccount] = useState("");
  const [reference, setReference] = useState("");
  const isFilled = [plan, account, reference].every((one) => one.trim() !== "");
  return (
    <>
      <button type="button" className="button" onClick={() => setOpen(true)}>
        Take in an appeal…
      </button>
      {open && (
        <Confirm
          title="Take in an appeal"
          verb="Take it in"
          reason="What the person says"
          command={`avert --as ${person.name} appeal file ${plan || "tp-…"} --account ${quoted(account || "…")} --reference ${quoted(reference || "…")}`}
          blocked={!isFilled}
          act={async (text) => {
            const made = await post<Appeal>("/v1/appeals", {
              plan: plan.trim(),
              account: account.trim(),
              reference: reference.trim(),
              text,
            });
            invalidate((one) => /^\/v1\/(appeals|today)/.test(one));
            go(href(["appeals", made.id]));
          }}
          onClose={() => setOpen(false)}
        >
          <label className="field">
            <span>Against which plan</span>
            <input value={plan} placeholder="tp-1" onChange={(event) => setPlan(event.target.value)} required />
          </label>
          <label className="field">
            <span>About which account</span>
            <input value={account} onChange={(event) => setAccount(event.target.value)} required />
          </label>
          <label className="field">
            <span>Your reference: the same one is never taken in twice</span>
            <input value={reference} onChange={(event) => setReference(event.target.value)} required />
          </label>
        </Confirm>
      )}
    </>
  );
}

// Stop everything, from every page; and when everything is stopped, say so loudly.

import { useState } from "react";
import { invalidate, useQuery } from "../api/cache";
import { post, remove } from "../api/client";
import type { FrozenBy } from "../api/types";
import { Confirm } from "../parts/confirm";
import { Said } from "../parts/said";
import { Time } from "../parts/time";
import { Icon } from "./icons";
import { useSession } from "./session";

const affected = (path: string) => /^\/v1\/(freeze|today|takedowns|notices)/.test(path);

export function FreezeButton() {
  const frozen = useQuery<FrozenBy | null>("/v1/freeze").data;
  const [open, setOpen] = useState(false);
  const { person } = useSession();
  if (frozen) {
    return null;
  }
  return (
    <>
      <button type="button" className="button danger-quiet" onClick={() => setOpen(true)}>
        <Icon name="freeze" />
        <span className="wide-only">Freeze everything</span>
        <span className="narrow-only">Freeze</span>
      </button>
      {open && (
        <Confirm
          title="Freeze everything"
          verb="Freeze everything"
          danger
          reason="Why (everybody reads it)"
          command={`avert --as ${person.name} freeze REASON`}
          act={async (reason) => {
            await post("/v1/freeze", { reason });
            invalidate(affected);
          }}
          onClose={() => setOpen(false)}
        >
          <p>
            Nothing begins outside any more until it is thawed: no account is acted on or put back, nobody is told
            anything. What is under way stops after the requests already sent, and can go on afterwards.
          </p>
        </Confirm>
      )}
    </>
  );
}

export function FrozenBanner() {
  const frozen = useQuery<FrozenBy | null>("/v1/freeze").data;
  const [open, setOpen] = useState(false);
  const { person } = useSession();
  if (!frozen) {
    return null;
  }
  return (
    <section className="frozen" aria-label="Frozen">
      <Icon name="freeze" />
      <p>
        <strong>Everything is frozen.</strong> Nothing begins outside until it is thawed. By <Said text={frozen.by} />,{" "}
        <Time at={frozen.at} />: <Said text={frozen.reason} />
      </p>
      <button type="button" className="button" onClick={() => setOpen(true)}>
        Thaw…
      </button>
      {open && (
        <Confirm
          title="Let things begin again"
          verb="Thaw"
          typed="thaw"
          reason="Why it is safe again"
          command={`avert --as ${person.name} thaw REASON`}
          act={async (reason) => {
            await remove("/v1/freeze", { reason });
            invalidate(affected);
          }}
          onClose={() => setOpen(false)}
        >
          <p>Nothing goes on by itself: each plan and list that was stopped is resumed by a person.</p>
        </Confirm>
      )}
    </section>
  );
}

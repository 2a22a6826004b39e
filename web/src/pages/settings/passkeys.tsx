// My passkeys: what approvals are signed with. A passkey counts once an operator has put its line into avert.toml.

import { useState } from "react";
import { invalidate, useQuery } from "../../api/cache";
import { post } from "../../api/client";
import { type CreationOptionsJson, canUsePasskeys, create } from "../../api/passkey";
import type { PasskeyInfo } from "../../api/types";
import { useSession } from "../../app/session";
import { Loaded } from "../../parts/async";
import { Copy } from "../../parts/command";
import { Empty } from "../../parts/empty";
import { Section } from "../../parts/page-head";
import { ProblemBox } from "../../parts/problem";
import { Said } from "../../parts/said";
import { Table } from "../../parts/table";
import { Time } from "../../parts/time";

interface Enrolled {
  id: string;
  line: string;
  counts: boolean;
  where: string;
}

export function Passkeys() {
  const { person, session, refresh } = useSession();
  const answer = useQuery<PasskeyInfo[]>("/v1/passkeys");
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<unknown>();
  const [made, setMade] = useState<Enrolled>();
  const can = canUsePasskeys();

  const enrol = async () => {
    setBusy(true);
    setProblem(undefined);
    try {
      const asked = await post<{ challenge_id: string; publicKey: CreationOptionsJson }>("/v1/passkeys/options");
      setMade(await post<Enrolled>("/v1/passkeys", await create(asked.challenge_id, asked.publicKey)));
      invalidate((path) => path === "/v1/passkeys" || path === "/v1/settings");
      await refresh();
    } catch (cause) {
      setProblem(cause);
    }
    setBusy(false);
  };

  return (
    <Section
      title="Your passkeys"
      aside={
        <button type="button" className="button small" disabled={busy || !can} onClick={enrol}>
          {busy ? "Waiting for your device…" : "Add a passkey"}
        </button>
      }
    >
      <div className="pad stack">
        <p>
          {session.signatures === "required"
            ? "Approvals must be signed. A passkey signs in the browser; an SSH key does on the command line. Both count the same."
            : "Approvals need no signature as avert.toml stands. A passkey makes them provable."}
        </p>
        {!can && <p className="note warn">This browser cannot use passkeys here: they need https, or localhost.</p>}
        {problem !== undefined && <ProblemBox problem={problem} />}
        {made !== undefined && (
          <div className="note stack tight" role="status">
            <p>
              <strong>The passkey is made. It {made.counts ? "counts" : "does not count yet"}.</strong> An operator must{" "}
              <Said text={made.where || `add it to passkeys = [ … ] of [people.${person.name}] in avert.toml`} />:
            </p>
            <Line line={made.line} />
          </div>
        )}
      </div>
      <Loaded answer={answer}>
        {(keys) =>
          keys.length === 0 ? (
            <Empty title="You have no passkey.">
              Add one here, give its line to an operator, and it counts. Nobody, not even an administrator of this
              server, can make one count from the console.
            </Empty>
          ) : (
            <Table
              caption="Your passkeys"
              rows={keys}
              keyOf={(one) => one.id}
              columns={[
                {
                  name: "Passkey",
                  show: (one) => (
                    <code>
                      <Said text={one.id} longest={24} />
                    </code>
                  ),
                },
                { name: "Added", show: (one) => <Time at={one.added_at} /> },
                {
                  name: "Counts",
                  show: (one) =>
                    one.counts ? "yes" : <span className="muted">not yet: its line is not in avert.toml</span>,
                },
                { name: "Line for avert.toml", aside: true, show: (one) => one.line && <Line line={one.line} /> },
              ]}
            />
          )
        }
      </Loaded>
    </Section>
  );
}

function Line({ line }: { line: string }) {
  return (
    <div className="command">
      <code>{line}</code>
      <Copy text={line} />
    </div>
  );
}

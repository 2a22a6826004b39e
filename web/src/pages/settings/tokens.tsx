// Tokens for other software: what each may do, and taking it back.

import { useState } from "react";
import { invalidate, useQuery } from "../../api/cache";
import { post, remove } from "../../api/client";
import type { Token } from "../../api/types";
import { Loaded } from "../../parts/async";
import { Copy } from "../../parts/command";
import { Confirm } from "../../parts/confirm";
import { Dialog } from "../../parts/dialog";
import { Empty } from "../../parts/empty";
import { Section } from "../../parts/page-head";
import { Said } from "../../parts/said";
import { Table } from "../../parts/table";
import { Time } from "../../parts/time";

const SCOPES = [
  { word: "read", words: "read whatever you may read" },
  { word: "write", words: "do whatever you may do" },
  { word: "appeals", words: "hand in appeals, and nothing else" },
  { word: "metrics", words: "read the figures of /metrics" },
];

const refresh = () => invalidate((path) => path === "/v1/tokens");

export function Tokens() {
  const tokens = useQuery<Token[]>("/v1/tokens");
  const [making, setMaking] = useState(false);
  const [made, setMade] = useState<string>();
  const [revoking, setRevoking] = useState<Token>();
  return (
    <Section
      title="Tokens for other software"
      aside={
        <button type="button" className="button small" onClick={() => setMaking(true)}>
          Make a token…
        </button>
      }
    >
      <Loaded answer={tokens}>
        {(rows) =>
          rows.length === 0 ? (
            <Empty title="There is no token.">
              A help desk's system takes in appeals with one of scope <code>appeals</code>; a dashboard reads with one
              of scope <code>read</code>. A token comes in your name and may do no more than you.
            </Empty>
          ) : (
            <Table
              caption="Tokens"
              rows={rows}
              keyOf={(one) => String(one.id)}
              columns={[
                { name: "Name", by: (one) => one.name, show: (one) => <Said text={one.name} /> },
                { name: "Comes as", by: (one) => one.owner ?? "", show: (one) => <Said text={one.owner} /> },
                { name: "May", show: (one) => one.scopes.join(", ") },
                { name: "Made", by: (one) => one.made_at ?? "", aside: true, show: (one) => <Time at={one.made_at} /> },
                {
                  name: "Revoke",
                  hideName: true,
                  show: (one) => (
                    <button type="button" className="button small" onClick={() => setRevoking(one)}>
                      Revoke…<span className="only-heard"> {one.name}</span>
                    </button>
                  ),
                },
              ]}
            />
          )
        }
      </Loaded>
      {making && <Make onMade={setMade} onClose={() => setMaking(false)} />}
      {made !== undefined && (
        <Dialog title="The new token" onClose={() => setMade(undefined)}>
          <div className="stack">
            <p>It is shown once. Put it where the other software keeps its secrets.</p>
            <div className="command">
              <code>{made}</code>
              <Copy text={made} />
            </div>
          </div>
        </Dialog>
      )}
      {revoking !== undefined && (
        <Confirm
          title={`Revoke ${revoking.name}`}
          verb="Revoke the token"
          typed={revoking.name}
          danger
          act={async () => {
            await remove(`/v1/tokens/${encodeURIComponent(String(revoking.id))}`);
            refresh();
          }}
          onClose={() => setRevoking(undefined)}
        >
          <p>Whatever uses it is refused from the next request on. It cannot be brought back; another can be made.</p>
        </Confirm>
      )}
    </Section>
  );
}

function Make({ onMade, onClose }: { onMade: (token: string) => void; onClose: () => void }) {
  const [name, setName] = useState("");
  const [scopes, setScopes] = useState<ReadonlySet<string>>(new Set(["read"]));
  return (
    <Confirm
      title="Make a token"
      verb="Make the token"
      blocked={name.trim() === "" || scopes.size === 0}
      act={async () => {
        const made = await post<{ token: string }>("/v1/tokens", { name: name.trim(), scopes: [...scopes] });
        refresh();
        onMade(made.token);
      }}
      onClose={onClose}
    >
      <label className="field">
        <span>Name: what uses it</span>
        <input value={name} placeholder="help desk" onChange={(event) => setName(event.target.value)} required />
      </label>
      <fieldset className="stack tight">
        <legend>It may</legend>
        {SCOPES.map((one) => (
          <label key={one.word} className="check">
            <input
              type="checkbox"
              checked={scopes.has(one.word)}
              onChange={() => {
                const next = new Set(scopes);
                if (!next.delete(one.word)) {
                  next.add(one.word);
                }
                setScopes(next);
              }}
            />
            <code>{one.word}</code> {one.words}
          </label>
        ))}
      </fieldset>
    </Confirm>
  );
}

// People, as avert.toml has them, and inviting one of them to set a password.

import { useState } from "react";
import { post, remove } from "../../api/client";
import type { Settings } from "../../api/types";
import { Copy } from "../../parts/command";
import { Confirm } from "../../parts/confirm";
import { Dialog } from "../../parts/dialog";
import { Section } from "../../parts/page-head";
import { ProblemBox } from "../../parts/problem";
import { Said } from "../../parts/said";
import { Table } from "../../parts/table";
import { Time } from "../../parts/time";
import { number } from "../../parts/words";

type Row = Settings["people"][number];

export function People({ body, isOperator }: { body: Settings; isOperator: boolean }) {
  const [invited, setInvited] = useState<{ name: string; link: string; expires_at: string }>();
  const [leaving, setLeaving] = useState<string>();
  const [problem, setProblem] = useState<unknown>();
  const invite = async (name: string) => {
    setProblem(undefined);
    try {
      const made = await post<{ link: string; expires_at: string }>(
        `/v1/people/${encodeURIComponent(name)}/invitations`,
      );
      setInvited({ name, ...made });
    } catch (cause) {
      setProblem(cause);
    }
  };
  return (
    <Section title="People" aside={<span>Roles and keys are given in avert.toml.</span>}>
      {problem !== undefined && (
        <div className="pad">
          <ProblemBox problem={problem} />
        </div>
      )}
      <Table
        caption="People"
        rows={body.people}
        keyOf={(one) => one.name}
        columns={[
          {
            name: "Name",
            by: (one) => one.name,
            show: (one) => (
              <span className="title-cell nowrap">
                <Said text={one.name} />
              </span>
            ),
          },
          { name: "Roles", show: (one) => one.roles.join(", ") },
          { name: "SSH keys", by: (one) => one.keys, numeric: true, show: (one) => number(one.keys) },
          { name: "Passkeys", by: (one) => one.passkeys, numeric: true, show: (one) => number(one.passkeys) },
          {
            name: "Signed in before",
            aside: true,
            show: (one) => (one.signed_in_before ? "yes" : <span className="muted">never</span>),
          },
          ...(isOperator
            ? [
                {
                  name: "Invitation",
                  show: (one: Row) => (
                    <span className="actions">
                      <button type="button" className="button small" onClick={() => invite(one.name)}>
                        {one.signed_in_before ? "New password…" : "Invite…"}
                        <span className="only-heard"> {one.name}</span>
                      </button>
                      {one.signed_in_before && (
                        <button type="button" className="button small" onClick={() => setLeaving(one.name)}>
                          Sign out…<span className="only-heard"> {one.name}</span>
                        </button>
                      )}
                    </span>
                  ),
                },
              ]
            : []),
        ]}
      />
      {leaving !== undefined && (
        <Confirm
          title={`Sign ${leaving} out everywhere`}
          verb="Sign out everywhere"
          typed={leaving}
          danger
          act={() => remove(`/v1/people/${encodeURIComponent(leaving)}/sessions`, {})}
          onClose={() => setLeaving(undefined)}
        >
          <p>Whoever uses this name in a browser has to sign in again. What is under way goes on.</p>
        </Confirm>
      )}
      {invited !== undefined && (
        <Dialog title={`Invitation for ${invited.name}`} onClose={() => setInvited(undefined)}>
          <div className="stack">
            <p>
              Give this link to <Said text={invited.name} />, and to nobody else: whoever opens it first sets the
              password. It works once, until <Time at={invited.expires_at} />, and is not shown again.
            </p>
            <div className="command">
              <code>{invited.link}</code>
              <Copy text={invited.link} what="Copy the link" />
            </div>
          </div>
        </Dialog>
      )}
    </Section>
  );
}

// What a person may do with a plan or list now, and why the rest is not for them.

import type { Reviewed, Role } from "../../api/types";
import { useSession } from "../../app/session";
import { Said } from "../said";
import { list } from "../words";

const WRITING = new Set(["drafted", "edited", "submitted", "planned"]);
const NEEDS: Record<string, Role> = {
  approve: "approver",
  execute: "responder",
  send: "responder",
  resume: "responder",
  reverse: "responder",
  submit: "investigator",
};
/** What comes next in each state. */
const NEXT: Record<string, string> = {
  draft: "submit",
  "in-review": "approve",
  approved: "execute",
  executing: "resume",
  reversing: "resume",
  sending: "resume",
  executed: "reverse",
};

export function WhyNot({ thing, begin = "execute" }: { thing: Reviewed; begin?: "execute" | "send" }) {
  const { person } = useSession();
  const notes: React.ReactNode[] = [];
  const next = thing.state === "approved" ? begin : NEXT[thing.state];
  const wrote = thing.signatures.some((one) => WRITING.has(one.act) && one.by === person.name);
  const approvers = (thing.approvers ?? []).filter((name) => name !== person.name);
  if (next === "approve" && !thing.may.includes("approve")) {
    notes.push(
      wrote ? (
        <>
          You wrote it: somebody else approves
          {approvers.length > 0 && (
            <>
              {" "}
              (<Said text={list(approvers)} />)
            </>
          )}
          .
        </>
      ) : (
        <>
          It waits for an approver
          {approvers.length > 0 && (
            <>
              : <Said text={list(approvers)} />
            </>
          )}
          .
        </>
      ),
    );
  } else if (next !== undefined && next !== "reverse" && thing.running === null && !thing.may.includes(next)) {
    const role = NEEDS[next];
    if (role !== undefined && !person.roles.includes(role)) {
      notes.push(`The next step, to ${next}, is for ${role === "investigator" ? "an" : "a"} ${role}.`);
    }
  }
  if (thing.frozen) {
    notes.push("Everything is frozen: nothing begins until it is thawed.");
  }
  if (thing.running !== null && !thing.running.here) {
    notes.push("It runs on another server or from the command line; it can be followed here.");
  }
  if (notes.length === 0) {
    return null;
  }
  return (
    <div className="note quiet">
      {notes.map((note, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: sentences have no other name, and never move
        <p key={index}>{note}</p>
      ))}
    </div>
  );
}

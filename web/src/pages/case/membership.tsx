// Taking accounts into a case and leaving them out of it, with a reason that is kept.

import { useState } from "react";
import { invalidate } from "../../api/cache";
import { post } from "../../api/client";
import type { NetworkMap } from "../../api/types";
import { useRole } from "../../app/session";
import { Confirm } from "../../parts/confirm";
import { EXCLUDED, networkOf, REACHED } from "../../parts/network/network";
import { Said } from "../../parts/said";
import { count } from "../../parts/words";

interface Common {
  id: string;
  path: string;
  map: NetworkMap | ArrayBuffer | undefined;
}

export function SelectionMembership({
  selected,
  onDone,
  ...common
}: Common & { selected: ReadonlySet<string>; onDone: () => void }) {
  return <Buttons {...common} {...split(common.map, selected)} onDone={onDone} />;
}

export function CardMembership({ account, ...common }: Common & { account: string }) {
  return <Buttons {...common} {...split(common.map, new Set([account]))} onDone={() => {}} />;
}

interface Split {
  inside: string[];
  outside: string[];
  /** How many of those outside are people whom the network reached. */
  reached: number;
}

/** Which of them are in the case, and which are not. People reached are not: nobody acts on them. */
function split(map: NetworkMap | ArrayBuffer | undefined, accounts: ReadonlySet<string>): Split {
  const inside: string[] = [];
  const outside: string[] = [];
  let reached = 0;
  const network = map === undefined ? undefined : networkOf(map);
  for (const account of accounts) {
    const node = network?.indexOf(account);
    if (network !== undefined && node !== undefined) {
      const isOutside = network.kind[node] === REACHED || ((network.flags[node] as number) & EXCLUDED) !== 0;
      (isOutside ? outside : inside).push(account);
      reached += network.kind[node] === REACHED ? 1 : 0;
    }
  }
  return { inside, outside, reached };
}

interface ButtonsProps extends Common, Split {
  onDone: () => void;
}

function Buttons({ id, path, inside, outside, reached, onDone }: ButtonsProps) {
  const [asking, setAsking] = useState<"add" | "remove">();
  const may = useRole("investigator");
  if (!may) {
    return null;
  }
  const accounts = asking === "add" ? outside : inside;
  return (
    <>
      {inside.length > 0 && (
        <button type="button" className="button small" onClick={() => setAsking("remove")}>
          Leave out of the case…
        </button>
      )}
      {outside.length > 0 && (
        <button type="button" className="button small" onClick={() => setAsking("add")}>
          Take into the case…
        </button>
      )}
      {asking !== undefined && (
        <Confirm
          title={
            asking === "add"
              ? `Take ${count(accounts.length, "account")} into ${id}`
              : `Leave ${count(accounts.length, "account")} out of ${id}`
          }
          verb={asking === "add" ? "Take in" : "Leave out"}
          reason="Why (it is kept with the case)"
          act={async (reason) => {
            await post(`${path}/accounts`, { add: [], remove: [], [asking]: accounts, reason });
            invalidate((one) => one.startsWith(path) || one.startsWith("/v1/today"));
            onDone();
          }}
          onClose={() => setAsking(undefined)}
        >
          <p>
            {asking === "add"
              ? "Plans drafted from now on act on them too, if you say so there."
              : "Plans drafted from now on leave them alone. Plans that are there already do not change: edit those."}
          </p>
          {asking === "add" && reached > 0 && (
            <p className="note warn">
              {count(reached, "account is of a person", "accounts are of people")} whom the network reached. In the case
              they count as part of it: they may be acted on, and are not told.
            </p>
          )}
          <ul className="ties scroll">
            {accounts.map((account) => (
              <li key={account}>
                <Said text={account} longest={60} />
              </li>
            ))}
          </ul>
        </Confirm>
      )}
    </>
  );
}

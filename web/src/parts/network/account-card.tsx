// Everything about one account: what it says of itself, what speaks against and for it, and whom it is tied to.

import { useEffect, useRef } from "react";
import { Icon } from "../../app/icons";
import { Kind, KindShape, Layers, Sure } from "../badge";
import { FactList } from "../facts";
import { Said } from "../said";
import { Day, Time } from "../time";
import { count, layer as layerWords, list, number, probability, tier as tierWords } from "../words";
import type { Account } from "./account-table";
import { KINDS, type Network } from "./network";

interface Props {
  account: Account;
  network: Network | undefined;
  onClose: () => void;
  onExpand: () => void;
  onOpen: (account: string) => void;
  actions?: React.ReactNode;
}

export function AccountCard({ account, network, onClose, onExpand, onOpen, actions }: Props) {
  const heading = useRef<HTMLHeadingElement>(null);
  const { member, contact } = account;
  // biome-ignore lint/correctness/useExhaustiveDependencies: another account is another card to be read
  useEffect(() => heading.current?.focus({ preventScroll: true }), [account.account]);

  return (
    <article
      className="card"
      aria-label="Account"
      onKeyDown={(event) => {
        if (event.key === "Escape" && !event.defaultPrevented) {
          onClose();
        }
      }}
    >
      <div className="actions">
        <button type="button" className="button small quiet" onClick={onClose}>
          <Icon name="back" />
          All accounts
        </button>
        {network !== undefined && (
          <button type="button" className="button small" onClick={onExpand}>
            Expand its ties
          </button>
        )}
        {actions}
      </div>
      <h2 ref={heading} tabIndex={-1}>
        <Said text={account.account} longest={80} />
      </h2>
      {member?.display_name && (
        <p>
          <Said text={member.display_name} />
        </p>
      )}
      <dl className="pairs">
        <dt>Taken for</dt>
        <dd>
          <Kind kind={account.kind} />
          {account.excluded && " · left out of the case"}
        </dd>
        {account.probability !== null && (
          <>
            <dt>How sure</dt>
            <dd>
              <Sure value={account.probability} words={probability(account.probability)} />
              {account.proposed && !account.excluded ? " · proposed for takedown" : " · not proposed"}
            </dd>
          </>
        )}
        {member?.handle && (
          <>
            <dt>Handle</dt>
            <dd>
              <Said text={member.handle} />
            </dd>
          </>
        )}
        {member?.claimed_place && (
          <>
            <dt>Claims to live in</dt>
            <dd>
              <Said text={member.claimed_place} />
            </dd>
          </>
        )}
        {member?.created_at && (
          <>
            <dt>Made on</dt>
            <dd>
              <Day at={member.created_at} />
            </dd>
          </>
        )}
        {contact !== undefined && (
          <>
            <dt>How close</dt>
            <dd>{tierWords(contact.tier)}</dd>
            <dt>From</dt>
            <dd>
              <Time at={contact.first_at} />
            </dd>
            <dt>To</dt>
            <dd>
              <Time at={contact.last_at} />
            </dd>
          </>
        )}
        {account.layers.length > 0 && (
          <>
            <dt>Layers</dt>
            <dd>
              <Layers words={account.layers} />
            </dd>
          </>
        )}
      </dl>
      {member !== undefined && (
        <>
          <h3>What it rests on</h3>
          <FactList facts={member.facts} />
        </>
      )}
      {network !== undefined && <Ties account={account.account} network={network} onOpen={onOpen} />}
    </article>
  );
}

const TIES_SHOWN = 40;

function Ties({ account, network, onOpen }: { account: string; network: Network; onOpen: (id: string) => void }) {
  const node = network.indexOf(account);
  const ties = new Map<number, { layers: string[]; objects: number }>();
  for (let edge = 0; edge < network.edges; edge += 1) {
    const [a, b] = [network.a[edge] as number, network.b[edge] as number];
    if (a === node || b === node) {
      const other = a === node ? b : a;
      const tie = ties.get(other) ?? { layers: [], objects: 0 };
      tie.layers.push(network.layers[network.layer[edge] as number] ?? "");
      tie.objects += network.objects[edge] as number;
      ties.set(other, tie);
    }
  }
  if (ties.size === 0) {
    return null;
  }
  const sorted = [...ties].sort((a, b) => b[1].layers.length - a[1].layers.length || b[1].objects - a[1].objects);
  return (
    <>
      <h3>Tied to {count(ties.size, "account")}</h3>
      <ul className="ties">
        {sorted.slice(0, TIES_SHOWN).map(([other, tie]) => {
          const id = network.ids[other] ?? "";
          return (
            <li key={id}>
              <KindShape kind={KINDS[network.kind[other] as number] ?? "reached"} size={10} />{" "}
              <button type="button" className="link-button" onClick={() => onOpen(id)}>
                <Said text={id} still longest={60} />
              </button>{" "}
              <span className="muted">
                {list(tie.layers.map(layerWords))} · {count(tie.objects, "thing")} shared
              </span>
            </li>
          );
        })}
      </ul>
      {sorted.length > TIES_SHOWN && <p className="muted">and {number(sorted.length - TIES_SHOWN)} more</p>}
    </>
  );
}

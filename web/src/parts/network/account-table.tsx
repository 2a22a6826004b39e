// The accounts of a network as a table: the same as the map, for people who read rather than look.

import type { Contact, Kind as KindWord, Member } from "../../api/types";
import { Kind } from "../badge";
import { Empty } from "../empty";
import { harmlessText } from "../harmless";
import { Said } from "../said";
import { type Column, Table } from "../table";
import { layer as layerWords, list, number, probability, tier as tierWords } from "../words";
import { EXCLUDED, KINDS, type Network, PROPOSED } from "./network";

export interface Account {
  account: string;
  kind: KindWord;
  probability: number | null;
  proposed: boolean;
  degree: number;
  excluded: boolean;
  layers: string[];
  member?: Member;
  contact?: Contact;
}

const RANK: Record<string, number> = Object.fromEntries(KINDS.map((kind, place) => [kind, place]));

/** Everybody who is drawn, a member or a contact; the surest members first. */
export function accountsOf(members: Member[], contacts: Contact[], network: Network | undefined): Account[] {
  const accounts = new Map<string, Account>();
  for (let node = 0; node < (network?.nodes ?? 0); node += 1) {
    accounts.set(network?.ids[node] ?? "", drawn(network as Network, node));
  }
  for (const member of members) {
    const { account, kind, probability, proposed, layers } = member;
    const known = accounts.get(account);
    const [degree, excluded] = [known?.degree ?? 0, known?.excluded ?? false];
    accounts.set(account, { account, kind, probability, proposed, layers, degree, excluded, member });
  }
  for (const contact of contacts) {
    const known = accounts.get(contact.account);
    if (known?.member === undefined) {
      const { account } = contact;
      const rest = { probability: null, proposed: false, excluded: false, layers: [], degree: known?.degree ?? 0 };
      accounts.set(account, { account, kind: "reached", ...rest, contact });
    }
  }
  return [...accounts.values()].sort(
    (a, b) =>
      (RANK[a.kind] ?? 9) - (RANK[b.kind] ?? 9) ||
      (b.probability ?? 0) - (a.probability ?? 0) ||
      (a.account < b.account ? -1 : 1),
  );
}

function drawn(network: Network, node: number): Account {
  const probability = network.probability[node] as number;
  const flags = network.flags[node] as number;
  return {
    account: network.ids[node] ?? "",
    kind: KINDS[network.kind[node] as number] ?? "reached",
    probability: Number.isNaN(probability) ? null : probability,
    proposed: (flags & PROPOSED) !== 0,
    degree: network.degree[node] as number,
    excluded: (flags & EXCLUDED) !== 0,
    layers: [],
  };
}

interface Props {
  accounts: Account[];
  current: string | null;
  onOpen: (account: string) => void;
  selected?: ReadonlySet<string>;
  onSelect?: (keys: ReadonlySet<string>) => void;
}

export function AccountTable({ accounts, current, onOpen, selected, onSelect }: Props) {
  const columns: Column<Account>[] = [
    {
      name: "Account",
      by: (one) => one.account,
      show: (one) => (
        <>
          <button type="button" className="link-button" data-row-link onClick={() => onOpen(one.account)}>
            <Said text={one.account} still longest={60} />
          </button>
          {one.member?.display_name && (
            <div className="under">
              <Said text={one.member.display_name} longest={80} />
            </div>
          )}
        </>
      ),
    },
    {
      name: "Taken for",
      by: (one) => RANK[one.kind] ?? 9,
      show: (one) => (
        <>
          <Kind kind={one.kind} />
          {one.excluded && <div className="under">left out of the case</div>}
          {one.contact !== undefined && <div className="under">{tierWords(one.contact.tier)}</div>}
        </>
      ),
    },
    {
      name: "How sure",
      by: (one) => one.probability ?? -1,
      numeric: true,
      show: (one) =>
        one.probability === null ? (
          <span className="muted">–</span>
        ) : (
          <>
            {probability(one.probability)}
            {one.proposed && !one.excluded && <div className="under">proposed</div>}
          </>
        ),
    },
    { name: "Ties", by: (one) => one.degree, numeric: true, aside: true, show: (one) => number(one.degree) },
    {
      name: "Layers",
      by: (one) => one.layers.length,
      numeric: true,
      aside: true,
      show: (one) =>
        one.layers.length > 0 && <span title={list(one.layers.map(layerWords))}>{number(one.layers.length)}</span>,
    },
  ];
  if (accounts.length === 0) {
    return <Empty title="No account fits what is searched and filtered for." />;
  }
  return (
    <Table
      caption="Accounts of the network"
      rows={accounts}
      columns={columns}
      keyOf={(one) => one.account}
      nameOf={(one) => harmlessText(one.account, 60)}
      current={current}
      dense
      {...(selected && onSelect ? { selected, onSelect } : {})}
    />
  );
}

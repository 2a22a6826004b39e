// The accounts of a network as a table: the same as the map, for people who read rather than look.

import type { Contact, Kind as KindWord, Member, NetworkMap } from "../../api/types";
import { Kind } from "../badge";
import { Empty } from "../empty";
import { harmlessText } from "../harmless";
import { Said } from "../said";
import { type Column, Table } from "../table";
import { layer as layerWords, list, number, probability, tier as tierWords } from "../words";

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

const RANK: Record<string, number> = { persona: 0, compromised: 1, suspect: 2, reached: 3 };

export function accountsOf(members: Member[], contacts: Contact[], map: NetworkMap | undefined): Account[] {
  const accounts = new Map<string, Account>();
  for (const node of map?.nodes ?? []) {
    accounts.set(node.id, {
      account: node.id,
      kind: node.kind,
      probability: node.probability,
      proposed: node.proposed,
      degree: node.degree,
      excluded: node.excluded,
      layers: [],
    });
  }
  for (const member of members) {
    const known = accounts.get(member.account);
    accounts.set(member.account, {
      account: member.account,
      kind: member.kind,
      probability: member.probability,
      proposed: member.proposed,
      degree: known?.degree ?? 0,
      excluded: known?.excluded ?? false,
      layers: member.layers,
      member,
    });
  }
  for (const contact of contacts) {
    const known = accounts.get(contact.account);
    if (known?.member === undefined) {
      accounts.set(contact.account, {
        account: contact.account,
        kind: "reached",
        probability: null,
        proposed: false,
        degree: known?.degree ?? 0,
        excluded: false,
        layers: [],
        contact,
      });
    }
  }
  return [...accounts.values()].sort(
    (a, b) =>
      (RANK[a.kind] ?? 9) - (RANK[b.kind] ?? 9) ||
      (b.probability ?? 0) - (a.probability ?? 0) ||
      a.account.localeCompare(b.account, "en"),
  );
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
            {one.proposed && <div className="under">proposed</div>}
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

// A network to look into: the map, the same as a table, and a card for the account that is picked. What is picked and
// filtered stands in the address, so that it can be sent to somebody.

import {
  lazy,
  type RefObject,
  Suspense,
  type UIEvent,
  useDeferredValue,
  useEffect,
  useMemo,
  useRef,
  useState,
} from "react";
import type { Answer } from "../../api/cache";
import type { Contact, Member, NetworkMap } from "../../api/types";
import { pick, useRoute } from "../../app/router";
import { KindShape } from "../badge";
import { ProblemBox } from "../problem";
import { count, kind as kindWords, number } from "../words";
import { AccountCard } from "./account-card";
import { type Account, AccountTable, accountsOf } from "./account-table";
import { EVERYTHING, type Filter, type Shown, shown as shownOf } from "./filter";
import { LayerSwitches } from "./layers";
import { KINDS, type Network, networkOf } from "./network";
import { TimeFilter } from "./time-filter";

// Asked for as soon as the page is, so that it is there when the map is.
const [canvas, field] = [import("./canvas"), import("./field")];
const Canvas = lazy(() => canvas);
const Field = lazy(() => field);
/** Beyond so many accounts a map is drawn in the way for large ones. */
const LARGE = 4_000;
const NOBODY: ReadonlySet<string> = new Set();

interface Props {
  map: Answer<NetworkMap | ArrayBuffer>;
  members: Member[];
  contacts: Contact[];
  /** What can be done with the accounts that are selected, if anything. */
  actions?: (selected: ReadonlySet<string>, clear: () => void) => React.ReactNode;
  /** What can be done with the account whose card is open. */
  cardActions?: (account: string) => React.ReactNode;
}

export function Explorer({ map, members, contacts, actions, cardActions }: Props) {
  const { query } = useRoute();
  const current = query.get("account");
  const [text, setText] = useState(query.get("find") ?? "");
  const searched = useDeferredValue(text.trim().toLowerCase());
  const [selected, setSelected] = useState<ReadonlySet<string>>(NOBODY);
  const [filter, setFilter] = useState<Filter>(() => filterFrom(query));
  const network = map.data === undefined ? undefined : networkOf(map.data);

  // The picture comes first; a table of very many accounts takes a moment longer.
  const listed = useDeferredValue(network);
  const accounts = useMemo(() => accountsOf(members, contacts, listed), [members, contacts, listed]);
  const shown = useMemo(() => (network === undefined ? undefined : shownOf(network, filter)), [network, filter]);
  const found = useMemo(
    () => (searched === "" ? null : new Set(accounts.filter((one) => fits(one, searched)).map((one) => one.account))),
    [accounts, searched],
  );
  const rows = useMemo(
    () => rowsOf(accounts, network, shown, found, filter),
    [accounts, network, shown, found, filter],
  );
  const counts = useMemo(() => (network === undefined ? undefined : countsOf(network)), [network]);

  useEffect(() => pick({ find: searched }), [searched]);
  useEffect(() => {
    pick({
      hide: [...filter.hidden].sort().join(","),
      from: filter.from === null ? null : new Date(filter.from).toISOString().slice(0, 10),
      to: filter.to === null ? null : new Date(filter.to).toISOString().slice(0, 10),
      reached: filter.reached ? null : "no",
      around: filter.around,
      hops: filter.around === null || filter.hops === 1 ? null : String(filter.hops),
    });
  }, [filter]);

  const open = (account: string | null) => pick({ account });
  const toggle = (account: string) => {
    const next = new Set(selected);
    if (!next.delete(account)) {
      next.add(account);
    }
    setSelected(next);
  };
  const card = current === null ? undefined : accounts.find((one) => one.account === current);
  const expand = (account: string) =>
    setFilter((now) =>
      now.around === account ? { ...now, hops: now.hops + 1 } : { ...now, around: account, hops: 1, reached: true },
    );

  const side = useReturn(card?.account);
  const Drawing = (network?.nodes ?? 0) > LARGE ? Field : Canvas;

  return (
    <section className="explorer" aria-label="The network">
      <div className="explorer-bar">
        <input
          type="search"
          aria-label="Search accounts"
          placeholder="Search accounts, names, facts"
          value={text}
          onChange={(event) => setText(event.target.value)}
        />
        <span className="muted small" role="status">
          {shown !== undefined && network !== undefined && (
            <>
              {count(shown.accounts, "account")} and {count(shown.ties, "tie")} shown
              {network.shown === "largest" && `, the largest of ${number(network.accounts)} accounts`}
              {found !== null && `; ${number(found.size)} found`}
            </>
          )}
        </span>
        {filter.around !== null && (
          <button
            type="button"
            className="button small"
            onClick={() => setFilter((now) => ({ ...now, around: null, hops: 1 }))}
          >
            Show the whole network
          </button>
        )}
      </div>
      <div className="explorer-two">
        <figure className="explorer-map" aria-label="Map of the network: the same accounts as in the table">
          {map.problem?.status === 404 && network === undefined && (
            <p className="pad muted">There is no map of it. The table holds its accounts.</p>
          )}
          {map.problem !== undefined && map.problem.status !== 404 && network === undefined && (
            <ProblemBox problem={map.problem} />
          )}
          {network !== undefined && shown !== undefined && (
            <Suspense fallback={<p className="map pad muted">Drawing…</p>}>
              <Drawing
                network={network}
                shown={shown}
                current={current}
                selected={selected}
                found={found}
                onOpen={open}
                onToggle={toggle}
              />
            </Suspense>
          )}
          <figcaption>
            <Legend kinds={counts?.kinds ?? []} filter={filter} setFilter={setFilter} />
            {network !== undefined && (
              <>
                <LayerSwitches
                  layers={network.layers}
                  counts={counts?.layers ?? []}
                  hidden={filter.hidden}
                  onChange={(hidden) => setFilter((now) => ({ ...now, hidden }))}
                />
                <TimeFilter
                  network={network}
                  from={filter.from}
                  to={filter.to}
                  onChange={(from, to) => setFilter((now) => ({ ...now, from, to }))}
                />
              </>
            )}
          </figcaption>
        </figure>
        <div className="explorer-side" ref={side.ref} onScrollCapture={side.onScroll}>
          {card !== undefined ? (
            <AccountCard
              account={card}
              network={network}
              onClose={() => open(null)}
              onExpand={() => expand(card.account)}
              onOpen={open}
              actions={cardActions?.(card.account)}
            />
          ) : (
            <>
              {actions !== undefined && selected.size > 0 && (
                <div className="selection" role="status">
                  <strong>{count(selected.size, "account")} selected</strong>
                  {actions(selected, () => setSelected(NOBODY))}
                  <button type="button" className="button small quiet" onClick={() => setSelected(NOBODY)}>
                    Clear
                  </button>
                </div>
              )}
              {current !== null && (
                <p className="note quiet">The account in the address is not in this network any more.</p>
              )}
              <AccountTable
                accounts={rows}
                current={current}
                onOpen={open}
                {...(actions === undefined ? {} : { selected, onSelect: setSelected })}
              />
            </>
          )}
        </div>
      </div>
    </section>
  );
}

/** A card begins at its top; whoever closes it is back at the row that opened it. */
function useReturn(opened: string | undefined): {
  ref: RefObject<HTMLDivElement | null>;
  onScroll: (event: UIEvent) => void;
} {
  const ref = useRef<HTMLDivElement>(null);
  const scrolled = useRef(0);
  const left = useRef<string | null>(null);
  useEffect(() => {
    const element = ref.current;
    if (element === null) {
      return;
    }
    if (opened !== undefined) {
      left.current = opened;
      element.scrollTop = 0;
    } else if (left.current !== null) {
      const account = left.current;
      left.current = null;
      const table = element.querySelector(".table-wrap");
      if (table !== null) {
        table.scrollTop = scrolled.current;
      }
      if (document.activeElement === document.body || document.activeElement === null) {
        element
          .querySelector<HTMLElement>(`[data-row="${CSS.escape(account)}"] [data-row-link]`)
          ?.focus({ preventScroll: true });
      }
    }
  }, [opened]);
  // The table scrolls, not what is around it.
  const onScroll = (event: UIEvent) => {
    if (opened === undefined && event.target instanceof Element) {
      scrolled.current = event.target.scrollTop;
    }
  };
  return { ref, onScroll };
}

function Legend({
  kinds,
  filter,
  setFilter,
}: {
  /** How many accounts of each of KINDS. */
  kinds: number[];
  filter: Filter;
  setFilter: (change: (now: Filter) => Filter) => void;
}) {
  const present = KINDS.map((kind, place) => [kind, kinds[place] ?? 0] as const).filter(([, many]) => many > 0);
  return (
    <ul className="legend" aria-label="Legend">
      {present.map(([kind, many]) => (
        <li key={kind}>
          <KindShape kind={kind} />
          {kind === "reached" ? (
            <label className="check">
              <input
                type="checkbox"
                checked={filter.reached}
                onChange={(event) => {
                  const reached = event.target.checked;
                  setFilter((now) => ({ ...now, reached }));
                }}
              />
              {kindWords(kind)}
            </label>
          ) : (
            kindWords(kind)
          )}
          <span className="muted">{number(many)}</span>
        </li>
      ))}
      <li className="muted">grey: a tie in several layers; thin: to a person reached</li>
    </ul>
  );
}

function fits(one: Account, searched: string): boolean {
  const words = [one.account, one.member?.display_name, one.member?.handle, one.member?.claimed_place, one.kind];
  return (
    words.some((word) => word?.toLowerCase().includes(searched)) ||
    one.member?.facts.some((fact) => fact.text.toLowerCase().includes(searched)) === true
  );
}

function rowsOf(
  accounts: Account[],
  network: Network | undefined,
  shown: Shown | undefined,
  found: ReadonlySet<string> | null,
  filter: Filter,
): Account[] {
  return accounts.filter((one) => {
    if (found !== null && !found.has(one.account)) {
      return false;
    }
    const node = network?.indexOf(one.account);
    if (node !== undefined && shown !== undefined) {
      return shown.nodes[node] === 1;
    }
    // Accounts too many to be drawn are in the table all the same, unless only some account's surroundings are asked for.
    return filter.around === null && (filter.reached || one.kind !== "reached");
  });
}

/** How many ties of each layer, and accounts of each kind. */
function countsOf(network: Network): { layers: number[]; kinds: number[] } {
  const layers = network.layers.map(() => 0);
  const kinds = KINDS.map(() => 0);
  for (const layer of network.layer) {
    layers[layer] = (layers[layer] ?? 0) + 1;
  }
  for (const kind of network.kind) {
    kinds[kind] = (kinds[kind] ?? 0) + 1;
  }
  return { layers, kinds };
}

function filterFrom(query: URLSearchParams): Filter {
  const time = (word: string | null, ends: string) => {
    const at = word === null ? Number.NaN : Date.parse(`${word}T${ends}Z`);
    return Number.isNaN(at) ? null : at;
  };
  const hidden = query.get("hide");
  return {
    ...EVERYTHING,
    hidden: new Set(hidden === null || hidden === "" ? [] : hidden.split(",")),
    from: time(query.get("from"), "00:00:00"),
    to: time(query.get("to"), "23:59:59.999"),
    reached: query.get("reached") !== "no",
    around: query.get("around"),
    hops: Math.max(1, Number.parseInt(query.get("hops") ?? "1", 10) || 1),
  };
}

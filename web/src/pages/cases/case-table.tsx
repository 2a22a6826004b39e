import type { CaseHead } from "../../api/types";
import { href } from "../../app/router";
import { State, Tlp } from "../../parts/badge";
import { Said } from "../../parts/said";
import { type Column, Table } from "../../parts/table";
import { Age } from "../../parts/time";
import { number } from "../../parts/words";

const COLUMNS: Column<CaseHead>[] = [
  {
    name: "Case",
    by: (one) => one.title,
    show: (one) => (
      <>
        <a href={href(["cases", one.id])} data-row-link className="title-cell">
          <Said text={one.title || one.id} still />
        </a>
        <div className="under">
          <code>{one.id}</code> · opened by <Said text={one.opened_by} />
        </div>
      </>
    ),
  },
  { name: "State", by: (one) => one.state, show: (one) => <State word={one.state} /> },
  {
    name: "What is done",
    aside: true,
    show: (one) => (
      <span className="chips">
        {[...one.plans, ...one.notice_lists].map((work) => (
          <a key={work.id} href={href([work.id.startsWith("tp-") ? "takedowns" : "notices", work.id])} className="work">
            <code>{work.id}</code> <State word={work.state} />
          </a>
        ))}
      </span>
    ),
  },
  { name: "Accounts", by: (one) => one.accounts, numeric: true, show: (one) => number(one.accounts) },
  { name: "TLP", by: (one) => one.tlp, aside: true, show: (one) => <Tlp word={one.tlp} /> },
  {
    name: "Assigned to",
    by: (one) => one.assigned_to ?? "",
    show: (one) => (one.assigned_to ? <Said text={one.assigned_to} /> : <span className="muted">nobody</span>),
  },
  {
    name: "Open since",
    by: (one) => one.opened_at,
    aside: true,
    show: (one) => (
      <span className="nowrap">
        <Age since={one.opened_at} ago={false} />
      </span>
    ),
  },
];

export function CaseTable({ cases, more }: { cases: CaseHead[]; more?: React.ReactNode }) {
  return <Table caption="Cases" rows={cases} columns={COLUMNS} keyOf={(one) => one.id} more={more} />;
}

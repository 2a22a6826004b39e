import type { FindingHead } from "../../api/types";
import { href } from "../../app/router";
import { Sure } from "../../parts/badge";
import { harmlessText } from "../../parts/harmless";
import { Said } from "../../parts/said";
import { type Column, Table } from "../../parts/table";
import { Age } from "../../parts/time";
import { layer as layerWords, list, number, probability } from "../../parts/words";

const COLUMNS: Column<FindingHead>[] = [
  {
    name: "Finding",
    by: (one) => one.title,
    show: (one) => (
      <>
        <a href={href(["findings", one.id])} data-row-link className="title-cell">
          <Said text={one.title || one.id} still />
        </a>
        <div className="under">
          <code>{one.id}</code> · <Said text={one.platform} />
        </div>
      </>
    ),
  },
  {
    name: "How sure",
    by: (one) => one.probability,
    numeric: false,
    show: (one) => <Sure value={one.probability} words={probability(one.probability)} />,
  },
  { name: "Accounts", by: (one) => one.members, numeric: true, show: (one) => number(one.members) },
  { name: "Proposed", by: (one) => one.proposed, numeric: true, aside: true, show: (one) => number(one.proposed) },
  { name: "People reached", by: (one) => one.people_reached, numeric: true, show: (one) => number(one.people_reached) },
  { name: "Layers", aside: true, show: (one) => <span className="small">{list(one.layers.map(layerWords))}</span> },
  {
    name: "Found",
    by: (one) => one.found_at ?? "",
    aside: true,
    show: (one) => (
      <span className="nowrap">
        <Age since={one.found_at} />
      </span>
    ),
  },
  {
    name: "In",
    aside: true,
    show: (one) =>
      one.cases.map((id) => (
        <span key={id}>
          <a href={href(["cases", id])} className="nowrap">
            {id}
          </a>{" "}
        </span>
      )),
  },
];

interface Props {
  findings: FindingHead[];
  selected?: ReadonlySet<string>;
  onSelect?: (keys: ReadonlySet<string>) => void;
  more?: React.ReactNode;
}

export function FindingTable({ findings, selected, onSelect, more }: Props) {
  return (
    <Table
      caption="Findings"
      rows={findings}
      columns={findings.some((one) => one.cases.length > 0) ? COLUMNS : COLUMNS.slice(0, -1)}
      keyOf={(one) => one.id}
      nameOf={(one) => harmlessText(one.title || one.id, 80)}
      {...(selected && onSelect ? { selected, onSelect } : {})}
      more={more}
    />
  );
}

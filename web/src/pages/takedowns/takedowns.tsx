// Every takedown plan.

import type { TakedownHead } from "../../api/types";
import { href, pick, useRoute } from "../../app/router";
import { Loaded } from "../../parts/async";
import { State } from "../../parts/badge";
import { FromCase } from "../../parts/from-case";
import { harmlessText } from "../../parts/harmless";
import { PageHead, Section } from "../../parts/page-head";
import { usePages, withQuery } from "../../parts/pages";
import { Said } from "../../parts/said";
import { type Column, Table } from "../../parts/table";
import { Going } from "../../parts/totals";

const COLUMNS: Column<TakedownHead>[] = [
  {
    name: "Plan",
    by: (one) => Number(one.id.split("-")[1] ?? 0),
    show: (one) => (
      <>
        <a href={href(["takedowns", one.id])} data-row-link className="title-cell">
          <code>{one.id}</code> <Said text={one.title} still />
        </a>
        <div className="under">
          <a href={href(["cases", one.case])}>{one.case}</a>
          {one.platform && (
            <>
              {" "}
              on <Said text={one.platform} />
            </>
          )}
        </div>
      </>
    ),
  },
  { name: "State", by: (one) => one.state, show: (one) => <State word={one.state} /> },
  {
    name: "Accounts",
    show: (one) => <Going id={one.id} phases={one.phases} />,
  },
];

export default function Takedowns() {
  const { query } = useRoute();
  const inCase = query.get("case");
  const { answer, items, more } = usePages<TakedownHead>(
    withQuery("/v1/takedowns", { limit: "50", case: inCase }),
    (one) => one.id,
  );
  return (
    <>
      <PageHead
        title="Takedowns"
        facts={
          <p>Plans of what is done to which account. None acts before a second person approved exactly that plan.</p>
        }
      />
      <Section
        title={inCase === null ? "All plans" : `Plans of ${harmlessText(inCase, 40)}`}
        aside={
          inCase !== null && (
            <button type="button" className="button small" onClick={() => pick({ case: null })}>
              All cases
            </button>
          )
        }
      >
        <Loaded answer={answer}>
          {() =>
            items.length > 0 ? (
              <Table caption="Takedown plans" rows={items} columns={COLUMNS} keyOf={(one) => one.id} more={more} />
            ) : (
              <FromCase title="No takedown is planned." verb="takedown plan" inCase={inCase}>
                A plan is drafted from a case, on the case's page.
              </FromCase>
            )
          }
        </Loaded>
      </Section>
    </>
  );
}

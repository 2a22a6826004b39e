// Every list of notices.

import type { NoticeListHead } from "../../api/types";
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

const COLUMNS: Column<NoticeListHead>[] = [
  {
    name: "List",
    by: (one) => Number(one.id.split("-")[1] ?? 0),
    show: (one) => (
      <>
        <a href={href(["notices", one.id])} data-row-link className="title-cell">
          <code>{one.id}</code> <Said text={one.title} still />
        </a>
        <div className="under">
          <a href={href(["cases", one.case])}>{one.case}</a>
          {one.channel && (
            <>
              {" "}
              through <Said text={one.channel} />
            </>
          )}
        </div>
      </>
    ),
  },
  { name: "State", by: (one) => one.state, show: (one) => <State word={one.state} /> },
  {
    name: "People",
    show: (one) => <Going id={one.id} phases={one.phases} />,
  },
];

export default function Notices() {
  const { query } = useRoute();
  const inCase = query.get("case");
  const { answer, items, more } = usePages<NoticeListHead>(
    withQuery("/v1/notices", { limit: "50", case: inCase }),
    (one) => one.id,
  );
  return (
    <>
      <PageHead
        title="Notices"
        facts={<p>Telling the people a network reached, strongest contact first, each of them once.</p>}
      />
      <Section
        title={inCase === null ? "All lists" : `Lists of ${harmlessText(inCase, 40)}`}
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
              <Table caption="Notice lists" rows={items} columns={COLUMNS} keyOf={(one) => one.id} more={more} />
            ) : (
              <FromCase title="No list is written." verb="notify plan" inCase={inCase}>
                Notices are planned from a case once its takedown is done and verified, so that nobody is tipped off.
              </FromCase>
            )
          }
        </Loaded>
      </Section>
    </>
  );
}

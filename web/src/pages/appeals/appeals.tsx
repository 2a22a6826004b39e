// Appeals of people who were acted on: undecided first.

import { useQuery } from "../../api/cache";
import type { Appeal, Tally } from "../../api/types";
import { href, pick, useRoute } from "../../app/router";
import { useSession } from "../../app/session";
import { Loaded } from "../../parts/async";
import { State } from "../../parts/badge";
import { Empty } from "../../parts/empty";
import { PageHead, Section } from "../../parts/page-head";
import { usePages, withQuery } from "../../parts/pages";
import { Said } from "../../parts/said";
import { type Column, Table } from "../../parts/table";
import { Age } from "../../parts/time";
import { number } from "../../parts/words";
import { TakeIn } from "./take-in";

const COLUMNS: Column<Appeal>[] = [
  {
    name: "Appeal",
    by: (one) => Number(one.id.split("-")[1] ?? 0),
    show: (one) => (
      <>
        <a href={href(["appeals", one.id])} data-row-link className="title-cell">
          <code>{one.id}</code> <Said text={one.account} still longest={60} />
        </a>
        <div className="under">
          against <a href={href(["takedowns", one.plan])}>{one.plan}</a>
        </div>
      </>
    ),
  },
  { name: "State", by: (one) => one.state, show: (one) => <State word={one.state} /> },
  { name: "What they say", aside: true, show: (one) => <Said text={one.text} longest={120} /> },
  {
    name: "Waiting since",
    by: (one) => one.received_at,
    show: (one) => (
      <span className="nowrap">
        <Age since={one.received_at} ago={false} />
      </span>
    ),
  },
];

export default function Appeals() {
  const { person } = useSession();
  const { query } = useRoute();
  const state = query.get("state") ?? "open";
  const inCase = query.get("case");
  const { answer, items, more } = usePages<Appeal>(
    withQuery("/v1/appeals", { limit: "50", state: state === "all" ? null : state, case: inCase }),
    (one) => one.id,
  );
  const tallies = useQuery<Tally[]>("/v1/appeals/summary").data ?? [];
  return (
    <>
      <PageHead
        title="Appeals"
        facts={
          <p>People who were acted on and say it was wrong. Whoever approved or executed the plan does not decide.</p>
        }
        actions={<TakeIn />}
      />
      <Section
        title={state === "open" ? "Undecided" : "All appeals"}
        aside={
          <select
            aria-label="State"
            value={state}
            onChange={(event) => pick({ state: event.target.value === "open" ? null : event.target.value })}
          >
            <option value="open">undecided</option>
            <option value="granted">granted</option>
            <option value="rejected">rejected</option>
            <option value="all">all</option>
          </select>
        }
      >
        <Loaded answer={answer}>
          {() =>
            items.length > 0 ? (
              <Table
                caption="Appeals"
                rows={items}
                columns={COLUMNS}
                keyOf={(one) => one.id}
                sortedBy="Waiting since"
                more={more}
              />
            ) : (
              <Empty
                title={state === "open" ? "No appeal waits." : "No appeal fits."}
                command={`avert --as ${person.name} appeal file PLAN --account ACCOUNT --reference REFERENCE`}
              >
                They are taken in by hand, or by your help desk's system with an API token of scope <code>appeals</code>
                .
              </Empty>
            )
          }
        </Loaded>
      </Section>
      {tallies.length > 0 && (
        <Section title="How often detection was wrong, as appeals show it">
          <Table
            caption="Decided appeals by detector"
            rows={tallies}
            keyOf={(one) => one.detector}
            columns={[
              { name: "Detector", by: (one) => one.detector, show: (one) => <Said text={one.detector} /> },
              { name: "Decided", by: (one) => one.decided, numeric: true, show: (one) => number(one.decided) },
              { name: "Overturned", by: (one) => one.granted, numeric: true, show: (one) => number(one.granted) },
              {
                name: "Share",
                by: (one) => one.share ?? 0,
                numeric: true,
                show: (one) => (one.share === null ? "–" : `${Math.round(one.share * 100)} %`),
              },
            ]}
          />
        </Section>
      )}
    </>
  );
}

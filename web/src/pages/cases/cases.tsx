// Every case.

import { useState } from "react";
import type { CaseHead } from "../../api/types";
import { pick, useRoute } from "../../app/router";
import { useRole, useSession } from "../../app/session";
import { Loaded } from "../../parts/async";
import { Empty } from "../../parts/empty";
import { PageHead, Section } from "../../parts/page-head";
import { usePages, useRested, withQuery } from "../../parts/pages";
import { CaseTable } from "./case-table";

export default function Cases() {
  const { query } = useRoute();
  const { person } = useSession();
  const mayOpen = useRole("investigator");
  const [text, setText] = useState(query.get("q") ?? "");
  const rested = useRested(text);
  const state = query.get("state") ?? "open";
  const mine = query.get("mine") === "yes";
  const path = withQuery("/v1/cases", {
    limit: "50",
    q: rested,
    state: state === "all" ? null : state,
    assigned_to: mine ? person.name : null,
  });
  const { answer, items, more } = usePages<CaseHead>(path, (one) => one.id);
  return (
    <>
      <PageHead title="Cases" facts={<p>What people decided to look into, and what was done about it.</p>} />
      <Section
        title={state === "all" ? "All cases" : state === "open" ? "Open cases" : "Closed cases"}
        aside={
          <div className="filters">
            <input
              type="search"
              aria-label="Search cases"
              placeholder="Search cases"
              value={text}
              onChange={(event) => {
                setText(event.target.value);
                pick({ q: event.target.value });
              }}
            />
            <select
              aria-label="State"
              value={state}
              onChange={(event) => pick({ state: event.target.value === "open" ? null : event.target.value })}
            >
              <option value="open">open</option>
              <option value="closed">closed</option>
              <option value="all">open or closed</option>
            </select>
            <label className="check">
              <input
                type="checkbox"
                checked={mine}
                onChange={(event) => pick({ mine: event.target.checked ? "yes" : null })}
              />
              Mine
            </label>
          </div>
        }
      >
        <Loaded answer={answer}>
          {() =>
            items.length > 0 ? (
              <CaseTable cases={items} more={more} />
            ) : rested !== "" || mine || state === "closed" ? (
              <Empty title="No case fits.">Search by title, id, person or account.</Empty>
            ) : (
              <Empty
                title="No case is open."
                {...(mayOpen ? { command: `avert --as ${person.name} case open --from FINDING` } : {})}
              >
                {mayOpen ? (
                  <>
                    Look at the <a href="#/findings?open=no">findings in no case</a> and open one from there.
                  </>
                ) : (
                  "An investigator opens one from findings."
                )}
              </Empty>
            )
          }
        </Loaded>
      </Section>
    </>
  );
}

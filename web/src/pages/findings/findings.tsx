// Every finding, and opening a case from some of them.

import { useState } from "react";
import { invalidate } from "../../api/cache";
import { post } from "../../api/client";
import type { FindingHead } from "../../api/types";
import { go, href, pick, useRoute } from "../../app/router";
import { useRole } from "../../app/session";
import { Loaded } from "../../parts/async";
import { Empty } from "../../parts/empty";
import { PageHead, Section } from "../../parts/page-head";
import { usePages, useRested, withQuery } from "../../parts/pages";
import { count } from "../../parts/words";
import { OpenCase } from "../cases/open-case";
import { FindingTable } from "./finding-table";

export default function Findings() {
  const { query } = useRoute();
  const [text, setText] = useState(query.get("q") ?? "");
  const rested = useRested(text);
  const onlyFree = query.get("open") === "no";
  const path = withQuery("/v1/findings", { limit: "50", q: rested, without_case: onlyFree ? "true" : null });
  const { answer, items, more } = usePages<FindingHead>(path, (one) => one.id);
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());
  const [opening, setOpening] = useState(false);
  const mayOpen = useRole("investigator");

  return (
    <>
      <PageHead
        title="Findings"
        facts={<p>Networks of accounts that act as one. A finding is evidence to be read, not a verdict.</p>}
        actions={
          mayOpen && (
            <button
              type="button"
              className="button primary"
              disabled={selected.size === 0}
              onClick={() => setOpening(true)}
            >
              Open a case{selected.size > 0 && ` from ${count(selected.size, "finding")}`}
            </button>
          )
        }
      />
      <Section
        title="All findings"
        aside={
          <div className="filters">
            <input
              type="search"
              aria-label="Search findings"
              placeholder="Search findings"
              value={text}
              onChange={(event) => {
                setText(event.target.value);
                pick({ q: event.target.value });
              }}
            />
            <label className="check">
              <input
                type="checkbox"
                checked={onlyFree}
                onChange={(event) => pick({ open: event.target.checked ? "no" : null })}
              />
              In no case
            </label>
          </div>
        }
      >
        <Loaded answer={answer}>
          {() =>
            items.length > 0 ? (
              <FindingTable findings={items} more={more} {...(mayOpen ? { selected, onSelect: setSelected } : {})} />
            ) : rested !== "" || onlyFree ? (
              <Empty title="Nothing fits.">Search by title, id, platform or account.</Empty>
            ) : (
              <Empty title="Nothing was found yet." command="avert ingest mapping.toml && avert detect">
                Detection reads a snapshot of your platform and looks for cells of accounts that share what strangers do
                not share.
              </Empty>
            )
          }
        </Loaded>
      </Section>
      {opening && (
        <OpenCase
          findings={[...selected]}
          onClose={() => setOpening(false)}
          open={async (body) => {
            const made = await post<{ id: string }>("/v1/cases", body);
            invalidate((one) => /^\/v1\/(findings|cases|today)/.test(one));
            go(href(["cases", made.id]));
          }}
        />
      )}
    </>
  );
}

// The journal: one row for everything that was decided or done, chained by hash.

import { useState } from "react";
import { useQuery } from "../../api/cache";
import { get } from "../../api/client";
import type { JournalRow, Page } from "../../api/types";
import { pick, Subject, useRoute } from "../../app/router";
import { Loaded } from "../../parts/async";
import { Command, Copy } from "../../parts/command";
import { Empty } from "../../parts/empty";
import { PageHead, Section } from "../../parts/page-head";
import { useRested, withQuery } from "../../parts/pages";
import { ProblemBox } from "../../parts/problem";
import { Said } from "../../parts/said";
import { Table } from "../../parts/table";
import { Time } from "../../parts/time";
import { count, number } from "../../parts/words";

const LIMIT = 100;

export default function Journal() {
  const { query } = useRoute();
  const [subject, setSubject] = useState(query.get("subject") ?? "");
  const [act, setAct] = useState(query.get("act") ?? "");
  const [askedSubject, askedAct] = [useRested(subject.trim()), useRested(act.trim())];
  const before = query.get("before");
  const path = withQuery("/v1/journal", { limit: String(LIMIT), subject: askedSubject, act: askedAct, before });
  const answer = useQuery<Page<JournalRow>>(path);
  return (
    <>
      <PageHead
        title="Journal"
        facts={<p>Everything that was decided or done, newest first. Each row's hash covers the row before.</p>}
      />
      <Verify />
      <Section
        title="Rows"
        aside={
          <div className="filters">
            <label className="field inline">
              <span>Subject</span>
              <input
                type="search"
                value={subject}
                placeholder="tp-1"
                onChange={(event) => {
                  setSubject(event.target.value);
                  pick({ subject: event.target.value.trim(), before: null });
                }}
              />
            </label>
            <label className="field inline">
              <span>Act</span>
              <input
                type="search"
                value={act}
                placeholder="takedown/approve"
                onChange={(event) => {
                  setAct(event.target.value);
                  pick({ act: event.target.value.trim(), before: null });
                }}
              />
            </label>
          </div>
        }
      >
        <Loaded answer={answer}>
          {(page) => <Rows page={page} before={before} filtered={askedSubject + askedAct !== ""} />}
        </Loaded>
      </Section>
    </>
  );
}

function Rows({ page, before, filtered }: { page: Page<JournalRow>; before: string | null; filtered: boolean }) {
  if (page.items.length === 0) {
    return filtered ? (
      <Empty title="No row fits.">A subject is an id such as case-1; an act a word such as takedown/approve.</Empty>
    ) : (
      <Empty title="Nothing was decided or done yet." command="avert journal show">
        The first row is written when a case is opened.
      </Empty>
    );
  }
  const last = page.items.at(-1);
  const older = page.next ?? (page.items.length >= LIMIT && last !== undefined ? String(last.seq) : null);
  return (
    <Table
      caption="Rows of the journal"
      rows={page.items}
      keyOf={(row) => String(row.seq)}
      dense
      columns={[
        { name: "Row", numeric: true, show: (row) => number(row.seq) },
        {
          name: "When",
          show: (row) => (
            <span className="nowrap">
              <Time at={row.at} />
            </span>
          ),
        },
        {
          name: "Who",
          show: (row) => (
            <span className="nowrap">
              <Said text={row.actor} longest={24} />
            </span>
          ),
        },
        { name: "Act", show: (row) => <code>{row.act}</code> },
        { name: "About", show: (row) => <Subject id={row.subject} /> },
        { name: "Detail", aside: true, show: (row) => <Detail row={row} /> },
      ]}
      more={
        <>
          {before !== null && (
            <button type="button" className="button small" onClick={() => pick({ before: null })}>
              Newest
            </button>
          )}
          {older !== null && (
            <button type="button" className="button small" onClick={() => pick({ before: older })}>
              Older
            </button>
          )}
        </>
      }
    />
  );
}

function Detail({ row }: { row: JournalRow }) {
  const text = typeof row.detail === "string" ? row.detail : JSON.stringify(row.detail);
  return (
    <div className="small">
      {text !== "" && text !== "{}" && (
        <code>
          <Said text={text} longest={140} />
        </code>
      )}
      <div className="muted">
        hash <code title={row.hash}>{row.hash.slice(0, 12)}</code>
      </div>
    </div>
  );
}

function Verify() {
  const [state, setState] = useState<"idle" | "busy" | { rows: number; head: string }>("idle");
  const [problem, setProblem] = useState<unknown>();
  const verify = async () => {
    setState("busy");
    setProblem(undefined);
    try {
      setState(await get<{ rows: number; head: string }>("/v1/journal/verify"));
    } catch (cause) {
      setProblem(cause);
      setState("idle");
    }
  };
  return (
    <Section
      title="Is it whole?"
      aside={
        <button type="button" className="button small" disabled={state === "busy"} onClick={verify}>
          {state === "busy" ? "Checking…" : "Check the chain"}
        </button>
      }
    >
      <div className="pad stack tight" role="status">
        {typeof state === "object" ? (
          <>
            <p>
              <strong>The chain is whole:</strong> {count(state.rows, "row")}, each following from the one before.
            </p>
            <p>
              Head: <code className="digest">{state.head}</code> <Copy text={state.head} />
            </p>
            <p className="muted small">
              Keep the head somewhere else: against somebody who can rewrite everything, only that shows it.
            </p>
          </>
        ) : (
          problem === undefined && (
            <p className="muted">Altering, removing or inserting a row breaks the chain from there on.</p>
          )
        )}
        {problem !== undefined && <ProblemBox problem={problem} />}
        <Command line="avert journal verify" />
      </div>
    </Section>
  );
}

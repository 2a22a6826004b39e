// The people of a list, what became of each notice, and settling those in doubt.

import { useMemo, useState } from "react";
import { put } from "../../api/cache";
import { post } from "../../api/client";
import type { Notice, NoticeList } from "../../api/types";
import { State } from "../../parts/badge";
import { Confirm } from "../../parts/confirm";
import { harmlessText } from "../../parts/harmless";
import { Said } from "../../parts/said";
import { type Column, Table } from "../../parts/table";
import { plain, tier as tierWords } from "../../parts/words";

const OUTCOMES = {
  sent: "it arrived: the channel's log shows that it was accepted",
  "not-sent": "it did not leave: it may be sent again",
  "given-up": "nobody can tell, and it is left at that",
};

export function People({ body, path }: { body: NoticeList; path: string }) {
  const [state, setState] = useState("");
  const [text, setText] = useState("");
  const [settling, setSettling] = useState<string>();
  const maySettle = body.may.includes("resolve");
  const states = useMemo(() => [...new Set(body.notices.map((one) => one.phase))].sort(), [body.notices]);
  const searched = text.trim().toLowerCase();
  const rows = useMemo(
    () =>
      body.notices.filter(
        (one) =>
          (state === "" || one.phase === state) &&
          (searched === "" || `${one.account} ${one.note}`.toLowerCase().includes(searched)),
      ),
    [body.notices, state, searched],
  );
  const columns: Column<Notice>[] = [
    {
      name: "Person",
      by: (one) => one.account,
      show: (one) => <Said text={one.account} longest={60} />,
    },
    { name: "How close", by: (one) => one.tier, show: (one) => tierWords(one.tier) },
    { name: "Language", by: (one) => one.language, aside: true, show: (one) => one.language },
    {
      name: "State",
      by: (one) => one.phase,
      show: (one) => (
        <>
          <State word={one.phase} />
          {one.note && (
            <div className="under">
              <Said text={one.note} longest={200} />
            </div>
          )}
        </>
      ),
    },
    ...(maySettle
      ? [
          {
            name: "Settle",
            show: (one: Notice) =>
              one.phase === "in-doubt" && (
                <button type="button" className="button small" onClick={() => setSettling(one.account)}>
                  What became of it…
                </button>
              ),
          },
        ]
      : []),
  ];
  return (
    <>
      <div className="pad filters">
        <input
          type="search"
          aria-label="Search people"
          placeholder="Search accounts and answers"
          value={text}
          onChange={(event) => setText(event.target.value)}
        />
        <label className="field inline">
          <span>State</span>
          <select value={state} onChange={(event) => setState(event.target.value)}>
            <option value="">any</option>
            {states.map((one) => (
              <option key={one} value={one}>
                {plain(one)}
              </option>
            ))}
          </select>
        </label>
        <span className="muted small">Addresses are not shown: a list of them is of use to nobody who reviews.</span>
      </div>
      <Table
        caption="People of the list"
        rows={rows}
        columns={columns}
        keyOf={(one) => one.account}
        nameOf={(one) => harmlessText(one.account, 60)}
        dense
      />
      {rows.length === 0 && <p className="pad muted">Nobody fits.</p>}
      {settling !== undefined && <Settle account={settling} path={path} onClose={() => setSettling(undefined)} />}
    </>
  );
}

function Settle({ account, path, onClose }: { account: string; path: string; onClose: () => void }) {
  const [outcome, setOutcome] = useState<keyof typeof OUTCOMES>("sent");
  return (
    <Confirm
      title="What became of the notice"
      verb="Settle it"
      reason="How you know"
      act={async (reason) => put(path, await post(`${path}/resolve`, { account, outcome, reason }))}
      onClose={onClose}
    >
      <p>
        To <Said text={account} longest={60} />
      </p>
      <fieldset className="stack tight">
        <legend>It</legend>
        {Object.entries(OUTCOMES).map(([word, means]) => (
          <label key={word} className="check">
            <input
              type="radio"
              name="outcome"
              checked={outcome === word}
              onChange={() => setOutcome(word as keyof typeof OUTCOMES)}
            />
            {plain(word)}: {means}
          </label>
        ))}
      </fieldset>
    </Confirm>
  );
}

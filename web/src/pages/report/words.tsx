// What the report says in people's own words, and what it leaves out. Every version is kept, with who wrote it.

import { type FormEvent, useEffect, useState } from "react";
import { invalidate } from "../../api/cache";
import { post } from "../../api/client";
import type { ReportPart, ReportWords } from "../../api/types";
import { useDraft } from "../../app/drafts";
import { Command } from "../../parts/command";
import { ProblemBox } from "../../parts/problem";
import { Said } from "../../parts/said";
import { Time } from "../../parts/time";

const PARTS: { part: ReportPart; words: string }[] = [
  { part: "network", words: "the accounts, one by one" },
  { part: "evidence", words: "how it is known" },
  { part: "reach", words: "whom it reached, in numbers" },
  { part: "actions", words: "what was done, and who decided it" },
];

/** Words on their way, and the version that they change. */
interface Begun {
  base: ReportWords | null;
  title: string;
  text: string;
  leavesOut: ReportPart[];
}

/** What was being written when the page was left, or else what stands. */
function beginning(words: ReportWords | null, draft: string): Begun {
  if (draft !== "") {
    return JSON.parse(draft) as Begun;
  }
  return { base: words, title: words?.title ?? "", text: words?.text ?? "", leavesOut: words?.leaves_out ?? [] };
}

interface Props {
  at: string;
  id: string;
  words: ReportWords | null;
  mayWrite: boolean;
}

export function Words({ at, id, words, mayWrite }: Props) {
  const [draft, keepDraft] = useDraft(at);
  const [begun] = useState(() => beginning(words, draft));
  // What is being changed. Somebody else's version is taken over at once unless there is something to lose.
  const [base, setBase] = useState(begun.base);
  const [title, setTitle] = useState(begun.title);
  const [text, setText] = useState(begun.text);
  const [leavesOut, setLeavesOut] = useState<ReportPart[]>(begun.leavesOut);
  const [problem, setProblem] = useState<unknown>();
  const [isSaving, setSaving] = useState(false);

  const isChanged =
    title !== (base?.title ?? "") || text !== (base?.text ?? "") || !isSame(leavesOut, base?.leaves_out ?? []);
  useEffect(() => {
    keepDraft(isChanged ? JSON.stringify({ base, title, text, leavesOut } satisfies Begun) : "");
  }, [isChanged, base, title, text, leavesOut, keepDraft]);
  const isOvertaken = words?.version !== base?.version;
  function takeOver() {
    setBase(words);
    setTitle(words?.title ?? "");
    setText(words?.text ?? "");
    setLeavesOut(words?.leaves_out ?? []);
  }
  if (isOvertaken && !isChanged) {
    takeOver();
  }

  async function save(event: FormEvent) {
    event.preventDefault();
    setSaving(true);
    setProblem(undefined);
    try {
      const written = await post<ReportWords>(at, { title, text, leaves_out: leavesOut, seen: base?.version ?? 0 });
      setBase(written);
      invalidate((path) => path.startsWith(at));
    } catch (cause) {
      setProblem(cause);
    } finally {
      setSaving(false);
    }
  }

  const left = leavesOut.length === 0 ? "--whole" : `--leave-out ${leavesOut.join(" ")}`;
  return (
    <details className="report-words" open={words !== null || draft !== ""}>
      <summary>In your own words, and what is left out</summary>
      <form className="stack" onSubmit={save}>
        {words !== null && (
          <p className="small muted">
            Version {words.version}, by <Said text={words.by} />, <Time at={words.at} />
          </p>
        )}
        <fieldset className="stack" disabled={!mayWrite || isSaving}>
          <legend className="only-heard">The report's own words</legend>
          <label className="field">
            <span>Title</span>
            <input dir="auto" value={title} onChange={(event) => setTitle(event.target.value)} maxLength={300} />
          </label>
          <label className="field">
            <span>What it says first</span>
            <textarea dir="auto" rows={8} value={text} onChange={(event) => setText(event.target.value)} spellCheck />
          </label>
          <div className="stack tight" role="group" aria-label="What the report tells">
            {PARTS.map(({ part, words: name }) => (
              <label key={part} className="check">
                <input
                  type="checkbox"
                  checked={!leavesOut.includes(part)}
                  onChange={(event) =>
                    setLeavesOut(event.target.checked ? leavesOut.filter((one) => one !== part) : [...leavesOut, part])
                  }
                />
                {name}
              </label>
            ))}
          </div>
          <p className="small muted">
            What it does not show, and how it can be checked, always stands in it; so does what was left out.
          </p>
          <div className="actions">
            <button type="submit" className="button primary">
              Keep these words
            </button>
          </div>
        </fieldset>
        {!mayWrite && <p className="small muted">An investigator writes the report.</p>}
        {isOvertaken && isChanged && words !== null && (
          <div className="note warn">
            <p>
              <Said text={words.by} /> wrote version {words.version} meanwhile. Yours cannot be kept over it unread.
            </p>
            <button type="button" className="button" onClick={takeOver}>
              Show theirs, and drop mine
            </button>
          </div>
        )}
        {problem !== undefined && <ProblemBox problem={problem} />}
        <Command line={`avert --as INVESTIGATOR case words ${id} --title … --text FILE ${left}`} />
      </form>
    </details>
  );
}

function isSame(one: ReportPart[], other: ReportPart[]): boolean {
  return one.length === other.length && one.every((part) => other.includes(part));
}

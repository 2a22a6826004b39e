// A case written down: what is in it, how it looks, and taking it along.

import { useEffect, useState } from "react";
import { useQuery } from "../../api/cache";
import { getText } from "../../api/client";
import type { ReportWords } from "../../api/types";
import { href } from "../../app/router";
import { useRole, useSession } from "../../app/session";
import { Command } from "../../parts/command";
import { harmlessText } from "../../parts/harmless";
import { PageHead } from "../../parts/page-head";
import { withQuery } from "../../parts/pages";
import { ProblemBox } from "../../parts/problem";
import { Said } from "../../parts/said";
import { Words } from "./words";

const FORMATS = [
  { word: "html", words: "One page with pictures (HTML)" },
  { word: "md", words: "Text (Markdown)" },
  { word: "json", words: "Data (JSON)" },
] as const;
type Format = (typeof FORMATS)[number]["word"];

export default function Report({ id }: { id: string }) {
  const { person } = useSession();
  const mayWrite = useRole("investigator");
  const [format, setFormat] = useState<Format>("html");
  const [contacts, setContacts] = useState(false);
  const base = `/v1/cases/${encodeURIComponent(id)}/report`;
  const wordsAt = `/v1/cases/${encodeURIComponent(id)}/words`;
  const words = useQuery<{ words: ReportWords | null }>(wordsAt);
  const version = words.data?.words?.version ?? 0;
  const path = withQuery(base, { format, list_contacts: contacts ? "true" : null });
  const command = `avert --as ${person.name}${format === "html" ? "" : ` --format ${format}`} report ${id}${contacts ? " --list-contacts" : ""} --out report-${id}.${format}`;
  return (
    <>
      <PageHead
        title={`Report of ${harmlessText(id, 40)}`}
        above={
          <>
            <a href="#/cases">Cases</a> · <a href={href(["cases", id])}>{harmlessText(id, 60)}</a>
          </>
        }
        facts={<p>What anybody may check again: what was seen, what was done, and who decided it.</p>}
        actions={
          <a className="button primary" href={`${path}&download=true`} download={`report-${id}.${format}`}>
            Save the report
          </a>
        }
      />
      <div className="report">
        <div className="side">
          <form className="stack" onSubmit={(event) => event.preventDefault()}>
            <fieldset className="stack tight">
              <legend>As</legend>
              {FORMATS.map((one) => (
                <label key={one.word} className="check">
                  <input
                    type="radio"
                    name="format"
                    checked={format === one.word}
                    onChange={() => setFormat(one.word)}
                  />
                  {one.words}
                </label>
              ))}
            </fieldset>
            <fieldset className="stack tight">
              <legend>With</legend>
              <label className="check">
                <input type="checkbox" checked={contacts} onChange={(event) => setContacts(event.target.checked)} />
                the people reached, one by one
              </label>
              <p className="small muted">Leave them out of whatever leaves your house.</p>
            </fieldset>
            <Command line={command} />
          </form>
          {words.problem !== undefined && <ProblemBox problem={words.problem} />}
          {words.data !== undefined && <Words at={wordsAt} id={id} words={words.data.words} mayWrite={mayWrite} />}
        </div>
        {format === "html" ? (
          // Written anew when its words are: the address has to differ for the frame to be read again.
          <iframe key={version} title={`Report of ${id}`} src={path} sandbox="" referrerPolicy="no-referrer" />
        ) : (
          <Text key={version} path={path} />
        )}
      </div>
    </>
  );
}

/** The document as text. */
function Text({ path }: { path: string }) {
  const [text, setText] = useState<string>();
  const [problem, setProblem] = useState<unknown>();
  useEffect(() => {
    let isCurrent = true;
    setText(undefined);
    setProblem(undefined);
    getText(path).then(
      (read) => isCurrent && setText(read),
      (cause) => isCurrent && setProblem(cause),
    );
    return () => {
      isCurrent = false;
    };
  }, [path]);
  if (problem !== undefined) {
    return <ProblemBox problem={problem} />;
  }
  if (text === undefined) {
    return (
      <p className="muted" role="status">
        Writing…
      </p>
    );
  }
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
    <pre className="letter" tabIndex={0} aria-label="The report" role="region">
      <Said text={text} block longest={40_000} />
    </pre>
  );
}

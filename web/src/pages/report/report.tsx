// A case written down: what is in it, how it looks, and taking it along.

import { useEffect, useState } from "react";
import { getText } from "../../api/client";
import { href } from "../../app/router";
import { useSession } from "../../app/session";
import { Command } from "../../parts/command";
import { harmlessText } from "../../parts/harmless";
import { PageHead } from "../../parts/page-head";
import { withQuery } from "../../parts/pages";
import { ProblemBox } from "../../parts/problem";
import { Said } from "../../parts/said";

const FORMATS = [
  { word: "html", words: "One page with pictures (HTML)" },
  { word: "md", words: "Text (Markdown)" },
  { word: "json", words: "Data (JSON)" },
] as const;
type Format = (typeof FORMATS)[number]["word"];

export default function Report({ id }: { id: string }) {
  const { person } = useSession();
  const [format, setFormat] = useState<Format>("html");
  const [contacts, setContacts] = useState(false);
  const base = `/v1/cases/${encodeURIComponent(id)}/report`;
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
        <form className="stack" onSubmit={(event) => event.preventDefault()}>
          <fieldset className="stack tight">
            <legend>As</legend>
            {FORMATS.map((one) => (
              <label key={one.word} className="check">
                <input type="radio" name="format" checked={format === one.word} onChange={() => setFormat(one.word)} />
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
        {format === "html" ? (
          <iframe title={`Report of ${id}`} src={path} sandbox="" referrerPolicy="no-referrer" />
        ) : (
          <Text path={path} name={`report-${id}-edited.md`} mayEdit={format === "md"} />
        )}
      </div>
    </>
  );
}

/** The document as text. Words for the public can be changed here before they are saved; Avert's own stay as they are. */
function Text({ path, name, mayEdit }: { path: string; name: string; mayEdit: boolean }) {
  const [text, setText] = useState<string>();
  const [edited, setEdited] = useState<string>();
  const [problem, setProblem] = useState<unknown>();
  useEffect(() => {
    let isCurrent = true;
    setText(undefined);
    setEdited(undefined);
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
  if (edited !== undefined) {
    return (
      <div className="stack">
        <label className="field">
          <span>The text as you will publish it</span>
          <textarea
            className="report-text"
            dir="auto"
            value={edited}
            onChange={(event) => setEdited(event.target.value)}
            spellCheck
          />
        </label>
        <p className="note warn">
          What you change is kept nowhere but in the file you save: the report that Avert writes, and that others can
          check, stays as it is.
        </p>
        <div className="actions">
          <button type="button" className="button primary" onClick={() => save(name, edited)}>
            Save what is here
          </button>
          <button type="button" className="button" onClick={() => setEdited(undefined)}>
            Back to the report
          </button>
        </div>
      </div>
    );
  }
  return (
    <div className="stack">
      {mayEdit && (
        <div className="actions">
          <button type="button" className="button" onClick={() => setEdited(text)}>
            Edit the words
          </button>
        </div>
      )}
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
      <pre className="letter" tabIndex={0} aria-label="The report" role="region">
        <Said text={text} block longest={40_000} />
      </pre>
    </div>
  );
}

function save(name: string, text: string): void {
  const address = URL.createObjectURL(new Blob([text], { type: "text/markdown" }));
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
  URL.revokeObjectURL(address);
}

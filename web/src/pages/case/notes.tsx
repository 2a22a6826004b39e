// What people wrote about a case. Names of people stand apart; typing @ offers them.

import { type FormEvent, Fragment, type KeyboardEvent, useId, useRef, useState } from "react";
import { invalidate, useQuery } from "../../api/cache";
import { post } from "../../api/client";
import type { Note, Settings } from "../../api/types";
import { useDraft } from "../../app/drafts";
import { beingTyped, mentions } from "../../parts/mentions";
import { ProblemBox } from "../../parts/problem";
import { Said } from "../../parts/said";
import { Time } from "../../parts/time";

export function Notes({ path, notes }: { path: string; notes: Note[] }) {
  const people = useQuery<Settings>("/v1/settings").data?.people.map((one) => one.name) ?? [];
  return (
    <div className="pad stack">
      {notes.length === 0 && <p className="muted">No note yet. What is known only in somebody's head goes here.</p>}
      {notes.length > 0 && (
        <ol className="notes">
          {notes.map((note, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: notes are only ever added at the end
            <li key={`${note.at} ${index}`}>
              <p className="small muted">
                <strong>
                  <Said text={note.by} />
                </strong>{" "}
                · <Time at={note.at} />
              </p>
              <NoteText text={note.text} people={people} />
            </li>
          ))}
        </ol>
      )}
      <Write path={path} people={people} />
    </div>
  );
}

function NoteText({ text, people }: { text: string; people: string[] }) {
  const parts = mentions(text, people);
  if (parts.length === 1 && parts[0] !== undefined && "text" in parts[0]) {
    return (
      <p>
        <Said text={text} block />
      </p>
    );
  }
  return (
    <p className="said-block">
      {parts.map((part, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the parts of a text have no other name, and never move
        <Fragment key={index}>
          {"mention" in part ? (
            <span className="mention">@{part.mention}</span>
          ) : (
            <Said text={part.text} longest={2_000} />
          )}
        </Fragment>
      ))}
    </p>
  );
}

function Write({ path, people }: { path: string; people: string[] }) {
  const [text, setText] = useDraft(`${path}/notes`);
  const [caret, setCaret] = useState(0);
  const [at, setAt] = useState(0);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<unknown>();
  const field = useRef<HTMLTextAreaElement>(null);
  const id = useId();
  const typed = beingTyped(text, caret);
  const offered = typed === null ? [] : people.filter((one) => one.startsWith(typed) && one !== typed);
  const current = Math.min(at, offered.length - 1);

  const take = (name: string | undefined) => {
    if (name === undefined || typed === null) {
      return;
    }
    const before = `${text.slice(0, caret - typed.length)}${name} `;
    setText(before + text.slice(caret));
    setCaret(before.length);
    queueMicrotask(() => field.current?.setSelectionRange(before.length, before.length));
    field.current?.focus();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (offered.length > 0 && (event.key === "ArrowDown" || event.key === "ArrowUp")) {
      event.preventDefault();
      setAt((current + (event.key === "ArrowDown" ? 1 : -1) + offered.length) % offered.length);
    } else if (offered.length > 0 && (event.key === "Enter" || event.key === "Tab")) {
      event.preventDefault();
      take(offered[current]);
    } else if (event.key === "Escape") {
      setCaret(0);
    } else if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      void send();
    }
  };
  const send = async (event?: FormEvent) => {
    event?.preventDefault();
    if (text.trim() === "" || busy) {
      return;
    }
    setBusy(true);
    setProblem(undefined);
    try {
      await post(`${path}/notes`, { text: text.trim() });
      setText("");
      invalidate((one) => one === path);
    } catch (cause) {
      setProblem(cause);
    }
    setBusy(false);
  };

  return (
    <form className="stack tight" onSubmit={send}>
      <label className="field">
        <span>Write a note</span>
        <textarea
          ref={field}
          rows={2}
          value={text}
          aria-autocomplete="list"
          aria-controls={offered.length > 0 ? id : undefined}
          aria-activedescendant={offered.length > 0 ? `${id}-${current}` : undefined}
          onChange={(event) => {
            setText(event.target.value);
            setCaret(event.target.selectionStart);
            setAt(0);
          }}
          onSelect={(event) => setCaret(event.currentTarget.selectionStart)}
          onKeyDown={onKeyDown}
        />
      </label>
      {offered.length > 0 && (
        <div className="choices offered" role="listbox" id={id} aria-label="People">
          {offered.map((name, index) => (
            // biome-ignore lint/a11y/useKeyWithClickEvents: the keyboard stays in the field above, which moves through these
            <div
              key={name}
              id={`${id}-${index}`}
              role="option"
              tabIndex={-1}
              aria-selected={index === current}
              onClick={() => take(name)}
            >
              @{name}
            </div>
          ))}
        </div>
      )}
      {problem !== undefined && <ProblemBox problem={problem} />}
      <div className="actions">
        <button type="submit" className="button" disabled={busy || text.trim() === ""}>
          Add the note
        </button>
        <span className="muted small">@ names somebody; Ctrl Enter sends.</span>
      </div>
    </form>
  );
}

// Whatever acts on other people's accounts asks first: it shows what it would do and the command line that does the
// same, and wants the plan's name typed. A key pressed by accident can never do it.

import { type FormEvent, type ReactNode, useId, useState } from "react";
import { useDraft } from "../app/drafts";
import { useRoute } from "../app/router";
import { Command } from "./command";
import { Dialog } from "./dialog";
import { ProblemBox } from "./problem";
import { withReason } from "./words";

interface Props {
  title: string;
  /** The word on the button. */
  verb: string;
  /** What must be typed. Without it, the button alone is deliberate enough. */
  typed?: string;
  danger?: boolean;
  /** Whether words are wanted, and what they are called. */
  reason?: string;
  /** The command line that does the same: `REASON` in it stands for the words, where they are wanted. */
  command?: string | undefined;
  children?: ReactNode;
  wide?: boolean;
  /** What else keeps the button shut. */
  blocked?: boolean;
  act: (reason: string) => Promise<unknown>;
  onClose: () => void;
}

export function Confirm(props: Props) {
  const { title, verb, typed, danger = false, reason, command, children, wide = false, act, onClose } = props;
  const [words, setWords] = useDraft(`${useRoute().path.join("/")} ${title}`);
  const [name, setName] = useState("");
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<unknown>();
  const id = useId();
  const ready =
    !busy &&
    props.blocked !== true &&
    (typed === undefined || name.trim() === typed) &&
    (reason === undefined || words.trim() !== "");

  // Closed on purpose, it is dropped; a session that ends only takes it off the screen.
  const close = () => {
    setWords("");
    onClose();
  };
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    event.stopPropagation();
    if (!ready) {
      return;
    }
    setBusy(true);
    setProblem(undefined);
    try {
      await act(words.trim());
      close();
    } catch (cause) {
      setProblem(cause);
      setBusy(false);
    }
  };

  return (
    <Dialog title={title} onClose={close} wide={wide}>
      <form onSubmit={submit} className="stack">
        {children}
        {reason !== undefined && (
          <label className="field">
            <span>{reason}</span>
            <textarea value={words} onChange={(event) => setWords(event.target.value)} rows={3} required />
          </label>
        )}
        {command !== undefined && <Command line={reason === undefined ? command : withReason(command, words)} />}
        {typed !== undefined && (
          <label className="field" htmlFor={id}>
            <span>
              Type <code>{typed}</code> to confirm
            </span>
            <input
              id={id}
              value={name}
              onChange={(event) => setName(event.target.value)}
              autoComplete="off"
              autoCapitalize="off"
              spellCheck={false}
            />
          </label>
        )}
        {problem !== undefined && <ProblemBox problem={problem} />}
        <div className="actions end">
          <button type="button" className="button" onClick={close}>
            Cancel
          </button>
          <button type="submit" className={danger ? "button danger" : "button primary"} disabled={!ready}>
            {busy ? "Working…" : verb}
          </button>
        </div>
      </form>
    </Dialog>
  );
}

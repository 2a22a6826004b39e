// A command line that does the same as a button, ready to be copied.

import { useState } from "react";
import { harmlessText } from "./harmless";

export function Command({ line, label = "The same on the command line" }: { line: string; label?: string }) {
  return (
    <div className="command">
      <span className="command-label">{label}</span>
      <code>{harmlessText(line, 2_000)}</code>
      <Copy text={line} />
    </div>
  );
}

export function Copy({ text, what = "Copy" }: { text: string; what?: string }) {
  const [said, setSaid] = useState("");
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text);
      setSaid("Copied");
    } catch {
      setSaid("Could not copy: select the text and copy it by hand");
    }
    setTimeout(() => setSaid(""), 2_500);
  };
  return (
    <>
      <button type="button" className="button small" onClick={copy}>
        {what}
      </button>
      <span className="muted small" role="status">
        {said}
      </span>
    </>
  );
}

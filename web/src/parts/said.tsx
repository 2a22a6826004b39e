// Whatever an adversary or a person wrote is shown through this, and through nothing else.

import { useState } from "react";
import { clip, harmless } from "./harmless";
import { number } from "./words";

const SHOWN = 160;
const SHOWN_IN_BLOCK = 2_000;

interface Props {
  text: string | null | undefined;
  /** A text of several lines rather than a name. */
  block?: boolean;
  /** Within a link or a button, where another button may not stand. */
  still?: boolean;
  longest?: number;
}

/** A text in its own direction, with nothing hidden in it, clipped with a way to see all. */
export function Said({ text, block = false, still = false, longest }: Props) {
  const [all, setAll] = useState(false);
  if (text === null || text === undefined || text === "") {
    return null;
  }
  const { head, rest } = clip(text, all ? Number.POSITIVE_INFINITY : (longest ?? (block ? SHOWN_IN_BLOCK : SHOWN)));
  const pieces = harmless(head).map((piece, index) =>
    piece.code === undefined ? (
      // biome-ignore lint/suspicious/noArrayIndexKey: pieces have no other name, and never move
      <span key={index}>{piece.text}</span>
    ) : (
      // biome-ignore lint/suspicious/noArrayIndexKey: as above
      <span key={index} className="unseen" title="a character that does not show itself">
        {piece.text}
      </span>
    ),
  );
  return (
    <>
      <bdi dir="auto" className={block ? "said said-block" : "said"}>
        {pieces}
        {rest > 0 && "…"}
      </bdi>
      {rest > 0 && still && <span className="muted"> ({number(text.length)} characters)</span>}
      {rest > 0 && !still && (
        <button type="button" className="link-button" onClick={() => setAll(true)}>
          show all {number(text.length)} characters
        </button>
      )}
      {all && !still && (
        <button type="button" className="link-button" onClick={() => setAll(false)}>
          show less
        </button>
      )}
    </>
  );
}

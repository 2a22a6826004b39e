// States and kinds in a word and a shape: colour is never the only sign.

import { kind as kindWords, layer as layerWords, plain, tlp as tlpWords } from "./words";

type Tone = "quiet" | "good" | "wait" | "bad" | "busy";

const TONES: Record<string, Tone> = {
  open: "busy",
  closed: "quiet",
  draft: "quiet",
  "in-review": "wait",
  approved: "good",
  rejected: "bad",
  expired: "wait",
  executing: "busy",
  executed: "good",
  reversing: "busy",
  reversed: "quiet",
  "rolled-back": "quiet",
  stuck: "bad",
  sending: "busy",
  sent: "good",
  waiting: "quiet",
  planned: "quiet",
  intended: "busy",
  claimed: "busy",
  "being-sent": "busy",
  done: "good",
  drifted: "wait",
  drift: "wait",
  failed: "bad",
  undoing: "busy",
  restored: "good",
  "kept-changed": "wait",
  watched: "quiet",
  undeliverable: "wait",
  suppressed: "quiet",
  "in-doubt": "bad",
  interrupted: "bad",
  "appeal-due": "wait",
  granting: "busy",
  granted: "good",
};

const SIGNS: Record<Tone, string> = { quiet: "○", good: "●", wait: "◐", bad: "▲", busy: "◔" };

export function State({ word }: { word: string }) {
  const tone = TONES[word] ?? "quiet";
  return (
    <span className={`badge tone-${tone}`}>
      <span aria-hidden="true" className="badge-sign">
        {SIGNS[tone]}
      </span>
      <span>{plain(word)}</span>
    </span>
  );
}

export function Tlp({ word }: { word: string }) {
  return <span className={`tlp tlp-${word}`}>{tlpWords(word)}</span>;
}

export function Layers({ words }: { words: string[] }) {
  return (
    <span className="chips">
      {words.map((word) => (
        <span key={word} className="chip" title={word}>
          {layerWords(word)}
        </span>
      ))}
    </span>
  );
}

/** The shape that stands for a kind on the map, in tables and in the legend. */
export function KindShape({ kind, size = 12 }: { kind: string; size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 12 12" aria-hidden="true" className={`kind kind-${kind}`}>
      {kind === "compromised" && <path d="M6 0.4 11.6 6 6 11.6 0.4 6Z" />}
      {kind === "persona" && <circle cx="6" cy="6" r="5.2" />}
      {kind === "suspect" && <circle cx="6" cy="6" r="4.2" className="hollow" />}
      {kind === "reached" && <rect x="2" y="2" width="8" height="8" />}
    </svg>
  );
}

export function Kind({ kind }: { kind: string }) {
  return (
    <span className="kind-words">
      <KindShape kind={kind} />
      {kindWords(kind)}
    </span>
  );
}

/** How sure, as a number and a bar. */
export function Sure({ value, words }: { value: number | null | undefined; words: string }) {
  return (
    <span className="sure">
      <span className="sure-bar" aria-hidden="true">
        <span style={{ width: `${Math.round((value ?? 0) * 100)}%` }} />
      </span>
      {words}
    </span>
  );
}

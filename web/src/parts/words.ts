// Numbers and the words of the domain, in plain English.

import { withoutUnseen } from "./harmless";

const GROUPED = new Intl.NumberFormat("en-GB");

export function number(value: number): string {
  return GROUPED.format(value);
}

/** "1 account", "12 accounts". */
export function count(value: number, one: string, many: string = `${one}s`): string {
  return `${number(value)} ${value === 1 ? one : many}`;
}

/** A probability as people should read it: never more certain than the calibration. */
export function probability(value: number | null | undefined): string {
  if (value === null || value === undefined) {
    return "not known";
  }
  if (value > 0.99) {
    return "over 99 %";
  }
  if (value < 0.01) {
    return "under 1 %";
  }
  return `${Math.round(value * 100)} %`;
}

export function seconds(value: number): string {
  if (value < 90) {
    return count(Math.max(1, Math.round(value)), "second");
  }
  if (value < 90 * 60) {
    return count(Math.round(value / 60), "minute");
  }
  return count(Math.round(value / 3600), "hour");
}

const KINDS: Record<string, string> = {
  persona: "made-up person",
  compromised: "real account in other hands",
  suspect: "suspect",
  reached: "person reached",
};

export function kind(word: string): string {
  return KINDS[word] ?? plain(word);
}

const TIERS: Record<string, string> = {
  saw: "only saw them",
  connected: "connected with them",
  talked: "talked with them",
  "clicked-or-opened": "clicked or opened what they shared",
};

/** The tiers, strongest first. */
export const TIER_ORDER = ["clicked-or-opened", "talked", "connected", "saw"];

export function tier(word: string): string {
  return TIERS[word] ?? plain(word);
}

const LAYERS: Record<string, string> = {
  "contacted-person": "people approached",
  ip: "network addresses",
  device: "devices",
  avatar: "profile pictures",
  phrase: "phrases",
  "email-stem": "e-mail patterns",
  link: "links",
  file: "files",
  "shared-content": "shared content",
  hashtag: "hashtags",
  domain: "domains",
  referee: "referees",
  money: "money",
  registration: "registration",
  activity: "hours of activity",
};

export function layer(word: string): string {
  return LAYERS[word] ?? word.replace(/^x-/, "").replaceAll("-", " ");
}

const REMEDIES: Record<string, string> = {
  disable: "cannot sign in any more; its data stays",
  restrict: "can sign in and read, not write",
  secure: "every session ends and its password is worth nothing, so that its owner takes it back",
  watch: "nothing is called",
};

export function remedyMeans(word: string): string {
  return REMEDIES[word] ?? "";
}

const STATES: Record<string, string> = {
  "in-review": "in review",
  "rolled-back": "rolled back",
  "in-doubt": "in doubt",
  "kept-changed": "kept as changed",
};

/** The word of a state, phase or reason without its hyphens. */
export function plain(word: string): string {
  return STATES[word] ?? word.replaceAll("-", " ").replaceAll("_", " ");
}

/** An act of the journal as people say it: "takedown/approve" is "takedown: approve". */
export function actWords(act: string): string {
  return /^[a-z-]+\/[a-z-]+$/.test(act) ? plain(act.replace("/", ": ")) : act;
}

export function sentence(text: string): string {
  return text === "" ? "" : text.charAt(0).toUpperCase() + text.slice(1);
}

export function tlp(word: string): string {
  return `TLP:${word.toUpperCase().replace("-", "+")}`;
}

/** "a, b and c". */
export function list(words: string[]): string {
  if (words.length < 2) {
    return words.join("");
  }
  return `${words.slice(0, -1).join(", ")} and ${words.at(-1)}`;
}

/** A command line with the words that were typed where it says `REASON`. */
export function withReason(command: string, words: string): string {
  // Not a text to put in: `$&` and the like mean something there, and people write about money.
  return command.replace("REASON", () => quoted(words.trim() || "…"));
}

/** An argument of a shell's command line. What does not show itself is written out, so that a paste does what it says. */
export function quoted(argument: string): string {
  if (/^[\w@%+=:,./-]+$/.test(argument)) {
    return argument;
  }
  const escaped = withoutUnseen(argument.replaceAll("\\", "\\\\").replaceAll("'", "\\'"), (code) =>
    code === 10 ? "\\n" : `\\U${code.toString(16).padStart(8, "0")}`,
  );
  const isPlain = withoutUnseen(argument, () => "") === argument;
  return isPlain ? `'${argument.replaceAll("'", `'\\''`)}'` : `$'${escaped}'`;
}

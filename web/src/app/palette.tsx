// Ctrl-K: any page, case, finding or operation by a few letters.

import { type KeyboardEvent, useId, useMemo, useState } from "react";
import { useQuery } from "../api/cache";
import type { CaseHead, FindingHead, Page, Today } from "../api/types";
import { Dialog } from "../parts/dialog";
import { harmlessText } from "../parts/harmless";
import { go, homeOf, href } from "./router";

interface Choice {
  words: string;
  aside: string;
  to: string;
}

const PAGES: Choice[] = [
  { words: "Today", aside: "page", to: "#/" },
  { words: "Findings", aside: "page", to: "#/findings" },
  { words: "Cases", aside: "page", to: "#/cases" },
  { words: "Takedowns", aside: "page", to: "#/takedowns" },
  { words: "Notices", aside: "page", to: "#/notices" },
  { words: "Appeals", aside: "page", to: "#/appeals" },
  { words: "Journal", aside: "page", to: "#/journal" },
  { words: "Settings", aside: "page", to: "#/settings" },
  { words: "Passkeys", aside: "settings", to: "#/settings/passkeys" },
  { words: "Tokens", aside: "settings", to: "#/settings/tokens" },
];
const SHOWN = 12;

export function Palette({ onClose }: { onClose: () => void }) {
  const [text, setText] = useState("");
  const [at, setAt] = useState(0);
  const id = useId();
  const asked = text.trim();
  const today = useQuery<Today>("/v1/today").data;
  const search = asked.length < 2 ? null : encodeURIComponent(asked);
  const cases = useQuery<Page<CaseHead>>(search === null ? null : `/v1/cases?q=${search}&limit=8`).data;
  const findings = useQuery<Page<FindingHead>>(search === null ? null : `/v1/findings?q=${search}&limit=8`).data;
  const choices = useMemo(() => choose(asked, today, cases, findings), [asked, today, cases, findings]);
  const current = Math.min(at, choices.length - 1);

  const open = (choice: Choice | undefined) => {
    if (choice !== undefined) {
      onClose();
      go(choice.to);
    }
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      const by = event.key === "ArrowDown" ? 1 : -1;
      setAt((current + by + choices.length) % Math.max(1, choices.length));
    } else if (event.key === "Enter") {
      event.preventDefault();
      open(choices[current]);
    }
  };

  return (
    <Dialog title="Go to" onClose={onClose}>
      <input
        type="text"
        data-first
        role="combobox"
        aria-label="Page, case, finding or id"
        aria-expanded="true"
        aria-controls={id}
        aria-activedescendant={choices.length > 0 ? `${id}-${current}` : undefined}
        aria-autocomplete="list"
        placeholder="Page, case, finding, or an id such as tp-1"
        value={text}
        autoComplete="off"
        spellCheck={false}
        onChange={(event) => {
          setText(event.target.value);
          setAt(0);
        }}
        onKeyDown={onKeyDown}
      />
      <div className="choices" role="listbox" id={id} aria-label="What fits">
        {choices.map((choice, index) => (
          // biome-ignore lint/a11y/useKeyWithClickEvents: the keyboard stays in the field above, which moves through these
          <div
            key={`${choice.to} ${choice.words}`}
            id={`${id}-${index}`}
            role="option"
            tabIndex={-1}
            aria-selected={index === current}
            onClick={() => open(choice)}
          >
            <bdi dir="auto">{choice.words}</bdi>
            <span className="muted">{choice.aside}</span>
          </div>
        ))}
      </div>
      {choices.length === 0 && (
        <p className="muted" role="status">
          Nothing fits.
        </p>
      )}
    </Dialog>
  );
}

function choose(
  asked: string,
  today: Today | undefined,
  cases: Page<CaseHead> | undefined,
  findings: Page<FindingHead> | undefined,
): Choice[] {
  const choices: Choice[] = [];
  const home = homeOf(asked.toLowerCase());
  if (home !== undefined && /-./.test(asked)) {
    choices.push({ words: asked, aside: "by id", to: home });
  }
  const known: Choice[] = [...PAGES];
  for (const one of today?.waiting_for_me ?? []) {
    known.push({
      words: `${one.id} ${harmlessText(one.title, 80)}`,
      aside: "waits for you",
      to: homeOf(one.id) ?? "#/",
    });
  }
  for (const one of cases?.items ?? today?.cases ?? []) {
    known.push({ words: `${one.id} ${harmlessText(one.title, 80)}`, aside: "case", to: href(["cases", one.id]) });
  }
  for (const one of findings?.items ?? today?.findings ?? []) {
    known.push({ words: harmlessText(one.title, 80), aside: `finding ${one.id}`, to: href(["findings", one.id]) });
  }
  const letters = asked.toLowerCase();
  for (const one of known) {
    const isFound = cases !== undefined && one.aside !== "page" && one.aside !== "settings";
    if (isFound || `${one.words} ${one.aside}`.toLowerCase().includes(letters)) {
      choices.push(one);
    }
  }
  return choices.slice(0, SHOWN);
}

// What is around every page: where one can go, whether the page is live, who one is, and how to stop everything.

import { type ReactNode, useEffect, useRef, useState } from "react";
import { useQuery } from "../api/cache";
import { listen, useLine } from "../api/events";
import type { Today } from "../api/types";
import { Dialog } from "../parts/dialog";
import { Said } from "../parts/said";
import { number } from "../parts/words";
import { FreezeButton, FrozenBanner } from "./freeze";
import { Icon } from "./icons";
import { Palette } from "./palette";
import { useRoute } from "./router";
import { useSession } from "./session";
import { KEYS, listenForKeys, SHORTCUTS } from "./shortcuts";
import { useStored } from "./stored";

const PLACES = [
  { name: "today", words: "Today", to: "#/" },
  { name: "findings", words: "Findings", to: "#/findings" },
  { name: "cases", words: "Cases", to: "#/cases" },
  { name: "takedowns", words: "Takedowns", to: "#/takedowns" },
  { name: "notices", words: "Notices", to: "#/notices" },
  { name: "appeals", words: "Appeals", to: "#/appeals" },
  { name: "journal", words: "Journal", to: "#/journal" },
  { name: "settings", words: "Settings", to: "#/settings" },
];

export function Shell({ children }: { children: ReactNode }) {
  const [palette, setPalette] = useState(false);
  const [help, setHelp] = useState(false);
  const main = useRef<HTMLElement>(null);
  const { path } = useRoute();
  const place = path.join("/");

  useEffect(listen, []);
  useEffect(() => listenForKeys({ openPalette: () => setPalette(true), openHelp: () => setHelp(true) }), []);
  useFreshPage(place);

  return (
    <div className="shell">
      <a
        className="skip"
        href="#main"
        onClick={(event) => {
          // The hash is the page's address, so the browser's own way of skipping would leave the page.
          event.preventDefault();
          main.current?.focus();
        }}
      >
        Skip to the page
      </a>
      <header className="top">
        <a href="#/" className="brand">
          <img src="/icon.svg" alt="" width="24" height="24" />
          <span>Avert</span>
        </a>
        <button type="button" className="button palette-button" onClick={() => setPalette(true)}>
          <Icon name="search" />
          <span>
            Go to<span className="wide-only"> a page, case or id</span>
          </span>
          <kbd className="wide-only">Ctrl K</kbd>
        </button>
        <LineSign />
        <FreezeButton />
        <Me onHelp={() => setHelp(true)} />
      </header>
      <nav className="rail" aria-label="Pages">
        <ul>
          {PLACES.map((one) => (
            <li key={one.name}>
              <a href={one.to} aria-current={(path[0] ?? "today") === one.name ? "page" : undefined}>
                <Icon name={one.name} />
                <span>{one.words}</span>
                <Waiting name={one.name} />
              </a>
            </li>
          ))}
        </ul>
      </nav>
      <main ref={main} tabIndex={-1} id="main">
        <FrozenBanner />
        {children}
      </main>
      {palette && <Palette onClose={() => setPalette(false)} />}
      {help && <Help onClose={() => setHelp(false)} />}
    </div>
  );
}

/** A new page begins at its top, and its heading is read aloud. Not on the first one: the browser does that itself. */
function useFreshPage(place: string) {
  const first = useRef(true);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the place is what it waits for
  useEffect(() => {
    if (first.current) {
      first.current = false;
      return;
    }
    window.scrollTo(0, 0);
    let tries = 0;
    const look = () => {
      const heading = document.querySelector<HTMLElement>("main h1");
      if (heading !== null) {
        heading.focus({ preventScroll: true });
      } else if (tries < 40) {
        tries += 1;
        timer = setTimeout(look, 50);
      }
    };
    let timer = setTimeout(look, 0);
    return () => clearTimeout(timer);
  }, [place]);
}

/** How much waits behind a page's name. */
function Waiting({ name }: { name: string }) {
  const today = useQuery<Today>("/v1/today").data;
  const counts: Record<string, number | undefined> = {
    today: today?.waiting_for_me.length,
    findings: today?.totals.findings_without_case,
    cases: today?.totals.open_cases,
    appeals: today?.totals.waiting_appeals,
  };
  const waiting = counts[name];
  if (!waiting) {
    return null;
  }
  return (
    <span className={name === "today" ? "waiting loud" : "waiting"}>
      {number(waiting)}
      <span className="only-heard">
        {name === "today" ? " waiting for you" : name === "cases" ? " open" : " waiting"}
      </span>
    </span>
  );
}

function LineSign() {
  const line = useLine();
  const words = { live: "Live", lost: "Reconnecting…", connecting: "Connecting…", off: "" }[line];
  return (
    <span className={`line line-${line}`} role="status" title="Whether this page is told of changes as they happen">
      <span aria-hidden="true">{line === "live" ? "●" : "◌"}</span> <span className="line-words">{words}</span>
    </span>
  );
}

function Me({ onHelp }: { onHelp: () => void }) {
  const { person, session, signOut } = useSession();
  const menu = useRef<HTMLDetailsElement>(null);
  useEffect(() => {
    const close = (event: Event) => {
      const isEscape = event instanceof KeyboardEvent && event.key === "Escape";
      const isOutside = event.type === "pointerdown" && !menu.current?.contains(event.target as Node);
      if (menu.current?.open && (isEscape || isOutside)) {
        menu.current.open = false;
        if (isEscape) {
          menu.current.querySelector("summary")?.focus();
        }
      }
    };
    window.addEventListener("keydown", close);
    window.addEventListener("pointerdown", close);
    return () => {
      window.removeEventListener("keydown", close);
      window.removeEventListener("pointerdown", close);
    };
  }, []);
  const shut = () => {
    if (menu.current) {
      menu.current.open = false;
    }
  };
  return (
    <details className="me" ref={menu}>
      <summary>
        <Icon name="person" />
        <span>
          <Said text={person.name} still longest={24} />
        </span>
      </summary>
      <div className="me-menu">
        <p className="small muted">{person.roles.join(", ") || "no role"}</p>
        <a href="#/settings" onClick={shut}>
          Settings
        </a>
        <button
          type="button"
          onClick={() => {
            shut();
            onHelp();
          }}
        >
          Keys <kbd>?</kbd>
        </button>
        <button type="button" onClick={() => signOut().catch(() => {})}>
          Sign out
        </button>
        {session.version && <p className="small muted">Avert {session.version}</p>}
      </div>
    </details>
  );
}

function Help({ onClose }: { onClose: () => void }) {
  const on = useStored(KEYS, "on") === "on";
  return (
    <Dialog title="Keys" onClose={onClose}>
      {!on && (
        <p className="note">
          Single keys are switched off.{" "}
          <a href="#/settings" onClick={onClose}>
            Settings
          </a>{" "}
          switches them on.
        </p>
      )}
      <dl className="keys">
        {SHORTCUTS.map((one) => (
          <div key={one.keys}>
            <dt>
              {one.keys.split(" ").map((key) => (
                <kbd key={key}>{key}</kbd>
              ))}
            </dt>
            <dd>{one.what}</dd>
          </div>
        ))}
      </dl>
      <p className="muted">No key changes anything by itself. Whatever acts asks first, and wants a name typed.</p>
    </Dialog>
  );
}

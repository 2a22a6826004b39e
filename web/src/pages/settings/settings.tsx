// Settings: what is mine in this browser, and what Avert is set up with. The file avert.toml is where it is changed.

import { useQuery } from "../../api/cache";
import type { Settings as SettingsBody } from "../../api/types";
import { useRole } from "../../app/session";
import { Loaded } from "../../parts/async";
import { Command } from "../../parts/command";
import { PageHead, Section } from "../../parts/page-head";
import { Said } from "../../parts/said";
import { Table } from "../../parts/table";
import { count, layer as layerWords, number, plain, seconds } from "../../parts/words";
import { Here } from "./here";
import { Passkeys } from "./passkeys";
import { People } from "./people";
import { Tokens } from "./tokens";

const PARTS = [
  { name: "here", words: "This browser" },
  { name: "passkeys", words: "Passkeys" },
  { name: "people", words: "People" },
  { name: "tokens", words: "Tokens" },
  { name: "setup", words: "Set-up" },
];

export default function Settings({ part = "here" }: { part?: string | undefined }) {
  const settings = useQuery<SettingsBody>("/v1/settings");
  const isOperator = useRole("operator");
  return (
    <>
      <PageHead title="Settings" />
      <nav className="tabs" aria-label="Parts of the settings">
        {PARTS.map((one) => (
          <a key={one.name} href={`#/settings/${one.name}`} aria-current={part === one.name ? "page" : undefined}>
            {one.words}
          </a>
        ))}
      </nav>
      {part === "here" && <Here />}
      {part === "passkeys" && <Passkeys />}
      {part === "people" && (
        <Loaded answer={settings}>{(body) => <People body={body} isOperator={isOperator} />}</Loaded>
      )}
      {part === "tokens" && <Tokens />}
      {part === "setup" && <Loaded answer={settings}>{(body) => <SetUp body={body} />}</Loaded>}
    </>
  );
}

function SetUp({ body }: { body: SettingsBody }) {
  return (
    <>
      {body.wrong && (
        <div className="note warn">
          <p>avert.toml cannot be used as it is; what held before still holds:</p>
          <Said text={body.wrong} block />
        </div>
      )}
      <div className="two">
        <Section title="Platforms">
          <Named rows={body.platforms} caption="Platforms" />
        </Section>
        <Section title="Channels">
          <Named rows={body.channels} caption="Channels" />
        </Section>
      </div>
      <Section title="Layers">
        <Table
          caption="Layers"
          rows={body.layers}
          keyOf={(one) => one.name}
          columns={[
            {
              name: "Layer",
              by: (one) => one.name,
              show: (one) => (
                <>
                  {layerWords(one.name)} <code className="muted">{one.name}</code>
                </>
              ),
            },
            {
              name: "Counts as shared",
              by: (one) => one.window_seconds ?? Number.MAX_SAFE_INTEGER,
              show: (one) => (one.window_seconds === null ? "at any time" : `within ${seconds(one.window_seconds)}`),
            },
            {
              name: "Left out above",
              by: (one) => one.most_accounts,
              show: (one) => count(one.most_accounts, "account"),
            },
          ]}
        />
      </Section>
      <div className="two">
        <Section title="Review">
          <div className="pad">
            <Values
              of={{ ...body.review, notices_go_over: body.notices_go_over?.join(", "), appeal_days: body.appeal_days }}
              but={[]}
            />
          </div>
        </Section>
        <Section title="Store">
          <div className="pad">
            <p>
              <Said text={body.store} />, schema {number(body.schema)}
            </p>
          </div>
        </Section>
      </div>
      <Command line="avert config show" label="Every value, with where it comes from" />
    </>
  );
}

function Named({ rows, caption }: { rows: { name: string; kind: string }[]; caption: string }) {
  return rows.length === 0 ? (
    <p className="pad muted">None. avert.toml names them.</p>
  ) : (
    <Table
      caption={caption}
      rows={rows}
      keyOf={(one) => one.name}
      columns={[
        { name: "Name", by: (one) => one.name, show: (one) => <Said text={one.name} /> },
        { name: "Kind", by: (one) => one.kind, show: (one) => plain(one.kind) },
      ]}
    />
  );
}

function Values({ of, but }: { of: Record<string, unknown>; but: string[] }) {
  const known = Object.entries(of).filter(
    ([name, value]) => !but.includes(name) && value !== null && value !== undefined,
  );
  return (
    <dl className="pairs small">
      {known.map(([name, value]) => (
        <div key={name} className="pair">
          <dt>{plain(name)}</dt>
          <dd>
            <Said text={typeof value === "object" ? JSON.stringify(value) : String(value)} />
          </dd>
        </div>
      ))}
    </dl>
  );
}

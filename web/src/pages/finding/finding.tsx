// A finding: the network, what it rests on, and when it acts.

import { useState } from "react";
import { invalidate, useQuery } from "../../api/cache";
import { post } from "../../api/client";
import { useProfiles } from "../../api/profiles";
import type { Finding as FindingBody, Member, NetworkMap } from "../../api/types";
import { go, href } from "../../app/router";
import { useRole } from "../../app/session";
import { Loaded } from "../../parts/async";
import { Layers } from "../../parts/badge";
import { FactList } from "../../parts/facts";
import { harmlessText } from "../../parts/harmless";
import { HoursMap } from "../../parts/heatmap";
import { Explorer } from "../../parts/network/explorer";
import { Figures, PageHead, Section } from "../../parts/page-head";
import { Said } from "../../parts/said";
import { Time } from "../../parts/time";
import { number, probability } from "../../parts/words";
import { OpenCase } from "../cases/open-case";
import { Tiers } from "./tiers";

export default function Finding({ id }: { id: string }) {
  const path = `/v1/findings/${encodeURIComponent(id)}`;
  const finding = useQuery<FindingBody>(path);
  const map = useQuery<NetworkMap | ArrayBuffer>(`${path}/map`);
  const head = finding.data?.head;
  const members = useProfiles("findings", id, finding.data?.members);
  const [opening, setOpening] = useState(false);
  const mayOpen = useRole("investigator");
  return (
    <>
      <PageHead
        title={head === undefined ? `Finding ${harmlessText(id, 40)}` : harmlessText(head.title || head.id, 120)}
        heading={head === undefined ? undefined : <Said text={head.title || head.id} />}
        above={
          <>
            <a href="#/findings">Findings</a> · <code>{harmlessText(id, 60)}</code>
          </>
        }
        facts={
          head !== undefined && (
            <>
              <span>
                on <Said text={head.platform} />
              </span>
              <span>
                found <Time at={head.found_at} />
              </span>
              <Layers words={head.layers} />
              {head.cases.map((one) => (
                <a key={one} href={href(["cases", one])}>
                  in {one}
                </a>
              ))}
            </>
          )
        }
        actions={
          mayOpen &&
          head !== undefined && (
            <button type="button" className="button primary" onClick={() => setOpening(true)}>
              Open a case
            </button>
          )
        }
      />
      <Loaded answer={finding}>
        {(body) => (
          <>
            <Figures
              items={[
                { value: probability(body.head.probability), words: "sure that it is one operation" },
                { value: number(body.head.members), words: body.head.members === 1 ? "account" : "accounts" },
                { value: number(body.head.proposed), words: "proposed for takedown" },
                { value: number(body.head.people_reached), words: "people reached" },
              ]}
            />
            <Explorer map={map} members={members} contacts={body.contacts} />
            <div className="two">
              <Section title="What it rests on">
                <div className="pad">
                  <FactList facts={body.facts} />
                </div>
              </Section>
              <div className="stack">
                <Section title="When it acts">
                  <div className="pad">
                    {body.activity ? (
                      <HoursMap hours={body.activity} {...sharedPlace(members)} />
                    ) : (
                      <p className="muted">The snapshot has no times.</p>
                    )}
                  </div>
                </Section>
                <Section title="Whom it reached">
                  <div className="pad">
                    <Tiers counts={tiersOf(body)} />
                  </div>
                </Section>
                <Section title="Limits">
                  <div className="pad stack tight">
                    {body.caveats.map((one) => (
                      <p key={one}>
                        <Said text={one} longest={600} />
                      </p>
                    ))}
                    <p className="muted small">
                      {body.detector} {body.detector_version}, snapshot <code>{body.head.snapshot}</code>. A finding is
                      evidence to be read by a person, not a verdict.
                    </p>
                  </div>
                </Section>
              </div>
            </div>
          </>
        )}
      </Loaded>
      {opening && (
        <OpenCase
          findings={[id]}
          onClose={() => setOpening(false)}
          open={async (body) => {
            const made = await post<{ id: string }>("/v1/cases", body);
            invalidate((one) => /^\/v1\/(findings|cases|today)/.test(one));
            go(href(["cases", made.id]));
          }}
        />
      )}
    </>
  );
}

/** The place that the members claim, if they claim one and the same. */
function sharedPlace(members: Member[]): { zone: string | null; place: string | null } {
  const zones = new Set(members.map((one) => one.claimed_time_zone).filter(Boolean));
  const [zone] = zones;
  const place = members.find((one) => one.claimed_time_zone === zone)?.claimed_place;
  return zones.size === 1 && zone ? { zone, place: place ?? zone } : { zone: null, place: null };
}

function tiersOf(body: FindingBody): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const contact of body.contacts) {
    counts[contact.tier] = (counts[contact.tier] ?? 0) + 1;
  }
  return counts;
}

// A case: the networks it stands on, what was decided about them, and what comes next.

import { useQuery } from "../../api/cache";
import { useProfiles } from "../../api/profiles";
import type { Case as CaseBody, Contact, NetworkMap } from "../../api/types";
import { href } from "../../app/router";
import { Loaded } from "../../parts/async";
import { State, Tlp } from "../../parts/badge";
import { Empty } from "../../parts/empty";
import { harmlessText } from "../../parts/harmless";
import { HoursMap } from "../../parts/heatmap";
import { Explorer } from "../../parts/network/explorer";
import { Figures, PageHead, Section } from "../../parts/page-head";
import { Said } from "../../parts/said";
import { Time } from "../../parts/time";
import { Timeline } from "../../parts/timeline";
import { number } from "../../parts/words";
import { Tiers } from "../finding/tiers";
import { FindingTable } from "../findings/finding-table";
import { CaseActions } from "./case-actions";
import { CardMembership, SelectionMembership } from "./membership";
import { NextStep } from "./next-step";
import { Notes } from "./notes";

const NOBODY: Contact[] = [];

export default function Case({ id }: { id: string }) {
  const path = `/v1/cases/${encodeURIComponent(id)}`;
  const answer = useQuery<CaseBody>(path);
  const map = useQuery<NetworkMap | ArrayBuffer>(`${path}/map`);
  const head = answer.data?.head;
  return (
    <>
      <PageHead
        title={head === undefined ? harmlessText(id, 40) : harmlessText(head.title || head.id, 120)}
        heading={head === undefined ? undefined : <Said text={head.title || head.id} />}
        above={
          <>
            <a href="#/cases">Cases</a> · <code>{harmlessText(id, 60)}</code>
          </>
        }
        facts={
          head !== undefined && (
            <>
              <State word={head.state} />
              <Tlp word={head.tlp} />
              <span>
                opened by <Said text={head.opened_by} />, <Time at={head.opened_at} />
              </span>
              <span>
                {head.assigned_to ? (
                  <>
                    assigned to <Said text={head.assigned_to} />
                  </>
                ) : (
                  "assigned to nobody"
                )}
              </span>
            </>
          )
        }
        actions={answer.data !== undefined && <CaseActions body={answer.data} path={path} />}
      />
      <Loaded answer={answer}>{(body) => <Body id={id} path={path} body={body} map={map} />}</Loaded>
    </>
  );
}

interface BodyProps {
  id: string;
  path: string;
  body: CaseBody;
  map: ReturnType<typeof useQuery<NetworkMap | ArrayBuffer>>;
}

function Body({ id, path, body, map }: BodyProps) {
  const { head } = body;
  // The first finding's people are most of them; those of the others have their profile on its own page.
  const members = useProfiles("cases", body.case.id, body.members);
  const reached = Object.values(body.contacts_by_tier).reduce((sum, one) => sum + one, 0);
  const isOpen = head.state === "open";
  return (
    <>
      <Figures
        items={[
          { value: number(head.accounts), words: head.accounts === 1 ? "account in the case" : "accounts in the case" },
          { value: number(head.findings), words: head.findings === 1 ? "finding" : "findings" },
          { value: number(reached), words: "people reached" },
          ...told(body, isOpen),
        ]}
      />
      <NextStep body={body} path={path} />
      <Explorer
        map={map}
        members={members}
        contacts={body.contacts ?? NOBODY}
        {...(isOpen
          ? {
              actions: (selected, clear) => (
                <SelectionMembership id={id} path={path} map={map.data} selected={selected} onDone={clear} />
              ),
              cardActions: (account) => <CardMembership id={id} path={path} map={map.data} account={account} />,
            }
          : {})}
      />
      <div className="two">
        <div className="stack">
          <Section title="Notes">
            <Notes path={path} notes={body.case.notes} />
          </Section>
          <Section title="Findings">
            <FindingTable findings={body.findings} />
          </Section>
          <Changes body={body} />
        </div>
        <div className="stack">
          <Section title="Timeline">
            <div className="pad">
              {body.timeline.length > 0 ? <Timeline rows={body.timeline} /> : <p className="muted">Nothing yet.</p>}
            </div>
          </Section>
          <Section title="When it acts">
            <div className="pad">
              {body.activity ? <HoursMap hours={body.activity} /> : <p className="muted">Not known.</p>}
            </div>
          </Section>
          <Section title="Whom it reached">
            <div className="pad">
              <Tiers counts={body.contacts_by_tier} />
            </div>
          </Section>
        </div>
      </div>
    </>
  );
}

/** How many were told, and how many still have to be: nobody, before a takedown is in effect. */
function told(body: CaseBody, isOpen: boolean) {
  const sent = body.notice_lists.reduce((sum, one) => sum + (one.totals.sent ?? 0), 0);
  const figures = [{ value: sent === 0 ? "nobody" : number(sent), words: sent === 0 ? "told yet" : "of them told" }];
  return body.untold === 0 ? figures : [...figures, { value: number(body.untold), words: "to be told", loud: !isOpen }];
}

function Changes({ body }: { body: CaseBody }) {
  const { changes = [] } = body;
  return (
    <Section title="Accounts taken in or left out by people">
      {changes.length === 0 ? (
        <Empty title="Nobody changed what detection found.">
          Select accounts in the table with <kbd>x</kbd>, or on the map with Shift, to leave them out of the case or to
          take them in. Plans drafted afterwards follow.
        </Empty>
      ) : (
        <ol className="timeline pad">
          {[...changes].reverse().map((one) => (
            <li key={`${one.account} ${one.at}`}>
              <span className="timeline-at">
                <Time at={one.at} />
              </span>
              <span>
                <a href={href(["cases", body.head.id], { account: one.account })}>
                  <Said text={one.account} still longest={60} />
                </a>{" "}
                {one.change === "added" ? "taken in" : "left out"} by <Said text={one.by} />: <Said text={one.reason} />
              </span>
            </li>
          ))}
        </ol>
      )}
    </Section>
  );
}

// Today: what waits for me, what needs a person, what is running, and what is riskiest and oldest.

import { useQuery } from "../../api/cache";
import type { NeedsPerson, Settings, Today as TodayBody, WaitingForMe } from "../../api/types";
import { homeOf, pick, useRoute } from "../../app/router";
import { useRole, useSession } from "../../app/session";
import { Loaded } from "../../parts/async";
import { State } from "../../parts/badge";
import { Empty } from "../../parts/empty";
import { Figures, PageHead, Section } from "../../parts/page-head";
import { ProgressBar } from "../../parts/progress";
import { Said } from "../../parts/said";
import { Age } from "../../parts/time";
import { count, list, number, sentence } from "../../parts/words";
import { CaseTable } from "../cases/case-table";
import { FindingTable } from "../findings/finding-table";

const QUEUES = [
  { name: "all", words: "All" },
  { name: "mine", words: "Mine" },
  { name: "unassigned", words: "Unassigned" },
];

export function Today() {
  const today = useQuery<TodayBody>("/v1/today");
  const { person } = useSession();
  const outside = useOutside();
  return (
    <>
      <PageHead
        title="Today"
        facts={<Greeting name={person.name} today={outside.length > 0 ? undefined : today.data} />}
      />
      {outside.length > 0 && (
        <p className="note">
          Nobody but you can sign in yet. <a href="#/settings/people">Let them in</a>: <Said text={list(outside)} />.
        </p>
      )}
      <Loaded answer={today}>{(body) => <Desk body={body} me={person.name} />}</Loaded>
    </>
  );
}

/** Whom the first operator has to let in before anybody else can do anything here. */
function useOutside(): string[] {
  const { person, session } = useSession();
  const isOperator = useRole("operator");
  const people = useQuery<Settings>(isOperator && session.sign_in.password ? "/v1/settings" : null).data?.people;
  const others = (people ?? []).filter((one) => one.name !== person.name);
  return others.some((one) => one.signed_in_before) ? [] : others.map((one) => one.name);
}

function Greeting({ name, today }: { name: string; today: TodayBody | undefined }) {
  if (today === undefined) {
    return null;
  }
  const waiting = today.waiting_for_me.length;
  return (
    <p>
      <Said text={name} />
      {waiting === 0 ? ", nothing waits for you." : `, ${count(waiting, "thing waits", "things wait")} for you.`}
    </p>
  );
}

function Desk({ body, me }: { body: TodayBody; me: string }) {
  const { query } = useRoute();
  const queue = query.get("queue") ?? "all";
  const mayOpen = useRole("investigator");
  const cases = body.cases.filter((one) =>
    queue === "mine" ? one.assigned_to === me : queue === "unassigned" ? one.assigned_to === null : true,
  );
  return (
    <>
      <Figures
        items={[
          { value: number(body.waiting_for_me.length), words: "waiting for you" },
          { value: number(body.needs_person.length), words: "need a person", loud: body.needs_person.length > 0 },
          { value: number(body.running.length), words: "running now" },
          { value: number(body.totals.open_cases), words: "open cases" },
          { value: number(body.totals.findings_without_case), words: "findings in no case" },
          { value: number(body.totals.waiting_appeals), words: "appeals undecided" },
        ]}
      />
      {body.running.length > 0 && (
        <Section title="Running now">
          <ul className="rows">
            {body.running.map((one) => (
              <li key={one.id} data-row={one.id} className="row">
                <div className="row-words">
                  <a href={homeOf(one.id)} data-row-link className="title-cell">
                    <code>{one.id}</code> <Said text={one.title} still />
                  </a>
                </div>
                <ProgressBar id={one.id} running={one} />
              </li>
            ))}
          </ul>
        </Section>
      )}
      <div className="two">
        <Section title="Waiting for you">
          {body.waiting_for_me.length === 0 ? (
            <Empty title="Nothing waits for you.">
              Plans and notices that somebody else wrote come here when your role may approve them, and appeals when you
              may decide them.
            </Empty>
          ) : (
            <ul className="rows">
              {body.waiting_for_me.map((one) => (
                <WaitingRow key={`${one.id} ${one.what}`} one={one} />
              ))}
            </ul>
          )}
        </Section>
        <Section title="Needs a person">
          {body.needs_person.length === 0 ? (
            <Empty title="Nothing is stuck, in doubt or overdue.">
              Undos that failed, notices nobody knows the fate of, accounts that changed since approval and appeals that
              are due are listed here.
            </Empty>
          ) : (
            <ul className="rows">
              {body.needs_person.map((one) => (
                <NeedsRow key={`${one.id} ${one.why}`} one={one} />
              ))}
            </ul>
          )}
        </Section>
      </div>
      <Section
        title="Open cases"
        aside={
          <fieldset className="switch">
            <legend className="only-heard">Which cases</legend>
            {QUEUES.map((one) => (
              <button
                key={one.name}
                type="button"
                aria-pressed={queue === one.name}
                onClick={() => pick({ queue: one.name === "all" ? null : one.name })}
              >
                {one.words}
              </button>
            ))}
          </fieldset>
        }
      >
        {cases.length > 0 ? (
          <CaseTable cases={cases} />
        ) : body.cases.length > 0 ? (
          <Empty title={queue === "mine" ? "No open case is yours." : "Every open case has somebody."}>
            A case is assigned on its page.
          </Empty>
        ) : (
          <Empty
            title="No case is open."
            {...(mayOpen ? { command: `avert --as ${me} case open --from FINDING` } : {})}
          >
            A finding is evidence; a case is a person's decision to look into it.{" "}
            {mayOpen ? "Open one from a finding below." : "An investigator opens one from a finding."}
          </Empty>
        )}
      </Section>
      <Section
        title="Findings in no case, surest first"
        aside={
          body.totals.findings_without_case > body.findings.length && (
            <a href="#/findings?open=no">All {number(body.totals.findings_without_case)}</a>
          )
        }
      >
        {body.findings.length > 0 ? (
          <FindingTable findings={body.findings} />
        ) : body.cases.length > 0 ? (
          <Empty title="Every finding is in a case." command="avert watch --folder spool">
            New ones come when data comes: ingest and detect again, or watch events as they arrive.
          </Empty>
        ) : (
          <Empty title="Nothing was found yet." command="avert ingest mapping.toml && avert detect">
            Avert looks for networks of accounts that share what strangers do not share. Give it your platform's
            exports.
          </Empty>
        )}
      </Section>
    </>
  );
}

function WaitingRow({ one }: { one: WaitingForMe }) {
  return (
    <li className="row" data-row={one.id}>
      <div className="row-words">
        <a href={homeOf(one.id)} data-row-link className="title-cell">
          {sentence(one.what)} <code>{one.id}</code>
        </a>
        <p className="under">
          <Said text={one.title} />
          {one.case !== null && one.case !== undefined && (
            <>
              {" · "}
              <a href={homeOf(one.case)}>{one.case}</a>
            </>
          )}
        </p>
      </div>
      <span className="muted">
        <Age since={one.since} />
      </span>
    </li>
  );
}

const WHY: Record<string, (n: number) => string> = {
  stuck: (n) =>
    `${count(n, "undo")} failed: nobody can tell how ${n === 1 ? "the account stands" : "the accounts stand"}`,
  interrupted: () => "broke off in the middle: it goes on when somebody resumes it",
  "in-doubt": (n) => `${count(n, "notice")} may or may not have arrived`,
  drift: (n) => `${count(n, "account")} changed since approval and ${n === 1 ? "was" : "were"} left alone`,
  failed: (n) => `${count(n, "account")} could not be acted on`,
  "appeal-due": (n) => `${count(n, "appeal")} ${n === 1 ? "waits" : "wait"} for a decision`,
  expired: () => "its approval ran out unused",
};

function NeedsRow({ one }: { one: NeedsPerson }) {
  return (
    <li className="row" data-row={one.id}>
      <div className="row-words">
        <a href={homeOf(one.id)} data-row-link className="title-cell">
          <code>{one.id}</code> <Said text={one.title} still />
        </a>
        <p className="under">{WHY[one.why]?.(one.count ?? 1) ?? sentence(one.why)}</p>
      </div>
      <span className="row-end">
        <State word={one.why} />
        <span className="muted">
          <Age since={one.since} />
        </span>
      </span>
    </li>
  );
}

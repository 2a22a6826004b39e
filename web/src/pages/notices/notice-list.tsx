// A list of notices: the texts as people will see them, who is told, and what became of each.

import { useQuery } from "../../api/cache";
import type { NoticeList as List, NoticeText } from "../../api/types";
import { href } from "../../app/router";
import { Loaded } from "../../parts/async";
import { State } from "../../parts/badge";
import { Empty } from "../../parts/empty";
import { harmlessText } from "../../parts/harmless";
import { Letter } from "../../parts/letter";
import { PageHead, Section } from "../../parts/page-head";
import { ProgressBar } from "../../parts/progress";
import { WhyNot } from "../../parts/review/may";
import { LastRunBox, Standing } from "../../parts/review/standing";
import { Said } from "../../parts/said";
import { TotalsBar } from "../../parts/totals";
import { count, list, tier as tierWords } from "../../parts/words";
import { Tiers } from "../finding/tiers";
import { Actions } from "./actions";
import { totalsNow } from "./going";
import { People } from "./people";

export default function NoticeList({ id }: { id: string }) {
  const path = `/v1/notices/${encodeURIComponent(id)}`;
  const answer = useQuery<List>(path);
  const body = answer.data;
  return (
    <>
      <PageHead
        title={`Notices ${harmlessText(id, 40)}`}
        above={
          <>
            <a href="#/notices">Notices</a>
            {body !== undefined && (
              <>
                {" · "}
                <a href={href(["cases", body.case])}>{body.case}</a>
              </>
            )}
          </>
        }
        facts={
          body !== undefined && (
            <>
              <State word={body.state} />
              <span>
                through <Said text={body.channel} />
                {body.fallback.length > 0 && (
                  <>
                    , else <Said text={list(body.fallback)} />
                  </>
                )}
              </span>
            </>
          )
        }
        actions={body !== undefined && <Actions body={body} path={path} />}
      />
      <Loaded answer={answer}>{(loaded) => <Body body={loaded} path={path} />}</Loaded>
    </>
  );
}

function Body({ body, path }: { body: List; path: string }) {
  const previews = useQuery<NoticeText[]>(`${path}/previews`);
  const all = Object.values(body.totals).reduce((sum, one) => sum + one, 0);
  const inDoubt = body.totals.in_doubt ?? 0;
  return (
    <>
      <WhyNot thing={body} begin="send" />
      {body.running !== null && (
        <div className="banner">
          <ProgressBar id={body.id} running={body.running} />
        </div>
      )}
      {body.running === null && <LastRunBox run={body.last_run} />}
      {inDoubt > 0 && body.running === null && (
        <p className="note warn">
          {count(inDoubt, "notice")} may or may not have arrived: the connection broke between handing it over and the
          answer. Look in the channel's own log, then say below what became of each; nobody is told twice in the
          meantime.
        </p>
      )}
      <Section title="How it stands">
        <div className="pad">
          <TotalsBar totals={totalsNow(body)} unit={all === 1 ? "person" : "people"} />
        </div>
      </Section>
      <div className="two">
        <Section title="Whom it tells">
          <div className="pad">
            <Tiers counts={body.tiers} />
          </div>
        </Section>
        <Section title="In which languages">
          <div className="pad">
            <Languages counts={body.languages} />
          </div>
        </Section>
      </div>
      <Section title="As the person will see it">
        <Loaded answer={previews}>
          {(texts) => (texts.length === 0 ? <Empty title="Nobody is on the list." /> : <Letters texts={texts} />)}
        </Loaded>
      </Section>
      <Section title="Person by person">
        <People body={body} path={path} />
      </Section>
      <Section title="Who did what">
        <div className="pad">
          <Standing thing={body} />
        </div>
      </Section>
    </>
  );
}

function Letters({ texts }: { texts: NoticeText[] }) {
  return (
    <div className="letters pad">
      {texts.map((text) => (
        <article key={`${text.tier} ${text.language}`} aria-label={`${text.tier}, ${languageName(text.language)}`}>
          <p className="label">
            {languageName(text.language)} · {tierWords(text.tier)} · {count(text.people, "person", "people")}
          </p>
          <Letter subject={text.subject} body={text.body} language={text.language} />
        </article>
      ))}
    </div>
  );
}

const NAMES = new Intl.DisplayNames(["en"], { type: "language" });

function languageName(tag: string): string {
  try {
    return NAMES.of(tag) ?? tag;
  } catch {
    return tag;
  }
}

function Languages({ counts }: { counts: Record<string, number> }) {
  const most = Math.max(1, ...Object.values(counts));
  return (
    <dl className="bars">
      {Object.entries(counts)
        .sort((a, b) => b[1] - a[1])
        .map(([tag, many]) => (
          <div key={tag}>
            <dt>{languageName(tag)}</dt>
            <dd>
              <span className="bar" aria-hidden="true">
                <span style={{ width: `${(many / most) * 100}%` }} />
              </span>
              {count(many, "person", "people")}
            </dd>
          </div>
        ))}
    </dl>
  );
}

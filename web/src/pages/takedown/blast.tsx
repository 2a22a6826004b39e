// The blast radius: what acting on these accounts costs, and whom.

import type { Blast } from "../../api/types";
import { Subject } from "../../app/router";
import { Kind } from "../../parts/badge";
import { Said } from "../../parts/said";
import { count, number, plain, remedyMeans, seconds } from "../../parts/words";
import { Tiers } from "../finding/tiers";

export function BlastRadius({ blast }: { blast: Blast }) {
  return (
    <div className="pad blast">
      <Warnings blast={blast} />
      <div className="blast-grid">
        <div>
          <h3>Accounts</h3>
          <ul className="plain-list">
            {(blast.accounts ?? []).map((group) => (
              <li key={`${group.kind} ${group.remedy}`}>
                <strong>{number(group.accounts)}</strong> <Kind kind={group.kind} />: {group.remedy}
                <div className="under">{remedyMeans(group.remedy)}</div>
              </li>
            ))}
          </ul>
        </div>
        {blast.contacts && (
          <div>
            <h3>People in contact with them; nobody of these is touched</h3>
            <Tiers counts={blast.contacts.people} />
            <p className="small muted">{count(blast.contacts.ties, "tie is", "ties are")} cut.</p>
          </div>
        )}
        <div>
          <h3>What they are to the platform</h3>
          <dl className="pairs">
            {blast.followers && (
              <>
                <dt>Followers</dt>
                <dd>
                  {number(blast.followers.known)}
                  <Unknown many={blast.followers.accounts_unknown} />
                </dd>
              </>
            )}
            {blast.left_without_admin && (
              <>
                <dt>Left without an administrator</dt>
                <dd>
                  {count(blast.left_without_admin.known, "room, group or page", "rooms, groups or pages")}
                  <Unknown many={blast.left_without_admin.accounts_unknown} />
                </dd>
              </>
            )}
            {blast.ages && (
              <>
                <dt>Age</dt>
                <dd>
                  {number(blast.ages.under_30_days)} under 30 days, {number(blast.ages.under_a_year)} under a year,{" "}
                  {number(blast.ages.older)} older
                  <Unknown many={blast.ages.unknown} />
                </dd>
              </>
            )}
            <dt>Languages</dt>
            <dd>
              <Counts counts={blast.languages} unknown={blast.languages_unknown} />
            </dd>
            <dt>Countries</dt>
            <dd>
              <Counts counts={blast.countries} unknown={blast.countries_unknown} />
            </dd>
          </dl>
        </div>
        <div>
          <h3>What the platform is asked</h3>
          <ul className="plain-list">
            {(blast.calls ?? []).map((call) => (
              <li key={call.remedy}>
                {count(call.accounts, "account")}: {call.remedy}
                <div className="under">
                  <code>
                    <Said text={call.request} />
                  </code>
                </div>
              </li>
            ))}
            {blast.pace && (
              <li className="muted">
                {count(blast.pace.at_once, "request")} at once
                {blast.pace.per_second !== null && `, ${blast.pace.per_second} a second`}
              </li>
            )}
            {typeof blast.takes_at_least_seconds === "number" && (
              <li className="muted">takes at least {seconds(blast.takes_at_least_seconds)}</li>
            )}
          </ul>
        </div>
      </div>
    </div>
  );
}

function Warnings({ blast }: { blast: Blast }) {
  const { irreversible = [], verified = [], cleared_before: cleared = [] } = blast;
  return (
    <>
      {irreversible.length > 0 && (
        <div className="note warn">
          <strong>Cannot be undone:</strong>
          <ul>
            {irreversible.slice(0, 8).map((one) => (
              <li key={`${one.account} ${one.what}`}>
                <Said text={one.account} longest={60} /> ({one.remedy}): <Said text={one.what} />
              </li>
            ))}
          </ul>
          {irreversible.length > 8 && `and ${number(irreversible.length - 8)} more`}
        </div>
      )}
      {verified.length > 0 && (
        <div className="note warn">
          The platform has verified the holders of {count(verified.length, "account")}:{" "}
          <Said text={verified.slice(0, 8).join(", ")} longest={300} />
          {verified.length > 8 && " …"}
        </div>
      )}
      {cleared.length > 0 && (
        <div className="note warn">
          Acted on before, and given back:{" "}
          {cleared.slice(0, 8).map((one) => (
            <span key={`${one.account} ${one.plan}`}>
              <Said text={one.account} longest={60} /> (<Subject id={one.plan} />, {howCleared(one.how)}){" "}
            </span>
          ))}
        </div>
      )}
    </>
  );
}

function howCleared(how: unknown): string {
  if (typeof how === "string") {
    return plain(how);
  }
  return typeof how === "object" && how !== null && "appeal" in how
    ? `appeal ${String(how.appeal)} granted`
    : "cleared";
}

function Unknown({ many }: { many: number | undefined }) {
  return many ? <span className="muted"> (of {count(many, "account")} not known)</span> : null;
}

function Counts({ counts, unknown }: { counts: Record<string, number> | undefined; unknown: number | undefined }) {
  const sorted = Object.entries(counts ?? {}).sort((a, b) => b[1] - a[1]);
  return (
    <>
      {sorted.length === 0 && !unknown && <span className="muted">none named</span>}
      {sorted.slice(0, 8).map(([word, many], index) => (
        <span key={word}>
          {index > 0 && ", "}
          <Said text={word} longest={20} /> {number(many)}
        </span>
      ))}
      {sorted.length > 8 && ` and ${number(sorted.length - 8)} more`}
      <Unknown many={unknown} />
    </>
  );
}

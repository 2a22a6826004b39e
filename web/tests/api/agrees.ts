// What the console expects of the API is what the API sends: the compiler says where it is not. A field that the server
// never sends, or of another type, is named by an error here; an operation that is new has to be entered.

import type {
  Appeal,
  AppealPreview,
  Case,
  CaseHead,
  Finding,
  FindingHead,
  FrozenBy,
  JournalRow,
  Member,
  NetworkMap,
  NoticeList,
  NoticeListHead,
  NoticeText,
  Page,
  PasskeyInfo,
  Profile,
  Profiled,
  ReportWords,
  Session,
  Settings,
  Takedown,
  TakedownHead,
  TakedownPreview,
  Tally,
  Today,
  Token,
} from "../../src/api/types";
import type { Answers } from "./answers";

/** The console's types, by operation; `unknown` where it does not look at the answer. */
interface Expected {
  "GET /v1/appeals": Page<Omit<Appeal, "case" | "may" | "why_not">>;
  "POST /v1/appeals": Pick<Appeal, "id">;
  "GET /v1/appeals/summary": Tally[];
  "GET /v1/appeals/{id}": Appeal;
  "POST /v1/appeals/{id}/decide": unknown;
  "POST /v1/appeals/{id}/preview": AppealPreview;
  "POST /v1/appeals/{id}/tell": unknown;
  "GET /v1/cases": Page<CaseHead>;
  "POST /v1/cases": { id: string };
  "GET /v1/cases/{id}": Bare<Case>;
  "POST /v1/cases/{id}/accounts": unknown;
  "POST /v1/cases/{id}/assign": unknown;
  "POST /v1/cases/{id}/close": unknown;
  "GET /v1/cases/{id}/map": NetworkMap;
  "POST /v1/cases/{id}/notes": unknown;
  "GET /v1/cases/{id}/profiles": Profile[];
  "GET /v1/cases/{id}/words": { words: ReportWords | null };
  "POST /v1/cases/{id}/words": ReportWords;
  "GET /v1/findings": Page<FindingHead>;
  "GET /v1/findings/{id}": Bare<Finding>;
  "GET /v1/findings/{id}/map": NetworkMap;
  "GET /v1/findings/{id}/profiles": Profile[];
  "GET /v1/freeze": FrozenBy | null;
  "POST /v1/freeze": unknown;
  "POST /v1/invitations/accept": Session;
  "POST /v1/invitations/look": { person: string; expires_at: string };
  "GET /v1/journal": Page<JournalRow>;
  "GET /v1/journal/verify": { rows: number; head: string };
  "GET /v1/notices": Page<NoticeListHead>;
  "POST /v1/notices": NoticeList;
  "GET /v1/notices/{id}": NoticeList;
  "POST /v1/notices/{id}/approve": NoticeList;
  "POST /v1/notices/{id}/approve/options": unknown;
  "POST /v1/notices/{id}/give-up": NoticeList;
  "GET /v1/notices/{id}/previews": NoticeText[];
  "POST /v1/notices/{id}/reject": NoticeList;
  "POST /v1/notices/{id}/resolve": NoticeList;
  "POST /v1/notices/{id}/resume": NoticeList;
  "POST /v1/notices/{id}/send": NoticeList;
  "GET /v1/passkeys": PasskeyInfo[];
  "POST /v1/passkeys": unknown;
  "POST /v1/passkeys/options": unknown;
  "GET /v1/people": unknown;
  "POST /v1/people/{name}/invitations": { link: string; expires_at: string };
  "GET /v1/session": Session;
  "POST /v1/session": Session;
  "GET /v1/settings": Settings;
  "GET /v1/takedowns": Page<TakedownHead>;
  "POST /v1/takedowns": Takedown;
  "GET /v1/takedowns/{id}": Takedown;
  "POST /v1/takedowns/{id}/approve": Takedown;
  "POST /v1/takedowns/{id}/approve/options": unknown;
  "POST /v1/takedowns/{id}/edit": Takedown;
  "POST /v1/takedowns/{id}/execute": Takedown;
  "GET /v1/takedowns/{id}/preview": TakedownPreview;
  "POST /v1/takedowns/{id}/reject": Takedown;
  "POST /v1/takedowns/{id}/resume": Takedown;
  "POST /v1/takedowns/{id}/reverse": Takedown;
  "POST /v1/takedowns/{id}/submit": Takedown;
  "GET /v1/today": Today;
  "GET /v1/tokens": Token[];
  "POST /v1/tokens": { token: string };
}

/** As it comes, before the console puts in what it read elsewhere. */
type Bare<Whole extends { members: Member[] }> = Omit<Whole, "members"> & { members: Omit<Member, keyof Profiled>[] };

/** The names of whatever is expected somewhere in there and never sent. */
type Unsent<Sent, Wanted> = unknown extends Wanted
  ? never
  : Wanted extends readonly (infer One)[]
    ? Sent extends readonly (infer Other)[]
      ? Unsent<Other, One>
      : never
    : Wanted extends object
      ? string extends keyof Wanted
        ? never
        : {
            [Name in keyof Wanted & string]: Name extends Names<Sent>
              ? Unsent<At<Sent, Name>, NonNullable<Wanted[Name]>> extends infer Inner extends string
                ? `${Name}.${Inner}`
                : never
              : string extends Names<Sent>
                ? never
                : Name;
          }[keyof Wanted & string]
      : never;
type Names<Of> = Of extends object ? keyof Of & string : never;
type At<Of, Name extends string> = Of extends object ? (Name extends keyof Of ? NonNullable<Of[Name]> : never) : never;

/** What is wrong with each operation; nothing, if it agrees. */
type Fault<Operation extends keyof Answers> = Operation extends keyof Expected
  ? Answers[Operation] extends Expected[Operation]
    ? Unsent<Answers[Operation], Expected[Operation]>
    : { sent: Answers[Operation]; expected: Expected[Operation] }
  : "it is not entered above";

type Faults = {
  [Operation in keyof Answers as [Fault<Operation>] extends [never] ? never : Operation]: Fault<Operation>;
} & { [Operation in Exclude<keyof Expected, keyof Answers>]: "the server does not know it" };

/** There is none. */
export const faults: Faults = {};

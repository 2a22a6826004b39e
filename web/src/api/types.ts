// What the server says, as the API has it: snake_case, times in RFC 3339 and UTC, ids as strings. Whatever an older
// or newer server may leave out is optional here, so that the compiler makes pages cope with its absence.

export type Role = "investigator" | "approver" | "responder" | "liaison" | "operator";

export interface Person {
  name: string;
  roles: Role[];
}

export interface Session {
  person: Person | null;
  csrf: string | null;
  signatures: "required" | "names";
  sign_in: { password: boolean; oidc: string | null };
  passkeys?: PasskeyInfo[];
  version?: string;
}

export interface PasskeyInfo {
  id: string;
  added_at?: string | null;
  counts: boolean;
  line?: string;
}

export interface Page<T> {
  items: T[];
  next: string | null;
}

export interface Provenance {
  snapshot: string;
  detector: string;
  detector_version: string;
}

export interface Fact {
  code: string;
  text: string;
  accounts: string[];
  layer: string | null;
  weight: number;
  first_at: string | null;
  last_at: string | null;
  objects: string[];
  object_count: number;
  counterfactual: string | null;
  provenance: Provenance;
}

export type Kind = "persona" | "compromised" | "suspect" | "reached";

/** What the profile of an account says, put in where it is there. */
export interface Profiled {
  display_name?: string | null;
  handle?: string | null;
  claimed_place?: string | null;
  /** An IANA name such as Europe/Berlin, where the claimed place is known. */
  claimed_time_zone?: string | null;
  created_at?: string | null;
}

export interface Member extends Profiled {
  account: string;
  kind: Kind;
  proposed: boolean;
  probability: number;
  layers: string[];
  facts: Fact[];
}

export interface FindingHead {
  id: string;
  title: string;
  platform: string;
  snapshot: string;
  found_at: string | null;
  probability: number;
  members: number;
  proposed: number;
  people_reached: number;
  layers: string[];
  cases: string[];
}

export interface Contact {
  account: string;
  tier: string;
  first_at: string | null;
  last_at: string | null;
}

export interface Finding {
  head: FindingHead;
  detector: string;
  detector_version: string;
  facts: Fact[];
  members: Member[];
  contacts: Contact[];
  activity: number[][] | null;
  caveats: string[];
}

export interface MapNode {
  id: string;
  x: number;
  y: number;
  kind: Kind;
  probability: number | null;
  degree: number;
  proposed: boolean;
  excluded: boolean;
}

export interface MapEdge {
  a: number;
  b: number;
  layer: string;
  weight: number;
  objects: number;
  first_at: string | null;
  last_at: string | null;
}

export interface NetworkMap {
  nodes: MapNode[];
  edges: MapEdge[];
  layers: string[];
  /** `all` or `largest`. */
  shown: string;
  accounts: number;
  ties: number;
}

export interface StateOf {
  id: string;
  state: string;
}

export interface CaseHead {
  id: string;
  title: string;
  /** `open` or `closed`. */
  state: string;
  tlp: string;
  opened_by: string;
  opened_at: string;
  assigned_to: string | null;
  findings: number;
  accounts: number;
  plans: StateOf[];
  notice_lists: StateOf[];
}

export interface Note {
  by: string;
  at: string;
  text: string;
}

export interface Case {
  head: CaseHead;
  case: {
    id: string;
    notes: Note[];
  };
  findings: FindingHead[];
  members: Member[];
  contacts?: Contact[];
  changes?: { account: string; change: "added" | "removed"; by: string; at: string; reason: string }[];
  activity: number[][] | null;
  contacts_by_tier: Record<string, number>;
  timeline: TimelineRow[];
  /** How its notice lists ended. */
  notice_lists: { id: string; state: string; totals: Record<string, number> }[];
  untold: number;
  unfinished: { plans?: Unfinished; notice_lists?: Unfinished; appeals?: Unfinished };
}

/** Which, or how many. */
export type Unfinished = string[] | number;

export interface TimelineRow {
  at: string;
  what: string;
  by: string | null;
  subject: string | null;
}

export interface Signature {
  act: string;
  by: string;
  at: string;
}

export interface Approval {
  approved_by: string;
  approved_at: string;
  expires_at: string;
  /** What was signed with and how, where it was signed. */
  signature?: unknown;
}

export interface Running {
  verb: string;
  done: number;
  total: number;
  here: boolean;
}

export interface LastRun {
  verb: string;
  ended_at: string;
  problem: ProblemBody | null;
}

export interface ProblemBody {
  type?: string;
  title: string;
  status: number;
  code?: string | null;
  detail?: string | null;
  hint?: string | null;
  changed?: "nothing" | "refused" | "part-way" | null;
  resume?: string | null;
}

export interface FrozenBy {
  by: string;
  at: string;
  reason: string;
}

export type Remedy = "disable" | "secure" | "restrict" | "watch";

export interface Step {
  account: string;
  kind: Kind;
  remedy: Remedy;
  phase: string;
  reason: string;
  note: string;
  prior: unknown;
}

export interface Rollout {
  starts_at: string | null;
  canary: { percent: number; soak_minutes: number } | null;
  stop: { failed_percent: number; drifted_percent: number; appeals: number | null };
  accepts_irreversible: boolean;
}

export interface Sum {
  known: number;
  accounts_unknown: number;
}

export interface Blast {
  accounts?: { kind: Kind; remedy: Remedy; accounts: number }[];
  ages?: { under_30_days: number; under_a_year: number; older: number; unknown: number };
  verified?: string[];
  verified_unknown?: number;
  followers?: Sum;
  left_without_admin?: Sum;
  languages?: Record<string, number>;
  languages_unknown?: number;
  countries?: Record<string, number>;
  countries_unknown?: number;
  cleared_before?: { account: string; plan: string; how: unknown }[];
  contacts?: { people: Record<string, number>; ties: number; of_case: number };
  calls?: { remedy: Remedy; accounts: number; request: string }[];
  pace?: { at_once: number; per_second: number | null };
  takes_at_least_seconds?: number | null;
  irreversible?: { account: string; remedy: Remedy; what: string }[];
}

export type Edited =
  | { dropped: { account: string; was: Remedy } }
  | { remedy: { account: string; was: Remedy; is: Remedy } }
  | { rollout: { was: Rollout; is: Rollout } };

export interface Edit {
  by: string;
  at: string;
  changes: Edited[];
}

/** What takedowns and notice lists have in common. */
export interface Reviewed {
  id: string;
  case: string;
  state: string;
  digest: string;
  approval: Approval | null;
  signatures: Signature[];
  totals: Record<string, number>;
  running: Running | null;
  last_run?: LastRun | null;
  approvers?: string[];
  frozen?: FrozenBy | null;
  may: string[];
  commands: Record<string, string>;
}

export interface Takedown extends Reviewed {
  platform: string;
  on_failure: "continue" | "roll-back";
  steps: Step[];
  rollout: Rollout;
  first_share: { acted_on: number; rest_from: string | null } | null;
  /** Only where it was asked for (`costs=true`): the platform is asked about every account. */
  blast?: Blast | null;
  /** Why it cannot be told. */
  without_costs?: string | null;
  edits: Edit[];
  elsewhere: { plan: string; case: string; state: string; accounts: string[] }[];
}

export interface TakedownPreview {
  lines: { account: string; would: string; by: string | null; phase: string }[];
  blast: Blast | null;
  command: string;
}

export interface Notice {
  account: string;
  tier: string;
  language: string;
  phase: string;
  note: string;
}

export interface NoticeList extends Reviewed {
  channel: string;
  fallback: string[];
  tiers: Record<string, number>;
  languages: Record<string, number>;
  notices: Notice[];
}

export interface NoticeText {
  tier: string;
  language: string;
  subject: string;
  body: string;
  people: number;
  right_to_left?: boolean;
}

/** A row of the list of takedowns. */
export type TakedownHead = Pick<Takedown, "id" | "case" | "state" | "platform"> & Counted;
/** A row of the list of notice lists. */
export type NoticeListHead = Pick<NoticeList, "id" | "case" | "state" | "channel"> & Counted;

interface Counted {
  /** Of the case. */
  title: string;
  phases: PhaseCount[];
}

/** How many accounts or people are in a phase. */
export interface PhaseCount {
  phase: string;
  number: number;
}

export interface Appeal {
  id: string;
  plan: string;
  case?: string;
  account: string;
  reference: string;
  received_at: string;
  text: string;
  state: "open" | "granting" | "granted" | "rejected";
  decided_by: string | null;
  decided_at: string | null;
  reason: string | null;
  told: string | null;
  may?: string[];
  /** Why whoever asks may not decide it. */
  why_not?: string | null;
}

export interface AppealPreview {
  effect: string;
  command?: string | null;
  notice: { subject: string; body: string; language?: string } | null;
}

/** How the appeals ended of those whom a detector had named. */
export interface Tally {
  detector: string;
  decided: number;
  granted: number;
  share: number | null;
}

export interface JournalRow {
  seq: number;
  at: string;
  actor: string;
  act: string;
  subject: string;
  detail: string | Record<string, unknown>;
  previous?: string;
  hash: string;
}

export interface WaitingForMe {
  kind: "takedown" | "notices" | "appeal";
  id: string;
  case: string | null;
  title: string;
  since: string | null;
  what: string;
}

export interface NeedsPerson {
  kind: "takedown" | "notices" | "appeal";
  id: string;
  case: string | null;
  title: string;
  why: string;
  count: number | null;
  since: string | null;
}

export interface RunningNow extends Running {
  kind: "takedown" | "notices" | "appeal";
  id: string;
  case: string | null;
  title: string;
}

export interface Today {
  frozen: FrozenBy | null;
  waiting_for_me: WaitingForMe[];
  needs_person: NeedsPerson[];
  running: RunningNow[];
  cases: CaseHead[];
  findings: FindingHead[];
  totals: { open_cases: number; findings_without_case: number; waiting_appeals: number };
}

export interface Token {
  id: string | number;
  name: string;
  /** In whose name its holder comes. */
  owner?: string | null;
  scopes: string[];
  made_at?: string | null;
}

/** Who an account says it is. */
export interface Profile {
  account: string;
  handle?: string | null;
  display_name?: string | null;
  created_at?: string | null;
  place?: string | null;
  time_zone?: string | null;
}

export interface Settings {
  people: { name: string; roles: Role[]; keys: number; passkeys: number; signed_in_before: boolean }[];
  platforms: { name: string; kind: string }[];
  channels: { name: string; kind: string }[];
  layers: { name: string; window_seconds: number | null; most_accounts: number }[];
  review: Record<string, unknown>;
  store: string;
  schema: number;
  notices_go_over?: string[];
  appeal_days?: number;
  /** What is wrong with avert.toml, while an earlier state of it holds. */
  wrong?: string | null;
}

export type ReportPart = "network" | "evidence" | "reach" | "actions";

export interface ReportWords {
  version: number;
  title: string;
  text: string;
  leaves_out: ReportPart[];
  by: string;
  at: string;
}

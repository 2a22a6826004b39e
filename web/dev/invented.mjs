// Invented data for looking at the console without a server. Names, accounts and texts are made up; some are hostile
// on purpose, because the real ones will be.

/** Chance that is the same on every start. */
function chance(seed) {
  let state = seed;
  return () => {
    state = (state * 1664525 + 1013904223) % 4294967296;
    return state / 4294967296;
  };
}

const random = chance(7);
const pickOf = (list) => list[Math.floor(random() * list.length)];
const day = (n, hour = 9) => new Date(Date.UTC(2026, 10, 1 + n, hour, Math.floor(random() * 60))).toISOString();
const account = (n) => `acc-${String(n).padStart(3, "0")}`;

const LAYERS = ["ip", "device", "phrase", "file", "avatar", "contacted-person"];
const NAMES = [
  "Ines Example",
  "Recruiter \u202Egpj.evil",
  "<img src=x onerror=alert(1)>",
  "إيناس المثال",
  "pay\u200Bpal support",
  "Omar Invented",
  "נועה לדוגמה",
  "Z\u0301\u0301\u0301\u0301\u0301\u0301\u0301algo",
  "L".repeat(10_000),
  "Rana Madeup",
];

const provenance = { snapshot: "snap-4f1d2c9a77", detector: "coaction", detector_version: "0.1.0" };
const fact = (code, text, accounts, layer, weight, objects, counterfactual = null) => ({
  code,
  text,
  accounts,
  layer,
  weight,
  first_at: day(1),
  last_at: day(20),
  objects,
  object_count: objects.length + 4,
  counterfactual,
  provenance,
});

function activity(busy) {
  return Array.from({ length: 7 }, (_, weekday) =>
    Array.from({ length: 24 }, (_, hour) => {
      const works = weekday < 5 && hour >= 1 && hour <= 9;
      return Math.floor(random() * (works ? busy : busy / 12));
    }),
  );
}

function member(n, kind) {
  return {
    account: account(n),
    kind,
    proposed: kind === "persona",
    probability: kind === "persona" ? 0.93 + random() * 0.06 : kind === "compromised" ? 0.8 : 0.4,
    layers: LAYERS.slice(0, 2 + (n % 4)),
    facts: [
      fact(
        "shared-objects",
        `Shares 4 devices with ${account(n + 1)}, which 2 accounts use`,
        [account(n)],
        "device",
        2.4,
        ["dev-81c2", "dev-19aa", "dev-\u202E77"],
      ),
      fact(
        "unlikely-hours",
        "Acts while people sleep where it claims to live",
        [account(n)],
        null,
        1.1,
        [],
        "without it the account would still be proposed",
      ),
      fact("exonerating", "The account is three years old", [account(n)], null, -0.8, []),
    ],
    display_name: NAMES[n % NAMES.length],
    handle: `user${n}`,
    claimed_place: "Lisbon",
    claimed_time_zone: "Europe/Lisbon",
    created_at: "2025-03-04T10:00:00Z",
    activity: activity(12),
  };
}

export const members = [
  ...Array.from({ length: 12 }, (_, n) => member(n + 1, "persona")),
  ...Array.from({ length: 3 }, (_, n) => member(n + 20, "compromised")),
  ...Array.from({ length: 2 }, (_, n) => member(n + 30, "suspect")),
];
export const contacts = Array.from({ length: 46 }, (_, n) => ({
  account: account(100 + n),
  tier: pickOf(["saw", "saw", "connected", "talked", "clicked-or-opened"]),
  first_at: day(3),
  last_at: day(18),
}));

export function map(many = 0) {
  const nodes = [];
  const put = (id, kind, probability, radius, angle) =>
    nodes.push({
      id,
      x: Math.cos(angle) * radius + (random() - 0.5) * 0.12,
      y: Math.sin(angle) * radius + (random() - 0.5) * 0.12,
      kind,
      probability,
      degree: 0,
      proposed: kind === "persona",
      community: 0,
      excluded: id === "acc-031",
    });
  for (const [n, one] of members.entries()) {
    put(one.account, one.kind, one.probability, 0.25 + random() * 0.35, (n / members.length) * 6.28);
  }
  for (const [n, one] of contacts.entries()) {
    put(one.account, "reached", null, 0.85 + random() * 0.25, (n / contacts.length) * 6.28);
  }
  // A crowd of cells, each tied within itself and now and then to another.
  const CELL = 40;
  let centre = [0, 0];
  for (let n = 0; n < many; n += 1) {
    if (n % CELL === 0) {
      centre = [1.4 + random() * 7, random() * 6.28];
    }
    const [radius, angle] = [centre[0] + (random() - 0.5) * 0.25, centre[1] + ((random() - 0.5) * 0.25) / centre[0]];
    const kind = n % CELL < 6 ? "persona" : "reached";
    put(`u${String(n).padStart(6, "0")}`, kind, kind === "persona" ? 0.5 + random() / 2 : null, radius, angle);
  }
  const edges = [];
  const tie = (a, b, layer) => {
    const first = Math.floor(random() * 20);
    edges.push({
      a,
      b,
      layer,
      weight: 0.5 + random() * 3,
      objects: 1 + Math.floor(random() * 6),
      first_at: day(first),
      last_at: day(first + 1 + Math.floor(random() * 8)),
    });
    nodes[a].degree += 1;
    nodes[b].degree += 1;
  };
  for (let a = 0; a < members.length; a += 1) {
    for (let b = a + 1; b < members.length; b += 1) {
      if (random() < 0.3) {
        tie(a, b, pickOf(LAYERS.slice(0, 5)));
        if (random() < 0.5) {
          tie(a, b, pickOf(LAYERS.slice(0, 5)));
        }
      }
    }
  }
  for (let n = 0; n < contacts.length; n += 1) {
    tie(Math.floor(random() * 12), members.length + n, "contacted-person");
  }
  const base = members.length + contacts.length;
  for (let n = 0; n < many * 3; n += 1) {
    const from = Math.floor(random() * many);
    const cell = from - (from % CELL);
    const isFar = random() < 0.01;
    const to = isFar ? Math.floor(random() * many) : cell + Math.floor(random() * (random() < 0.5 ? 6 : CELL));
    tie(base + from, base + Math.min(many - 1, to), pickOf(LAYERS));
  }
  return { nodes, edges, layers: LAYERS, shown: "all", accounts: nodes.length, ties: edges.length };
}

const findingTitles = [
  "12 made-up people, 3 accounts taken over, tied by device, phrase, file",
  "7 made-up people, tied by ip, avatar",
  "A cell \u202Eof\u202C recruiters <script>alert(1)</script>",
  "9 made-up people, tied by phrase, link",
];
export const findings = findingTitles.map((title, n) => ({
  id: `fnd-${["a81c", "77d0", "0be4", "5f21"][n]}`,
  title,
  platform: "simulated",
  snapshot: provenance.snapshot,
  found_at: day(20 + n),
  probability: [0.997, 0.94, 0.71, 0.88][n],
  members: [17, 7, 5, 9][n],
  proposed: [12, 7, 2, 8][n],
  people_reached: [46, 121, 9, 1204][n],
  layers: LAYERS.slice(0, 4 - n),
  cases: n === 0 ? ["case-1"] : [],
}));

export const findingBody = (head) => ({
  head,
  detector: provenance.detector,
  detector_version: provenance.detector_version,
  facts: [
    fact(
      "independent-layers",
      "Its accounts share things in four independent layers: ip, device, phrase, file",
      [],
      null,
      4.2,
      [],
      "Without layer device, 12 of the 12 proposed accounts would still be proposed",
    ),
    fact(
      "beyond-chance",
      "What ties them is more than chance explains (false discoveries under 1 in 1,000)",
      [],
      "ip",
      2.1,
      ["192.0.2.17", "198.51.100.4"],
    ),
    fact(
      "registered-together",
      "8 of them were registered within 40 minutes on 3 November 2026",
      [],
      "registration",
      1.4,
      ["2026-11-03"],
    ),
  ],
  members,
  contacts,
  activity: activity(60),
  caveats: ["2 objects were touched by more than 10,000 accounts and were sampled: 1,204 of 31,008 touches were used."],
});

export const caseHead = (state = {}) => ({
  id: "case-1",
  title: "Friendly strangers",
  state: "open",
  tlp: "amber",
  opened_by: "ines",
  opened_at: day(21),
  assigned_to: "ines",
  findings: 1,
  accounts: 17,
  plans: [{ id: "tp-1", state: state.plan ?? "in-review" }],
  notice_lists: [{ id: "nl-1", state: "in-review" }],
});

export const otherCases = [
  {
    ...caseHead(),
    id: "case-2",
    title: "Recruiters of the \u202Dnorth\u202C",
    assigned_to: null,
    plans: [],
    notice_lists: [],
    tlp: "red",
    accounts: 7,
  },
  {
    ...caseHead(),
    id: "case-3",
    title: "شبكة من الحسابات المزيفة",
    assigned_to: "omar",
    plans: [{ id: "tp-2", state: "executed" }],
    notice_lists: [{ id: "nl-2", state: "sending" }],
    tlp: "green",
  },
];

export const notes = [
  { by: "ines", at: day(22), text: "The devices are a laptop farm: see dev-81c2. @omar please look before Friday." },
  { by: "omar", at: day(23), text: "Looked. acc-031 is a real recruiter, I think.\nSecond line \u2066hidden\u2069." },
];

const digest = "9f2c41d7c0a54f0e8b6a1c3d5e7f9021a3b4c5d6e7f80912a3b4c5d6e7f80912";

export const takedown = {
  id: "tp-1",
  case: "case-1",
  platform: "simulated",
  title: "Friendly strangers",
  state: "in-review",
  on_failure: "continue",
  digest,
  approval: null,
  signatures: [
    { act: "drafted", by: "ines", at: day(23) },
    { act: "edited", by: "ines", at: day(24) },
    { act: "submitted", by: "ines", at: day(24, 11) },
  ],
  totals: { waiting: 15, done: 0, drifted: 0, failed: 0, restored: 0, kept_changed: 0, watched: 2 },
  steps: members.map((one) => ({
    account: one.account,
    taken_for: one.kind,
    remedy: one.kind === "persona" ? "disable" : one.kind === "compromised" ? "secure" : "watch",
    phase: one.kind === "suspect" ? "watched" : "waiting",
    reason: `${one.facts[0].text}; ${one.layers.length} independent layers`,
    note: "",
    prior: { status: "active", name_hash: "b1946ac9" },
  })),
  rollout: {
    starts_at: null,
    canary: { percent: 20, soak_minutes: 60 },
    stop: { failed_percent: 10, drifted_percent: 25, appeals: 3 },
    accepts_irreversible: false,
  },
  first_share: null,
  blast: {
    accounts: [
      { kind: "persona", remedy: "disable", accounts: 12 },
      { kind: "compromised", remedy: "secure", accounts: 3 },
      { kind: "suspect", remedy: "watch", accounts: 2 },
    ],
    ages: { under_30_days: 9, under_a_year: 4, older: 2, unknown: 0 },
    verified: ["acc-020"],
    verified_unknown: 0,
    followers: { known: 3120, accounts_unknown: 1 },
    left_without_admin: { known: 2, accounts_unknown: 0 },
    languages: { de: 8, en: 5, ar: 2 },
    languages_unknown: 0,
    countries: { DE: 6, PT: 4 },
    countries_unknown: 5,
    cleared_before: [{ account: "acc-021", plan: "tp-2", how: { appeal: "ap-2" } }],
    contacts: { people: { "clicked-or-opened": 6, talked: 9, connected: 11, saw: 20 }, ties: 61, of_case: 46 },
    calls: [
      { remedy: "disable", accounts: 12, request: 'PUT /accounts/{id} {"locked": true}' },
      { remedy: "secure", accounts: 3, request: "POST /accounts/{id}/sessions/end" },
    ],
    pace: { at_once: 4, per_second: 10 },
    takes_at_least_seconds: 5,
    irreversible: [{ account: "acc-020", remedy: "secure", what: "its sessions are ended for good" }],
  },
  edits: [
    {
      by: "ines",
      at: day(24),
      changes: [
        { dropped: { account: "acc-031", was: "disable" } },
        { remedy: { account: "acc-022", was: "disable", is: "secure" } },
        {
          rollout: {
            was: {
              starts_at: null,
              canary: null,
              stop: { failed_percent: 10, drifted_percent: 25, appeals: null },
              accepts_irreversible: false,
            },
            is: {
              starts_at: null,
              canary: { percent: 20, soak_minutes: 60 },
              stop: { failed_percent: 10, drifted_percent: 25, appeals: 3 },
              accepts_irreversible: false,
            },
          },
        },
      ],
    },
  ],
  elsewhere: [{ plan: "tp-2", case: "case-3", state: "executed", accounts: ["acc-021"] }],
  frozen: null,
  approvers: ["omar"],
  running: null,
  last_run: null,
};

export const noticeList = {
  id: "nl-1",
  case: "case-1",
  title: "Friendly strangers",
  channel: "mailbox",
  fallback: ["chat-notices"],
  state: "sending",
  digest,
  approval: { approved_by: "omar", approved_at: day(25), expires_at: day(32), signed_with: "SHA256:AbCdEfGh1234" },
  signatures: [
    { act: "planned", by: "ines", at: day(24) },
    { act: "approved", by: "omar", at: day(25) },
  ],
  totals: { waiting: 12, sent: 30, undeliverable: 2, suppressed: 1, in_doubt: 1 },
  tiers: { "clicked-or-opened": 6, talked: 9, connected: 11, saw: 20 },
  languages: { en: 20, de: 16, ar: 10 },
  notices: contacts.map((one, n) => ({
    account: one.account,
    tier: one.tier,
    language: ["en", "de", "ar"][n % 3],
    state: n === 3 ? "in-doubt" : n < 30 ? "sent" : n < 32 ? "undeliverable" : "planned",
    channel: "mailbox",
    at: n < 32 ? day(26) : null,
    note: n === 3 ? "the connection broke before the answer" : n > 29 && n < 32 ? "550 no such mailbox" : "",
  })),
  running: null,
  last_run: {
    verb: "send",
    ended_at: day(26),
    problem: {
      title: "sending stopped part-way",
      status: 409,
      code: "notify/broke-off",
      detail: "the mail server closed the connection",
      hint: "one notice is in doubt: settle it, then `avert notify resume nl-1 --execute`",
      changed: "part-way",
      resume: "avert --as rana notify resume nl-1 --execute",
    },
  },
};

export const previews = [
  {
    tier: "clicked-or-opened",
    language: "en",
    people: 2,
    subject: "A message about your account's safety",
    body: "Somebody who was not who they said was in contact with you.\n\nYou opened something that they shared. Do not open it again.\n\nYour case number: case-1",
  },
  {
    tier: "talked",
    language: "de",
    people: 4,
    subject: "Eine Nachricht zur Sicherheit Ihres Kontos",
    body: "Jemand, der nicht war, wer er zu sein vorgab, hat mit Ihnen geschrieben.\n\nVorgang: case-1",
  },
  {
    tier: "saw",
    language: "ar",
    people: 5,
    subject: "رسالة حول أمان حسابك",
    body: "تواصل معك شخص ليس كما ادعى.\n\nرقم الحالة: case-1",
    right_to_left: true,
  },
];

export const appeal = {
  id: "ap-1",
  plan: "tp-2",
  case: "case-3",
  account: "acc-021",
  reference: "T-1001",
  received_at: day(25),
  text: "I am a real person and I have lost my shop. <b>Please</b> look again.\n\u202Edneirf ruoy",
  state: "open",
  decided_by: null,
  decided_at: null,
  reason: null,
  told: null,
};

export const timeline = [
  { at: day(21), what: "case opened", by: "ines", subject: "case-1" },
  { at: day(23), what: "takedown drafted", by: "ines", subject: "tp-1" },
  { at: day(24), what: "takedown submitted", by: "ines", subject: "tp-1" },
];
export { activity, day };

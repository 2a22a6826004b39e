// A server of invented data, for looking at the console while the real one is not at hand: `npm run mock`, then
// `npm run dev`, or open its own address to see what `npm run build` made under the policy that the real one sends.
// It keeps what is done to it in memory, checks little, and is no reference of what the API says.

import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { columnsOf } from "./columns.mjs";
import * as invented from "./invented.mjs";

const PORT = Number(process.env.PORT ?? 8091);
const people = [
  { name: "ines", roles: ["investigator", "operator"], keys: 1, passkeys: 0, signed_in_before: true },
  { name: "omar", roles: ["approver"], keys: 1, passkeys: 1, signed_in_before: true },
  { name: "rana", roles: ["responder"], keys: 0, passkeys: 0, signed_in_before: false },
];
let who = process.env.WHO ?? null;
let frozen = null;
let seq = 41;
const { takedown, noticeList, appeal, notes } = invented;
const changes = [];
const tokens = [];
const journal = [];
const streams = new Set();
const theMap = invented.map(Number(process.env.MANY ?? 0));
const columns = theMap.nodes.length > 20_000 ? columnsOf(theMap) : null;

function say(act, subject) {
  seq += 1;
  journal.unshift({
    seq,
    at: new Date().toISOString(),
    actor: who ?? "nobody",
    act,
    subject,
    detail: JSON.stringify({ was: "draft" }),
    previous: "00",
    hash: `${seq}f2c41d7c0a54f0e8b6a1c3d5e7f9021`,
  });
  send("change", { seq, act, subject }, seq);
}
for (const [act, subject] of [
  ["case/open", "case-1"],
  ["takedown/draft", "tp-1"],
  ["takedown/edit", "tp-1"],
  ["takedown/submit", "tp-1"],
  ["notify/plan", "nl-1"],
]) {
  say(act, subject);
}

function send(event, data, id) {
  for (const stream of streams) {
    stream.write(`${id === undefined ? "" : `id: ${id}\n`}event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
  }
}

const roles = () => people.find((one) => one.name === who)?.roles ?? [];
const session = () => ({
  person: who === null ? null : { name: who, roles: roles() },
  csrf: who === null ? null : "csrf",
  signatures: process.env.SIGNATURES ?? "names",
  sign_in: { password: true, oidc: "Example SSO" },
  passkeys: [],
  version: "0.1.0",
  demo: true,
});
const page = (items) => ({ items, next: null, total: items.length });
const cases = () => [invented.caseHead({ plan: takedown.state }), ...invented.otherCases];
const refusal = (status, title, more = {}) => ({ refused: { title, status, changed: "refused", ...more } });

function shownTakedown() {
  const may = {
    draft: { investigator: ["submit", "edit"] },
    "in-review": { approver: ["approve", "reject"], investigator: ["edit"] },
    approved: { responder: ["execute"], investigator: ["edit"], approver: ["reject"] },
    executed: { responder: ["reverse"] },
  }[takedown.state];
  return {
    ...takedown,
    frozen,
    may: takedown.running ? [] : roles().flatMap((role) => may?.[role] ?? []),
    commands: {
      submit: `avert --as ${who} takedown submit tp-1`,
      approve: `avert --as ${who} takedown approve tp-1 --digest ${takedown.digest}`,
      reject: `avert --as ${who} takedown reject tp-1 --reason REASON`,
      execute: `avert --as ${who} takedown execute tp-1 --execute`,
      reverse: `avert --as ${who} takedown reverse tp-1 --execute`,
    },
  };
}

function shownNotices() {
  const may = { approver: ["approve", "reject"], responder: ["resume", "resolve", "give-up"] };
  return {
    ...noticeList,
    frozen,
    may: roles().flatMap((role) => may[role] ?? []),
    commands: {
      send: `avert --as ${who} notify send nl-1 --execute`,
      resume: `avert --as ${who} notify resume nl-1 --execute`,
    },
  };
}

function run(verb, phase, end) {
  const steps = takedown.steps.filter((step) => step.remedy !== "watch");
  takedown.state = verb === "execute" ? "executing" : "reversing";
  takedown.running = { verb, done: 0, total: steps.length, here: true };
  say(`takedown/${verb}`, "tp-1");
  const timer = setInterval(() => {
    const step = steps[takedown.running.done];
    step.phase = phase;
    takedown.running.done += 1;
    takedown.totals.waiting = steps.filter((one) => one.phase === "waiting").length;
    takedown.totals.done = steps.filter((one) => one.phase === "done").length;
    takedown.totals.restored = steps.filter((one) => one.phase === "restored").length;
    send("running", { kind: "takedown", id: "tp-1", ...takedown.running });
    say("takedown/done", "tp-1");
    if (takedown.running.done === steps.length) {
      clearInterval(timer);
      takedown.running = null;
      takedown.state = end;
      takedown.last_run = { verb, ended_at: new Date().toISOString(), problem: null };
      say(`takedown/${end}`, "tp-1");
    }
  }, 600);
}

const today = () => ({
  frozen,
  waiting_for_me:
    roles().includes("approver") && takedown.state === "in-review"
      ? [
          {
            kind: "takedown",
            id: "tp-1",
            case: "case-1",
            title: "Friendly strangers",
            since: invented.day(24),
            what: "approve",
          },
        ]
      : [],
  needs_person: [
    {
      kind: "notices",
      id: "nl-1",
      case: "case-1",
      title: "Friendly strangers",
      why: "in-doubt",
      count: 1,
      since: invented.day(26),
    },
    {
      kind: "appeal",
      id: "ap-1",
      case: "case-3",
      title: "acc-021",
      why: "appeal-due",
      count: 1,
      since: invented.day(25),
    },
    {
      kind: "takedown",
      id: "tp-2",
      case: "case-3",
      title: "شبكة من الحسابات المزيفة",
      why: "stuck",
      count: 2,
      since: invented.day(20),
    },
  ],
  running: takedown.running
    ? [{ kind: "takedown", id: "tp-1", case: "case-1", title: "Friendly strangers", ...takedown.running }]
    : [],
  cases: cases(),
  findings: invented.findings.filter((one) => one.cases.length === 0),
  totals: { open_cases: 3, findings_without_case: 3, waiting_appeals: 1 },
});

const caseBody = () => ({
  head: invented.caseHead({ plan: takedown.state }),
  case: {
    id: "case-1",
    title: "Friendly strangers",
    state: "open",
    tlp: "amber",
    findings: ["fnd-a81c"],
    opened_by: "ines",
    opened_at: invented.day(21),
    notes,
  },
  findings: [invented.findings[0]],
  members: invented.members.map((one) => ({ ...one, finding: "fnd-a81c" })),
  changes,
  activity: invented.findingBody(invented.findings[0]).activity,
  contacts_by_tier: noticeList.tiers,
  timeline: invented.timeline,
  untold: 16,
  notice_lists: [{ id: "nl-1", state: "in-review", totals: { waiting: 16 } }],
  unfinished: { plans: ["tp-1"], notice_lists: ["nl-1"], appeals: [] },
});

const settings = () => ({
  people,
  platforms: [{ name: "simulated", kind: "simulated" }],
  channels: [
    { name: "mailbox", kind: "maildir" },
    { name: "chat-notices", kind: "platform" },
  ],
  layers: ["contacted-person", "ip", "device", "avatar", "phrase"].map((name) => ({
    name,
    window_seconds: name === "ip" ? 86400 : null,
    most_accounts: 50,
  })),
  review: { signatures: "names", approval_valid_hours: 168 },
  store: "SQLite",
  schema: 3,
});

function answer(method, path, query, body) {
  const at = `${method} ${path}`;
  const act = path.split("/").at(-1);
  switch (at) {
    case "GET /v1/session":
      return session();
    case "POST /v1/session":
      if (!people.some((one) => one.name === body.name)) {
        return refusal(401, "the name or the password is wrong", { code: "session/refused" });
      }
      who = body.name;
      return session();
    case "DELETE /v1/session":
      who = null;
      return null;
    case "POST /v1/invitations/look":
      return { person: "rana", expires_at: invented.day(40) };
    case "POST /v1/invitations/accept":
      who = "rana";
      return session();
  }
  if (who === null) {
    return refusal(401, "nobody is signed in");
  }
  switch (at) {
    case "GET /v1/today":
      return today();
    case "GET /v1/findings":
      return page(invented.findings.filter((one) => one.title.includes(query.get("q") ?? "")));
    case "GET /v1/cases":
      return page(cases().filter((one) => one.title.includes(query.get("q") ?? "")));
    case "POST /v1/cases":
      say("case/open", "case-1");
      return caseBody();
    case "GET /v1/cases/case-1":
      return caseBody();
    case "POST /v1/cases/case-1/notes":
      notes.push({ by: who, at: new Date().toISOString(), text: body.text });
      say("case/note", "case-1");
      return caseBody();
    case "POST /v1/cases/case-1/accounts":
      for (const [change, accounts] of [
        ["added", body.add],
        ["removed", body.remove],
      ]) {
        for (const account of accounts) {
          changes.push({ account, change, by: who, at: new Date().toISOString(), reason: body.reason });
          const node = theMap.nodes.find((one) => one.id === account);
          node.excluded = change === "removed";
        }
      }
      say("case/accounts", "case-1");
      return caseBody();
    case "GET /v1/takedowns":
      return page([
        shownTakedown(),
        {
          ...shownTakedown(),
          id: "tp-2",
          case: "case-3",
          state: "executed",
          totals: { done: 9, drifted: 1, stuck: 2 },
        },
      ]);
    case "GET /v1/takedowns/tp-1":
      return shownTakedown();
    case "GET /v1/takedowns/tp-1/preview":
      return {
        lines: takedown.steps.map((one) => ({
          account: one.account,
          would: one.remedy,
          by: "PUT /accounts/{id}",
          phase: one.phase,
        })),
        blast: takedown.blast,
        command: `avert --as ${who} takedown ${query.get("verb")} tp-1 --execute`,
      };
    case "POST /v1/takedowns/tp-1/submit":
    case "POST /v1/takedowns/tp-1/approve":
    case "POST /v1/takedowns/tp-1/reject":
    case "POST /v1/takedowns/tp-1/edit": {
      takedown.state = { submit: "in-review", approve: "approved", reject: "rejected", edit: "draft" }[act];
      takedown.signatures.push({
        act: { submit: "submitted", approve: "approved", reject: "rejected", edit: "edited" }[act],
        by: who,
        at: new Date().toISOString(),
      });
      if (act === "approve") {
        takedown.approval = {
          approved_by: who,
          approved_at: new Date().toISOString(),
          expires_at: new Date(Date.now() + 6e8).toISOString(),
          signed_with: null,
        };
      }
      say(`takedown/${act}`, "tp-1");
      return shownTakedown();
    }
    case "POST /v1/takedowns/tp-1/execute":
      if (frozen) {
        return refusal(503, "everything is frozen", {
          code: "takedown/frozen",
          hint: "`avert thaw` lets things begin again",
          changed: "nothing",
        });
      }
      run("execute", "done", "executed");
      return shownTakedown();
    case "POST /v1/takedowns/tp-1/reverse":
      run("reverse", "restored", "reversed");
      return shownTakedown();
    case "GET /v1/notices":
      return page([shownNotices()]);
    case "GET /v1/notices/nl-1":
      return shownNotices();
    case "GET /v1/notices/nl-1/previews":
      return invented.previews;
    case "GET /v1/appeals":
      return page([appeal]);
    case "GET /v1/appeals/summary":
      return [{ detector: "coaction 0.1.0", decided: 4, granted: 1, share: 0.25 }];
    case "GET /v1/appeals/ap-1":
      return { ...appeal, may: roles().includes("responder") ? ["decide"] : [] };
    case "POST /v1/appeals/ap-1/preview":
      return {
        effect: "acc-021 is put back as it was on simulated, and is told so through mailbox.",
        notice: { subject: "Your appeal", body: `We looked again.\n\n${body.reason}` },
      };
    case "POST /v1/appeals/ap-1/decide":
      Object.assign(appeal, {
        state: body.decision === "grant" ? "granted" : "rejected",
        decided_by: who,
        decided_at: new Date().toISOString(),
        reason: body.reason,
      });
      say("appeal/decide", "ap-1");
      return { ...appeal, may: [] };
    case "GET /v1/freeze":
      return frozen;
    case "POST /v1/freeze":
      frozen = { by: who, at: new Date().toISOString(), reason: body.reason };
      say("freeze", "freeze");
      return frozen;
    case "DELETE /v1/freeze":
      frozen = null;
      say("thaw", "freeze");
      return null;
    case "GET /v1/journal":
      return page(
        journal.filter(
          (one) => one.subject.includes(query.get("subject") ?? "") && one.act.includes(query.get("act") ?? ""),
        ),
      );
    case "GET /v1/journal/verify":
      return { rows: journal.length, head: journal[0].hash, ok: true };
    case "GET /v1/settings":
      return settings();
    case "GET /v1/passkeys":
      return [
        {
          id: "AbCdEf0123456789AbCdEf0123456789",
          added_at: invented.day(2),
          counts: true,
          line: "webauthn-es256 MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE",
        },
      ];
    case "GET /v1/tokens":
      return tokens;
    case "POST /v1/tokens":
      tokens.push({
        id: `tok-${tokens.length + 1}`,
        name: body.name,
        scopes: body.scopes,
        made_at: new Date().toISOString(),
        last_used_at: null,
      });
      return { id: "tok-1", token: "avert_exampletokenexampletoken" };
  }
  const finding = invented.findings.find((one) => path === `/v1/findings/${one.id}`);
  if (finding) {
    return invented.findingBody(finding);
  }
  if (path.endsWith("/profiles")) {
    return [];
  }
  if (path.endsWith("/map")) {
    return theMap;
  }
  if (path.endsWith("/invitations")) {
    return { link: "http://127.0.0.1:8080/#/invitation/exampletoken", expires_at: invented.day(40) };
  }
  if (path.startsWith("/v1/tokens/")) {
    tokens.length = 0;
    return null;
  }
  return refusal(404, `there is no ${path.split("/").at(-1)}`, { code: "unknown", changed: "nothing" });
}

const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; font-src 'self'; frame-src 'self'; base-uri 'none'; form-action 'self'";
const TYPES = { html: "text/html", js: "text/javascript", css: "text/css", svg: "image/svg+xml" };

async function serveBuilt(path, response) {
  const name = path === "/" ? "/index.html" : path;
  try {
    const file = await readFile(new URL(`../dist${name}`, import.meta.url));
    const type = TYPES[name.split(".").at(-1)] ?? "application/octet-stream";
    response.writeHead(200, { "content-type": type, "content-security-policy": POLICY }).end(file);
  } catch {
    response.writeHead(404).end();
  }
}

createServer((request, response) => {
  const url = new URL(request.url, "http://mock");
  if (!url.pathname.startsWith("/v1/")) {
    void serveBuilt(url.pathname, response);
    return;
  }
  if (url.pathname === "/v1/events") {
    response.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-store" });
    response.write(`event: hello\ndata: ${JSON.stringify({ version: "0.1.0", seq })}\n\n`);
    streams.add(response);
    request.on("close", () => streams.delete(response));
    return;
  }
  if (url.pathname.endsWith("/report")) {
    const format = url.searchParams.get("format");
    response.writeHead(200, { "content-type": format === "html" ? "text/html" : "text/plain" });
    response.end(
      format === "html" ? "<!doctype html><title>Report</title><h1>Friendly strangers</h1>" : "# Friendly strangers\n",
    );
    return;
  }
  if (columns !== null && url.pathname.endsWith("/map")) {
    response.writeHead(200, { "content-type": "application/octet-stream" }).end(columns);
    return;
  }
  let text = "";
  request.on("data", (part) => {
    text += part;
  });
  request.on("end", () => {
    const result = answer(request.method, url.pathname, url.searchParams, text === "" ? {} : JSON.parse(text));
    if (result?.refused) {
      response.writeHead(result.refused.status, { "content-type": "application/problem+json" });
      response.end(JSON.stringify(result.refused));
    } else if (result === null && request.method === "DELETE") {
      response.writeHead(204).end();
    } else {
      response.writeHead(200, { "content-type": "application/json" });
      response.end(JSON.stringify(result));
    }
  });
}).listen(PORT, "127.0.0.1", () => console.log(`mock on http://127.0.0.1:${PORT}`));

//! The journal, findings, cases, plans and notices.

pub(super) const UP: &str = "
-- What was done, by whom, each row chained to the one before by its hash.
CREATE TABLE journal (
    seq      BIGINT PRIMARY KEY,
    at       TEXT NOT NULL,
    actor    TEXT NOT NULL,
    act      TEXT NOT NULL,
    subject  TEXT NOT NULL,
    detail   TEXT NOT NULL,
    previous TEXT NOT NULL,
    hash     TEXT NOT NULL
);
-- How long the journal is and its last hash: a row cut off at the end is missed.
CREATE TABLE journal_head (one BIGINT PRIMARY KEY, length BIGINT NOT NULL, hash TEXT NOT NULL);

-- Which store this is: what it does outside is known by it.
CREATE TABLE store_identity (one BIGINT PRIMARY KEY, id TEXT NOT NULL);

CREATE TABLE findings (
    id        TEXT PRIMARY KEY,
    snapshot  TEXT NOT NULL,
    found_at  TEXT NOT NULL,
    position  BIGINT NOT NULL,
    body      TEXT NOT NULL,
    caveats   TEXT NOT NULL
);

CREATE TABLE cases (
    id        BIGINT PRIMARY KEY,
    title     TEXT NOT NULL,
    tlp       TEXT NOT NULL,
    state     TEXT NOT NULL,
    opened_by TEXT NOT NULL,
    opened_at TEXT NOT NULL
);
CREATE TABLE case_findings (
    case_id  BIGINT NOT NULL REFERENCES cases (id),
    position BIGINT NOT NULL,
    finding  TEXT NOT NULL REFERENCES findings (id),
    PRIMARY KEY (case_id, position)
);
CREATE TABLE case_notes (
    case_id  BIGINT NOT NULL REFERENCES cases (id),
    position BIGINT NOT NULL,
    written_by TEXT NOT NULL,
    at       TEXT NOT NULL,
    body     TEXT NOT NULL,
    PRIMARY KEY (case_id, position)
);

-- Who did what to a plan or a notice list.
CREATE TABLE signatures (
    subject   TEXT NOT NULL,
    position  BIGINT NOT NULL,
    act       TEXT NOT NULL,
    signed_by TEXT NOT NULL,
    at        TEXT NOT NULL,
    PRIMARY KEY (subject, position)
);

CREATE TABLE plans (
    id         BIGINT PRIMARY KEY,
    case_id    BIGINT NOT NULL REFERENCES cases (id),
    platform   TEXT NOT NULL,
    on_failure TEXT NOT NULL,
    -- The state's name, to ask for; and all of it, to come back to.
    state      TEXT NOT NULL,
    body       TEXT NOT NULL
);
CREATE TABLE plan_steps (
    plan_id  BIGINT NOT NULL REFERENCES plans (id),
    position BIGINT NOT NULL,
    account  TEXT NOT NULL,
    kind     TEXT NOT NULL,
    remedy   TEXT NOT NULL,
    reason   TEXT NOT NULL,
    -- The account when the plan was drafted; empty where nothing is to be called.
    prior    TEXT NOT NULL,
    phase    TEXT NOT NULL,
    -- The account right after the remedy took effect.
    after    TEXT NOT NULL,
    note     TEXT NOT NULL,
    PRIMARY KEY (plan_id, position),
    UNIQUE (plan_id, account)
);

CREATE TABLE notice_lists (
    id       BIGINT PRIMARY KEY,
    case_id  BIGINT NOT NULL REFERENCES cases (id),
    plan_id  BIGINT NOT NULL REFERENCES plans (id),
    channel  TEXT NOT NULL,
    service  TEXT NOT NULL,
    accounts_acted_on BIGINT NOT NULL,
    although_awake    BIGINT NOT NULL,
    left_out          BIGINT NOT NULL,
    state    TEXT NOT NULL,
    body     TEXT NOT NULL
);
CREATE TABLE notices (
    list_id   BIGINT NOT NULL REFERENCES notice_lists (id),
    position  BIGINT NOT NULL,
    account   TEXT NOT NULL,
    tier      TEXT NOT NULL,
    language  TEXT NOT NULL,
    email     TEXT NOT NULL,
    phase     TEXT NOT NULL,
    note      TEXT NOT NULL,
    PRIMARY KEY (list_id, position),
    UNIQUE (list_id, account)
);
-- Once is a protocol: whoever is about to tell a person of a case first takes this row.
CREATE TABLE notice_claims (
    case_id BIGINT NOT NULL REFERENCES cases (id),
    account TEXT NOT NULL,
    list_id BIGINT NOT NULL REFERENCES notice_lists (id),
    PRIMARY KEY (case_id, account)
);
";

pub(super) const DOWN: &str = "
DROP TABLE notice_claims;
DROP TABLE notices;
DROP TABLE notice_lists;
DROP TABLE plan_steps;
DROP TABLE plans;
DROP TABLE signatures;
DROP TABLE case_notes;
DROP TABLE case_findings;
DROP TABLE cases;
DROP TABLE findings;
DROP TABLE store_identity;
DROP TABLE journal_head;
DROP TABLE journal;
";

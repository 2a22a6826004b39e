//! Signing in, findings and cases by the page, whose case it is, and where things are drawn.

use super::Column;
use crate::findings;
use crate::store::{StoreError, Transaction};

pub(super) const UP: &str = "
-- Who may sign in, by the hash of their password (PHC string).
CREATE TABLE passwords (
    person   TEXT PRIMARY KEY,
    password TEXT NOT NULL,
    set_at   TEXT NOT NULL
);
-- One-time links, by the hash of what stands in them.
CREATE TABLE invitations (
    proof      TEXT PRIMARY KEY,
    person     TEXT NOT NULL,
    expires_at TEXT NOT NULL
);
CREATE TABLE sessions (
    proof      TEXT PRIMARY KEY,
    person     TEXT NOT NULL,
    csrf       TEXT NOT NULL,
    began_at   TEXT NOT NULL,
    seen_at    TEXT NOT NULL,
    expires_at TEXT NOT NULL
);
-- Tokens of programs; one that was revoked has no proof, and its number is not given again.
CREATE TABLE api_tokens (
    id      BIGINT PRIMARY KEY,
    proof   TEXT NOT NULL,
    name    TEXT NOT NULL,
    owner   TEXT NOT NULL,
    scopes  TEXT NOT NULL,
    made_at TEXT NOT NULL
);
CREATE INDEX api_tokens_by_proof ON api_tokens (proof);
-- Passkeys that were made. Whether one counts is the configuration's to say.
CREATE TABLE passkeys (
    credential TEXT PRIMARY KEY,
    person     TEXT NOT NULL,
    line       TEXT NOT NULL,
    added_at   TEXT NOT NULL
);

-- What a list shows of a finding, so that a page of many is not read out of their bodies. The risk is
-- the probability in millionths.
CREATE TABLE finding_heads (
    id       TEXT PRIMARY KEY REFERENCES findings (id),
    risk     BIGINT NOT NULL,
    found_at TEXT NOT NULL,
    platform TEXT NOT NULL,
    snapshot TEXT NOT NULL,
    title    TEXT NOT NULL,
    members  BIGINT NOT NULL,
    proposed BIGINT NOT NULL,
    reached  BIGINT NOT NULL,
    layers   TEXT NOT NULL
);
CREATE INDEX finding_heads_by_risk ON finding_heads (risk DESC, id, title);
CREATE INDEX finding_heads_by_snapshot ON finding_heads (snapshot, risk DESC, id);
-- How many findings there are: PostgreSQL would count a million of them anew each time.
CREATE TABLE finding_tally (
    one      BIGINT PRIMARY KEY,
    findings BIGINT NOT NULL
);
INSERT INTO finding_tally (one, findings) VALUES (1, 0);
-- Every account that any finding names, as member or suspect: nobody among them may be told anything.
CREATE TABLE alleged (
    platform TEXT NOT NULL,
    account  TEXT NOT NULL,
    PRIMARY KEY (platform, account)
);
CREATE INDEX plans_by_case ON plans (case_id, id);
CREATE INDEX notice_lists_by_case ON notice_lists (case_id, id);
CREATE INDEX case_findings_by_finding ON case_findings (finding);

-- Who looks after it; nobody, if empty.
ALTER TABLE cases ADD COLUMN assigned_to TEXT NOT NULL DEFAULT '';

-- What people changed about whom a case is about; the reason is a note of the case.
CREATE TABLE case_accounts (
    case_id    BIGINT NOT NULL REFERENCES cases (id),
    position   BIGINT NOT NULL,
    account    TEXT NOT NULL,
    belongs    TEXT NOT NULL,
    changed_by TEXT NOT NULL,
    at         TEXT NOT NULL,
    note       BIGINT NOT NULL,
    PRIMARY KEY (case_id, position)
);

-- What people wrote for the report of a case, each version of it, and which parts they leave out.
CREATE TABLE report_words (
    case_id    BIGINT NOT NULL REFERENCES cases (id),
    version    BIGINT NOT NULL,
    title      TEXT NOT NULL,
    body       TEXT NOT NULL,
    leaves_out TEXT NOT NULL,
    written_by TEXT NOT NULL,
    at         TEXT NOT NULL,
    PRIMARY KEY (case_id, version)
);

-- Where the accounts of a finding or case are drawn, so that everybody sees the same map.
CREATE TABLE maps (
    subject TEXT PRIMARY KEY,
    digest  TEXT NOT NULL,
    body    TEXT NOT NULL,
    made_at TEXT NOT NULL
);
";

pub(super) const DOWN: &str = "
DROP TABLE maps;
DROP TABLE report_words;
DROP TABLE case_accounts;
ALTER TABLE cases DROP COLUMN assigned_to;
DROP INDEX case_findings_by_finding;
DROP INDEX notice_lists_by_case;
DROP INDEX plans_by_case;
DROP TABLE alleged;
DROP TABLE finding_tally;
DROP TABLE finding_heads;
DROP TABLE passkeys;
DROP TABLE api_tokens;
DROP TABLE sessions;
DROP TABLE invitations;
DROP TABLE passwords;
";

pub(super) const WIDENS: &[Column] = &[Column {
    table: "cases",
    name: "assigned_to",
    full_name: "cases.assigned_to",
    nothing: || vec!["".into()],
}];

/// Approvals that a passkey signed: the older version takes a signature for a text.
pub(super) const WRITES: &[(&str, &str)] = &[
    (
        "plans.body",
        "SELECT COUNT(*) FROM plans WHERE body LIKE '%\"authenticator_data\":%'",
    ),
    (
        "notice_lists.body",
        "SELECT COUNT(*) FROM notice_lists WHERE body LIKE '%\"authenticator_data\":%'",
    ),
];

/// Reads out of the findings that an earlier version kept what stands beside those that are kept from now on. It
/// belongs to the step: whom a finding names is known of every finding, or the store is not opened.
pub(super) fn fill(transaction: &Transaction<'_>) -> Result<(), StoreError> {
    findings::index(transaction)
}

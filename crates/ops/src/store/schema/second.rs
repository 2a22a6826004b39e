//! Rollouts, the freeze switch, preserved evidence, appeals, people with several accounts, fallbacks.

use super::Column;
use crate::ports::Footprint;
use crate::store::{to_json, values};
use crate::takedown::Rollout;

pub(super) const UP: &str = "
-- When a plan begins, in which shares, and when it stops.
ALTER TABLE plans ADD COLUMN rollout TEXT NOT NULL DEFAULT '{}';
-- What acting on the account costs.
ALTER TABLE plan_steps ADD COLUMN footprint TEXT NOT NULL DEFAULT '{}';

-- While there is a row, nothing begins.
CREATE TABLE freezes (
    one    BIGINT PRIMARY KEY,
    set_by TEXT NOT NULL,
    at     TEXT NOT NULL,
    reason TEXT NOT NULL
);

-- What cases rest on, by the hash of its content; the content is empty once it was purged.
CREATE TABLE exhibits (
    hash      TEXT PRIMARY KEY,
    kind      TEXT NOT NULL,
    body      TEXT NOT NULL,
    purged_at TEXT NOT NULL
);
CREATE TABLE plan_exhibits (
    plan_id  BIGINT NOT NULL REFERENCES plans (id),
    position BIGINT NOT NULL,
    hash     TEXT NOT NULL REFERENCES exhibits (hash),
    subject  TEXT NOT NULL,
    PRIMARY KEY (plan_id, position)
);

CREATE TABLE appeals (
    id          BIGINT PRIMARY KEY,
    plan_id     BIGINT NOT NULL REFERENCES plans (id),
    account     TEXT NOT NULL,
    reference   TEXT NOT NULL,
    received_at TEXT NOT NULL,
    body        TEXT NOT NULL,
    state       TEXT NOT NULL,
    decided_by  TEXT NOT NULL,
    decided_at  TEXT NOT NULL,
    reason      TEXT NOT NULL,
    -- Whether the person was told the outcome, and the channel's receipt.
    told        TEXT NOT NULL,
    receipt     TEXT NOT NULL,
    UNIQUE (plan_id, reference)
);

-- A person's other accounts; and on which of the list's channels the notice goes out, from 0.
ALTER TABLE notices ADD COLUMN others TEXT NOT NULL DEFAULT '[]';
ALTER TABLE notices ADD COLUMN via BIGINT NOT NULL DEFAULT 0;
-- The channels after the first.
ALTER TABLE notice_lists ADD COLUMN fallback TEXT NOT NULL DEFAULT '[]';
-- How many people asked for a language that there is no text in.
ALTER TABLE notice_lists ADD COLUMN untranslated BIGINT NOT NULL DEFAULT 0;

-- Addresses that take no mail from us any more, by their hash.
CREATE TABLE suppressions (
    address TEXT PRIMARY KEY,
    why     TEXT NOT NULL,
    at      TEXT NOT NULL
);
";

pub(super) const DOWN: &str = "
DROP TABLE suppressions;
ALTER TABLE notice_lists DROP COLUMN untranslated;
ALTER TABLE notice_lists DROP COLUMN fallback;
ALTER TABLE notices DROP COLUMN via;
ALTER TABLE notices DROP COLUMN others;
DROP TABLE appeals;
DROP TABLE plan_exhibits;
DROP TABLE exhibits;
DROP TABLE freezes;
ALTER TABLE plan_steps DROP COLUMN footprint;
ALTER TABLE plans DROP COLUMN rollout;
";

pub(super) const WIDENS: &[Column] = &[
    Column {
        table: "plans",
        name: "rollout",
        full_name: "plans.rollout",
        nothing: || vec!["{}".into(), to_json(&Rollout::default()).into()],
    },
    Column {
        table: "plan_steps",
        name: "footprint",
        full_name: "plan_steps.footprint",
        nothing: || vec!["{}".into(), to_json(&Footprint::default()).into()],
    },
    Column {
        table: "notices",
        name: "others",
        full_name: "notices.others",
        nothing: || vec!["[]".into()],
    },
    Column {
        table: "notices",
        name: "via",
        full_name: "notices.via",
        nothing: || values![0_u64].into(),
    },
    Column {
        table: "notice_lists",
        name: "fallback",
        full_name: "notice_lists.fallback",
        nothing: || vec!["[]".into()],
    },
    Column {
        table: "notice_lists",
        name: "untranslated",
        full_name: "notice_lists.untranslated",
        nothing: || values![0_u64].into(),
    },
];

//! The tables, as a list of migrations, each with its way back. A released one is never edited, only
//! followed.

use super::connection::Backend;
use super::{Store, StoreError, values};

/// One step from a schema to the next.
struct Migration {
    up: &'static str,
    down: &'static str,
    /// The tables that the way back would take away with what is in them.
    adds: &'static [&'static str],
}

const MIGRATIONS: &[Migration] = &[Migration {
    up: FIRST,
    down: FIRST_BACK,
    adds: &["journal"],
}];

/// The newest schema that this version of Avert knows.
pub const NEWEST: i64 = MIGRATIONS.len() as i64;

const FIRST: &str = "
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

const FIRST_BACK: &str = "
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

impl Store {
    /// Which schema the store has.
    pub fn schema(&self) -> Result<i64, StoreError> {
        let found = self.read().row(
            "read its schema version",
            "SELECT COALESCE(MAX(version), 0) FROM schema_version",
            &[],
        )?;
        found.map_or(Ok(0), |row| row.number(0))
    }

    /// Brings the schema up to date; does nothing when it is.
    pub(super) fn migrate_up(&mut self) -> Result<(), StoreError> {
        let random = match &self.connection.backend {
            Backend::Sqlite(_) => "lower(hex(randomblob(16)))",
            Backend::Postgres(_) => "replace(CAST(gen_random_uuid() AS TEXT), '-', '')",
        };
        self.connection.begin_write()?;
        let undo = super::Undo(&self.connection);
        let read = "read its schema version";
        self.connection.batch(
            read,
            "CREATE TABLE IF NOT EXISTS schema_version (version BIGINT PRIMARY KEY)",
        )?;
        let found = self.schema()?;
        if found > NEWEST {
            return Err(StoreError::Newer {
                found,
                known: NEWEST,
            });
        }
        for (version, migration) in (1_i64..).zip(MIGRATIONS) {
            if version > found {
                self.connection.batch("migrate", migration.up)?;
                self.note(version)?;
            }
        }
        if found == 0 {
            // Drawn once, by the database, which has randomness of its own.
            self.connection.batch(
                "name the store",
                &format!("INSERT INTO store_identity (one, id) SELECT 1, {random}"),
            )?;
        }
        self.connection.commit()?;
        std::mem::forget(undo);
        Ok(())
    }

    fn note(&self, version: i64) -> Result<(), StoreError> {
        let transaction = super::Transaction {
            connection: &self.connection,
        };
        transaction.execute(
            "migrate",
            "INSERT INTO schema_version (version) VALUES (?1)",
            &values![version],
        )?;
        Ok(())
    }

    /// Goes back to an older schema, for an older Avert, unless rows would be lost. The store is of no
    /// use to this version afterwards: it is taken.
    pub fn migrate_down(self, to: i64) -> Result<(), StoreError> {
        self.connection.begin_write()?;
        let undo = super::Undo(&self.connection);
        let found = self.schema()?;
        for version in ((to + 1).max(1)..=found).rev() {
            let index = usize::try_from(version - 1).expect("versions count from one");
            let migration = &MIGRATIONS[index];
            for table in migration.adds {
                let sql = format!("SELECT COUNT(*) FROM {table}");
                let rows = self.connection.row("count rows", &sql, &[])?;
                if rows.map_or(Ok(0), |row| row.number(0))? > 0 {
                    return Err(StoreError::WouldLose { version: to, table });
                }
            }
            self.connection.batch("migrate back", migration.down)?;
            let transaction = super::Transaction {
                connection: &self.connection,
            };
            transaction.execute(
                "migrate back",
                "DELETE FROM schema_version WHERE version = ?1",
                &values![version],
            )?;
        }
        self.connection.commit()?;
        std::mem::forget(undo);
        Ok(())
    }
}

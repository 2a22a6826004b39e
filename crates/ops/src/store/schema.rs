//! The tables, as a list of migrations, each with its way back. A released one is never edited, only
//! followed.

mod eighth;
mod fifth;
mod first;
mod fourth;
mod second;
mod seventh;
mod sixth;
mod third;

use super::connection::Backend;
use super::{Connection, Store, StoreError, Transaction, Value, values};

/// One step from a schema to the next.
struct Migration {
    up: &'static str,
    down: &'static str,
    /// The tables that the way back would take away with what is in them.
    adds: &'static [&'static str],
    /// The columns that it would take away of tables that stay.
    widens: &'static [Column],
    /// What is written in a way that the older version cannot read: where, and how many that are.
    writes: &'static [(&'static str, &'static str)],
    /// What is read out of older rows once the tables are there.
    fill: fn(&Transaction<'_>) -> Result<(), StoreError>,
}

/// A column that a migration adds to a table.
struct Column {
    table: &'static str,
    name: &'static str,
    /// Both, as a refusal names them.
    full_name: &'static str,
    /// What it holds where nothing was said: its default, and as Avert writes the same.
    nothing: fn() -> Vec<Value>,
}

impl Column {
    /// How many rows say something in it.
    fn count(&self, connection: &Connection) -> Result<i64, StoreError> {
        let nothing = (self.nothing)();
        let places: Vec<String> = (1..=nothing.len())
            .map(|place| format!("?{place}"))
            .collect();
        let sql = format!(
            "SELECT COUNT(*) FROM {} WHERE {} NOT IN ({})",
            self.table,
            self.name,
            places.join(", ")
        );
        let rows = connection.row("count what a column says", &sql, &nothing)?;
        rows.map_or(Ok(0), |row| row.number(0))
    }
}

const MIGRATIONS: &[Migration] = &[
    Migration {
        up: first::UP,
        down: first::DOWN,
        adds: &["journal"],
        widens: &[],
        writes: &[],
        fill: |_| Ok(()),
    },
    Migration {
        up: second::UP,
        down: second::DOWN,
        adds: &["freezes", "exhibits", "appeals", "suppressions"],
        widens: second::WIDENS,
        writes: &[],
        fill: |_| Ok(()),
    },
    Migration {
        up: third::UP,
        down: third::DOWN,
        // Sessions, links, lists, whom findings name and maps are made anew; who may sign in is not.
        adds: &[
            "passwords",
            "api_tokens",
            "passkeys",
            "case_accounts",
            "report_words",
        ],
        widens: third::WIDENS,
        writes: third::WRITES,
        fill: third::fill,
    },
    Migration {
        up: fourth::UP,
        down: fourth::DOWN,
        // The terms and references are made of the objects.
        adds: &["intel_objects", "intel_conflicts", "intel_collections"],
        widens: &[],
        writes: &[],
        fill: |_| Ok(()),
    },
    Migration {
        up: fifth::UP,
        down: fifth::DOWN,
        // What may be read is made of what is offered, and how far others were read can be read again.
        adds: &[
            "sharing_terms",
            "shared_wanted",
            "sharing_ledger",
            "shared_fetches",
            "sharing_events",
            "partner_tokens",
        ],
        widens: &[],
        writes: &[],
        fill: |_| Ok(()),
    },
    Migration {
        up: sixth::UP,
        down: sixth::DOWN,
        // Whose copy something is follows from what is offered.
        adds: &[],
        widens: &[],
        writes: &[],
        fill: |_| Ok(()),
    },
    Migration {
        up: seventh::UP,
        down: seventh::DOWN,
        adds: &["case_links"],
        widens: &[],
        writes: &[],
        fill: |_| Ok(()),
    },
    Migration {
        up: eighth::UP,
        down: eighth::DOWN,
        // What collections wait for follows from what is offered.
        adds: &[],
        widens: &[],
        writes: &[],
        fill: |_| Ok(()),
    },
];

/// The newest schema that this version of Avert knows.
#[expect(clippy::cast_possible_wrap, reason = "there are few migrations")]
pub const NEWEST: i64 = MIGRATIONS.len() as i64;

impl Store {
    /// Which schema the store has.
    pub fn schema(&self) -> Result<i64, StoreError> {
        version_of(self.read())
    }

    /// Brings the schema up to date; does nothing when it is.
    pub(super) fn migrate_up(&mut self) -> Result<(), StoreError> {
        let random = match &self.connection.backend {
            Backend::Sqlite(_) => "lower(hex(randomblob(16)))",
            Backend::Postgres(_) => "replace(CAST(gen_random_uuid() AS TEXT), '-', '')",
        };
        self.write(|transaction| {
            transaction.batch(
                "read its schema version",
                "CREATE TABLE IF NOT EXISTS schema_version (version BIGINT PRIMARY KEY)",
            )?;
            let found = version_of(transaction)?;
            if found > NEWEST {
                return Err(StoreError::Newer {
                    found,
                    known: NEWEST,
                });
            }
            for (version, migration) in (1_i64..).zip(MIGRATIONS) {
                if version > found {
                    transaction.batch("migrate", migration.up)?;
                    (migration.fill)(transaction)?;
                    transaction.execute(
                        "migrate",
                        "INSERT INTO schema_version (version) VALUES (?1)",
                        &values![version],
                    )?;
                }
            }
            if found == 0 {
                // Drawn once, by the database, which has randomness of its own.
                transaction.batch(
                    "name the store",
                    &format!("INSERT INTO store_identity (one, id) SELECT 1, {random}"),
                )?;
            }
            Ok(())
        })
    }

    /// Goes back to an older schema, for an older Avert, unless something would be lost. The store is of no
    /// use to this version afterwards: it is taken.
    pub fn migrate_down(mut self, to: i64) -> Result<(), StoreError> {
        self.write(|transaction| {
            let found = version_of(transaction)?;
            for version in ((to + 1).max(1)..=found).rev() {
                let index = usize::try_from(version - 1).expect("versions count from one");
                let migration = &MIGRATIONS[index];
                for table in migration.adds {
                    let sql = format!("SELECT COUNT(*) FROM {table}");
                    let rows = transaction.row("count rows", &sql, &[])?;
                    if rows.map_or(Ok(0), |row| row.number(0))? > 0 {
                        return Err(StoreError::WouldLose { version: to, table });
                    }
                }
                for column in migration.widens {
                    if column.count(transaction)? > 0 {
                        let table = column.full_name;
                        return Err(StoreError::WouldLose { version: to, table });
                    }
                }
                for (table, count) in migration.writes {
                    let rows = transaction.row("count what is written anew", count, &[])?;
                    if rows.map_or(Ok(0), |row| row.number(0))? > 0 {
                        return Err(StoreError::WouldLose { version: to, table });
                    }
                }
                transaction.batch("migrate back", migration.down)?;
                transaction.execute(
                    "migrate back",
                    "DELETE FROM schema_version WHERE version = ?1",
                    &values![version],
                )?;
            }
            Ok(())
        })
    }
}

fn version_of(connection: &Connection) -> Result<i64, StoreError> {
    let found = connection.row(
        "read its schema version",
        "SELECT COALESCE(MAX(version), 0) FROM schema_version",
        &[],
    )?;
    found.map_or(Ok(0), |row| row.number(0))
}

//! The tables, as a list of migrations, each with its way back. A released one is never edited, only
//! followed.

mod eighth;
mod fifth;
mod first;
mod fourth;
mod ninth;
mod second;
mod seventh;
mod sixth;
mod third;

use super::connection::Backend;
use super::{Connection, Store, StoreError, Transaction, Value, values};

/// One step from a schema to the next.
struct Migration {
    up: &'static str,
    /// What follows in SQLite alone: how tables lie there. Every older version's statements mean the same afterwards.
    layout: &'static str,
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
        layout: "",
        down: first::DOWN,
        adds: &["journal"],
        widens: &[],
        writes: &[],
        fill: |_| Ok(()),
    },
    Migration {
        up: second::UP,
        layout: "",
        down: second::DOWN,
        adds: &["freezes", "exhibits", "appeals", "suppressions"],
        widens: second::WIDENS,
        writes: &[],
        fill: |_| Ok(()),
    },
    Migration {
        up: third::UP,
        layout: "",
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
        layout: "",
        down: fourth::DOWN,
        // The terms and references are made of the objects.
        adds: &["intel_objects", "intel_conflicts", "intel_collections"],
        widens: &[],
        writes: &[],
        fill: |_| Ok(()),
    },
    Migration {
        up: fifth::UP,
        layout: "",
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
        layout: "",
        down: sixth::DOWN,
        // Whose copy something is follows from what is offered.
        adds: &[],
        widens: &[],
        writes: &[],
        fill: |_| Ok(()),
    },
    Migration {
        up: seventh::UP,
        layout: "",
        down: seventh::DOWN,
        adds: &["case_links"],
        widens: &[],
        writes: &[],
        fill: |_| Ok(()),
    },
    Migration {
        up: eighth::UP,
        layout: "",
        down: eighth::DOWN,
        // What collections wait for follows from what is offered.
        adds: &[],
        widens: &[],
        writes: &[],
        fill: |_| Ok(()),
    },
    Migration {
        up: ninth::UP,
        layout: ninth::LAYOUT,
        down: ninth::DOWN,
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
        self.migrate_up_to(NEWEST)
    }

    fn migrate_up_to(&mut self, newest: i64) -> Result<(), StoreError> {
        let (random, is_sqlite) = match &self.connection.backend {
            Backend::Sqlite(_) => ("lower(hex(randomblob(16)))", true),
            Backend::Postgres(_) => ("replace(CAST(gen_random_uuid() AS TEXT), '-', '')", false),
        };
        self.write(|transaction| {
            transaction.batch(
                "read its schema version",
                "CREATE TABLE IF NOT EXISTS schema_version (version BIGINT PRIMARY KEY)",
            )?;
            let found = version_of(transaction)?;
            if found > newest {
                return Err(StoreError::Newer {
                    found,
                    known: newest,
                });
            }
            for (version, migration) in (1..=newest).zip(MIGRATIONS) {
                if version > found {
                    transaction.batch("migrate", migration.up)?;
                    if is_sqlite {
                        transaction.batch("migrate", migration.layout)?;
                    }
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::Row;
    use crate::store::sqlite::Sqlite;

    /// Tables that lie otherwise in SQLite since the ninth, with the columns of each.
    const LAID_OUT: [(&str, &str); 6] = [
        (
            "intel_objects",
            "added_at, id, version, kind, spec_version, revoked, created_by, markings, name, source, digest, body",
        ),
        ("intel_terms", "term, added_at"),
        ("intel_refs", "target, added_at, property"),
        ("sharing_terms", "object, partner, is_first, terms, said_at"),
        ("shared_wanted", "collection, id, offered_by, told"),
        ("sharing_ledger", "seq, object, kind, at, entry"),
    ];

    const OLD_ROWS: &str = "
        INSERT INTO intel_objects VALUES
            (7, 'tool--2', 1, 'tool', '2.1', 0, 'maker', 'mark', 'B', 'by hand', 'd', '{2}'),
            (5, 'tool--1', 1, 'tool', '2.1', 0, '', '', 'A', 'by hand', 'd', '{1}');
        INSERT INTO intel_terms VALUES ('b', 7), ('a', 5), ('a', 7);
        -- What names something twice had two rows alike.
        INSERT INTO intel_refs VALUES (-3, 7, 'object_refs'), (-3, 7, 'object_refs'), (-3, -5, 'sighting_of_ref');
        INSERT INTO sharing_terms VALUES (7, 'cert', 1, '{}', 0), (-5, 'bank', 0, '', 9);
        INSERT INTO shared_wanted VALUES (2, 'tool--1', 'cert', 2), (1, 'tool--1', '', 0);
        INSERT INTO sharing_ledger VALUES (2, 'tool--1', 'shared', 'now', '{}'), (1, 'tool--2', 'shared', 'now', '{}');
        INSERT INTO shared_stale VALUES (1, 'tool--1');
    ";

    fn rows(store: &Store, table: &str, columns: &str) -> Vec<Row> {
        let sql = format!("SELECT DISTINCT {columns} FROM {table} ORDER BY {columns}");
        store.read().rows("look", &sql, &[]).unwrap()
    }

    #[test]
    fn what_an_older_store_has_is_there_once_it_lies_otherwise() {
        let backend = Backend::Sqlite(Sqlite::in_memory().unwrap());
        let mut store = Store {
            connection: Connection { backend },
            locks: None,
        };
        store.migrate_up_to(8).unwrap();
        store.connection.batch("fill", OLD_ROWS).unwrap();
        let before = LAID_OUT.map(|(table, columns)| rows(&store, table, columns));
        assert!(before.iter().all(|rows| rows.len() >= 2), "{before:?}");
        store.migrate_up().unwrap();
        assert_eq!(
            LAID_OUT.map(|(table, columns)| rows(&store, table, columns)),
            before
        );
        let indexes = "tbl_name IN ('kept', 'intel_objects', 'sharing_terms', 'sharing_ledger') \
             AND sql IS NOT NULL AND (type = 'index' OR tbl_name = 'kept')";
        let sql = format!("SELECT name FROM sqlite_master WHERE {indexes} ORDER BY name");
        let found = store.read().rows("look", &sql, &[]).unwrap();
        let found: Vec<String> = found.iter().map(|row| row.text(0).unwrap()).collect();
        let found_by = [
            "intel_objects_by_id",
            "intel_objects_by_kind",
            "sharing_ledger_by_object",
            "sharing_terms_by_time",
        ];
        assert_eq!(found, found_by);
        // An older version goes on writing what is named twice twice.
        let twice = "INSERT INTO intel_refs VALUES (-3, 8, 'object_refs'), (-3, 8, 'object_refs')";
        store.connection.batch("write as before", twice).unwrap();
        let stale = rows(&store, "shared_stale", "collection, id, times");
        assert_eq!(stale.len(), 1);
        assert_eq!(stale[0].number(2).unwrap(), 1);
        // And all the way back, as an older Avert would have it.
        let empty = "DELETE FROM sharing_terms; DELETE FROM shared_wanted; DELETE FROM sharing_ledger; \
             DELETE FROM intel_objects";
        store.connection.batch("empty", empty).unwrap();
        store.migrate_down(0).unwrap();
    }
}

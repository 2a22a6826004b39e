//! SQLite: one file beside the rest of the data folder.

use std::path::Path;

use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{ToSql, params_from_iter};

use super::connection::{Each, OnDisk};
use super::{Among, Row, StoreError, Value};

pub(super) struct Sqlite(rusqlite::Connection);

impl ToSql for Value {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(match self {
            Self::Number(number) => ToSqlOutput::from(*number),
            Self::Text(text) => ToSqlOutput::from(text.as_str()),
        })
    }
}

/// Immediate: two processes that both mean to write queue here, before either has read.
///
/// What is not flushed at once stands in the log before whatever is written later, and is flushed with that; a power
/// cut takes the end of the log, and never a part of a transaction (<https://sqlite.org/pragma.html#pragma_synchronous>).
pub(super) fn begin_write(on_disk: OnDisk) -> &'static str {
    match on_disk {
        OnDisk::Now => "PRAGMA synchronous = FULL; BEGIN IMMEDIATE",
        OnDisk::WithTheNext => "PRAGMA synchronous = NORMAL; BEGIN IMMEDIATE",
    }
}

impl Sqlite {
    /// Opens the file, making it if it does not exist.
    ///
    /// Commits are on disk when they return, unless whoever writes says that something follows: the journal's promise
    /// (intent before effect) is worth nothing if a power cut can take the intent back.
    pub(super) fn open(path: &Path) -> Result<Self, rusqlite::Error> {
        let connection = rusqlite::Connection::open(path)?;
        protect(path);
        Self::prepare(connection)
    }

    /// A database that lives as long as the value.
    pub(super) fn in_memory() -> Result<Self, rusqlite::Error> {
        Self::prepare(rusqlite::Connection::open_in_memory()?)
    }

    /// The cache (in KiB) holds the steps of a large plan, which are taken in a random order; with the
    /// default of two megabytes most of them were read again for every commit. The log is put into the
    /// file every 128 MiB of pages instead of every four: most pages change many times in between.
    fn prepare(connection: rusqlite::Connection) -> Result<Self, rusqlite::Error> {
        connection.execute_batch(
            "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; \
             PRAGMA foreign_keys = ON; PRAGMA busy_timeout = 10000; \
             PRAGMA cache_size = -65536; PRAGMA wal_autocheckpoint = 32768;",
        )?;
        Ok(Self(connection))
    }

    pub(super) fn each(
        &self,
        what: &'static str,
        sql: &str,
        values: &[Value],
        each: Each<'_>,
    ) -> Result<(), StoreError> {
        let mut statement = self.0.prepare(sql).map_err(failed(what))?;
        rows(what, &mut statement, params_from_iter(values), each)?;
        Ok(())
    }

    /// Asks about one after the other: nothing is sent anywhere, and SQLite would put a list of hundreds into a table
    /// first. All of them are asked about one state, which is entered once.
    pub(super) fn each_among(
        &self,
        what: &'static str,
        asked: Among<'_>,
        among: &[Value],
        each: Each<'_>,
    ) -> Result<(), StoreError> {
        if among.is_empty() {
            return Ok(());
        }
        let view = self
            .0
            .is_autocommit()
            .then(|| self.0.unchecked_transaction());
        let view = view.transpose().map_err(failed(what))?;
        let mut statement = self.0.prepare(&asked.of(1)).map_err(failed(what))?;
        for one in among {
            let values = params_from_iter(asked.first.iter().chain(std::iter::once(one)));
            if !rows(what, &mut statement, values, each)? {
                break;
            }
        }
        drop(statement);
        view.map_or(Ok(()), |view| view.finish().map_err(failed(what)))
    }

    pub(super) fn change(
        &self,
        what: &'static str,
        sql: &str,
        all: impl Iterator<Item: AsRef<[Value]>>,
    ) -> Result<Vec<u64>, StoreError> {
        let mut statement = self.0.prepare(sql).map_err(failed(what))?;
        let mut changed = Vec::with_capacity(all.size_hint().0);
        for values in all {
            let rows = statement
                .execute(params_from_iter(values.as_ref()))
                .map_err(failed(what))?;
            changed.push(rows as u64);
        }
        Ok(changed)
    }

    pub(super) fn batch(&self, what: &'static str, sql: &str) -> Result<(), StoreError> {
        self.0.execute_batch(sql).map_err(failed(what))
    }
}

/// Gives every row to `each`, and says whether it asked for all of them.
fn rows(
    what: &'static str,
    statement: &mut rusqlite::Statement<'_>,
    values: impl rusqlite::Params,
    each: Each<'_>,
) -> Result<bool, StoreError> {
    let columns = statement.column_count();
    let mut rows = statement.query(values).map_err(failed(what))?;
    while let Some(row) = rows.next().map_err(failed(what))? {
        let mut found = Vec::with_capacity(columns);
        for column in 0..columns {
            found.push(match row.get_ref(column).map_err(failed(what))? {
                ValueRef::Integer(number) => Value::Number(number),
                // What has no fault, as all that we write, is looked at in one go.
                ValueRef::Text(text) => Value::Text(match str::from_utf8(text) {
                    Ok(text) => text.to_owned(),
                    Err(_) => String::from_utf8_lossy(text).into_owned(),
                }),
                other => {
                    return Err(StoreError::Corrupt {
                        what: "column",
                        detail: format!("column {column} is {}", other.data_type()),
                    });
                }
            });
        }
        if !each(&mut Row(found))? {
            return Ok(false);
        }
    }
    Ok(true)
}

fn failed(what: &'static str) -> impl FnOnce(rusqlite::Error) -> StoreError {
    move |source| StoreError::Sql {
        what,
        source: Box::new(source),
    }
}

/// Only the owner may read a file that holds other people's data.
#[cfg(unix)]
fn protect(path: &Path) {
    use std::os::unix::fs::PermissionsExt as _;
    // A file system without permissions is the operator's choice, not a reason to stop.
    let _ = std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600));
}

#[cfg(not(unix))]
fn protect(_: &Path) {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::{Store, values};

    /// What is read of the folder's files, whatever SQLite calls them.
    fn holds(folder: &Path, words: &str) -> bool {
        let files = std::fs::read_dir(folder).unwrap();
        files
            .map(|entry| std::fs::read(entry.unwrap().path()).unwrap_or_default())
            .any(|bytes| {
                bytes
                    .windows(words.len())
                    .any(|part| part == words.as_bytes())
            })
    }

    #[test]
    fn what_was_removed_is_on_no_page_any_more() {
        const WORDS: &str = "ann.example@example.org";
        let folder = tempfile::tempdir().unwrap();
        let mut store = Store::open(&folder.path().join("avert.db")).unwrap();
        store
            .write(|transaction| {
                transaction.execute(
                    "write",
                    "INSERT INTO exhibits (hash, kind, body, purged_at) VALUES (?1, '', ?2, '')",
                    &values!["h", WORDS.repeat(400)],
                )
            })
            .unwrap();
        store
            .write(|transaction| {
                transaction.execute("forget", "UPDATE exhibits SET body = ''", &[])
            })
            .unwrap();
        assert!(holds(folder.path(), WORDS), "it stands on unused pages");
        store.compact().unwrap();
        assert!(!holds(folder.path(), WORDS));
    }

    #[test]
    fn what_is_written_at_once_is_flushed_and_what_is_written_soon_is_not() {
        const FULL: i64 = 2;
        const NORMAL: i64 = 1;
        let mut store = Store::in_memory().unwrap();
        let flushes = |transaction: &crate::store::Transaction<'_>| {
            let row = transaction.row("look", "PRAGMA synchronous", &[])?;
            row.unwrap().number(0)
        };
        for _ in 0..2 {
            assert_eq!(store.write_soon(flushes).unwrap(), NORMAL);
            assert_eq!(store.write(flushes).unwrap(), FULL);
        }
    }

    #[test]
    fn a_flush_writes_into_the_log_even_where_nothing_else_does() {
        let folder = tempfile::tempdir().unwrap();
        let mut store = Store::open(&folder.path().join("avert.db")).unwrap();
        let log = || std::fs::metadata(folder.path().join("avert.db-wal")).unwrap();
        for _ in 0..2 {
            let before = log().len();
            store.flush().unwrap();
            assert!(log().len() > before);
        }
    }

    #[test]
    fn what_another_process_still_reads_is_told_to_stand_in_the_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("avert.db");
        let store = Store::open(&path).unwrap();
        let reader = rusqlite::Connection::open(&path).unwrap();
        reader.execute_batch("BEGIN").unwrap();
        let count = "SELECT COUNT(*) FROM journal";
        let rows = |_: &rusqlite::Row<'_>| Ok(());
        reader.query_row(count, [], rows).unwrap();
        // Nobody is waited for here.
        let impatient = "PRAGMA busy_timeout = 0";
        store.connection.batch("hurry", impatient).unwrap();
        let refused = store.compact().unwrap_err();
        assert!(matches!(refused, StoreError::StillRead), "{refused}");
        reader.execute_batch("COMMIT").unwrap();
        store.compact().unwrap();
    }
}

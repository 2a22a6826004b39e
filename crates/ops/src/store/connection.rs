//! One connection, whichever database is behind it. Every statement says what it is for, so that a
//! failure does too.

use std::fmt::Write as _;
use std::ops::Deref;
use std::sync::{Arc, Mutex, MutexGuard, TryLockError};

use super::postgres::Postgres;
use super::sqlite::Sqlite;
use super::{Row, StoreError, Value};

/// What a row that was read means for the reading.
pub(crate) type Each<'a> = &'a mut dyn FnMut(&mut Row) -> Result<bool, StoreError>;

pub(super) enum Backend {
    Sqlite(Sqlite),
    /// Shared with the leases that are held over it.
    Postgres(Arc<Mutex<Postgres>>),
}

/// When what was written is on disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum OnDisk {
    /// Once it is written.
    Now,
    /// Once what is written next is.
    WithTheNext,
}

/// A connection, to read from.
pub(crate) struct Connection {
    pub(super) backend: Backend,
}

impl Connection {
    /// Gives each row to `each`, in the statement's order, until it says `false`. Memory does not grow
    /// with the rows. `each` must not ask the store anything.
    pub(crate) fn each(
        &self,
        what: &'static str,
        sql: &str,
        values: &[Value],
        each: Each<'_>,
    ) -> Result<(), StoreError> {
        match &self.backend {
            Backend::Sqlite(sqlite) => sqlite.each(what, sql, values, each),
            Backend::Postgres(postgres) => locked(postgres).each(what, sql, values, each),
        }
    }

    /// Every row.
    pub(crate) fn rows(
        &self,
        what: &'static str,
        sql: &str,
        values: &[Value],
    ) -> Result<Vec<Row>, StoreError> {
        let mut rows = Vec::new();
        self.each(what, sql, values, &mut |row| {
            rows.push(std::mem::take(row));
            Ok(true)
        })?;
        Ok(rows)
    }

    /// The first row, if there is one.
    pub(crate) fn row(
        &self,
        what: &'static str,
        sql: &str,
        values: &[Value],
    ) -> Result<Option<Row>, StoreError> {
        let mut first = None;
        self.each(what, sql, values, &mut |row| {
            first = Some(std::mem::take(row));
            Ok(false)
        })?;
        Ok(first)
    }

    /// Several statements without values, as migrations and transactions are made of.
    pub(super) fn batch(&self, what: &'static str, sql: &str) -> Result<(), StoreError> {
        match &self.backend {
            Backend::Sqlite(sqlite) => sqlite.batch(what, sql),
            Backend::Postgres(postgres) => locked(postgres).batch(what, sql),
        }
    }

    fn change(
        &self,
        what: &'static str,
        sql: &str,
        values: &mut dyn Iterator<Item = Vec<Value>>,
    ) -> Result<Vec<u64>, StoreError> {
        match &self.backend {
            Backend::Sqlite(sqlite) => sqlite.change(what, sql, values),
            Backend::Postgres(postgres) => locked(postgres).change(what, sql, values),
        }
    }

    /// Begins to write: whoever else means to write waits until this ends.
    pub(super) fn begin_write(&self, on_disk: OnDisk) -> Result<(), StoreError> {
        let what = "begin to write";
        match &self.backend {
            Backend::Sqlite(sqlite) => sqlite.batch(what, super::sqlite::begin_write(on_disk)),
            Backend::Postgres(postgres) => locked(postgres).begin_write(what, on_disk),
        }
    }

    /// Begins to read one state of everything.
    pub(super) fn begin_read(&self) -> Result<(), StoreError> {
        let begin = match &self.backend {
            Backend::Sqlite(_) => "BEGIN DEFERRED",
            Backend::Postgres(_) => super::postgres::BEGIN_READ,
        };
        self.batch("begin to read", begin)
    }

    /// Ends a transaction; all of it happened, or the error says that this is not known.
    pub(super) fn commit(&self) -> Result<(), StoreError> {
        self.batch("write", "COMMIT")
    }

    /// Ends a transaction without a trace. There is nobody to hear of a failure: a connection that
    /// cannot even roll back has been rolled back by the database.
    pub(super) fn roll_back(&self) {
        let what = "roll back";
        let _ = match &self.backend {
            Backend::Sqlite(sqlite) => sqlite.batch(what, "ROLLBACK"),
            Backend::Postgres(postgres) => locked(postgres).roll_back(what),
        };
    }
}

/// The connection for the length of one call. Whoever asks from within an answer would wait for
/// itself.
pub(super) fn locked(postgres: &Mutex<Postgres>) -> MutexGuard<'_, Postgres> {
    match postgres.try_lock() {
        Ok(guard) => guard,
        Err(TryLockError::Poisoned(poisoned)) => poisoned.into_inner(),
        Err(TryLockError::WouldBlock) => {
            panic!("the store is asked from within its own answer")
        }
    }
}

/// A write transaction: what it changes is there for everybody once it ends well.
pub(crate) struct Transaction<'a> {
    pub(super) connection: &'a Connection,
}

impl Deref for Transaction<'_> {
    type Target = Connection;

    fn deref(&self) -> &Connection {
        self.connection
    }
}

impl Transaction<'_> {
    /// Changes something, and says how many rows that were.
    pub(crate) fn execute(
        &self,
        what: &'static str,
        sql: &str,
        values: &[Value],
    ) -> Result<u64, StoreError> {
        let mut once = std::iter::once(values.to_vec());
        let changed = self.connection.change(what, sql, &mut once)?;
        Ok(changed.first().copied().unwrap_or(0))
    }

    /// Changes something where nobody asks how many rows that were. On PostgreSQL it travels with the
    /// next statement, whose error a failure of it is.
    pub(crate) fn put(
        &self,
        what: &'static str,
        sql: &str,
        values: &[Value],
    ) -> Result<(), StoreError> {
        match &self.connection.backend {
            Backend::Sqlite(_) => self.execute(what, sql, values).map(drop),
            Backend::Postgres(postgres) => {
                locked(postgres).change_later(what, sql, values.to_vec())
            }
        }
    }

    /// The same statement for many values, and how many rows each changed, in their order. On
    /// PostgreSQL they travel together: one wait for all of them.
    pub(crate) fn execute_all(
        &self,
        what: &'static str,
        sql: &str,
        values: impl IntoIterator<Item = Vec<Value>>,
    ) -> Result<Vec<u64>, StoreError> {
        self.connection.change(what, sql, &mut values.into_iter())
    }

    /// The same, and the values stay with whoever asks.
    pub(crate) fn execute_rows(
        &self,
        what: &'static str,
        sql: &str,
        rows: &[Vec<Value>],
    ) -> Result<Vec<u64>, StoreError> {
        match &self.connection.backend {
            Backend::Sqlite(sqlite) => sqlite.change(what, sql, rows.iter()),
            Backend::Postgres(postgres) => {
                locked(postgres).change(what, sql, &mut rows.iter().cloned())
            }
        }
    }

    /// The same change for many rows, no two of which may meet the same one, and how many were met.
    /// On PostgreSQL many rows are one statement.
    pub(crate) fn update_all(
        &self,
        what: &'static str,
        update: &Update,
        rows: Vec<Vec<Value>>,
    ) -> Result<u64, StoreError> {
        let Some(first) = rows.first().cloned() else {
            return Ok(0);
        };
        let changed = match &self.connection.backend {
            Backend::Sqlite(sqlite) => sqlite.change(what, &update.one(), &mut rows.into_iter())?,
            Backend::Postgres(postgres) => {
                locked(postgres).update_all(what, &|count| update.many(&first, count), rows)?
            }
        };
        Ok(changed.iter().sum())
    }

    /// Inserts rows into a table, given as `name (column, …)`. On PostgreSQL many rows are one
    /// statement, which travels with the next.
    pub(crate) fn insert_all(
        &self,
        what: &'static str,
        into: &str,
        rows: impl IntoIterator<Item = Vec<Value>>,
    ) -> Result<(), StoreError> {
        let mut rows = rows.into_iter().peekable();
        let Some(columns) = rows.peek().map(Vec::len) else {
            return Ok(());
        };
        match &self.connection.backend {
            Backend::Sqlite(sqlite) => sqlite
                .change(what, &insert(into, columns, 1), &mut rows)
                .map(drop),
            Backend::Postgres(postgres) => locked(postgres).insert_later(
                what,
                &|count| insert(into, columns, count),
                &mut rows,
            ),
        }
    }
}

/// One change for many rows: `?1`, `?2` … are the values of each.
pub(crate) struct Update {
    /// The table.
    pub(crate) table: &'static str,
    /// What follows SET.
    pub(crate) set: &'static str,
    /// What follows WHERE.
    pub(crate) matching: &'static str,
}

impl Update {
    /// For one row.
    fn one(&self) -> String {
        let Self {
            table,
            set,
            matching,
        } = self;
        format!("UPDATE {table} SET {set} WHERE {matching}")
    }

    /// For as many rows as are given, all with values of the same types as this one.
    fn many(&self, row: &[Value], rows: usize) -> String {
        let names: Vec<String> = (1..=row.len()).map(|column| format!("v{column}")).collect();
        let mut sql = format!(
            "UPDATE {} SET {} FROM (VALUES ",
            self.table,
            named(self.set)
        );
        for index in 0..rows {
            sql.push_str(if index == 0 { "(" } else { ", (" });
            for (column, value) in row.iter().enumerate() {
                let comma = if column == 0 { "" } else { ", " };
                let number = index * row.len() + column + 1;
                let of = match value {
                    Value::Number(_) => "BIGINT",
                    Value::Text(_) => "TEXT",
                };
                write!(sql, "{comma}CAST(?{number} AS {of})").expect("a string takes everything");
            }
            sql.push(')');
        }
        let matching = named(self.matching);
        write!(sql, ") AS new ({}) WHERE {matching}", names.join(", "))
            .expect("a string takes everything");
        sql
    }
}

/// Marks as the columns of the new rows.
fn named(sql: &str) -> String {
    sql.replace('?', "new.v")
}

/// The statement that inserts so many rows.
fn insert(into: &str, columns: usize, rows: usize) -> String {
    let mut sql = format!("INSERT INTO {into} VALUES ");
    for row in 0..rows {
        sql.push_str(if row == 0 { "(" } else { ", (" });
        for column in 1..=columns {
            let comma = if column == 1 { "" } else { ", " };
            write!(sql, "{comma}?{}", row * columns + column).expect("a string takes everything");
        }
        sql.push(')');
    }
    sql
}

/// One state of everything, however much is read.
pub(crate) struct View<'a> {
    pub(super) connection: &'a Connection,
}

impl Deref for View<'_> {
    type Target = Connection;

    fn deref(&self) -> &Connection {
        self.connection
    }
}

impl Drop for View<'_> {
    fn drop(&mut self) {
        self.connection.roll_back();
    }
}

//! One connection, whichever database is behind it. Every statement says what it is for, so that a
//! failure does too.

use std::ops::Deref;
use std::sync::{Arc, Mutex, MutexGuard, TryLockError};

use super::postgres::Postgres;
use super::sqlite::Sqlite;
use super::{Row, StoreError, Value};

/// What a row that was read means for the reading.
pub(crate) type Each<'a> = &'a mut dyn FnMut(&Row) -> Result<bool, StoreError>;

pub(super) enum Backend {
    Sqlite(Sqlite),
    /// Shared with the leases that are held over it.
    Postgres(Arc<Mutex<Postgres>>),
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
            rows.push(row.clone());
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
            first = Some(row.clone());
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
    pub(super) fn begin_write(&self) -> Result<(), StoreError> {
        let begin = match &self.backend {
            // Immediate: two processes that both mean to write queue here, before either has read.
            Backend::Sqlite(_) => "BEGIN IMMEDIATE",
            Backend::Postgres(_) => super::postgres::BEGIN_WRITE,
        };
        self.batch("begin to write", begin)
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
        let _ = self.batch("roll back", "ROLLBACK");
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

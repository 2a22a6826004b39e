//! The store: one SQLite file, in portable SQL.
//!
//! It owns the connection, the schema and its migrations, and nothing of what the rows mean. The
//! statements use what SQLite and PostgreSQL share (TEXT, BIGINT, no rowids, no affinity tricks), so
//! that another database is another connection and not another code path.

mod schema;

use std::fs::{self, File, TryLockError};
use std::path::{Path, PathBuf};

use avert_model::Explain;
use rusqlite::{Connection, Transaction, TransactionBehavior};

/// The open store.
pub struct Store {
    connection: Connection,
    /// Where the locks are; a store in memory has one user and needs none.
    locks: Option<PathBuf>,
}

/// One plan or list, held by whoever works on it. Let go when dropped, and by the operating system
/// when the process ends, however it ends.
pub(crate) struct Held {
    _file: Option<File>,
}

impl Store {
    /// Opens the file, making it if it does not exist, and brings its schema up to date.
    ///
    /// Commits are on disk when they return: the journal's promise (intent before effect) is worth
    /// nothing if a power cut can take the intent back.
    pub fn open(path: &Path) -> Result<Self, StoreError> {
        let open = |source| StoreError::Open {
            path: path.to_owned(),
            source,
        };
        let connection = Connection::open(path).map_err(open)?;
        protect(path);
        let mut store = Self::prepare(connection).map_err(|error| match error {
            StoreError::Sql { source, .. } => open(source),
            other => other,
        })?;
        store.locks = Some(path.with_file_name("locks"));
        Ok(store)
    }

    /// A store that lives as long as the value; for tests and dry runs.
    pub fn in_memory() -> Result<Self, StoreError> {
        Self::prepare(Connection::open_in_memory().map_err(sql("open a store in memory"))?)
    }

    fn prepare(mut connection: Connection) -> Result<Self, StoreError> {
        connection
            .execute_batch(
                "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; \
                 PRAGMA foreign_keys = ON; PRAGMA busy_timeout = 10000;",
            )
            .map_err(sql("set up the store"))?;
        schema::migrate(&mut connection)?;
        Ok(Self {
            connection,
            locks: None,
        })
    }

    /// Runs `change` in one transaction: all of it happens, or none.
    pub(crate) fn write<T, E: From<StoreError>>(
        &mut self,
        change: impl FnOnce(&Transaction<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        // Immediate: two processes that both mean to write queue here, before either has read.
        let transaction = self
            .connection
            .transaction_with_behavior(TransactionBehavior::Immediate)
            .map_err(sql("begin to write"))?;
        let value = change(&transaction)?;
        transaction.commit().map_err(sql("write"))?;
        Ok(value)
    }

    /// A number that no other store has.
    pub(crate) fn identity(&self) -> Result<String, StoreError> {
        self.connection
            .query_row("SELECT id FROM store_identity WHERE one = 1", [], |row| {
                row.get(0)
            })
            .map_err(sql("read its name"))
    }

    /// One state of everything, however much is read: what others write meanwhile is not seen.
    pub(crate) fn view(&self) -> Result<Transaction<'_>, StoreError> {
        self.connection
            .unchecked_transaction()
            .map_err(sql("begin to read"))
    }

    /// Holds a plan or list, unless another process does.
    pub(crate) fn hold(&self, subject: &str) -> Result<Option<Held>, StoreError> {
        let Some((path, file)) = self.lock_file(subject)? else {
            return Ok(Some(Held { _file: None }));
        };
        match file.try_lock() {
            Ok(()) => Ok(Some(Held { _file: Some(file) })),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(source)) => Err(StoreError::Lock { path, source }),
        }
    }

    /// Holds a plan or list as soon as whoever holds it lets go.
    pub(crate) fn wait_for(&self, subject: &str) -> Result<Held, StoreError> {
        let Some((path, file)) = self.lock_file(subject)? else {
            return Ok(Held { _file: None });
        };
        file.lock()
            .map_err(|source| StoreError::Lock { path, source })?;
        Ok(Held { _file: Some(file) })
    }

    fn lock_file(&self, subject: &str) -> Result<Option<(PathBuf, File)>, StoreError> {
        let Some(folder) = &self.locks else {
            return Ok(None);
        };
        let path = folder.join(subject);
        let opened = fs::create_dir_all(folder).and_then(|()| {
            File::options()
                .create(true)
                .truncate(false)
                .write(true)
                .open(&path)
        });
        match opened {
            Ok(file) => Ok(Some((path, file))),
            Err(source) => Err(StoreError::Lock { path, source }),
        }
    }

    /// The connection, to read from.
    pub(crate) fn read(&self) -> &Connection {
        &self.connection
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

/// Names what was being done when SQLite failed.
pub(crate) fn sql(what: &'static str) -> impl FnOnce(rusqlite::Error) -> StoreError {
    move |source| StoreError::Sql { what, source }
}

/// Reads a stored value; one that does not parse means that the file was altered from outside.
pub(crate) fn parse<T: std::str::FromStr>(what: &'static str, text: &str) -> Result<T, StoreError>
where
    T::Err: std::fmt::Display,
{
    text.parse().map_err(|error: T::Err| StoreError::Corrupt {
        what,
        detail: error.to_string(),
    })
}

/// Reads a stored JSON value.
pub(crate) fn from_json<T: serde::de::DeserializeOwned>(
    what: &'static str,
    text: &str,
) -> Result<T, StoreError> {
    serde_json::from_str(text).map_err(|error| StoreError::Corrupt {
        what,
        detail: error.to_string(),
    })
}

/// Writes a value as JSON.
pub(crate) fn to_json<T: serde::Serialize>(value: &T) -> String {
    serde_json::to_string(value).expect("the stored types have string keys and finite numbers")
}

/// A number of the domain, as SQL holds it.
pub(crate) fn number(value: u64) -> i64 {
    i64::try_from(value).expect("ids and counts stay far below 2^63")
}

/// A number as SQL holds it, in the domain.
pub(crate) fn unsigned(what: &'static str, value: i64) -> Result<u64, StoreError> {
    u64::try_from(value).map_err(|_| StoreError::Corrupt {
        what,
        detail: format!("{value} is below nought"),
    })
}

/// Why the store could not be read or written. Nothing is half written.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The file could not be opened.
    #[error("the store {} cannot be opened", path.display())]
    Open {
        /// The file.
        path: PathBuf,
        /// What SQLite said.
        #[source]
        source: rusqlite::Error,
    },
    /// A lock could not be taken or asked for.
    #[error("{} cannot be locked", path.display())]
    Lock {
        /// The lock's file.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
    /// A statement failed.
    #[error("the store could not {what}")]
    Sql {
        /// What was being done.
        what: &'static str,
        /// What SQLite said.
        #[source]
        source: rusqlite::Error,
    },
    /// A value in the store is none that Avert writes.
    #[error("the store holds a {what} that cannot be read: {detail}")]
    Corrupt {
        /// What it should be.
        what: &'static str,
        /// Why it is not.
        detail: String,
    },
    /// A newer Avert wrote the file.
    #[error("the store has schema {found}, and this version of Avert knows schemas up to {known}")]
    Newer {
        /// The file's schema.
        found: i64,
        /// The newest known.
        known: i64,
    },
}

impl Explain for StoreError {
    fn code(&self) -> &'static str {
        match self {
            Self::Open { .. } => "store/open",
            Self::Lock { .. } => "store/lock",
            Self::Sql { .. } => "store/failed",
            Self::Corrupt { .. } => "store/corrupt",
            Self::Newer { .. } => "store/newer",
        }
    }

    fn hint(&self) -> Option<String> {
        Some(match self {
            Self::Open { .. } => "is the file avert.db of this data folder, and may you write there?".into(),
            Self::Lock { .. } => "may you write there, and does the file system know locks?".into(),
            Self::Sql { .. } => "is the disk full, or another process holding the store? nothing was half written; try again".into(),
            Self::Corrupt { .. } => "the file was altered from outside: `avert journal verify` says from where on; restore a copy".into(),
            Self::Newer { .. } => "use the newer Avert for this data folder".into(),
        })
    }
}

//! The store: SQLite in a file, or PostgreSQL by its address, in SQL that both understand.
//!
//! It owns the connection, the schema and its migrations, who may work on what, and nothing of what
//! the rows mean. The statements use what both databases share (TEXT, BIGINT, no rowids, no affinity
//! tricks), so that another database is another connection and not another code path.

mod among;
mod connection;
mod lease;
mod postgres;
mod schema;
mod sqlite;
mod value;

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use avert_model::{Explain, Outcome};

pub(crate) use self::among::Among;
use self::connection::{Backend, OnDisk};
pub(crate) use self::connection::{Connection, Transaction, Update, View};
pub(crate) use self::lease::Held;
use self::postgres::Postgres;
pub use self::schema::NEWEST;
use self::sqlite::Sqlite;
pub(crate) use self::value::{Row, Value, values};

/// The open store.
pub struct Store {
    connection: Connection,
    /// Where the locks are; a store in memory has one user and needs none, PostgreSQL has its own.
    locks: Option<PathBuf>,
}

impl Store {
    /// Opens SQLite's file, making it if it does not exist, and brings its schema up to date.
    pub fn open(path: &Path) -> Result<Self, StoreError> {
        let sqlite = Sqlite::open(path).map_err(|source| StoreError::Open {
            path: path.to_owned(),
            source: Box::new(source),
        })?;
        let mut store = Self::prepare(Backend::Sqlite(sqlite)).map_err(|error| match error {
            StoreError::Sql { source, .. } => StoreError::Open {
                path: path.to_owned(),
                source,
            },
            other => other,
        })?;
        store.locks = Some(path.with_file_name("locks"));
        Ok(store)
    }

    /// Connects to PostgreSQL at an address such as `postgres://avert@db.example.org/avert`, and brings
    /// the schema up to date. The address may hold the password; one that is given besides wins.
    pub fn connect(url: &str, password: Option<&str>) -> Result<Self, StoreError> {
        let postgres = Postgres::connect(url, password).map_err(|source| StoreError::Connect {
            database: postgres::told(url),
            source,
        })?;
        Self::prepare(Backend::Postgres(Arc::new(Mutex::new(postgres))))
    }

    /// A store that lives as long as the value; for tests and dry runs.
    pub fn in_memory() -> Result<Self, StoreError> {
        let sqlite = Sqlite::in_memory().map_err(|source| StoreError::Sql {
            what: "open a store in memory",
            source: Box::new(source),
        })?;
        Self::prepare(Backend::Sqlite(sqlite))
    }

    fn prepare(backend: Backend) -> Result<Self, StoreError> {
        let mut store = Self {
            connection: Connection { backend },
            locks: None,
        };
        store.migrate_up()?;
        Ok(store)
    }

    /// Runs `change` in one transaction: all of it happens, or none. What it changed is on disk when this returns, with
    /// all that was written before; where it changed nothing, [`Store::flush`] has that on disk.
    pub(crate) fn write<T, E: From<StoreError>>(
        &mut self,
        change: impl FnOnce(&Transaction<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        self.write_until(OnDisk::Now, change)
    }

    /// The same for what can be done again, or is worth nothing without what is written next: it is on disk once that
    /// is. Should the power go before, neither happened; whatever was written before this is there.
    pub(crate) fn write_soon<T, E: From<StoreError>>(
        &mut self,
        change: impl FnOnce(&Transaction<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        self.write_until(OnDisk::WithTheNext, change)
    }

    /// Has on disk whatever was written so far, by whomever.
    pub fn flush(&mut self) -> Result<(), StoreError> {
        self.write(|transaction| {
            // A transaction that leaves every byte as it was flushes nothing.
            let other = "UPDATE store_flushes SET times = times + 1";
            transaction.execute("have everything on disk", other, &[])?;
            Ok(())
        })
    }

    fn write_until<T, E: From<StoreError>>(
        &mut self,
        on_disk: OnDisk,
        change: impl FnOnce(&Transaction<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        self.connection.begin_write(on_disk)?;
        let undo = Undo(&self.connection);
        let value = change(&Transaction {
            connection: &self.connection,
        })?;
        self.connection.commit()?;
        std::mem::forget(undo);
        Ok(value)
    }

    /// Gives back the room of what was removed, and of SQLite's file every byte of it: there, what was
    /// overwritten stands on unused pages until this. PostgreSQL uses the room again; what of it stays
    /// in backups and its log is its operator's.
    pub fn compact(&self) -> Result<(), StoreError> {
        let what = "compact itself";
        self.connection.batch(what, "VACUUM")?;
        if let Backend::Sqlite(_) = &self.connection.backend {
            // It says in a row, not by an error, that somebody still reads what was there before.
            let sql = "PRAGMA wal_checkpoint(TRUNCATE)";
            let ended = self.connection.row(what, sql, &[])?;
            if ended.map_or(Ok(1), |row| row.number(0))? != 0 {
                return Err(StoreError::StillRead);
            }
        }
        Ok(())
    }

    /// A number that no other store has.
    pub(crate) fn identity(&self) -> Result<String, StoreError> {
        let found = self.connection.row(
            "read its name",
            "SELECT id FROM store_identity WHERE one = 1",
            &[],
        )?;
        found
            .ok_or_else(|| StoreError::Corrupt {
                what: "name of its own",
                detail: "there is none".into(),
            })?
            .text(0)
    }

    /// One state of everything, however much is read: what others write meanwhile is not seen.
    pub(crate) fn view(&self) -> Result<View<'_>, StoreError> {
        self.connection.begin_read()?;
        Ok(View {
            connection: &self.connection,
        })
    }

    /// Which database it is in.
    pub fn backend(&self) -> &'static str {
        match &self.connection.backend {
            Backend::Sqlite(_) => "SQLite",
            Backend::Postgres(_) => "PostgreSQL",
        }
    }

    /// The connection, to read from.
    pub(crate) fn read(&self) -> &Connection {
        &self.connection
    }
}

/// Rolls back a change that broke off, by an error or a panic.
struct Undo<'a>(&'a Connection);

impl Drop for Undo<'_> {
    fn drop(&mut self) {
        self.0.roll_back();
    }
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

/// `?FROM, ?FROM+1 …`, so many.
pub(crate) fn places(from: usize, count: usize) -> String {
    let mut places = String::with_capacity(count * 6);
    for place in from..from + count {
        let comma = if place == from { "" } else { ", " };
        write!(places, "{comma}?{place}").expect("a string takes everything");
    }
    places
}

/// So many ids are asked for in one statement.
pub(crate) const ASKED_TOGETHER: usize = 500;

/// What a database's driver said.
pub type Source = Box<dyn std::error::Error + Send + Sync>;

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
        source: Source,
    },
    /// The database could not be reached.
    #[error("the database {database} cannot be reached")]
    Connect {
        /// Its name and host.
        database: String,
        /// What stands in the way.
        #[source]
        source: Source,
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
        /// What the database said.
        #[source]
        source: Source,
    },
    /// The connection to the database broke: what was being written is there wholly or not at all,
    /// and which of the two is seen by looking again.
    #[error("the connection to the database broke when the store would {what}")]
    Lost {
        /// What was being done.
        what: &'static str,
        /// What the driver said.
        #[source]
        source: Source,
    },
    /// Another process reads what was there before, so what was removed still stands in the file.
    #[error("what was removed still stands in the store's file: another process is reading it")]
    StillRead,
    /// A value in the store is none that Avert writes.
    #[error("the store holds a {what} that cannot be read: {detail}")]
    Corrupt {
        /// What it should be.
        what: &'static str,
        /// Why it is not.
        detail: String,
    },
    /// A newer Avert wrote the store.
    #[error("the store has schema {found}, and this version of Avert knows schemas up to {known}")]
    Newer {
        /// The store's schema.
        found: i64,
        /// The newest known.
        known: i64,
    },
    /// A step back would take away what the older schema has no place for.
    #[error("schema {version} has no place for what is in {table}")]
    WouldLose {
        /// The schema asked for.
        version: i64,
        /// A table that holds rows, or a column that says something.
        table: &'static str,
    },
}

impl Explain for StoreError {
    fn code(&self) -> &'static str {
        match self {
            Self::Open { .. } => "store/open",
            Self::Connect { .. } => "store/connect",
            Self::Lock { .. } => "store/lock",
            Self::Sql { .. } => "store/failed",
            Self::Lost { .. } => "store/lost",
            Self::StillRead => "store/still-read",
            Self::Corrupt { .. } => "store/corrupt",
            Self::Newer { .. } => "store/newer",
            Self::WouldLose { .. } => "store/would-lose",
        }
    }

    fn hint(&self) -> Option<String> {
        Some(match self {
            Self::Open { .. } => "is the file avert.db of this data folder, and may you write there?".into(),
            Self::Connect { .. } => "is PostgreSQL running there, and are user, password and database right?".into(),
            Self::Lock { .. } => "may you write there, and does the file system know locks?".into(),
            Self::Sql { .. } => "is the disk full, or another process holding the store? nothing was half written; try again".into(),
            Self::Lost { .. } => "nothing was half written; look at what is there once the database is back, and go on".into(),
            Self::StillRead => "stop the other process, and purge again: nothing else is left to do".into(),
            Self::Corrupt { .. } => "the store was altered from outside: `avert journal verify` says from where on; restore a copy".into(),
            Self::Newer { .. } => "use the newer Avert for this store".into(),
            Self::WouldLose { .. } => "keep the schema, or make a copy of the store and remove it there yourself".into(),
        })
    }

    fn outcome(&self) -> Outcome {
        match self {
            Self::WouldLose { .. } => Outcome::Refused,
            Self::Lost { .. } => Outcome::PartWay {
                resume: "avert journal show --last 5".into(),
            },
            Self::StillRead => Outcome::PartWay {
                resume: "avert --as OPERATOR purge CASE --execute".into(),
            },
            _ => Outcome::NothingChanged,
        }
    }
}

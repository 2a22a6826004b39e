//! Leases: who works on a plan or list. Let go when dropped, and when the process ends, however it
//! ends; so there is no time after which one runs out, and no clock that two servers must share.
//!
//! Beside SQLite's file it is a lock of the operating system; on PostgreSQL it is a lock of the
//! session, which the database lets go when the connection is gone. Whoever lost the connection lost
//! the means to write as well, and goes no further beside the next holder than to ask for what it had
//! written the intent of; that is why whoever comes next looks before it acts.

use std::fs::{self, File, TryLockError};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use super::connection::{Backend, locked};
use super::postgres::Postgres;
use super::{Store, StoreError, Value};

/// One plan or list, held by whoever works on it.
pub(crate) enum Held {
    /// A store in memory has one user.
    Alone,
    /// Unlocked when closed.
    File(#[expect(dead_code, reason = "held, not read")] File),
    Session(#[expect(dead_code, reason = "held, not read")] Session),
}

/// A lock of a database session.
pub(crate) struct Session {
    postgres: Arc<Mutex<Postgres>>,
    subject: String,
}

impl Drop for Session {
    fn drop(&mut self) {
        let values = [Value::from(self.subject.as_str())];
        // Where the connection is gone, so is the lock.
        let _ = locked(&self.postgres).each(
            "let go of a plan or list",
            "SELECT CASE WHEN pg_advisory_unlock(hashtext(current_schema()), hashtext(?1)) \
             THEN 1 ELSE 0 END",
            &values,
            &mut |_| Ok(true),
        );
    }
}

impl Store {
    /// Holds a plan or list, unless another process does.
    pub(crate) fn hold(&self, subject: &str) -> Result<Option<Held>, StoreError> {
        if let Backend::Postgres(postgres) = &self.connection.backend {
            return take(
                postgres,
                subject,
                "SELECT CASE WHEN pg_try_advisory_lock(hashtext(current_schema()), hashtext(?1)) \
                 THEN 1 ELSE 0 END",
            );
        }
        let Some(folder) = &self.locks else {
            return Ok(Some(Held::Alone));
        };
        let (path, file) = lock_file(folder, subject)?;
        match file.try_lock() {
            Ok(()) => Ok(Some(Held::File(file))),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(source)) => Err(StoreError::Lock { path, source }),
        }
    }

    /// Holds a plan or list as soon as whoever holds it lets go.
    pub(crate) fn wait_for(&self, subject: &str) -> Result<Held, StoreError> {
        if let Backend::Postgres(postgres) = &self.connection.backend {
            // The lock's function gives nothing; counting what it gives is a number.
            let taken = take(
                postgres,
                subject,
                "SELECT COUNT(*) FROM (SELECT pg_advisory_lock(hashtext(current_schema()), \
                 hashtext(?1))) AS taken",
            )?;
            return Ok(taken.expect("waiting ends with the lock"));
        }
        let Some(folder) = &self.locks else {
            return Ok(Held::Alone);
        };
        let (path, file) = lock_file(folder, subject)?;
        file.lock()
            .map_err(|source| StoreError::Lock { path, source })?;
        Ok(Held::File(file))
    }
}

fn take(
    postgres: &Arc<Mutex<Postgres>>,
    subject: &str,
    sql: &str,
) -> Result<Option<Held>, StoreError> {
    let mut taken = false;
    locked(postgres).each(
        "hold a plan or list",
        sql,
        &[Value::from(subject)],
        &mut |row| {
            taken = row.number(0)? == 1;
            Ok(true)
        },
    )?;
    Ok(taken.then(|| {
        Held::Session(Session {
            postgres: Arc::clone(postgres),
            subject: subject.to_owned(),
        })
    }))
}

fn lock_file(folder: &Path, subject: &str) -> Result<(PathBuf, File), StoreError> {
    let path = folder.join(subject);
    let opened = fs::create_dir_all(folder).and_then(|()| {
        File::options()
            .create(true)
            .truncate(false)
            .write(true)
            .open(&path)
    });
    match opened {
        Ok(file) => Ok((path, file)),
        Err(source) => Err(StoreError::Lock { path, source }),
    }
}

//! Turns of those in one process who write to the same file. SQLite lets whoever finds another writing sleep for a while,
//! and longer each time, whether or not the other has ended; here the next begins at once.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

/// The turns of everybody who has a file open.
static TURNS: Mutex<BTreeMap<PathBuf, Weak<Mutex<()>>>> = Mutex::new(BTreeMap::new());

/// Where writers of one file wait for each other.
pub(super) struct Turn(Arc<Mutex<()>>);

impl Turn {
    /// That of this file, which exists.
    pub(super) fn of(file: &Path) -> Self {
        let file = file.canonicalize().unwrap_or_else(|_| file.to_owned());
        let mut turns = locked(&TURNS);
        turns.retain(|_, turn| turn.strong_count() > 0);
        if let Some(turn) = turns.get(&file).and_then(Weak::upgrade) {
            return Self(turn);
        }
        let turn = Arc::new(Mutex::new(()));
        turns.insert(file, Arc::downgrade(&turn));
        Self(turn)
    }

    /// Waits for it. What is held lies in the database: whoever came to a bad end before leaves nothing behind.
    pub(super) fn wait(&self) -> MutexGuard<'_, ()> {
        locked(&self.0)
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_opens_the_same_file_waits_for_the_same_turn_and_nobody_for_that_of_another() {
        let folder = tempfile::tempdir().unwrap();
        let file = |name: &str| {
            let path = folder.path().join(name);
            std::fs::write(&path, "").unwrap();
            path
        };
        let one = Turn::of(&file("one.db"));
        let same = Turn::of(&folder.path().join(".").join("one.db"));
        let other = Turn::of(&file("other.db"));
        let held = one.wait();
        assert!(same.0.try_lock().is_err());
        assert!(other.0.try_lock().is_ok());
        drop(held);
        assert!(same.0.try_lock().is_ok());
    }
}

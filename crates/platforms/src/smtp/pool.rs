//! Connections that are kept open between mails, never more than so many.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use avert_model::Timestamp;

/// How long a connection may lie unused before it is closed. Servers hang up after a few minutes and
/// firewalls forget silently, sooner; asking with NOOP would not tell more than the next mail does,
/// which is tried once more on a new connection anyway.
const IDLE_SECONDS: i64 = 30;

/// At most `at_once` connections, lent out one by one.
pub(super) struct Pool<T> {
    state: Mutex<State<T>>,
    freed: Condvar,
    at_once: usize,
}

struct State<T> {
    /// The one used last stands last, and is lent first: the others may grow old and be closed.
    idle: Vec<(T, Timestamp)>,
    /// How many places are lent out. A new connection is made only when none is idle, so that those
    /// lent out and those idle are never more than `at_once` together.
    lent: usize,
}

/// The right to have one connection open. Dropping it makes room for another.
pub(super) struct Place<'a, T>(&'a Pool<T>);

/// What a caller gets with its place.
pub(super) struct Lent<'a, T> {
    pub(super) place: Place<'a, T>,
    /// A connection that others have used; `None` where a new one has to be made.
    pub(super) used: Option<T>,
    /// Those that lay unused for too long: the caller closes them, outside the pool's lock.
    pub(super) expired: Vec<T>,
}

impl<T> Pool<T> {
    pub(super) fn new(at_once: usize) -> Self {
        Self {
            state: Mutex::new(State {
                idle: Vec::new(),
                lent: 0,
            }),
            freed: Condvar::new(),
            at_once,
        }
    }

    /// Waits until a connection may be used.
    pub(super) fn take(&self, now: Timestamp) -> Lent<'_, T> {
        let mut state = self
            .freed
            .wait_while(self.state(), |state| state.lent >= self.at_once)
            .unwrap_or_else(PoisonError::into_inner);
        let (usable, expired) =
            std::mem::take(&mut state.idle)
                .into_iter()
                .partition(|(_, since)| {
                    // A clock that was set back tells nothing.
                    (0..IDLE_SECONDS).contains(&now.duration_since(*since).as_secs())
                });
        state.idle = usable;
        let used = state.idle.pop().map(|(connection, _)| connection);
        state.lent += 1;
        Lent {
            place: Place(self),
            used,
            expired: expired.into_iter().map(|(old, _)| old).collect(),
        }
    }

    /// Every connection that is idle, for whoever closes them at the end.
    pub(super) fn drain(&self) -> Vec<T> {
        let idle = std::mem::take(&mut self.state().idle);
        idle.into_iter().map(|(connection, _)| connection).collect()
    }

    /// No caller leaves the state half changed, so what a panicking thread left is sound.
    fn state(&self) -> MutexGuard<'_, State<T>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<T> Place<'_, T> {
    /// Gives a connection back whose conversation ended cleanly.
    pub(super) fn give_back(self, connection: T, now: Timestamp) {
        self.0.state().idle.push((connection, now));
    }
}

impl<T> Drop for Place<'_, T> {
    fn drop(&mut self) {
        self.0.state().lent -= 1;
        self.0.freed.notify_one();
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    #[test]
    fn the_connection_used_last_is_lent_first() {
        let pool = Pool::new(2);
        let (one, two) = (pool.take(at(0)), pool.take(at(0)));
        assert_eq!((one.used, two.used), (None, None));
        one.place.give_back("one", at(1));
        two.place.give_back("two", at(2));
        assert_eq!(pool.take(at(3)).used, Some("two"));
    }

    #[test]
    fn one_that_lay_unused_for_long_is_not_lent() {
        let pool = Pool::new(1);
        pool.take(at(0)).place.give_back("old", at(1_000));
        let lent = pool.take(at(1_000 + IDLE_SECONDS));
        assert_eq!((lent.used, lent.expired), (None, vec!["old"]));
        lent.place.give_back("from the future", at(5_000));
        let lent = pool.take(at(4_999));
        assert_eq!((lent.used, lent.expired), (None, vec!["from the future"]));
    }

    #[test]
    fn whoever_finds_every_place_taken_waits_for_one() {
        let pool = Pool::<&str>::new(1);
        let lent = pool.take(at(0));
        let (asked, heard) = mpsc::channel();
        std::thread::scope(|scope| {
            scope.spawn(|| {
                asked.send(()).unwrap();
                assert_eq!(pool.take(at(0)).used, Some("mine"));
            });
            heard.recv().unwrap();
            lent.place.give_back("mine", at(0));
        });
    }

    #[test]
    fn a_connection_that_broke_leaves_its_place() {
        let pool = Pool::<&str>::new(1);
        drop(pool.take(at(0)));
        assert_eq!(pool.take(at(0)).used, None);
    }
}

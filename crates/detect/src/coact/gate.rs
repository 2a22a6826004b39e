//! Where the threads of a process wait for each other, unless one of them is gone.

use std::sync::{Condvar, Mutex, PoisonError};

/// A barrier that opens for good once somebody has left for ever.
pub(super) struct Gate {
    threads: usize,
    state: Mutex<State>,
    opened: Condvar,
}

#[derive(Default)]
struct State {
    waiting: usize,
    round: u64,
    broken: bool,
}

impl Gate {
    pub(super) fn new(threads: usize) -> Self {
        Self {
            threads,
            state: Mutex::default(),
            opened: Condvar::new(),
        }
    }

    /// Waits for all others; one of them, the last, is told to lead. Nobody leads when somebody is
    /// gone.
    pub(super) fn wait(&self) -> bool {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.waiting += 1;
        if state.waiting == self.threads {
            state.waiting = 0;
            state.round += 1;
            self.opened.notify_all();
            return !state.broken;
        }
        let round = state.round;
        while state.round == round && !state.broken {
            state = self
                .opened
                .wait(state)
                .unwrap_or_else(PoisonError::into_inner);
        }
        false
    }

    /// Held while a thread is at work: if it panics, nobody waits for it.
    pub(super) fn guard(&self) -> Guard<'_> {
        Guard(self)
    }
}

/// Opens the gate for good when its thread panics.
pub(super) struct Guard<'a>(&'a Gate);

impl Drop for Guard<'_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            let mut state = self.0.state.lock().unwrap_or_else(PoisonError::into_inner);
            state.broken = true;
            self.0.opened.notify_all();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::thread;

    use super::*;

    #[test]
    fn everybody_waits_and_one_leads() {
        let gate = Gate::new(3);
        let (arrived, leaders) = (AtomicUsize::new(0), AtomicUsize::new(0));
        thread::scope(|scope| {
            for _ in 0..3 {
                scope.spawn(|| {
                    for round in 1..=5 {
                        arrived.fetch_add(1, Ordering::SeqCst);
                        leaders.fetch_add(usize::from(gate.wait()), Ordering::SeqCst);
                        assert!(arrived.load(Ordering::SeqCst) >= 3 * round);
                        gate.wait();
                    }
                });
            }
        });
        assert_eq!(leaders.load(Ordering::SeqCst), 5);
    }

    #[test]
    fn nobody_waits_for_a_thread_that_panicked() {
        let gate = Gate::new(2);
        thread::scope(|scope| {
            let gone = scope.spawn(|| {
                let _guard = gate.guard();
                panic!("as the test wants");
            });
            assert!(!gate.wait());
            assert!(gone.join().is_err());
        });
        assert!(!gate.wait());
    }
}

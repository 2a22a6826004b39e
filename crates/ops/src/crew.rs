//! Workers that ask the outside, and the one who gives them work and writes down what came of it.
//!
//! Only the coordinator touches the store, so what several workers bring at the same moment is
//! written in one transaction: the more that is under way, the fewer waits for the disk.

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

/// How long each result waits for a further one, so that they are written together.
const GATHER: Duration = Duration::from_millis(1);

/// What a worker brings back: a result, or the panic that it met.
type Brought<R> = thread::Result<R>;

/// The coordinator's side.
pub(crate) struct Crew<'a, W, R> {
    hands: Hands<'a, W, R>,
    /// How many do the work.
    size: usize,
    /// How much more may lie ready for them.
    ahead: usize,
    under_way: usize,
}

enum Hands<'a, W, R> {
    /// One worker is the coordinator itself: the order of calls is the order of the work.
    Own {
        work: &'a dyn Fn(W) -> R,
        done: VecDeque<R>,
    },
    Others {
        board: &'a Board<W>,
        from: Receiver<Brought<R>>,
    },
}

/// Where work lies until a worker takes it.
struct Board<W> {
    lying: Mutex<Lying<W>>,
    more: Condvar,
}

struct Lying<W> {
    urgent: VecDeque<W>,
    other: VecDeque<W>,
    is_over: bool,
}

impl<W> Default for Board<W> {
    fn default() -> Self {
        let lying = Lying {
            urgent: VecDeque::new(),
            other: VecDeque::new(),
            is_over: false,
        };
        Self {
            lying: Mutex::new(lying),
            more: Condvar::new(),
        }
    }
}

impl<W> Board<W> {
    /// No caller leaves it half changed, so what a panicking thread left is sound.
    fn lying(&self) -> MutexGuard<'_, Lying<W>> {
        self.lying.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits for work; nothing once it is over.
    fn next(&self) -> Option<W> {
        let mut lying = self
            .more
            .wait_while(self.lying(), |lying| {
                lying.urgent.is_empty() && lying.other.is_empty() && !lying.is_over
            })
            .unwrap_or_else(PoisonError::into_inner);
        if lying.is_over {
            return None;
        }
        lying.urgent.pop_front().or_else(|| lying.other.pop_front())
    }
}

/// However the coordinator ends, the workers do not wait for it. What nobody has begun is dropped.
struct Ending<'a, W>(&'a Board<W>);

impl<W> Drop for Ending<'_, W> {
    fn drop(&mut self) {
        self.0.lying().is_over = true;
        self.0.more.notify_all();
    }
}

/// Runs `coordinate` with so many workers, each of which does `work` on what it is given. As much as
/// `ahead` may lie ready for them besides, so that none is idle while the coordinator writes. Ends when
/// the coordinator has ended and every worker has finished what it had begun.
pub(crate) fn with<W: Send, R: Send, T>(
    (size, ahead): (usize, usize),
    work: impl Fn(W) -> R + Sync,
    coordinate: impl FnOnce(&mut Crew<'_, W, R>) -> T,
) -> T {
    if size <= 1 {
        return coordinate(&mut Crew {
            hands: Hands::Own {
                work: &work,
                done: VecDeque::new(),
            },
            size: 1,
            ahead: 0,
            under_way: 0,
        });
    }
    let board = Board::default();
    let (bring, from) = channel();
    thread::scope(|scope| {
        let _ending = Ending(&board);
        for _ in 0..size {
            let (board, work, bring) = (&board, &work, bring.clone());
            scope.spawn(move || {
                while let Some(given) = board.next() {
                    let brought = catch_unwind(AssertUnwindSafe(|| work(given)));
                    if bring.send(brought).is_err() {
                        break;
                    }
                }
            });
        }
        coordinate(&mut Crew {
            hands: Hands::Others {
                board: &board,
                from,
            },
            size,
            ahead,
            under_way: 0,
        })
    })
}

impl<W, R> Crew<'_, W, R> {
    /// How much more may be handed out.
    pub(crate) fn free(&self) -> usize {
        (self.size + self.ahead).saturating_sub(self.under_way)
    }

    /// How many results are still to come.
    pub(crate) fn under_way(&self) -> usize {
        self.under_way
    }

    /// Gives the workers something to do. There must be room for it.
    pub(crate) fn hand_out(&mut self, given: W) {
        self.hand(given, |lying, given| lying.other.push_back(given));
    }

    /// Gives the workers something to do before all that is not urgent.
    pub(crate) fn hand_out_first(&mut self, given: W) {
        self.hand(given, |lying, given| lying.urgent.push_back(given));
    }

    fn hand(&mut self, given: W, lay: impl FnOnce(&mut Lying<W>, W)) {
        assert!(self.free() > 0, "every worker has work");
        self.under_way += 1;
        match &mut self.hands {
            Hands::Own { work, done } => done.push_back(work(given)),
            Hands::Others { board, .. } => {
                lay(&mut board.lying(), given);
                board.more.notify_one();
            }
        }
    }

    /// Takes back what nobody has begun.
    pub(crate) fn recall(&mut self) -> Vec<W> {
        let Hands::Others { board, .. } = &self.hands else {
            return Vec::new();
        };
        let mut lying = board.lying();
        let urgent = std::mem::take(&mut lying.urgent);
        let back: Vec<W> = urgent.into_iter().chain(lying.other.drain(..)).collect();
        drop(lying);
        self.under_way -= back.len();
        back
    }

    /// Waits for a result, at most so long, and takes all that are there then.
    ///
    /// Those whom workers are at now are waited for together, a moment each: a commit is worth its wait
    /// for the disk.
    pub(crate) fn wait(&mut self, longest: Duration) -> Vec<R> {
        let results: Vec<R> = match &mut self.hands {
            Hands::Own { done, .. } => done.drain(..).collect(),
            Hands::Others { from, .. } => {
                let together = self.under_way.min(self.size);
                let mut brought = Vec::with_capacity(together);
                let mut wait = longest;
                while brought.len() < together {
                    match from.recv_timeout(wait) {
                        Ok(result) => brought.push(result),
                        Err(RecvTimeoutError::Timeout) => break,
                        Err(RecvTimeoutError::Disconnected) => {
                            unreachable!("a sender is kept until the coordinator has ended")
                        }
                    }
                    wait = GATHER;
                }
                brought.extend(from.try_iter());
                brought
                    .into_iter()
                    .map(|brought| brought.unwrap_or_else(|panic| resume_unwind(panic)))
                    .collect()
            }
        };
        self.under_way -= results.len();
        results
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn squares(size: (usize, usize)) -> Vec<u64> {
        let mut found = with(
            size,
            |number: u64| number * number,
            |crew| {
                let (mut next, mut found) = (0, Vec::new());
                while found.len() < 100 {
                    while crew.free() > 0 && next < 100 {
                        crew.hand_out(next);
                        next += 1;
                    }
                    found.extend(crew.wait(Duration::from_secs(10)));
                }
                assert_eq!(crew.under_way(), 0);
                found
            },
        );
        found.sort_unstable();
        found
    }

    #[test]
    fn all_work_is_done_once_however_many_do_it() {
        let expected: Vec<u64> = (0..100).map(|number| number * number).collect();
        for size in [(0, 0), (1, 5), (2, 0), (2, 2), (7, 30)] {
            assert_eq!(squares(size), expected);
        }
    }

    #[test]
    #[should_panic(expected = "a worker broke")]
    fn a_workers_panic_is_the_coordinators() {
        with(
            (2, 0),
            |()| panic!("a worker broke"),
            |crew: &mut Crew<'_, (), ()>| {
                crew.hand_out(());
                crew.wait(Duration::from_secs(10));
            },
        );
    }

    #[test]
    fn what_is_urgent_is_begun_before_what_lay_ready_earlier() {
        let board = Board::default();
        board.lying().other.extend([1, 2]);
        board.lying().urgent.push_back(9);
        assert_eq!([board.next(), board.next()], [Some(9), Some(1)]);
        drop(Ending(&board));
        assert_eq!(board.next(), None);
    }

    #[test]
    fn what_nobody_has_begun_can_be_taken_back() {
        let (open, gate) = channel();
        let gate = Mutex::new(gate);
        with(
            (2, 3),
            |number: u8| {
                gate.lock().unwrap().recv().unwrap();
                number
            },
            |crew| {
                for number in 1..=5 {
                    crew.hand_out(number);
                }
                assert_eq!(crew.free(), 0);
                open.send(()).unwrap();
                assert_eq!(crew.wait(Duration::from_secs(10)).len(), 1);
                // Two had begun, and whoever had finished may have begun a third.
                let back = crew.recall();
                assert!(back.len() >= 2 && back.ends_with(&[4, 5]), "{back:?}");
                assert_eq!(crew.under_way(), 4 - back.len());
                while crew.under_way() > 0 {
                    open.send(()).unwrap();
                    crew.wait(Duration::from_secs(10));
                }
            },
        );
    }
}

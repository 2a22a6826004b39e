//! Workers that ask the outside, and the one who gives them work and writes down what came of it.
//!
//! Only the coordinator touches the store, so what several workers bring at the same moment is
//! written in one transaction: the more that is under way, the fewer waits for the disk.

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::Duration;

/// How long the first result waits for the others, so that they are written together.
const GATHER: Duration = Duration::from_millis(1);

/// What a worker brings back: a result, or the panic that it met.
type Brought<R> = thread::Result<R>;

/// The coordinator's side.
pub(crate) struct Crew<'a, W, R> {
    hands: Hands<'a, W, R>,
    size: usize,
    under_way: usize,
}

enum Hands<'a, W, R> {
    /// One worker is the coordinator itself: the order of calls is the order of the work.
    Own {
        work: &'a dyn Fn(W) -> R,
        done: VecDeque<R>,
    },
    Others {
        to: Sender<W>,
        from: Receiver<Brought<R>>,
    },
}

/// Runs `coordinate` with so many workers, each of which does `work` on what it is given. Nothing lies
/// ready for them: what is handed out begins. Ends when the coordinator has ended and every worker has
/// finished what it had begun.
pub(crate) fn with<W: Send, R: Send, T>(
    size: usize,
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
            under_way: 0,
        });
    }
    let (to, queue) = channel::<W>();
    let (bring, from) = channel();
    let queue = Mutex::new(queue);
    thread::scope(|scope| {
        for _ in 0..size {
            let (queue, work, bring) = (&queue, &work, bring.clone());
            scope.spawn(move || {
                // Whoever waits for work holds the lock; the others wait for the lock.
                let next = || queue.lock().unwrap_or_else(PoisonError::into_inner).recv();
                while let Ok(given) = next() {
                    let brought = catch_unwind(AssertUnwindSafe(|| work(given)));
                    if bring.send(brought).is_err() {
                        break;
                    }
                }
            });
        }
        drop(bring);
        // When the coordinator ends, the crew and with it the way to the workers is dropped, and
        // they end.
        coordinate(&mut Crew {
            hands: Hands::Others { to, from },
            size,
            under_way: 0,
        })
    })
}

/// Asks about each of so many things, as many at once as `size`, and gives the answers in order. The
/// first answer that `take` refuses ends it.
pub(crate) fn ask_all<R: Send, T, E>(
    size: usize,
    count: usize,
    ask: impl Fn(usize) -> R + Sync,
    mut take: impl FnMut(R) -> Result<T, E>,
) -> Result<Vec<T>, E> {
    let mut answers: Vec<Option<T>> = (0..count).map(|_| None).collect();
    with(
        size.min(count),
        |index| (index, ask(index)),
        |crew| {
            let mut next = 0;
            while next < count || crew.under_way() > 0 {
                while crew.free() > 0 && next < count {
                    crew.hand_out(next);
                    next += 1;
                }
                for (index, answer) in crew.wait(Duration::from_secs(1)) {
                    answers[index] = Some(take(answer)?);
                }
            }
            Ok(())
        },
    )?;
    Ok(answers.into_iter().flatten().collect())
}

impl<W, R> Crew<'_, W, R> {
    /// How many workers have nothing to do.
    pub(crate) fn free(&self) -> usize {
        self.size - self.under_way
    }

    /// How many results are still to come.
    pub(crate) fn under_way(&self) -> usize {
        self.under_way
    }

    /// Gives a worker something to do. There must be a free one.
    pub(crate) fn hand_out(&mut self, given: W) {
        assert!(self.free() > 0, "every worker has work");
        self.under_way += 1;
        match &mut self.hands {
            Hands::Own { work, done } => done.push_back(work(given)),
            Hands::Others { to, .. } => {
                to.send(given).expect("the workers wait for work");
            }
        }
    }

    /// Waits for a result, at most so long, and takes all that are there then.
    ///
    /// Half of those under way are waited for together, a moment at most: one half is written while
    /// the other is asked, and a commit is worth its wait for the disk.
    pub(crate) fn wait(&mut self, longest: Duration) -> Vec<R> {
        let results: Vec<R> = match &mut self.hands {
            Hands::Own { done, .. } => done.drain(..).collect(),
            Hands::Others { from, .. } => {
                let mut brought = Vec::with_capacity(self.under_way);
                let mut wait = longest;
                while brought.len() < self.under_way.div_ceil(2) {
                    match from.recv_timeout(wait) {
                        Ok(result) => brought.push(result),
                        Err(RecvTimeoutError::Timeout) => break,
                        Err(RecvTimeoutError::Disconnected) => {
                            unreachable!("workers end after the coordinator")
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

    fn squares(size: usize) -> Vec<u64> {
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
        for size in [0, 1, 2, 7] {
            assert_eq!(squares(size), expected);
        }
    }

    #[test]
    #[should_panic(expected = "a worker broke")]
    fn a_workers_panic_is_the_coordinators() {
        with(
            2,
            |()| panic!("a worker broke"),
            |crew: &mut Crew<'_, (), ()>| {
                crew.hand_out(());
                crew.wait(Duration::from_secs(10));
            },
        );
    }
}

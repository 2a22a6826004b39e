//! Many objects that are looked at one by one, on all cores.

use std::num::NonZero;
use std::panic::resume_unwind;
use std::sync::{Mutex, OnceLock, PoisonError};
use std::thread::{self, Builder, ScopedJoinHandle};

/// Fewer are looked at where they are: to start a thread takes as long as some dozen of them.
const FEW: usize = 512;

/// What `work` makes of each, in their order. Many are divided among the cores, by their number and not by their
/// length; where no thread can be started, the work of that thread is done here.
///
/// A panic of `work` is passed on once all threads have ended.
pub fn each<T: Send, R: Send>(all: Vec<T>, work: impl Fn(T) -> R + Sync) -> Vec<R> {
    static CORES: OnceLock<usize> = OnceLock::new();
    if all.len() < FEW {
        return all.into_iter().map(work).collect();
    }
    let cores = || thread::available_parallelism().map_or(1, NonZero::get);
    divided(all, *CORES.get_or_init(cores), &work)
}

fn divided<T: Send, R: Send>(
    all: Vec<T>,
    threads: usize,
    work: &(impl Fn(T) -> R + Sync),
) -> Vec<R> {
    let (count, share) = (all.len(), all.len().div_ceil(threads).max(1));
    let mut all = all.into_iter();
    let shares = (0..count.div_ceil(share)).map(|_| Share::new(all.by_ref().take(share).collect()));
    let shares: Vec<Share<T>> = shares.collect();
    let mut done = Vec::with_capacity(count);
    thread::scope(|scope| {
        let started = shares.iter().skip(1).map(|share| {
            let thread = Builder::new().spawn_scoped(scope, move || share.done(work));
            (share, thread.ok())
        });
        let started: Vec<_> = started.collect();
        done.extend(
            shares
                .first()
                .map(|share| share.done(work))
                .unwrap_or_default(),
        );
        for (share, thread) in started {
            let of_share = thread.map_or_else(|| Ok(share.done(work)), ScopedJoinHandle::join);
            done.extend(of_share.unwrap_or_else(|panic| resume_unwind(panic)));
        }
    });
    done
}

/// The work of one thread, which stays here until somebody takes it.
struct Share<T>(Mutex<Vec<T>>);

impl<T> Share<T> {
    fn new(of_all: Vec<T>) -> Self {
        Self(Mutex::new(of_all))
    }

    fn done<R>(&self, work: &impl Fn(T) -> R) -> Vec<R> {
        let share = std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner));
        share.into_iter().map(work).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn on_however_many_threads_all_come_in_their_order() {
        for count in [0, 1, 2, 7, 100] {
            let twice: Vec<usize> = (0..count).map(|number| number * 2).collect();
            for threads in [1, 2, 3, 64, 1_000] {
                let all = (0..count).collect();
                assert_eq!(divided(all, threads, &|number: usize| number * 2), twice);
            }
        }
        let many: Vec<usize> = (0..10 * FEW).collect();
        assert_eq!(each(many.clone(), |number| number), many);
    }

    #[test]
    fn what_goes_wrong_on_another_thread_is_told() {
        let wrong = std::panic::catch_unwind(|| {
            divided(vec![1, 2, 3], 3, &|number| assert!(number < 3, "no three"))
        });
        let said = wrong.unwrap_err();
        assert_eq!(said.downcast_ref(), Some(&"no three"));
    }
}

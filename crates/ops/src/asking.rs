//! Asking a platform about many accounts, as many at once and as fast as it allows.

use std::collections::{BTreeSet, VecDeque};
use std::time::Duration;

use avert_model::{SignedDuration, Timestamp};

use crate::crew;
use crate::desk::Desk;
use crate::pace::{LOOK_UP, Pacer, wait_after};
use crate::ports::{Platform, PortError, PortErrorKind};

/// How often one question is asked before its trouble counts.
const TRIES: u32 = 5;
/// How often whoever asks looks whether to go on.
const HEED: SignedDuration = SignedDuration::from_millis(250);

/// Asks about each of so many things, each question made of so many requests, and gives the answers in
/// their order. A trouble that may pass is waited out, for as long as the platform says; then it is an
/// answer like any other. The first answer that `take` refuses ends it.
///
/// Questions change nothing, so asking one again is harmless. `heed` is asked four times a second whether
/// to go on.
pub(crate) fn all<R: Send, T, E>(
    desk: &Desk<'_>,
    platform: &dyn Platform,
    (count, requests): (usize, i32),
    heed: impl Fn() -> Result<(), E>,
    ask: impl Fn(usize) -> Result<R, PortError> + Sync,
    mut take: impl FnMut(Result<R, PortError>) -> Result<T, E>,
) -> Result<Vec<T>, E> {
    let mut answers: Vec<Option<T>> = (0..count).map(|_| None).collect();
    let pace = platform.pace();
    let mut rounds = Rounds {
        queue: (0..count).collect(),
        later: BTreeSet::new(),
        tries: vec![0; count],
        pacer: Pacer::new(pace),
    };
    rounds.pacer.settle(desk.now(), platform.requests_made());
    let size = pace.at_once.min(count);
    crew::with(
        (size, 0),
        |index| (index, ask(index)),
        |crew| {
            let mut heeded = desk.now();
            loop {
                let now = desk.now();
                if heeded.duration_until(now) >= HEED {
                    heed()?;
                    heeded = now;
                }
                while crew.free() > 0
                    && let Some(index) = rounds.next(now, requests)
                {
                    crew.hand_out(index);
                }
                if crew.under_way() == 0 {
                    let Some(wait) = rounds.wait(now) else {
                        return Ok(());
                    };
                    desk.pause.pause(wait.min(LOOK_UP));
                }
                let answered = crew.wait(LOOK_UP);
                rounds.pacer.settle(desk.now(), platform.requests_made());
                for (index, answer) in answered {
                    if let Err(error) = &answer
                        && rounds.put_off(index, error, desk.now())
                    {
                        continue;
                    }
                    answers[index] = Some(take(answer)?);
                }
            }
        },
    )?;
    Ok(answers.into_iter().flatten().collect())
}

/// Whose turn it is.
struct Rounds {
    queue: VecDeque<usize>,
    /// Those that wait for a trouble to pass, by when and by number.
    later: BTreeSet<(Timestamp, usize)>,
    tries: Vec<u32>,
    pacer: Pacer,
}

impl Rounds {
    fn next(&mut self, now: Timestamp, requests: i32) -> Option<usize> {
        while let Some(due) = self.later.first().copied().filter(|(due, _)| *due <= now) {
            self.later.remove(&due);
            self.queue.push_front(due.1);
        }
        if !self.pacer.wait(now).is_zero() {
            return None;
        }
        let index = self.queue.pop_front()?;
        self.pacer.begin(now, requests);
        Some(index)
    }

    /// How long until it is somebody's turn; nothing if everybody had theirs.
    fn wait(&self, now: Timestamp) -> Option<Duration> {
        let due = if self.queue.is_empty() {
            now.duration_until(self.later.first()?.0)
        } else {
            self.pacer.wait(now)
        };
        Some(Duration::try_from(due).unwrap_or_default())
    }

    /// Whether this question is asked again, and not now.
    fn put_off(&mut self, index: usize, error: &PortError, now: Timestamp) -> bool {
        self.tries[index] += 1;
        let tries = self.tries[index];
        if !error.kind.is_passing() || tries >= TRIES {
            return false;
        }
        let Some(wait) = wait_after(tries, &error.kind) else {
            return false;
        };
        if let PortErrorKind::RateLimited { .. } = &error.kind {
            self.pacer.hold_until(now + wait);
        }
        self.later.insert((now + wait, index));
        true
    }
}

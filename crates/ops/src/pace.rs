//! When the next request may begin.

use std::time::Duration;

use avert_model::{SignedDuration, Timestamp};

use crate::ports::{Pace, PortErrorKind};

/// How long the first trouble is waited out; each further one twice as long.
const FIRST_WAIT: SignedDuration = SignedDuration::from_millis(500);
/// The longest pause that a platform or channel may ask for before that is passed on to people.
pub(crate) const LONGEST_WAIT: SignedDuration = SignedDuration::from_mins(5);
/// How long to wait after so many tries, the last of which met this trouble: as long as the other side
/// asks for, or twice as long each time. Nothing where people have to be asked first.
pub(crate) fn wait_after(tries: u32, trouble: &PortErrorKind) -> Option<SignedDuration> {
    let wait = match trouble {
        PortErrorKind::RateLimited {
            retry_after: Some(asked),
        } => SignedDuration::try_from(*asked).unwrap_or(SignedDuration::MAX),
        _ => FIRST_WAIT * (1 << tries.saturating_sub(1).min(10)),
    };
    let is_theirs = matches!(trouble, PortErrorKind::RateLimited { .. });
    (!is_theirs || wait <= LONGEST_WAIT).then_some(wait)
}

/// At least this often whoever waits asks whether everything is to stop.
pub(crate) const LOOK_UP: Duration = Duration::from_millis(250);

/// Keeps to a number of requests in a second, spread evenly: what was not used is not saved up.
pub(crate) struct Pacer {
    apart: Option<SignedDuration>,
    next: Option<Timestamp>,
    /// How many requests were noted, and how many had been made when the first was.
    noted: u64,
    made_before: Option<u64>,
}

impl Pacer {
    pub(crate) fn new(pace: Pace) -> Self {
        let apart = pace
            .per_second
            .filter(|rate| rate.is_finite() && *rate > 0.0)
            .map(|rate| SignedDuration::from_secs_f64(1.0 / rate));
        Self {
            apart,
            next: None,
            noted: 0,
            made_before: None,
        }
    }

    /// How long the next request has to wait.
    pub(crate) fn wait(&self, now: Timestamp) -> SignedDuration {
        self.next.map_or(SignedDuration::ZERO, |next| {
            now.duration_until(next).max(SignedDuration::ZERO)
        })
    }

    /// Notes that so many requests begin now.
    pub(crate) fn begin(&mut self, now: Timestamp, requests: i32) {
        self.noted += u64::try_from(requests).unwrap_or(0);
        if let Some(apart) = self.apart {
            let from = self.next.map_or(now, |next| next.max(now));
            self.next = from.checked_add(apart * requests).ok();
        }
    }

    /// Notes how many requests the other side has been sent in all, where it counts them: calls that took
    /// more than was thought delay what comes after.
    pub(crate) fn settle(&mut self, now: Timestamp, made: u64) {
        let before = *self.made_before.get_or_insert(made);
        let more = (made - before).saturating_sub(self.noted);
        if let (Ok(more @ 1..), true) = (i32::try_from(more), self.apart.is_some()) {
            self.begin(now, more);
        }
    }

    /// Nothing begins before this: the platform asked for a pause.
    pub(crate) fn hold_until(&mut self, until: Timestamp) {
        self.next = Some(self.next.map_or(until, |next| next.max(until)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_are_spread_and_a_pause_holds_all_of_them() {
        let second = SignedDuration::from_secs(1);
        let begun = Timestamp::UNIX_EPOCH;
        let mut pacer = Pacer::new(Pace {
            at_once: 4,
            per_second: Some(4.0),
        });
        assert_eq!(pacer.wait(begun), SignedDuration::ZERO);
        pacer.begin(begun, 2);
        assert_eq!(pacer.wait(begun), SignedDuration::from_millis(500));
        assert_eq!(pacer.wait(begun + second), SignedDuration::ZERO);
        pacer.hold_until(begun + second * 3);
        assert_eq!(pacer.wait(begun + second), second * 2);
    }

    #[test]
    fn calls_that_took_more_requests_than_thought_are_made_up_for() {
        let begun = Timestamp::UNIX_EPOCH;
        let mut pacer = Pacer::new(Pace {
            at_once: 4,
            per_second: Some(1.0),
        });
        pacer.settle(begun, 100);
        pacer.begin(begun, 2);
        pacer.settle(begun, 102);
        assert_eq!(pacer.wait(begun), SignedDuration::from_secs(2));
        pacer.begin(begun, 1);
        pacer.settle(begun, 110);
        assert_eq!(pacer.wait(begun), SignedDuration::from_secs(10));
    }

    #[test]
    fn without_a_rate_nothing_waits() {
        let mut pacer = Pacer::new(Pace::default());
        pacer.begin(Timestamp::UNIX_EPOCH, 100);
        assert_eq!(pacer.wait(Timestamp::UNIX_EPOCH), SignedDuration::ZERO);
    }
}

//! Which requests fail, and how: decided by the seed and the request's number alone.

use std::time::Duration;

use crate::chance::Chance;

/// How a platform misbehaves. Shares are of all requests.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Faults {
    pub(crate) seed: u64,
    /// Answered by 503, before anything was done.
    pub(crate) broken: f64,
    /// Done, and never answered: the connection is held and then closed.
    pub(crate) lost: f64,
    /// Answered by 429, before anything was done.
    pub(crate) slow_down: f64,
    /// What `Retry-After` says then.
    pub(crate) retry_after_seconds: u64,
    /// Answered late.
    pub(crate) late: f64,
    /// How late, and for how long a connection is held: from, to.
    pub(crate) wait: (Duration, Duration),
}

impl Faults {
    /// What Avert promises to survive: five in a hundred broken, two lost, one told to slow down, and a
    /// slow tail.
    pub(crate) fn promised(seed: u64) -> Self {
        Self {
            seed,
            broken: 0.05,
            lost: 0.02,
            slow_down: 0.01,
            retry_after_seconds: 1,
            late: 0.005,
            wait: (Duration::from_millis(50), Duration::from_millis(500)),
        }
    }

    pub(super) fn none(seed: u64) -> Self {
        Self {
            broken: 0.0,
            lost: 0.0,
            slow_down: 0.0,
            late: 0.0,
            ..Self::promised(seed)
        }
    }

    /// Nothing fails, and every answer takes so long.
    pub(crate) fn thinking(wait: Duration) -> Self {
        Self {
            late: 1.0,
            wait: (wait, wait),
            ..Self::none(0)
        }
    }

    /// What becomes of the request of this number.
    pub(super) fn fate(&self, number: u64) -> Fate {
        let mut chance = Chance::of(self.seed, number);
        let drawn = chance.share();
        let (from, to) = self.wait;
        let wait = from + to.saturating_sub(from).mul_f64(chance.share());
        let mut up_to = self.broken;
        if drawn < up_to {
            return Fate::Broken;
        }
        up_to += self.lost;
        if drawn < up_to {
            return Fate::Lost(wait);
        }
        up_to += self.slow_down;
        if drawn < up_to {
            return Fate::SlowDown(self.retry_after_seconds);
        }
        up_to += self.late;
        if drawn < up_to {
            return Fate::Late(wait);
        }
        Fate::Fair
    }
}

/// What becomes of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Fate {
    Fair,
    Broken,
    SlowDown(u64),
    Late(Duration),
    Lost(Duration),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn so_many_of_a_thousand_fail_as_are_asked_for_and_the_same_ones_each_time() {
        let faults = Faults::promised(11);
        let fates: Vec<Fate> = (0..100_000).map(|number| faults.fate(number)).collect();
        let share = |wanted: fn(&Fate) -> bool| {
            fates.iter().filter(|fate| wanted(fate)).count() as f64 / fates.len() as f64
        };
        let near = |found: f64, wanted: f64| (found - wanted).abs() < 0.003;
        assert!(near(share(|fate| *fate == Fate::Broken), 0.05));
        assert!(near(share(|fate| matches!(fate, Fate::Lost(_))), 0.02));
        assert!(near(share(|fate| matches!(fate, Fate::SlowDown(_))), 0.01));
        assert!(near(share(|fate| matches!(fate, Fate::Late(_))), 0.005));
        assert_eq!(fates[77], faults.fate(77));
        let other = Faults::promised(12);
        assert!((0..1000).any(|number| other.fate(number) != faults.fate(number)));
    }
}

//! When accounts are active: on which days, and at which hours.

use rustc_hash::FxHashMap;

use crate::input::DAY;

const HOUR: i64 = DAY / 24;

/// How many touches' worth of everybody's hours each account has before anything was seen of it.
const PRIOR: f64 = 24.0;

/// When things of a layer are touched.
#[derive(Debug)]
pub(super) struct Awake {
    /// Whether hours matter, or days alone.
    by_hour: bool,
    by_account: FxHashMap<u32, Times>,
    days: FxHashMap<i64, f64>,
    hours: [f64; 24],
    /// The chance that two touches of anybody are of one day, and of one hour of the day.
    usual: (f64, f64),
}

/// When one account touches things.
#[derive(Debug, Clone, Copy)]
struct Times {
    /// The first and last day.
    days: (i64, i64),
    hours: [f32; 24],
}

impl Awake {
    pub(super) fn new(by_hour: bool) -> Self {
        Self {
            by_hour,
            by_account: FxHashMap::default(),
            days: FxHashMap::default(),
            hours: [0.0; 24],
            usual: (1.0, 1.0),
        }
    }

    /// Counts one account's touches.
    pub(super) fn count(&mut self, touches: &[(u32, i64)]) {
        for (account, at) in touches {
            let day = at.div_euclid(DAY);
            let hour = usize::try_from(at.div_euclid(HOUR).rem_euclid(24)).unwrap_or_default();
            let times = self.by_account.entry(*account).or_insert(Times {
                days: (day, day),
                hours: [0.0; 24],
            });
            times.days = (times.days.0.min(day), times.days.1.max(day));
            times.hours[hour] += 1.0;
            self.hours[hour] += 1.0;
            *self.days.entry(day).or_default() += 1.0;
        }
    }

    /// Everything has been counted.
    pub(super) fn finish(&mut self) {
        let all: f64 = self.hours.iter().sum::<f64>().max(1.0);
        let mut days: Vec<f64> = self.days.drain().map(|(_, count)| count).collect();
        // Sums of floats depend on their order, and that of a hash map is nobody's.
        days.sort_by(f64::total_cmp);
        let squares = |counts: &[f64]| -> f64 {
            let shares = counts.iter().map(|count| (count / all).powi(2));
            shares.sum::<f64>().max(f64::MIN_POSITIVE)
        };
        self.usual = (squares(&days), squares(&self.hours));
    }

    /// How many times as often two accounts touch something on one day, and where hours matter in one
    /// hour, as two of everybody's do: each from its first day to its last.
    pub(super) fn overlap(&self, a: u32, b: u32) -> f64 {
        let (Some(a), Some(b)) = (self.by_account.get(&a), self.by_account.get(&b)) else {
            return 1.0;
        };
        let length = |days: (i64, i64)| (days.1 - days.0 + 1) as f64;
        let common = (a.days.0.max(b.days.0), a.days.1.min(b.days.1));
        let together = length(common).max(0.0) / (length(a.days) * length(b.days));
        let on_one_day = together / self.usual.0;
        if !self.by_hour {
            return on_one_day;
        }
        let (a, b) = (self.shares(a), self.shares(b));
        let in_one_hour: f64 = a.iter().zip(b).map(|(x, y)| x * y).sum();
        on_one_day * in_one_hour / self.usual.1
    }

    /// An account's hours, as far as they are known, and everybody's otherwise.
    fn shares(&self, times: &Times) -> [f64; 24] {
        let all: f64 = self.hours.iter().sum::<f64>().max(1.0);
        let sum: f64 = times.hours.iter().copied().map(f64::from).sum();
        std::array::from_fn(|hour| {
            let usual = self.hours[hour] / all;
            (f64::from(times.hours[hour]) + PRIOR * usual) / (sum + PRIOR)
        })
    }
}

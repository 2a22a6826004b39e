//! At which hours accounts are active.

use rustc_hash::FxHashMap;

const HOUR: i64 = 3_600_000_000;

/// Touches by hour of the UTC day.
#[derive(Debug, Default)]
pub(super) struct Hours {
    by_account: FxHashMap<u32, [f32; 24]>,
    all: [f64; 24],
}

/// How many touches' worth of everybody's hours each account has before anything was seen of it.
const PRIOR: f64 = 24.0;

impl Hours {
    /// Counts one account's touches.
    pub(super) fn count(&mut self, touches: &[(u32, i64)]) {
        for (account, at) in touches {
            let hour = usize::try_from(at.div_euclid(HOUR).rem_euclid(24)).unwrap_or_default();
            self.by_account.entry(*account).or_insert([0.0; 24])[hour] += 1.0;
            self.all[hour] += 1.0;
        }
    }

    /// How many times as often two accounts are active in the same hour as two of everybody's are.
    pub(super) fn overlap(&self, a: u32, b: u32) -> f64 {
        let all: f64 = self.all.iter().sum();
        let usual = self.all.map(|count| count / all.max(1.0));
        let shares = |account: u32| {
            let own = self.by_account.get(&account).copied().unwrap_or([0.0; 24]);
            let sum: f64 = own.iter().copied().map(f64::from).sum();
            let mut shares = usual;
            for (share, own) in shares.iter_mut().zip(own) {
                *share = (f64::from(own) + PRIOR * *share) / (sum + PRIOR);
            }
            shares
        };
        let product = |one: [f64; 24], other: [f64; 24]| -> f64 {
            one.iter().zip(other).map(|(x, y)| x * y).sum()
        };
        product(shares(a), shares(b)) / product(usual, usual).max(f64::MIN_POSITIVE)
    }
}

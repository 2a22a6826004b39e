//! How alike any two accounts of the platform are in how much they pay and are paid.

use avert_model::Verb;

use crate::input::{NOTHING, World};

/// The upper ends of the steps: by how much the logarithms of the numbers of payments differ.
const ENDS: [f64; LEVELS - 1] = [0.02, 0.06, 0.12, 0.25, 0.5, 1.0, 2.0];

/// How many steps there are.
pub(super) const LEVELS: usize = 8;

/// What an account pays and is paid.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Payments {
    /// The logarithm of one more than the number of payments made.
    made: f64,
    /// The same of those received.
    received: f64,
    counts: (u32, u32),
}

impl Payments {
    fn new(made: u32, received: u32) -> Self {
        Self {
            made: f64::from(made).ln_1p(),
            received: f64::from(received).ln_1p(),
            counts: (made, received),
        }
    }

    /// By number of account, of everybody who is listed.
    pub(crate) fn of(world: &World) -> Vec<Self> {
        let mut counts = vec![(0_u32, 0_u32); world.accounts()];
        let payments = world.rows.iter().filter(|row| {
            row.verb == Verb::Transfer && row.target != NOTHING && row.target != row.account
        });
        for row in payments {
            counts[row.account as usize].0 += 1;
            if let Some(count) = counts.get_mut(row.target as usize) {
                count.1 += 1;
            }
        }
        counts
            .into_iter()
            .map(|(made, received)| Self::new(made, received))
            .collect()
    }

    /// How many payments it made, and how many it received.
    pub(crate) fn counts(self) -> (u32, u32) {
        self.counts
    }

    /// The step of the difference between two accounts.
    pub(super) fn level(self, other: Self) -> u8 {
        let apart = (self.made - other.made)
            .abs()
            .max((self.received - other.received).abs());
        let step = ENDS.iter().position(|end| apart < *end);
        u8::try_from(step.unwrap_or(ENDS.len())).expect("few steps")
    }
}

/// Of all pairs of these accounts, the share in each step. Cost: O(accounts log accounts).
pub(super) fn law(mut accounts: Vec<Payments>) -> [f64; LEVELS] {
    accounts.sort_by(|one, other| one.made.total_cmp(&other.made));
    let mut received: Vec<f64> = accounts.iter().map(|one| one.received).collect();
    received.sort_by(f64::total_cmp);
    received.dedup();
    let all = accounts.len() as u64;
    let all = all * all.saturating_sub(1) / 2;
    let total = (all + LEVELS as u64) as f64;
    let mut shares = [0.0; LEVELS];
    let mut before = 0;
    let ends = ENDS
        .iter()
        .map(|end| pairs_within(&accounts, &received, *end));
    for (share, within) in shares.iter_mut().zip(ends.chain([all])) {
        // One pair more in each step: nothing is impossible.
        *share = (within - before + 1) as f64 / total;
        before = within;
    }
    shares
}

/// How many pairs differ by less than `end` in both. `accounts` are sorted by what they made,
/// `received` are the different values of what they received.
fn pairs_within(accounts: &[Payments], received: &[f64], end: f64) -> u64 {
    let place = |value: f64| received.partition_point(|known| *known < value);
    let mut window = Counts::new(received.len());
    let (mut first, mut pairs) = (0, 0);
    for account in accounts {
        while account.made - accounts[first].made >= end {
            window.add(place(accounts[first].received), -1);
            first += 1;
        }
        let from = received.partition_point(|known| *known <= account.received - end);
        let to = place(account.received + end);
        pairs += window.before(to) - window.before(from);
        window.add(place(account.received), 1);
    }
    u64::try_from(pairs).unwrap_or(0)
}

/// Counts by place whose sums are quick (Fenwick, "A new data structure for cumulative frequency
/// tables", 1994).
struct Counts(Vec<i64>);

impl Counts {
    fn new(places: usize) -> Self {
        Self(vec![0; places + 1])
    }

    fn add(&mut self, place: usize, count: i64) {
        let mut node = place + 1;
        while let Some(sum) = self.0.get_mut(node) {
            *sum += count;
            node += node & node.wrapping_neg();
        }
    }

    /// The sum of all places before this one.
    fn before(&self, place: usize) -> i64 {
        let (mut node, mut sum) = (place, 0);
        while node > 0 {
            sum += self.0[node];
            node &= node - 1;
        }
        sum
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn the_law_counts_every_pair(counts in prop::collection::vec((0_u32..40, 0_u32..9), 0..40)) {
            let accounts: Vec<Payments> = counts
                .iter()
                .map(|(made, received)| Payments::new(*made, *received))
                .collect();
            let mut expected = [1.0; LEVELS];
            for (place, one) in accounts.iter().enumerate() {
                for other in &accounts[..place] {
                    expected[usize::from(one.level(*other))] += 1.0;
                }
            }
            let total: f64 = expected.iter().sum();
            for (share, expected) in law(accounts).iter().zip(expected) {
                prop_assert!((share - expected / total).abs() < 1e-9);
            }
        }
    }
}

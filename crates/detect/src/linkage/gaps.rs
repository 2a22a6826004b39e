//! How far apart in time any two accounts of the platform are registered.

/// The upper ends of the steps, in microseconds; the last step has none.
const ENDS: [u64; LEVELS - 2] = [
    15 * MINUTE,
    72 * MINUTE,
    7 * HOUR,
    DAY,
    3 * DAY,
    10 * DAY,
    30 * DAY,
];

const MINUTE: u64 = 60_000_000;
const HOUR: u64 = 60 * MINUTE;
const DAY: u64 = 24 * HOUR;

/// How many steps there are; the first is for accounts whose registration is not known.
pub(super) const LEVELS: usize = 9;

/// Up to this step, accounts were registered within a day.
pub(super) const WITHIN_A_DAY: u8 = 4;

/// The step of a gap, from 1.
pub(super) fn level(gap: u64) -> u8 {
    let step = ENDS.iter().position(|end| gap < *end);
    u8::try_from(step.unwrap_or(ENDS.len()) + 1).expect("few steps")
}

/// Of all pairs of accounts registered at these times, the share in each step.
/// Cost: O(accounts log accounts).
pub(super) fn law(mut created: Vec<i64>) -> [f64; LEVELS] {
    created.sort_unstable();
    let within: Vec<u64> = ENDS
        .iter()
        .map(|end| pairs_within(&created, *end))
        .collect();
    let all = created.len() as u64;
    let all = all * all.saturating_sub(1) / 2;
    let mut shares = [1.0 / LEVELS as f64; LEVELS];
    let total = (all + LEVELS as u64) as f64;
    let mut before = 0;
    for (share, within) in shares[1..].iter_mut().zip(within.iter().chain([&all])) {
        // One pair more in each step: nothing is impossible.
        *share = (within - before + 1) as f64 / total;
        before = *within;
    }
    shares
}

/// How many pairs are less than `end` apart.
fn pairs_within(sorted: &[i64], end: u64) -> u64 {
    let (mut first, mut pairs) = (0, 0);
    for (place, at) in sorted.iter().enumerate() {
        while at.abs_diff(sorted[first]) >= end {
            first += 1;
        }
        pairs += (place - first) as u64;
    }
    pairs
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_pair_is_counted_in_its_step() {
        let hour = i64::try_from(HOUR).unwrap();
        // Gaps: 1 h, 50 h, 51 h.
        let law = law(vec![51 * hour, 0, hour]);
        let pairs = law.map(|share| share * 12.0 - 1.0);
        let expected = [0.0, 0.0, 1.0, 0.0, 0.0, 2.0, 0.0, 0.0, 0.0];
        for (pairs, expected) in pairs.iter().zip(expected).skip(1) {
            assert!((pairs - expected).abs() < 1e-9, "{pairs} {expected}");
        }
        assert_eq!(level(0), 1);
        assert_eq!(level(HOUR), 2);
        assert_eq!(level(u64::MAX), 8);
    }

    #[test]
    fn nobody_is_no_reason_to_divide_by_nothing() {
        let law = law(Vec::new());
        assert!(law.iter().all(|share| share.is_finite() && *share > 0.0));
    }
}

//! Takes apart networks that only a bridge holds together.
//!
//! Two operations after one trade meet in a few targets, and one such meeting joins their
//! components. What tells them from one operation with several workplaces is that the members of
//! the one part have no place in the other.

use super::grow::components;
use super::order::order_parts;
use crate::score::Judge;

/// How much `tie_at` rises from step to step in the search for parts.
const RISE: f64 = 0.75;

/// How many steps are tried.
const STEPS: u32 = 10;

/// Fewer accounts make no part of their own; they go where they are tied best.
const LEAST_PART: usize = 3;

/// The operations within a network, each sorted; the network itself if it is one.
pub(super) fn divide(judge: &Judge<'_>, members: Vec<u32>, tie_at: f64) -> Vec<Vec<u32>> {
    for step in 1..=STEPS {
        let mut parts = components(judge, &members, tie_at + RISE * f64::from(step));
        parts.retain(|part| part.len() >= LEAST_PART);
        order_parts(judge, &mut parts);
        let mut parts = rejoin(judge, parts);
        if parts.len() > 1 {
            adopt(judge, &members, &mut parts);
            return parts
                .into_iter()
                .flat_map(|part| divide(judge, part, tie_at + RISE * f64::from(step)))
                .collect();
        }
    }
    vec![members]
}

/// Puts parts together whose members have a place in each other.
fn rejoin(judge: &Judge<'_>, parts: Vec<Vec<u32>>) -> Vec<Vec<u32>> {
    let mut joined: Vec<Vec<u32>> = Vec::new();
    for part in parts {
        match joined.iter_mut().find(|other| belong(judge, other, &part)) {
            Some(other) => {
                other.extend(part);
                other.sort_unstable();
            }
            None => joined.push(part),
        }
    }
    joined
}

/// Whether at least half of the smaller part would be taken for members of the larger.
fn belong(judge: &Judge<'_>, one: &[u32], other: &[u32]) -> bool {
    let (larger, smaller) = if one.len() >= other.len() {
        (one, other)
    } else {
        (other, one)
    };
    let crowd = judge.crowd(larger);
    let fitting = smaller
        .iter()
        .filter(|account| judge.weigh(**account, &crowd, None).log_odds >= 0.0)
        .count();
    fitting * 2 >= smaller.len()
}

/// Gives everybody who is in no part to the one they are tied to best.
fn adopt(judge: &Judge<'_>, members: &[u32], parts: &mut [Vec<u32>]) {
    let crowds: Vec<_> = parts.iter().map(|part| judge.crowd(part)).collect();
    for account in members {
        if parts.iter().any(|part| part.contains(account)) {
            continue;
        }
        let best = crowds
            .iter()
            .map(|crowd| judge.weigh(*account, crowd, None).log_odds)
            .enumerate()
            .reduce(|best, next| if next.1 > best.1 { next } else { best });
        if let Some((place, _)) = best {
            parts[place].push(*account);
        }
    }
    for part in parts {
        part.sort_unstable();
    }
}

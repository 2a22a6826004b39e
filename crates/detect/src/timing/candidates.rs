//! Who to look at in the second stage, chosen without looking at the clock.
//!
//! Whoever chooses by timing and then tests timing finds what was chosen. Pairs are candidates if they
//! share several objects, of several groups of layers, and more of them than how much they touch
//! explains; communities of candidates are those of the constant Potts model.

use crate::graph::{Edge, Graph, Leiden, Quality, leiden};

use super::Timing;
use super::touches::{Layer, Touches};
use crate::chance::fdr;
use crate::chance::poisson::poisson_tail;

/// What is looked at further.
pub(super) struct Candidates {
    /// How many pairs share more than is explained.
    pub(super) pairs: u64,
    /// Communities of accounts, each ascending, in the order of their first.
    pub(super) communities: Vec<Vec<u32>>,
}

/// Finds communities of pairs that share more than is explained.
///
/// Cost: time O(n log n) and memory 12 bytes of n pairs that share an object, of which there are at
/// most half of [`Timing::most_accounts`] a touch.
pub(super) fn candidates(touches: &Touches, settings: &Timing) -> Candidates {
    let mut shared: Vec<Shared> = touches
        .layers
        .iter()
        .filter(|layer| layer.in_stage_two)
        .map(|layer| Shared::new(layer, touches.accounts(), settings.most_accounts))
        .collect();
    let pairs = tied(&mut shared, touches.accounts(), settings);
    Candidates {
        pairs: pairs.len() as u64,
        communities: communities(&pairs, settings),
    }
}

/// What accounts share in one layer.
struct Shared {
    group: u32,
    /// By account, how many objects it shares with anybody.
    degrees: Vec<u32>,
    /// Pairs that share an object, once for each.
    pairs: Vec<(u32, u32)>,
}

impl Shared {
    /// Objects that more than `most_accounts` touched tell nobody apart, and are left out.
    fn new(layer: &Layer, accounts: usize, most_accounts: u32) -> Self {
        let mut degrees = vec![0; accounts];
        let mut pairs = Vec::new();
        let mut who: Vec<u32> = Vec::new();
        for (_, touches) in layer.objects() {
            who.clear();
            who.extend(touches.iter().map(|touch| touch.account));
            who.sort_unstable();
            who.dedup();
            if who.len() < 2 || who.len() > most_accounts as usize {
                continue;
            }
            for (place, b) in who.iter().enumerate() {
                degrees[*b as usize] += 1;
                pairs.extend(who[..place].iter().map(|a| (*a, *b)));
            }
        }
        Self {
            group: u32::try_from(layer.group).unwrap_or(u32::MAX),
            degrees,
            pairs,
        }
    }

    /// The share of all pairs in a layer that a pair has, per product of its degrees: each end of each
    /// shared object is somebody's with a chance that is in proportion to the degree.
    fn per_degrees(&self) -> f64 {
        let total: f64 = self.degrees.iter().copied().map(f64::from).sum();
        if total > 0.0 {
            2.0 * self.pairs.len() as f64 / (total * total)
        } else {
            0.0
        }
    }
}

/// The pairs that share enough, in enough groups, and more than expected.
fn tied(shared: &mut [Shared], accounts: usize, settings: &Timing) -> Vec<(u32, u32)> {
    let weights: Vec<f64> = shared.iter().map(Shared::per_degrees).collect();
    let mut all: Vec<(u32, u32, u32)> = Vec::new();
    for layer in shared.iter_mut() {
        let pairs = std::mem::take(&mut layer.pairs).into_iter();
        all.extend(pairs.map(|(a, b)| (a, b, layer.group)));
    }
    all.sort_unstable();
    let active = (0..accounts).filter(|account| {
        let mut layers = shared.iter();
        layers.any(|layer| layer.degrees[*account] > 0)
    });
    let active = active.count() as f64;
    let mut found = Vec::new();
    for same in all.chunk_by(|one, next| (one.0, one.1) == (next.0, next.1)) {
        let groups = same.chunk_by(|one, next| one.2 == next.2).count();
        if same.len() < settings.least_shared as usize || groups < settings.independent_groups {
            continue;
        }
        let (a, b, _) = same[0];
        let degrees = |account: u32| {
            shared
                .iter()
                .map(move |layer| layer.degrees[account as usize])
        };
        let expected: f64 = degrees(a)
            .zip(degrees(b))
            .zip(&weights)
            .map(|((one, other), weight)| f64::from(one) * f64::from(other) * weight)
            .sum();
        found.push((a, b, poisson_tail(same.len() as u64, expected)));
    }
    let p = found.iter().map(|(_, _, p)| *p).collect();
    let tests = active * (active - 1.0) / 2.0;
    let Some(threshold) = fdr::threshold(p, tests, settings.false_discoveries) else {
        return Vec::new();
    };
    let tied = found.into_iter().filter(|(_, _, p)| *p <= threshold);
    tied.map(|(a, b, _)| (a, b)).collect()
}

/// Divides a graph of pairs into communities, and gives those that are large enough.
fn communities(pairs: &[(u32, u32)], settings: &Timing) -> Vec<Vec<u32>> {
    let mut nodes: Vec<u32> = pairs.iter().flat_map(|(a, b)| [*a, *b]).collect();
    nodes.sort_unstable();
    nodes.dedup();
    let node = |account: &u32| {
        let place = nodes.binary_search(account).ok();
        let place = place.and_then(|place| u32::try_from(place).ok());
        place.expect("every account of a pair is a node")
    };
    let edges = pairs.iter().map(|(a, b)| Edge {
        a: node(a),
        b: node(b),
        weight: 1.0,
    });
    let count = u32::try_from(nodes.len()).expect("accounts are numbered by 32 bits");
    let (graph, _) = Graph::new(count, edges.collect());
    let how = Leiden {
        quality: Quality::ConstantPotts,
        resolution: settings.resolution,
        most_iterations: 10,
        ..Leiden::default()
    };
    let found = leiden(&graph, &how);
    let mut members: Vec<Vec<u32>> = vec![Vec::new(); found.count as usize];
    for (account, community) in nodes.iter().zip(&found.of) {
        members[*community as usize].push(*account);
    }
    members.retain(|members| members.len() >= settings.smallest_network);
    members.sort_unstable();
    members
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Trace;
    use crate::timing::TimedLayer;

    /// Communities by their accounts' own numbers. `rows` are group, object, account.
    fn found(rows: &[(usize, u32, u32)], settings: &Timing) -> Vec<Vec<u32>> {
        let layers: Vec<Vec<Trace>> = (0..2)
            .map(|group| {
                let own = rows.iter().filter(|row| row.0 == group);
                own.map(|(_, object, account)| Trace::new(0, *object, *account, Some(0)))
                    .collect()
            })
            .collect();
        let layers: Vec<TimedLayer<'_>> = (0..)
            .zip(&layers)
            .map(|(group, traces)| TimedLayer {
                group,
                in_stage_two: true,
                traces,
            })
            .collect();
        let touches = Touches::new(&layers);
        let found = candidates(&touches, settings);
        let named = found.communities.iter().map(|members| {
            let mut names: Vec<u32> = members
                .iter()
                .map(|account| touches.names[*account as usize])
                .collect();
            names.sort_unstable();
            names
        });
        named.collect()
    }

    /// Three accounts share objects, so many of each group; a hundred pairs share one each.
    fn rows(of_each: [u32; 2]) -> Vec<(usize, u32, u32)> {
        let mut rows = Vec::new();
        for (group, objects) in of_each.into_iter().enumerate() {
            for object in 0..objects {
                rows.extend((0..3).map(|account| (group, object, account)));
            }
            for pair in 0..100 {
                rows.extend([
                    (group, 500 + pair, 10 + pair),
                    (group, 500 + pair, 200 + pair),
                ]);
            }
        }
        rows
    }

    #[test]
    fn who_shares_enough_in_two_groups_is_a_community() {
        assert_eq!(found(&rows([2, 2]), &Timing::default()), [[0, 1, 2]]);
    }

    #[test]
    fn sharing_in_one_group_or_too_little_is_not_enough() {
        assert_eq!(found(&rows([6, 0]), &Timing::default()), [[0_u32; 0]; 0]);
        assert_eq!(found(&rows([1, 1]), &Timing::default()), [[0_u32; 0]; 0]);
    }

    #[test]
    fn what_too_many_touch_makes_nobody_a_candidate() {
        let settings = Timing {
            most_accounts: 2,
            ..Timing::default()
        };
        assert_eq!(found(&rows([2, 2]), &settings), [[0_u32; 0]; 0]);
    }
}

//! What is left of a community: members who are tied to others in enough groups of layers.

use std::collections::{BTreeMap, BTreeSet};

use super::{TimedEdge, Timing};

/// The networks among some members: whoever is tied in too few groups goes, until nobody does; what
/// hangs together then is a network.
///
/// `edges` are those between two of the members. Accounts of a network are ascending.
/// Cost: O(edges log edges) for each round; every round but the last takes a member away.
pub(super) fn prune(
    mut edges: Vec<TimedEdge>,
    settings: &Timing,
) -> Vec<(Vec<u32>, Vec<TimedEdge>)> {
    loop {
        let mut groups: BTreeMap<u32, BTreeSet<usize>> = BTreeMap::new();
        for edge in &edges {
            for account in [edge.a, edge.b] {
                groups.entry(account).or_default().insert(edge.group);
            }
        }
        let before = edges.len();
        edges.retain(|edge| {
            let enough = |account| groups[&account].len() >= settings.independent_groups;
            enough(edge.a) && enough(edge.b)
        });
        if edges.len() == before {
            break;
        }
    }
    let mut networks = components(edges);
    networks.retain(|(accounts, _)| accounts.len() >= settings.smallest_network);
    networks
}

/// What hangs together, in the order of its least account.
fn components(edges: Vec<TimedEdge>) -> Vec<(Vec<u32>, Vec<TimedEdge>)> {
    let mut next_to: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
    for edge in &edges {
        next_to.entry(edge.a).or_default().push(edge.b);
        next_to.entry(edge.b).or_default().push(edge.a);
    }
    let mut number: BTreeMap<u32, usize> = BTreeMap::new();
    let mut networks: Vec<(Vec<u32>, Vec<TimedEdge>)> = Vec::new();
    for start in next_to.keys() {
        if number.contains_key(start) {
            continue;
        }
        let own = networks.len();
        number.insert(*start, own);
        let mut accounts = vec![*start];
        let mut looked_at = 0;
        while let Some(account) = accounts.get(looked_at) {
            looked_at += 1;
            for other in &next_to[account] {
                if number.insert(*other, own).is_none() {
                    accounts.push(*other);
                }
            }
        }
        accounts.sort_unstable();
        networks.push((accounts, Vec::new()));
    }
    for edge in edges {
        networks[number[&edge.a]].1.push(edge);
    }
    networks
}

#[cfg(test)]
mod tests {
    use super::*;

    fn left(edges: &[(u32, u32, usize)]) -> Vec<Vec<u32>> {
        let edges = edges.iter().map(|(a, b, group)| TimedEdge {
            a: *a,
            b: *b,
            group: *group,
            p: 0.0,
        });
        let networks = prune(edges.collect(), &Timing::default());
        networks.into_iter().map(|(accounts, _)| accounts).collect()
    }

    #[test]
    fn who_is_tied_in_one_group_goes_and_takes_with_them_who_hung_on_them() {
        let ring = [(1, 2, 0), (2, 3, 1), (1, 3, 0)];
        assert_eq!(left(&ring), [[0_u32; 0]; 0], "1 is tied in one group only");
        let both = [
            (1, 2, 0),
            (2, 3, 1),
            (1, 3, 0),
            (1, 3, 1),
            (3, 4, 0),
            (4, 5, 1),
        ];
        assert_eq!(
            left(&both),
            [[1, 2, 3]],
            "5 goes, and then 4 is tied in one group"
        );
    }

    #[test]
    fn two_are_no_network_and_what_does_not_hang_together_is_several() {
        assert_eq!(left(&[(1, 2, 0), (1, 2, 1)]), [[0_u32; 0]; 0]);
        let two = [(1, 2, 0), (2, 3, 1), (1, 3, 0), (1, 3, 1)];
        let other = two.map(|(a, b, group)| (a + 10, b + 10, group));
        assert_eq!(left(&[two, other].concat()), [[1, 2, 3], [11, 12, 13]]);
    }
}

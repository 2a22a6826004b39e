//! Takes components that are too large for one operation apart into communities.
//!
//! A chain of people who share a little with the next one makes a large component. Communities are
//! where bonds are many; asking more of every bond would take from small cells what holds them.

use rustc_hash::FxHashMap;

use super::grow::pull;
use super::order::ordered;
use crate::graph::{Edge, Graph, Leiden, leiden};
use crate::score::Judge;

/// The communities among these accounts, which are sorted, by bonds that pull so strongly; each sorted.
pub(super) fn communities(judge: &Judge<'_>, accounts: &[u32], tie_at: f64) -> Vec<Vec<u32>> {
    // Communities are looked for in the order of accounts, which has to be nobody's choice.
    let ordered = ordered(judge, accounts);
    let place_of: FxHashMap<u32, u32> = ordered.iter().copied().zip(0..).collect();
    let count = u32::try_from(accounts.len()).expect("accounts are numbered by 32 bits");
    let mut edges = Vec::new();
    for (place, account) in (0_u32..).zip(&ordered) {
        for (other, bond) in judge.graph.neighbours(*account) {
            let strength = pull(&judge.bonds[*bond as usize], judge.own);
            let there = place_of.get(other).copied();
            if let Some(there) = there.filter(|there| place < *there && strength >= tie_at) {
                #[expect(clippy::cast_possible_truncation, reason = "a few nats")]
                edges.push(Edge {
                    a: place,
                    b: there,
                    weight: strength as f32,
                });
            }
        }
    }
    let (graph, _) = Graph::new(count, edges);
    let found = leiden(&graph, &Leiden::default());
    let mut communities = vec![Vec::new(); found.count as usize];
    for (account, community) in ordered.iter().zip(&found.of) {
        communities[*community as usize].push(*account);
    }
    for community in &mut communities {
        community.sort_unstable();
    }
    communities
}

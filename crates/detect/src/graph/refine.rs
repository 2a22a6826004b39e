//! Taking communities apart into parts that hold together.

use super::moving::{Partition, Tally};
use super::{Draw, Graph};

/// The part of each node: nodes of one part are in one community and connected within it.
///
/// Every node begins alone. Whoever is still alone, and tied well enough to the rest of the community,
/// joins the part where that raises quality most, if that part is tied well enough itself.
pub(super) fn refine(
    graph: &Graph,
    mass_of: &[f64],
    partition: &Partition,
    chance: f64,
    draw: &mut Draw,
) -> Vec<u32> {
    let of = partition.of();
    let mut part: Vec<u32> = graph.numbers().collect();
    let mut masses = mass_of.to_vec();
    let mut is_alone = vec![true; graph.nodes()];
    // By part, how strongly it is tied to the rest of its community.
    let mut tied_to_rest: Vec<f64> = graph
        .numbers()
        .map(|node| {
            let own = of[node as usize];
            graph
                .around(node)
                .filter(|(other, _)| of[*other as usize] == own)
                .map(|(_, weight)| f64::from(weight))
                .sum()
        })
        .collect();
    let mut tally = Tally::new(graph.nodes());
    let mut order: Vec<u32> = graph.numbers().collect();
    draw.shuffle(&mut order);
    for node in order {
        let here = node as usize;
        if !is_alone[here] {
            continue;
        }
        let own = of[here];
        let all = partition.mass(own);
        let mass = mass_of[here];
        if tied_to_rest[here] < chance * mass * (all - mass) {
            continue;
        }
        let (others, weights) = graph.adjacent(node);
        tally.count(others, weights, |other| {
            (of[other as usize] == own).then(|| part[other as usize])
        });
        let mut best = (node, 0.0, 0.0);
        for (to, tied) in tally.iter() {
            let theirs = masses[to as usize];
            let is_well_tied = tied_to_rest[to as usize] >= chance * theirs * (all - theirs);
            let worth = tied - chance * mass * theirs;
            if is_well_tied && worth > best.1 {
                best = (to, worth, tied);
            }
        }
        tally.clear();
        let (to, _, tied) = best;
        if to != node {
            part[here] = to;
            is_alone[here] = false;
            is_alone[to as usize] = false;
            masses[to as usize] += mass;
            tied_to_rest[to as usize] += tied_to_rest[here] - 2.0 * tied;
        }
    }
    part
}

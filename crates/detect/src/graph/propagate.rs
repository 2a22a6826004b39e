//! Who is near known nodes: personalised `PageRank`.

use std::collections::VecDeque;

use super::Graph;

/// How far to go.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Propagation {
    /// The chance, at each step of a walk, to go back to the seeds: above 0, at most 1.
    pub restart: f64,
    /// How much may be left unsaid of a node, for each unit of its strength.
    pub tolerance: f64,
}

impl Default for Propagation {
    fn default() -> Self {
        Self {
            restart: 0.15,
            tolerance: 1e-9,
        }
    }
}

/// The share of its time that a walk from the seeds spends at each node.
///
/// `seeds` have weights above 0; what is none, or no node, is passed over. The shares of all nodes sum
/// to 1, but for what the tolerance leaves unsaid. Only the nodes near the seeds are looked at.
/// Cost: O(1 / (restart · tolerance)) at most, whatever the size of the graph, and O(nodes) to begin.
/// Source: Andersen, Chung and Lang, "Local graph partitioning using `PageRank` vectors" (FOCS 2006).
pub fn propagate(graph: &Graph, seeds: &[(u32, f64)], how: Propagation) -> Vec<f64> {
    let mut share = vec![0.0; graph.nodes()];
    let mut rest = vec![0.0; graph.nodes()];
    let is_seed = |seed: &&(u32, f64)| {
        (seed.0 as usize) < graph.nodes() && seed.1 > 0.0 && seed.1.is_finite()
    };
    let all: f64 = seeds.iter().filter(is_seed).map(|seed| seed.1).sum();
    let mut open = VecDeque::new();
    let mut is_open = vec![false; graph.nodes()];
    for (node, weight) in seeds.iter().filter(is_seed) {
        rest[*node as usize] += weight / all;
        if !std::mem::replace(&mut is_open[*node as usize], true) {
            open.push_back(*node);
        }
    }
    while let Some(node) = open.pop_front() {
        let here = node as usize;
        is_open[here] = false;
        let strength = graph.strengths[here];
        let held = std::mem::take(&mut rest[here]);
        if strength <= 0.0 {
            // There is no way on: the walk stays.
            share[here] += held;
            continue;
        }
        share[here] += how.restart * held;
        let onward = (1.0 - how.restart) * held / strength;
        // What goes round the loop comes back at once.
        let stays = onward * 2.0 * graph.loops[here];
        for (other, weight) in graph.around(node) {
            let there = other as usize;
            rest[there] += onward * f64::from(weight);
            if rest[there] > how.tolerance * graph.strengths[there] && !is_open[there] {
                is_open[there] = true;
                open.push_back(other);
            }
        }
        rest[here] += stays;
        if rest[here] > how.tolerance * strength && !is_open[here] {
            is_open[here] = true;
            open.push_back(node);
        }
    }
    share
}

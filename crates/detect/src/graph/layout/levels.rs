//! Ever smaller graphs of the same shape, and the way back.
//!
//! Nodes that are tied strongly become one, first within communities only. So the small graphs know where the
//! communities belong, and each larger one has only to say where its nodes are within them.
//!
//! Source: Walshaw, "A multilevel algorithm for force-directed graph drawing" (Journal of Graph Algorithms
//! and Applications 7(3), 2003); Hachul and Jünger, "Drawing large graphs with a potential-field-based
//! multilevel algorithm" (Graph Drawing 2004), for leaves that go with what they hang on.

use crate::graph::Graph;
use crate::graph::aggregate::aggregate;

/// A graph of one level.
pub(super) struct Level {
    pub(super) graph: Graph,
    /// How much each node pushes others away.
    pub(super) masses: Vec<f32>,
    /// The community of each node.
    community: Vec<u32>,
    /// Which node of the next, smaller level each node is part of; nothing at the smallest.
    pub(super) part: Vec<u32>,
}

/// Below so many nodes, a graph is small.
const SMALL: usize = 24;
/// So many nodes at most become one, those with a single edge not counted.
const MOST: u32 = 3;

/// All levels, the largest first.
pub(super) fn levels(graph: Graph, masses: Vec<f32>, community: Vec<u32>) -> Vec<Level> {
    let mut levels = vec![Level {
        graph,
        masses,
        community,
        part: Vec::new(),
    }];
    let mut within = true;
    while let Some(level) = levels.last_mut()
        && level.graph.nodes() > SMALL
    {
        let (part, count) = matched(&level.graph, &level.community, within);
        // Nearly nothing has become one: communities are single nodes, or nothing is tied.
        if count * 10 > level.graph.nodes() * 9 {
            if !within {
                break;
            }
            within = false;
            continue;
        }
        let (graph, part) = aggregate(&level.graph, &part);
        let mut masses = vec![0.0; graph.nodes()];
        let mut community = vec![0; graph.nodes()];
        for (node, part) in part.iter().enumerate() {
            masses[*part as usize] += level.masses[node];
            community[*part as usize] = level.community[node];
        }
        level.part = part;
        levels.push(Level {
            graph,
            masses,
            community,
            part: Vec::new(),
        });
    }
    levels
}

/// Which nodes become one. Those with few edges choose first, each the neighbour that it is tied to most
/// for the edges that it has.
fn matched(graph: &Graph, community: &[u32], within: bool) -> (Vec<u32>, usize) {
    const NONE: u32 = u32::MAX;
    let mut order: Vec<u32> = graph.numbers().collect();
    order.sort_by_key(|node| graph.adjacent(*node).0.len());
    let mut part = vec![NONE; graph.nodes()];
    let mut size = vec![0_u32; graph.nodes()];
    let mut count = 0;
    for node in order {
        if part[node as usize] != NONE {
            continue;
        }
        let is_leaf = graph.adjacent(node).0.len() == 1;
        let mut best: Option<(f64, u32)> = None;
        for (other, weight) in graph.around(node) {
            let there = part[other as usize];
            let full = there != NONE && size[there as usize] >= MOST;
            let elsewhere = community[other as usize] != community[node as usize];
            if full && !is_leaf || within && elsewhere {
                continue;
            }
            let strength = f64::from(weight) / graph.strength(other);
            if best.is_none_or(|(most, _)| strength > most) {
                best = Some((strength, other));
            }
        }
        let own = match best {
            None => node,
            Some((_, other)) if part[other as usize] == NONE => {
                part[other as usize] = other;
                size[other as usize] = 1;
                count += 1;
                other
            }
            Some((_, other)) => part[other as usize],
        };
        if own == node {
            count += 1;
        }
        part[node as usize] = own;
        size[own as usize] += u32::from(!is_leaf);
    }
    (part, count)
}

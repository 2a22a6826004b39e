//! Where to draw every node, and what to draw first.
//!
//! Nodes that are tied lie together, communities lie apart, and nothing lies on anything else. Each component
//! is laid out alone: everything pushes everything away, ties pull, and all are drawn to the middle, on ever larger
//! graphs of the same shape. Then components are packed, the largest in the middle, and nodes without
//! edges are strewn around them.
//!
//! It draws nothing: colours, sizes and pixels are for others to choose.

mod component;
mod fidelity;
mod forces;
mod levels;
mod pack;
mod prominence;
mod spread;
mod tree;

#[cfg(test)]
mod tests;

use std::collections::BTreeSet;
use std::ops::Range;

pub use fidelity::{Fidelity, fidelity};
pub use prominence::{backbone, prominence};

use self::component::placed;
use super::leiden::neighbourly;
use super::threads::{in_ranges, shares};
use super::{Communities, Graph, Leiden, components, leiden};

/// A place in the plane: to the right, and up.
type Point = [f32; 2];

/// What may be told.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LayoutSettings {
    /// How communities are found, which are drawn apart.
    pub communities: Leiden,
    /// How much weaker ties between communities pull than ties within them: from 1, which draws what is tied
    /// and no more, to 100.
    pub apart: f32,
    /// How long to look for better places, as a share of what is usual: from 0.1 to 10.
    pub effort: f32,
    /// Decides where nodes are at first. The same seed gives the same layout.
    pub seed: u64,
}

impl Default for LayoutSettings {
    fn default() -> Self {
        Self {
            communities: Leiden::default(),
            apart: 4.0,
            effort: 1.0,
            seed: 1,
        }
    }
}

/// Where everything is.
#[derive(Debug, Clone, PartialEq)]
pub struct Layout {
    /// The place of each node: to the right, and up, each from -1 to 1. No two are the same.
    pub at: Vec<[f32; 2]>,
    /// The community of each node.
    pub communities: Communities,
}

/// Places the nodes of a graph in the square from -1 to 1.
///
/// The same graph and settings give the same places, to the bit, whatever the number of threads. Settings
/// beyond their bounds are taken as the nearest within; a weight counts by its root beside the usual weight, from
/// a quarter to four times as much.
/// Cost: O(edges + nodes · log nodes) for each of some 60 steps on the graph and on smaller ones, which double the
/// whole; a hundred thousand nodes and three times as many edges take 3.5 seconds of a processor. A graph
/// that falls into c components costs O(c · √c) more. Memory: about 60 bytes an edge and 200 a node beside the graph.
/// Source: Walshaw, "A multilevel algorithm for force-directed graph drawing" (Journal of Graph Algorithms
/// and Applications 7(3), 2003); for forces that bring communities out, Noack, "Modularity clustering is
/// force-directed layout" (Physical Review E 79:026102, 2009).
pub fn layout(graph: &Graph, settings: &LayoutSettings) -> Layout {
    let communities = leiden(graph, &settings.communities);
    let order = neighbourly(graph);
    let near = pulling(graph, &order, &communities.of, settings.apart);
    let community: Vec<u32> = order
        .iter()
        .map(|node| communities.of[*node as usize])
        .collect();
    let (tied, singles) = parts(&near);
    let drawn = components_placed(&near, &tied, &community, settings);
    let radii: Vec<f64> = drawn.iter().map(|(_, radius)| f64::from(*radius)).collect();
    let centres = pack::packed(&radii);
    let around = pack::strewn(singles.len(), pack::extent(&centres, &radii));
    let mut at = vec![[0.0_f64; 2]; graph.nodes()];
    for ((range, (points, _)), centre) in tied.iter().zip(&drawn).zip(&centres) {
        for (node, point) in order[range.clone()].iter().zip(points) {
            at[*node as usize] = [0, 1].map(|axis| centre[axis] + f64::from(point[axis]));
        }
    }
    for (single, place) in singles.iter().zip(around) {
        at[order[*single] as usize] = place;
    }
    Layout {
        at: unequal(fitted(&at)),
        communities,
    }
}

/// The graph in another order, with weights that say how much an edge pulls.
fn pulling(graph: &Graph, order: &[u32], of: &[u32], apart: f32) -> Graph {
    let near = graph.reordered(order);
    let apart = if apart > 1.0 { apart.min(100.0) } else { 1.0 };
    let mut sorted = near.weights.clone();
    let middle = sorted.len() / 2;
    let usual = if sorted.is_empty() {
        1.0
    } else {
        *sorted.select_nth_unstable_by(middle, f32::total_cmp).1
    };
    let mut weights = Vec::with_capacity(near.weights.len());
    for node in near.numbers() {
        let own = of[order[node as usize] as usize];
        weights.extend(near.around(node).map(|(other, weight)| {
            let pull = (weight / usual).sqrt().clamp(0.25, 4.0);
            let stays = of[order[other as usize] as usize] == own;
            if stays { pull } else { pull / apart }
        }));
    }
    let loops = vec![0.0; near.nodes()];
    Graph::from_parts(near.begins, near.others, weights, loops)
}

/// Components with edges, the largest first, and the nodes that are alone. The nodes of a component follow
/// each other.
fn parts(near: &Graph) -> (Vec<Range<usize>>, Vec<usize>) {
    let (mut tied, mut singles) = (Vec::new(), Vec::new());
    let mut from = 0;
    for same in components(near).chunk_by(u32::eq) {
        let to = from + same.len();
        if same.len() > 1 {
            tied.push(from..to);
        } else {
            singles.push(from);
        }
        from = to;
    }
    tied.sort_by_key(|range| usize::MAX - range.len());
    (tied, singles)
}

/// From so many nodes on, the threads work on one component together; below, each on its own.
const SHARED: usize = 4_096;
/// If more nodes than these are in small components, each of them gets less effort.
const UNHURRIED: f32 = 20_000.0;
/// A node of a small component is about as much work as so many items of other work.
const NODE_WORK: usize = 1 << 10;

/// Each component around its middle, and how far it reaches.
fn components_placed(
    near: &Graph,
    tied: &[Range<usize>],
    community: &[u32],
    settings: &LayoutSettings,
) -> Vec<(Vec<Point>, f32)> {
    let place = |range: &Range<usize>, settings| {
        placed(
            part(near, range),
            community[range.clone()].to_vec(),
            settings,
        )
    };
    let large = tied.partition_point(|range| range.len() >= SHARED);
    let mut all: Vec<_> = tied[..large]
        .iter()
        .map(|range| place(range, settings))
        .collect();
    let small = &tied[large..];
    let nodes: usize = small.iter().map(Range::len).sum();
    let hurried = LayoutSettings {
        effort: settings.effort * (UNHURRIED / nodes.max(1) as f32).clamp(0.1, 1.0),
        ..*settings
    };
    let mut begins = vec![0];
    let mut work = 0;
    begins.extend(small.iter().map(|range| {
        work += range.len() * NODE_WORK;
        work
    }));
    let placed = in_ranges(shares(&begins), |parts| {
        small[parts]
            .iter()
            .map(|range| place(range, &hurried))
            .collect::<Vec<_>>()
    });
    all.extend(placed.into_iter().flatten());
    all
}

/// The graph of nodes that follow each other and are tied to no others.
fn part(near: &Graph, range: &Range<usize>) -> Graph {
    let first = near.begins[range.start];
    let entries = first..near.begins[range.end];
    let before = u32::try_from(range.start).expect("nodes are numbered by 32 bits");
    Graph::from_parts(
        near.begins[range.start..=range.end]
            .iter()
            .map(|begin| begin - first)
            .collect(),
        near.others[entries.clone()]
            .iter()
            .map(|other| other - before)
            .collect(),
        near.weights[entries].to_vec(),
        vec![0.0; range.len()],
    )
}

/// The same places in the square from -1 to 1, as large as fits.
fn fitted(at: &[[f64; 2]]) -> Vec<Point> {
    let mut low = [f64::INFINITY; 2];
    let mut high = [f64::NEG_INFINITY; 2];
    for point in at {
        for axis in 0..2 {
            low[axis] = low[axis].min(point[axis]);
            high[axis] = high[axis].max(point[axis]);
        }
    }
    let side = (high[0] - low[0]).max(high[1] - low[1]);
    let scale = if side > 0.0 { 2.0 / side } else { 0.0 };
    let fit = |value: f64, axis: usize| {
        #[expect(
            clippy::cast_possible_truncation,
            reason = "places are as exact as f32"
        )]
        let fitted = ((value - f64::midpoint(low[axis], high[axis])) * scale) as f32;
        fitted.clamp(-1.0, 1.0)
    };
    at.iter()
        .map(|point| [fit(point[0], 0), fit(point[1], 1)])
        .collect()
}

/// The same places with those that are taken already moved on by as little as can be.
fn unequal(mut at: Vec<Point>) -> Vec<Point> {
    let bits = |point: &Point| point.map(f32::to_bits);
    let mut sorted: Vec<[u32; 2]> = at.iter().map(bits).collect();
    sorted.sort_unstable();
    if sorted.is_sorted_by(|one, next| one < next) {
        return at;
    }
    let mut taken = BTreeSet::new();
    for point in &mut at {
        while !taken.insert(bits(point)) {
            point[0] = if point[0] > 0.0 {
                point[0].next_down()
            } else {
                point[0].next_up()
            };
        }
    }
    at
}

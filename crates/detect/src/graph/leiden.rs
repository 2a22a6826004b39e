//! Communities: the Leiden algorithm, for modularity or the constant Potts model.
//!
//! Nodes move to the community where they raise quality most, until none does; communities are
//! then refined into parts that are connected, and the parts are the nodes of the next, smaller
//! graph. That is repeated until nothing is left to gain.
//!
//! Source: Traag, Waltman and van Eck, "From Louvain to Leiden: guaranteeing well-connected
//! communities" (Scientific Reports 9:5233, 2019). Refinement takes the best of the parts that a node
//! may join, where the paper draws one: with its θ of 0.01 that is nearly the same.

use super::aggregate::{aggregate, numbered};
use super::moving::{Partition, begin, move_nodes};
use super::refine::refine;
use super::threads::{in_ranges, shares};
use super::{Draw, Graph};

/// What makes a division into communities a good one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Quality {
    /// More weight within communities than by chance, with every node's strength as it is:
    /// [`modularity`]. Communities grow with the graph.
    Modularity,
    /// More weight within communities than a fixed share of their pairs: [`constant_potts`]. What
    /// a community is does not depend on what else is in the graph.
    ConstantPotts,
}

/// What may be told.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Leiden {
    /// What is made as great as can be.
    pub quality: Quality,
    /// For modularity: how much more than by chance nodes must be tied to be one community; above 1
    /// gives smaller ones, below 1 larger ones. For the constant Potts model: the weight per pair
    /// of nodes from which they are one.
    pub resolution: f64,
    /// Decides in what order parts of communities grow. The same seed gives the same communities.
    pub seed: u64,
    /// How often everything is gone through at most. Once is nearly as good as it gets; each further
    /// time costs half as much again.
    pub most_iterations: u32,
    /// It ends when going through everything again has raised quality by less.
    pub least_gain: f64,
}

impl Default for Leiden {
    fn default() -> Self {
        Self {
            quality: Quality::Modularity,
            resolution: 1.0,
            seed: 1,
            most_iterations: 1,
            least_gain: 1e-4,
        }
    }
}

/// Who is with whom.
#[derive(Debug, Clone, PartialEq)]
pub struct Communities {
    /// The community of each node. They are numbered by size, the largest first, then by their
    /// smallest nodes.
    pub of: Vec<u32>,
    /// How many there are.
    pub count: u32,
    /// What [`modularity`] gives for them: at the resolution asked for, or at 1 if another quality
    /// was asked for.
    pub modularity: f64,
}

/// Divides a graph into communities, each of which is connected.
///
/// The same graph and settings give the same communities. A node without edges is one of its own.
/// Cost: O(edges) for each of a few dozen sweeps; memory 20 bytes an edge beside the graph.
pub fn leiden(graph: &Graph, how: &Leiden) -> Communities {
    let order = neighbourly(graph);
    let near = graph.reordered(&order);
    let found = search(&near, how);
    let resolution = match how.quality {
        Quality::Modularity => how.resolution,
        Quality::ConstantPotts => 1.0,
    };
    let modularity = modularity(&near, &found, resolution);
    let mut best = vec![0; graph.nodes()];
    for (node, community) in order.iter().zip(&found) {
        best[*node as usize] = *community;
    }
    let (of, count) = by_size(&numbered(&best).0);
    Communities {
        of,
        count,
        modularity,
    }
}

/// All nodes in such an order that neighbours are near each other: breadth first, so that what is known
/// of them is near in memory, too.
pub(super) fn neighbourly(graph: &Graph) -> Vec<u32> {
    let mut order: Vec<u32> = Vec::with_capacity(graph.nodes());
    let mut is_in = vec![false; graph.nodes()];
    let mut next = 0;
    for start in graph.numbers() {
        if is_in[start as usize] {
            continue;
        }
        is_in[start as usize] = true;
        order.push(start);
        while let Some(node) = order.get(next) {
            next += 1;
            for other in graph.adjacent(*node).0 {
                if !std::mem::replace(&mut is_in[*other as usize], true) {
                    order.push(*other);
                }
            }
        }
    }
    order
}

/// Goes through everything as often as is asked for, or until that gains too little.
fn search(graph: &Graph, how: &Leiden) -> Vec<u32> {
    let mut draw = Draw(how.seed);
    let mut best: Option<Vec<u32>> = None;
    let mut most = f64::NEG_INFINITY;
    for left in (0..how.most_iterations).rev() {
        let next = iterate(graph, best.as_deref(), how, &mut draw);
        if left == 0 && most == f64::NEG_INFINITY {
            return next;
        }
        let reached = match how.quality {
            Quality::Modularity => modularity(graph, &next, how.resolution),
            Quality::ConstantPotts => constant_potts(graph, &next, how.resolution),
        };
        let gain = reached - most;
        if gain > 0.0 {
            (best, most) = (Some(next), reached);
        }
        if gain < how.least_gain {
            break;
        }
    }
    best.unwrap_or_else(|| graph.numbers().collect())
}

/// How much more of the edges' weight lies within communities than by chance, with every node's
/// strength as it is: at most 1, and 0 for a graph without edges.
///
/// Cost: O(nodes + edges).
/// Source: Newman and Girvan, Physical Review E 69:026113 (2004); the resolution is Reichardt and
/// Bornholdt's, Physical Review E 74:016110 (2006).
///
/// # Panics
/// If `of` has not a community for every node.
pub fn modularity(graph: &Graph, of: &[u32], resolution: f64) -> f64 {
    assert_eq!(of.len(), graph.nodes(), "every node has a community");
    if graph.total <= 0.0 {
        return 0.0;
    }
    let communities = of.iter().max().map_or(0, |most| *most as usize + 1);
    let mut strengths = vec![0.0; communities];
    for (own, strength) in of.iter().zip(&graph.strengths) {
        strengths[*own as usize] += strength;
    }
    // Sums of so many nodes each, whichever thread adds them up: the last digit is always the same.
    let blocks: Vec<usize> = (0..=graph.nodes().div_ceil(BLOCK))
        .map(|block| block * BLOCK)
        .collect();
    let within = in_ranges(shares(&blocks), |range| {
        let sums = range.map(|block| {
            let end = (blocks[block] + BLOCK).min(graph.nodes());
            (blocks[block]..end)
                .map(|node| tied_within(graph, of, node))
                .sum::<f64>()
        });
        sums.collect::<Vec<f64>>()
    });
    let within: f64 = within.into_iter().flatten().sum();
    let by_chance: f64 = strengths
        .iter()
        .map(|strength| (strength / graph.total).powi(2))
        .sum();
    within / graph.total - resolution * by_chance
}

/// So many nodes are summed up before the sums are.
const BLOCK: usize = 1 << 12;

/// The weight of a node's edges that stay within its community, its loop's twice.
fn tied_within(graph: &Graph, of: &[u32], node: usize) -> f64 {
    let own = of[node];
    let (others, weights) = graph.adjacent(u32::try_from(node).expect("32 bits number nodes"));
    let within = others
        .iter()
        .zip(weights)
        .filter(|(other, _)| of[**other as usize] == own);
    2.0 * graph.loops[node] + within.map(|(_, weight)| f64::from(*weight)).sum::<f64>()
}

/// How much more of the edges' weight lies within communities than `resolution` for each pair of
/// their nodes, as a share of all weight: at most 1, and 0 for a graph without edges.
///
/// Cost: O(nodes + edges).
/// Source: Traag, Van Dooren and Nesterov, "Narrow scope for resolution-limit-free community
/// detection" (Physical Review E 84:016114, 2011).
///
/// # Panics
/// If `of` has not a community for every node.
pub fn constant_potts(graph: &Graph, of: &[u32], resolution: f64) -> f64 {
    assert_eq!(of.len(), graph.nodes(), "every node has a community");
    if graph.total <= 0.0 {
        return 0.0;
    }
    let communities = of.iter().max().map_or(0, |most| *most as usize + 1);
    let mut sizes = vec![0.0; communities];
    for community in of {
        sizes[*community as usize] += 1.0;
    }
    // Modularity at resolution 0 is the share of the weight that lies within.
    let pairs: f64 = sizes
        .iter()
        .map(|size: &f64| size * (size - 1.0) / 2.0)
        .sum();
    modularity(graph, of, 0.0) - resolution * pairs / (graph.total / 2.0)
}

/// Goes through everything once, from a division that is there or else from nodes that are alone. Gives
/// communities that are connected.
fn iterate(graph: &Graph, of: Option<&[u32]>, how: &Leiden, draw: &mut Draw) -> Vec<u32> {
    // What a tie is weighed against: strengths, which every graph has, or how many nodes there were.
    let mut counts = match how.quality {
        Quality::Modularity => Vec::new(),
        Quality::ConstantPotts => vec![1.0; graph.nodes()],
    };
    let chance = match how.quality {
        Quality::Modularity if graph.total > 0.0 => how.resolution / graph.total,
        Quality::Modularity => 0.0,
        Quality::ConstantPotts => how.resolution,
    };
    let masses = masses_of(how.quality, graph, &counts);
    let mut partition = match of {
        Some(of) => Partition::new(masses, of.to_vec()),
        None => begin(graph, masses, chance),
    };
    move_nodes(graph, masses, &mut partition, chance);
    let mut smaller: Option<Graph> = None;
    // Where each node of the graph is in the smaller one.
    let mut place: Option<Vec<u32>> = None;
    // Whether communities are known to hold together: parts that refinement made do.
    let held = loop {
        let level = smaller.as_ref().unwrap_or(graph);
        if partition.communities() == level.nodes() {
            break true;
        }
        let masses = masses_of(how.quality, level, &counts);
        let parts = refine(level, masses, &partition, chance, draw.next());
        let (next, number_of) = aggregate(level, &parts);
        if next.nodes() == level.nodes() {
            break false;
        }
        let mut next_of = vec![0; next.nodes()];
        for (number, community) in number_of.iter().zip(partition.of()) {
            next_of[*number as usize] = *community;
        }
        if how.quality == Quality::ConstantPotts {
            counts = summed(&counts, &number_of, next.nodes());
        }
        place = Some(match place {
            None => number_of,
            Some(mut place) => {
                for place in &mut place {
                    *place = number_of[*place as usize];
                }
                place
            }
        });
        let masses = masses_of(how.quality, &next, &counts);
        partition = Partition::new(masses, next_of);
        move_nodes(&next, masses, &mut partition, chance);
        smaller = Some(next);
    };
    let of = partition.of();
    let of: Vec<u32> = match place {
        None => of.to_vec(),
        Some(place) => place.iter().map(|place| of[*place as usize]).collect(),
    };
    if held { of } else { connected(graph, &of) }
}

fn masses_of<'a>(quality: Quality, level: &'a Graph, counts: &'a [f64]) -> &'a [f64] {
    match quality {
        Quality::Modularity => &level.strengths,
        Quality::ConstantPotts => counts,
    }
}

/// What the parts weigh together.
fn summed(masses: &[f64], number_of: &[u32], parts: usize) -> Vec<f64> {
    let mut sums = vec![0.0; parts];
    for (mass, number) in masses.iter().zip(number_of) {
        sums[*number as usize] += mass;
    }
    sums
}

/// The same with every community that falls apart divided. That never lowers quality.
fn connected(graph: &Graph, of: &[u32]) -> Vec<u32> {
    const UNSEEN: u32 = u32::MAX;
    let mut part = vec![UNSEEN; graph.nodes()];
    let mut open = Vec::new();
    let mut count = 0;
    for node in graph.numbers() {
        if part[node as usize] != UNSEEN {
            continue;
        }
        part[node as usize] = count;
        open.push(node);
        while let Some(node) = open.pop() {
            for other in graph.adjacent(node).0 {
                if part[*other as usize] == UNSEEN && of[*other as usize] == of[node as usize] {
                    part[*other as usize] = count;
                    open.push(*other);
                }
            }
        }
        count += 1;
    }
    part
}

/// Numbers communities by size. They come numbered by their smallest nodes.
fn by_size(of: &[u32]) -> (Vec<u32>, u32) {
    let count = of.iter().max().map_or(0, |most| *most as usize + 1);
    let mut sizes = vec![0_u32; count];
    for community in of {
        sizes[*community as usize] += 1;
    }
    let mut order: Vec<u32> = (0..u32::try_from(count).expect("no more than nodes")).collect();
    order.sort_by_key(|community| u32::MAX - sizes[*community as usize]);
    let mut number = vec![0; count];
    for (place, community) in (0..).zip(&order) {
        number[*community as usize] = place;
    }
    let of = of.iter().map(|community| number[*community as usize]);
    (
        of.collect(),
        u32::try_from(count).expect("no more than nodes"),
    )
}

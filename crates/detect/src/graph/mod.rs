//! Graphs of accounts, and what is found in them: components, cores, communities, who is near whom.
//!
//! It knows nothing of accounts: nodes are numbers, edges have weights, and the same edges give the
//! same result in whatever order they come. What the edges mean is for others to judge.

mod aggregate;
mod components;
mod generate;
mod kcore;
pub mod layout;
mod leiden;
mod moving;
mod propagate;
mod refine;
mod threads;

#[cfg(test)]
mod tests;

pub use components::components;
pub use generate::{Planted, planted};
pub use kcore::cores;
pub use leiden::{Communities, Leiden, Quality, constant_potts, leiden, modularity};
pub use propagate::{Propagation, propagate};

use threads::{in_ranges, shares};

/// An edge; which end is which does not matter.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Edge {
    /// One end.
    pub a: u32,
    /// The other end.
    pub b: u32,
    /// How strong it is, above 0.
    pub weight: f32,
}

/// An undirected graph with weights. Edges between the same two nodes are one edge, of their sum.
#[derive(Debug, Clone, PartialEq)]
pub struct Graph {
    /// Where the edges of each node begin.
    begins: Vec<usize>,
    /// The other ends, ascending for each node. An edge is here twice, a loop never.
    others: Vec<u32>,
    weights: Vec<f32>,
    /// By node, the weight of its loop.
    loops: Vec<f64>,
    /// By node, the sum of its edges' weights, its loop's twice.
    strengths: Vec<f64>,
    /// The sum of all strengths.
    total: f64,
}

/// Edges that are none, and were left out.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct LeftOut {
    /// With an end that is no node.
    pub nowhere: u64,
    /// With a weight that is no positive number.
    pub weightless: u64,
}

impl Graph {
    /// Makes a graph of nodes `0..nodes`.
    ///
    /// Cost: time O(nodes + edges); memory 36 bytes an edge at the peak, the edges among them, and
    /// 16 bytes an edge and 24 a node in the end.
    pub fn new(nodes: u32, mut edges: Vec<Edge>) -> (Self, LeftOut) {
        let mut left_out = LeftOut::default();
        edges.retain(|edge| {
            let somewhere = edge.a < nodes && edge.b < nodes;
            let weighty = edge.weight > 0.0 && edge.weight.is_finite();
            left_out.nowhere += u64::from(!somewhere);
            left_out.weightless += u64::from(somewhere && !weighty);
            somewhere && weighty
        });
        let nodes = nodes as usize;
        let mut begins = vec![0_usize; nodes + 1];
        let mut loops: Vec<Vec<f32>> = Vec::new();
        let mut loop_of = std::collections::BTreeMap::new();
        for edge in &edges {
            if edge.a == edge.b {
                let number = *loop_of.entry(edge.a).or_insert_with(|| {
                    loops.push(Vec::new());
                    loops.len() - 1
                });
                loops[number].push(edge.weight);
            } else {
                begins[edge.a as usize + 1] += 1;
                begins[edge.b as usize + 1] += 1;
            }
        }
        for node in 0..nodes {
            begins[node + 1] += begins[node];
        }
        let mut entries = vec![(0_u32, 0.0_f32); begins[nodes]];
        let mut next = begins.clone();
        for edge in edges.iter().filter(|edge| edge.a != edge.b) {
            for (here, there) in [(edge.a, edge.b), (edge.b, edge.a)] {
                entries[next[here as usize]] = (there, edge.weight);
                next[here as usize] += 1;
            }
        }
        drop(edges);
        let mut loop_weights = vec![0.0; nodes];
        for (node, number) in loop_of {
            loop_weights[node as usize] = sum(&mut loops[number]);
        }
        let sorted = transposed(&begins, &entries, next);
        drop(entries);
        (merged(begins, &sorted, loop_weights), left_out)
    }

    /// A graph whose edges are in order and each there once from both ends.
    fn from_parts(
        begins: Vec<usize>,
        others: Vec<u32>,
        weights: Vec<f32>,
        loops: Vec<f64>,
    ) -> Self {
        let strengths: Vec<f64> = begins
            .windows(2)
            .zip(&loops)
            .map(|(ends, own)| {
                let around: f64 = weights[ends[0]..ends[1]]
                    .iter()
                    .copied()
                    .map(f64::from)
                    .sum();
                around + 2.0 * own
            })
            .collect();
        let total = strengths.iter().sum();
        Self {
            begins,
            others,
            weights,
            loops,
            strengths,
            total,
        }
    }

    /// The same graph with its nodes in another order: `order` names them from the first.
    fn reordered(&self, order: &[u32]) -> Self {
        let mut place = vec![0_u32; order.len()];
        for (at, node) in (0..).zip(order) {
            place[*node as usize] = at;
        }
        let mut begins = Vec::with_capacity(order.len() + 1);
        begins.push(0);
        let mut end = 0;
        begins.extend(order.iter().map(|node| {
            end += self.adjacent(*node).0.len();
            end
        }));
        let mut halves = in_ranges(shares(&begins), |nodes| {
            let room = begins[nodes.end] - begins[nodes.start];
            let (mut others, mut weights) = (Vec::with_capacity(room), Vec::with_capacity(room));
            for node in &order[nodes] {
                let (ends, how_strong) = self.adjacent(*node);
                others.extend(ends.iter().map(|other| place[*other as usize]));
                weights.extend_from_slice(how_strong);
            }
            (others, weights)
        })
        .into_iter();
        let (mut others, mut weights) = halves.next().unwrap_or_default();
        for half in halves {
            others.extend(half.0);
            weights.extend(half.1);
        }
        let of = |values: &[f64]| order.iter().map(|node| values[*node as usize]).collect();
        Self {
            begins,
            others,
            weights,
            loops: of(&self.loops),
            strengths: of(&self.strengths),
            total: self.total,
        }
    }

    /// How many nodes there are.
    pub fn nodes(&self) -> usize {
        self.loops.len()
    }

    /// How many edges there are, loops not counted.
    pub fn edges(&self) -> usize {
        self.others.len() / 2
    }

    /// The nodes next to one, ascending, and how strong each edge is.
    pub fn around(&self, node: u32) -> impl Iterator<Item = (u32, f32)> + '_ {
        let (others, weights) = self.adjacent(node);
        others.iter().copied().zip(weights.iter().copied())
    }

    /// The sum of the weights of a node's edges, its loop's twice.
    pub fn strength(&self, node: u32) -> f64 {
        self.strengths[node as usize]
    }

    fn adjacent(&self, node: u32) -> (&[u32], &[f32]) {
        let range = self.begins[node as usize]..self.begins[node as usize + 1];
        (&self.others[range.clone()], &self.weights[range])
    }

    /// The node's number as it is used here.
    fn numbers(&self) -> std::ops::Range<u32> {
        0..u32::try_from(self.nodes()).expect("nodes are numbered by 32 bits")
    }
}

/// The same entries with every node's others ascending: who comes first is written first.
fn transposed(begins: &[usize], entries: &[(u32, f32)], mut next: Vec<usize>) -> Vec<(u32, f32)> {
    next.copy_from_slice(begins);
    let mut sorted = vec![(0_u32, 0.0_f32); entries.len()];
    for (node, ends) in (0..).zip(begins.windows(2)) {
        for (other, weight) in &entries[ends[0]..ends[1]] {
            let place = &mut next[*other as usize];
            sorted[*place] = (node, *weight);
            *place += 1;
        }
    }
    sorted
}

/// Brings together entries of the same two nodes, which follow each other.
fn merged(mut begins: Vec<usize>, sorted: &[(u32, f32)], loops: Vec<f64>) -> Graph {
    let mut others = Vec::with_capacity(sorted.len());
    let mut weights = Vec::with_capacity(sorted.len());
    let mut same = Vec::new();
    let mut from = 0;
    for node in 0..loops.len() {
        let to = begins[node + 1];
        for entries in sorted[from..to].chunk_by(|one, next| one.0 == next.0) {
            others.push(entries[0].0);
            weights.push(if let [(_, weight)] = entries {
                *weight
            } else {
                same.clear();
                same.extend(entries.iter().map(|(_, weight)| *weight));
                #[expect(
                    clippy::cast_possible_truncation,
                    reason = "a sum of weights is as exact as a weight"
                )]
                let sum = sum(&mut same) as f32;
                sum.min(f32::MAX)
            });
        }
        from = to;
        begins[node + 1] = others.len();
    }
    others.shrink_to_fit();
    weights.shrink_to_fit();
    Graph::from_parts(begins, others, weights, loops)
}

/// The sum, which does not depend on the order.
fn sum(weights: &mut [f32]) -> f64 {
    weights.sort_unstable_by(f32::total_cmp);
    weights.iter().copied().map(f64::from).sum()
}

/// Numbers that look drawn, from a seed: `SplitMix64` (Steele, Lea and Flood, OOPSLA 2014).
#[derive(Debug, Clone)]
struct Draw(u64);

impl Draw {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let value = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let value = (value ^ (value >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        value ^ (value >> 31)
    }

    /// Below a bound, evenly but for a bias of bound / 2⁶⁴.
    fn below(&mut self, bound: usize) -> usize {
        let product = u128::from(self.next()) * bound as u128;
        usize::try_from(product >> 64).expect("below the bound")
    }

    /// From 0 to 1, 1 excluded.
    fn share(&mut self) -> f64 {
        #[expect(clippy::cast_precision_loss, reason = "53 bits are exact")]
        let bits = (self.next() >> 11) as f64;
        bits / (1_u64 << 53) as f64
    }

    fn shuffle<T>(&mut self, items: &mut [T]) {
        for end in (1..items.len()).rev() {
            items.swap(end, self.below(end + 1));
        }
    }
}

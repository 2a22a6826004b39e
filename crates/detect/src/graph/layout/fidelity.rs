//! How well places show a graph, whoever found them.

use crate::graph::{Draw, Graph};

/// What can be read off a drawing. None of it depends on the drawing's scale.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Fidelity {
    /// The mean length of an edge, by the mean distance of two nodes: the shorter the better, and 1 if
    /// places are drawn by lot.
    pub edge_length: f64,
    /// Of the nodes nearest to a node, as many as it has neighbours, the share that are its neighbours.
    pub neighbourhood: f64,
    /// Of the ten nodes nearest to a node, the share that are of its community: whether one sees where a community ends.
    pub purity: f64,
}

/// So many nodes are looked at.
const NODES: usize = 1_000;
/// So many pairs of nodes are.
const PAIRS: usize = 100_000;
/// So many nodes nearest to one are to be of its community.
const NEAREST: usize = 10;

/// Judges places by the graph and by the communities that are to be seen in them; nodes without edges show
/// nothing, and are passed over. Nodes and pairs are drawn by lot, the same for all who are judged.
///
/// Cost: O(edges + 1,000 · nodes).
/// Source: for neighbours that stay neighbours, Kruiger and others, "Graph layouts by t-SNE" (Computer Graphics
/// Forum 36, 2017).
///
/// # Panics
/// If not every node has a place and a community.
pub fn fidelity(graph: &Graph, at: &[[f32; 2]], of: &[u32]) -> Fidelity {
    let complete = at.len() == graph.nodes() && of.len() == graph.nodes();
    assert!(complete, "every node has a place and a community");
    let tied: Vec<u32> = graph
        .numbers()
        .filter(|node| !graph.adjacent(*node).0.is_empty())
        .collect();
    if tied.is_empty() {
        return Fidelity::default();
    }
    let mut draw = Draw(17);
    let (mut neighbourhood, mut purity) = (0.0, 0.0);
    for _ in 0..NODES {
        let node = tied[draw.below(tied.len())];
        let (kept, own) = around(graph, at, of, node);
        neighbourhood += kept / NODES as f64;
        purity += own / NODES as f64;
    }
    Fidelity {
        edge_length: edge_length(graph, at, &mut draw),
        neighbourhood,
        purity,
    }
}

fn edge_length(graph: &Graph, at: &[[f32; 2]], draw: &mut Draw) -> f64 {
    let distance = |one: [f32; 2], other: [f32; 2]| f64::from(distance2(one, other)).sqrt();
    let mut sum = 0.0;
    for node in graph.numbers() {
        let here = at[node as usize];
        let lengths = graph
            .around(node)
            .map(|(other, _)| distance(here, at[other as usize]));
        sum += lengths.sum::<f64>();
    }
    let mean = sum / (2.0 * graph.edges() as f64);
    let pairs = (0..PAIRS).map(|_| distance(at[draw.below(at.len())], at[draw.below(at.len())]));
    mean / (pairs.sum::<f64>() / PAIRS as f64)
}

/// Of the nodes that are nearest to one, the shares that are its neighbours and that are of its community.
fn around(graph: &Graph, at: &[[f32; 2]], of: &[u32], node: u32) -> (f64, f64) {
    let here = at[node as usize];
    let mut others: Vec<(f32, u32)> = graph
        .numbers()
        .filter(|other| *other != node)
        .map(|other| (distance2(here, at[other as usize]), other))
        .collect();
    let mut nearest = |count: usize| {
        let count = count.min(others.len());
        others.select_nth_unstable_by(count - 1, |one, other| {
            one.0.total_cmp(&other.0).then(one.1.cmp(&other.1))
        });
        others[..count].to_vec()
    };
    let neighbours = graph.adjacent(node).0;
    let near = nearest(neighbours.len());
    let kept = near
        .iter()
        .filter(|(_, other)| neighbours.binary_search(other).is_ok());
    let kept = kept.count() as f64 / near.len() as f64;
    let near = nearest(NEAREST);
    let own = near
        .iter()
        .filter(|(_, other)| of[*other as usize] == of[node as usize]);
    (kept, own.count() as f64 / near.len() as f64)
}

fn distance2(one: [f32; 2], other: [f32; 2]) -> f32 {
    let (dx, dy) = (one[0] - other[0], one[1] - other[1]);
    dx * dx + dy * dy
}

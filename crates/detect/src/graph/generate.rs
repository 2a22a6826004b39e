//! Graphs with communities that are known, for tests and benchmarks.

use super::{Draw, Edge};

/// A graph, and the communities that were planted in it.
#[derive(Debug, Clone, PartialEq)]
pub struct Planted {
    /// No loops, and no two between the same nodes; all of weight 1.
    pub edges: Vec<Edge>,
    /// The community of each node.
    pub of: Vec<u32>,
}

/// Plants communities of 20 to 1,000 nodes into a graph in which a share `mixing` of the edges goes
/// anywhere. Few nodes have many edges and few communities are large, as power laws say.
///
/// The same numbers give the same graph, to the edge.
/// Cost: O(nodes + edges · log edges).
/// Source: after Lancichinetti, Fortunato and Radicchi, "Benchmark graphs for testing community
/// detection algorithms" (Physical Review E 78:046110, 2008); here a node's number of edges is right
/// on average only.
///
/// # Panics
/// If fewer than 100 nodes are to have more than a quarter of all edges there can be.
pub fn planted(nodes: u32, edges: usize, mixing: f64, seed: u64) -> Planted {
    let possible = u64::from(nodes) * u64::from(nodes.saturating_sub(1)) / 8;
    assert!(edges as u64 <= possible, "too many edges for {nodes} nodes");
    let mut draw = Draw(seed);
    let ends = communities(nodes, &mut draw);
    // Nodes of a community follow each other here; their names are drawn below.
    let mut stubs: Vec<u32> = Vec::new();
    let mut stub_begins = vec![0_usize];
    let mut community_of = Vec::with_capacity(nodes as usize);
    let mut from = 0;
    for (community, end) in (0_u32..).zip(&ends) {
        for node in from..*end {
            let degree = power(3.0, 300.0, 2.5, &mut draw);
            stubs.extend(std::iter::repeat_n(node, degree));
            community_of.push(community);
        }
        from = *end;
        stub_begins.push(stubs.len());
    }
    let mut names: Vec<u32> = (0..nodes).collect();
    draw.shuffle(&mut names);
    let mut pairs: Vec<(u32, u32)> = Vec::with_capacity(edges + edges / 8);
    // Where communities have no room for so many, there are fewer in the end.
    for _ in 0..64 {
        if pairs.len() >= edges {
            break;
        }
        while pairs.len() < edges + edges / 16 {
            let a = stubs[draw.below(stubs.len())];
            let range = if draw.share() < mixing {
                0..stubs.len()
            } else {
                let community = community_of[a as usize] as usize;
                stub_begins[community]..stub_begins[community + 1]
            };
            let b = stubs[range.start + draw.below(range.len())];
            if a != b {
                let (a, b) = (names[a as usize], names[b as usize]);
                pairs.push((a.min(b), a.max(b)));
            }
        }
        pairs.sort_unstable();
        pairs.dedup();
    }
    // Some were drawn too many, and which ones go must not follow from their names.
    draw.shuffle(&mut pairs);
    pairs.truncate(edges);
    let mut of = vec![0; nodes as usize];
    for (name, community) in names.iter().zip(&community_of) {
        of[*name as usize] = *community;
    }
    let edges = pairs.into_iter().map(|(a, b)| Edge { a, b, weight: 1.0 });
    Planted {
        edges: edges.collect(),
        of,
    }
}

/// Where each community ends.
fn communities(nodes: u32, draw: &mut Draw) -> Vec<u32> {
    let mut ends = Vec::new();
    let mut end = 0_u32;
    while end < nodes {
        let size = power(20.0, 1000.0, 1.5, draw);
        end = end.saturating_add(u32::try_from(size).unwrap_or(1000));
        ends.push(end.min(nodes));
    }
    ends
}

/// A whole number drawn from a power law.
fn power(least: f64, most: f64, exponent: f64, draw: &mut Draw) -> usize {
    let (low, high) = (least.powf(1.0 - exponent), most.powf(1.0 - exponent));
    let drawn = (low + draw.share() * (high - low)).powf(1.0 / (1.0 - exponent));
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "between two small positive numbers"
    )]
    let whole = drawn as usize;
    whole
}

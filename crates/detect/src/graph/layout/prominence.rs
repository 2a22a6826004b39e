//! What to draw first, when not everything can be drawn.

use crate::graph::{Edge, Graph};

/// How often what nodes lend each other is passed on: by then little changes in who comes first.
const ROUNDS: usize = 24;
/// The share of its prominence that a node lends to its neighbours, as the weights of its edges are.
const LENT: f64 = 0.85;

/// All nodes, the most prominent first: who has many and strong ties, to others who have.
///
/// The first few hundred, and the edges between them, show what the graph is about. Nodes that are equally prominent
/// come in the order of their numbers. Cost: O(edges) 24 times; memory 24 bytes a node.
/// Source: weighted `PageRank`, after Brin and Page, "The anatomy of a large-scale hypertextual Web search
/// engine" (Computer Networks 30, 1998).
pub fn prominence(graph: &Graph) -> Vec<u32> {
    let mut share = vec![1.0_f64; graph.nodes()];
    let mut lent = vec![0.0_f64; graph.nodes()];
    for _ in 0..ROUNDS {
        for ((lent, share), strength) in lent.iter_mut().zip(&share).zip(&graph.strengths) {
            *lent = if *strength > 0.0 {
                LENT * share / strength
            } else {
                0.0
            };
        }
        for (node, share) in graph.numbers().zip(&mut share) {
            let own = 2.0 * graph.loops[node as usize] * lent[node as usize];
            let around = graph.around(node);
            let given: f64 = around
                .map(|(other, weight)| lent[other as usize] * f64::from(weight))
                .sum();
            *share = 1.0 - LENT + own + given;
        }
    }
    let mut order: Vec<u32> = graph.numbers().collect();
    order.sort_by(|one, other| share[*other as usize].total_cmp(&share[*one as usize]));
    order
}

/// The edges to draw first, `most` of them or all there are: the strongest that tie the communities together, then the
/// strongest that tie together whatever hangs together at all, then the others by weight.
///
/// `of` is the community of each node. Edges of one weight come in the order of their nodes; an edge's first
/// node is the one with the smaller number. Cost: O(edges · log edges); memory 20 bytes an edge.
/// Source: Kruskal, "On the shortest spanning subtree of a graph and the traveling salesman problem"
/// (Proceedings of the AMS 7, 1956), of the greatest weight instead.
///
/// # Panics
/// If `of` has not a community for every node.
pub fn backbone(graph: &Graph, of: &[u32], most: usize) -> Vec<Edge> {
    assert_eq!(of.len(), graph.nodes(), "every node has a community");
    let mut edges = Vec::with_capacity(graph.edges());
    for a in graph.numbers() {
        let ahead = graph.around(a).filter(|(b, _)| *b > a);
        edges.extend(ahead.map(|(b, weight)| Edge { a, b, weight }));
    }
    edges.sort_by(|one, other| other.weight.total_cmp(&one.weight));
    let communities = of.iter().max().map_or(0, |most| *most as usize + 1);
    let mut chosen = Vec::with_capacity(most.min(edges.len()));
    let mut tied = Sets::new(communities);
    take(&mut edges, &mut chosen, most, |edge| {
        tied.join(of[edge.a as usize], of[edge.b as usize])
    });
    let mut tied = Sets::new(graph.nodes());
    for edge in &chosen {
        tied.join(edge.a, edge.b);
    }
    take(&mut edges, &mut chosen, most, |edge| {
        tied.join(edge.a, edge.b)
    });
    take(&mut edges, &mut chosen, most, |_| true);
    chosen
}

/// Moves the first edges that are wanted from one list to the other, until there are enough.
fn take(
    edges: &mut Vec<Edge>,
    chosen: &mut Vec<Edge>,
    most: usize,
    mut wanted: impl FnMut(&Edge) -> bool,
) {
    edges.retain(|edge| {
        let taken = chosen.len() < most && wanted(edge);
        if taken {
            chosen.push(*edge);
        }
        !taken
    });
}

/// Which of them hang together.
///
/// Source: Tarjan and van Leeuwen, "Worst-case analysis of set union algorithms" (Journal of the ACM 31, 1984).
struct Sets {
    above: Vec<u32>,
}

impl Sets {
    fn new(count: usize) -> Self {
        let count = u32::try_from(count).expect("nodes are numbered by 32 bits");
        Self {
            above: (0..count).collect(),
        }
    }

    fn top(&mut self, mut of: u32) -> u32 {
        while self.above[of as usize] != of {
            let above = self.above[of as usize];
            self.above[of as usize] = self.above[above as usize];
            of = above;
        }
        of
    }

    /// Whether they did not hang together before.
    fn join(&mut self, one: u32, other: u32) -> bool {
        let (one, other) = (self.top(one), self.top(other));
        self.above[one.max(other) as usize] = one.min(other);
        one != other
    }
}

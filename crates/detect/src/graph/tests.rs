//! Graphs against the plainest programs there are for the same.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use super::*;

fn graph(nodes: u32, edges: &[(u32, u32, f32)]) -> Graph {
    let edges = edges.iter().map(|(a, b, weight)| Edge {
        a: *a,
        b: *b,
        weight: *weight,
    });
    Graph::new(nodes, edges.collect()).0
}

/// A few nodes, and edges of few different weights between them, loops and repetitions among them.
fn any_graph() -> impl Strategy<Value = (u32, Vec<(u32, u32, f32)>)> {
    (1_u32..30).prop_flat_map(|nodes| {
        let weight = prop::sample::select(vec![0.25_f32, 1.0, 1.0, 3.0]);
        let edges = prop::collection::vec((0..nodes, 0..nodes, weight), 0..80);
        (Just(nodes), edges)
    })
}

/// Modularity by its definition: over all pairs of nodes.
fn by_definition(nodes: u32, edges: &[(u32, u32, f32)], of: &[u32], resolution: f64) -> f64 {
    let mut matrix = BTreeMap::new();
    for (a, b, weight) in edges {
        *matrix.entry((*a, *b)).or_insert(0.0) += f64::from(*weight);
        *matrix.entry((*b, *a)).or_insert(0.0) += f64::from(*weight);
    }
    let strength = |node| {
        let row = matrix.iter().filter(|((a, _), _)| *a == node);
        row.map(|(_, weight)| weight).sum::<f64>()
    };
    let total: f64 = matrix.values().sum();
    if total <= 0.0 {
        return 0.0;
    }
    let mut sum = 0.0;
    for a in 0..nodes {
        for b in 0..nodes {
            if of[a as usize] == of[b as usize] {
                let tied = matrix.get(&(a, b)).copied().unwrap_or(0.0);
                sum += tied - resolution * strength(a) * strength(b) / total;
            }
        }
    }
    sum / total
}

/// Whether a set of nodes hangs together.
fn hangs_together(edges: &[(u32, u32, f32)], nodes: &BTreeSet<u32>) -> bool {
    let mut reached: BTreeSet<u32> = nodes.iter().take(1).copied().collect();
    loop {
        let more: Vec<u32> = edges
            .iter()
            .flat_map(|(a, b, _)| [(*a, *b), (*b, *a)])
            .filter(|(from, to)| reached.contains(from) && nodes.contains(to))
            .map(|(_, to)| to)
            .filter(|to| !reached.contains(to))
            .collect();
        if more.is_empty() {
            return reached == *nodes;
        }
        reached.extend(more);
    }
}

fn sets(of: &[u32]) -> BTreeMap<u32, BTreeSet<u32>> {
    let mut sets: BTreeMap<u32, BTreeSet<u32>> = BTreeMap::new();
    for (node, set) in (0..).zip(of) {
        sets.entry(*set).or_default().insert(node);
    }
    sets
}

proptest! {
    #[test]
    fn communities_are_connected_and_modularity_is_what_its_definition_gives(
        (nodes, edges) in any_graph(),
        resolution in 0.3_f64..3.0,
        seed in 0_u64..4,
    ) {
        let how = Leiden { resolution, seed, ..Leiden::default() };
        let found = leiden(&graph(nodes, &edges), &how);
        prop_assert_eq!(found.of.len(), nodes as usize);
        let sets = sets(&found.of);
        prop_assert_eq!(sets.len(), found.count as usize);
        let sizes: Vec<usize> = sets.values().map(BTreeSet::len).collect();
        prop_assert!(sizes.is_sorted_by(|one, next| one >= next), "numbered by size");
        for set in sets.values() {
            prop_assert!(hangs_together(&edges, set), "{:?}", set);
        }
        let expected = by_definition(nodes, &edges, &found.of, resolution);
        prop_assert!((found.modularity - expected).abs() < 1e-6, "{} {expected}", found.modularity);
        let apart: Vec<u32> = (0..nodes).collect();
        prop_assert!(found.modularity >= by_definition(nodes, &edges, &apart, resolution) - 1e-9);
    }

    #[test]
    fn the_order_of_edges_does_not_matter(
        (nodes, mut edges) in any_graph(),
        seed in 0_u64..9,
    ) {
        let one = graph(nodes, &edges);
        Draw(seed).shuffle(&mut edges);
        for edge in &mut edges {
            std::mem::swap(&mut edge.0, &mut edge.1);
        }
        prop_assert_eq!(&graph(nodes, &edges), &one);
    }

    #[test]
    fn components_are_what_hangs_together_and_no_edge_leaves_them((nodes, edges) in any_graph()) {
        let of = components(&graph(nodes, &edges));
        for (a, b, _) in &edges {
            prop_assert_eq!(of[*a as usize], of[*b as usize]);
        }
        for set in sets(&of).values() {
            prop_assert!(hangs_together(&edges, set));
        }
    }

    #[test]
    fn cores_are_what_is_left_when_whoever_has_too_few_is_taken_away((nodes, edges) in any_graph()) {
        let graph = graph(nodes, &edges);
        let cores = cores(&graph);
        for core in 0..=cores.iter().copied().max().unwrap_or(0) + 1 {
            let mut left: BTreeSet<u32> = (0..nodes).collect();
            while let Some(gone) = left.iter().copied().find(|node| {
                let around = graph.around(*node).filter(|(other, _)| left.contains(other));
                around.count() < core as usize
            }) {
                left.remove(&gone);
            }
            let deep = (0..nodes).filter(|node| cores[*node as usize] >= core);
            prop_assert_eq!(deep.collect::<BTreeSet<_>>(), left);
        }
    }

    #[test]
    fn propagation_is_where_a_walk_that_returns_spends_its_time((nodes, edges) in any_graph(), from in 0_u32..30) {
        let graph = graph(nodes, &edges);
        let from = from % nodes;
        let how = Propagation::default();
        let share = propagate(&graph, &[(from, 2.0)], how);
        // Step by step, for long enough.
        let mut walk = vec![0.0; nodes as usize];
        walk[from as usize] = 1.0;
        for _ in 0..400 {
            let mut next = vec![0.0; nodes as usize];
            for node in 0..nodes {
                let here = walk[node as usize];
                let strength = graph.strengths[node as usize];
                if strength <= 0.0 {
                    next[node as usize] += here;
                    continue;
                }
                next[from as usize] += how.restart * here;
                let onward = (1.0 - how.restart) * here / strength;
                next[node as usize] += onward * 2.0 * graph.loops[node as usize];
                for (other, weight) in graph.around(node) {
                    next[other as usize] += onward * f64::from(weight);
                }
            }
            walk = next;
        }
        for (here, expected) in share.iter().zip(&walk) {
            prop_assert!((here - expected).abs() < 1e-5, "{share:?} {walk:?}");
        }
    }
}

#[test]
fn two_triangles_on_a_bridge_are_two_communities() {
    let edges = [(0, 1), (1, 2), (2, 0), (2, 3), (3, 4), (4, 5), (5, 3)];
    let edges = edges.map(|(a, b)| (a, b, 1.0));
    let found = leiden(&graph(7, &edges), &Leiden::default());
    assert_eq!(
        found.of,
        [0, 0, 0, 1, 1, 1, 2],
        "and nobody joins a node without edges"
    );
    assert_eq!(cores(&graph(7, &edges)), [2, 2, 2, 2, 2, 2, 0]);
}

/// Cliques of four in a ring, each tied to the next by one edge.
fn ring_of_cliques(cliques: u32) -> Vec<(u32, u32, f32)> {
    let mut edges = Vec::new();
    for clique in 0..cliques {
        let first = 4 * clique;
        for a in 0..4 {
            edges.extend((0..a).map(|b| (first + a, first + b, 1.0)));
        }
        edges.push((first, (first + 5) % (4 * cliques), 1.0));
    }
    edges
}

#[test]
fn the_constant_potts_model_finds_small_cliques_in_a_large_graph_and_modularity_does_not() {
    let graph = graph(400, &ring_of_cliques(100));
    let how = Leiden {
        quality: Quality::ConstantPotts,
        resolution: 0.3,
        ..Leiden::default()
    };
    let found = leiden(&graph, &how);
    assert_eq!(found.count, 100);
    assert!((0..400).all(|node| found.of[node] == found.of[node / 4 * 4]));
    assert!(leiden(&graph, &Leiden::default()).count < 100);
    // 600 of the 700 edges lie within, and each of the 100 cliques has six pairs.
    let worth = constant_potts(&graph, &found.of, 0.3);
    assert!((worth - (600.0 - 0.3 * 600.0) / 700.0).abs() < 1e-12);
}

#[test]
fn nothing_is_found_in_nothing() {
    let empty = graph(0, &[]);
    assert_eq!(leiden(&empty, &Leiden::default()).count, 0);
    assert!(components(&empty).is_empty() && cores(&empty).is_empty());
    let lonely = graph(3, &[]);
    let found = leiden(&lonely, &Leiden::default());
    assert_eq!((found.of, found.modularity), (vec![0, 1, 2], 0.0));
    assert_eq!(
        propagate(
            &lonely,
            &[(1, 1.0), (9, 1.0), (2, f64::NAN)],
            Propagation::default()
        ),
        [0.0, 1.0, 0.0]
    );
}

#[test]
fn edges_that_are_none_are_counted_and_left_out() {
    let weights = [f32::NAN, f32::INFINITY, -1.0, 0.0, 1.0];
    let mut edges: Vec<Edge> = weights.map(|weight| Edge { a: 0, b: 1, weight }).to_vec();
    edges.push(Edge {
        a: 0,
        b: 2,
        weight: 1.0,
    });
    let (graph, left_out) = Graph::new(2, edges);
    assert_eq!(graph.edges(), 1);
    assert_eq!((left_out.nowhere, left_out.weightless), (1, 4));
}

#[test]
fn weights_as_large_as_can_be_do_no_harm() {
    let huge = graph(4, &[(0, 1, f32::MAX), (0, 1, f32::MAX), (2, 3, f32::MAX)]);
    let found = leiden(&huge, &Leiden::default());
    assert_eq!(found.of, [0, 0, 1, 1]);
    assert!((found.modularity - 0.5).abs() < 1e-6);
}

/// Communities are planted, and nine of ten edges know whether they stay within one.
fn check_planted(nodes: u32, edges: usize) {
    let planted = planted(nodes, edges, 0.2, 7);
    assert_eq!(planted.edges.len(), edges);
    let (graph, left_out) = Graph::new(nodes, planted.edges.clone());
    assert_eq!((graph.edges(), left_out), (edges, LeftOut::default()));
    let found = leiden(&graph, &Leiden::default());
    let truth = modularity(&graph, &planted.of, 1.0);
    assert!(found.modularity >= truth, "{} {truth}", found.modularity);
    let agree = planted.edges.iter().filter(|edge| {
        let [a, b] = [edge.a as usize, edge.b as usize];
        (planted.of[a] == planted.of[b]) == (found.of[a] == found.of[b])
    });
    let agree = agree.count();
    assert!(agree * 10 >= edges * 9, "{agree} of {edges} edges");
}

#[test]
fn planted_communities_are_found() {
    check_planted(3_000, 15_000);
}

#[test]
fn planted_communities_are_found_in_graphs_that_are_divided_at_first() {
    check_planted(20_000, 105_000);
}

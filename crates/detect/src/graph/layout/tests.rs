//! Layouts by what can be read off them.

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::super::{Edge, planted};
use super::*;
use crate::graph::Draw;

fn graph(nodes: u32, edges: impl IntoIterator<Item = (u32, u32, f32)>) -> Graph {
    let edges = edges
        .into_iter()
        .map(|(a, b, weight)| Edge { a, b, weight });
    Graph::new(nodes, edges.collect()).0
}

/// A layout with the least effort, for graphs of which it matters only that they can be laid out.
fn quick() -> LayoutSettings {
    LayoutSettings {
        effort: 0.1,
        ..LayoutSettings::default()
    }
}

/// Every node has a place in the square, and no two have the same.
fn check_places(layout: &Layout, nodes: u32) {
    assert_eq!(layout.at.len(), nodes as usize);
    assert_eq!(layout.communities.of.len(), nodes as usize);
    let inside = |value: &f32| (-1.0..=1.0).contains(value);
    assert!(layout.at.iter().flatten().all(inside), "{:?}", layout.at);
    let places: BTreeSet<[u32; 2]> = layout
        .at
        .iter()
        .map(|point| point.map(|value| (value + 0.0).to_bits()))
        .collect();
    assert_eq!(places.len(), nodes as usize, "no two are in one place");
}

fn any_graph() -> impl Strategy<Value = (u32, Vec<(u32, u32, f32)>)> {
    (1_u32..60).prop_flat_map(|nodes| {
        let weight = prop::sample::select(vec![f32::MIN_POSITIVE, 0.25, 1.0, 1.0, 3.0, f32::MAX]);
        let edges = prop::collection::vec((0..nodes, 0..nodes, weight), 0..120);
        (Just(nodes), edges)
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn every_node_has_a_place_of_its_own_whatever_the_graph_and_settings(
        (nodes, edges) in any_graph(),
        apart in prop::sample::select(vec![f32::NAN, -1.0, 1.0, 4.0, f32::INFINITY]),
        effort in prop::sample::select(vec![f32::NAN, 0.0, 0.1, 1.0]),
        seed in 0_u64..9,
    ) {
        let settings = LayoutSettings { apart, effort, seed, ..LayoutSettings::default() };
        check_places(&layout(&graph(nodes, edges), &settings), nodes);
    }

    #[test]
    fn the_order_of_edges_does_not_matter((nodes, mut edges) in any_graph(), seed in 0_u64..9) {
        let one = layout(&graph(nodes, edges.clone()), &quick());
        Draw(seed).shuffle(&mut edges);
        for edge in &mut edges {
            std::mem::swap(&mut edge.0, &mut edge.1);
        }
        prop_assert_eq!(layout(&graph(nodes, edges), &quick()), one);
    }

    #[test]
    fn a_backbone_ties_together_whatever_hangs_together((nodes, edges) in any_graph(), most in 0_usize..80) {
        let graph = graph(nodes, edges);
        let of = leiden(&graph, &Leiden::default()).of;
        let all = backbone(&graph, &of, usize::MAX);
        prop_assert_eq!(all.len(), graph.edges());
        let chosen = backbone(&graph, &of, most);
        prop_assert_eq!(&chosen[..], &all[..most.min(all.len())]);
        let parts = components(&graph);
        let forest = nodes as usize - parts.iter().collect::<BTreeSet<_>>().len();
        let tree = Graph::new(nodes, all[..forest].to_vec()).0;
        prop_assert_eq!(components(&tree), parts, "a forest comes first");
        let mut order = prominence(&graph);
        order.sort_unstable();
        prop_assert!(order.into_iter().eq(0..nodes), "everybody comes once");
    }
}

/// Planted communities are drawn apart, with short ties, about as well as it gets: the figures are what places
/// drawn by lot come nowhere near.
fn check_planted(nodes: u32, edges: usize, most_length: f64, least_purity: f64) {
    let planted = planted(nodes, edges, 0.1, 7);
    let graph = Graph::new(nodes, planted.edges).0;
    let drawn = layout(&graph, &LayoutSettings::default());
    check_places(&drawn, nodes);
    let found = fidelity(&graph, &drawn.at, &planted.of);
    assert!(found.edge_length < most_length, "{found:?}");
    assert!(found.purity > least_purity, "{found:?}");
    assert!(found.neighbourhood > 0.25, "{found:?}");
    let mut by_lot = drawn.at;
    Draw(3).shuffle(&mut by_lot);
    let by_lot = fidelity(&graph, &by_lot, &planted.of);
    assert!((by_lot.edge_length - 1.0).abs() < 0.05, "{by_lot:?}");
    assert!(
        by_lot.neighbourhood < 0.05 && by_lot.purity < 0.5,
        "{by_lot:?}"
    );
}

#[test]
fn communities_lie_apart_and_ties_are_short() {
    check_planted(2_000, 8_000, 0.32, 0.8);
}

#[test]
fn communities_lie_apart_and_ties_are_short_where_threads_work_together() {
    check_planted(20_000, 70_000, 0.2, 0.8);
}

#[test]
fn a_strong_tie_is_shorter_than_a_weak_one() {
    let circle = |node: u32| {
        (
            node,
            (node + 1) % 40,
            if node.is_multiple_of(2) { 9.0 } else { 1.0 },
        )
    };
    let drawn = layout(&graph(40, (0..40).map(circle)), &LayoutSettings::default());
    let length = |node: usize| {
        let (one, other) = (drawn.at[node], drawn.at[(node + 1) % 40]);
        (one[0] - other[0]).hypot(one[1] - other[1])
    };
    let strong: f32 = (0..40).step_by(2).map(length).sum();
    let weak: f32 = (1..40).step_by(2).map(length).sum();
    assert!(strong * 1.5 < weak, "{strong} {weak}");
}

#[test]
fn components_keep_out_of_each_other() {
    // A wheel, twenty triangles, ten pairs and thirty nodes that are alone.
    let mut edges: Vec<(u32, u32, f32)> = (1..30).map(|rim| (0, rim, 1.0)).collect();
    edges.extend((1..30).map(|rim| (rim, rim % 29 + 1, 1.0)));
    for triangle in (30..90).step_by(3) {
        edges.extend([(0, 1), (1, 2), (2, 0)].map(|(a, b)| (triangle + a, triangle + b, 1.0)));
    }
    edges.extend((90..110).step_by(2).map(|pair| (pair, pair + 1, 1.0)));
    let graph = graph(140, edges);
    let drawn = layout(&graph, &LayoutSettings::default());
    check_places(&drawn, 140);
    let of = components(&graph);
    let distance = |one: usize, other: usize| {
        let (one, other) = (drawn.at[one], drawn.at[other]);
        (one[0] - other[0]).hypot(one[1] - other[1])
    };
    for node in 0..140 {
        let tied = graph.around(u32::try_from(node).unwrap());
        let longest = tied
            .map(|(other, _)| distance(node, other as usize))
            .fold(0.0, f32::max);
        let others = (0..140).filter(|other| of[*other] != of[node]);
        let nearest = others
            .map(|other| distance(node, other))
            .fold(f32::INFINITY, f32::min);
        assert!(nearest > 0.03, "{node}: {nearest}");
        // In a triangle or a pair, one's own are nearest.
        assert!(
            node < 30 || longest < 2.0 * nearest,
            "{node}: {longest} {nearest}"
        );
    }
}

#[test]
fn graphs_of_every_shape_and_size_are_laid_out() {
    for nodes in 0..=3 {
        check_places(&layout(&graph(nodes, []), &quick()), nodes);
    }
    let loops = (0..5).map(|node| (node, node, 2.0));
    check_places(&layout(&graph(5, loops), &quick()), 5);
    let many = 100_000;
    let star = (1..many).map(|leaf| (0, leaf, 1.0));
    check_places(&layout(&graph(many, star), &quick()), many);
    let path = (1..many).map(|node| (node - 1, node, 1.0));
    check_places(&layout(&graph(many, path), &quick()), many);
    let pairs = (0..many / 2).map(|pair| (2 * pair, 2 * pair + 1, 1.0));
    check_places(&layout(&graph(many, pairs), &quick()), many);
    check_places(&layout(&graph(many, []), &quick()), many);
    let two_hubs = (2..20_000).flat_map(|node| [(0, node, 1.0), (1, node, 1.0)]);
    check_places(&layout(&graph(20_000, two_hubs), &quick()), 20_000);
    let complete = (0..500).flat_map(|a| (0..a).map(move |b| (a, b, 1.0)));
    check_places(&layout(&graph(500, complete), &quick()), 500);
}

#[test]
fn how_nodes_are_shared_among_threads_does_not_matter() {
    let planted = planted(3_000, 9_000, 0.2, 7);
    let graph = Graph::new(3_000, planted.edges).0;
    let mut draw = Draw(1);
    let mut coordinate = || f32::from(u16::try_from(draw.below(1_000)).unwrap());
    let at: Vec<Point> = (0..3_000).map(|_| [coordinate(), coordinate()]).collect();
    let level = &levels::levels(graph, vec![1.0; 3_000], planted.of)[0];
    let tree = tree::Tree::new(&at, &level.masses);
    let moved =
        |leaves| forces::moved_in(leaves, level, &at, &tree, forces::Forces::default(), 9.0);
    let whole = moved(0..tree.leaves());
    for cut in [1, 17, tree.leaves() - 1] {
        assert_eq!([moved(0..cut), moved(cut..tree.leaves())].concat(), whole);
    }
}

#[test]
fn places_that_are_taken_are_left() {
    let at = unequal(vec![
        [0.0, 0.0],
        [-1.0, 0.5],
        [0.0, 0.0],
        [1.0, 1.0],
        [1.0, 1.0],
        [-1.0, 0.5],
    ]);
    assert_eq!(at[..2], [[0.0, 0.0], [-1.0, 0.5]]);
    let places: BTreeSet<[u32; 2]> = at.iter().map(|point| point.map(f32::to_bits)).collect();
    assert_eq!(places.len(), 6);
    assert!(at.iter().flatten().all(|value| value.abs() <= 1.0));
}

#[test]
fn who_has_most_ties_comes_first_and_the_strongest_ties_between_communities_do() {
    // Two stars of four rays, tied twice.
    let mut edges: Vec<(u32, u32, f32)> = (1..5).map(|ray| (0, ray, 2.0)).collect();
    edges.extend((6..10).map(|ray| (5, ray, 3.0)));
    edges.extend([(4, 9, 1.0), (1, 6, 0.5)]);
    let graph = graph(10, edges);
    let order = prominence(&graph);
    assert_eq!(BTreeSet::from([order[0], order[1]]), BTreeSet::from([0, 5]));
    let of = [0, 0, 0, 0, 0, 1, 1, 1, 1, 1];
    let ends: Vec<(u32, u32)> = backbone(&graph, &of, 3)
        .iter()
        .map(|edge| (edge.a, edge.b))
        .collect();
    assert_eq!(ends, [(4, 9), (5, 6), (5, 7)]);
    let last = backbone(&graph, &of, usize::MAX);
    assert_eq!(
        (last[9].a, last[9].b),
        (1, 6),
        "what closes a ring comes last"
    );
    assert!(backbone(&graph, &of, 0).is_empty());
}

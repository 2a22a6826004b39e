//! One component: from its smallest level to the whole.

use super::forces::{Forces, settle};
use super::levels::{Level, levels};
use super::pack::Way;
use super::{LayoutSettings, Point, spread};
use crate::graph::{Draw, Graph};

/// How strongly a component's nodes are drawn to the middle, by their mass and distance. With a push that
/// falls off with distance, that alone makes a disc in which mass is spread evenly: nothing strays, and the shape is the
/// graph's only as far as its ties are stronger. Small graphs are to show their shape.
const GRAVITY: f32 = 0.1;
const SMALL_GRAVITY: f32 = 0.02;
/// The length up to which ties pull all the more: in small graphs communities that are tied are to be seen side by side.
const SLACK: f32 = 1.0;
const SMALL_SLACK: f32 = 4.0;
/// Up to so many nodes, and from so many on, a graph is small or large.
const SMALL: f32 = 200.0;
const LARGE: f32 = 2_000.0;

/// Places a component around its middle; `community` is that of each node. Also gives how far it reaches: about the root
/// of its nodes, so that components are drawn to one scale.
pub(super) fn placed(
    graph: Graph,
    community: Vec<u32>,
    settings: &LayoutSettings,
) -> (Vec<Point>, f32) {
    let nodes = graph.nodes();
    let effort = if settings.effort > 0.1 {
        settings.effort.min(10.0)
    } else {
        0.1
    };
    if nodes == 2 {
        // So many are pairs that it matters.
        return (vec![[-0.8, 0.0], [0.8, 0.0]], 1.4);
    }
    let masses = masses(&graph);
    let size = ((nodes as f32 - SMALL) / (LARGE - SMALL)).clamp(0.0, 1.0);
    let between = |small: f32, large: f32| small + (large - small) * size;
    let forces = Forces {
        gravity: between(SMALL_GRAVITY, GRAVITY),
        slack: between(SMALL_SLACK, SLACK),
        ..Forces::default()
    };
    let levels = levels(graph, masses, community);
    let mut draw = Draw(settings.seed);
    let reach = forces.reach_of(nodes);
    let mut at = Vec::new();
    for level in levels.iter().rev() {
        // About how far nodes of this level are from each other.
        let apart = reach / (level.graph.nodes() as f32).sqrt();
        if at.is_empty() {
            at = untangled(level, forces, apart, effort, &mut draw);
        } else {
            at = begun(level, &at, apart, &mut draw);
        }
        let times = times(level.graph.nodes(), effort);
        settle(level, &mut at, forces, times, apart);
    }
    let scale = scale(centred(&mut at), &at);
    for point in &mut at {
        *point = point.map(|value| value * scale);
    }
    spread::spread(&mut at, &levels[0].masses);
    let radius = centred(&mut at) + spread::GAP;
    (at, radius)
}

/// No node pushes others away as if it had more than so many times the usual ties: the more a hub has, the farther
/// out it would go, away from all of its own.
const HUB: f64 = 8.0;

/// How much each node pushes others away: the more, the more ties it has, so that what is tied a lot has room and
/// communities come apart. 1 in the mean.
fn masses(graph: &Graph) -> Vec<f32> {
    let usual = 1.0 + graph.total / graph.nodes() as f64;
    let masses: Vec<f64> = graph
        .strengths
        .iter()
        .map(|tie| (1.0 + tie).min(HUB * usual))
        .collect();
    let mean = masses.iter().sum::<f64>() / graph.nodes() as f64;
    masses
        .into_iter()
        .map(|mass| narrowed(mass / mean))
        .collect()
}

/// A component of at most so many nodes is drawn larger if they would be moved apart otherwise, and its shape lost.
const SHAPELY: usize = 512;
/// It is drawn so many times larger at most.
const LARGER: f32 = 1.6;

/// By how much a component of this radius grows, so that in the end its radius is the root of its nodes.
fn scale(radius: f32, at: &[Point]) -> f32 {
    let scale = (at.len() as f32).sqrt() / radius.max(1e-6);
    if at.len() > SHAPELY {
        return scale;
    }
    let mut nearest: Vec<f32> = (0..at.len())
        .map(|node| {
            let others = (0..at.len()).filter(|other| *other != node);
            others
                .map(|other| distance2(at[node], at[other]))
                .fold(f32::INFINITY, f32::min)
        })
        .collect();
    let quarter = at.len() / 4;
    let near = nearest
        .select_nth_unstable_by(quarter, f32::total_cmp)
        .1
        .sqrt();
    (spread::GAP * 1.2 / near.max(f32::MIN_POSITIVE)).clamp(scale, scale * LARGER)
}

/// From so many nodes on, the smallest level's shape is not tried more than once.
const TRIED_BELOW: usize = 64;
/// So many ways to begin are tried, each for so many steps.
const TRIES: usize = 8;
const STEPS: f32 = 50.0;

/// Where the smallest level begins: of several ways the one with the shortest ties for its size. Ties pull all the more
/// the longer they are at first, so that what is tied comes together through everything that lies in between.
fn untangled(
    level: &Level,
    forces: Forces,
    apart: f32,
    effort: f32,
    draw: &mut Draw,
) -> Vec<Point> {
    let nodes = level.graph.nodes();
    let tries = if (5..TRIED_BELOW).contains(&nodes) {
        TRIES
    } else {
        1
    };
    let forces = Forces {
        slack: apart * 100.0,
        ..forces
    };
    let mut best: Option<(f32, Vec<Point>)> = None;
    for _ in 0..tries {
        let mut at = begun(level, &[], apart, draw);
        let times = whole(STEPS * effort);
        settle(level, &mut at, forces, times, apart * 2.0);
        let length = length(level, &at);
        if best.as_ref().is_none_or(|(least, _)| length < *least) {
            best = Some((length, at));
        }
    }
    best.map_or_else(Vec::new, |(_, at)| at)
}

/// How long ties are, squared, beside how far nodes are from the middle.
fn length(level: &Level, at: &[Point]) -> f32 {
    let (mut ties, mut size) = (0.0, f32::MIN_POSITIVE);
    for ((node, here), mass) in level.graph.numbers().zip(at).zip(&level.masses) {
        size += mass * distance2(*here, [0.0; 2]);
        for (other, weight) in level.graph.around(node) {
            ties += weight * distance2(*here, at[other as usize]);
        }
    }
    ties / size
}

/// Where a level begins: around what its nodes were part of, or, at the smallest, around the middle in an order drawn
/// by lot. They lie evenly, about as far from each other as in the end.
fn begun(level: &Level, before: &[Point], apart: f32, draw: &mut Draw) -> Vec<Point> {
    let mut at = vec![[0.0; 2]; level.graph.nodes()];
    let mut placed = vec![0_u32; before.len().max(1)];
    let mut order: Vec<u32> = level.graph.numbers().collect();
    let is_smallest = before.is_empty();
    if is_smallest {
        draw.shuffle(&mut order);
    }
    let mut way = Way::new(draw.share());
    for node in order {
        let part = if is_smallest {
            0
        } else {
            level.part[node as usize] as usize
        };
        let [x, y] = before.get(part).copied().unwrap_or_default();
        let far = apart * 0.5 * (placed[part] as f32 + 0.5).sqrt();
        placed[part] += 1;
        let [right, up] = way.next_turn().map(narrowed);
        at[node as usize] = [x + right * far, y + up * far];
    }
    at
}

/// How often all nodes of a level move.
fn times(nodes: usize, effort: f32) -> usize {
    let usual = match nodes {
        0..8 => 100.0,
        8..50 => 200.0,
        50..2_000 => (100_000.0 / nodes as f32).clamp(60.0, 500.0),
        2_000..500_000 => 60.0,
        _ => 40.0,
    };
    whole(usual * effort)
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "places are as exact as f32"
)]
fn narrowed(value: f64) -> f32 {
    value as f32
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a small number above 0"
)]
fn whole(value: f32) -> usize {
    value as usize
}

fn distance2(one: Point, other: Point) -> f32 {
    let (dx, dy) = (one[0] - other[0], one[1] - other[1]);
    dx * dx + dy * dy
}

/// Moves points so that the smallest circle around them has its centre at 0, and gives its radius.
///
/// Source: Badoiu and Clarkson, "Smaller core-sets for balls" (SODA 2003): within a percent after a hundred steps.
fn centred(at: &mut [Point]) -> f32 {
    let mut centre = at.first().map_or([0.0; 2], |first| *first);
    let farthest = |centre: Point| {
        at.iter().copied().fold((0.0_f32, centre), |most, point| {
            let far = distance2(point, centre);
            if far > most.0 { (far, point) } else { most }
        })
    };
    for step in 1..=100_u8 {
        let (_, far) = farthest(centre);
        let share = 1.0 / (f32::from(step) + 1.0);
        centre = [0, 1].map(|axis| centre[axis] + (far[axis] - centre[axis]) * share);
    }
    let radius = farthest(centre).0.sqrt();
    for point in at {
        *point = [point[0] - centre[0], point[1] - centre[1]];
    }
    radius
}

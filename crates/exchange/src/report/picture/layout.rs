//! Where the accounts of a network stand in its picture.
//!
//! Forces only: ties pull, accounts push each other away, everything is drawn to the middle; then
//! whatever still overlaps is moved apart. Nothing is random, and only addition, multiplication,
//! division and square root are used, which every machine rounds alike: the same network gives the
//! same picture, digit for digit.

/// Where everything stands.
#[derive(Debug)]
pub(super) struct Layout {
    /// One point for each node.
    pub(super) points: Vec<(f64, f64)>,
    pub(super) width: f64,
    pub(super) height: f64,
}

const STEPS: u32 = 260;
const PASSES: u32 = 240;
/// Cosine and sine of the golden angle: turning by it again and again never lines points up.
const TURN: (f64, f64) = (-0.737_368_878_078_319_9, 0.675_490_294_261_523_6);
/// How much room there is for each node beyond what it covers.
const ROOM: f64 = 2.1;
/// Width to height, before nodes are moved apart.
const ASPECT: f64 = 1.5;

/// Lays out `nodes` nodes with these ties (two nodes and a strength of 0 to 1).
///
/// No two nodes come closer than `cell` (width, height), if there is any way. Cost: O(nodes²) a
/// step, so the caller bounds the nodes.
pub(super) fn layout(nodes: usize, ties: &[(usize, usize, f64)], cell: (f64, f64)) -> Layout {
    let mut points = spiral(nodes);
    settle(&mut points, ties);
    stretch(&mut points, cell);
    separate(&mut points, cell);
    frame(points, cell)
}

fn spiral(nodes: usize) -> Vec<(f64, f64)> {
    let mut direction = (1.0, 0.0);
    (0..nodes)
        .map(|index| {
            direction = (
                direction.0 * TURN.0 - direction.1 * TURN.1,
                direction.0 * TURN.1 + direction.1 * TURN.0,
            );
            let radius = (index as f64 + 0.5).sqrt();
            (direction.0 * radius, direction.1 * radius)
        })
        .collect()
}

/// Lets the forces work, each step smaller than the one before.
fn settle(points: &mut [(f64, f64)], ties: &[(usize, usize, f64)]) {
    let mut pull = vec![1e-9; points.len()];
    for (a, b, strength) in ties {
        pull[*a] += strength;
        pull[*b] += strength;
    }
    for step in 0..STEPS {
        let longest = 0.6 * f64::from(STEPS - step) / f64::from(STEPS);
        let mut force = vec![(0.0, 0.0); points.len()];
        for a in 0..points.len() {
            for b in a + 1..points.len() {
                let (dx, dy) = difference(points[a], points[b], a + b);
                let push = 1.0 / (dx * dx + dy * dy).max(0.01);
                apply(&mut force, a, b, (-dx * push, -dy * push));
            }
        }
        for (a, b, strength) in ties {
            let (dx, dy) = difference(points[*a], points[*b], a + b);
            // Shared out over all ties of both ends: a clique of a hundred must not fall in on
            // itself where a clique of five keeps its distance.
            let share = 2.2 * strength / (pull[*a] * pull[*b]).sqrt();
            apply(&mut force, *a, *b, (dx * share, dy * share));
        }
        for (point, force) in points.iter_mut().zip(force) {
            let (fx, fy) = (force.0 - point.0 * 0.25, force.1 - point.1 * 0.25);
            let size = (fx * fx + fy * fy).sqrt();
            let scale = if size > longest { longest / size } else { 1.0 };
            point.0 += fx * scale;
            point.1 += fy * scale;
        }
    }
}

/// From one point to the other; two on the same spot get a direction of their own.
fn difference(a: (f64, f64), b: (f64, f64), salt: usize) -> (f64, f64) {
    let (dx, dy) = (b.0 - a.0, b.1 - a.1);
    if dx * dx + dy * dy < 1e-12 {
        (
            1e-3 * (1.0 + (salt % 7) as f64),
            1e-3 * (1.0 + (salt % 5) as f64),
        )
    } else {
        (dx, dy)
    }
}

fn apply(force: &mut [(f64, f64)], a: usize, b: usize, by: (f64, f64)) {
    force[a].0 += by.0;
    force[a].1 += by.1;
    force[b].0 -= by.0;
    force[b].1 -= by.1;
}

/// Turns the layout to units of the drawing, wider than high, with room for every node.
fn stretch(points: &mut [(f64, f64)], cell: (f64, f64)) {
    let (low, high) = bounds(points);
    let area = points.len() as f64 * cell.0 * cell.1 * ROOM;
    let height = (area / ASPECT).sqrt();
    let size = (height * ASPECT - cell.0, height - cell.1);
    for point in points {
        let scale = |at: f64, low: f64, high: f64, size: f64| {
            if high - low < 1e-9 {
                0.0
            } else {
                (at - low) / (high - low) * size.max(0.0)
            }
        };
        *point = (
            scale(point.0, low.0, high.0, size.0),
            scale(point.1, low.1, high.1, size.1),
        );
    }
}

/// Moves apart what overlaps, along the way that is shorter.
fn separate(points: &mut [(f64, f64)], cell: (f64, f64)) {
    for _ in 0..PASSES {
        let mut moved = false;
        for a in 0..points.len() {
            for b in a + 1..points.len() {
                let (dx, dy) = difference(points[a], points[b], a + b);
                let (lack_x, lack_y) = (cell.0 - dx.abs(), cell.1 - dy.abs());
                if lack_x <= 0.01 || lack_y <= 0.01 {
                    continue;
                }
                moved = true;
                let by = if lack_x / cell.0 < lack_y / cell.1 {
                    (lack_x / 2.0 * dx.signum(), 0.0)
                } else {
                    (0.0, lack_y / 2.0 * dy.signum())
                };
                apply(points, b, a, by);
            }
        }
        if !moved {
            return;
        }
    }
}

fn frame(mut points: Vec<(f64, f64)>, cell: (f64, f64)) -> Layout {
    let (low, high) = bounds(&points);
    for point in &mut points {
        *point = (
            point.0 - low.0 + cell.0 / 2.0,
            point.1 - low.1 + cell.1 / 2.0,
        );
    }
    Layout {
        points,
        width: (high.0 - low.0 + cell.0).max(0.0),
        height: (high.1 - low.1 + cell.1).max(0.0),
    }
}

fn bounds(points: &[(f64, f64)]) -> ((f64, f64), (f64, f64)) {
    points.iter().fold(
        ((f64::MAX, f64::MAX), (f64::MIN, f64::MIN)),
        |(low, high), point| {
            (
                (low.0.min(point.0), low.1.min(point.1)),
                (high.0.max(point.0), high.1.max(point.1)),
            )
        },
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn clique(nodes: usize) -> Vec<(usize, usize, f64)> {
        (0..nodes)
            .flat_map(|a| (a + 1..nodes).map(move |b| (a, b, 1.0)))
            .collect()
    }

    #[test]
    fn nodes_never_cover_each_other_however_dense_the_network() {
        let cell = (34.0, 34.0);
        for nodes in [2, 3, 8, 40, 120] {
            let points = layout(nodes, &clique(nodes), cell).points;
            for (index, a) in points.iter().enumerate() {
                for b in &points[index + 1..] {
                    let apart = (a.0 - b.0).abs() / cell.0;
                    let above = (a.1 - b.1).abs() / cell.1;
                    assert!(apart.max(above) > 0.9, "{nodes} nodes: {a:?} {b:?}");
                }
            }
        }
    }

    #[test]
    fn everything_stands_inside_the_frame() {
        for nodes in [1, 3, 17, 120] {
            let layout = layout(nodes, &[], (60.0, 50.0));
            for (x, y) in layout.points {
                assert!((29.9..=layout.width - 29.9).contains(&x));
                assert!((24.9..=layout.height - 24.9).contains(&y));
            }
        }
    }

    #[test]
    fn tied_accounts_stand_closer_than_those_that_are_not() {
        let mut ties = clique(5);
        ties.extend(
            clique(5)
                .into_iter()
                .map(|(a, b, strength)| (a + 5, b + 5, strength)),
        );
        let points = layout(10, &ties, (30.0, 30.0)).points;
        let distance = |a: usize, b: usize| {
            let (dx, dy) = (points[a].0 - points[b].0, points[a].1 - points[b].1);
            (dx * dx + dy * dy).sqrt()
        };
        let mean = |pairs: Vec<(usize, usize)>| {
            pairs.iter().map(|(a, b)| distance(*a, *b)).sum::<f64>() / pairs.len() as f64
        };
        let within = mean(ties.iter().map(|(a, b, _)| (*a, *b)).collect());
        let between = mean((0..5).flat_map(|a| (5..10).map(move |b| (a, b))).collect());
        assert!(within * 1.3 < between, "{within} against {between}");
    }

    #[test]
    fn the_same_network_gives_the_same_picture() {
        let draw = || layout(30, &clique(30), (34.0, 34.0)).points;
        assert_eq!(draw(), draw());
    }
}

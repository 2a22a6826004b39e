//! What moves nodes: everything pushes everything away, ties pull, and all are drawn to the middle.

use std::ops::Range;

use super::Point;
use super::levels::Level;
use super::tree::{LEAF, Mass, Tree};
use crate::graph::threads::{in_ranges, shares};

/// How strong each force is.
#[derive(Debug, Clone, Copy)]
pub(super) struct Forces {
    /// The push between two masses of 1 at a distance of 1; it falls off with distance.
    pub(super) repulsion: f32,
    /// The pull to the middle on a mass of 1 at a distance of 1; it grows with distance.
    pub(super) gravity: f32,
    /// From about which distance on a tie pulls no more the longer it is. Short of it the pull grows with
    /// length, so that ties have much the same; beyond it long ties do not pull communities into each other.
    pub(super) slack: f32,
    /// How small cells must look to be one mass: their side by their distance.
    pub(super) theta: f32,
    /// How far a node goes of the way to where it would rest if nothing else moved.
    pub(super) step: f32,
}

impl Default for Forces {
    fn default() -> Self {
        Self {
            repulsion: 1.0,
            gravity: 0.1,
            slack: 1.0,
            theta: 1.0,
            step: 0.7,
        }
    }
}

impl Forces {
    /// How far from the middle so many nodes of a mass of 1 reach if nothing ties them: there push and
    /// gravity are equal.
    pub(super) fn reach_of(&self, nodes: usize) -> f32 {
        (nodes as f32 * self.repulsion / self.gravity).sqrt()
    }
}

/// At first no node goes farther at once than this share of how far nodes are from each other, in the end ...
const FIRST: f32 = 0.5;
/// ... no farther than this.
const LAST: f32 = 0.05;
/// So many times points are followed before they are put in order anew.
const FOLLOWED: usize = 8;
/// A leaf is about as much work as so many items of other work.
const LEAF_WORK: usize = 1 << 9;

/// Moves all nodes so many times, by ever smaller steps; `apart` is about how far they are from each other.
///
/// Cost: O(edges + nodes · log nodes) each time.
pub(super) fn settle(level: &Level, at: &mut [Point], forces: Forces, times: usize, apart: f32) {
    let mut tree = Tree::new(at, &level.masses);
    for time in 0..times {
        if time > 0 && time % FOLLOWED == 0 {
            turn(at);
            tree = Tree::new(at, &level.masses);
        } else if time > 0 {
            tree.follow(at, &level.masses);
        }
        let most = apart * cooled(time, times);
        let moved = moved(level, at, &tree, forces, most);
        for (node, point) in tree.order().iter().zip(moved) {
            at[*node as usize] = point;
        }
    }
}

/// Turns everything by a quarter of a radian, or nearly. No force minds; but cells lie along the axes, and what
/// they get wrong would otherwise always be wrong the same way, and draw edges where there are none.
fn turn(at: &mut [Point]) {
    const TURN: [f32; 2] = [0.968_912_4, 0.247_403_96];
    for point in at {
        let [x, y] = *point;
        *point = [x * TURN[0] - y * TURN[1], x * TURN[1] + y * TURN[0]];
    }
}

/// How far nodes may go at this time, as a share of how far they are from each other.
fn cooled(time: usize, times: usize) -> f32 {
    let left = 1.0 - time as f32 / times as f32;
    LAST + (FIRST - LAST) * left * left
}

/// Where all nodes go next, in the order along the curve.
fn moved(level: &Level, at: &[Point], tree: &Tree, forces: Forces, most: f32) -> Vec<Point> {
    let begins: Vec<usize> = (0..=tree.leaves()).map(|leaf| leaf * LEAF_WORK).collect();
    let mut parts = in_ranges(shares(&begins), |leaves| {
        moved_in(leaves, level, at, tree, forces, most)
    })
    .into_iter();
    let mut all = parts.next().unwrap_or_default();
    all.extend(parts.flatten());
    all
}

/// The same for some leaves: nothing that another leaf's nodes do now matters to them.
pub(super) fn moved_in(
    leaves: Range<usize>,
    level: &Level,
    at: &[Point],
    tree: &Tree,
    forces: Forces,
    most: f32,
) -> Vec<Point> {
    let mut moved = Vec::with_capacity(leaves.len() * LEAF);
    let mut seen = Vec::new();
    let tight = 1.0 / forces.slack;
    for leaf in leaves {
        tree.seen_from(leaf, forces.theta, &mut seen);
        let push = pushed(&tree.lanes(leaf), &seen);
        for (lane, node) in tree.members(leaf).iter().enumerate() {
            let mass = level.masses[*node as usize];
            let [x, y] = at[*node as usize];
            let (strength, gravity) = (forces.repulsion * mass, forces.gravity * mass);
            let mut force = [
                push[0][lane] * strength - gravity * x,
                push[1][lane] * strength - gravity * y,
            ];
            // How fast the force changes as the node moves.
            let mut stiff = gravity;
            let (others, weights) = level.graph.adjacent(*node);
            for (other, weight) in others.iter().zip(weights) {
                let there = at[*other as usize];
                let (dx, dy) = (there[0] - x, there[1] - y);
                let pull = weight / (1.0 + (dx * dx + dy * dy).sqrt() * tight);
                force[0] += pull * dx;
                force[1] += pull * dy;
                stiff += pull;
            }
            let step = forces.step / stiff;
            let (dx, dy) = (force[0] * step, force[1] * step);
            let far = (dx * dx + dy * dy).sqrt();
            let shorter = if far > most { most / far } else { 1.0 };
            moved.push([x + dx * shorter, y + dy * shorter]);
        }
    }
    moved
}

/// Masses nearer than the root of this push as if they were so far away.
const NEAREST2: f32 = 1e-4;

/// The push of masses on the points of a leaf, to the right and up, lane by lane.
fn pushed([x, y]: &[[f32; LEAF]; 2], seen: &[Mass]) -> [[f32; LEAF]; 2] {
    let (mut right, mut up) = ([0.0; LEAF], [0.0; LEAF]);
    for mass in seen {
        for lane in 0..LEAF {
            let (dx, dy) = (x[lane] - mass.x, y[lane] - mass.y);
            let push = mass.weight / (dx * dx + dy * dy + NEAREST2);
            right[lane] += dx * push;
            up[lane] += dy * push;
        }
    }
    [right, up]
}

//! Nodes that lie too near each other are moved apart.

use std::ops::Range;

use super::Point;
use super::tree::{LEAF, Mass, Tree};
use crate::graph::threads::{in_ranges, shares};

/// How far nodes of the usual size are kept from each other. With a component as wide as the root of its nodes, evenly
/// spread ones are about 1.9 from each other.
pub(super) const GAP: f32 = 0.9;
/// No node is kept farther from others than if it were so many times the usual size.
const MOST: f32 = 2.0;
/// How often overlaps are halved.
const TIMES: usize = 12;
/// A leaf is about as much work as so many items of other work.
const LEAF_WORK: usize = 1 << 8;

/// Moves nodes apart, those with much mass farther.
///
/// Cost: O(nodes · log nodes), unless most of them lie in one place.
pub(super) fn spread(at: &mut [Point], masses: &[f32]) {
    let sizes: Vec<f32> = masses
        .iter()
        .map(|mass| mass.sqrt().clamp(1.0, MOST) * GAP / 2.0)
        .collect();
    let begins: Vec<usize> = (0..=at.len().div_ceil(LEAF))
        .map(|leaf| leaf * LEAF_WORK)
        .collect();
    for _ in 0..TIMES {
        let tree = Tree::new(at, &sizes);
        let moved = in_ranges(shares(&begins), |leaves| {
            moved_in(leaves, at, &sizes, &tree)
        });
        for (node, point) in tree.order().iter().zip(moved.into_iter().flatten()) {
            at[*node as usize] = point;
        }
    }
}

fn moved_in(leaves: Range<usize>, at: &[Point], sizes: &[f32], tree: &Tree) -> Vec<Point> {
    let mut moved = Vec::with_capacity(leaves.len() * LEAF);
    let mut near = Vec::new();
    for leaf in leaves {
        let largest = tree.members(leaf).iter().map(|node| sizes[*node as usize]);
        let largest = largest.fold(0.0, f32::max);
        tree.near(leaf, largest + MOST * GAP / 2.0, &mut near);
        for node in tree.members(leaf) {
            moved.push(apart(at[*node as usize], sizes[*node as usize], &near));
        }
    }
    moved
}

/// Where a node goes that is too near to some of these.
fn apart([x, y]: Point, size: f32, near: &[Mass]) -> Point {
    let mut by = [0.0_f32; 2];
    for other in near {
        let (dx, dy) = (x - other.x, y - other.y);
        let far2 = dx * dx + dy * dy;
        let least = size + other.weight;
        // The node itself is among them, at no distance.
        if far2 < least * least && far2 > 0.0 && other.weight > 0.0 {
            let far = far2.sqrt();
            let push = (least - far) / far * 0.4;
            by[0] += dx * push;
            by[1] += dy * push;
        }
    }
    // Many neighbours at once push far beyond what each of them asks for.
    let far = (by[0] * by[0] + by[1] * by[1]).sqrt();
    let shorter = if far > size { size / far } else { 1.0 };
    [x + by[0] * shorter, y + by[1] * shorter]
}

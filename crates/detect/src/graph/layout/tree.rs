//! Points in the order of a curve that fills the plane, and boxes over runs of them.
//!
//! Eight points that follow each other on the curve are a leaf, four cells that follow each other one
//! cell of the level above. So the tree is complete whatever the points are: its depth, its memory and
//! where anything lies in it follow from their number alone, and points that coincide do it no harm.
//!
//! Source: Kamel and Faloutsos, "Hilbert R-tree: an improved R-tree using fractals" (VLDB 1994); Barnes
//! and Hut, "A hierarchical O(N log N) force-calculation algorithm" (Nature 324:446, 1986).

use std::ops::Range;

/// So many points in a leaf. Their forces are added up side by side, in the lanes of vectors.
pub(super) const LEAF: usize = 8;
/// So many cells in a cell.
const FANOUT: usize = 4;

/// A mass at a point.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct Mass {
    pub(super) x: f32,
    pub(super) y: f32,
    pub(super) weight: f32,
}

#[derive(Debug, Clone, Copy)]
struct Cell {
    low: [f32; 2],
    high: [f32; 2],
    /// All its mass, at the centre of it.
    mass: Mass,
    /// The square of its longer side.
    side2: f32,
}

/// A tree over points.
#[derive(Debug, Clone)]
pub(super) struct Tree {
    /// The points' numbers along the curve.
    order: Vec<u32>,
    /// The points along the curve; what fills the last leaf up has no mass.
    points: Vec<Mass>,
    /// Leaves first, then each level above them.
    cells: Vec<Cell>,
    /// Which cells each level has.
    levels: Vec<Range<usize>>,
}

impl Tree {
    /// Puts points in order along the curve.
    ///
    /// Cost: O(points · log points).
    pub(super) fn new(at: &[[f32; 2]], masses: &[f32]) -> Self {
        let mut levels = Vec::new();
        let (mut begin, mut count) = (0, at.len().div_ceil(LEAF));
        while count > 0 {
            levels.push(begin..begin + count);
            begin += count;
            count = if count == 1 {
                0
            } else {
                count.div_ceil(FANOUT)
            };
        }
        let mut tree = Self {
            order: along_the_curve(at),
            points: Vec::new(),
            cells: Vec::with_capacity(begin),
            levels,
        };
        tree.follow(at, masses);
        tree
    }

    /// Takes over where the points are now, in the order in which they were: right at any time, and fast as
    /// long as they have not gone far.
    ///
    /// Cost: O(points).
    pub(super) fn follow(&mut self, at: &[[f32; 2]], masses: &[f32]) {
        self.points.clear();
        self.points.extend(self.order.iter().map(|point| {
            let [x, y] = at[*point as usize];
            let weight = masses[*point as usize];
            Mass { x, y, weight }
        }));
        if let Some(last) = self.points.last().copied() {
            let whole = self.leaves() * LEAF;
            self.points.resize(
                whole,
                Mass {
                    weight: 0.0,
                    ..last
                },
            );
        }
        self.cells.clear();
        for leaf in self.points.chunks_exact(LEAF) {
            self.cells.push(Cell::of_points(leaf));
        }
        for level in 1..self.levels.len() {
            let below = self.levels[level - 1].clone();
            for first in below.clone().step_by(FANOUT) {
                let children = &self.cells[first..(first + FANOUT).min(below.end)];
                let cell = Cell::of_cells(children);
                self.cells.push(cell);
            }
        }
    }

    /// How many leaves there are.
    pub(super) fn leaves(&self) -> usize {
        self.levels.first().map_or(0, Range::len)
    }

    /// The numbers of a leaf's points.
    pub(super) fn members(&self, leaf: usize) -> &[u32] {
        &self.order[leaf * LEAF..((leaf + 1) * LEAF).min(self.order.len())]
    }

    /// The points' numbers along the curve.
    pub(super) fn order(&self) -> &[u32] {
        &self.order
    }

    /// Where a leaf's points are: all to the right, and all up. What is missing in the last leaf is where its last point is.
    pub(super) fn lanes(&self, leaf: usize) -> [[f32; LEAF]; 2] {
        let points = &self.points[leaf * LEAF..(leaf + 1) * LEAF];
        [
            std::array::from_fn(|lane| points[lane].x),
            std::array::from_fn(|lane| points[lane].y),
        ]
    }

    /// All masses as a leaf sees them: cells that look small from it as one mass each, the others by their
    /// points, its own among them. `theta` says how small: their side by their distance.
    pub(super) fn seen_from(&self, leaf: usize, theta: f32, seen: &mut Vec<Mass>) {
        seen.clear();
        let here = self.cells[leaf];
        let small = theta * theta;
        self.walk(|cell, points| {
            if cell.side2 <= small * here.distance2_to(cell.mass) {
                seen.push(cell.mass);
                return false;
            }
            seen.extend_from_slice(points);
            true
        });
    }

    /// The points that may be within a distance of a leaf's, its own among them.
    pub(super) fn near(&self, leaf: usize, distance: f32, seen: &mut Vec<Mass>) {
        seen.clear();
        let here = self.cells[leaf];
        let reach = distance * distance;
        self.walk(|cell, points| {
            let reached = here.gap2(cell) <= reach;
            if reached {
                seen.extend_from_slice(points);
            }
            reached
        });
    }

    /// Walks down from the top: below a cell only if the visitor says so. Leaves come with their points.
    fn walk(&self, mut visit: impl FnMut(&Cell, &[Mass]) -> bool) {
        let Some(top) = self.levels.len().checked_sub(1) else {
            return;
        };
        // A level holds back three cells while the fourth is gone into.
        let mut open = [(0_usize, 0_usize); 64];
        open[0] = (top, 0);
        let mut left = 1;
        while left > 0 {
            left -= 1;
            let (level, place) = open[left];
            let at = self.levels[level].start + place;
            if level == 0 {
                visit(&self.cells[at], &self.points[at * LEAF..(at + 1) * LEAF]);
            } else if visit(&self.cells[at], &[]) {
                let first = place * FANOUT;
                let end = (first + FANOUT).min(self.levels[level - 1].len());
                for child in (first..end).rev() {
                    open[left] = (level - 1, child);
                    left += 1;
                }
            }
        }
    }
}

impl Cell {
    fn of_points(points: &[Mass]) -> Self {
        let mut cell = Self::nothing();
        for point in points {
            cell.reach([point.x, point.y], [point.x, point.y]);
            cell.weigh(*point);
        }
        cell.balanced()
    }

    fn of_cells(cells: &[Self]) -> Self {
        let mut cell = Self::nothing();
        for child in cells {
            cell.reach(child.low, child.high);
            cell.weigh(child.mass);
        }
        cell.balanced()
    }

    fn nothing() -> Self {
        Self {
            low: [f32::INFINITY; 2],
            high: [f32::NEG_INFINITY; 2],
            mass: Mass::default(),
            side2: 0.0,
        }
    }

    fn reach(&mut self, low: [f32; 2], high: [f32; 2]) {
        for axis in 0..2 {
            self.low[axis] = self.low[axis].min(low[axis]);
            self.high[axis] = self.high[axis].max(high[axis]);
        }
    }

    fn weigh(&mut self, more: Mass) {
        self.mass.x += more.x * more.weight;
        self.mass.y += more.y * more.weight;
        self.mass.weight += more.weight;
    }

    /// Once everything is weighed: its centre of mass and its side.
    fn balanced(mut self) -> Self {
        let weight = self.mass.weight;
        self.mass.x = if weight > 0.0 {
            self.mass.x / weight
        } else {
            self.low[0]
        };
        self.mass.y = if weight > 0.0 {
            self.mass.y / weight
        } else {
            self.low[1]
        };
        let side = (self.high[0] - self.low[0]).max(self.high[1] - self.low[1]);
        self.side2 = side * side;
        self
    }

    /// The square of the distance from the box to a point.
    fn distance2_to(&self, point: Mass) -> f32 {
        let dx = (self.low[0] - point.x).max(point.x - self.high[0]).max(0.0);
        let dy = (self.low[1] - point.y).max(point.y - self.high[1]).max(0.0);
        dx * dx + dy * dy
    }

    /// The square of the distance between two boxes.
    fn gap2(&self, other: &Self) -> f32 {
        let dx = (self.low[0] - other.high[0])
            .max(other.low[0] - self.high[0])
            .max(0.0);
        let dy = (self.low[1] - other.high[1])
            .max(other.low[1] - self.high[1])
            .max(0.0);
        dx * dx + dy * dy
    }
}

/// The points' numbers along Hilbert's curve over the square that holds them all; those in the same of its
/// 2³² cells by their numbers.
fn along_the_curve(at: &[[f32; 2]]) -> Vec<u32> {
    let mut low = [f32::INFINITY; 2];
    let mut high = [f32::NEG_INFINITY; 2];
    for point in at {
        for axis in 0..2 {
            low[axis] = low[axis].min(point[axis]);
            high[axis] = high[axis].max(point[axis]);
        }
    }
    let side = (high[0] - low[0]).max(high[1] - low[1]);
    let scale = if side > 0.0 { 65_535.0 / side } else { 0.0 };
    let mut keys: Vec<(u32, u32)> = (0..)
        .zip(at)
        .map(|(number, point)| {
            let [x, y] = [0, 1].map(|axis| cell((point[axis] - low[axis]) * scale));
            (hilbert(x, y), number)
        })
        .collect();
    keys.sort_unstable();
    keys.into_iter().map(|(_, number)| number).collect()
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "from 0 to 65,535"
)]
fn cell(value: f32) -> u32 {
    value as u32
}

/// How far along the curve the cell of a 65,536 by 65,536 grid comes.
fn hilbert(mut x: u32, mut y: u32) -> u32 {
    let mut along = 0;
    for bit in (0..16).rev() {
        let (right, up) = ((x >> bit) & 1, (y >> bit) & 1);
        along = along << 2 | ((3 * right) ^ up);
        // The quarter's own curve is turned so that its ends meet its neighbours'.
        if up == 0 {
            if right == 1 {
                x = !x;
                y = !y;
            }
            std::mem::swap(&mut x, &mut y);
        }
    }
    along
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    /// Points that are drawn, all of a mass of 1.
    fn tree(count: usize) -> (Vec<[f32; 2]>, Tree) {
        let mut draw = crate::graph::Draw(5);
        let mut coordinate = || f32::from(u16::try_from(draw.below(1_000)).unwrap());
        let at: Vec<[f32; 2]> = (0..count).map(|_| [coordinate(), coordinate()]).collect();
        let tree = Tree::new(&at, &vec![1.0; count]);
        (at, tree)
    }

    #[test]
    fn neighbours_on_the_curve_are_neighbours_in_the_plane() {
        let mut cells: Vec<(u32, u32, u32)> = (0..16)
            .flat_map(|x| (0..16).map(move |y| (hilbert(x << 12, y << 12), x, y)))
            .collect();
        cells.sort_unstable();
        for next in cells.windows(2) {
            assert_eq!(
                next[0].1.abs_diff(next[1].1) + next[0].2.abs_diff(next[1].2),
                1
            );
        }
    }

    #[test]
    fn every_leaf_sees_all_mass_and_every_point_that_is_near() {
        for count in [0, 1, 8, 9, 33, 500] {
            let (at, tree) = tree(count);
            let mut seen = Vec::new();
            for leaf in 0..tree.leaves() {
                tree.seen_from(leaf, 1.0, &mut seen);
                let weight: f32 = seen.iter().map(|mass| mass.weight).sum();
                assert!((weight - count as f32).abs() < 0.5);
                tree.near(leaf, 100.0, &mut seen);
                let seen: BTreeSet<[u32; 2]> = seen
                    .iter()
                    .map(|mass| [mass.x, mass.y].map(f32::to_bits))
                    .collect();
                for point in tree.members(leaf) {
                    let [x, y] = at[*point as usize];
                    let near = at
                        .iter()
                        .filter(|other| (x - other[0]).hypot(y - other[1]) <= 100.0);
                    assert!(
                        near.map(|other| other.map(f32::to_bits))
                            .all(|other| seen.contains(&other))
                    );
                }
            }
        }
    }

    #[test]
    fn points_in_one_place_are_a_tree_like_any_other() {
        let tree = Tree::new(&vec![[3.0, -1.0]; 1_000], &vec![2.0; 1_000]);
        let mut seen = Vec::new();
        tree.seen_from(17, 1.0, &mut seen);
        assert!(seen.len() <= 4, "{}", seen.len());
        let weight: f32 = seen.iter().map(|mass| mass.weight).sum();
        assert!((weight - 2_000.0).abs() < 0.5);
    }
}

//! Circles side by side, and points around them.

/// A circle that may have others beside it, in a ring around all that are placed.
#[derive(Debug, Clone, Copy)]
struct Circle {
    at: [f64; 2],
    radius: f64,
    next: usize,
    before: usize,
}

/// The centres of circles that touch and do not overlap, around 0. They are placed in turn, each where it comes
/// nearest to the middle, so the largest should come first.
///
/// Cost: O(circles) for each circle at most, and about O(√circles) for circles of one size.
/// Source: Wang, Wang, Dai and Wang, "Visualization of large hierarchical data by circle packing" (CHI 2006), as D3
/// has it.
pub(super) fn packed(radii: &[f64]) -> Vec<[f64; 2]> {
    let mut circles: Vec<Circle> = radii
        .iter()
        .map(|radius| Circle {
            at: [0.0; 2],
            radius: *radius,
            next: 0,
            before: 0,
        })
        .collect();
    if circles.len() > 1 {
        circles[0].at[0] = -circles[1].radius;
        circles[1].at[0] = circles[0].radius;
    }
    if circles.len() > 2 {
        circles[2].at = beside(&circles[1], &circles[0], radii[2]);
        for (one, next) in [(0, 1), (1, 2), (2, 0)] {
            join(&mut circles, one, next);
        }
    }
    let (mut from, mut to) = (0, 1);
    for new in 3..circles.len() {
        loop {
            circles[new].at = beside(&circles[from], &circles[to], radii[new]);
            match in_the_way(&circles, from, to, new) {
                None => break,
                Some((true, other)) => to = other,
                Some((false, other)) => from = other,
            }
            join(&mut circles, from, to);
        }
        join(&mut circles, from, new);
        join(&mut circles, new, to);
        from = nearest_gap(&circles, new);
        to = circles[from].next;
    }
    circles.into_iter().map(|circle| circle.at).collect()
}

fn join(circles: &mut [Circle], one: usize, next: usize) {
    circles[one].next = next;
    circles[next].before = one;
}

/// Where a circle touches two others, to the left on the way from the second to the first.
fn beside(one: &Circle, other: &Circle, radius: f64) -> [f64; 2] {
    let [dx, dy] = [one.at[0] - other.at[0], one.at[1] - other.at[1]];
    let apart2 = dx * dx + dy * dy;
    if apart2 <= 0.0 {
        return [other.at[0] + other.radius + radius, other.at[1]];
    }
    let one2 = (one.radius + radius).powi(2);
    let other2 = (other.radius + radius).powi(2);
    if other2 > one2 {
        let along = (apart2 + one2 - other2) / (2.0 * apart2);
        let aside = (one2 / apart2 - along * along).max(0.0).sqrt();
        return [
            one.at[0] - along * dx - aside * dy,
            one.at[1] - along * dy + aside * dx,
        ];
    }
    let along = (apart2 + other2 - one2) / (2.0 * apart2);
    let aside = (other2 / apart2 - along * along).max(0.0).sqrt();
    [
        other.at[0] + along * dx - aside * dy,
        other.at[1] + along * dy + aside * dx,
    ]
}

/// The first circle of the ring that a new one would overlap, looked for from both ends, and whether it was found
/// going on or going back.
fn in_the_way(circles: &[Circle], from: usize, to: usize, new: usize) -> Option<(bool, usize)> {
    let (mut on, mut back) = (circles[to].next, circles[from].before);
    let (mut far_on, mut far_back) = (circles[to].radius, circles[from].radius);
    loop {
        if far_on <= far_back {
            if overlap(&circles[on], &circles[new]) {
                return Some((true, on));
            }
            far_on += circles[on].radius;
            on = circles[on].next;
        } else {
            if overlap(&circles[back], &circles[new]) {
                return Some((false, back));
            }
            far_back += circles[back].radius;
            back = circles[back].before;
        }
        if on == circles[back].next {
            return None;
        }
    }
}

fn overlap(one: &Circle, other: &Circle) -> bool {
    let [dx, dy] = [one.at[0] - other.at[0], one.at[1] - other.at[1]];
    let least = (one.radius + other.radius) * (1.0 - 1e-9);
    dx * dx + dy * dy < least * least
}

/// The circle of the ring after which the gap is that is nearest to the middle.
fn nearest_gap(circles: &[Circle], any: usize) -> usize {
    let distance2 = |circle: usize| {
        let (one, next) = (&circles[circle], &circles[circles[circle].next]);
        let touch = [0, 1].map(|axis| one.at[axis] * next.radius + next.at[axis] * one.radius);
        (touch[0] * touch[0] + touch[1] * touch[1]) / (one.radius + next.radius).powi(2)
    };
    let (mut best, mut least) = (any, distance2(any));
    let mut circle = circles[any].next;
    while circle != any {
        let distance = distance2(circle);
        if distance < least {
            (best, least) = (circle, distance);
        }
        circle = circles[circle].next;
    }
    best
}

/// How far circles reach from 0.
pub(super) fn extent(centres: &[[f64; 2]], radii: &[f64]) -> f64 {
    let reach = |(at, radius): (&[f64; 2], &f64)| (at[0] * at[0] + at[1] * at[1]).sqrt() + radius;
    centres.iter().zip(radii).map(reach).fold(0.0, f64::max)
}

/// How far points that are strewn are from each other, at most.
const STREWN: f64 = 2.0;
/// The share of the circle's area that they may take up around it: who is tied to nobody is not to be all that
/// one sees.
const AROUND: f64 = 0.4;
/// Directions that each turn from the one before by the golden angle: as many as there are, they point everywhere
/// evenly, and points that go in these, each as far as the root of its turn, lie evenly.
///
/// Source: Vogel, "A better way to construct the sunflower head" (Mathematical Biosciences 44, 1979).
pub(super) struct Way([f64; 2]);

impl Way {
    /// The golden angle's cosine and sine.
    const TURN: [f64; 2] = [-0.737_368_878_078_319_7, 0.675_490_294_261_523_6];

    /// From some direction: `share` is from 0 to 1.
    pub(super) fn new(share: f64) -> Self {
        Self([share * 2.0 - 1.0, 0.5]).of_length_one()
    }

    pub(super) fn next_turn(&mut self) -> [f64; 2] {
        let [x, y] = self.0;
        let [cosine, sine] = Self::TURN;
        let turned = Self([x * cosine - y * sine, x * sine + y * cosine]).of_length_one();
        std::mem::replace(self, turned).0
    }

    /// However often it was turned.
    fn of_length_one(self) -> Self {
        let length = (self.0[0] * self.0[0] + self.0[1] * self.0[1]).sqrt();
        Self(self.0.map(|share| share / length))
    }
}

/// Points that lie evenly around a circle, as seeds do in a sunflower.
pub(super) fn strewn(count: usize, radius: f64) -> Vec<[f64; 2]> {
    let inner = if radius > 0.0 {
        radius + STREWN / 2.0
    } else {
        0.0
    };
    let each = STREWN * STREWN / std::f64::consts::PI;
    let room = AROUND * radius * radius / count.max(1) as f64;
    let each = if room > 0.0 { each.min(room) } else { each };
    let mut way = Way::new(1.0);
    let points = (0..count).map(|point| {
        let far = (inner * inner + each * (point as f64 + 0.5)).sqrt();
        way.next_turn().map(|share| share * far)
    });
    points.collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn circles_do_not_overlap_and_lie_close(mut radii in prop::collection::vec(0.5_f64..40.0, 1..80)) {
            radii.sort_by(|one, other| other.total_cmp(one));
            let centres = packed(&radii);
            for one in 0..radii.len() {
                for other in 0..one {
                    let [dx, dy] = [0, 1].map(|axis| centres[one][axis] - centres[other][axis]);
                    let least = radii[one] + radii[other];
                    prop_assert!((dx * dx + dy * dy).sqrt() > least * (1.0 - 1e-6));
                }
            }
            let area: f64 = radii.iter().map(|radius| radius * radius).sum();
            prop_assert!(extent(&centres, &radii) < 2.5 * area.sqrt());
        }
    }

    #[test]
    fn what_is_strewn_keeps_its_distance_to_the_circle_and_to_each_other() {
        for (count, radius) in [(1, 0.0), (7, 0.0), (500, 0.0), (3, 10.0), (400, 50.0)] {
            let points = strewn(count, radius);
            for (place, one) in points.iter().enumerate() {
                assert!(one[0].hypot(one[1]) >= radius);
                for other in &points[..place] {
                    assert!((one[0] - other[0]).hypot(one[1] - other[1]) > 0.9);
                }
            }
        }
        assert!(strewn(0, 3.0).is_empty() && packed(&[]).is_empty());
    }
}

//! The first stage: pairs that meet more often than how much they do, and at which hours, explains.
//!
//! In a layer with N touches, two accounts with d and e touches are expected to meet
//! 2 · d · e / N² · M · θ times within a window, where M are all meetings within it and θ is how much more
//! the two accounts' hours overlap than those of two accounts with the layer's. Hours have one day's
//! worth of the layer's hours as a prior: 24 touches.

use rustc_hash::FxHashSet;

use super::balance::{Seen, balance};
use super::meetings::{Meeting, crowded, meetings};
use super::touches::{Layer, Touches, hour};
use super::{TimedEdge, Timing, WINDOWS};
use crate::chance::fdr;
use crate::chance::poisson::poisson_tail;

/// What the first stage found.
pub(super) struct Edges {
    /// Sorted by accounts, then group.
    pub(super) tied: Vec<TimedEdge>,
    /// How many meetings there were.
    pub(super) meetings: u64,
    /// How many objects too much happened on at once.
    pub(super) crowded_objects: u64,
    /// How many pairs were valid, but too many.
    pub(super) pairs_left_out: u64,
}

/// Finds the pairs that are valid in some group of layers when each meeting counts in one.
///
/// Cost: O(n log n) of the pairs of touches within the widest window, twice; memory 12 bytes a meeting
/// of one layer, 100 for each account of each layer, and some 150 a pair that is tested again.
pub(super) fn edges(touches: &Touches, settings: &Timing) -> Edges {
    let looks: Vec<Look<'_>> = touches
        .layers
        .iter()
        .map(|layer| Look::new(layer, touches.accounts(), settings))
        .collect();
    let mut pairs: Vec<(u32, u32)> = looks.iter().flat_map(|look| &look.valid).copied().collect();
    pairs.sort_unstable();
    pairs.dedup();
    Edges {
        tied: count_once(&looks, &pairs, settings),
        meetings: looks.iter().map(|look| look.meetings[WINDOWS - 1]).sum(),
        pairs_left_out: looks.iter().map(|look| look.left_out).sum(),
        crowded_objects: looks.iter().map(Look::crowded_objects).sum(),
    }
}

/// Tests those pairs again with each of their meetings counted in one group only.
fn count_once(looks: &[Look<'_>], pairs: &[(u32, u32)], settings: &Timing) -> Vec<TimedEdge> {
    let wanted: FxHashSet<(u32, u32)> = pairs.iter().copied().collect();
    let mut seen = Vec::new();
    for (number, look) in looks.iter().enumerate() {
        look.each_object(
            settings,
            |a, b| wanted.contains(&(a, b)),
            |found| {
                seen.extend(found.iter().map(|meeting| Seen {
                    meeting: *meeting,
                    group: look.layer.group,
                    layer: number,
                }));
            },
        );
    }
    balance(&mut seen);
    // Two posts that meet on several objects of a layer are there as often: they meet once.
    seen.sort_unstable_by_key(|seen| (seen.layer, seen.meeting));
    seen.dedup_by_key(|seen| (seen.layer, seen.meeting));
    let mut edges: Vec<TimedEdge> = Vec::new();
    for same_layer in seen.chunk_by(|one, next| one.layer == next.layer) {
        let look = &looks[same_layer[0].layer];
        let group = look.layer.group;
        let tested: Vec<TimedEdge> = same_layer
            .chunk_by(|one, next| same_pair(&one.meeting, &next.meeting))
            .map(|same| {
                let (a, b) = (same[0].meeting.a, same[0].meeting.b);
                let mut within = [0; WINDOWS];
                for seen in same {
                    within[settings.window_of(seen.meeting.gap)] += 1;
                }
                let p = look.p(a, b, within);
                TimedEdge { a, b, group, p }
            })
            .collect();
        // A group with several layers has as many chances.
        let same_group = looks.iter().filter(|other| other.layer.group == group);
        let share = settings.false_discoveries / same_group.count() as f64;
        let p = tested.iter().map(|edge| edge.p).collect();
        if let Some(threshold) = fdr::threshold(p, pairs.len() as f64, share) {
            edges.extend(tested.into_iter().filter(|edge| edge.p <= threshold));
        }
    }
    edges.sort_unstable_by(|one, other| {
        let key = |edge: &TimedEdge| (edge.a, edge.b, edge.group);
        key(one).cmp(&key(other)).then(one.p.total_cmp(&other.p))
    });
    edges.dedup_by_key(|edge| (edge.a, edge.b, edge.group));
    edges
}

fn same_pair(one: &Meeting, next: &Meeting) -> bool {
    (one.a, one.b) == (next.a, next.b)
}

/// One layer as the first stage sees it.
struct Look<'a> {
    layer: &'a Layer,
    /// By object, whether it is left out.
    crowded: Vec<bool>,
    /// By account, its place in `hours`, or past its end.
    places: Vec<u32>,
    /// By account that touched anything, how often it did, by the hour of the day.
    hours: Vec<[f32; 24]>,
    /// The same, of everybody together.
    all_hours: [f64; 24],
    /// By window, how many meetings are at most so close.
    meetings: [u64; WINDOWS],
    /// The pairs that meet more often than expected.
    valid: Vec<(u32, u32)>,
    /// How many more there are.
    left_out: u64,
}

impl<'a> Look<'a> {
    fn new(layer: &'a Layer, accounts: usize, settings: &Timing) -> Self {
        let crowded = crowded(
            layer,
            settings.widest(),
            settings.most_meetings_of_object,
            settings.most_meetings,
        );
        let mut places = vec![u32::MAX; accounts];
        let mut hours: Vec<[f32; 24]> = Vec::new();
        let mut all_hours = [0.0; 24];
        let counted = layer
            .objects()
            .filter(|(object, _)| !crowded[*object as usize]);
        for touch in counted.flat_map(|(_, touches)| touches) {
            let place = &mut places[touch.account as usize];
            if *place == u32::MAX {
                *place = u32::try_from(hours.len()).unwrap_or(u32::MAX);
                hours.push([0.0; 24]);
            }
            hours[*place as usize][hour(touch.at)] += 1.0;
            all_hours[hour(touch.at)] += 1.0;
        }
        let mut look = Self {
            layer,
            crowded,
            places,
            hours,
            all_hours,
            meetings: [0; WINDOWS],
            valid: Vec::new(),
            left_out: 0,
        };
        look.validate(settings);
        look
    }

    fn crowded_objects(&self) -> u64 {
        self.crowded.iter().filter(|crowded| **crowded).count() as u64
    }

    /// The meetings of each object that is not left out.
    fn each_object(
        &self,
        settings: &Timing,
        wanted: impl Fn(u32, u32) -> bool,
        mut tell: impl FnMut(&[Meeting]),
    ) {
        let mut found = Vec::new();
        for (object, touches) in self.layer.objects() {
            if touches.len() > 1 && !self.crowded[object as usize] {
                meetings(touches, settings.widest(), &wanted, &mut found);
                tell(&found);
            }
        }
    }

    /// Finds the valid pairs among all pairs of accounts that touch anything.
    fn validate(&mut self, settings: &Timing) {
        let mut met: Vec<(u32, u32, u8)> = Vec::new();
        self.each_object(
            settings,
            |_, _| true,
            |found| {
                met.extend(found.iter().map(|meeting| {
                    let window = settings.window_of(meeting.gap);
                    (
                        meeting.a,
                        meeting.b,
                        u8::try_from(window).unwrap_or(u8::MAX),
                    )
                }));
            },
        );
        met.sort_unstable();
        for (_, _, window) in &met {
            for meetings in &mut self.meetings[usize::from(*window)..] {
                *meetings += 1;
            }
        }
        let same = |one: &(u32, u32, u8), next: &(u32, u32, u8)| (one.0, one.1) == (next.0, next.1);
        let active = self.hours.len() as f64;
        let tests = active * (active - 1.0) / 2.0;
        // No threshold is above what it were if every pair that met at all passed.
        let share = settings.false_discoveries;
        let least = share * met.chunk_by(same).count() as f64 / tests;
        let mut small: Vec<(u32, u32, f64)> = Vec::new();
        for meetings in met.chunk_by(same) {
            let (a, b, _) = meetings[0];
            let mut within = [0; WINDOWS];
            for (_, _, window) in meetings {
                within[usize::from(*window)] += 1;
            }
            let p = self.p(a, b, within);
            if p <= least {
                small.push((a, b, p));
            }
        }
        let p = small.iter().map(|(_, _, p)| *p).collect();
        let Some(threshold) = fdr::threshold(p, tests, share) else {
            return;
        };
        small.retain(|(_, _, p)| *p <= threshold);
        if small.len() > settings.most_pairs {
            let (_, first_out, _) = small
                .select_nth_unstable_by(settings.most_pairs, |one, next| one.2.total_cmp(&next.2));
            // Those that are as likely go together, so that the order of accounts does not matter.
            let first_out = first_out.2;
            self.left_out = small.len() as u64;
            small.retain(|(_, _, p)| *p < first_out);
            self.left_out -= small.len() as u64;
        }
        self.valid = small.into_iter().map(|(a, b, _)| (a, b)).collect();
    }

    /// How likely two accounts are to meet as often as they do: the least over windows, times how many
    /// windows there are. `within` has their meetings by the narrowest window they are in.
    fn p(&self, a: u32, b: u32, within: [u64; WINDOWS]) -> f64 {
        let per_meeting = self.expected_share(a, b);
        let (mut met, mut least) = (0, 1.0_f64);
        for (new, all) in within.iter().zip(&self.meetings) {
            met += new;
            if *new > 0 {
                least = least.min(poisson_tail(met, per_meeting * *all as f64));
            }
        }
        (least * WINDOWS as f64).min(1.0)
    }

    /// Which share of all meetings two accounts are expected to have.
    fn expected_share(&self, a: u32, b: u32) -> f64 {
        let total: f64 = self.all_hours.iter().sum();
        let [one, other] =
            [a, b].map(|account| &self.hours[self.places[account as usize] as usize]);
        let (mut overlap, mut by_chance, mut d_one, mut d_other) = (0.0, 0.0, 0.0, 0.0);
        for hour in 0..24 {
            let share = self.all_hours[hour] / total;
            let (one, other) = (f64::from(one[hour]), f64::from(other[hour]));
            overlap += (one + 24.0 * share) * (other + 24.0 * share);
            by_chance += share * share;
            d_one += one;
            d_other += other;
        }
        let hours = overlap / ((d_one + 24.0) * (d_other + 24.0)) / by_chance;
        2.0 * d_one * d_other / (total * total) * hours
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Trace;
    use crate::timing::TimedLayer;

    const MINUTE: i64 = 60_000_000;
    const DAY: i64 = 1_440 * MINUTE;

    /// A hundred pairs meet on one object each. One further pair meets on `met` objects, a minute
    /// apart, one a day.
    fn tied(met: u32, settings: &Timing) -> Edges {
        let mut traces = Vec::new();
        for pair in 0..100 {
            let at = i64::from(pair) * DAY / 7;
            traces.push(Trace::new(0, pair, 10 + 2 * pair, Some(at)));
            traces.push(Trace::new(0, pair, 11 + 2 * pair, Some(at + 90 * MINUTE)));
        }
        for object in 0..met {
            let at = i64::from(object) * DAY;
            traces.push(Trace::new(0, 1_000 + object, 1, Some(at)));
            traces.push(Trace::new(0, 1_000 + object, 2, Some(at + MINUTE)));
        }
        let layer = TimedLayer {
            group: 7,
            in_stage_two: true,
            traces: &traces,
        };
        let touches = Touches::new(&[layer]);
        let mut found = edges(&touches, settings);
        for edge in &mut found.tied {
            let names = [edge.a, edge.b].map(|account| touches.names[account as usize]);
            (edge.a, edge.b) = (names[0].min(names[1]), names[0].max(names[1]));
        }
        found
    }

    #[test]
    fn who_meets_again_and_again_is_tied_and_who_met_once_is_not() {
        let found = tied(4, &Timing::default());
        assert_eq!(found.meetings, 104);
        let [edge] = found.tied[..] else {
            panic!("one pair, not {:?}", found.tied)
        };
        assert_eq!((edge.a, edge.b, edge.group), (1, 2, 7));
        assert!(edge.p < 1e-6, "{}", edge.p);
    }

    #[test]
    fn too_many_pairs_are_left_out_and_counted() {
        let everything = Timing {
            false_discoveries: 1e9,
            ..Timing::default()
        };
        assert_eq!(tied(4, &everything).tied.len(), 101);
        let few = Timing {
            most_pairs: 50,
            ..everything
        };
        let found = tied(4, &few);
        assert_eq!(
            (found.tied.len(), found.pairs_left_out),
            (1, 100),
            "equals go together"
        );
    }

    #[test]
    fn accounts_with_everybodys_hours_meet_in_proportion_to_what_they_do() {
        // Everybody is active around the clock: hours say nothing, and 2 · 48 · 24 / 72² is left.
        let traces: Vec<Trace> = (0..72)
            .map(|hour| Trace::new(0, 0, u32::from(hour >= 48), Some(hour * 60 * MINUTE)))
            .collect();
        let layer = TimedLayer {
            group: 0,
            in_stage_two: true,
            traces: &traces,
        };
        let touches = Touches::new(&[layer]);
        let look = Look::new(&touches.layers[0], 2, &Timing::default());
        let expected = 2.0 * 48.0 * 24.0 / (72.0 * 72.0);
        assert!((look.expected_share(0, 1) - expected).abs() < 1e-12);
    }

    #[test]
    fn accounts_of_other_hours_are_expected_to_meet_less() {
        let at_hour = |account: u32, hour: i64| {
            (0..20).map(move |day| Trace::new(0, 0, account, Some(day * DAY + hour * 60 * MINUTE)))
        };
        let traces: Vec<Trace> = at_hour(0, 3)
            .chain(at_hour(1, 3))
            .chain(at_hour(2, 15))
            .collect();
        let layer = TimedLayer {
            group: 0,
            in_stage_two: true,
            traces: &traces,
        };
        let touches = Touches::new(&[layer]);
        let look = Look::new(&touches.layers[0], 3, &Timing::default());
        let number = |name: u32| {
            let place = touches.names.iter().position(|own| *own == name);
            u32::try_from(place.unwrap()).unwrap()
        };
        let same = look.expected_share(number(0), number(1));
        let other = look.expected_share(number(0), number(2));
        assert!(same > 1.4 * other, "{same} {other}");
    }
}

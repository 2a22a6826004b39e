//! Meetings: two accounts touch the same object within hours of each other.

use super::touches::{Layer, Touch, day};

/// Two accounts touched the same object, soon after each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Meeting {
    /// The account with the lesser number.
    pub(super) a: u32,
    /// The other one.
    pub(super) b: u32,
    /// The day of the earlier touch.
    day: u64,
    /// How long lies between, in microseconds.
    pub(super) gap: u64,
    /// When `a` touched it, as [`Touch::at`].
    pub(super) at_a: u64,
    /// When `b` did.
    pub(super) at_b: u64,
}

/// The meetings on one object, at most `widest` microseconds apart: for each two accounts and day, the
/// closest. Who touches a thing again and again meets others once a day.
///
/// `touches` are sorted by time. What was in `into` is gone.
/// Cost: O(n log n) of the pairs of touches within `widest`.
pub(super) fn meetings(
    touches: &[Touch],
    widest: u64,
    wanted: impl Fn(u32, u32) -> bool,
    into: &mut Vec<Meeting>,
) {
    into.clear();
    for (place, one) in touches.iter().enumerate() {
        for other in &touches[place + 1..] {
            let gap = other.at.abs_diff(one.at);
            if gap > widest {
                break;
            }
            let (a, b) = if one.account < other.account {
                (one, other)
            } else {
                (other, one)
            };
            if a.account != b.account && wanted(a.account, b.account) {
                into.push(Meeting {
                    a: a.account,
                    b: b.account,
                    day: day(one.at),
                    gap,
                    at_a: a.at,
                    at_b: b.at,
                });
            }
        }
    }
    into.sort_unstable();
    into.dedup_by_key(|meeting| (meeting.a, meeting.b, meeting.day));
}

/// By object, whether so much happens on it at once that it is left out of the first stage.
///
/// Left out are objects with more than `most_of_object` pairs of touches within `widest`; then, from
/// the busiest on, as many as it takes for no more than `most` in all. Objects that are as busy as
/// each other stay or go together, so that the order of objects does not matter.
/// Cost: O(touches + objects log objects).
pub(super) fn crowded(layer: &Layer, widest: u64, most_of_object: u64, most: u64) -> Vec<bool> {
    let pairs: Vec<u64> = layer
        .objects()
        .map(|(_, touches)| pairs_within(touches, widest))
        .collect();
    let mut sorted = pairs.clone();
    sorted.sort_unstable();
    let (mut sum, mut least_left_out) = (0_u64, u64::MAX);
    for same in sorted.chunk_by(|one, next| one == next) {
        sum = sum.saturating_add(same[0].saturating_mul(same.len() as u64));
        if sum > most || same[0] > most_of_object {
            least_left_out = same[0];
            break;
        }
    }
    pairs
        .into_iter()
        .map(|pairs| pairs > 0 && pairs >= least_left_out)
        .collect()
}

fn pairs_within(touches: &[Touch], widest: u64) -> u64 {
    let (mut pairs, mut first) = (0, 0);
    for (place, touch) in touches.iter().enumerate() {
        while touch.at.abs_diff(touches[first].at) > widest {
            first += 1;
        }
        pairs += (place - first) as u64;
    }
    pairs
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Trace;
    use crate::timing::TimedLayer;
    use crate::timing::touches::Touches;

    const HOUR: u64 = 3_600_000_000;

    fn touch(account: u32, at: u64) -> Touch {
        Touch {
            object: 0,
            at,
            account,
        }
    }

    fn found(touches: &[Touch]) -> Vec<(u32, u32, u64)> {
        let mut found = Vec::new();
        meetings(touches, 6 * HOUR, |_, _| true, &mut found);
        let told = found
            .iter()
            .map(|meeting| (meeting.a, meeting.b, meeting.gap));
        told.collect()
    }

    #[test]
    fn the_closest_of_a_day_counts_and_a_window_includes_its_end() {
        let touches = [
            touch(2, 0),
            touch(1, 2 * HOUR),
            touch(2, 3 * HOUR),
            touch(1, 9 * HOUR),
        ];
        assert_eq!(found(&touches), [(1, 2, HOUR)]);
        let touches = [touch(2, 0), touch(1, 6 * HOUR + 1)];
        assert_eq!(found(&touches), []);
        let touches = [touch(2, 0), touch(1, 6 * HOUR)];
        assert_eq!(found(&touches), [(1, 2, 6 * HOUR)]);
    }

    #[test]
    fn two_meet_again_the_next_day_but_nobody_meets_oneself() {
        let day = 24 * HOUR;
        let touches = [
            touch(1, 0),
            touch(2, 5),
            touch(1, day),
            touch(2, day + 7),
            touch(2, day + 8),
        ];
        assert_eq!(found(&touches), [(1, 2, 5), (1, 2, 7)]);
    }

    #[test]
    fn times_at_the_ends_of_what_can_be_written_do_no_harm() {
        assert_eq!(found(&[touch(1, 0), touch(2, u64::MAX)]), []);
        assert_eq!(pairs_within(&[touch(1, 0), touch(2, u64::MAX)], 1), 0);
    }

    #[test]
    fn the_busiest_objects_go_first_and_equals_go_together() {
        let layer = |sizes: &[u32]| {
            let traces: Vec<Trace> = (0_u32..)
                .zip(sizes)
                .flat_map(|(object, size)| {
                    (0..*size).map(move |account| Trace::new(0, object, account, Some(0)))
                })
                .collect();
            let layer = TimedLayer {
                group: 0,
                in_stage_two: true,
                traces: &traces,
            };
            Touches::new(&[layer]).layers.remove(0)
        };
        let layer = layer(&[4, 3, 1, 3]);
        // 6, 3, 0 and 3 pairs; objects are numbered by what was done to them.
        let left_out = |most_of_object, most| {
            let sizes = layer.objects().map(|(_, touches)| touches.len());
            let mut left_out: Vec<(usize, bool)> = sizes
                .zip(crowded(&layer, 0, most_of_object, most))
                .collect();
            left_out.sort_unstable();
            left_out
        };
        let expected = |of: [bool; 4]| [1, 3, 3, 4].into_iter().zip(of).collect::<Vec<_>>();
        assert_eq!(left_out(9, 99), expected([false; 4]));
        assert_eq!(left_out(5, 99), expected([false, false, false, true]));
        assert_eq!(left_out(9, 11), expected([false, false, false, true]));
        assert_eq!(left_out(9, 5), expected([false, true, true, true]));
    }
}

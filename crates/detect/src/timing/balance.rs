//! A meeting of two posts counts in one group of layers.
//!
//! A post with a link and a picture that two accounts share is one occasion, not two, and must not
//! make the pair look tied in two independent ways.

use std::collections::BTreeMap;

use super::meetings::Meeting;

/// A meeting, and where it was seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Seen {
    pub(super) meeting: Meeting,
    pub(super) group: usize,
    pub(super) layer: usize,
}

/// Keeps each meeting in one group: of those it is seen in, the one where the pair has fewer so far.
///
/// Two posts meet when their accounts and times are the same. Meetings seen in one group only are
/// counted first, the others in the order of time.
/// Cost: O(n log n).
pub(super) fn balance(seen: &mut Vec<Seen>) {
    let posts = |seen: &Seen| {
        let Meeting {
            a, b, at_a, at_b, ..
        } = seen.meeting;
        (a, b, at_a, at_b)
    };
    seen.sort_unstable_by_key(|seen| (posts(seen), seen.group, seen.layer, seen.meeting.gap));
    let mut kept = Vec::with_capacity(seen.len());
    for of_pair in seen
        .chunk_by(|one, next| (one.meeting.a, one.meeting.b) == (next.meeting.a, next.meeting.b))
    {
        let meetings = || of_pair.chunk_by(|one, next| posts(one) == posts(next));
        let is_in_one_group =
            |meeting: &[Seen]| meeting[0].group == meeting[meeting.len() - 1].group;
        let mut counts: BTreeMap<usize, u32> = BTreeMap::new();
        for meeting in meetings().filter(|meeting| is_in_one_group(meeting)) {
            *counts.entry(meeting[0].group).or_default() += 1;
            kept.extend_from_slice(meeting);
        }
        for meeting in meetings().filter(|meeting| !is_in_one_group(meeting)) {
            let groups = meeting.iter().map(|seen| seen.group);
            let fewest =
                groups.min_by_key(|group| (counts.get(group).copied().unwrap_or(0), *group));
            let Some(group) = fewest else { continue };
            *counts.entry(group).or_default() += 1;
            kept.extend(meeting.iter().filter(|seen| seen.group == group));
        }
    }
    *seen = kept;
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::timing::touches::Touch;

    /// A meeting at a time, seen in a group.
    fn seen(at: u64, group: usize) -> Seen {
        let touch = |account| Touch {
            object: 0,
            at,
            account,
        };
        let mut met = Vec::new();
        crate::timing::meetings::meetings(&[touch(1), touch(2)], 0, |_, _| true, &mut met);
        Seen {
            meeting: met[0],
            group,
            layer: group,
        }
    }

    fn kept(given: &[(u64, usize)]) -> Vec<(u64, usize)> {
        let mut all: Vec<Seen> = given.iter().map(|(at, group)| seen(*at, *group)).collect();
        balance(&mut all);
        let mut kept: Vec<(u64, usize)> = all
            .iter()
            .map(|seen| (seen.meeting.at_a, seen.group))
            .collect();
        kept.sort_unstable();
        kept
    }

    #[test]
    fn what_is_seen_in_one_group_stays_and_what_is_in_two_goes_where_there_is_less() {
        assert_eq!(
            kept(&[(1, 0), (2, 0), (2, 1), (3, 0), (3, 1)]),
            [(1, 0), (2, 1), (3, 0)],
            "after one in group 0, the second goes to group 1, and the third to either"
        );
    }

    #[test]
    fn what_is_seen_in_one_group_counts_before_what_is_in_two() {
        assert_eq!(kept(&[(1, 0), (1, 1), (9, 0)]), [(1, 1), (9, 0)]);
    }
}

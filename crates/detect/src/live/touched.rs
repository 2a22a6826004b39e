//! The touches of one thing, sorted by account, then time.

use crate::input::{DAY, Micros, NO_TIME};

/// An account touched a thing.
pub(super) type Touch = (u32, Micros);

/// Puts a touch in its place; says whether that changed anything.
pub(super) fn insert(touches: &mut Vec<Touch>, touch: Touch, once_a_day: bool) -> bool {
    let place = touches.partition_point(|known| *known < touch);
    if touches.get(place) == Some(&touch) {
        return false;
    }
    if once_a_day && touch.1 != NO_TIME {
        if place > 0 && same_day(&touches[place - 1], &touch) {
            return false;
        }
        if let Some(later) = touches
            .get_mut(place)
            .filter(|later| same_day(later, &touch))
        {
            *later = touch;
            return true;
        }
    }
    if touches.len() == touches.capacity() {
        // Most things are touched once or twice.
        touches.reserve_exact((touches.len() / 2).max(1));
    }
    touches.insert(place, touch);
    true
}

/// What came of touches that were merged.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Come {
    /// How many accounts there are more.
    pub(super) accounts: u32,
    /// On which days something is new; sorted.
    pub(super) days: Vec<i64>,
}

/// Puts many touches in their places at once, as [`insert`] would one by one.
///
/// Cost: O(touches + new log new) at most; what comes at the end moves nothing.
pub(super) fn merge(touches: &mut Vec<Touch>, mut new: Vec<Touch>, once_a_day: bool) -> Come {
    new.sort_unstable();
    new.dedup();
    let mut come = Come::default();
    let mut accepted: Vec<(usize, Touch)> = Vec::with_capacity(new.len());
    for touch in new {
        let place = touches.partition_point(|known| *known < touch);
        let follower = touches.get(place).copied();
        if follower == Some(touch) {
            continue;
        }
        let earlier = place.checked_sub(1).map(|place| touches[place]);
        let accepted_last = accepted.last().map(|one| one.1);
        let around = [earlier, accepted_last];
        if once_a_day && touch.1 != NO_TIME {
            if around
                .into_iter()
                .flatten()
                .any(|one| same_day(&one, &touch))
            {
                continue;
            }
            if follower.is_some_and(|one| same_day(&one, &touch)) {
                touches[place] = touch;
                come.days.push(touch.1.div_euclid(DAY));
                continue;
            }
        }
        let is_known = |one: Option<Touch>| one.is_some_and(|one| one.0 == touch.0);
        if !(is_known(follower) || around.into_iter().any(is_known)) {
            come.accounts += 1;
        }
        if touch.1 != NO_TIME {
            come.days.push(touch.1.div_euclid(DAY));
        }
        accepted.push((place, touch));
    }
    let mut end = touches.len();
    touches.resize(end + accepted.len(), (0, 0));
    while let Some((place, touch)) = accepted.pop() {
        // As many as are still to come go before it.
        touches.copy_within(place..end, place + accepted.len() + 1);
        touches[place + accepted.len()] = touch;
        end = place;
    }
    come.days.sort_unstable();
    come.days.dedup();
    come
}

fn same_day(one: &Touch, other: &Touch) -> bool {
    one.0 == other.0 && one.1.div_euclid(DAY) == other.1.div_euclid(DAY)
}

/// When an account touched a thing.
pub(super) fn touches_of(touches: &[Touch], account: u32) -> &[Touch] {
    let from = touches.partition_point(|touch| touch.0 < account);
    let to = touches.partition_point(|touch| touch.0 <= account);
    &touches[from..to]
}

pub(super) fn accounts(touches: &[Touch]) -> Vec<u32> {
    touches
        .chunk_by(|a, b| a.0 == b.0)
        .map(|group| group[0].0)
        .collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn many_at_once_are_what_they_are_one_by_one(
            old in proptest::collection::vec((0_u32..6, 0_i64..40), 0..20),
            new in proptest::collection::vec((0_u32..9, 0_i64..40), 0..20),
            once_a_day: bool,
        ) {
            let at = |touch: &Touch| {
                let hour = touch.1 * DAY / 8;
                (touch.0, if touch.1 == 0 { NO_TIME } else { hour })
            };
            let (old, new): (Vec<Touch>, Vec<Touch>) =
                (old.iter().map(at).collect(), new.iter().map(at).collect());
            let mut one_by_one = Vec::new();
            for touch in &old {
                insert(&mut one_by_one, *touch, once_a_day);
            }
            let mut at_once = one_by_one.clone();
            let before = accounts(&one_by_one).len();
            let mut days = BTreeSet::new();
            for touch in &new {
                if insert(&mut one_by_one, *touch, once_a_day) && touch.1 != NO_TIME {
                    days.insert(touch.1.div_euclid(DAY));
                }
            }
            let come = merge(&mut at_once, new, once_a_day);
            prop_assert_eq!(&at_once, &one_by_one);
            prop_assert_eq!(before + come.accounts as usize, accounts(&at_once).len());
            prop_assert_eq!(come.days, days.into_iter().collect::<Vec<_>>());
        }
    }
}

//! Sweeps objects one by one and adds up pairs.

use super::{CoAction, LayerPlan, Pair};
use crate::trace::Trace;

/// How many contributions are held before they are added up. 48 bytes each.
const HELD: usize = 1 << 20;

/// Finds every pair of accounts that touched the same object within the plan's window.
///
/// Input: the traces of one layer, sorted by object; the order within an object does not matter.
/// `wanted` says which pairs are of interest at all; it does not change how rare a thing is.
/// Output: pairs sorted by accounts.
/// Cost: O(traces log traces + pairs sharing an object); an object costs at most cap² / 2.
pub fn pairs(traces: &[Trace], plan: &LayerPlan, wanted: impl Fn(u32, u32) -> bool) -> CoAction {
    let mut found = CoAction::default();
    let mut sum = Sum::default();
    let mut touches = Vec::new();
    for object in traces.chunk_by(|a, b| a.object == b.object) {
        touches.clear();
        touches.extend(
            object
                .iter()
                .filter(|trace| plan.window.is_none() || trace.at().is_some())
                .map(|trace| (trace.account, trace.at())),
        );
        found.untimed_traces += (object.len() - touches.len()) as u64;
        touches.sort_unstable();
        touches.dedup();
        let accounts: Vec<_> = touches.chunk_by(|a, b| a.0 == b.0).collect();
        let Ok(spread) = u32::try_from(accounts.len()) else {
            continue;
        };
        if spread > plan.cap {
            found.skipped_objects += 1;
            found.skipped_traces += object.len() as u64;
            continue;
        }
        let rarity = plan.rarity(spread);
        for (index, one) in accounts.iter().enumerate() {
            for other in &accounts[index + 1..] {
                if wanted(one[0].0, other[0].0)
                    && let Some(pair) = coincide(one, other, plan.window, rarity)
                {
                    sum.add(pair);
                }
            }
        }
    }
    found.pairs = sum.finish();
    found
}

/// One account's touches of an object against another's.
fn coincide(
    one: &[(u32, Option<i64>)],
    other: &[(u32, Option<i64>)],
    window: Option<i64>,
    weight: f64,
) -> Option<Pair> {
    let (a, b) = (one.first()?.0, other.first()?.0);
    let (count, first, last) = match window {
        None => {
            let times = || one.iter().chain(other).filter_map(|touch| touch.1);
            (one.len().min(other.len()), times().min(), times().max())
        }
        Some(window) => {
            let near = |touch: &&(u32, Option<i64>), others: &[(u32, Option<i64>)]| {
                let at = touch.1.unwrap_or_default();
                let from =
                    others.partition_point(|o| o.1.unwrap_or_default() < at.saturating_sub(window));
                others
                    .get(from)
                    .is_some_and(|o| o.1.unwrap_or_default() <= at.saturating_add(window))
            };
            let ones: Vec<_> = one.iter().filter(|t| near(t, other)).collect();
            let others: Vec<_> = other.iter().filter(|t| near(t, one)).collect();
            let times = || ones.iter().chain(&others).filter_map(|touch| touch.1);
            (ones.len().min(others.len()), times().min(), times().max())
        }
    };
    (count > 0).then_some(Pair {
        a,
        b,
        count: u32::try_from(count).unwrap_or(u32::MAX),
        objects: 1,
        weight,
        first,
        last,
    })
}

/// Whether two accounts, each with its touches of one thing in order of time, touched it within the window;
/// without one, they did.
///
/// Cost: O(one · log other).
pub(crate) fn meet(one: &[(u32, i64)], other: &[(u32, i64)], window: Option<i64>) -> bool {
    let Some(window) = window else {
        return true;
    };
    one.iter().any(|(_, at)| {
        let from = other.partition_point(|touch| touch.1 < at.saturating_sub(window));
        other
            .get(from)
            .is_some_and(|touch| touch.1 <= at.saturating_add(window))
    })
}

/// Adds contributions up without holding more than twice the distinct pairs and [`HELD`].
#[derive(Default)]
struct Sum {
    pairs: Vec<Pair>,
    sum_at: usize,
}

impl Sum {
    fn add(&mut self, pair: Pair) {
        self.pairs.push(pair);
        if self.pairs.len() >= self.sum_at.max(HELD) {
            self.fold();
            self.sum_at = self.pairs.len() * 2;
        }
    }

    /// Objects come in ascending order and the sort is stable, so that weights are added in one
    /// order only and their last bit does not depend on when this happens.
    fn fold(&mut self) {
        self.pairs.sort_by_key(|pair| (pair.a, pair.b));
        self.pairs.dedup_by(|next, kept| {
            let same = (next.a, next.b) == (kept.a, kept.b);
            if same {
                kept.count = kept.count.saturating_add(next.count);
                kept.objects = kept.objects.saturating_add(next.objects);
                kept.weight += next.weight;
                kept.first = [kept.first, next.first].into_iter().flatten().min();
                kept.last = [kept.last, next.last].into_iter().flatten().max();
            }
            same
        });
    }

    fn finish(mut self) -> Vec<Pair> {
        self.fold();
        self.pairs.shrink_to_fit();
        self.pairs
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: i64 = 3_600_000_000;

    /// Each entry: object, account, hour (negative: no time).
    fn check(touches: &[(u32, u32, i64)], window_hours: Option<i64>, cap: u32) -> CoAction {
        let mut traces: Vec<Trace> = touches
            .iter()
            .map(|(object, account, hour)| {
                Trace::new(0, *object, *account, (*hour >= 0).then_some(hour * HOUR))
            })
            .collect();
        traces.sort_unstable();
        let plan = LayerPlan {
            window: window_hours.map(|hours| hours * HOUR),
            cap,
            population: 100,
        };
        let found = pairs(&traces, &plan, |_, _| true);
        traces.reverse();
        traces.sort_by_key(|trace| trace.object);
        assert_eq!(
            pairs(&traces, &plan, |_, _| true),
            found,
            "order within an object"
        );
        found
    }

    #[test]
    fn two_accounts_that_touch_two_objects_share_two() {
        let found = check(&[(1, 7, 0), (1, 3, 900), (2, 3, 5), (2, 7, 5)], None, 9);
        assert_eq!(found.pairs.len(), 1);
        let pair = found.pairs[0];
        assert_eq!((pair.a, pair.b, pair.objects, pair.count), (3, 7, 2, 2));
        assert!((pair.weight - 2.0 * 50_f64.ln()).abs() < 1e-9);
        assert_eq!((pair.first, pair.last), (Some(0), Some(900 * HOUR)));
    }

    #[test]
    fn a_window_is_as_wide_as_stated_and_no_wider() {
        let within = |apart| check(&[(1, 1, 0), (1, 2, apart)], Some(24), 9).pairs.len();
        assert_eq!(within(24), 1);
        assert_eq!(within(25), 0);
    }

    #[test]
    fn a_touch_that_coincides_with_nothing_does_not_stretch_the_tie() {
        let found = check(&[(1, 1, 0), (1, 2, 1), (1, 1, 500), (1, 1, 2)], Some(24), 9);
        assert_eq!(found.pairs[0].count, 1);
        assert_eq!(found.pairs[0].last, Some(2 * HOUR));
    }

    #[test]
    fn what_too_many_touched_is_skipped_and_counted() {
        let found = check(&[(1, 1, 0), (1, 2, 0), (1, 3, 0), (1, 3, 1)], None, 2);
        assert!(found.pairs.is_empty());
        assert_eq!((found.skipped_objects, found.skipped_traces), (1, 4));
    }

    #[test]
    fn without_a_time_nothing_falls_into_a_window() {
        let found = check(&[(1, 1, -1), (1, 2, -1)], Some(24), 9);
        assert_eq!((found.pairs.len(), found.untimed_traces), (0, 2));
        assert_eq!(check(&[(1, 1, -1), (1, 2, 4)], None, 9).pairs.len(), 1);
    }

    #[test]
    fn a_pair_that_is_not_wanted_is_left_out_and_changes_no_other() {
        let traces: Vec<Trace> = (1..4)
            .map(|account| Trace::new(0, 1, account, None))
            .collect();
        let plan = LayerPlan {
            window: None,
            cap: 9,
            population: 100,
        };
        let all = pairs(&traces, &plan, |_, _| true).pairs;
        let some = pairs(&traces, &plan, |a, b| (a, b) != (1, 2)).pairs;
        assert_eq!(some, all[1..]);
    }

    #[test]
    fn common_things_weigh_less_than_rare_ones() {
        let found = check(
            &[(1, 1, 0), (1, 2, 0), (2, 1, 0), (2, 3, 0), (2, 4, 0)],
            None,
            9,
        );
        assert!(found.pairs[0].weight > found.pairs[1].weight);
    }
}

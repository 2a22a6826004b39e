//! How far apart two accounts' touches of one object lie when nobody coordinates them.
//!
//! What many touch is touched more densely than what few do, and what lives for a day more densely
//! than what lives for a month: each kind of object has its own law, learnt from everybody's first
//! touches, without the pairs that the first stage finds tied.

use rustc_hash::FxHashSet;

use super::touches::{Layer, Touch, Touches, mix, seconds};

/// From how many accounts on an object is of the next class.
const CLASSES_FROM: [usize; 3] = [3, 10, 100];
/// Above how many days between the first and the last touch an object is of the next class.
const SPANS_ABOVE_DAYS: [u64; 4] = [1, 3, 7, 14];
const CLASSES: usize = (CLASSES_FROM.len() + 1) * (SPANS_ABOVE_DAYS.len() + 1);
/// Gaps a law is known at: none, and from a second on 60 to the longest, evenly in their logarithm.
const STEPS: usize = 61;
/// The longest gap that is told apart from none at all, in days.
const LONGEST_DAYS: f64 = 45.0;
/// How many accounts of one object are looked at at most.
const MOST_ACCOUNTS: usize = 60;
/// How many gaps the layer's own law counts for in the law of each class.
const PSEUDO_COUNTS: f64 = 20.0;

/// The laws of one layer.
pub(super) struct GapLaws {
    /// In seconds, ascending.
    steps: Vec<f64>,
    /// By class, which share of gaps is at most each step.
    laws: Vec<Vec<f64>>,
    /// By object, its class.
    class: Vec<u8>,
}

impl GapLaws {
    /// Learns from a layer, without the pairs in `tied` (each with the lesser number first).
    ///
    /// Cost: O(touches log touches), and 60 times the touches at worst.
    pub(super) fn new(layer: &Layer, touches: &Touches, tied: &FxHashSet<(u32, u32)>) -> Self {
        let steps = steps();
        let mut counts = vec![vec![0_u64; STEPS + 1]; CLASSES];
        let mut class_of = Vec::with_capacity(layer.signatures.len());
        let mut firsts: Vec<Touch> = Vec::new();
        for (object, all) in layer.objects() {
            first_touches(all, &mut firsts);
            let class = class(firsts.len(), span(all));
            class_of.push(u8::try_from(class).unwrap_or(u8::MAX));
            let signature = layer.signatures[object as usize];
            draw_some(&mut firsts, signature, &touches.signatures);
            for (place, one) in firsts.iter().enumerate() {
                for other in &firsts[..place] {
                    let pair = (
                        one.account.min(other.account),
                        one.account.max(other.account),
                    );
                    if !tied.contains(&pair) {
                        let gap = seconds(one.at.abs_diff(other.at));
                        counts[class][steps.partition_point(|step| *step < gap)] += 1;
                    }
                }
            }
        }
        let mut all = vec![0_u64; STEPS + 1];
        for counts in &counts {
            for (all, count) in all.iter_mut().zip(counts) {
                *all += count;
            }
        }
        let (known, pairs) = cumulative(&all);
        let own = known.map(|count| (count as f64 + 1.0) / (pairs as f64 + 1.0));
        let own: Vec<f64> = own.collect();
        let laws = counts.iter().map(|counts| {
            let (known, pairs) = cumulative(counts);
            let law = known.zip(&own).map(|(count, own)| {
                (count as f64 + PSEUDO_COUNTS * own) / (pairs as f64 + PSEUDO_COUNTS)
            });
            law.collect()
        });
        let laws = laws.collect();
        Self {
            steps,
            laws,
            class: class_of,
        }
    }

    /// The chance that two touches of an object are at most `gap` seconds apart.
    pub(super) fn at_most(&self, object: u32, gap: f64) -> f64 {
        let law = &self.laws[usize::from(self.class[object as usize])];
        let above = self.steps.partition_point(|step| *step < gap);
        match above {
            0 => law[0],
            STEPS.. => law[STEPS - 1],
            _ => {
                let (from, to) = (self.steps[above - 1], self.steps[above]);
                let (low, high) = (law[above - 1], law[above]);
                low + (high - low) * (gap - from) / (to - from)
            }
        }
    }
}

fn steps() -> Vec<f64> {
    let longest = (LONGEST_DAYS * 86_400.0).log10();
    let last = (STEPS - 2) as f64;
    let logarithmic = (0..STEPS - 1).map(|step| 10_f64.powf(longest * step as f64 / last));
    std::iter::once(0.0).chain(logarithmic).collect()
}

/// How many gaps are at most each step, and how many there are.
fn cumulative(counts: &[u64]) -> (impl Iterator<Item = u64>, u64) {
    let upto = counts[..STEPS].iter().scan(0, |sum, count| {
        *sum += count;
        Some(*sum)
    });
    (upto, counts.iter().sum())
}

/// Each account's first touch of an object. `touches` are sorted by time.
fn first_touches(touches: &[Touch], into: &mut Vec<Touch>) {
    into.clear();
    into.extend_from_slice(touches);
    into.sort_unstable_by_key(|touch| (touch.account, touch.at));
    into.dedup_by_key(|touch| touch.account);
}

/// Leaves so many accounts as are looked at: those with the least hash, which is as good as drawn.
fn draw_some(firsts: &mut Vec<Touch>, object: u64, signatures: &[u64]) {
    if firsts.len() > MOST_ACCOUNTS {
        let drawn = |touch: &Touch| mix(object, signatures[touch.account as usize]);
        firsts.sort_unstable_by_key(|touch| (drawn(touch), touch.account));
        firsts.truncate(MOST_ACCOUNTS);
    }
}

/// How long lies between the first and the last touch, in microseconds.
fn span(touches: &[Touch]) -> u64 {
    match touches {
        [first, .., last] => last.at.abs_diff(first.at),
        _ => 0,
    }
}

fn class(accounts: usize, span: u64) -> usize {
    let by_accounts = CLASSES_FROM.partition_point(|from| *from <= accounts);
    let by_span = SPANS_ABOVE_DAYS.partition_point(|days| days * 86_400_000_000 < span);
    by_accounts * (SPANS_ABOVE_DAYS.len() + 1) + by_span
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Trace;
    use crate::timing::TimedLayer;

    /// Two accounts on each object, `gap` seconds apart; each object its own pair.
    fn laws(gaps: &[i64]) -> GapLaws {
        let traces: Vec<Trace> = (0_u32..)
            .zip(gaps)
            .flat_map(|(object, gap)| {
                let first = Trace::new(0, object, 2 * object, Some(0));
                [
                    first,
                    Trace::new(0, object, 2 * object + 1, Some(gap * 1_000_000)),
                ]
            })
            .collect();
        let layer = TimedLayer {
            group: 0,
            in_stage_two: true,
            traces: &traces,
        };
        let touches = Touches::new(&[layer]);
        GapLaws::new(&touches.layers[0], &touches, &FxHashSet::default())
    }

    #[test]
    fn a_law_is_the_share_of_gaps_at_most_so_long() {
        let gaps: Vec<i64> = (0..1000).map(|count| count * 40).collect();
        let laws = laws(&gaps);
        for gap in [400.0_f64, 4_000.0, 20_000.0] {
            let share = laws.at_most(0, gap);
            assert!((share - gap / 40_000.0).abs() < 0.02, "{gap}: {share}");
        }
        assert!(laws.at_most(0, 1e9) > 0.99);
    }

    #[test]
    fn a_law_rises_and_is_never_none() {
        for gaps in [vec![], vec![0], vec![5, 5, 5], vec![9_999_999]] {
            let gaps: Vec<i64> = gaps.into_iter().chain([60]).collect();
            let laws = laws(&gaps);
            let shares: Vec<f64> = (0..4_000)
                .map(|gap| laws.at_most(0, f64::from(gap * gap)))
                .collect();
            assert!(shares[0] > 0.0 && shares.is_sorted() && shares[3_999] <= 1.0);
        }
    }

    #[test]
    fn classes_are_by_accounts_and_span() {
        const DAY: u64 = 86_400_000_000;
        assert_eq!([class(2, 0), class(3, DAY), class(10, DAY + 1)], [0, 5, 11]);
        assert_eq!(class(1_000_000, u64::MAX), CLASSES - 1);
    }
}

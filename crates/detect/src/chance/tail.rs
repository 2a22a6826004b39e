//! The tail of how rare in all things are on which two accounts meet by chance.

use rustc_hash::FxHashMap;

/// How fine rarities are told apart, in nats. Things are taken to be rarer by less than one step, and what
/// was seen to be less rare: both err on the side of chance.
const STEP: f64 = 0.125;

/// What is rarer than this in all, in steps, is as improbable as this.
const MOST_STEPS: usize = 1_600;

/// Rarities are added up in single precision elsewhere.
const SLACK: f64 = 1e-4;

/// What the rest of a sum may be beside what was added up.
const NEGLIGIBLE: f64 = 1e-6;

/// How many numbers of draws are told apart between one and twice as many: draws are taken to be more, by
/// less than one in forty, so that a platform of busy accounts asks few questions.
const PER_DOUBLING: f64 = 32.0;

/// Things by popularity: how much it says to meet on one, and how probable it is.
#[derive(Debug)]
pub(super) struct Tail {
    /// Rarity in steps, and chance that one touch of each of two accounts meet there; ascending.
    classes: Vec<(usize, f64)>,
    /// By number of draws, on the grid: ln of the tail by rarity in steps, as far as was asked.
    known: FxHashMap<i32, Vec<f64>>,
}

impl Tail {
    /// `classes` have rarity in nats and chance, in any order.
    pub(super) fn new(classes: &[(f64, f64)]) -> Self {
        let mut steps: Vec<(usize, f64)> = classes
            .iter()
            .map(|(rarity, mass)| (whole((rarity / STEP).ceil()), *mass))
            .filter(|(rarity, _)| *rarity > 0)
            .collect();
        steps.sort_by_key(|class| class.0);
        steps.dedup_by(|next, kept| {
            let same = next.0 == kept.0;
            if same {
                kept.1 += next.1;
            }
            same
        });
        Self {
            classes: steps,
            known: FxHashMap::default(),
        }
    }

    /// ln of the chance that what two accounts meet on is as rare as `rarity` in all, if they have `draws`
    /// pairs of touches.
    ///
    /// Cost: O(rarity · classes) once for each number of draws on the grid, of which there are some
    /// thousand; memory 13 KB each at most.
    pub(super) fn ln_p(&mut self, draws: f64, rarity: f64) -> f64 {
        let seen = whole((rarity * (1.0 - SLACK) / STEP).floor()).min(MOST_STEPS);
        if draws <= 0.0 || seen == 0 {
            return 0.0;
        }
        #[expect(clippy::cast_possible_truncation, reason = "a logarithm")]
        let place = (draws.log2() * PER_DOUBLING).ceil() as i32;
        let known = self.known.entry(place).or_default();
        if known.len() <= seen {
            let draws = (f64::from(place) / PER_DOUBLING).exp2();
            // What is asked is asked for more and more.
            let end = (seen + 1).next_power_of_two().min(MOST_STEPS + 1);
            *known = tails(&self.classes, draws, end.max(seen + 1));
        }
        known[seen]
    }
}

/// ln P(sum ≥ s) for every s below `end`, where things of each class are met a Poisson number of times.
///
/// Source: Panjer's recursion (ASTIN Bulletin 12, 1981) for a Poisson number of summands.
fn tails(classes: &[(usize, f64)], draws: f64, end: usize) -> Vec<f64> {
    let mean: f64 = classes.iter().map(|class| draws * class.1).sum();
    let widest = classes.last().map_or(0, |class| class.0);
    let mut chances = vec![(-mean).exp()];
    let (mut beyond, mut since_news) = (0.0, 0);
    for sum in 1..=end + 2 * MOST_STEPS {
        let parts = classes.iter().take_while(|class| class.0 <= sum);
        let weighted = parts.map(|(r, mass)| *r as f64 * draws * mass * chances[sum - r]);
        let chance = weighted.sum::<f64>() / sum as f64;
        chances.push(chance);
        if sum < end {
            continue;
        }
        beyond += chance;
        since_news = if chance > NEGLIGIBLE * beyond {
            0
        } else {
            since_news + 1
        };
        // The next things to be met are at most so far.
        if since_news > widest {
            break;
        }
    }
    let mut below = 0.0;
    let cumulated: Vec<f64> = chances[..end]
        .iter()
        .map(|chance| {
            below += chance;
            below - chance
        })
        .collect();
    let mut tails = vec![0.0; end];
    for sum in (0..end).rev() {
        beyond += chances[sum];
        // Where much is met, what is missing from below is exact enough, and the sum may have been cut.
        let missing = if cumulated[sum] < 0.5 {
            1.0 - cumulated[sum]
        } else {
            0.0
        };
        tails[sum] = beyond.max(missing).min(1.0).ln();
    }
    tails
}

fn whole(steps: f64) -> usize {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "clamped to what fits"
    )]
    {
        steps.clamp(0.0, 1e6) as usize
    }
}

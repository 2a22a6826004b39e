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

/// Things by popularity: how much it says to meet on one, and how probable it is.
#[derive(Debug)]
pub(super) struct Tail {
    /// Rarity in steps, and chance that one touch of each of two accounts meet there; ascending.
    classes: Vec<(usize, f64)>,
    /// What was asked before: draws, and rarity in steps.
    known: FxHashMap<(u64, usize), f64>,
}

impl Tail {
    /// `classes` have rarity in nats and chance, in any order.
    pub(super) fn new(classes: &[(f64, f64)]) -> Self {
        let mut steps: Vec<(usize, f64)> = classes
            .iter()
            .map(|(rarity, mass)| (in_steps((rarity / STEP).ceil()), *mass))
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
    /// Cost: O(rarity · classes) once for the same question.
    pub(super) fn ln_p(&mut self, draws: f64, rarity: f64) -> f64 {
        let seen = in_steps((rarity * (1.0 - SLACK) / STEP).floor());
        if draws <= 0.0 || seen == 0 {
            return 0.0;
        }
        let seen = seen.min(MOST_STEPS);
        let key = (draws.to_bits(), seen);
        if let Some(known) = self.known.get(&key) {
            return *known;
        }
        let ln_p = self.tail(draws, seen).min(1.0).ln();
        self.known.insert(key, ln_p);
        ln_p
    }

    /// P(sum ≥ seen), where things of each class are met a Poisson number of times.
    ///
    /// Source: Panjer's recursion (ASTIN Bulletin 12, 1981) for a Poisson number of summands.
    fn tail(&self, draws: f64, seen: usize) -> f64 {
        let mean: f64 = self.classes.iter().map(|class| draws * class.1).sum();
        let widest = self.classes.last().map_or(0, |class| class.0);
        let mut chances = vec![(-mean).exp()];
        let (mut below, mut beyond) = (0.0, 0.0);
        let mut since_news = 0;
        for sum in 0..=2 * MOST_STEPS {
            if sum > 0 {
                let parts = self.classes.iter().take_while(|class| class.0 <= sum);
                let weighted = parts.map(|(r, mass)| *r as f64 * draws * mass * chances[sum - r]);
                chances.push(weighted.sum::<f64>() / sum as f64);
            }
            if sum < seen {
                below += chances[sum];
                continue;
            }
            beyond += chances[sum];
            since_news = if chances[sum] > NEGLIGIBLE * beyond {
                0
            } else {
                since_news + 1
            };
            // The next things to be met are at most so far.
            if since_news > widest {
                break;
            }
        }
        // Where much is met, what is missing from below is exact enough, and the sum may have been cut.
        beyond.max(if below < 0.5 { 1.0 - below } else { 0.0 })
    }
}

fn in_steps(steps: f64) -> usize {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "clamped to what fits"
    )]
    {
        steps.clamp(0.0, 1e6) as usize
    }
}

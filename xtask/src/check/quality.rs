//! Detection's promises, on two of the platforms that `cargo xtask bench detect` measures all of.

use anyhow::{Context, Result, bail};

use crate::goals;
use crate::talk::say;
use crate::trial::{self, Quality};
use crate::workspace;

/// Enough to notice a change that breaks detection, and cheap enough for every change.
const SEEDS: [u64; 2] = [1, 2];

/// Simulates, detects and evaluates; fails when a promise is not kept.
pub(crate) fn check() -> Result<()> {
    let binary = workspace::test_binary()?;
    let mut faults = Vec::new();
    for seed in SEEDS {
        let folder = tempfile::Builder::new()
            .prefix("avert-quality-")
            .tempdir()
            .context("cannot make a temporary folder")?;
        trial::prepare(&binary, folder.path(), goals::ACCOUNTS, seed)?;
        trial::detect(&binary, folder.path())?;
        let quality = trial::evaluate(&binary, folder.path())?;
        say(&format!("   seed {seed}: {quality}"));
        faults.extend(broken_promises(seed, &quality));
    }
    if !faults.is_empty() {
        bail!("{}", faults.join("\n"));
    }
    Ok(())
}

/// What falls short of the goals, each as a sentence.
pub(crate) fn broken_promises(seed: u64, quality: &Quality) -> Vec<String> {
    let mut faults = Vec::new();
    // `None`: nobody was proposed, so there is no precision to speak of. Recall tells.
    if quality
        .precision
        .is_some_and(|share| share < goals::PRECISION)
    {
        faults.push(format!(
            "seed {seed}: precision is {}, and at least {} is promised",
            spell(quality.precision),
            goals::PRECISION
        ));
    }
    if quality.recall.is_none_or(|share| share < goals::RECALL) {
        faults.push(format!(
            "seed {seed}: recall is {}, and at least {} is promised",
            spell(quality.recall),
            goals::RECALL
        ));
    }
    faults
}

fn spell(share: Option<f64>) -> String {
    share.map_or_else(|| "unknown".to_owned(), |share| format!("{share:.3}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn quality(precision: Option<f64>, recall: Option<f64>) -> Quality {
        Quality {
            precision,
            recall,
            honest_hit: 0,
        }
    }

    #[test]
    fn both_goals_are_held_and_the_goal_itself_is_enough() {
        assert!(broken_promises(1, &quality(Some(0.95), Some(0.80))).is_empty());
        let faults = broken_promises(7, &quality(Some(0.949), Some(0.799)));
        assert_eq!(
            faults,
            [
                "seed 7: precision is 0.949, and at least 0.95 is promised",
                "seed 7: recall is 0.799, and at least 0.8 is promised",
            ]
        );
    }

    #[test]
    fn proposing_nobody_is_no_success() {
        assert_eq!(broken_promises(1, &quality(None, Some(0.0))).len(), 1);
        assert_eq!(broken_promises(1, &quality(None, None)).len(), 1);
    }
}

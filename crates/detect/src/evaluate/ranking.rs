//! How well probabilities rank accounts, and whether they are what they say.

/// An account of the truth: how probably it is hostile, and whether it is.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Stated {
    /// 0 if no finding names it.
    pub(crate) probability: f64,
    pub(crate) hostile: bool,
}

/// The precision at each place in the ranking, averaged over the hostile accounts. Accounts of the same
/// probability share a place. `None` if nobody is hostile.
///
/// Source: without interpolation, as in `scikit-learn`'s `average_precision_score`.
pub(crate) fn average_precision(stated: &[Stated]) -> Option<f64> {
    let mut ranked = stated.to_vec();
    ranked.sort_by(|one, other| other.probability.total_cmp(&one.probability));
    let all = ranked.iter().filter(|one| one.hostile).count();
    let (mut seen, mut right, mut sum) = (0_usize, 0_usize, 0.0);
    for place in ranked.chunk_by(|one, next| one.probability.total_cmp(&next.probability).is_eq()) {
        let hostile = place.iter().filter(|one| one.hostile).count();
        seen += place.len();
        right += hostile;
        sum += hostile as f64 * right as f64 / seen as f64;
    }
    (all > 0).then(|| sum / all as f64)
}

/// In how many steps probabilities are looked at.
const BINS: usize = 10;

/// How far the probabilities stated are from the shares that come true, on average over the accounts
/// that findings name: in ten bins of equal width. `None` if nobody is named.
///
/// Source: expected calibration error, Naeini, Cooper and Hauskrecht, "Obtaining well calibrated
/// probabilities using Bayesian binning" (AAAI 2015).
pub(crate) fn calibration_error(stated: &[Stated]) -> Option<f64> {
    let named: Vec<&Stated> = stated.iter().filter(|one| one.probability > 0.0).collect();
    let mut bins = [(0_usize, 0.0, 0.0); BINS];
    for one in &named {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a probability times ten"
        )]
        let bin = (one.probability * BINS as f64) as usize;
        let bin = &mut bins[bin.min(BINS - 1)];
        bin.0 += 1;
        bin.1 += one.probability;
        bin.2 += f64::from(u8::from(one.hostile));
    }
    let apart: f64 = bins
        .iter()
        .map(|(_, said, true_)| (said - true_).abs())
        .sum();
    (!named.is_empty()).then(|| apart / named.len() as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stated(of: &[(f64, bool)]) -> Vec<Stated> {
        let of = of.iter();
        of.map(|(probability, hostile)| Stated {
            probability: *probability,
            hostile: *hostile,
        })
        .collect()
    }

    #[test]
    fn a_right_ranking_has_an_average_precision_of_one() {
        let right = stated(&[(0.9, true), (0.8, true), (0.7, false), (0.0, false)]);
        assert_eq!(average_precision(&right), Some(1.0));
        // As `average_precision_score([1, 0, 1, 0], [.9, .8, .7, 0])` says.
        let half = stated(&[(0.9, true), (0.8, false), (0.7, true), (0.0, false)]);
        let expected = 5.0 / 6.0;
        assert!((average_precision(&half).unwrap() - expected).abs() < 1e-12);
        // Whoever is named by nobody comes last, all in one place.
        let missed = stated(&[(0.9, true), (0.0, true), (0.0, false), (0.0, false)]);
        assert_eq!(average_precision(&missed), Some(0.75));
        assert_eq!(average_precision(&stated(&[(0.5, false)])), None);
    }

    #[test]
    fn probabilities_that_come_true_are_calibrated() {
        let mut true_ones = vec![(0.8, true); 8];
        true_ones.extend([(0.8, false); 2]);
        assert!(calibration_error(&stated(&true_ones)).unwrap() < 1e-12);
        let boasts = stated(&[(1.0, true), (1.0, false), (0.0, true)]);
        assert_eq!(calibration_error(&boasts), Some(0.5));
        assert_eq!(calibration_error(&stated(&[(0.0, true)])), None);
    }
}

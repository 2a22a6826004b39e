//! At which false-discovery rate ties are beyond chance.

/// By tie, the share of false ones among all that are as strong or stronger; at most 1.
///
/// `ln_p` has the logarithms of the p-values of some of `tests` pairs: those left out are taken to be
/// larger.
/// Cost: O(ties log ties).
/// Source: Benjamini and Hochberg (1995); as an adjusted p-value, Yekutieli and Benjamini (Journal of
/// Statistical Planning and Inference 82, 1999).
pub(crate) fn discovery_rates(ln_p: &[f64], tests: f64) -> Vec<f64> {
    let mut order: Vec<usize> = (0..ln_p.len()).collect();
    order.sort_by(|one, other| ln_p[*one].total_cmp(&ln_p[*other]));
    let mut rates = vec![1.0; ln_p.len()];
    let mut least = 1.0_f64;
    for (rank, place) in order.iter().enumerate().rev() {
        let rate = (ln_p[*place] + tests.max(1.0).ln() - ((rank + 1) as f64).ln()).exp();
        least = least.min(rate);
        rates[*place] = least;
    }
    rates
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rate_is_that_of_the_weakest_accepted_with_it() {
        let ln = |p: f64| p.ln();
        let rates = discovery_rates(&[ln(0.018), ln(0.9), ln(0.012)], 5.0);
        assert!((rates[0] - 0.045).abs() < 1e-12);
        assert!(
            (rates[2] - 0.045).abs() < 1e-12,
            "as good as the one after it"
        );
        assert!((rates[1] - 1.0).abs() < 1e-12);
    }

    #[test]
    fn what_is_too_small_for_a_number_is_ordered_still() {
        let rates = discovery_rates(&[-2_000.0, 0.0], 1e12);
        assert!(rates[0] < 1e-300 && (rates[1] - 1.0).abs() < 1e-12);
        assert!(discovery_rates(&[], 0.0).is_empty());
    }
}

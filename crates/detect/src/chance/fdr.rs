//! False discoveries: which of many p-values are small enough together.

/// The greatest p-value that is accepted, such that at most `share` of what is accepted is false on
/// average; none if nothing is.
///
/// `p` has the p-values that could be accepted, of `tests` in all: those left out are taken to be
/// larger.
/// Cost: O(p log p).
/// Source: Benjamini and Hochberg, "Controlling the false discovery rate" (Journal of the Royal
/// Statistical Society B 57:289, 1995).
pub(crate) fn threshold(mut p: Vec<f64>, tests: f64, share: f64) -> Option<f64> {
    p.sort_unstable_by(f64::total_cmp);
    let last = p
        .iter()
        .enumerate()
        .rposition(|(place, p)| *p <= share * (place + 1) as f64 / tests);
    last.map(|place| p[place])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_that_is_below_its_rank_counts_and_all_before_it() {
        // 0.012 is above its own 0.01, but 0.018 is below its 0.02.
        assert_eq!(threshold(vec![0.9, 0.018, 0.012], 5.0, 0.05), Some(0.018));
        assert_eq!(threshold(vec![0.9, 0.021, 0.012], 5.0, 0.05), None);
    }

    #[test]
    fn nothing_is_accepted_of_nothing() {
        assert_eq!(threshold(Vec::new(), 0.0, 0.05), None);
        assert_eq!(threshold(vec![0.0], 1e9, 0.05), Some(0.0));
    }
}

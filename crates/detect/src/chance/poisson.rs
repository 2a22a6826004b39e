//! Tails of the Poisson and the Gamma distribution, as far as counts need them.
//!
//! Shapes are whole numbers here, so both are sums of Poisson weights, which is all that is
//! implemented.

/// How small a term may be, beside the sum, for the rest to be left out.
const NEGLIGIBLE: f64 = 1e-17;

/// The chance of `count` or more where `mean` are expected: P(X ≥ count), X ~ Poisson(mean).
///
/// Cost: O(√count) terms at worst.
/// Source: the incomplete gamma function's series and its finite sum for whole numbers, NIST Digital
/// Library of Mathematical Functions 8.7.1 and 8.4.10.
pub(crate) fn poisson_tail(count: u64, mean: f64) -> f64 {
    if count == 0 {
        1.0
    } else if mean.is_nan() || mean <= 0.0 {
        0.0
    } else if mean < count as f64 + 1.0 {
        at_least(count, mean)
    } else {
        (1.0 - below(count, mean)).max(0.0)
    }
}

/// The chance that `shape` surprises, each exponential with mean 1, sum to `sum` or more:
/// P(G ≥ sum), G ~ Gamma(shape, 1). 1 where there is no surprise.
///
/// `sum` and the result have no unit; a surprise is −ln of a chance, in nats.
/// Cost: O(√shape) terms at worst.
pub(crate) fn gamma_tail(shape: u64, sum: f64) -> f64 {
    if shape == 0 || sum.is_nan() || sum <= 0.0 {
        1.0
    } else if sum < shape as f64 + 1.0 {
        (1.0 - at_least(shape, sum)).max(0.0)
    } else {
        below(shape, sum)
    }
}

/// P(X ≥ count), best where `mean` is not above `count`: weights fall from the first.
fn at_least(count: u64, mean: f64) -> f64 {
    let (mut sum, mut term, mut at) = (1.0, 1.0, count as f64);
    while term > NEGLIGIBLE * sum {
        at += 1.0;
        term *= mean / at;
        sum += term;
    }
    (weight(count, mean) * sum).min(1.0)
}

/// P(X < count), best where `mean` is above `count`: weights fall from the last.
fn below(count: u64, mean: f64) -> f64 {
    let last = count - 1;
    let (mut sum, mut term, mut at) = (1.0, 1.0, last as f64);
    while at > 0.0 && term > NEGLIGIBLE * sum {
        term *= at / mean;
        sum += term;
        at -= 1.0;
    }
    (weight(last, mean) * sum).min(1.0)
}

/// P(X = count). Of infinitely many there are never so few.
fn weight(count: u64, mean: f64) -> f64 {
    if mean.is_infinite() {
        return 0.0;
    }
    (count as f64 * mean.ln() - mean - ln_factorial(count)).exp()
}

/// ln(count!), by Stirling's series from 20 on, where it is exact to the last digits.
fn ln_factorial(count: u64) -> f64 {
    if count < 20 {
        return (2..=count)
            .map(|factor| factor as f64)
            .product::<f64>()
            .ln();
    }
    let n = count as f64;
    let corrections = 1.0 / (12.0 * n) - 1.0 / (360.0 * n.powi(3)) + 1.0 / (1260.0 * n.powi(5));
    n * n.ln() - n + 0.5 * (2.0 * std::f64::consts::PI * n).ln() + corrections
}

#[cfg(test)]
mod tests {
    use super::*;

    fn close(found: f64, known: f64) -> bool {
        (found - known).abs() <= 1e-10 * known.abs()
    }

    #[test]
    fn poisson_tails_are_those_of_scipy() {
        // scipy.special.gammainc(count, mean), 1.17.1
        for (count, mean, known) in POISSON {
            let found = poisson_tail(count, mean);
            assert!(
                close(found, known),
                "{count} {mean}: {found} is not {known}"
            );
        }
    }

    #[test]
    fn gamma_tails_are_those_of_scipy() {
        // scipy.special.gammaincc(shape, sum), 1.17.1
        for (shape, sum, known) in GAMMA {
            let found = gamma_tail(shape, sum);
            assert!(close(found, known), "{shape} {sum}: {found} is not {known}");
        }
    }

    #[test]
    fn what_cannot_be_or_must_be_has_its_chance() {
        assert_eq!(poisson_tail(0, 3.0).to_bits(), 1.0_f64.to_bits());
        assert!(poisson_tail(1, 0.0) <= 0.0 && poisson_tail(1, f64::NAN) <= 0.0);
        assert!(gamma_tail(0, 9.0) >= 1.0 && gamma_tail(4, -1.0) >= 1.0);
        assert!(gamma_tail(4, f64::NAN) >= 1.0);
        assert!(gamma_tail(3, f64::INFINITY) <= 0.0);
    }

    #[test]
    fn a_tail_falls_with_the_count_and_rises_with_the_mean() {
        for mean in [1e-9, 0.3, 7.0, 400.0] {
            for count in 1..600 {
                let tail = poisson_tail(count, mean);
                assert!((0.0..=1.0).contains(&tail));
                assert!(tail >= poisson_tail(count + 1, mean), "{count} {mean}");
                assert!(
                    tail <= poisson_tail(count, 1.1 * mean) + 1e-12,
                    "{count} {mean}"
                );
            }
        }
    }

    const POISSON: [(u64, f64, f64); 13] = [
        (1, 1e-09, 9.999_999_995_00e-10),
        (1, 0.5, 3.934_693_402_87e-1),
        (2, 0.0001, 4.999_666_679_17e-9),
        (3, 0.02, 1.313_492_448_24e-6),
        (5, 5.0, 5.595_067_149_35e-1),
        (10, 3.0, 1.102_488_130_12e-3),
        (10, 25.0, 9.997_785_233_62e-1),
        (19, 18.0, 4.377_550_139_56e-1),
        (20, 20.5, 5.735_247_014_21e-1),
        (50, 20.0, 1.245_892_607_97e-8),
        (100, 130.0, 9.972_495_916_33e-1),
        (1000, 900.0, 5.499_022_657_12e-4),
        (4, 1e-07, 4.166_666_333_33e-30),
    ];

    const GAMMA: [(u64, f64, f64); 11] = [
        (1, 2.0, 1.353_352_832_37e-1),
        (1, 40.0, 4.248_354_255_29e-18),
        (2, 0.1, 9.953_211_598_40e-1),
        (3, 9.0, 6.232_195_106_38e-3),
        (6, 12.0, 2.034_102_941_69e-2),
        (10, 8.0, 7.166_242_587_27e-1),
        (20, 60.0, 6.351_918_340_38e-10),
        (50, 49.0, 5.378_956_063_99e-1),
        (100, 150.0, 5.924_540_335_48e-6),
        (1000, 1100.0, 1.059_323_253_93e-3),
        (7, 700.0, 1.624_993_343_80e-290),
    ];
}

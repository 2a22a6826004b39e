//! Numbers that keep their range.

use serde::{Deserialize, Serialize};

/// A number outside the range that its type promises.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
#[error("{given} is outside {low} to {high}")]
pub struct OutOfRange {
    /// The number that was given.
    pub given: f64,
    /// The least that is allowed.
    pub low: f64,
    /// The most that is allowed.
    pub high: f64,
}

/// A probability, 0 to 1.
#[derive(
    Debug, Clone, Copy, PartialEq, PartialOrd, Serialize, Deserialize, schemars::JsonSchema,
)]
#[serde(try_from = "f64", into = "f64")]
pub struct Probability(f64);

impl Probability {
    /// Checks the range; NaN is outside it.
    pub fn new(value: f64) -> Result<Self, OutOfRange> {
        if (0.0..=1.0).contains(&value) {
            Ok(Self(value))
        } else {
            Err(OutOfRange {
                given: value,
                low: 0.0,
                high: 1.0,
            })
        }
    }

    /// The probability whose log-odds (natural logarithm) these are.
    ///
    /// Every real number has one; NaN counts as no evidence and gives one half.
    pub fn from_log_odds(log_odds: f64) -> Self {
        if log_odds.is_nan() {
            Self(0.5)
        } else {
            Self(1.0 / (1.0 + (-log_odds).exp()))
        }
    }

    /// The number itself.
    pub fn get(self) -> f64 {
        self.0
    }
}

impl TryFrom<f64> for Probability {
    type Error = OutOfRange;

    fn try_from(value: f64) -> Result<Self, OutOfRange> {
        Self::new(value)
    }
}

impl From<Probability> for f64 {
    fn from(probability: Probability) -> f64 {
        probability.0
    }
}

/// STIX confidence, 0 to 100.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, schemars::JsonSchema,
)]
#[serde(try_from = "u8", into = "u8")]
pub struct Confidence(u8);

impl Confidence {
    /// Checks the range.
    pub fn new(value: u8) -> Result<Self, OutOfRange> {
        if value <= 100 {
            Ok(Self(value))
        } else {
            Err(OutOfRange {
                given: f64::from(value),
                low: 0.0,
                high: 100.0,
            })
        }
    }

    /// The number itself.
    pub fn get(self) -> u8 {
        self.0
    }
}

impl TryFrom<u8> for Confidence {
    type Error = OutOfRange;

    fn try_from(value: u8) -> Result<Self, OutOfRange> {
        Self::new(value)
    }
}

impl From<Confidence> for u8 {
    fn from(confidence: Confidence) -> u8 {
        confidence.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn log_odds_become_probabilities_and_never_leave_the_range() {
        assert!((Probability::from_log_odds(0.0).get() - 0.5).abs() < 1e-12);
        assert!(Probability::from_log_odds(f64::INFINITY).get() <= 1.0);
        assert!(Probability::from_log_odds(f64::NEG_INFINITY).get() >= 0.0);
        assert!(Probability::new(f64::NAN).is_err());
        assert!(Confidence::new(101).is_err());
    }
}

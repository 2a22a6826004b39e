//! Log-odds brought to what comes true: a slope and an offset.
//!
//! Source: Platt, "Probabilistic outputs for support vector machines" (1999). A weak belief that what
//! was said is right already stands in for his smoothed targets, so that a handful of labels cannot
//! turn everything over.

use serde::{Deserialize, Serialize};

/// How log-odds are to be read.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reading {
    /// By how much they are stretched; never below 0, so that a ranking is never turned round.
    pub slope: f64,
    /// What is added then, in nats.
    pub offset: f64,
}

impl Default for Reading {
    /// As they stand.
    fn default() -> Self {
        Self {
            slope: 1.0,
            offset: 0.0,
        }
    }
}

/// How many labels the belief that everything is right already is worth.
const BELIEF: f64 = 2.0;

/// Steps of Newton's method; a handful are usual.
const MOST_STEPS: u32 = 50;

impl Reading {
    /// These log-odds, read.
    pub fn of(&self, log_odds: f64) -> f64 {
        self.slope * log_odds + self.offset
    }

    /// What makes these outcomes likeliest.
    pub(super) fn fitted(said: &[(f64, bool)]) -> Self {
        let mut reading = Self::default();
        for _ in 0..MOST_STEPS {
            let mut gradient = [
                BELIEF * (reading.slope - 1.0),
                BELIEF * 0.01 * reading.offset,
            ];
            let mut curve = [BELIEF, 0.0, BELIEF * 0.01];
            for (log_odds, hostile) in said {
                let probability = probability(reading.of(*log_odds));
                let error = probability - f64::from(u8::from(*hostile));
                let weight = (probability * (1.0 - probability)).max(1e-9);
                gradient[0] += error * log_odds;
                gradient[1] += error;
                curve[0] += weight * log_odds * log_odds;
                curve[1] += weight * log_odds;
                curve[2] += weight;
            }
            let determinant = curve[0] * curve[2] - curve[1] * curve[1];
            if determinant.abs() < 1e-12 {
                break;
            }
            let slope = (curve[2] * gradient[0] - curve[1] * gradient[1]) / determinant;
            let offset = (curve[0] * gradient[1] - curve[1] * gradient[0]) / determinant;
            // Far from the end a whole step may overshoot.
            let size = slope.abs().max(offset.abs() / 4.0);
            let share = if size > 1.0 { 1.0 / size } else { 1.0 };
            reading.slope = (reading.slope - share * slope).max(0.0);
            reading.offset -= share * offset;
            if size < 1e-9 {
                break;
            }
        }
        reading
    }
}

/// The probability of log-odds.
pub(super) fn probability(log_odds: f64) -> f64 {
    1.0 / (1.0 + (-log_odds).exp())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn boasts_are_read_as_what_came_true() {
        // Said to be 95 % and 5 %, and it came true in four of five and one of five.
        let said: Vec<(f64, bool)> = (0..1000)
            .map(|number| {
                let high = number % 2 == 0;
                let right = number % 10 < 8;
                (if high { 3.0 } else { -3.0 }, high == right)
            })
            .collect();
        let reading = Reading::fitted(&said);
        assert!((probability(reading.of(3.0)) - 0.8).abs() < 0.01);
        assert!((probability(reading.of(-3.0)) - 0.2).abs() < 0.01);
    }

    #[test]
    fn nothing_seen_changes_nothing_and_a_ranking_is_never_turned_round() {
        assert_eq!(Reading::fitted(&[]), Reading::default());
        let wrong: Vec<(f64, bool)> = (0..200)
            .map(|number| {
                let high = number % 2 == 0;
                (if high { 2.0 } else { -2.0 }, !high)
            })
            .collect();
        assert!(Reading::fitted(&wrong).slope >= 0.0);
    }
}

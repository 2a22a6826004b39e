//! How a network hangs together and when it is awake.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{AccountId, Layer};

/// A tie between two accounts in one layer. `a < b`; ties have no direction.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Edge {
    /// The account whose id sorts first.
    pub a: AccountId,
    /// The other account.
    pub b: AccountId,
    /// What they share.
    pub layer: Layer,
    /// How much it says: the sum of the rarity of what they share, in nats.
    pub weight: f64,
    /// How many distinct things they share.
    pub objects: u32,
    /// Of the ties of this layer that are as strong or stronger, at most this share is chance, given how
    /// much everybody does and how many touch each thing. Absent where a detector does not work it out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub false_discovery_rate: Option<f64>,
}

/// Counts of actions by day of the week (Monday first) and hour of the day, UTC.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(transparent)]
pub struct ActivityHours(Vec<[u32; 24]>);

impl Default for ActivityHours {
    fn default() -> Self {
        Self(vec![[0; 24]; 7])
    }
}

impl ActivityHours {
    /// Counts one action at this moment.
    pub fn count(&mut self, at: Timestamp) {
        let moment = at.to_zoned(jiff::tz::TimeZone::UTC);
        let day = usize::from(moment.weekday().to_monday_zero_offset().unsigned_abs());
        let hour = usize::from(moment.hour().unsigned_abs());
        if let Some(cell) = self.0.get_mut(day).and_then(|row| row.get_mut(hour)) {
            *cell = cell.saturating_add(1);
        }
    }

    /// Adds another table to this one.
    pub fn merge(&mut self, other: &Self) {
        for (row, other_row) in self.0.iter_mut().zip(&other.0) {
            for (cell, other_cell) in row.iter_mut().zip(other_row) {
                *cell = cell.saturating_add(*other_cell);
            }
        }
    }

    /// Seven rows, Monday first, of 24 hours each.
    pub fn rows(&self) -> &[[u32; 24]] {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_action_counts_in_its_own_hour_of_its_own_day() {
        let mut hours = ActivityHours::default();
        hours.count("2017-12-19T13:59:59Z".parse().unwrap()); // a Tuesday
        assert_eq!(hours.rows()[1][13], 1);
        assert_eq!(hours.rows().iter().flatten().sum::<u32>(), 1);
    }
}

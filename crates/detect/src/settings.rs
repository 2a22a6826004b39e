//! What a run of detection may be told: windows and caps per layer, weights and thresholds.

use std::collections::BTreeMap;

use avert_model::Layer;
use serde::{Deserialize, Serialize};

use crate::DetectError;

/// Settings of detection. The same snapshot with the same settings gives the same bytes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// Windows and caps of single layers; a layer that is not named has those of
    /// [`LayerSettings::of`].
    pub layers: BTreeMap<Layer, LayerSettings>,
    /// The probability from which an account is proposed for takedown.
    pub propose_at: f64,
    /// The probability from which a tied account is named as a suspect.
    pub suspect_at: f64,
    /// In how many independent groups of layers an account must be tied to be proposed. Two at
    /// least: one kind of sharing alone has an innocent explanation.
    pub independent_groups: usize,
    /// How much the weaker layers of a group add to its strongest, 0 to 1.
    pub share_of_weaker: f64,
    /// The strength of a tie, in nats, from which two accounts are taken into one network.
    pub tie_at: f64,
    /// Networks above this size are taken apart at a higher `tie_at`.
    pub largest_network: usize,
    /// The fewest accounts that make a network.
    pub smallest_network: usize,
    /// Log-odds of an account about which nothing is known.
    pub prior: f64,
    /// How far one touch of a thing that is known to be hostile moves an account, in nats; a thing that a
    /// hostile account touched, and few others, moves it by less than half of that.
    pub seed_weight: f64,
    /// Up to this age, in days, at its first approach an account counts as young.
    pub young_days: f64,
    /// From this age, in days, at the network's start an account counts as one of long standing.
    pub old_days: f64,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            layers: BTreeMap::new(),
            propose_at: 0.9,
            suspect_at: 0.3,
            independent_groups: 2,
            share_of_weaker: 0.2,
            tie_at: 4.0,
            largest_network: 60,
            smallest_network: 2,
            prior: -9.0,
            seed_weight: 3.0,
            young_days: 120.0,
            old_days: 365.0,
        }
    }
}

impl Settings {
    /// The most that two accounts' own conduct adds to a bond between them, in nats.
    pub(crate) const MOST_PULL: f64 = 2.0;

    /// Refuses what makes no sense.
    pub(crate) fn check(&self) -> Result<(), DetectError> {
        let inside = |name, given: f64, low: f64, high: f64, range| {
            if (low..=high).contains(&given) {
                Ok(())
            } else {
                Err(DetectError::Setting { name, given, range })
            }
        };
        inside(
            "propose_at",
            self.propose_at,
            0.5,
            0.999_999,
            "0.5 to 0.999999",
        )?;
        inside(
            "suspect_at",
            self.suspect_at,
            0.000_001,
            0.999_999,
            "0.000001 to 0.999999",
        )?;
        inside(
            "independent_groups",
            self.independent_groups as f64,
            2.0,
            7.0,
            "2 to 7",
        )?;
        inside("share_of_weaker", self.share_of_weaker, 0.0, 1.0, "0 to 1")?;
        inside("tie_at", self.tie_at, 0.0, 1e6, "0 and above")?;
        inside("prior", self.prior, -100.0, 100.0, "-100 to 100")?;
        inside("seed_weight", self.seed_weight, 0.0, 100.0, "0 to 100")?;
        inside("young_days", self.young_days, 1.0, 1e6, "1 and above")?;
        inside("old_days", self.old_days, 1.0, 1e6, "1 and above")
    }

    /// The window and cap of a layer.
    pub fn layer(&self, layer: &Layer) -> LayerSettings {
        self.layers
            .get(layer)
            .copied()
            .unwrap_or_else(|| LayerSettings::of(layer))
    }
}

/// How the traces of one layer are brought together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LayerSettings {
    /// How many seconds may lie between two accounts' touching the same object. Absent: any time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub window_seconds: Option<u32>,
    /// Objects that more accounts touched than this are left out, and counted in the caveats.
    pub most_accounts: u32,
}

impl LayerSettings {
    /// What holds for a layer that the settings do not name.
    ///
    /// Addresses are leased and change hands, so they count within a day only; everything else is
    /// kept for good by whoever has it. Caps are where an object stops telling anybody apart.
    pub fn of(layer: &Layer) -> Self {
        let (window_seconds, most_accounts) = match layer {
            Layer::Ip => (Some(86_400), 60),
            Layer::Device => (None, 60),
            Layer::ContactedPerson | Layer::Phrase => (None, 40),
            Layer::Avatar | Layer::EmailStem | Layer::Link | Layer::File => (None, 30),
            _ => (None, 50),
        };
        Self {
            window_seconds,
            most_accounts,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_setting_is_refused_and_a_missing_one_has_its_default() {
        let read = |json: &str| serde_json::from_str::<Settings>(json);
        assert_eq!(read("{}").unwrap(), Settings::default());
        assert!(read(r#"{"propose": 0.5}"#).is_err());
        let some = read(r#"{"layers": {"ip": {"most_accounts": 5}}}"#).unwrap();
        assert_eq!(some.layer(&Layer::Ip).most_accounts, 5);
        assert_eq!(some.layer(&Layer::Ip).window_seconds, None);
        assert!(read(r#"{"layers": {"ipp": {"most_accounts": 5}}}"#).is_err());
    }
}

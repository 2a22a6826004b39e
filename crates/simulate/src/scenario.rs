//! What to simulate.

use avert_model::Timestamp;

/// The moment every simulated platform is exported: midnight UTC before the story's Monday.
pub(crate) const END: &str = "2017-12-18T00:00:00Z";

/// A platform to be made. The same values give the same bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scenario {
    /// How many accounts the platform has, planted ones included. At least [`Scenario::LEAST`].
    pub accounts: u32,
    /// Which of the possible worlds.
    pub seed: u64,
    /// How well the planted operations hide.
    pub camouflage: Camouflage,
    /// How many days the exports cover, 30 to 365. They end on 2017-12-18.
    pub days: u32,
    /// How many cells are planted.
    pub cells: u32,
    /// How many real accounts are taken over by the cells.
    pub compromised: u32,
}

impl Scenario {
    /// The fewest accounts a platform can have: with fewer there is no crowd to hide in.
    pub const LEAST: u32 = 300;

    /// The most: ids have a fixed width and the people are held in memory (about 1.2 kB each).
    pub const MOST: u32 = 5_000_000;

    /// A platform of this size, with as many operations as suit it: 3 cells among 4,000 accounts,
    /// 14 among 50,000; one compromised account in 1,600.
    pub fn new(accounts: u32, seed: u64) -> Self {
        Self {
            accounts,
            seed,
            camouflage: Camouflage::Mixed,
            days: 90,
            cells: 2 + accounts / 4_000,
            compromised: 1 + accounts / 1_650,
        }
    }

    /// The first moment covered by the exports.
    pub fn from(&self) -> Timestamp {
        let seconds = end().as_second() - i64::from(self.days) * 86_400;
        Timestamp::from_second(seconds).expect("a year before 2017 is a time jiff can hold")
    }

    /// The moment of the export; nothing happens at or after it.
    pub fn to(&self) -> Timestamp {
        end()
    }
}

fn end() -> Timestamp {
    END.parse().expect("the constant above is a timestamp")
}

/// How well planted operations hide.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Camouflage {
    /// Cells of every level side by side: of ten cells two hide not at all, three lightly, three
    /// moderately, two heavily. The first cell hides lightly.
    Mixed,
    /// Every cell at the same level.
    All(Level),
}

/// How much care a cell takes. What each level does is written in the module `craft`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// No care.
    None,
    /// Some.
    Light,
    /// Much.
    Medium,
    /// As much as is seen in practice.
    Heavy,
}

impl Level {
    /// Every level, from careless to careful.
    pub const ALL: [Self; 4] = [Self::None, Self::Light, Self::Medium, Self::Heavy];

    /// The word used on the command line and in files.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Light => "light",
            Self::Medium => "medium",
            Self::Heavy => "heavy",
        }
    }

    /// The level of a strength from 0 to 1; anything outside counts as the nearest of the two.
    pub fn from_strength(strength: f64) -> Self {
        match strength {
            s if s < 0.125 => Self::None,
            s if s < 0.5 => Self::Light,
            s if s < 0.875 => Self::Medium,
            _ => Self::Heavy,
        }
    }
}

/// A word that names no camouflage.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("'{0}' is not a camouflage: use mixed, none, light, medium or heavy")]
pub struct UnknownCamouflage(pub String);

impl std::str::FromStr for Camouflage {
    type Err = UnknownCamouflage;

    fn from_str(text: &str) -> Result<Self, UnknownCamouflage> {
        if text == "mixed" {
            return Ok(Self::Mixed);
        }
        Level::ALL
            .into_iter()
            .find(|level| level.as_str() == text)
            .map(Self::All)
            .ok_or_else(|| UnknownCamouflage(text.to_owned()))
    }
}

impl Camouflage {
    /// The level of the cell with this number.
    pub(crate) fn level(self, cell: usize) -> Level {
        use Level::{Heavy, Light, Medium, None};
        const MIX: [Level; 10] = [
            Light, None, Medium, Heavy, Light, Medium, None, Light, Medium, Heavy,
        ];
        match self {
            Self::Mixed => MIX[cell % MIX.len()],
            Self::All(level) => level,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_exports_cover_ninety_days_that_end_in_the_storys_month() {
        let scenario = Scenario::new(4_000, 1);
        assert_eq!(scenario.from().to_string(), "2017-09-19T00:00:00Z");
        assert_eq!(scenario.to().to_string(), "2017-12-18T00:00:00Z");
        assert_eq!(scenario.cells, 3);
    }

    #[test]
    fn camouflage_reads_from_its_words_and_from_a_strength() {
        assert_eq!("mixed".parse(), Ok(Camouflage::Mixed));
        assert_eq!("heavy".parse(), Ok(Camouflage::All(Level::Heavy)));
        assert!("Heavy".parse::<Camouflage>().is_err());
        assert_eq!(Level::from_strength(-1.0), Level::None);
        assert_eq!(Level::from_strength(0.5), Level::Medium);
        assert_eq!(Level::from_strength(1.0), Level::Heavy);
    }
}

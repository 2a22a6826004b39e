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
    /// Every cell at the same strength, on a level or between two of them.
    Strength(Strength),
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

    /// Where the level stands between no care and as much as is seen in practice.
    pub fn strength(self) -> Strength {
        Strength(match self {
            Self::None => 0.0,
            Self::Light => 0.25,
            Self::Medium => 0.75,
            Self::Heavy => 1.0,
        })
    }
}

/// How much care a cell takes, from 0 (none) to 1 (as much as is seen in practice).
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd)]
pub struct Strength(f64);

// Never NaN: `new` lets nothing through but 0 to 1.
impl Eq for Strength {}

impl Strength {
    /// This strength, if it is one.
    pub fn new(strength: f64) -> Option<Self> {
        (0.0..=1.0).contains(&strength).then_some(Self(strength))
    }

    /// The number.
    pub fn get(self) -> f64 {
        self.0
    }

    /// The level at or next below this strength, the one after it, and which part of the way from the
    /// one to the other this is. Exactly on a level the part is 0.
    pub(crate) fn between(self) -> (Level, Level, f64) {
        let (mut below, mut above) = (Level::Heavy, Level::Heavy);
        for (lower, upper) in Level::ALL.into_iter().zip(Level::ALL.into_iter().skip(1)) {
            if self < upper.strength() {
                (below, above) = (lower, upper);
                break;
            }
        }
        let (from, to) = (below.strength().0, above.strength().0);
        let part = if to > from {
            (self.0 - from) / (to - from)
        } else {
            0.0
        };
        (below, above, part)
    }
}

/// What is neither a word for a camouflage nor a strength.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("'{0}' is not a camouflage: use mixed, none, light, medium, heavy or a number from 0 to 1")]
pub struct UnknownCamouflage(pub String);

impl std::str::FromStr for Camouflage {
    type Err = UnknownCamouflage;

    fn from_str(text: &str) -> Result<Self, UnknownCamouflage> {
        if text == "mixed" {
            return Ok(Self::Mixed);
        }
        if let Some(level) = Level::ALL.into_iter().find(|level| level.as_str() == text) {
            return Ok(Self::All(level));
        }
        text.parse()
            .ok()
            .and_then(Strength::new)
            .map(Self::Strength)
            .ok_or_else(|| UnknownCamouflage(text.to_owned()))
    }
}

impl Camouflage {
    /// The care of the cell with this number.
    pub(crate) fn strength(self, cell: usize) -> Strength {
        use Level::{Heavy, Light, Medium, None};
        const MIX: [Level; 10] = [
            Light, None, Medium, Heavy, Light, Medium, None, Light, Medium, Heavy,
        ];
        match self {
            Self::Mixed => MIX[cell % MIX.len()].strength(),
            Self::All(level) => level.strength(),
            Self::Strength(strength) => strength,
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
        let part = Strength::new(0.85).expect("it is between 0 and 1");
        assert_eq!("0.85".parse(), Ok(Camouflage::Strength(part)));
        for wrong in ["Heavy", "", "1.01", "-0.1", "NaN", "inf"] {
            assert!(wrong.parse::<Camouflage>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_strength_lies_on_a_level_or_between_two() {
        let between = |strength| Strength::new(strength).map(Strength::between);
        for level in Level::ALL {
            let (below, _, part) = level.strength().between();
            assert_eq!((below, part), (level, 0.0));
        }
        assert_eq!(between(0.5), Some((Level::Light, Level::Medium, 0.5)));
        assert_eq!(between(0.875), Some((Level::Medium, Level::Heavy, 0.5)));
    }
}

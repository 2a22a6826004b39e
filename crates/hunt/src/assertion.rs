//! What somebody says about an indicator, kept as given.

use std::fmt;
use std::str::FromStr;

use avert_model::{Timestamp, Tlp};
use serde::{Deserialize, Serialize};

use crate::pap::Pap;

/// What a source says about an indicator.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Assertion {
    /// What it is an indicator of: `malware/emotet`.
    pub label: String,
    /// Who says so.
    pub source: String,
    /// Where it can be read up: the id of a STIX object, a report.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub reference: String,
    /// How far it may be told.
    pub tlp: Option<Tlp>,
    /// What may be done with it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pap: Option<Pap>,
    /// How reliable the source is and how credible what it says, as given.
    pub admiralty: Option<Admiralty>,
    /// The score that the source gives it, 0 to 100, if it gives one.
    pub score: Option<u8>,
    /// When it was first seen to be used.
    pub first_seen: Option<Timestamp>,
    /// When it was last seen to be used, or else when the source said so: from then on it decays.
    pub last_seen: Timestamp,
    /// From when on it means nothing.
    pub expires: Option<Timestamp>,
    /// Whether the source took it back.
    pub is_revoked: bool,
    /// How it decays.
    pub decay: Decay,
}

/// How a score falls: `base · (1 − (t / lifetime)^(1 / speed))`.
///
/// # Source
/// S. Mokaddem, G. Wagener, A. Dulaunoy, A. Iklody, "Taxonomy driven indicator scoring in MISP threat
/// intelligence platforms" (2019), whose τ is the lifetime and δ the speed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Decay {
    /// After so many days without a sighting nothing is left.
    pub lifetime_days: u32,
    /// In hundredths: 100 falls evenly, less falls late, more falls early.
    pub speed_percent: u32,
}

impl Decay {
    /// Half a year, evenly.
    pub const USUAL: Self = Self {
        lifetime_days: 180,
        speed_percent: 100,
    };
}

/// NATO's code for a source's reliability (A to F) and an information's credibility (1 to 6).
///
/// # Source
/// STANAG 2511 / AJP-2.1; the numbers are those of MISP's taxonomy `admiralty-scale`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Admiralty {
    reliability: u8,
    credibility: u8,
}

/// A text that is no code of this kind.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("'{0}' is no Admiralty code: write a letter from A to F and a digit from 1 to 6, as in B2")]
pub struct UnknownAdmiralty(pub String);

impl Admiralty {
    /// What it is worth, 0 to 100: the mean of both, where F and 6, which cannot be judged, are in the middle.
    pub fn score(self) -> u8 {
        let worth = |place: u8| [100, 75, 50, 25, 0, 50][usize::from(place.min(5))];
        let (reliability, credibility): (u16, u16) =
            (worth(self.reliability), worth(self.credibility));
        u8::try_from(u16::midpoint(reliability, credibility)).unwrap_or(100)
    }

    /// Its number on disk, 1 to 36.
    pub(crate) fn number(self) -> u8 {
        self.reliability * 6 + self.credibility + 1
    }

    /// The code with this number on disk.
    pub(crate) fn of_number(number: u8) -> Option<Self> {
        let place = number.checked_sub(1).filter(|place| *place < 36)?;
        Some(Self {
            reliability: place / 6,
            credibility: place % 6,
        })
    }
}

impl FromStr for Admiralty {
    type Err = UnknownAdmiralty;

    fn from_str(text: &str) -> Result<Self, UnknownAdmiralty> {
        match text.trim().as_bytes() {
            [letter, digit @ b'1'..=b'6'] if matches!(letter.to_ascii_uppercase(), b'A'..=b'F') => {
                Ok(Self {
                    reliability: letter.to_ascii_uppercase() - b'A',
                    credibility: digit - b'1',
                })
            }
            _ => Err(UnknownAdmiralty(text.to_owned())),
        }
    }
}

impl fmt::Display for Admiralty {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (letter, digit) = (b'A' + self.reliability, b'1' + self.credibility);
        write!(f, "{}{}", char::from(letter), char::from(digit))
    }
}

impl TryFrom<String> for Admiralty {
    type Error = UnknownAdmiralty;

    fn try_from(text: String) -> Result<Self, UnknownAdmiralty> {
        text.parse()
    }
}

impl From<Admiralty> for String {
    fn from(code: Admiralty) -> Self {
        code.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_kept_as_given_and_worth_the_mean_of_its_halves() {
        for (code, worth) in [
            ("A1", 100),
            ("B2", 75),
            ("C3", 50),
            ("F6", 50),
            ("E5", 0),
            ("A5", 50),
        ] {
            let read: Admiralty = code.parse().unwrap();
            assert_eq!((read.to_string().as_str(), read.score()), (code, worth));
            assert_eq!(Admiralty::of_number(read.number()), Some(read));
        }
        assert!("G1".parse::<Admiralty>().is_err() && "A7".parse::<Admiralty>().is_err());
        assert_eq!(Admiralty::of_number(37), None);
        assert_eq!(Admiralty::of_number(0), None);
    }
}

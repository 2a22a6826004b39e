//! How exactly numbers are told to everybody.
//!
//! A small number of people may be people whom somebody knows. What is rounded is told as rounded, and no number
//! that is hidden can be worked out from the others beside it.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::report::words;

/// How exactly numbers are told.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Rounding {
    /// As they are.
    Exact,
    /// To the nearest five.
    ToFive,
    /// To the nearest ten.
    #[default]
    ToTen,
    /// To two significant digits: whatever is below a hundred is told as it is.
    TwoDigits,
    /// As they are, but for those below ten, of which no more is told.
    FewerThanTen,
}

impl Rounding {
    /// All of them.
    pub const ALL: [Self; 5] = [
        Self::Exact,
        Self::ToFive,
        Self::ToTen,
        Self::TwoDigits,
        Self::FewerThanTen,
    ];

    /// The word used in settings and on the command line.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Exact => "exact",
            Self::ToFive => "to-5",
            Self::ToTen => "to-10",
            Self::TwoDigits => "two-digits",
            Self::FewerThanTen => "fewer-than-10",
        }
    }

    /// What is said of it under a report; nothing where numbers are exact.
    pub(crate) fn said(self) -> Option<&'static str> {
        match self {
            Self::Exact => None,
            Self::ToFive => Some("Numbers are rounded to the nearest five."),
            Self::ToTen => Some("Numbers are rounded to the nearest ten."),
            Self::TwoDigits => Some("Numbers are rounded to two digits."),
            Self::FewerThanTen => Some("Of numbers below ten no more is told than that."),
        }
    }

    /// The number as it is told.
    pub(crate) fn of(self, number: u64) -> Told {
        match self {
            _ if number == 0 => Told::Exactly(0),
            Self::ToFive => nearest(number, 5),
            Self::ToTen => nearest(number, 10),
            Self::TwoDigits if number < 100 => Told::Exactly(number),
            Self::TwoDigits => nearest(number, 10_u64.pow(number.ilog10() - 1)),
            Self::FewerThanTen if number < 10 => Told::FewerThan(10),
            Self::Exact | Self::FewerThanTen => Told::Exactly(number),
        }
    }

    /// The sum of numbers that are told one by one beside it: where one of them is hidden, the sum is rounded
    /// too, or it would tell.
    pub(crate) fn sum(self, parts: &[u64]) -> Told {
        let sum = parts
            .iter()
            .fold(0, |sum: u64, part| sum.saturating_add(*part));
        let hides = |part: &u64| matches!(self.of(*part), Told::FewerThan(_));
        match self {
            Self::FewerThanTen if sum >= 10 && parts.iter().any(hides) => nearest(sum, 10),
            _ => self.of(sum),
        }
    }

    /// `one account`, `about 140 people`, `fewer than 10 people`.
    pub(crate) fn count(self, number: u64, one: &str, many: &str) -> String {
        self.of(number).count(one, many)
    }
}

fn nearest(number: u64, step: u64) -> Told {
    let down = number - number % step;
    let up = (number % step) * 2 >= step;
    match if up { down.saturating_add(step) } else { down } {
        0 => Told::FewerThan(step),
        rounded => Told::About(rounded),
    }
}

/// A number as it is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Told {
    Exactly(u64),
    About(u64),
    FewerThan(u64),
}

impl Told {
    /// The number with what it counts, as it is spoken.
    pub(crate) fn count(self, one: &str, many: &str) -> String {
        match self {
            Self::Exactly(number) => words::count(number, one, many),
            told => format!("{told} {many}"),
        }
    }
}

impl fmt::Display for Told {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Exactly(number) => f.write_str(&words::digits(*number)),
            Self::About(number) => write!(f, "about {}", words::digits(*number)),
            Self::FewerThan(number) => write!(f, "fewer than {number}"),
        }
    }
}

impl fmt::Display for Rounding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Rounding {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let found = Self::ALL.into_iter().find(|one| one.as_str() == text);
        found.ok_or_else(|| {
            let all = Self::ALL.map(Self::as_str).join(", ");
            format!("'{text}' is no way of rounding: {all}")
        })
    }
}

impl TryFrom<String> for Rounding {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

impl From<Rounding> for String {
    fn from(rounding: Rounding) -> Self {
        rounding.as_str().to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_rounded_as_configured_and_told_as_rounded() {
        let table = [
            (Rounding::Exact, ["0", "3", "8", "143", "1,250"]),
            (
                Rounding::ToFive,
                ["0", "about 5", "about 10", "about 145", "about 1,250"],
            ),
            (
                Rounding::ToTen,
                ["0", "fewer than 10", "about 10", "about 140", "about 1,250"],
            ),
            (
                Rounding::TwoDigits,
                ["0", "3", "8", "about 140", "about 1,300"],
            ),
            (
                Rounding::FewerThanTen,
                ["0", "fewer than 10", "fewer than 10", "143", "1,250"],
            ),
        ];
        for (rounding, told) in table {
            let numbers = [0, 3, 8, 143, 1_250];
            assert_eq!(numbers.map(|number| rounding.of(number).to_string()), told);
            assert_eq!(rounding.as_str().parse(), Ok(rounding));
        }
        assert_eq!(Rounding::ToTen.count(0, "person", "people"), "no people");
        assert_eq!(
            Rounding::ToTen.of(u64::MAX),
            Told::About(18_446_744_073_709_551_615)
        );
    }

    #[test]
    fn a_hidden_number_cannot_be_worked_out_from_the_sum() {
        let parts = [3, 40, 100];
        assert_eq!(Rounding::FewerThanTen.sum(&parts), Told::About(140));
        assert_eq!(
            Rounding::FewerThanTen.sum(&[40, 100]),
            Told::Exactly(140),
            "nothing is hidden"
        );
        assert_eq!(Rounding::FewerThanTen.sum(&[3, 4]), Told::FewerThan(10));
    }
}

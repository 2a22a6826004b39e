//! Who the people are: the facts of one account.

use crate::network::{Device, Line};
use crate::rhythm::Habit;

use std::net::IpAddr;

/// What an account really is: what `truth.csv` says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Somebody's own.
    Honest,
    /// Made up by a cell.
    Persona(u16),
    /// Somebody's own, taken over by a cell.
    Compromised(u16),
}

impl Kind {
    /// The word in `truth.csv`.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Honest => "honest",
            Self::Persona(_) => "persona",
            Self::Compromised(_) => "compromised",
        }
    }

    /// The cell behind it.
    pub(crate) fn cell(self) -> Option<u16> {
        match self {
            Self::Honest => None,
            Self::Persona(cell) | Self::Compromised(cell) => Some(cell),
        }
    }
}

/// What an honest person does for a living on the platform, as far as it shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Calling {
    /// Nothing special.
    Ordinary,
    /// Contacts many strangers of some professions, to fill jobs or to sell something.
    Recruiter,
    /// Is contacted by many strangers.
    WellKnown,
}

/// One account and the person, or the operator, behind it.
#[derive(Debug, Clone)]
pub(crate) struct Person {
    pub(crate) kind: Kind,
    pub(crate) calling: Calling,
    /// Where the profile says they live.
    pub(crate) region: usize,
    /// Whose clock they keep; the same as `region` for everyone honest.
    pub(crate) clock: usize,
    pub(crate) habit: Habit,
    /// How lively they are; 1 is average.
    pub(crate) level: f64,
    pub(crate) community: u32,
    pub(crate) profession: usize,
    /// Milliseconds since 1970.
    pub(crate) created_at: i64,
    pub(crate) display_name: String,
    pub(crate) handle: String,
    pub(crate) email: String,
    pub(crate) avatar: Option<u64>,
    pub(crate) bio: Option<String>,
    pub(crate) place: Option<String>,
    pub(crate) language: &'static str,
    pub(crate) verified: bool,
    pub(crate) line: Line,
    pub(crate) phone: Device,
    pub(crate) desk: Device,
    /// A machine others use too: the family's tablet, the library's computer.
    pub(crate) shared: Option<Device>,
    /// Where they work, if people there use the platform.
    pub(crate) office: Option<IpAddr>,
    /// Share of sign-ins through a VPN.
    pub(crate) veiled: f64,
    /// An address of their own for those sign-ins, instead of a commercial exit.
    pub(crate) own_exit: Option<IpAddr>,
    /// What becomes different on one day of the 90.
    pub(crate) change: Option<Box<Change>>,
}

impl Person {
    /// Whether a cell took the account over from the person it belongs to.
    pub(crate) fn is_compromised(&self) -> bool {
        matches!(self.kind, Kind::Compromised(_))
    }

    /// Whether a cell made the person up.
    pub(crate) fn is_persona(&self) -> bool {
        matches!(self.kind, Kind::Persona(_))
    }

    /// What others call them.
    pub(crate) fn given_name(&self) -> &str {
        self.display_name.split(' ').next().unwrap_or_default()
    }
}

/// A day on which someone's devices or whereabouts change.
#[derive(Debug, Clone)]
pub(crate) struct Change {
    /// From this day on.
    pub(crate) day: i64,
    /// Until before this day.
    pub(crate) until: i64,
    /// Share of sign-ins from one of `devices`.
    pub(crate) new_device: f64,
    pub(crate) devices: Vec<Device>,
    /// Share of sign-ins from one of `addresses`.
    pub(crate) new_address: f64,
    pub(crate) addresses: Vec<IpAddr>,
}

/// A profession as profiles write it, and how many people in a thousand have it.
pub(crate) struct Profession {
    pub(crate) title: &'static str,
    pub(crate) share: u32,
}

/// Every profession; those that operations like to approach first.
pub(crate) const PROFESSIONS: [Profession; 26] = [
    profession_of("defence engineer", 14),
    profession_of("crypto exchange operations", 12),
    profession_of("security researcher", 14),
    profession_of("bank payments officer", 14),
    profession_of("nuclear policy analyst", 11),
    profession_of("journalist", 14),
    profession_of("software developer", 80),
    profession_of("teacher", 70),
    profession_of("student", 110),
    profession_of("nurse", 60),
    profession_of("accountant", 50),
    profession_of("civil engineer", 40),
    profession_of("designer", 45),
    profession_of("shop manager", 45),
    profession_of("driver", 40),
    profession_of("electrician", 40),
    profession_of("researcher", 35),
    profession_of("cook", 35),
    profession_of("lawyer", 30),
    profession_of("office administrator", 60),
    profession_of("project manager", 45),
    profession_of("marketing specialist", 40),
    profession_of("musician", 20),
    profession_of("retired", 40),
    profession_of("recruiter", 15),
    profession_of("sales representative", 21),
];

/// How many professions at the start of the list are sought.
pub(crate) const SOUGHT: usize = 6;

/// The index of a profession in the list.
pub(crate) fn profession(title: &str) -> usize {
    PROFESSIONS
        .iter()
        .position(|profession| profession.title == title)
        .expect("callers name professions of the list above")
}

const fn profession_of(title: &'static str, share: u32) -> Profession {
    Profession { title, share }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn professions_cover_everybody() {
        assert_eq!(PROFESSIONS.iter().map(|p| p.share).sum::<u32>(), 1_000);
    }
}

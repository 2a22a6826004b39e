//! The Permissible Actions Protocol: what whoever is told something may do with it.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// What may be done, ordered from everything to what nobody outside can notice.
///
/// # Source
/// MISP's taxonomy `PAP`; OASIS, *PAP Marking Definition Extension* for STIX 2.1 (2022), which says CLEAR for WHITE.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Pap {
    /// Anything.
    Clear,
    /// What the adversary may notice: blocking it, asking it something.
    Green,
    /// Asking third parties about it, and watching for it; nothing that reaches the adversary.
    Amber,
    /// Looking for it in what one has. Nobody outside may be able to notice.
    Red,
}

/// A word that is none of PAP's labels.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("'{0}' is no PAP label: use clear, green, amber or red")]
pub struct UnknownPap(pub String);

/// The marking definitions of the extension.
const MARKINGS: [(&str, Pap); 5] = [
    (
        "marking-definition--ad15a0cd-55b6-4588-a14c-a66105329b92",
        Pap::Clear,
    ),
    (
        "marking-definition--a3bea94c-b469-41dc-9cfe-d6e7daba7730",
        Pap::Clear,
    ),
    (
        "marking-definition--c43594d1-4b11-4c59-93ab-1c9b14d53ce9",
        Pap::Green,
    ),
    (
        "marking-definition--60f8932b-e51e-4458-b265-a2e8be9a80ab",
        Pap::Amber,
    ),
    (
        "marking-definition--740d36e5-7714-4c30-961a-3ae632ceee0e",
        Pap::Red,
    ),
];

const ALL: [Pap; 4] = [Pap::Clear, Pap::Green, Pap::Amber, Pap::Red];

impl Pap {
    /// What a tag says, or a label of STIX: `PAP:RED`. What begins like one and cannot be read is as strict as can be.
    pub fn of_tag(tag: &str) -> Option<Self> {
        let folded = tag.trim().to_ascii_lowercase();
        let word = folded.strip_prefix("pap:")?;
        Some(word.parse().unwrap_or(Self::Red))
    }

    /// What the marking of this id says, if it is one of PAP's.
    pub fn of_marking(id: &str) -> Option<Self> {
        let found = MARKINGS.iter().find(|(marking, _)| *marking == id);
        found.map(|(_, pap)| *pap)
    }

    /// Whether something may be done that the adversary can notice.
    pub fn allows_action(self) -> bool {
        self <= Self::Green
    }

    /// Its number on disk, from 1.
    pub(crate) fn number(self) -> u8 {
        self as u8 + 1
    }

    /// The label with this number on disk.
    pub(crate) fn of_number(number: u8) -> Option<Self> {
        let place = usize::from(number.checked_sub(1)?);
        ALL.get(place).copied()
    }
}

impl fmt::Display for Pap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Clear => "PAP:CLEAR",
            Self::Green => "PAP:GREEN",
            Self::Amber => "PAP:AMBER",
            Self::Red => "PAP:RED",
        })
    }
}

impl FromStr for Pap {
    type Err = UnknownPap;

    fn from_str(text: &str) -> Result<Self, UnknownPap> {
        let folded = text.trim().to_ascii_lowercase();
        match folded.strip_prefix("pap:").unwrap_or(&folded) {
            "clear" | "white" => Ok(Self::Clear),
            "green" => Ok(Self::Green),
            "amber" => Ok(Self::Amber),
            "red" => Ok(Self::Red),
            _ => Err(UnknownPap(text.to_owned())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_order_from_everything_to_what_nobody_notices() {
        let allow = ALL.map(Pap::allows_action);
        assert_eq!(allow, [true, true, false, false]);
        assert!(ALL.is_sorted());
        for pap in ALL {
            assert_eq!(pap.to_string().parse(), Ok(pap));
            assert_eq!(Pap::of_number(pap.number()), Some(pap));
        }
        assert_eq!((Pap::of_number(0), Pap::of_number(5)), (None, None));
    }

    #[test]
    fn a_tag_that_only_looks_like_pap_is_red() {
        for (tag, pap) in [
            ("PAP:WHITE", Some(Pap::Clear)),
            ("pap:amber", Some(Pap::Amber)),
            ("PAP:PURPLE", Some(Pap::Red)),
            ("paper:red", None),
            ("tlp:red", None),
        ] {
            assert_eq!(Pap::of_tag(tag), pap, "{tag}");
        }
        assert!("purple".parse::<Pap>().is_err());
    }
}

//! Why something is withheld, in words for people.

use std::fmt;

use avert_model::{Explain, Outcome, Tlp, Until};

use super::ReleaseError;

/// Something that is withheld.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Withheld {
    /// Its id, as far as it has one.
    pub id: String,
    /// Its version: `modified`, or `created`; empty without.
    pub version: String,
    /// Why.
    pub why: Why,
}

/// Something that is told in part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Redacted {
    /// Its id.
    pub id: String,
    /// Its version.
    pub version: String,
    /// What was taken out, as selectors on the original, each with why.
    pub parts: Vec<(String, Because)>,
}

/// Why something may not be told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Why {
    /// It is no STIX object with an id of its type.
    NoObject,
    /// Its label is stricter than what the audience may be given of it.
    Marked {
        /// The label.
        level: Tlp,
        /// The strictest label that the audience may be given of it; nothing if none.
        ceiling: Option<Tlp>,
    },
    /// It was taken back.
    Retracted,
    /// What its embargo waits for is not past.
    Embargoed(Vec<Until>),
    /// Its type requires a property that may not be told.
    Requires {
        /// The property.
        property: String,
        /// Why that may not be told.
        because: Because,
    },
    /// Its id is computed from a property that may not be told, and would tell it.
    IdTells {
        /// The property.
        property: String,
        /// Why that may not be told.
        because: Because,
    },
    /// What is left of it can no longer be read as an object.
    Unreadable,
}

/// Why a part of an object may not be told.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Because {
    /// The label of the part.
    Marked(Tlp),
    /// It names an object that the audience may not know.
    Names(String),
    /// It says who said it, under the Chatham House Rule.
    ChathamHouse,
}

impl fmt::Display for Why {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Why::NoObject => f.write_str("it is no STIX object with an id of its type"),
            Why::Marked {
                level,
                ceiling: Some(ceiling),
            } => write!(
                f,
                "it is {level}, and of it the audience may be given {ceiling} at most"
            ),
            Why::Marked {
                level,
                ceiling: None,
            } => write!(
                f,
                "it is {level}, and of it the audience may be given nothing"
            ),
            Why::Retracted => f.write_str("it was taken back"),
            Why::Embargoed(until) => {
                f.write_str("it waits until ")?;
                for (place, until) in until.iter().enumerate() {
                    let join = if place == 0 { "" } else { ", and until " };
                    write!(f, "{join}{until}")?;
                }
                Ok(())
            }
            Why::Requires { property, because } => {
                write!(
                    f,
                    "it cannot be without '{property}', which may not be told: {because}"
                )
            }
            Why::IdTells { property, because } => {
                write!(
                    f,
                    "its id is computed from '{property}', which may not be told: {because}"
                )
            }
            Why::Unreadable => f.write_str("what is left of it cannot be read as an object"),
        }
    }
}

impl fmt::Display for Because {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Because::Marked(level) => write!(f, "it is {level}"),
            Because::Names(id) => write!(f, "it names {id}, which the audience may not know"),
            Because::ChathamHouse => f.write_str("its source is under the Chatham House Rule"),
        }
    }
}

impl fmt::Display for Withheld {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} is withheld: {}", self.id, self.why)
    }
}

/// Something that is told whole or not at all, and is not told.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotReleasable {
    /// The rules say no.
    #[error("{0}")]
    Withheld(Withheld),
    /// It cannot be judged.
    #[error(transparent)]
    Unjudged(#[from] ReleaseError),
}

impl Explain for NotReleasable {
    fn code(&self) -> &'static str {
        match self {
            NotReleasable::Withheld(_) => "release/withheld",
            NotReleasable::Unjudged(error) => error.code(),
        }
    }

    fn hint(&self) -> Option<String> {
        match self {
            NotReleasable::Withheld(withheld) => match &withheld.why {
                Why::Marked { .. } => Some(
                    "whoever owns it can mark it anew, or address it to this audience".to_owned(),
                ),
                Why::Embargoed(_) => {
                    Some("wait, or declare the event once it has happened".to_owned())
                }
                _ => None,
            },
            NotReleasable::Unjudged(error) => error.hint(),
        }
    }

    fn outcome(&self) -> Outcome {
        Outcome::Refused
    }
}

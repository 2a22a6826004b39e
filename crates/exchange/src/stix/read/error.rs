//! Why an object could not be read, and where it stands.

use std::io;

use avert_model::{Explain, Outcome};

use crate::stix::id::Id;
use crate::stix::object::Rejected;

/// Why an object is not there.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// It is no object of STIX, or not as the specification has it.
    #[error("object {index} is not kept: {rejected}")]
    Rejected {
        /// Its place, from nought.
        index: u64,
        /// What is wrong.
        rejected: Rejected,
    },
    /// It is longer than allowed.
    #[error("object {index}{} is longer than {limit} bytes", named(.id.as_ref()))]
    TooLarge {
        /// Its place.
        index: u64,
        /// Its id, if it could be seen in how it began.
        id: Option<Id>,
        /// What is allowed.
        limit: usize,
    },
    /// It goes deeper than allowed.
    #[error("object {index}{} goes deeper than {limit} levels", named(.id.as_ref()))]
    TooDeep {
        /// Its place.
        index: u64,
        /// Its id, if it could be seen.
        id: Option<Id>,
        /// What is allowed.
        limit: usize,
    },
    /// The text ends in it. Nothing follows.
    #[error("the text ends in object {index}{}", named(.id.as_ref()))]
    Cut {
        /// Its place.
        index: u64,
        /// Its id, if it could be seen.
        id: Option<Id>,
    },
    /// The text is no JSON between its objects, so nobody can tell where the next begins. Nothing follows.
    #[error("byte {offset}, after {index} objects: {what}")]
    Broken {
        /// Where.
        offset: u64,
        /// How many objects came before.
        index: u64,
        /// What should be there.
        what: &'static str,
    },
    /// There are more objects than allowed. Nothing follows.
    #[error("there are more than {limit} objects")]
    TooMany {
        /// What is allowed.
        limit: u64,
    },
    /// The source could not be read. Nothing follows.
    #[error("the text cannot be read")]
    Source(#[source] io::Error),
}

fn named(id: Option<&Id>) -> String {
    id.map(|id| format!(" ({id})")).unwrap_or_default()
}

impl ReadError {
    /// Whether reading ends with it.
    pub fn is_final(&self) -> bool {
        match self {
            Self::Rejected { .. } | Self::TooLarge { .. } | Self::TooDeep { .. } => false,
            Self::Cut { .. } | Self::Broken { .. } | Self::TooMany { .. } | Self::Source(_) => true,
        }
    }

    /// The place of the object that it is about, from nought.
    pub fn index(&self) -> Option<u64> {
        match self {
            Self::Rejected { index, .. }
            | Self::TooLarge { index, .. }
            | Self::TooDeep { index, .. }
            | Self::Cut { index, .. } => Some(*index),
            Self::Broken { .. } | Self::TooMany { .. } | Self::Source(_) => None,
        }
    }

    /// The id of the object that it is about, where it has one that can be seen.
    pub fn id(&self) -> Option<&Id> {
        match self {
            Self::Rejected { rejected, .. } => rejected.id.as_ref(),
            Self::TooLarge { id, .. } | Self::TooDeep { id, .. } | Self::Cut { id, .. } => {
                id.as_ref()
            }
            Self::Broken { .. } | Self::TooMany { .. } | Self::Source(_) => None,
        }
    }
}

impl Explain for ReadError {
    fn code(&self) -> &'static str {
        match self {
            Self::Rejected { .. } => "stix/rejected",
            Self::TooLarge { .. } => "stix/too-large",
            Self::TooDeep { .. } => "stix/too-deep",
            Self::Cut { .. } => "stix/cut",
            Self::Broken { .. } => "stix/broken",
            Self::TooMany { .. } => "stix/too-many",
            Self::Source(_) => "stix/source",
        }
    }

    fn hint(&self) -> Option<String> {
        Some(
            match self {
                Self::Rejected { .. } => {
                    "tell whoever made it; everything else was read, and it can be read again once mended"
                }
                Self::TooLarge { .. } | Self::TooDeep { .. } => {
                    "no honest object is like that; everything else was read"
                }
                Self::Cut { .. } => "fetch it again: it was not all there; what came before was read",
                Self::Broken { .. } => "is it STIX, as JSON? what came before was read",
                Self::TooMany { .. } => "divide it; what came before was read",
                Self::Source(_) => "try again; what came before was read",
            }
            .into(),
        )
    }

    fn outcome(&self) -> Outcome {
        Outcome::NothingChanged
    }
}

//! Why an event could not be read, and where it stands.

use std::io;

use avert_model::{Explain, Outcome};

use crate::misp::event::NoEvent;

/// Why an event is not there.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// It is no event.
    #[error("event {index}{} is not read", named(.uuid.as_ref()))]
    Rejected {
        /// Its place, from nought.
        index: u64,
        /// Its UUID, if one could be seen.
        uuid: Option<String>,
        /// What is wrong.
        source: NoEvent,
    },
    /// It is no JSON.
    #[error("event {index}{} is no JSON", named(.uuid.as_ref()))]
    NoJson {
        /// Its place.
        index: u64,
        /// Its UUID, if one could be seen.
        uuid: Option<String>,
        /// What is wrong, and where in it.
        source: serde_json::Error,
    },
    /// It is longer than allowed.
    #[error("event {index}{} is longer than {limit} bytes", named(.uuid.as_ref()))]
    TooLarge {
        /// Its place.
        index: u64,
        /// Its UUID, if one could be seen in how it began.
        uuid: Option<String>,
        /// What is allowed.
        limit: usize,
    },
    /// It goes deeper than allowed.
    #[error("event {index}{} goes deeper than {limit} levels", named(.uuid.as_ref()))]
    TooDeep {
        /// Its place.
        index: u64,
        /// Its UUID, if one could be seen.
        uuid: Option<String>,
        /// What is allowed.
        limit: usize,
    },
    /// The text ends in it. Nothing follows.
    #[error("the text ends in event {index}{}", named(.uuid.as_ref()))]
    Cut {
        /// Its place.
        index: u64,
        /// Its UUID, if one could be seen.
        uuid: Option<String>,
    },
    /// The text is no JSON between its events, so nobody can tell where the next begins. Nothing follows.
    #[error("byte {offset}, after {index} events: {what}")]
    Broken {
        /// Where.
        offset: u64,
        /// How many events came before.
        index: u64,
        /// What should be there.
        what: &'static str,
    },
    /// There are more events than allowed. Nothing follows.
    #[error("there are more than {limit} events")]
    TooMany {
        /// What is allowed.
        limit: u64,
    },
    /// The source could not be read. Nothing follows.
    #[error("the text cannot be read")]
    Source(#[source] io::Error),
}

fn named(uuid: Option<&String>) -> String {
    uuid.map(|uuid| format!(" ({uuid})")).unwrap_or_default()
}

impl ReadError {
    /// Whether reading ends with it.
    pub fn is_final(&self) -> bool {
        match self {
            Self::Cut { .. } | Self::Broken { .. } | Self::TooMany { .. } | Self::Source(_) => true,
            Self::Rejected { .. }
            | Self::NoJson { .. }
            | Self::TooLarge { .. }
            | Self::TooDeep { .. } => false,
        }
    }

    /// The place of the event that it is about, from nought, and its UUID if one could be seen.
    pub fn event(&self) -> Option<(u64, Option<&str>)> {
        match self {
            Self::Rejected { index, uuid, .. }
            | Self::NoJson { index, uuid, .. }
            | Self::TooLarge { index, uuid, .. }
            | Self::TooDeep { index, uuid, .. }
            | Self::Cut { index, uuid } => Some((*index, uuid.as_deref())),
            Self::Broken { .. } | Self::TooMany { .. } | Self::Source(_) => None,
        }
    }
}

impl Explain for ReadError {
    fn code(&self) -> &'static str {
        match self {
            Self::Rejected { .. } => "misp/rejected",
            Self::NoJson { .. } => "misp/no-json",
            Self::TooLarge { .. } => "misp/too-large",
            Self::TooDeep { .. } => "misp/too-deep",
            Self::Cut { .. } => "misp/cut",
            Self::Broken { .. } => "misp/broken",
            Self::TooMany { .. } => "misp/too-many",
            Self::Source(_) => "misp/source",
        }
    }

    fn hint(&self) -> Option<String> {
        let hint = match self {
            Self::Rejected { .. } => {
                "is it an event, as MISP's API and feeds give it? attributes without theirs are none"
            }
            Self::NoJson { .. } => "tell whoever made it; the other events were read",
            Self::TooLarge { .. } | Self::TooDeep { .. } => {
                "no honest event is like that; the other events were read"
            }
            Self::Cut { .. } => "fetch it again: it was not all there; what came before was read",
            Self::Broken { .. } => "is it MISP's JSON? what came before was read",
            Self::TooMany { .. } => "divide it; what came before was read",
            Self::Source(_) => "try again; what came before was read",
        };
        Some(hint.into())
    }

    fn outcome(&self) -> Outcome {
        Outcome::NothingChanged
    }
}

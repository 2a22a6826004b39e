//! Indicators on disk, and what of them is kept in memory.
//!
//! A set is a file that never changes and is named by its content. What is needed to tell that something is
//! *no* indicator is read when it is opened: of each indicator 32 bits in buckets of about four ([`table`]), and
//! about ten bits in front of them ([`bloom`]). What an indicator is and what is said about it stays on disk,
//! is read when the bits agree, and is compared in full: a set never takes one thing for another.
//!
//! ```text
//! AVERTIND │ records │ offsets of records │ bloom │ buckets │ entries │ networks │ footer (JSON) │ its length │ AVERTIND
//! ```
//!
//! Numbers are little-endian. The footer says where each part is and what its BLAKE3 is, and the set's id is
//! the footer's. Records stand in the order of their fingerprints.

mod bloom;
mod build;
mod codec;
mod footer;
mod networks;
mod open;
mod table;

pub use build::{SetBuilder, SetSummary};
pub use codec::Record;
pub(crate) use networks::Hints;
pub use open::IndicatorSet;

use std::path::PathBuf;

use avert_model::{Explain, Outcome};

/// A set could not be written or read.
#[derive(Debug, thiserror::Error)]
pub enum SetError {
    /// The operating system refused something.
    #[error("cannot {what} {}", path.display())]
    File {
        /// What was tried.
        what: &'static str,
        /// On which file.
        path: PathBuf,
        /// Why not.
        #[source]
        source: std::io::Error,
    },
    /// Not one of ours.
    #[error("{} is no set of indicators", .0.display())]
    NotASet(PathBuf),
    /// From a program that is newer.
    #[error("{} is of version {version}, and this program knows version {known}", path.display())]
    OtherVersion {
        /// The file.
        path: PathBuf,
        /// Its version.
        version: u32,
        /// Ours.
        known: u32,
    },
    /// Something in it is not what it was written as.
    #[error("{} is damaged: {what}", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// Where.
        what: String,
    },
    /// More than four thousand million indicators.
    #[error("a set holds at most 4,000,000,000 indicators")]
    TooMany,
}

impl Explain for SetError {
    fn code(&self) -> &'static str {
        match self {
            Self::File { .. } => "indicators/file",
            Self::NotASet(_) => "indicators/not-a-set",
            Self::OtherVersion { .. } => "indicators/other-version",
            Self::Damaged { .. } => "indicators/damaged",
            Self::TooMany => "indicators/too-many",
        }
    }

    fn hint(&self) -> Option<String> {
        Some(match self {
            Self::File { .. } => {
                "is there room on the disk, and may you read and write there?".into()
            }
            Self::NotASet(_) => "make one with `avert indicators compile FILE…`".into(),
            Self::OtherVersion { .. } | Self::Damaged { .. } => {
                "make it again from its sources with `avert indicators compile FILE…`".into()
            }
            Self::TooMany => "divide them into several sets".into(),
        })
    }

    fn outcome(&self) -> Outcome {
        Outcome::NothingChanged
    }
}

#[cfg(test)]
mod tests;

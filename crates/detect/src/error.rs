//! Why a snapshot could not be searched.

use avert_events::SnapshotError;
use avert_model::{Explain, Outcome};

/// Detection did not finish. Nothing was changed: it only reads.
#[derive(Debug, thiserror::Error)]
pub enum DetectError {
    /// The snapshot's accounts could not be read.
    #[error("could not read the snapshot's accounts")]
    Accounts(#[source] SnapshotError),
    /// The snapshot's actions could not be read.
    #[error("could not read the snapshot's actions")]
    Actions(#[source] SnapshotError),
    /// A setting is outside what makes sense.
    #[error("the detection setting '{name}' is {given}, which is outside {range}")]
    Setting {
        /// The setting's name.
        name: &'static str,
        /// What it was set to.
        given: f64,
        /// What it may be.
        range: &'static str,
    },
    /// More accounts or objects than 32 bits can number.
    #[error("the snapshot names more than 4 billion different {0}")]
    TooMany(&'static str),
}

impl Explain for DetectError {
    fn code(&self) -> &'static str {
        match self {
            Self::Accounts(_) => "detect/accounts-unreadable",
            Self::Actions(_) => "detect/actions-unreadable",
            Self::Setting { .. } => "detect/bad-setting",
            Self::TooMany(_) => "detect/too-many",
        }
    }

    fn hint(&self) -> Option<String> {
        match self {
            Self::Accounts(source) | Self::Actions(source) => source.hint(),
            Self::Setting { name, .. } => Some(format!(
                "mend '{name}' under [detect] in avert.toml, or leave it out to have the default"
            )),
            Self::TooMany(_) => {
                Some("take snapshots of shorter periods and search them one by one".to_owned())
            }
        }
    }

    fn outcome(&self) -> Outcome {
        Outcome::NothingChanged
    }
}

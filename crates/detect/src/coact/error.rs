//! Why co-action could not be counted to its end.

use std::path::PathBuf;

use avert_events::touches::TouchError;
use avert_model::{Explain, Outcome};

/// Why co-action could not be counted to its end. No file was left behind.
#[derive(Debug, thiserror::Error)]
pub enum CoactError {
    /// The events could not be read.
    #[error(transparent)]
    Read(#[from] TouchError),
    /// The edges could not be written.
    #[error("cannot write {}", path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
    /// The workers could not be started, or lost each other.
    #[error("the workers cannot work together: {0}")]
    Workers(String),
}

impl Explain for CoactError {
    fn code(&self) -> &'static str {
        match self {
            Self::Read(error) => error.code(),
            Self::Write { .. } => "coact/write",
            Self::Workers(_) => "coact/workers",
        }
    }

    fn hint(&self) -> Option<String> {
        match self {
            Self::Read(error) => error.hint(),
            Self::Write { .. } => {
                Some("is there room, and may you write there? nothing was left behind".into())
            }
            Self::Workers(_) => Some(
                "start every process of the host file, each with its own --process, and the same \
                 files and options"
                    .into(),
            ),
        }
    }

    fn outcome(&self) -> Outcome {
        Outcome::NothingChanged
    }
}

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
    /// What has no room in memory could not be brought to disk, or back.
    #[error("cannot keep in {} what has no room in memory", folder.display())]
    Spill {
        /// The folder.
        folder: PathBuf,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
    /// Not even a small part has room.
    #[error("{} of memory are not enough by about {}", mebibytes(*given), mebibytes(*more))]
    Memory {
        /// How many bytes there are.
        given: u64,
        /// How many are missing.
        more: u64,
    },
    /// The workers could not be started, or lost each other.
    #[error("the workers cannot work together: {0}")]
    Workers(String),
}

fn mebibytes(bytes: u64) -> String {
    format!("{} MiB", bytes.div_ceil(1 << 20))
}

impl Explain for CoactError {
    fn code(&self) -> &'static str {
        match self {
            Self::Read(error) => error.code(),
            Self::Write { .. } => "coact/write",
            Self::Spill { .. } => "coact/spill",
            Self::Memory { .. } => "coact/memory",
            Self::Workers(_) => "coact/workers",
        }
    }

    fn hint(&self) -> Option<String> {
        match self {
            Self::Read(error) => error.hint(),
            Self::Write { .. } => {
                Some("is there room, and may you write there? nothing was left behind".into())
            }
            Self::Spill { .. } => Some(
                "is there room, and may you write there? another folder can be given with --spill"
                    .into(),
            ),
            Self::Memory { .. } => Some(
                "the names of all accounts and the largest object have to be in memory: give more \
                 with --memory, or count on several machines"
                    .into(),
            ),
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

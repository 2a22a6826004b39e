//! Why a snapshot could not be written or read.

use std::path::{Path, PathBuf};

use avert_model::{Explain, SnapshotId};

use super::sort::Place;

/// Why a snapshot could not be written or read. A snapshot that was not finished does not exist.
#[derive(Debug, thiserror::Error)]
pub enum SnapshotError {
    /// A file could not be read or written.
    #[error("cannot {what} {}", path.display())]
    File {
        /// What was being done.
        what: &'static str,
        /// The file.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
    /// Parquet could not be written or understood.
    #[error("{} is not the Parquet file it should be: {detail}", path.display())]
    Parquet {
        /// The file.
        path: PathBuf,
        /// What the reader said.
        detail: String,
    },
    /// The manifest is not one.
    #[error("{} is not a manifest: {detail}", path.display())]
    Manifest {
        /// The file.
        path: PathBuf,
        /// Why not.
        detail: String,
    },
    /// Another version of Avert wrote it.
    #[error("{} has schema version {found}, and this Avert reads version {known}", path.display())]
    Version {
        /// The manifest.
        path: PathBuf,
        /// The version it has.
        found: u32,
        /// The version that is read.
        known: u32,
    },
    /// A file is not what it was when the snapshot was taken.
    #[error("{} was altered since the snapshot was taken: {detail}", path.display())]
    Altered {
        /// The file.
        path: PathBuf,
        /// How that shows.
        detail: String,
    },
    /// Two rows have the same account id.
    #[error("account '{id}' is listed twice: in row {} and in row {}", first.row, second.row)]
    Duplicate {
        /// The id.
        id: String,
        /// The row that came first.
        first: Place,
        /// The row that came second.
        second: Place,
    },
    /// The folder holds no such snapshot.
    #[error("there is no snapshot {id} in {}", path.display())]
    Missing {
        /// The snapshot.
        id: SnapshotId,
        /// The folder.
        path: PathBuf,
    },
}

impl SnapshotError {
    pub(super) fn file(what: &'static str, path: &Path) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::File { what, path, source }
    }

    pub(super) fn parquet(path: &Path) -> impl FnOnce(parquet::errors::ParquetError) -> Self {
        let path = path.to_owned();
        move |source| Self::Parquet {
            path,
            detail: source.to_string(),
        }
    }

    pub(super) fn arrow(path: &Path) -> impl FnOnce(arrow_schema::ArrowError) -> Self {
        let path = path.to_owned();
        move |source| Self::Parquet {
            path,
            detail: source.to_string(),
        }
    }
}

impl Explain for SnapshotError {
    fn code(&self) -> &'static str {
        match self {
            Self::File { .. } => "snapshot/file",
            Self::Parquet { .. } => "snapshot/parquet",
            Self::Manifest { .. } => "snapshot/manifest",
            Self::Version { .. } => "snapshot/version",
            Self::Altered { .. } => "snapshot/altered",
            Self::Duplicate { .. } => "ingest/duplicate-account",
            Self::Missing { .. } => "snapshot/missing",
        }
    }

    fn hint(&self) -> Option<String> {
        Some(match self {
            Self::File { .. } => "is there room on the disk, and may you read and write there?".into(),
            Self::Parquet { .. } | Self::Manifest { .. } | Self::Altered { .. } => {
                "do not use it: move its folder elsewhere, then ingest the exports again, or restore a copy; the same exports give the same snapshot id".into()
            }
            Self::Version { .. } => "ingest the exports again with this version".into(),
            Self::Duplicate { .. } => "remove one of the two rows from the export".into(),
            Self::Missing { .. } => "list them with `avert snapshot list`".into(),
        })
    }
}

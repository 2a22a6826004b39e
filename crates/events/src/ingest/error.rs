//! Why exports could not be read. No snapshot was made.

use std::path::PathBuf;

use avert_model::Explain;

use crate::snapshot::SnapshotError;

/// Why exports could not be read. No snapshot was made.
#[derive(Debug, thiserror::Error)]
pub enum IngestError {
    /// A file could not be read or written.
    #[error("{} cannot be read or written", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
    /// The file has no first line.
    #[error("{file} has no header line")]
    NoHeader {
        /// The file.
        file: String,
    },
    /// The mapping names a column that is not there.
    #[error("{file} has no column '{column}'; it has: {there}")]
    MissingColumn {
        /// The file.
        file: String,
        /// The column.
        column: String,
        /// The columns there are.
        there: String,
    },
    /// The mapping names a column that is there twice.
    #[error("{file} has more than one column '{column}'")]
    AmbiguousColumn {
        /// The file.
        file: String,
        /// The column.
        column: String,
    },
    /// A Parquet column is of a type that has no text.
    #[error("{file}: column '{column}' is of a type that cannot be read as one value")]
    ColumnType {
        /// The file.
        file: String,
        /// The column.
        column: String,
    },
    /// A Parquet file is damaged, packed in an unknown way, or none.
    #[error("{file} cannot be read as Parquet: {detail}")]
    Parquet {
        /// The file.
        file: String,
        /// What the reader said.
        detail: String,
    },
    /// Every row would have been left out.
    #[error("none of {rows} rows can be read; most often: {reason}")]
    NothingLeft {
        /// How many rows there are.
        rows: u64,
        /// What is wrong with most of them.
        reason: String,
    },
    /// A row cannot be read.
    #[error("{file}, row {row}: {detail}")]
    Row {
        /// The file.
        file: String,
        /// The line, or of a Parquet file the row, from 1.
        row: u64,
        /// What is wrong.
        detail: String,
    },
    /// Two rows list the same account.
    #[error(
        "{second_file}, row {second_row}: account '{id}' was listed already in {first_file}, row {first_row}"
    )]
    DuplicateAccount {
        /// The account.
        id: String,
        /// Where it was listed first.
        first_file: String,
        /// In which row.
        first_row: u64,
        /// Where it is listed again.
        second_file: String,
        /// In which row.
        second_row: u64,
    },
    /// An actor is in no accounts table.
    #[error("{file}, row {row}: account '{account}' is in no accounts table")]
    UnknownAccount {
        /// The file.
        file: String,
        /// The row.
        row: u64,
        /// The account.
        account: String,
    },
    /// More actors are unknown than can be left out.
    #[error("more than {0} actors are in no accounts table: the export of accounts is not whole")]
    TooManyUnknown(usize),
    /// The snapshot could not be written.
    #[error(transparent)]
    Snapshot(#[from] SnapshotError),
}

impl Explain for IngestError {
    fn code(&self) -> &'static str {
        match self {
            Self::File { .. } => "ingest/file",
            Self::NoHeader { .. } => "ingest/no-header",
            Self::MissingColumn { .. } => "ingest/missing-column",
            Self::AmbiguousColumn { .. } => "ingest/ambiguous-column",
            Self::ColumnType { .. } => "ingest/column-type",
            Self::Parquet { .. } => "ingest/parquet",
            Self::NothingLeft { .. } => "ingest/nothing-left",
            Self::Row { .. } => "ingest/bad-row",
            Self::DuplicateAccount { .. } => "ingest/duplicate-account",
            Self::UnknownAccount { .. } | Self::TooManyUnknown(_) => "ingest/unknown-account",
            Self::Snapshot(error) => error.code(),
        }
    }

    fn hint(&self) -> Option<String> {
        Some(match self {
            Self::File { .. } => "is the name in the mapping right? it is relative to the mapping's folder".into(),
            Self::NoHeader { .. } => "the first line must name the columns".into(),
            Self::MissingColumn { .. } => "mend the name under columns in the mapping".into(),
            Self::AmbiguousColumn { .. } => "rename one of the two in the export".into(),
            Self::ColumnType { .. } => "map a column of text, numbers, times or booleans".into(),
            Self::Parquet { .. } => "export it again, whole; pages may be plain or packed with snappy, zstd, gzip or lz4".into(),
            Self::NothingLeft { .. } => {
                "the mapping rather than the rows is wrong: run it without --on-bad-row skip to see the first".into()
            }
            Self::Row { .. } | Self::DuplicateAccount { .. } => {
                "mend the row, or leave such rows out with --on-bad-row skip; they are counted and kept".into()
            }
            Self::UnknownAccount { .. } => {
                "export all accounts, or say under [accounts] in the mapping: unknown = \"add\" or \"skip\"".into()
            }
            Self::TooManyUnknown(_) => "say under [accounts] in the mapping: unknown = \"add\"".into(),
            Self::Snapshot(error) => return error.hint(),
        })
    }
}

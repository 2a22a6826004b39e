//! Why a file of events could not be read.

use avert_model::{Explain, Outcome};

/// Why a file of events could not be read. Nothing was written.
#[derive(Debug, thiserror::Error)]
pub enum TouchError {
    /// The file could not be opened or read.
    #[error("cannot read {file}")]
    File {
        /// The file.
        file: String,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
    /// It has no first line that names columns.
    #[error("{file} has no header")]
    NoHeader {
        /// The file.
        file: String,
    },
    /// A column is not there, or there twice.
    #[error("{file} has {found} '{column}'; it has: {known}")]
    Column {
        /// The file.
        file: String,
        /// The column that was asked for.
        column: String,
        /// How many of that name it has: none or several.
        found: String,
        /// The columns it has.
        known: String,
    },
    /// A column holds what cannot be read as it must be.
    #[error("{file}: column '{column}' holds {holds}, and {wanted} was expected")]
    ColumnType {
        /// The file.
        file: String,
        /// The column.
        column: String,
        /// What it holds.
        holds: String,
        /// What it should hold.
        wanted: &'static str,
    },
    /// A row cannot be read.
    #[error("{file}, row {row}: {detail}")]
    Row {
        /// The file.
        file: String,
        /// The row, counted from 1 with the header.
        row: u64,
        /// What is wrong with it.
        detail: String,
    },
    /// A Parquet file is damaged, packed in an unknown way, or none.
    #[error("{file} cannot be read as Parquet: {detail}")]
    Parquet {
        /// The file.
        file: String,
        /// What the reader said.
        detail: String,
    },
}

impl Explain for TouchError {
    fn code(&self) -> &'static str {
        match self {
            Self::File { .. } => "touches/file",
            Self::NoHeader { .. } => "touches/no-header",
            Self::Column { .. } => "touches/column",
            Self::ColumnType { .. } => "touches/column-type",
            Self::Row { .. } => "touches/bad-row",
            Self::Parquet { .. } => "touches/parquet",
        }
    }

    fn hint(&self) -> Option<String> {
        Some(
            match self {
                Self::File { .. } => "is the name right, and may you read it?",
                Self::NoHeader { .. } => "the first line must name the columns",
                Self::Column { .. } => {
                    "name columns as the file has them: --account, --object, --time, --layer"
                }
                Self::ColumnType { .. } => {
                    "accounts and objects are text or whole numbers; times are whole numbers or \
                     times"
                }
                Self::Row { .. } => "mend the row; nothing is left out silently",
                Self::Parquet { .. } => {
                    "export it again, whole; pages may be plain or packed with snappy, zstd, gzip or \
                     lz4"
                }
            }
            .to_owned(),
        )
    }

    fn outcome(&self) -> Outcome {
        Outcome::NothingChanged
    }
}

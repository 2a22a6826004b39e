//! Lists of ids: one a line in a text file, or the first column of a Parquet file.

use std::fs::File;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use arrow_array::Array as _;
use arrow_array::cast::AsArray as _;
use arrow_schema::DataType;
use avert_model::{Explain, Outcome};
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

use crate::guard::guarded;

/// How Parquet files begin.
const PARQUET: &[u8] = b"PAR1";

/// The text of a list: lines as they stand, or each value of a Parquet file's first column on a line.
///
/// # Errors
/// [`ListError`], with the file.
pub fn lines(path: &Path) -> Result<String, ListError> {
    let unreadable = |source| ListError::Unreadable {
        path: path.to_owned(),
        source,
    };
    let mut file = File::open(path).map_err(unreadable)?;
    let mut head = Vec::new();
    let taken = (&mut file).take(PARQUET.len() as u64);
    io::BufReader::new(taken)
        .read_to_end(&mut head)
        .map_err(unreadable)?;
    if head == PARQUET {
        let file = File::open(path).map_err(unreadable)?;
        return guarded(|| first_column(file)).map_err(|detail| ListError::Parquet {
            path: path.to_owned(),
            detail,
        });
    }
    std::fs::read_to_string(path).map_err(unreadable)
}

fn first_column(file: File) -> Result<String, String> {
    let builder =
        ParquetRecordBatchReaderBuilder::try_new(file).map_err(|error| error.to_string())?;
    let first = ProjectionMask::roots(builder.parquet_schema(), [0]);
    let reader = builder
        .with_projection(first)
        .build()
        .map_err(|error| error.to_string())?;
    let mut lines = String::new();
    for batch in reader {
        let batch = batch.map_err(|error| error.to_string())?;
        let column = batch.column(0);
        let mut take = |value: &str| {
            lines.push_str(value);
            lines.push('\n');
        };
        match column.data_type() {
            DataType::Utf8 => column
                .as_string::<i32>()
                .iter()
                .flatten()
                .for_each(&mut take),
            DataType::LargeUtf8 => column
                .as_string::<i64>()
                .iter()
                .flatten()
                .for_each(&mut take),
            DataType::Utf8View => column.as_string_view().iter().flatten().for_each(&mut take),
            other => return Err(format!("its first column is {other}, not text")),
        }
    }
    Ok(lines)
}

/// A list could not be read. Nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum ListError {
    /// The file could not be read, or is not UTF-8.
    #[error("could not read {}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// It begins as Parquet does and is none.
    #[error("could not read {} as Parquet: {detail}", path.display())]
    Parquet {
        /// The file.
        path: PathBuf,
        /// What the reader says.
        detail: String,
    },
}

impl Explain for ListError {
    fn code(&self) -> &'static str {
        match self {
            Self::Unreadable { .. } => "list/unreadable",
            Self::Parquet { .. } => "list/damaged",
        }
    }

    fn hint(&self) -> Option<String> {
        Some(
            "hand in a text file with one entry a line, or a Parquet file whose first column has them"
                .to_owned(),
        )
    }

    fn outcome(&self) -> Outcome {
        Outcome::NothingChanged
    }
}

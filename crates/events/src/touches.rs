//! Any table of events, read for four things only: who touched what, on which layer, when.
//!
//! It owns the way from CSV and Parquet files to [`Touch`]es, in shares that can be read side by
//! side, and gives them no meaning. A share is a range of a file; reading all shares in any order
//! gives every row once.

mod delimited;
mod error;
mod number;
mod packed;
mod row;

use std::path::{Path, PathBuf};

pub use error::TouchError;

/// Somebody touched something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Touch<'a> {
    /// Who, as the file has it.
    pub account: &'a [u8],
    /// What.
    pub object: &'a [u8],
    /// On which layer; empty where the file has none.
    pub layer: &'a [u8],
    /// When, in [`TouchFiles::unit`].
    pub at: Option<i64>,
}

/// Which columns to read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Columns {
    /// Who.
    pub account: String,
    /// What.
    pub object: String,
    /// On which layer, if a column says so.
    pub layer: Option<String>,
    /// When, if a column says so.
    pub time: Option<String>,
}

/// What a whole number in the time column counts. Columns of Parquet's own times are converted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TimeUnit {
    /// Seconds since 1970.
    Seconds,
    /// Milliseconds since 1970.
    Milliseconds,
    /// Microseconds since 1970.
    Microseconds,
}

impl TimeUnit {
    /// How many of it are in a second.
    pub fn per_second(self) -> i64 {
        match self {
            Self::Seconds => 1,
            Self::Milliseconds => 1_000,
            Self::Microseconds => 1_000_000,
        }
    }
}

/// Files of events, divided into shares.
pub struct TouchFiles {
    shares: Vec<Share>,
    columns: Columns,
    /// What whole numbers count, and what they are given in.
    units: (TimeUnit, TimeUnit),
}

/// A range of a file.
enum Share {
    Delimited(delimited::Range),
    Packed(packed::Range),
}

impl TouchFiles {
    /// Looks at the files, reads their headers, and divides them. `.parquet` files are Parquet, `.tsv`
    /// files are divided by tabs, and everything else is CSV.
    ///
    /// Cost: a CSV file is read through once for quotation marks, since a line break between two of
    /// them ends no row.
    pub fn open(paths: &[PathBuf], columns: &Columns, unit: TimeUnit) -> Result<Self, TouchError> {
        let mut shares = Vec::new();
        for path in paths {
            if has_extension(path, "parquet") {
                let ranges = packed::divide(path, columns)?;
                shares.extend(ranges.into_iter().map(Share::Packed));
            } else {
                let delimiter = if has_extension(path, "tsv") {
                    b'\t'
                } else {
                    b','
                };
                let ranges = delimited::divide(path, columns, delimiter, delimited::SHARE_BYTES)?;
                shares.extend(ranges.into_iter().map(Share::Delimited));
            }
        }
        // Times of Parquet's own may be finer than whole numbers are said to be.
        let has_times = |share: &Share| matches!(share, Share::Packed(range) if range.has_times());
        let given = if shares.iter().any(has_times) {
            TimeUnit::Microseconds
        } else {
            unit
        };
        Ok(Self {
            shares,
            columns: columns.clone(),
            units: (unit, given),
        })
    }

    /// What [`Touch::at`] counts.
    pub fn unit(&self) -> TimeUnit {
        self.units.1
    }

    /// How many shares there are.
    pub fn shares(&self) -> usize {
        self.shares.len()
    }

    /// Gives every row of a share to `each`. Memory: one share of a CSV file (8 MiB and one row), one
    /// batch of a Parquet file.
    pub fn read(&self, share: usize, each: impl FnMut(Touch<'_>)) -> Result<(), TouchError> {
        match &self.shares[share] {
            Share::Delimited(range) => {
                let scale = self.units.1.per_second() / self.units.0.per_second();
                delimited::read(range, scale, each)
            }
            Share::Packed(range) => packed::read(range, &self.columns, self.units, each),
        }
    }
}

fn has_extension(path: &Path, extension: &str) -> bool {
    path.extension()
        .is_some_and(|found| found.eq_ignore_ascii_case(extension))
}

/// The file's name, for errors.
fn name(path: &Path) -> String {
    path.display().to_string()
}

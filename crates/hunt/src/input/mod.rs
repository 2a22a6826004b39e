//! Reads indicators from whatever people exchange them in.
//!
//! The form is told by the content, packed by gzip or not: STIX 2.1 bundles, tables with a header, and lists of one indicator
//! a line, with a label behind a tab or without. What cannot be read is left out and counted, with why and where first.

mod lines;
mod stix;
mod table;

use std::collections::BTreeMap;
use std::io::{self, BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

use avert_model::{Explain, Timestamp, Tlp};

use crate::assertion::{Admiralty, Assertion, Decay};
use crate::normal::NotAnIndicator;
use crate::pap::Pap;
use crate::set::{SetBuilder, SetError};

pub use stix::NotSimple;
pub use table::speed_percent;

/// No line of a list is longer; what is, is left out.
const LONGEST_LINE: u64 = 1 << 16;

/// What holds for whatever a source does not say itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Defaults {
    /// Who says so.
    pub source: String,
    /// What they are indicators of.
    pub label: String,
    /// How far they may be told.
    pub tlp: Option<Tlp>,
    /// What may be done with them.
    pub pap: Option<Pap>,
    /// How reliable the source is, and how credible what it says.
    pub admiralty: Option<Admiralty>,
    /// Their score.
    pub score: Option<u8>,
    /// When they were last seen.
    pub last_seen: Timestamp,
    /// How they decay.
    pub decay: Decay,
}

impl Defaults {
    fn assertion(&self) -> Assertion {
        Assertion {
            label: self.label.clone(),
            source: self.source.clone(),
            reference: String::new(),
            tlp: self.tlp,
            pap: self.pap,
            admiralty: self.admiralty,
            score: self.score,
            first_seen: None,
            last_seen: self.last_seen,
            expires: None,
            is_revoked: false,
            decay: self.decay,
        }
    }
}

/// Why something was left out.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, thiserror::Error)]
pub enum LeftOut {
    /// It is no indicator.
    #[error("{0}")]
    NotAnIndicator(#[from] NotAnIndicator),
    /// A STIX pattern that takes more than reading.
    #[error("{0}")]
    NotSimple(#[from] NotSimple),
    /// A line that is too long.
    #[error("a line is longer than 65,536 bytes")]
    LongLine,
    /// A line that is no UTF-8.
    #[error("a line is not UTF-8")]
    NotText,
    /// A cell that does not say what its column is for.
    #[error("column '{0}' cannot be read")]
    Cell(&'static str),
    /// A row that is no row.
    #[error("a row cannot be read as CSV")]
    Row,
}

/// What became of a file.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Report {
    /// How many rows, lines or patterns were read.
    pub rows: u64,
    /// How many indicators were taken, repetitions included.
    pub taken: u64,
    /// What was left out: why, how often, and the first row of it.
    pub left_out: BTreeMap<LeftOut, (u64, u64)>,
}

impl Report {
    fn leave_out(&mut self, why: LeftOut) {
        let first = self.rows;
        self.left_out.entry(why).or_insert((0, first)).0 += 1;
    }
}

/// A file of indicators could not be read.
#[derive(Debug, thiserror::Error)]
pub enum InputError {
    /// The operating system refused something, or what is packed is damaged.
    #[error("cannot read {}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// Why not.
        #[source]
        source: io::Error,
    },
    /// JSON that is no STIX bundle.
    #[error("{} is JSON and no STIX 2.1 bundle", path.display())]
    NotABundle {
        /// The file.
        path: PathBuf,
        /// Why not.
        #[source]
        source: serde_json::Error,
    },
    /// No row of it is an indicator.
    #[error("{} has no indicator in {rows} rows", path.display())]
    Nothing {
        /// The file.
        path: PathBuf,
        /// How many there were.
        rows: u64,
    },
    /// The set cannot be written.
    #[error("{} could not be taken in", path.display())]
    Set {
        /// The file.
        path: PathBuf,
        /// Why not.
        #[source]
        source: SetError,
    },
}

impl Explain for InputError {
    fn code(&self) -> &'static str {
        match self {
            Self::File { .. } => "indicators/input",
            Self::NotABundle { .. } => "indicators/not-a-bundle",
            Self::Nothing { .. } => "indicators/nothing",
            Self::Set { source, .. } => source.code(),
        }
    }

    fn hint(&self) -> Option<String> {
        match self {
            Self::File { .. } => Some("is the name right, and is the file whole?".into()),
            Self::NotABundle { .. } | Self::Nothing { .. } => Some(
                "hand in a STIX 2.1 bundle, a CSV table with a column 'indicator', or a list with one \
                 indicator a line"
                    .into(),
            ),
            Self::Set { source, .. } => source.hint(),
        }
    }
}

/// Adds a file's indicators to a set.
///
/// Memory does not grow with the file.
pub fn read(
    path: &Path,
    defaults: &Defaults,
    builder: &mut SetBuilder,
) -> Result<Report, InputError> {
    let failed = |source| InputError::File {
        path: path.to_owned(),
        source,
    };
    let file = std::fs::File::open(path).map_err(failed)?;
    let unpacked = crate::scan::unpacked(file).map_err(failed)?;
    let mut reader = BufReader::with_capacity(1 << 16, unpacked);
    let report = from(&mut reader, defaults, builder).map_err(|problem| match problem {
        Problem::Io(source) => failed(source),
        Problem::Json(source) => InputError::NotABundle {
            path: path.to_owned(),
            source,
        },
        Problem::Set(source) => InputError::Set {
            path: path.to_owned(),
            source,
        },
    })?;
    if report.taken == 0 {
        return Err(InputError::Nothing {
            path: path.to_owned(),
            rows: report.rows,
        });
    }
    Ok(report)
}

/// What stopped a reader.
#[derive(Debug)]
enum Problem {
    Io(io::Error),
    Json(serde_json::Error),
    Set(SetError),
}

impl From<io::Error> for Problem {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

impl From<SetError> for Problem {
    fn from(error: SetError) -> Self {
        Self::Set(error)
    }
}

fn from(
    reader: &mut dyn BufRead,
    defaults: &Defaults,
    builder: &mut SetBuilder,
) -> Result<Report, Problem> {
    let header = header(reader)?;
    let first = header.iter().find(|byte| !byte.is_ascii_whitespace());
    let is_bundle = first == Some(&b'{');
    let is_table = table::is_header(&header);
    let mut whole = header.chain(reader);
    if is_bundle {
        stix::read(&mut whole, defaults, builder)
    } else if is_table {
        table::read(&mut whole, defaults, builder)
    } else {
        lines::read(&mut whole, defaults, builder)
    }
}

/// What the form is told by: everything up to the end of the first line that is not blank, without a byte order mark.
fn header(reader: &mut dyn BufRead) -> io::Result<Vec<u8>> {
    let mut header = Vec::new();
    while (header.len() as u64) < LONGEST_LINE && header.iter().all(u8::is_ascii_whitespace) {
        let room = LONGEST_LINE - header.len() as u64;
        if (&mut *reader).take(room).read_until(b'\n', &mut header)? == 0 {
            break;
        }
        if header.starts_with(b"\xEF\xBB\xBF") {
            header.drain(..3);
        }
    }
    Ok(header)
}

#[cfg(test)]
mod tests;

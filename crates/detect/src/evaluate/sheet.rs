//! A CSV file of accounts, read column by column: what truths and scores have in common.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use super::EvaluateError;

/// A file with a header, its columns in any order.
pub(super) struct Sheet<'a, R> {
    reader: csv::Reader<R>,
    header: csv::StringRecord,
    path: &'a Path,
}

/// A row, and where it stands.
pub(super) struct Row {
    record: csv::StringRecord,
    /// The line, counted from 1.
    pub(super) line: u64,
}

impl Row {
    /// A cell. Rows of another length than the header's are refused when they are read.
    pub(super) fn text(&self, column: usize) -> &str {
        self.record.get(column).unwrap_or_default()
    }
}

pub(super) fn open(path: &Path) -> Result<File, EvaluateError> {
    File::open(path).map_err(|source| EvaluateError::Unreadable {
        path: path.to_owned(),
        source,
    })
}

impl<'a, R: Read> Sheet<'a, R> {
    pub(super) fn new(input: R, path: &'a Path) -> Result<Self, EvaluateError> {
        let mut reader = csv::ReaderBuilder::new()
            .trim(csv::Trim::All)
            .from_reader(input);
        let header = reader.headers().map_err(|source| bad_row(path, source))?;
        let header = header.clone();
        Ok(Self {
            reader,
            header,
            path,
        })
    }

    /// The place of a column.
    pub(super) fn column(&self, name: &str) -> Result<usize, EvaluateError> {
        self.header
            .iter()
            .position(|cell| cell.trim_start_matches('\u{feff}') == name)
            .ok_or_else(|| EvaluateError::MissingColumn {
                path: self.path.to_owned(),
                column: name.to_owned(),
            })
    }

    /// The next row, if there is one.
    pub(super) fn next(&mut self) -> Result<Option<Row>, EvaluateError> {
        let mut record = csv::StringRecord::new();
        let read = self.reader.read_record(&mut record);
        let is_row = read.map_err(|source| bad_row(self.path, source))?;
        let line = record.position().map_or(0, csv::Position::line);
        Ok(is_row.then_some(Row { record, line }))
    }
}

fn bad_row(path: &Path, source: csv::Error) -> EvaluateError {
    EvaluateError::BadRow {
        path: path.to_owned(),
        line: source.position().map_or(1, csv::Position::line),
        source,
    }
}

//! Delimited text: one record after the other, each of bounded size.
//!
//! It drives `csv-core` rather than `csv`, because a stray quote makes the rest of a file one
//! record, and a record that may grow without end must not be held.

use std::fs::File;
use std::io::{BufRead, BufReader};

use csv_core::{ReadRecordResult, Reader, ReaderBuilder};

use super::error::IngestError;
use super::row::{Fault, Row};
use crate::mapping::Source;

/// The longest record that is held.
const RECORD_BYTES: usize = 12 << 20;
/// The most cells a record may have.
const CELLS: usize = 64 * 1024;
const READ_BYTES: usize = 256 * 1024;

/// Gives every row of the file to `each` with its line number and the bytes read so far.
pub(super) fn read<E: From<IngestError>>(
    source: &Source,
    mut each: impl FnMut(u64, u64, Result<Row<'_>, Fault>, &dyn Fn() -> String) -> Result<(), E>,
) -> Result<Vec<String>, E> {
    let mut records = Records::open(source)?;
    let header = match records.next()? {
        None | Some(Record { oversize: true, .. }) => {
            return Err(IngestError::NoHeader {
                file: source.name.clone(),
            }
            .into());
        }
        Some(record) => record.texts(),
    };
    let positions = positions(source, &header)?;
    let mut spans = vec![None; positions.len()];
    while let Some(record) = records.next()? {
        let (line, read) = (record.line, record.read);
        let cells = record.ends.len();
        // A line with nothing on it is no row.
        if cells == 1 && record.ends[0] == 0 && header.len() > 1 {
            continue;
        }
        let raw = || record.raw();
        if record.oversize {
            let fault = Fault::new(
                "row too long",
                "it is longer than 12 MiB: is a quotation mark not closed?",
            );
            each(line, read, Err(fault), &raw)?;
            continue;
        }
        if cells != header.len() {
            let fault = Fault::new(
                "wrong number of cells",
                format!("it has {cells} cells where the header has {}", header.len()),
            );
            each(line, read, Err(fault), &raw)?;
            continue;
        }
        for (span, position) in spans.iter_mut().zip(&positions) {
            let from = if *position == 0 {
                0
            } else {
                record.ends[*position - 1]
            };
            *span = Some((from, record.ends[*position]));
        }
        each(
            line,
            read,
            Ok(Row {
                bytes: record.bytes,
                spans: &spans,
                micros: &[],
            }),
            &raw,
        )?;
    }
    let unread = header
        .into_iter()
        .filter(|name| !source.columns.contains(name));
    Ok(unread.collect())
}

/// Where each column that is read stands in the header.
fn positions(source: &Source, header: &[String]) -> Result<Vec<usize>, IngestError> {
    source
        .columns
        .iter()
        .map(|column| {
            let mut found = header
                .iter()
                .enumerate()
                .filter(|(_, name)| *name == column);
            let file = source.name.clone();
            match (found.next(), found.next()) {
                (Some((position, _)), None) => Ok(position),
                (None, _) => Err(IngestError::MissingColumn {
                    file,
                    column: column.clone(),
                    there: header.join(", "),
                }),
                (Some(_), Some(_)) => Err(IngestError::AmbiguousColumn {
                    file,
                    column: column.clone(),
                }),
            }
        })
        .collect()
}

/// A file's records.
struct Records {
    name: String,
    file: BufReader<File>,
    reader: Reader,
    bytes: Vec<u8>,
    ends: Vec<usize>,
    read: u64,
    lines: Lines,
    at_start: bool,
}

/// Counts ends of lines: a line feed, a carriage return, or both together.
#[derive(Default)]
struct Lines {
    ended: u64,
    after_return: bool,
}

impl Lines {
    fn pass(&mut self, bytes: &[u8]) {
        for byte in bytes {
            let ends = match byte {
                b'\n' => !self.after_return,
                b'\r' => true,
                _ => false,
            };
            self.ended += u64::from(ends);
            self.after_return = *byte == b'\r';
        }
    }
}

/// One record.
struct Record<'a> {
    bytes: &'a [u8],
    ends: &'a [usize],
    line: u64,
    read: u64,
    oversize: bool,
}

impl Record<'_> {
    fn texts(&self) -> Vec<String> {
        let mut from = 0;
        self.ends
            .iter()
            .map(|to| {
                let cell = String::from_utf8_lossy(&self.bytes[from..*to]).into_owned();
                from = *to;
                cell
            })
            .collect()
    }

    /// The record as text for the rejects file: its cells as JSON, cut where they are long.
    fn raw(&self) -> String {
        let cells: Vec<String> = self
            .texts()
            .into_iter()
            .map(|cell| cell.chars().take(4096).collect())
            .take(256)
            .collect();
        serde_json::to_string(&cells).expect("texts are JSON")
    }
}

impl Records {
    fn open(source: &Source) -> Result<Self, IngestError> {
        let file = File::open(&source.path).map_err(|error| IngestError::File {
            path: source.path.clone(),
            source: error,
        })?;
        Ok(Self {
            name: source.name.clone(),
            file: BufReader::with_capacity(READ_BYTES, file),
            reader: ReaderBuilder::new().delimiter(source.delimiter).build(),
            bytes: vec![0; 64 * 1024],
            ends: vec![0; 1024],
            read: 0,
            lines: Lines::default(),
            at_start: true,
        })
    }

    fn next(&mut self) -> Result<Option<Record<'_>>, IngestError> {
        let (mut filled, mut ended) = (0, 0);
        let mut oversize = false;
        let mut line = None;
        loop {
            let input = self.file.fill_buf().map_err(|source| IngestError::File {
                path: self.name.clone().into(),
                source,
            })?;
            let input = if self.at_start {
                self.at_start = false;
                if input.starts_with(b"\xEF\xBB\xBF") {
                    self.read += 3;
                    self.file.consume(3);
                    continue;
                }
                input
            } else {
                input
            };
            // Ends of lines before a record are blank lines, or the rest of the record before; they
            // are passed over alone, so that the record begins in the line that is counted.
            let blank = |byte: &u8| matches!(byte, b'\n' | b'\r');
            let input = if line.is_none() {
                let blanks = input.iter().take_while(|byte| blank(byte)).count();
                if blanks == 0 {
                    line = Some(self.lines.ended + 1);
                }
                if blanks == 0 { input } else { &input[..blanks] }
            } else {
                input
            };
            let (result, consumed, written, cells) =
                self.reader
                    .read_record(input, &mut self.bytes[filled..], &mut self.ends[ended..]);
            self.lines.pass(&input[..consumed]);
            self.file.consume(consumed);
            self.read += consumed as u64;
            filled += written;
            ended += cells;
            match result {
                ReadRecordResult::InputEmpty => {}
                ReadRecordResult::OutputFull if self.bytes.len() < RECORD_BYTES => {
                    let more = (self.bytes.len() * 2).min(RECORD_BYTES);
                    self.bytes.resize(more, 0);
                }
                ReadRecordResult::OutputEndsFull if self.ends.len() < CELLS => {
                    self.ends.resize(self.ends.len() * 2, 0);
                }
                // Too big to hold: what follows is read over what was, until the record ends.
                ReadRecordResult::OutputFull => (filled, oversize) = (0, true),
                ReadRecordResult::OutputEndsFull => (ended, oversize) = (0, true),
                ReadRecordResult::Record => {
                    if oversize {
                        (filled, ended) = (0, 0);
                    }
                    return Ok(Some(Record {
                        bytes: &self.bytes[..filled],
                        ends: &self.ends[..ended],
                        line: line.unwrap_or(1),
                        read: self.read,
                        oversize,
                    }));
                }
                ReadRecordResult::End => return Ok(None),
            }
        }
    }
}

//! The journal for other software: its rows as they are, or as OCSF events.

use std::fs::File;
use std::io::{BufRead as _, BufReader, BufWriter, Read as _, Write as _};
use std::path::{Path, PathBuf};

use avert_exchange::ocsf::{Exporter, Journal};
use avert_model::{Clock as _, Tlp};
use avert_ops::findings;
use avert_ops::journal::{self, Row};
use avert_ops::store::Store;

use crate::args::Format;
use crate::clock::SystemClock;
use crate::commands::Answer;
use crate::context::Context;
use crate::failure::{CommandError, Failure, may_write};
use crate::printer::Printer;
use crate::sharing::Sharing;
use crate::text::count;

/// How much is gathered before it goes to standard output.
const CHUNK: usize = 64 * 1024;

/// How much of a file that is in the way is read at most.
const LONGEST_LINE: u64 = 1024 * 1024;

/// Writes every row, oldest first. Memory: one row; for OCSF, what was found in one snapshot.
pub(super) fn run(
    out: Option<&Path>,
    format: Format,
    context: &Context<'_>,
) -> Result<Answer, Failure> {
    let store = context.store()?;
    // What was found is read while the journal is being read: over a connection of its own.
    let found = (format == Format::Ocsf)
        .then(|| context.store())
        .transpose()?;
    let mut sink = Sink::open(out, context.printer)?;
    let filled = match found {
        Some(found) => {
            let sharing = Sharing::of(&context.config.sharing);
            let may = sharing.for_us(Journal, ("the journal", Tlp::Red), SystemClock.now())?;
            events(&store, &found, Exporter::new(&may), &mut sink).map(Some)
        }
        None => rows(&store, &mut sink).map(|()| None),
    };
    match filled {
        Ok(told) => {
            sink.close()?;
            if let Some(told) = told {
                say(&told, context.printer);
            }
            Ok(Answer::Done)
        }
        Err(failure) => {
            sink.discard();
            Err(failure)
        }
    }
}

fn rows(store: &Store, sink: &mut Sink<'_>) -> Result<(), Failure> {
    each_row(store, |row| {
        let line = serde_json::to_string(row)
            .map_err(|source| CommandError::Unwritable("a row of the journal", source))?;
        sink.put(&format!("{line}\n"))
    })
}

fn events(
    store: &Store,
    found: &Store,
    mut exporter: Exporter,
    sink: &mut Sink<'_>,
) -> Result<Exporter, Failure> {
    each_row(store, |row| {
        let lines = exporter.take(row, |snapshot| findings::list(found, Some(snapshot)))?;
        lines.iter().try_for_each(|line| sink.put(line))
    })?;
    Ok(exporter)
}

/// Gives the rows to `each` until one fails.
fn each_row(
    store: &Store,
    mut each: impl FnMut(&Row) -> Result<(), Failure>,
) -> Result<(), Failure> {
    let mut ended = Ok(());
    journal::show(store, None, |row| {
        if ended.is_ok() {
            ended = each(&row);
        }
    })?;
    ended
}

/// How many events there are, and what has none.
fn say(exporter: &Exporter, printer: &Printer) {
    let events = count(exporter.events(), "event", "events");
    let left_out: Vec<String> = exporter
        .left_out()
        .iter()
        .map(|(act, rows)| format!("{act} {rows}"))
        .collect();
    printer.talk(&if left_out.is_empty() {
        events
    } else {
        format!(
            "{events}; rows that no class of OCSF means, or that found nothing new, are left out: {}",
            left_out.join(", ")
        )
    });
}

/// Where the lines go.
enum Sink<'a> {
    Output(&'a Printer, String),
    /// Written under another name and renamed when whole.
    File {
        path: &'a Path,
        half: PathBuf,
        file: BufWriter<File>,
    },
}

impl<'a> Sink<'a> {
    fn open(out: Option<&'a Path>, printer: &'a Printer) -> Result<Self, Failure> {
        let Some(path) = out else {
            return Ok(Self::Output(printer, String::new()));
        };
        may_write(path, &["jsonl", "ndjson", "json"])?;
        let mut half = path.as_os_str().to_owned();
        half.push(".half");
        let half = PathBuf::from(half);
        let file = File::create(&half).map_err(|source| unwritable(&half, source))?;
        Ok(Self::File {
            path,
            half,
            file: BufWriter::new(file),
        })
    }

    fn put(&mut self, lines: &str) -> Result<(), Failure> {
        match self {
            Self::Output(printer, gathered) => {
                gathered.push_str(lines);
                if gathered.len() > CHUNK {
                    printer.raw(gathered)?;
                    gathered.clear();
                }
                Ok(())
            }
            Self::File { path, file, .. } => Ok(file
                .write_all(lines.as_bytes())
                .map_err(|source| unwritable(path, source))?),
        }
    }

    /// Leaves nothing of a file that is not whole.
    fn discard(self) {
        if let Self::File { half, .. } = self {
            // The failure that led here is the one to tell.
            let _ = std::fs::remove_file(half);
        }
    }

    fn close(self) -> Result<(), Failure> {
        match self {
            Self::Output(_, gathered) if gathered.is_empty() => Ok(()),
            Self::Output(printer, gathered) => printer.raw(&gathered),
            Self::File { path, half, file } => {
                let whole = file
                    .into_inner()
                    .map_err(std::io::IntoInnerError::into_error)
                    .and_then(|file| file.sync_all())
                    .and_then(|()| begins_with(&half));
                let begins = whole.map_err(|source| unwritable(&half, source))?;
                if begins_with(path).is_ok_and(|before| !before.is_empty() && before != begins) {
                    // The refusal is what to tell.
                    let _ = std::fs::remove_file(&half);
                    return Err(CommandError::WouldOverwrite(path.to_owned()).into());
                }
                Ok(std::fs::rename(&half, path).map_err(|source| unwritable(path, source))?)
            }
        }
    }
}

/// What a file of the journal begins with: the hash of its first row, or the id of its first event. The same
/// journal always begins alike, however much it has grown. Of another file it is the first line.
fn begins_with(path: &Path) -> std::io::Result<Vec<u8>> {
    let mut line = Vec::new();
    BufReader::new(File::open(path)?)
        .take(LONGEST_LINE)
        .read_until(b'\n', &mut line)?;
    let json: serde_json::Value = serde_json::from_slice(&line).unwrap_or_default();
    let name = json["hash"].as_str().or(json["metadata"]["uid"].as_str());
    Ok(name.map_or(line, |name| name.as_bytes().to_vec()))
}

fn unwritable(path: &Path, source: std::io::Error) -> CommandError {
    CommandError::File {
        what: "write",
        path: path.to_owned(),
        source,
    }
}

//! What was taken, on disk: so that whoever is stopped takes up where they were, with nothing lost and
//! nothing taken twice.
//!
//! ```text
//! FOLDER/lock              one process at a time
//! FOLDER/accounts.ndjson   what was told of accounts in segments that are gone
//! FOLDER/events-N.ndjson   events as they came, and marks
//! ```
//!
//! A mark says how far a source has been read, and stands behind the events that were read till then: the
//! log is good up to its last mark. What stands behind that was not taken; it is cut off when the log is
//! opened, and read again from its source.

use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions};
use std::io::{BufRead as _, BufReader, BufWriter, Write as _};
use std::path::{Path, PathBuf};

use avert_model::{Explain, Outcome};
use serde::{Deserialize, Serialize};

/// A segment that is larger is followed by another.
const SEGMENT_BYTES: u64 = 64 << 20;

/// How far sources have been read.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Position {
    /// Lines of the standard input, over all runs.
    pub lines: u64,
    /// The highest count that a sender gave a line.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seq: Option<u64>,
    /// Bytes of each file of a folder.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub files: BTreeMap<String, u64>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Mark {
    mark: Position,
}

/// How every mark begins; no event does.
const MARK: &str = "{\"mark\":";

/// The log of one watch, held by one process.
pub struct Log {
    folder: PathBuf,
    segments: Vec<Segment>,
    writer: BufWriter<File>,
    bytes: u64,
    position: Position,
    left_out: u64,
    _lock: File,
}

struct Segment {
    number: u64,
    path: PathBuf,
    /// The time of its latest action.
    latest: i64,
}

/// The log could not be read or written.
#[derive(Debug, thiserror::Error)]
pub enum LogError {
    /// A file could not be read or written.
    #[error("cannot {what} {}", path.display())]
    File {
        /// What was tried.
        what: &'static str,
        /// The file.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
    /// Another process holds it.
    #[error("{} is being written by another process", .0.display())]
    Held(PathBuf),
    /// A line that was taken does not read any more.
    #[error("{}, line {line}: {detail}", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: u64,
        /// What is wrong with it.
        detail: String,
    },
}

impl Explain for LogError {
    fn code(&self) -> &'static str {
        match self {
            Self::File { .. } => "watch/log-file",
            Self::Held(_) => "watch/held",
            Self::Damaged { .. } => "watch/log-damaged",
        }
    }

    fn hint(&self) -> Option<String> {
        match self {
            Self::File { .. } => None,
            Self::Held(_) => Some("wait for it, or give this watch another --name".to_owned()),
            Self::Damaged { .. } => Some(
                "restore the file from a backup, or take the line out: what it told is lost then"
                    .to_owned(),
            ),
        }
    }

    fn outcome(&self) -> Outcome {
        Outcome::NothingChanged
    }
}

fn failed(what: &'static str, path: &Path) -> impl FnOnce(std::io::Error) -> LogError {
    let path = path.to_owned();
    move |source| LogError::File { what, path, source }
}

impl Log {
    /// Opens the log in this folder, or begins one, and cuts off what was not taken.
    ///
    /// # Errors
    /// [`LogError`]; a log that is held or damaged is left as it is.
    pub fn open(folder: &Path) -> Result<Self, LogError> {
        fs::create_dir_all(folder).map_err(failed("make", folder))?;
        let lock_path = folder.join("lock");
        let lock = File::create(&lock_path).map_err(failed("write", &lock_path))?;
        if lock.try_lock().is_err() {
            return Err(LogError::Held(folder.to_owned()));
        }
        let mut numbers: Vec<u64> = fs::read_dir(folder)
            .map_err(failed("list", folder))?
            .filter_map(|entry| number_of(&entry.ok()?.file_name().into_string().ok()?))
            .collect();
        numbers.sort_unstable();
        if numbers.is_empty() {
            numbers.push(1);
        }
        let mut segments: Vec<Segment> = numbers
            .into_iter()
            .map(|number| Segment {
                number,
                path: folder.join(format!("events-{number:06}.ndjson")),
                latest: i64::MIN,
            })
            .collect();
        let (mut position, mut left_out) = (Position::default(), 0);
        // A segment begins with a mark: one without was begun and nothing more.
        let bytes = loop {
            let last = segments.last().expect("there is one at least");
            match good_bytes(&last.path, &mut position, &mut left_out)? {
                Some(bytes) => break bytes,
                None if segments.len() > 1 => {
                    fs::remove_file(&last.path).map_err(failed("remove", &last.path))?;
                    segments.pop();
                }
                None => break 0,
            }
        };
        let last = segments.last().expect("there is one at least");
        let file = OpenOptions::new()
            .create(true)
            .append(true)
            .open(&last.path)
            .map_err(failed("open", &last.path))?;
        file.set_len(bytes).map_err(failed("cut", &last.path))?;
        let mut this = Self {
            folder: folder.to_owned(),
            writer: BufWriter::with_capacity(1 << 18, file),
            segments,
            bytes,
            position,
            left_out,
            _lock: lock,
        };
        if bytes == 0 {
            this.mark(|_| {})?;
        }
        Ok(this)
    }

    /// How far sources have been read.
    pub fn position(&self) -> &Position {
        &self.position
    }

    /// How many lines stood behind the last mark when this was opened, and were cut off: they were not taken.
    pub fn left_out(&self) -> u64 {
        self.left_out
    }

    /// Gives every event that was taken to `each`, in the order in which they came, first what accounts
    /// were told of in segments that are gone. `each` says the time of an action, or what is wrong.
    ///
    /// # Errors
    /// [`LogError`], naming the file and the line.
    pub fn replay(
        &mut self,
        mut each: impl FnMut(&str) -> Result<Option<i64>, String>,
    ) -> Result<(), LogError> {
        self.flush()?;
        let accounts = self.folder.join("accounts.ndjson");
        if accounts.exists() {
            each_line(&accounts, &mut each)?;
        }
        for segment in &mut self.segments {
            let latest = each_line(&segment.path, &mut each)?;
            segment.latest = segment.latest.max(latest);
        }
        Ok(())
    }

    /// Writes an event down, as a line without its end. It counts from the next mark on.
    ///
    /// # Errors
    /// [`LogError::File`]
    pub fn append(&mut self, line: &str, at: Option<i64>) -> Result<(), LogError> {
        self.write(line)?;
        if let (Some(at), Some(segment)) = (at, self.segments.last_mut()) {
            segment.latest = segment.latest.max(at);
        }
        Ok(())
    }

    /// Says how far sources have been read: what was appended till now was taken. It is with the system
    /// when this returns, and outlives the process.
    ///
    /// # Errors
    /// [`LogError::File`]
    pub fn mark(&mut self, change: impl FnOnce(&mut Position)) -> Result<(), LogError> {
        change(&mut self.position);
        let mark = Mark {
            mark: self.position.clone(),
        };
        let line = serde_json::to_string(&mark).expect("a position is plain data");
        self.write(&line)?;
        self.flush()?;
        if self.bytes >= SEGMENT_BYTES {
            self.begin_segment()?;
        }
        Ok(())
    }

    fn begin_segment(&mut self) -> Result<(), LogError> {
        self.sync()?;
        let number = self.segments.last().map_or(0, |last| last.number) + 1;
        let path = self.folder.join(format!("events-{number:06}.ndjson"));
        let file = OpenOptions::new()
            .create_new(true)
            .append(true)
            .open(&path)
            .map_err(failed("make", &path))?;
        self.writer = BufWriter::with_capacity(1 << 18, file);
        self.bytes = 0;
        self.segments.push(Segment {
            number,
            path,
            latest: i64::MIN,
        });
        self.mark(|_| {})
    }

    /// Has what was marked on the disk: it outlives the machine.
    ///
    /// # Errors
    /// [`LogError::File`]
    pub fn sync(&mut self) -> Result<(), LogError> {
        self.flush()?;
        let path = &self.segments.last().expect("there is one at least").path;
        self.writer
            .get_ref()
            .sync_data()
            .map_err(failed("write", path))
    }

    /// Removes segments in which every action is older than this moment (microseconds UTC). What was told
    /// of accounts there is kept.
    ///
    /// # Errors
    /// [`LogError::File`]
    pub fn forget_before(&mut self, moment: i64) -> Result<(), LogError> {
        while self.segments.len() > 1 && self.segments[0].latest < moment {
            let kept = self.folder.join("accounts.ndjson");
            let new = self.folder.join("accounts.new");
            if kept.exists() {
                fs::copy(&kept, &new).map_err(failed("copy", &kept))?;
            } else {
                File::create(&new).map_err(failed("make", &new))?;
            }
            let file = OpenOptions::new()
                .append(true)
                .open(&new)
                .map_err(failed("open", &new))?;
            let mut writer = BufWriter::new(file);
            let mut wrote = Ok(());
            each_line(&self.segments[0].path, &mut |line| {
                if !line.contains("\"verb\":") && wrote.is_ok() {
                    wrote = writeln!(writer, "{line}");
                }
                Ok(None)
            })?;
            wrote
                .and_then(|()| writer.flush())
                .and_then(|()| writer.get_ref().sync_all())
                .map_err(failed("write", &new))?;
            fs::rename(&new, &kept).map_err(failed("rename", &new))?;
            let gone = self.segments.remove(0);
            fs::remove_file(&gone.path).map_err(failed("remove", &gone.path))?;
        }
        Ok(())
    }

    fn write(&mut self, line: &str) -> Result<(), LogError> {
        let path = &self.segments.last().expect("there is one at least").path;
        self.writer
            .write_all(line.as_bytes())
            .and_then(|()| self.writer.write_all(b"\n"))
            .map_err(failed("write", path))?;
        self.bytes += line.len() as u64 + 1;
        Ok(())
    }

    fn flush(&mut self) -> Result<(), LogError> {
        let path = &self.segments.last().expect("there is one at least").path;
        self.writer.flush().map_err(failed("write", path))
    }
}

fn number_of(name: &str) -> Option<u64> {
    name.strip_prefix("events-")?
        .strip_suffix(".ndjson")?
        .parse()
        .ok()
}

/// How many bytes of a segment are good; `None` if it has no mark. The lines behind them are counted.
fn good_bytes(
    path: &Path,
    position: &mut Position,
    left_out: &mut u64,
) -> Result<Option<u64>, LogError> {
    if !path.exists() {
        return Ok(None);
    }
    let file = File::open(path).map_err(failed("open", path))?;
    let mut reader = BufReader::with_capacity(1 << 18, file);
    let (mut line, mut read, mut number, mut good) = (Vec::new(), 0_u64, 0, None);
    let mut behind = 0;
    loop {
        line.clear();
        let bytes = reader
            .read_until(b'\n', &mut line)
            .map_err(failed("read", path))?;
        number += 1;
        if bytes == 0 || line.last() != Some(&b'\n') {
            *left_out += behind + u64::from(bytes > 0);
            return Ok(good);
        }
        behind += 1;
        read += bytes as u64;
        if line.starts_with(MARK.as_bytes()) {
            let mark: Mark = serde_json::from_slice(&line).map_err(|error| LogError::Damaged {
                path: path.to_owned(),
                line: number,
                detail: format!("not a mark: {error}"),
            })?;
            *position = mark.mark;
            good = Some(read);
            behind = 0;
        }
    }
}

/// Gives the events of a file to `each`; the time of the latest.
fn each_line(
    path: &Path,
    each: &mut impl FnMut(&str) -> Result<Option<i64>, String>,
) -> Result<i64, LogError> {
    let file = File::open(path).map_err(failed("open", path))?;
    let mut reader = BufReader::with_capacity(1 << 18, file);
    let (mut line, mut number, mut latest) = (Vec::new(), 0, i64::MIN);
    loop {
        line.clear();
        let bytes = reader
            .read_until(b'\n', &mut line)
            .map_err(failed("read", path))?;
        number += 1;
        if bytes == 0 {
            return Ok(latest);
        }
        if line.starts_with(MARK.as_bytes()) {
            continue;
        }
        let damaged = |detail: String| LogError::Damaged {
            path: path.to_owned(),
            line: number,
            detail,
        };
        let text = std::str::from_utf8(&line).map_err(|_| damaged("not UTF-8".to_owned()))?;
        if let Some(at) = each(text.trim_end_matches('\n')).map_err(damaged)? {
            latest = latest.max(at);
        }
    }
}

#[cfg(test)]
mod tests;

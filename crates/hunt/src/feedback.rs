//! What people say about indicators: seen in use, wrong, taken back, to be acted on all the same.
//!
//! It is a file of JSON lines that only grows. Each line carries the BLAKE3 of the one before, so that a line that
//! was altered or taken out in the middle is noticed; who could rewrite the whole file could rewrite that, too.
//! A last line that was not written to its end, because the machine went down, is as if it had never begun.

use std::collections::BTreeSet;
use std::fs::{File, OpenOptions};
use std::io::{Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};

use avert_model::{Explain, Outcome, Timestamp};
use rustc_hash::FxHashMap;
use serde::{Deserialize, Serialize};

use crate::assertion::Assertion;
use crate::normal::Indicator;

/// The first line's predecessor.
const NOTHING: &str = "";
/// No line is longer, in bytes.
const LONGEST_LINE: usize = 1 << 16;

/// One thing that somebody said.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Remark {
    /// When it was said.
    pub at: Timestamp,
    /// Who said it.
    pub by: String,
    /// Why.
    pub reason: String,
    /// About what.
    pub indicator: Indicator,
    /// What.
    pub what: What,
}

/// What somebody said about an indicator.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum What {
    /// It was seen in hostile use then.
    Sighting {
        /// When.
        seen_at: Timestamp,
    },
    /// It hit something honest.
    FalsePositive,
    /// It means nothing any more.
    Revoke,
    /// It is an indicator.
    Add {
        /// What is said about it.
        assertion: Box<Assertion>,
    },
    /// It may be acted on although a warning list has it.
    Allow,
    /// It may not, after all.
    Disallow,
}

impl What {
    /// The word for it.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Sighting { .. } => "sighting",
            Self::FalsePositive => "false-positive",
            Self::Revoke => "revoke",
            Self::Add { .. } => "add",
            Self::Allow => "allow",
            Self::Disallow => "disallow",
        }
    }
}

/// Everything that was said about one indicator.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Said {
    /// Who saw it in use.
    pub seen_by: BTreeSet<String>,
    /// When it was last seen in use.
    pub last_seen: Option<Timestamp>,
    /// Who found it wrong.
    pub wrong_by: BTreeSet<String>,
    /// Whether it was taken back, and not added again since.
    pub is_revoked: bool,
    /// Who said that it may be acted on although a warning list has it, and why.
    pub allowed: Option<(String, String)>,
    /// What was added about it by hand.
    pub assertions: Vec<Assertion>,
}

/// A line of the file.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Line {
    previous: String,
    remark: Remark,
}

/// The remarks could not be read or written.
#[derive(Debug, thiserror::Error)]
pub enum FeedbackError {
    /// The operating system refused something.
    #[error("cannot {what} {}", path.display())]
    File {
        /// What was tried.
        what: &'static str,
        /// On which file.
        path: PathBuf,
        /// Why not.
        #[source]
        source: std::io::Error,
    },
    /// A line is not one of ours, or not the one that followed.
    #[error("line {line} of {} {problem}", path.display())]
    Line {
        /// The file.
        path: PathBuf,
        /// The line, counted from 1.
        line: u64,
        /// What is wrong with it.
        problem: &'static str,
    },
    /// Longer than a line may be.
    #[error("a remark of more than {LONGEST_LINE} bytes is not kept")]
    TooLong,
}

impl Explain for FeedbackError {
    fn code(&self) -> &'static str {
        match self {
            Self::File { .. } => "indicators/remarks-file",
            Self::Line { .. } => "indicators/remarks-altered",
            Self::TooLong => "indicators/remark-too-long",
        }
    }

    fn hint(&self) -> Option<String> {
        Some(match self {
            Self::File { .. } => {
                "is there room on the disk, and may you read and write there?".into()
            }
            Self::Line { .. } => {
                "somebody altered the file: put back the copy that your backup has".into()
            }
            Self::TooLong => "say it in fewer words".into(),
        })
    }

    fn outcome(&self) -> Outcome {
        Outcome::NothingChanged
    }
}

/// What was said, by indicator.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Feedback {
    said: FxHashMap<Indicator, Said>,
    remarks: u64,
}

impl Feedback {
    /// Reads what was said up to a time; nothing if there is no file.
    pub fn load(path: &Path, until: Timestamp) -> Result<Self, FeedbackError> {
        let mut feedback = Self::default();
        let Some(bytes) = read(path)? else {
            return Ok(feedback);
        };
        each(path, &bytes, |remark| {
            if remark.at <= until {
                feedback.take(remark);
            }
        })?;
        Ok(feedback)
    }

    fn take(&mut self, remark: Remark) {
        self.remarks += 1;
        let said = self.said.entry(remark.indicator).or_default();
        match remark.what {
            What::Sighting { seen_at } => {
                said.seen_by.insert(remark.by);
                said.last_seen = said.last_seen.max(Some(seen_at));
            }
            What::FalsePositive => {
                said.wrong_by.insert(remark.by);
            }
            What::Revoke => said.is_revoked = true,
            What::Add { assertion } => {
                said.is_revoked = false;
                said.assertions.push(*assertion);
            }
            What::Allow => said.allowed = Some((remark.by, remark.reason)),
            What::Disallow => said.allowed = None,
        }
    }

    /// What was said about an indicator.
    pub fn about(&self, indicator: &Indicator) -> Option<&Said> {
        self.said.get(indicator)
    }

    /// How many remarks there are.
    pub fn remarks(&self) -> u64 {
        self.remarks
    }

    /// What was added by hand, in order.
    pub fn added(&self) -> Vec<(&Indicator, &Assertion)> {
        let mut added: Vec<(&Indicator, &Assertion)> = self
            .said
            .iter()
            .flat_map(|(indicator, said)| said.assertions.iter().map(move |one| (indicator, one)))
            .collect();
        added.sort_unstable();
        added
    }
}

/// Every remark, in the order in which they were made.
pub fn remarks(path: &Path) -> Result<Vec<Remark>, FeedbackError> {
    let mut remarks = Vec::new();
    if let Some(bytes) = read(path)? {
        each(path, &bytes, |remark| remarks.push(remark))?;
    }
    Ok(remarks)
}

/// Adds a remark, durably: once this returns it outlives a crash of the machine.
///
/// Whoever else adds one at the same time waits.
pub fn append(path: &Path, remark: &Remark) -> Result<(), FeedbackError> {
    let failed = |what| {
        move |source| FeedbackError::File {
            what,
            path: path.to_owned(),
            source,
        }
    };
    let mut file = OpenOptions::new()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .open(path)
        .map_err(failed("open"))?;
    file.lock().map_err(failed("lock"))?;
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes).map_err(failed("read"))?;
    each(path, &bytes, |_| {})?;
    let whole = memchr::memrchr(b'\n', &bytes).map_or(0, |end| end + 1);
    let line = Line {
        previous: last(&bytes[..whole]).map_or_else(|| NOTHING.to_owned(), hash),
        remark: remark.clone(),
    };
    let mut line =
        serde_json::to_vec(&line).map_err(|error| failed("write")(std::io::Error::from(error)))?;
    if line.len() > LONGEST_LINE {
        return Err(FeedbackError::TooLong);
    }
    line.push(b'\n');
    file.set_len(whole as u64).map_err(failed("write"))?;
    file.seek(SeekFrom::End(0)).map_err(failed("write"))?;
    file.write_all(&line).map_err(failed("write"))?;
    file.sync_all().map_err(failed("write"))?;
    if whole == 0
        && let Some(folder) = path
            .parent()
            .filter(|folder| !folder.as_os_str().is_empty())
    {
        File::open(folder)
            .and_then(|folder| folder.sync_all())
            .map_err(failed("write"))?;
    }
    Ok(())
}

fn read(path: &Path) -> Result<Option<Vec<u8>>, FeedbackError> {
    match std::fs::read(path) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(source) => Err(FeedbackError::File {
            what: "read",
            path: path.to_owned(),
            source,
        }),
    }
}

fn hash(line: &[u8]) -> String {
    blake3::hash(line).to_hex().to_string()
}

/// The last of whole lines.
fn last(bytes: &[u8]) -> Option<&[u8]> {
    let without_end = bytes.strip_suffix(b"\n")?;
    let start = memchr::memrchr(b'\n', without_end).map_or(0, |end| end + 1);
    Some(&without_end[start..])
}

fn each(path: &Path, bytes: &[u8], mut take: impl FnMut(Remark)) -> Result<(), FeedbackError> {
    let whole = memchr::memrchr(b'\n', bytes).map_or(0, |end| end + 1);
    let mut previous = NOTHING.to_owned();
    let lines = bytes[..whole].split_inclusive(|byte| *byte == b'\n');
    for (number, line) in (1..).zip(lines) {
        let wrong = |problem| FeedbackError::Line {
            path: path.to_owned(),
            line: number,
            problem,
        };
        let line = line.strip_suffix(b"\n").unwrap_or(line);
        let read: Line = serde_json::from_slice(line).map_err(|_| wrong("is no remark"))?;
        if read.previous != previous {
            return Err(wrong("does not follow from the line before"));
        }
        previous = hash(line);
        take(read.remark);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    fn remark(second: i64, by: &str, what: What) -> Remark {
        Remark {
            at: at(second),
            by: by.to_owned(),
            reason: "it was in the mail gateway's log".to_owned(),
            indicator: Indicator::parse("evil.example.org").unwrap(),
            what,
        }
    }

    fn written(folder: &Path) -> PathBuf {
        let path = folder.join("remarks.ndjson");
        for one in [
            remark(1, "ines", What::Sighting { seen_at: at(1) }),
            remark(2, "omar", What::FalsePositive),
            remark(3, "omar", What::FalsePositive),
            remark(4, "rana", What::Allow),
            remark(5, "rana", What::Revoke),
        ] {
            append(&path, &one).unwrap();
        }
        path
    }

    #[test]
    fn what_was_said_is_read_again_as_of_any_time() {
        let folder = tempfile::tempdir().unwrap();
        let path = written(folder.path());
        let all = Feedback::load(&path, at(9)).unwrap();
        let indicator = Indicator::parse("evil[.]example.org").unwrap();
        let said = all.about(&indicator).unwrap();
        assert_eq!((said.seen_by.len(), said.wrong_by.len()), (1, 1));
        assert!(said.is_revoked && said.allowed.is_some() && all.remarks() == 5);
        let early = Feedback::load(&path, at(1)).unwrap();
        assert_eq!(early.remarks(), 1);
        assert!(!early.about(&indicator).unwrap().is_revoked);
        assert_eq!(
            Feedback::load(&folder.path().join("none"), at(9)).unwrap(),
            Feedback::default()
        );
    }

    #[test]
    fn a_line_that_was_altered_or_taken_out_is_noticed() {
        let folder = tempfile::tempdir().unwrap();
        let path = written(folder.path());
        let text = std::fs::read_to_string(&path).unwrap();
        std::fs::write(&path, text.replacen("omar", "ines", 1)).unwrap();
        let error = Feedback::load(&path, at(9)).unwrap_err();
        assert!(error.to_string().contains("line 3"), "{error}");
        let without: String = text.split_inclusive('\n').skip(1).collect();
        std::fs::write(&path, without).unwrap();
        assert!(append(&path, &remark(6, "ines", What::Allow)).is_err());
    }

    #[test]
    fn a_line_that_was_not_written_to_its_end_never_began() {
        let folder = tempfile::tempdir().unwrap();
        let path = written(folder.path());
        let bytes = std::fs::read(&path).unwrap();
        std::fs::write(&path, &bytes[..bytes.len() - 7]).unwrap();
        assert_eq!(Feedback::load(&path, at(9)).unwrap().remarks(), 4);
        append(&path, &remark(6, "ines", What::Disallow)).unwrap();
        let after = Feedback::load(&path, at(9)).unwrap();
        assert_eq!(after.remarks(), 5);
        let said = after
            .about(&Indicator::parse("evil.example.org").unwrap())
            .unwrap();
        assert!(!said.is_revoked && said.allowed.is_none());
    }
}

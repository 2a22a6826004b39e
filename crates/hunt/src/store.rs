//! The folder in which a data folder keeps its indicators: sets that never change, which of them are in use, the warning
//! lists, and what people said.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use avert_model::{Explain, Outcome, Timestamp};
use serde::{Deserialize, Serialize};
use tempfile::{NamedTempFile, TempDir};

use crate::feedback::{Feedback, FeedbackError};
use crate::judge::Judge;
use crate::set::{IndicatorSet, SetBuilder, SetError};
use crate::warn::{WarnError, Warnings};

/// Where a data folder keeps its indicators.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoreFolder(PathBuf);

/// What is in use: names of files in the folder.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Current {
    #[serde(default)]
    sets: Vec<String>,
    #[serde(default)]
    warning_lists: Option<(String, String)>,
}

/// The folder could not be read or written.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
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
    /// Not what it was written as.
    #[error("{} does not say what is in use", path.display())]
    Current {
        /// The file.
        path: PathBuf,
        /// Why not.
        #[source]
        source: serde_json::Error,
    },
    /// A set.
    #[error(transparent)]
    Set(#[from] SetError),
    /// The warning lists.
    #[error(transparent)]
    Warn(#[from] WarnError),
    /// The remarks.
    #[error(transparent)]
    Feedback(#[from] FeedbackError),
}

impl Explain for StoreError {
    fn code(&self) -> &'static str {
        match self {
            Self::File { .. } => "indicators/folder",
            Self::Current { .. } => "indicators/in-use",
            Self::Set(error) => error.code(),
            Self::Warn(error) => error.code(),
            Self::Feedback(error) => error.code(),
        }
    }

    fn hint(&self) -> Option<String> {
        match self {
            Self::File { .. } => {
                Some("is there room on the disk, and may you read and write there?".into())
            }
            Self::Current { .. } => {
                Some("take the file away, and compile indicators and warning lists again".into())
            }
            Self::Set(error) => error.hint(),
            Self::Warn(error) => error.hint(),
            Self::Feedback(error) => error.hint(),
        }
    }

    fn outcome(&self) -> Outcome {
        Outcome::NothingChanged
    }
}

impl StoreFolder {
    /// In this data folder.
    pub fn of(data: &Path) -> Self {
        Self(data.join("indicators"))
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// Where people's remarks are.
    pub fn remarks(&self) -> PathBuf {
        self.0.join("remarks.ndjson")
    }

    /// Makes the folder if there is none.
    pub fn make(&self) -> Result<(), StoreError> {
        fs::create_dir_all(&self.0).map_err(|source| StoreError::File {
            what: "make",
            path: self.0.clone(),
            source,
        })
    }

    /// Puts a set of this folder to use; alone, or besides those that are in use.
    pub fn put_to_use(&self, set: &Path, besides: bool) -> Result<(), StoreError> {
        let mut current = self.current()?;
        let name = file_name(set);
        if !besides {
            current.sets.clear();
        }
        if !current.sets.contains(&name) {
            current.sets.push(name);
        }
        self.write(&current)
    }

    /// Puts warning lists of this folder to use.
    pub fn warn_by(&self, exact: &Path, patterns: &Path) -> Result<(), StoreError> {
        let mut current = self.current()?;
        current.warning_lists = Some((file_name(exact), file_name(patterns)));
        self.write(&current)
    }

    /// Opens what is in use, as of a time.
    pub fn open(&self, at: Timestamp) -> Result<Indicators, StoreError> {
        let current = self.current()?;
        let mut sets = Vec::new();
        for name in &current.sets {
            sets.push(IndicatorSet::open(&self.0.join(name))?);
        }
        let warnings = match &current.warning_lists {
            Some((exact, patterns)) => {
                Some(Warnings::open(&self.0.join(exact), &self.0.join(patterns))?)
            }
            None => None,
        };
        let feedback = Feedback::load(&self.remarks(), at)?;
        let mut by_hand = None;
        if !feedback.added().is_empty() {
            let folder = tempfile::tempdir().map_err(|source| StoreError::File {
                what: "make a folder in",
                path: std::env::temp_dir(),
                source,
            })?;
            let mut builder = SetBuilder::new(folder.path());
            for (indicator, assertion) in feedback.added() {
                builder.add(indicator, assertion)?;
            }
            let (path, _) = builder.finish()?;
            sets.push(IndicatorSet::open(&path)?);
            by_hand = Some(folder);
        }
        Ok(Indicators {
            sets,
            feedback,
            warnings,
            at,
            _by_hand: by_hand,
        })
    }

    fn current(&self) -> Result<Current, StoreError> {
        let path = self.0.join("in-use.json");
        match fs::read(&path) {
            Ok(bytes) => serde_json::from_slice(&bytes)
                .map_err(|source| StoreError::Current { path, source }),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Current::default()),
            Err(source) => Err(StoreError::File {
                what: "read",
                path,
                source,
            }),
        }
    }

    fn write(&self, current: &Current) -> Result<(), StoreError> {
        let path = self.0.join("in-use.json");
        let failed = |source| StoreError::File {
            what: "write",
            path: path.clone(),
            source,
        };
        let text = serde_json::to_string_pretty(current).map_err(|error| failed(error.into()))?;
        let mut half = NamedTempFile::new_in(&self.0).map_err(failed)?;
        half.write_all(text.as_bytes()).map_err(failed)?;
        half.as_file().sync_all().map_err(failed)?;
        half.persist(&path).map_err(|error| failed(error.error))?;
        fs::File::open(&self.0)
            .and_then(|folder| folder.sync_all())
            .map_err(failed)
    }
}

fn file_name(path: &Path) -> String {
    path.file_name()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned()
}

/// What is in use, opened as of a time.
#[derive(Debug)]
pub struct Indicators {
    sets: Vec<IndicatorSet>,
    feedback: Feedback,
    warnings: Option<Warnings>,
    at: Timestamp,
    /// The set of what was added by hand goes when this does.
    _by_hand: Option<TempDir>,
}

impl Indicators {
    /// The sets.
    pub fn sets(&self) -> &[IndicatorSet] {
        &self.sets
    }

    /// The same, and these sets instead of those in use.
    #[must_use]
    pub fn with_sets_only(mut self, sets: Vec<IndicatorSet>) -> Self {
        self.sets = sets;
        self
    }

    /// The same, and these sets besides.
    #[must_use]
    pub fn with_sets(mut self, sets: Vec<IndicatorSet>) -> Self {
        self.sets.extend(sets);
        self
    }

    /// Whether there are warning lists.
    pub fn warns(&self) -> bool {
        self.warnings.is_some()
    }

    /// What people said.
    pub fn feedback(&self) -> &Feedback {
        &self.feedback
    }

    /// Judges as of the time for which this was opened.
    pub fn judge(&self) -> Judge<'_> {
        Judge {
            at: self.at,
            feedback: &self.feedback,
            warnings: self.warnings.as_ref(),
        }
    }

    /// What all sets say about an indicator.
    pub fn get(&self, indicator: &crate::Indicator) -> Result<Option<crate::Record>, SetError> {
        let mut all: Option<crate::Record> = None;
        for set in &self.sets {
            let Some(record) = set.get(indicator)? else {
                continue;
            };
            match &mut all {
                None => all = Some(record),
                Some(all) => all.assertions.extend(record.assertions),
            }
        }
        if let Some(all) = &mut all {
            all.assertions.sort_unstable();
            all.assertions.dedup();
        }
        Ok(all)
    }
}

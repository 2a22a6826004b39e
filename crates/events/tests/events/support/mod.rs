//! A folder with exports and a mapping, for tests that ingest what they have written themselves.

use std::fs;
use std::path::{Path, PathBuf};

use avert_events::{IngestError, IngestOptions, IngestReport, Mapping, OnBadRow, Snapshot, ingest};
use avert_model::Timestamp;
use tempfile::TempDir;

/// A folder of its own, gone afterwards.
pub(crate) struct Lab(TempDir);

impl Lab {
    pub(crate) fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    /// Writes an export.
    pub(crate) fn with(self, name: &str, bytes: impl AsRef<[u8]>) -> Self {
        fs::write(self.path(name), bytes).unwrap();
        self
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn snapshots_dir(&self) -> PathBuf {
        self.path("snapshots")
    }

    /// Ingests by the mapping given as text.
    pub(crate) fn ingest(
        &self,
        mapping: &str,
        on_bad_row: OnBadRow,
    ) -> Result<IngestReport, IngestError> {
        let mapping = Mapping::parse(mapping, &self.path("mapping.toml")).unwrap();
        let options = IngestOptions {
            snapshots_dir: self.snapshots_dir(),
            rejects_dir: self.path("rejects"),
            on_bad_row,
            taken_at: Timestamp::from_second(1_700_000_000).unwrap(),
        };
        ingest(&mapping, &options, &mut |_, _, _| {})
    }

    /// The snapshot of a report, checked.
    pub(crate) fn snapshot(&self, report: &IngestReport) -> Snapshot {
        let snapshot = Snapshot::open(&self.snapshots_dir(), &report.manifest.id).unwrap();
        snapshot.verify().unwrap();
        snapshot
    }

    /// Nothing at all is left where snapshots are.
    pub(crate) fn assert_no_snapshot(&self) {
        let left: Vec<_> = match fs::read_dir(self.snapshots_dir()) {
            Ok(entries) => entries.map(|entry| entry.unwrap().file_name()).collect(),
            Err(_) => Vec::new(),
        };
        assert!(left.is_empty(), "{left:?} was left behind");
    }
}

/// An error as a user reads it, with everything that caused it.
pub(crate) fn words(error: &IngestError) -> String {
    let mut text = error.to_string();
    let mut cause = std::error::Error::source(error);
    while let Some(inner) = cause {
        text = format!("{text}: {inner}");
        cause = inner.source();
    }
    text
}

/// What a rejects file holds, line by line.
pub(crate) fn rejects(path: Option<&Path>) -> Vec<serde_json::Value> {
    let Some(path) = path else {
        return Vec::new();
    };
    fs::read_to_string(path)
        .unwrap()
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

//! From exports to a snapshot, in bounded memory.
//!
//! Accounts are read first, then actions in the mapping's order. What cannot be read stops
//! everything, or is left out, counted by reason and kept in a rejects file: never lost, never
//! guessed at. Actors that no accounts table lists are found by merging two sorted streams, so that
//! neither has to fit in memory.

mod columnar;
mod delimited;
mod error;
mod json_lines;
mod pass;
mod rejects;
mod row;

use std::collections::BTreeMap;
use std::path::PathBuf;

use avert_model::Timestamp;
use serde::Serialize;

use crate::mapping::Mapping;
use crate::snapshot::Manifest;

pub use error::IngestError;

/// What to do with a row that cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OnBadRow {
    /// End with an error; nothing is stored.
    Stop,
    /// Leave it out, count it, keep it in a rejects file.
    Skip,
}

/// How to ingest.
#[derive(Debug, Clone)]
pub struct IngestOptions {
    /// Where snapshots are.
    pub snapshots_dir: PathBuf,
    /// Where rows that were left out are kept.
    pub rejects_dir: PathBuf,
    /// What to do with a row that cannot be read.
    pub on_bad_row: OnBadRow,
    /// The moment that the manifest gives.
    pub taken_at: Timestamp,
}

/// What came of it.
#[derive(Debug, Clone, Serialize)]
pub struct IngestReport {
    /// The snapshot's manifest.
    pub manifest: Manifest,
    /// How many rows were read.
    pub rows: u64,
    /// How many were left out, by reason.
    pub skipped: BTreeMap<String, u64>,
    /// Where those are kept.
    pub rejects: Option<PathBuf>,
    /// What else there is to know.
    pub notes: Vec<String>,
}

/// Reads what the mapping names into a snapshot. `progress` hears rows read, bytes read, bytes in
/// all.
pub fn ingest(
    mapping: &Mapping,
    options: &IngestOptions,
    progress: &mut dyn FnMut(u64, u64, u64),
) -> Result<IngestReport, IngestError> {
    pass::run(mapping, options, progress)
}

//! The journal as OCSF events, for whoever watches over a platform's operation with other software.
//!
//! Two classes are told. What was done to an account is an *Account Change* (3001); what detection
//! found is a *Detection Finding* (2004). The module owns the mapping; it refuses to press a row
//! into a class that does not mean the same: such rows are left out, and counted by act.
//!
//! # Source
//! Open Cybersecurity Schema Framework 1.7.0, classes `account_change` and `detection_finding`
//! (<https://schema.ocsf.io/1.7.0/>).

mod account_change;
mod event;
mod finding;

use std::collections::{BTreeMap, BTreeSet};

use avert_model::{Finding, FindingId, JournalRow, SnapshotId};

pub use event::SCHEMA_VERSION;

use crate::release::Releasable;

/// The journal and what was found, as something that somebody may have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Journal;

/// Tells rows one after the other, oldest first, and counts what it did not tell.
///
/// Memory: the findings of one snapshot at a time, and the id of every finding told.
#[derive(Debug)]
pub struct Exporter {
    told: BTreeSet<FindingId>,
    events: u64,
    left_out: BTreeMap<String, u64>,
}

impl Exporter {
    /// Begins an export for whoever may have the journal as a whole: one proof for all of it.
    pub fn new(_may: &Releasable<Journal>) -> Self {
        Self {
            told: BTreeSet::new(),
            events: 0,
            left_out: BTreeMap::new(),
        }
    }

    /// The events of one row: each a line of JSON with its line break. Most rows give one or none; a
    /// search gives one for each finding that was new to it, so that whoever exported before finds what
    /// came since in the rows since.
    ///
    /// `findings` is asked for all that was found in a snapshot, the newest search first, only when a row
    /// tells of a search that found something.
    ///
    /// # Errors
    /// What `findings` could not read. Nothing of the row counts as told then.
    pub fn take<E>(
        &mut self,
        row: &JournalRow,
        findings: impl FnOnce(&SnapshotId) -> Result<Vec<Finding>, E>,
    ) -> Result<Vec<String>, E> {
        let lines = match finding::search(row) {
            Some(search) => {
                let all = findings(&search.snapshot)?;
                self.tell(row, &all, search.new)
            }
            None => Vec::from_iter(account_change::tell(row)),
        };
        if lines.is_empty() {
            *self.left_out.entry(row.act.clone()).or_default() += 1;
        }
        self.events += lines.len() as u64;
        Ok(lines)
    }

    /// Tells the oldest findings that no earlier row told, this many.
    fn tell(&mut self, row: &JournalRow, all: &[Finding], new: usize) -> Vec<String> {
        let mut lines = Vec::new();
        for found in all.iter().rev() {
            if lines.len() == new {
                break;
            }
            if self.told.insert(found.id.clone()) {
                lines.push(finding::tell(row, found));
            }
        }
        lines.reverse();
        lines
    }

    /// How many events were told.
    pub fn events(&self) -> u64 {
        self.events
    }

    /// How many rows of which act gave no event, by act.
    pub fn left_out(&self) -> &BTreeMap<String, u64> {
        &self.left_out
    }
}

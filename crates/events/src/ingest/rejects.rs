//! Rows that were left out: counted by reason, kept in a file.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{BufWriter, Write as _};
use std::path::{Path, PathBuf};

use avert_model::Timestamp;
use serde_json::json;

use super::error::IngestError;
use super::row::Fault;

/// Keeps rows that were left out: one JSON object a line.
pub(super) struct Rejects {
    path: PathBuf,
    file: Option<BufWriter<File>>,
    counts: BTreeMap<String, u64>,
}

impl Rejects {
    /// The file is made when the first row comes.
    pub(super) fn new(folder: &Path, platform: &str, at: Timestamp) -> Self {
        let safe: String = platform
            .chars()
            .map(|character| {
                if character.is_ascii_alphanumeric() {
                    character
                } else {
                    '-'
                }
            })
            .collect();
        let name = format!("{safe}-{}.jsonl", at.strftime("%Y%m%dT%H%M%S%6fZ"));
        Self {
            path: folder.join(name),
            file: None,
            counts: BTreeMap::new(),
        }
    }

    /// Keeps one row.
    pub(super) fn keep(
        &mut self,
        file: &str,
        row: u64,
        fault: &Fault,
        raw: &str,
    ) -> Result<(), IngestError> {
        let failed = |source| IngestError::File {
            path: self.path.clone(),
            source,
        };
        if self.file.is_none() {
            if let Some(folder) = self.path.parent() {
                fs::create_dir_all(folder).map_err(failed)?;
            }
            self.file = Some(BufWriter::new(File::create(&self.path).map_err(failed)?));
        }
        let writer = self.file.as_mut().expect("it was made just now");
        let line = json!({ "file": file, "row": row, "reason": fault.reason,
            "detail": fault.detail, "content": raw });
        writeln!(writer, "{line}").map_err(failed)?;
        *self.counts.entry(fault.reason.to_owned()).or_default() += 1;
        Ok(())
    }

    /// How many there are, and the reason most of them have.
    pub(super) fn most(&self) -> (u64, String) {
        let most = self.counts.iter().max_by_key(|(_, rows)| **rows);
        let reason = most.map_or_else(String::new, |(reason, _)| reason.clone());
        (self.counts.values().sum(), reason)
    }

    /// Ends the file. The counts, and where the rows are.
    pub(super) fn finish(
        mut self,
    ) -> Result<(BTreeMap<String, u64>, Option<PathBuf>), IngestError> {
        let counts = std::mem::take(&mut self.counts);
        let Some(mut writer) = self.file.take() else {
            return Ok((counts, None));
        };
        let failed = |source| IngestError::File {
            path: self.path.clone(),
            source,
        };
        writer.flush().map_err(failed)?;
        writer.get_ref().sync_all().map_err(failed)?;
        Ok((counts, Some(self.path.clone())))
    }
}

impl Drop for Rejects {
    /// What was not finished belongs to no snapshot.
    fn drop(&mut self) {
        if self.file.take().is_some() {
            // If even that fails, a file too many is left: nothing is lost by it.
            let _ = fs::remove_file(&self.path);
        }
    }
}

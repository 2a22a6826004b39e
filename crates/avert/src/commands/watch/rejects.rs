//! Lines that were not taken: counted by reason, and kept.

use std::collections::BTreeMap;
use std::fs::{File, OpenOptions};
use std::io::{BufWriter, Write as _};
use std::path::PathBuf;

use serde_json::json;

use crate::failure::CommandError;

/// So much of a line is kept.
const KEPT: usize = 64 << 10;

/// Lines that were not taken.
pub(super) struct Rejects {
    path: PathBuf,
    file: Option<BufWriter<File>>,
    counts: BTreeMap<&'static str, u64>,
}

impl Rejects {
    /// The file is made when the first line comes, and appended to by later runs.
    pub(super) fn new(path: PathBuf) -> Self {
        Self {
            path,
            file: None,
            counts: BTreeMap::new(),
        }
    }

    pub(super) fn keep(
        &mut self,
        reason: &'static str,
        detail: &str,
        line: &str,
    ) -> Result<(), CommandError> {
        let failed = |source| CommandError::File {
            what: "write",
            path: self.path.clone(),
            source,
        };
        *self.counts.entry(reason).or_default() += 1;
        if self.file.is_none() {
            if let Some(folder) = self.path.parent() {
                std::fs::create_dir_all(folder).map_err(failed)?;
            }
            let mut options = OpenOptions::new();
            let file = options.create(true).append(true).open(&self.path);
            self.file = Some(BufWriter::new(file.map_err(failed)?));
        }
        let content = &line[..line.floor_char_boundary(KEPT)];
        let row = json!({ "reason": reason, "detail": detail, "content": content });
        let file = self.file.as_mut().expect("it was made just now");
        writeln!(file, "{row}").map_err(failed)
    }

    /// Has what was kept on disk.
    pub(super) fn flush(&mut self) -> Result<(), CommandError> {
        let path = &self.path;
        let flushed = self.file.as_mut().map_or(Ok(()), BufWriter::flush);
        flushed.map_err(|source| CommandError::File {
            what: "write",
            path: path.clone(),
            source,
        })
    }

    /// How many for which reason.
    pub(super) fn counts(&self) -> &BTreeMap<&'static str, u64> {
        &self.counts
    }

    pub(super) fn path(&self) -> &std::path::Path {
        &self.path
    }
}

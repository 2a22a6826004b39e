//! Lines that were not taken: counted by reason, and kept.

use std::collections::BTreeMap;
use std::fs::{File, OpenOptions};
use std::io::{BufWriter, Write as _};
use std::path::PathBuf;

use serde_json::json;

use crate::failure::CommandError;
use crate::text::count;

/// So much of a line is kept.
const KEPT: usize = 64 << 10;

/// Lines that were not taken.
pub(super) struct Rejects {
    path: PathBuf,
    file: Option<BufWriter<File>>,
    counts: BTreeMap<&'static str, u64>,
    /// How many there were when that was last told.
    told: u64,
}

impl Rejects {
    /// The file is made when the first line comes, and appended to by later runs.
    pub(super) fn new(path: PathBuf) -> Self {
        Self {
            path,
            file: None,
            counts: BTreeMap::new(),
            told: 0,
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

    /// How many there are.
    pub(super) fn total(&self) -> u64 {
        self.counts.values().sum()
    }

    /// How many for which reason, in lines, and where they are kept; nothing if there are none.
    pub(super) fn reasons(&self) -> String {
        let mut told = String::new();
        for (reason, lines) in &self.counts {
            told.extend(["\n  ", &count(*lines, "line", "lines"), ": ", reason]);
        }
        if !told.is_empty() {
            let kept = self.path.display().to_string();
            told.extend(["\n  they are kept in ", &kept]);
        }
        told
    }

    /// What is to be told of them, if there are more than when this was last asked.
    pub(super) fn news(&mut self) -> Option<String> {
        let total = self.total();
        if total == std::mem::replace(&mut self.told, total) {
            return None;
        }
        let lines = count(total, "line", "lines");
        Some(format!("{lines} not taken so far{}", self.reasons()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_told_of_is_told_again_only_when_there_is_more_of_it() {
        let folder = tempfile::tempdir().unwrap();
        let mut rejects = Rejects::new(folder.path().join("kept.jsonl"));
        assert_eq!(rejects.news(), None);
        rejects.keep("no time", "it has no time", "{}").unwrap();
        let told = rejects.news().unwrap();
        let expected = "1 line not taken so far\n  1 line: no time\n  they are kept in ";
        assert!(told.starts_with(expected), "{told}");
        assert_eq!(rejects.news(), None);
        rejects.keep("no time", "it has no time", "{}").unwrap();
        assert!(rejects.news().unwrap().contains("2 lines: no time"));
    }
}

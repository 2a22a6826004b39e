//! A snapshot as a stream of events.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;

use avert_events::Snapshot;
use avert_events::snapshot::ActionColumn;

use crate::failure::{CommandError, Failure, may_write};

/// Writes every account, in order of registration, before the first action that is later, and actions in
/// order of time; actions without a time come last. Memory: the text of all actions.
pub(super) fn write(snapshot: &Snapshot, out: Option<&Path>) -> Result<(), Failure> {
    let mut lines: Vec<(i64, String)> = Vec::new();
    for account in snapshot.accounts()? {
        let account = account?;
        let at = account
            .created_at
            .map_or(i64::MIN, avert_model::Timestamp::as_microsecond);
        let line = serde_json::to_string(&account)
            .map_err(|source| CommandError::Unwritable("an account", source))?;
        lines.push((at, line));
    }
    let columns = [
        ActionColumn::Target,
        ActionColumn::Object,
        ActionColumn::Layer,
        ActionColumn::At,
        ActionColumn::Ip,
        ActionColumn::Device,
        ActionColumn::Text,
    ];
    snapshot.each_action(&columns, |_, row| {
        lines.push((row.at.unwrap_or(i64::MAX), row.line()));
    })?;
    // Stable: accounts before actions of the same moment, actions as they were recorded.
    lines.sort_by_key(|line| line.0);
    match out {
        None => put(
            &mut std::io::stdout().lock(),
            Path::new("standard output"),
            &lines,
        ),
        Some(path) => {
            may_write(path, &["ndjson", "jsonl"])?;
            let file = File::create(path).map_err(|source| CommandError::File {
                what: "write",
                path: path.to_owned(),
                source,
            })?;
            put(&mut BufWriter::new(file), path, &lines)
        }
    }
}

fn put(to: &mut impl Write, path: &Path, lines: &[(i64, String)]) -> Result<(), Failure> {
    let mut written = lines
        .iter()
        .try_for_each(|(_, line)| writeln!(to, "{line}"));
    written = written.and_then(|()| to.flush());
    match written {
        // Whoever read as much as they wanted has closed the pipe: that is no failure.
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Ok(()),
        Err(source) => Err(CommandError::File {
            what: "write",
            path: path.to_owned(),
            source,
        }
        .into()),
        Ok(()) => Ok(()),
    }
}

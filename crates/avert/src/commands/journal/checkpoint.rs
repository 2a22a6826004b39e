//! How far the journal has come, for somebody else to keep.

use std::fs;
use std::path::{Path, PathBuf};

use avert_model::Clock as _;
use avert_ops::journal::{self, Checkpoint};
use avert_ops::store::Store;

use crate::clock::SystemClock;
use crate::commands::Answer;
use crate::context::Context;
use crate::failure::{CommandError, Failure, may_replace};
use crate::text::count;

/// Checks the journal and writes a checkpoint of it.
pub(super) fn take(
    out: Option<&Path>,
    store: &mut Store,
    context: &Context<'_>,
) -> Result<Answer, Failure> {
    // What is kept elsewhere must still be here after a power cut.
    store.flush()?;
    let checkpoint = journal::checkpoint(store, SystemClock.now())?;
    let line = serde_json::to_string(&checkpoint)
        .map_err(|source| CommandError::Unwritable("a checkpoint", source))?;
    let line = format!("{line}\n");
    let Some(path) = out else {
        context.printer.raw(&line)?;
        return Ok(Answer::Done);
    };
    let mut before: Option<Checkpoint> = None;
    may_replace(path, &["json"], |text| {
        before = serde_json::from_str(text).ok();
        before
            .as_ref()
            .is_some_and(|kept: &Checkpoint| kept.store == checkpoint.store)
    })?;
    // What proves that the journal was changed must not be replaced by what says that all is well.
    journal::verify_against(store, before.as_slice())?;
    fs::write(path, &line).map_err(|source| CommandError::File {
        what: "write",
        path: path.to_owned(),
        source,
    })?;
    context.printer.result(&checkpoint, |checkpoint| {
        format!(
            "{}: {}, head {}\nkeep it where those who write the store cannot write\n\n\
             next: avert journal verify --checkpoint {}\n",
            path.display(),
            count(checkpoint.rows, "row", "rows"),
            checkpoint.head,
            path.display()
        )
    })?;
    Ok(Answer::Done)
}

/// Reads what was kept.
pub(super) fn read(paths: &[PathBuf]) -> Result<Vec<Checkpoint>, Failure> {
    let mut kept = Vec::new();
    for path in paths {
        let text = fs::read_to_string(path).map_err(|source| CommandError::File {
            what: "read",
            path: path.clone(),
            source,
        })?;
        kept.push(
            serde_json::from_str(&text).map_err(|source| CommandError::NotCheckpoint {
                path: path.clone(),
                source,
            })?,
        );
    }
    Ok(kept)
}

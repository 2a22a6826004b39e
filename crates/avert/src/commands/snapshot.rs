//! `avert snapshot`: what was read, and whether it still is what it was.

mod events;

use avert_events::{Manifest, Snapshot as Stored};

use super::Answer;
use super::ingest::manifest_text;
use crate::args::Snapshot;
use crate::context::Context;
use crate::failure::Failure;
use crate::text::{Table, moment, thousands};

pub(super) fn run(verb: &Snapshot, context: &Context<'_>) -> Result<Answer, Failure> {
    match verb {
        Snapshot::List => {
            let manifests = Stored::list(&context.snapshots_dir())?;
            context.printer.results(&manifests, list_text)?;
            Ok(if manifests.is_empty() {
                Answer::No
            } else {
                Answer::Done
            })
        }
        Snapshot::Show { id } => {
            let snapshot = context.snapshot(Some(id))?;
            snapshot.verify()?;
            context.printer.result(snapshot.manifest(), |manifest| {
                let mut text = manifest_text(manifest);
                let mut table = Table::new(&["file", "rows", "bytes", "BLAKE3"]);
                for file in &manifest.files {
                    table.row([
                        file.name.clone(),
                        thousands(file.rows),
                        thousands(file.bytes),
                        file.blake3.clone(),
                    ]);
                }
                text.push('\n');
                text.push_str(&table.render(""));
                let mut table = Table::new(&["read from", "rows"]);
                for origin in &manifest.origins {
                    table.row([origin.name.clone(), thousands(origin.rows)]);
                }
                text.push('\n');
                text.push_str(&table.render(""));
                text.push_str("\nevery file has the hash it was written with\n");
                text
            })?;
            Ok(Answer::Done)
        }
        Snapshot::Events { id, out } => {
            events::write(&context.snapshot(id.as_ref())?, out.as_deref())?;
            Ok(Answer::Done)
        }
    }
}

fn list_text(manifests: &[Manifest]) -> String {
    let mut table = Table::new(&["snapshot", "platform", "accounts", "actions", "taken"]);
    for manifest in manifests {
        table.row([
            manifest.id.to_string(),
            manifest.platform.clone(),
            thousands(manifest.accounts),
            thousands(manifest.actions),
            moment(manifest.taken_at),
        ]);
    }
    table.render("there is no snapshot yet\n")
}

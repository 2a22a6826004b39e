//! `avert journal`: everything that was done, and whether the record holds.

mod checkpoint;
mod export;

use avert_ops::journal::{self, Row};

use super::Answer;
use crate::args::{Format, Journal};
use crate::context::Context;
use crate::failure::Failure;
use crate::text::{Table, count};

pub(super) fn run(
    verb: &Journal,
    format: Format,
    context: &Context<'_>,
) -> Result<Answer, Failure> {
    let mut store = context.store()?;
    match verb {
        Journal::Export { out } => return export::run(out.as_deref(), format, context),
        Journal::Show { last } => {
            let mut rows: Vec<Row> = Vec::new();
            journal::show(&store, *last, |row| rows.push(row))?;
            context.printer.results(&rows, |rows| {
                let mut table = Table::new(&["row", "at", "who", "did", "to", "detail"]);
                for row in rows {
                    table.row([
                        row.seq.to_string(),
                        row.at.clone(),
                        row.actor.clone(),
                        row.act.clone(),
                        row.subject.clone(),
                        row.detail.clone(),
                    ]);
                }
                table.render("nothing was done yet\n")
            })?;
        }
        Journal::Checkpoint { out } => {
            return checkpoint::take(out.as_deref(), &mut store, context);
        }
        Journal::Verify { checkpoint } => {
            let kept = checkpoint::read(checkpoint)?;
            let summary = journal::verify_against(&store, &kept)?;
            context.printer.result(&summary, |summary| {
                format!(
                    "the journal holds: {}, head {}\n{}",
                    count(summary.rows, "row", "rows"),
                    if summary.head.is_empty() {
                        "none"
                    } else {
                        &summary.head
                    },
                    if kept.is_empty() {
                        "only a checkpoint kept elsewhere proves that nobody rewrote all of it:\n\n\
                         next: avert journal checkpoint --out FILE\n"
                            .to_owned()
                    } else {
                        format!(
                            "it is the journal of {}\n",
                            count(kept.len() as u64, "checkpoint", "checkpoints")
                        )
                    }
                )
            })?;
        }
    }
    Ok(Answer::Done)
}

//! `avert store`: where everything is kept, and the way back to an older Avert.

use avert_ops::journal;
use avert_ops::store::NEWEST;
use serde::Serialize;

use super::Answer;
use crate::args::Store as Verb;
use crate::context::Context;
use crate::failure::Failure;
use crate::text::count;

/// What the store is.
#[derive(Serialize)]
struct Status {
    backend: &'static str,
    schema: i64,
    newest_schema: i64,
    journal_rows: u64,
}

/// What it was taken back to.
#[derive(Serialize)]
struct Downgraded {
    from: i64,
    to: i64,
}

pub(super) fn run(verb: &Verb, context: &Context<'_>) -> Result<Answer, Failure> {
    let store = context.store()?;
    match verb {
        Verb::Status => {
            let status = Status {
                backend: store.backend(),
                schema: store.schema()?,
                newest_schema: NEWEST,
                journal_rows: journal::summary(&store)?.rows,
            };
            context.printer.result(&status, |status| {
                format!(
                    "{}, schema {} of {}, journal of {}\n",
                    status.backend,
                    status.schema,
                    status.newest_schema,
                    count(status.journal_rows, "row", "rows")
                )
            })?;
        }
        Verb::Downgrade { to } => {
            let done = Downgraded {
                from: store.schema()?,
                to: *to,
            };
            store.migrate_down(*to)?;
            context.printer.result(&done, |done| {
                format!(
                    "the store went from schema {} back to schema {}: use the older Avert from now \
                     on; any other command of this one brings it up again\n",
                    done.from, done.to
                )
            })?;
        }
    }
    Ok(Answer::Done)
}

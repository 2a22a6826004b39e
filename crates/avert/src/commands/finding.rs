//! `avert finding`: what detection said, as a brief to decide on.

mod brief;

use avert_model::{Finding as Found, Timestamp};
use avert_ops::{findings, purge};
use serde::Serialize;

use super::{Answer, detect};
use crate::args::Finding;
use crate::context::Context;
use crate::failure::Failure;

/// A finding, and when what it held was purged.
#[derive(Serialize)]
struct Shown {
    #[serde(flatten)]
    finding: Found,
    #[serde(skip_serializing_if = "Option::is_none")]
    purged_at: Option<Timestamp>,
}

pub(super) fn run(verb: &Finding, context: &Context<'_>) -> Result<Answer, Failure> {
    match verb {
        Finding::List { snapshot } => {
            let found = findings::list(&context.store()?, snapshot.as_ref())?;
            context
                .printer
                .results(&found, |found| detect::table(found, true))?;
            Ok(if found.is_empty() {
                Answer::No
            } else {
                Answer::Done
            })
        }
        Finding::Show { id } => {
            let store = context.store()?;
            let finding = findings::show(&store, id)?;
            let shown = Shown {
                purged_at: purge::finding_purged_at(&store, &finding)?,
                finding,
            };
            context
                .printer
                .result(&shown, |shown| brief::text(&shown.finding, shown.purged_at))?;
            Ok(Answer::Done)
        }
    }
}

//! `avert finding`: what detection said, as a brief to decide on.

mod brief;

use avert_ops::findings;

use super::{Answer, detect};
use crate::args::Finding;
use crate::context::Context;
use crate::failure::Failure;

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
            let finding = findings::show(&context.store()?, id)?;
            context.printer.result(&finding, brief::text)?;
            Ok(Answer::Done)
        }
    }
}

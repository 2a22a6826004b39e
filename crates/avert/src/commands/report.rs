//! `avert report`: a case, written down.

use avert_exchange::report::{self, ReportOptions};
use avert_ops::dossier;

use super::Answer;
use crate::args::{Format, Report};
use crate::clock::SystemClock;
use crate::context::Context;
use crate::failure::{CommandError, Failure};

pub(super) fn run(args: &Report, format: Format, context: &Context<'_>) -> Result<Answer, Failure> {
    let dossier = dossier::dossier(&context.store()?, args.case, &SystemClock)?;
    let options = ReportOptions {
        list_contacts: args.list_contacts,
    };
    let document = match format {
        Format::Text | Format::Md => report::markdown(&dossier, &options),
        Format::Html => report::html(&dossier, &options),
        Format::Json | Format::Ndjson => report::json(&dossier, &options),
    };
    match &args.out {
        None => context.printer.raw(&document)?,
        Some(path) => {
            std::fs::write(path, document).map_err(|source| CommandError::File {
                what: "write",
                path: path.clone(),
                source,
            })?;
            context.printer.talk(&format!("wrote {}", path.display()));
        }
    }
    Ok(Answer::Done)
}

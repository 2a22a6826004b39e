//! `avert report`: a case, written down.

use std::path::Path;

use avert_exchange::report::{self, ReportOptions};
use avert_ops::dossier;

use super::Answer;
use crate::args::{Format, Report};
use crate::clock::SystemClock;
use crate::context::Context;
use crate::failure::{CommandError, Failure, may_write};

pub(super) fn run(args: &Report, format: Format, context: &Context<'_>) -> Result<Answer, Failure> {
    let dossier = dossier::dossier(&context.store()?, args.case, &SystemClock)?;
    let options = ReportOptions {
        list_contacts: args.list_contacts,
    };
    let format = named(args.out.as_deref(), format)?;
    let document = match format {
        Format::Text | Format::Md => report::markdown(&dossier, &options),
        Format::Html => report::html(&dossier, &options),
        Format::Json => report::json(&dossier, &options),
        Format::Ndjson => one_line(&report::json(&dossier, &options)),
        Format::Ocsf | Format::Stix | Format::Misp => return Err(CommandError::OtherFormat.into()),
    };
    match &args.out {
        None => context.printer.raw(&document)?,
        Some(path) => {
            may_write(path, &["md", "txt", "html", "htm", "json", "ndjson"])?;
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

/// The format that the file's name asks for, unless one was asked for outright.
fn named(out: Option<&Path>, format: Format) -> Result<Format, CommandError> {
    let (Some(path), Format::Text) = (out, format) else {
        return Ok(format);
    };
    let extension = path
        .extension()
        .map(|found| found.to_string_lossy().to_lowercase());
    match extension.as_deref() {
        None | Some("md" | "txt") => Ok(Format::Md),
        Some("html" | "htm") => Ok(Format::Html),
        Some("json") => Ok(Format::Json),
        Some("ndjson") => Ok(Format::Ndjson),
        Some(_) => Err(CommandError::UnknownReport(path.to_owned())),
    }
}

/// The same JSON on one line.
fn one_line(json: &str) -> String {
    let value: Result<serde_json::Value, _> = serde_json::from_str(json);
    value.map_or_else(|_| json.to_owned(), |value| value.to_string())
}

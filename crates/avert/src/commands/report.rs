//! `avert report`: a case, written down: for one's own team, or for everybody.

use std::path::Path;

use avert_exchange::report::public::{self, Released};
use avert_exchange::report::{self, ReportOptions};
use avert_model::{CaseId, Clock as _, Dossier};
use avert_ops::store::Store;
use avert_ops::{dossier, sharing};

use super::Answer;
use crate::args::{Format, Report};
use crate::clock::SystemClock;
use crate::context::Context;
use crate::failure::{CommandError, Failure, may_write};
use crate::sharing::{Published, Sharing, public_report};
use crate::text::count;

/// What files may end in that this command writes.
const ENDINGS: [&str; 8] = ["md", "txt", "html", "htm", "json", "ndjson", "pdf", "csv"];

/// The most of what is withheld that is told one by one.
const TOLD: usize = 20;

pub(super) fn run(args: &Report, format: Format, context: &Context<'_>) -> Result<Answer, Failure> {
    let store = context.store()?;
    let dossier = dossier::dossier(&store, args.case, &SystemClock)?;
    let format = named(args.out.as_deref(), format, args.public)?;
    if let Some(path) = &args.out {
        may_write(path, &ENDINGS)?;
    }
    let document = if args.public {
        for_everybody(args, format, &dossier, &store, context)?
    } else {
        for_us(args, format, dossier, context)?.into_bytes()
    };
    match &args.out {
        None => context.printer.file(&document)?,
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

/// The report for our own team.
fn for_us(
    args: &Report,
    format: Format,
    dossier: Dossier,
    context: &Context<'_>,
) -> Result<String, Failure> {
    let options = ReportOptions {
        list_contacts: args.list_contacts,
    };
    let (id, level) = (args.case.to_string(), dossier.case.tlp);
    let sharing = Sharing::of(&context.config.sharing);
    let dossier = sharing.for_us(dossier, (&id, level), SystemClock.now())?;
    Ok(match format {
        Format::Text | Format::Md => report::markdown(&dossier, &options),
        Format::Html => report::html(&dossier, &options),
        Format::Json => report::json(&dossier, &options),
        Format::Ndjson => one_line(&report::json(&dossier, &options)),
        _ => return Err(CommandError::OtherFormat.into()),
    })
}

/// The report for everybody, and on standard error what is not in it.
fn for_everybody(
    args: &Report,
    format: Format,
    dossier: &Dossier,
    store: &Store,
    context: &Context<'_>,
) -> Result<Vec<u8>, Failure> {
    let how = (args.author.as_deref(), args.round);
    let published = public_report(store, dossier, how, context)?;
    let document = written(&published.released, format)?;
    say(&published, context);
    if args.publish {
        publish(args.case, &published, context)?;
    } else {
        context.printer.talk(&format!(
            "nobody was told: when it goes out, `avert --as LIAISON report {} --public --publish` enters that everybody has it",
            args.case
        ));
    }
    Ok(document)
}

/// Enters that everybody has it, before it is there to be given away.
fn publish(case: CaseId, published: &Published, context: &Context<'_>) -> Result<(), Failure> {
    let us = Sharing::of(&context.config.sharing).directory.us;
    let entries = public::entries(&published.released.report, &us, SystemClock.now());
    let new = context.at_desk(|desk| sharing::publish(desk, case, &entries))??;
    context.printer.talk(&format!(
        "entered that everybody has {}, {new} of them new: `avert share who ID`",
        count(entries.len() as u64, "object", "objects")
    ));
    Ok(())
}

/// The report in this form.
pub(super) fn written(released: &Released, format: Format) -> Result<Vec<u8>, Failure> {
    let report = &released.report;
    Ok(match format {
        Format::Text | Format::Md => public::markdown(report).into_bytes(),
        Format::Html => public::html(report).into_bytes(),
        Format::Pdf => public::pdf(report)?,
        Format::Stix => public::stix(report).into_bytes(),
        Format::Csv => public::indicators_csv(report).into_bytes(),
        Format::KillchainCsv => public::killchain_csv(report).into_bytes(),
        Format::Json | Format::Ndjson | Format::Ocsf | Format::Misp => {
            return Err(CommandError::OtherFormat.into());
        }
    })
}

/// Says what was withheld, for whoever publishes the rest.
pub(super) fn say(published: &Published, context: &Context<'_>) {
    let released = &published.released;
    let mut lines: Vec<String> = released.withheld.iter().map(ToString::to_string).collect();
    lines.extend(published.warned.iter().map(|(value, lists)| {
        let lists = lists.join(", ");
        format!(
            "{value} stands on a warning list ({lists}): `avert indicators allow` lets it be told"
        )
    }));
    lines.extend(published.unseen.iter().map(|(id, pap)| {
        format!("{id} is {pap}: whoever is written about would see that you know of it")
    }));
    for line in lines.iter().take(TOLD) {
        context.printer.talk(line);
    }
    let more = lines.len().saturating_sub(TOLD) as u64;
    if more > 0 {
        let more = count(more, "more object is", "more objects are");
        context.printer.talk(&format!("{more} withheld"));
    }
    let names = released.names_others.len() as u64;
    if names > 0 {
        let names = count(names, "object is", "objects are");
        context.printer.talk(&format!(
            "{names} left out for naming what is withheld, or an account that is not told"
        ));
    }
}

/// The format that the file's name asks for, unless one was asked for outright.
fn named(out: Option<&Path>, format: Format, is_public: bool) -> Result<Format, CommandError> {
    let (Some(path), Format::Text) = (out, format) else {
        return Ok(format);
    };
    let extension = path
        .extension()
        .map(|found| found.to_string_lossy().to_lowercase());
    match (extension.as_deref(), is_public) {
        (None | Some("md" | "txt"), _) => Ok(Format::Md),
        (Some("html" | "htm"), _) => Ok(Format::Html),
        (Some("json"), false) => Ok(Format::Json),
        (Some("ndjson"), false) => Ok(Format::Ndjson),
        (Some("json"), true) => Ok(Format::Stix),
        (Some("pdf"), true) => Ok(Format::Pdf),
        (Some("csv"), true) => Ok(Format::Csv),
        _ => Err(CommandError::UnknownReport(path.to_owned())),
    }
}

/// The same JSON on one line.
fn one_line(json: &str) -> String {
    let value: Result<serde_json::Value, _> = serde_json::from_str(json);
    value.map_or_else(|_| json.to_owned(), |value| format!("{value}\n"))
}

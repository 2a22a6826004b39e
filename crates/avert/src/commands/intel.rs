//! `avert intel`: what defenders exchange, taken in, found again and given out.

mod error;
mod export;
mod import;
mod misp;
mod pull;
mod push;
mod show;
mod source;

pub(super) use self::show::the_one;

use avert_ops::intel::{Filter, Found, search};
use serde::Serialize;

use super::Answer;
use crate::args::{Format, Intel, SearchIntel};
use crate::context::Context;
use crate::failure::Failure;
use crate::text::Table;

pub(super) fn run(verb: &Intel, format: Format, context: &Context<'_>) -> Result<Answer, Failure> {
    match verb {
        Intel::Import(args) => import::run(args, context),
        Intel::Show { id, versions } => show::run(id, *versions, context),
        Intel::Search(args) => found(args, context),
        Intel::Export(args) => export::run(args, format, context),
        Intel::Pull(args) => pull::run(args, context),
        Intel::Push(args) => push::run(args, context),
    }
}

/// An object in a list.
#[derive(Debug, Serialize)]
struct Line {
    id: String,
    version: Option<String>,
    #[serde(rename = "type")]
    kind: String,
    name: Option<String>,
    revoked: bool,
    created_by_ref: Option<String>,
    object_marking_refs: Vec<String>,
    source: String,
    added_at: String,
}

impl From<Found> for Line {
    fn from(found: Found) -> Self {
        Self {
            version: found.version.map(avert_exchange::stix::write_time),
            added_at: avert_exchange::stix::write_time(found.added_at),
            id: found.id,
            kind: found.kind,
            name: found.name,
            revoked: found.revoked,
            created_by_ref: found.created_by,
            object_marking_refs: found.markings,
            source: found.source,
        }
    }
}

fn found(args: &SearchIntel, context: &Context<'_>) -> Result<Answer, Failure> {
    let filter = Filter {
        kind: args.kind.clone(),
        contains: args.text.clone(),
        source: args.source.clone(),
        called: None,
        limit: args.limit,
    };
    let found = search(&context.store()?, &filter)?;
    let lines: Vec<Line> = found.into_iter().map(Line::from).collect();
    context.printer.results(&lines, table)?;
    Ok(if lines.is_empty() {
        Answer::No
    } else {
        Answer::Done
    })
}

fn table(lines: &[Line]) -> String {
    let mut table = Table::new(&["id", "name", "version", "source"]);
    for line in lines {
        let revoked = if line.revoked { " (revoked)" } else { "" };
        table.row([
            line.id.clone(),
            format!("{}{revoked}", line.name.as_deref().unwrap_or("–")),
            line.version.clone().unwrap_or_else(|| "–".into()),
            line.source.clone(),
        ]);
    }
    table.render("nothing matches\n")
}

//! `avert case link` and `unlink`: what others published of a case.

use std::fmt::Write as _;

use avert_model::{CaseId, CaseLink, Relation};
use avert_ops::cases::{self, Linking};

use crate::args::LinkCase;
use crate::commands::{Answer, intel};
use crate::context::Context;
use crate::failure::Failure;
use crate::text::{Table, moment};

pub(super) fn link(args: LinkCase, context: &Context<'_>) -> Result<Answer, Failure> {
    let (id, kinds) = (args.id, args.relation.leads_to());
    let linking = Linking {
        object: intel::the_one(&context.store()?, &args.object, kinds)?,
        relation: args.relation,
        source: args.source,
        confidence: args.confidence,
        note: args.note,
    };
    let links = context.at_desk(|desk| cases::link(desk, id, &linking))??;
    tell(id, &links, context)
}

pub(super) fn unlink(
    id: CaseId,
    relation: Relation,
    object: &str,
    context: &Context<'_>,
) -> Result<Answer, Failure> {
    let object = intel::the_one(&context.store()?, object, relation.leads_to())?;
    let links = context.at_desk(|desk| cases::unlink(desk, id, relation, &object))??;
    tell(id, &links, context)
}

fn tell(id: CaseId, links: &[CaseLink], context: &Context<'_>) -> Result<Answer, Failure> {
    context.printer.results(links, |links| {
        if links.is_empty() {
            return format!("{id} is linked to nothing\n");
        }
        format!("{}\nnext: avert intel export {id}\n", table(links))
    })?;
    Ok(Answer::Done)
}

/// What a case is linked to, and what its own team wrote on it.
pub(super) fn table(links: &[CaseLink]) -> String {
    let mut table = Table::new(&[
        "how",
        "object",
        "called",
        "source",
        "sure",
        "linked by",
        "at",
    ]);
    let or_none = |text: &str| if text.is_empty() { "–" } else { text }.to_owned();
    for link in links {
        let revoked = if link.revoked { " (revoked)" } else { "" };
        table.row([
            link.relation.to_string(),
            link.object.clone(),
            format!("{}{revoked}", link.name.as_deref().unwrap_or("–")),
            or_none(&link.source),
            link.confidence
                .map_or_else(|| "–".to_owned(), |sure| sure.to_string()),
            link.by.clone(),
            moment(link.at),
        ]);
    }
    let mut text = table.render("");
    for link in links.iter().filter(|link| !link.note.is_empty()) {
        let name = link.name.as_deref().unwrap_or(&link.object);
        let _ = writeln!(text, "on {name}, by {}: {}", link.by, link.note);
    }
    text
}

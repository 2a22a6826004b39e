//! `avert purge`: what a case no longer needs goes, and the proof that it existed stays.

use avert_model::{CaseId, Clock as _};
use avert_ops::appeals::Window;
use avert_ops::purge::{self, Keep, Purged};
use serde::Serialize;

use super::Answer;
use crate::args::Purge;
use crate::clock::SystemClock;
use crate::context::Context;
use crate::failure::Failure;
use crate::text::count;

/// What went, or would go.
#[derive(Serialize)]
struct View {
    case: CaseId,
    executed: bool,
    #[serde(flatten)]
    purged: Purged,
    /// Why nothing may go yet.
    refused: Option<String>,
}

pub(super) fn run(args: &Purge, context: &Context<'_>) -> Result<Answer, Failure> {
    let keep = Keep::of_days(
        context.config.purge.days,
        Window::of_days(context.config.appeals.days),
    );
    let (purged, refused) = if args.execute {
        context.at_desk(|desk| {
            let purged = purge::purge(desk, args.case, keep)?;
            // Also after a purge that was killed before it came to this.
            desk.store.compact()?;
            Ok::<_, Failure>((purged, None))
        })??
    } else {
        purge::would_purge(&context.store()?, args.case, keep, SystemClock.now())?
    };
    let view = View {
        case: args.case,
        executed: args.execute,
        purged,
        refused: refused.map(|why| why.to_string()),
    };
    context.printer.result(&view, text)?;
    Ok(Answer::Done)
}

fn text(view: &View) -> String {
    let purged = &view.purged;
    let kinds = [
        count(purged.exhibits, "exhibit's content", "exhibits' contents"),
        count(purged.addresses, "address", "addresses"),
        count(purged.appeals, "appeal's words", "appeals' words"),
        count(purged.notes, "note", "notes"),
        count(
            purged.words,
            "reason or word about a notice or outcome",
            "reasons and words about notices and outcomes",
        ),
        count(
            purged.links,
            "link to intelligence",
            "links to intelligence",
        ),
        count(
            purged.findings,
            "finding's facts and contacts",
            "findings' facts and contacts",
        ),
    ];
    let lines = format!("  {}\n", kinds.join("\n  "));
    if let Some(why) = &view.refused {
        return format!(
            "would go from {} later:\n{lines}\nnothing may go yet: {why}\n",
            view.case
        );
    }
    match (*purged == Purged::default(), view.executed) {
        (true, _) => format!("{} holds nothing that could go\n", view.case),
        (false, true) => format!(
            "gone from {}:\n{lines}their hashes stand in the journal, which stays whole\n",
            view.case
        ),
        (false, false) => format!(
            "would go from {}:\n{lines}\nnext: avert --as OPERATOR purge {} --execute\n",
            view.case, view.case
        ),
    }
}

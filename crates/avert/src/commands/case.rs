//! `avert case`: decide what to look into.

mod links;
mod words;

use std::fmt::Write as _;

use avert_model::{Case as Opened, CaseState, ContactTier, Dossier};
use avert_ops::cases::Unfinished;
use avert_ops::desk::Desk;
use avert_ops::freeze::Freeze;
use avert_ops::{cases, dossier, notify};
use serde::Serialize;

use self::words::Written;
use super::freeze::first_line;
use super::{Answer, detect};
use crate::args::Case;
use crate::clock::{SystemClock, SystemPause};
use crate::context::Context;
use crate::failure::{CommandError, Failure};
use crate::text::{Table, count, moment, or_purged};

/// A case, and that everything is stopped.
#[derive(Serialize)]
struct Standing {
    #[serde(skip_serializing_if = "Option::is_none")]
    frozen: Option<Freeze>,
    #[serde(flatten)]
    dossier: Dossier,
}

pub(super) fn run(verb: Case, context: &Context<'_>) -> Result<Answer, Failure> {
    let mut store = context.store()?;
    match verb {
        Case::List => {
            let all = cases::list(&store)?;
            context.printer.results(&all, list_text)?;
            return Ok(if all.is_empty() {
                Answer::No
            } else {
                Answer::Done
            });
        }
        Case::Show { id } => {
            let dossier = dossier::dossier(&store, id, &SystemClock)?;
            let (frozen, line) = first_line(&store)?;
            let standing = Standing { frozen, dossier };
            context.printer.result(&standing, |standing| {
                line + &dossier_text(&standing.dossier)
            })?;
            return Ok(Answer::Done);
        }
        Case::Words {
            id,
            title,
            text,
            leave_out,
            whole,
        } => {
            let written = Written {
                title,
                text,
                leave_out,
                whole,
            };
            return words::run(id, written, &mut store, context);
        }
        Case::Link(args) => return links::link(args, context),
        Case::Unlink {
            id,
            relation,
            object,
        } => return links::unlink(id, relation, &object, context),
        Case::Open { .. } | Case::Note { .. } | Case::Mark { .. } | Case::Close { .. } => {}
    }
    let actor = context.actor()?;
    let people = context.people();
    let mut desk = Desk {
        store: &mut store,
        clock: &SystemClock,
        pause: &SystemPause,
        actor: &actor,
        people: &people,
    };
    let mut left = None;
    let case = match verb {
        Case::Open {
            findings,
            title,
            tlp,
        } => cases::open(&mut desk, &findings, title.as_deref(), tlp)?,
        Case::Note { id, text } => cases::note(&mut desk, id, &text)?,
        Case::Mark { id, tlp, reason } => cases::mark(&mut desk, id, tlp, &reason)?,
        Case::Close {
            id,
            reason,
            although_untold,
        } => {
            let people = notify::untold(desk.store, id)?;
            if people > 0 && !although_untold {
                return Err(CommandError::Untold { case: id, people }.into());
            }
            left = Some(cases::unfinished(desk.store, id)?);
            cases::close(&mut desk, id, &reason)?
        }
        Case::List
        | Case::Show { .. }
        | Case::Words { .. }
        | Case::Link(_)
        | Case::Unlink { .. } => unreachable!("answered above"),
    };
    context.printer.result(&case, |case| {
        let mut text =
            list_text(std::slice::from_ref(case)) + &left.map_or_else(String::new, ended);
        if case.state == CaseState::Open {
            let _ = write!(
                text,
                "\nnext: avert --as {} takedown plan {}\n",
                actor.name(),
                case.id
            );
        }
        text
    })?;
    Ok(Answer::Done)
}

/// What a case that is closed takes with it, and what goes on.
fn ended(left: Unfinished) -> String {
    let mut text = String::new();
    for (number, one, several) in [
        (left.plans, "plan", "plans"),
        (left.notice_lists, "notice list", "notice lists"),
    ] {
        if number > 0 {
            let _ = writeln!(
                text,
                "ended with it: {} that had not begun",
                count(number, one, several)
            );
        }
    }
    if left.appeals > 0 {
        let _ = writeln!(
            text,
            "goes on: {} still to be decided",
            count(left.appeals, "appeal is", "appeals are")
        );
    }
    text
}

fn state(case: &Opened) -> &'static str {
    match case.state {
        CaseState::Open => "open",
        CaseState::Closed { .. } => "closed",
    }
}

fn list_text(cases: &[Opened]) -> String {
    let mut table = Table::new(&[
        "case",
        "state",
        "TLP",
        "opened by",
        "at",
        "findings",
        "notes",
        "about",
    ]);
    for case in cases {
        table.row([
            case.id.to_string(),
            state(case).to_owned(),
            case.tlp.to_string(),
            case.opened_by.clone(),
            moment(case.opened_at),
            case.findings.len().to_string(),
            case.notes.len().to_string(),
            case.title.clone(),
        ]);
    }
    table.render("there is no case yet\n")
}

fn dossier_text(dossier: &Dossier) -> String {
    let case = &dossier.case;
    let mut text = list_text(std::slice::from_ref(case));
    if let CaseState::Closed { by, at, reason } = &case.state {
        let reason = or_purged(reason, dossier.purged_at);
        let _ = writeln!(text, "closed by {by} at {}: {reason}", moment(*at));
    }
    if let Some(at) = dossier.purged_at {
        let _ = writeln!(text, "what it held was purged at {}", moment(at));
    }
    let _ = write!(
        text,
        "\nfindings\n{}",
        detect::table(&dossier.findings, false)
    );
    let _ = writeln!(
        text,
        "\nreached: {}",
        count(dossier.contacts.len() as u64, "person", "people")
    );
    for tier in ContactTier::ALL.into_iter().rev() {
        let people = dossier
            .contacts
            .iter()
            .filter(|contact| contact.tier == tier)
            .count();
        if people > 0 {
            let _ = writeln!(text, "  {people} {}", tier.as_str());
        }
    }
    if !dossier.plans.is_empty() {
        let mut table = Table::new(&[
            "plan", "state", "done", "drifted", "failed", "restored", "watched", "waiting",
        ]);
        for plan in &dossier.plans {
            let totals = &plan.totals;
            table.row([
                plan.id.to_string(),
                plan.state.clone(),
                totals.done.to_string(),
                totals.drifted.to_string(),
                totals.failed.to_string(),
                totals.restored.to_string(),
                totals.watched.to_string(),
                totals.waiting.to_string(),
            ]);
        }
        let _ = write!(text, "\ntakedowns\n{}", table.render(""));
    }
    if !dossier.notice_lists.is_empty() {
        let mut table = Table::new(&[
            "list",
            "state",
            "channel",
            "sent",
            "undeliverable",
            "suppressed",
            "in doubt",
            "waiting",
        ]);
        for list in &dossier.notice_lists {
            let totals = &list.totals;
            table.row([
                list.id.to_string(),
                list.state.clone(),
                list.channel.clone(),
                totals.sent.to_string(),
                totals.undeliverable.to_string(),
                totals.suppressed.to_string(),
                totals.in_doubt.to_string(),
                totals.waiting.to_string(),
            ]);
        }
        let _ = write!(text, "\nnotices\n{}", table.render(""));
    }
    if !dossier.links.is_empty() {
        let _ = write!(
            text,
            "\npublished attribution and related intelligence\n{}",
            links::table(&dossier.links)
        );
    }
    for note in &case.notes {
        let words = or_purged(&note.text, dossier.purged_at);
        let _ = write!(text, "\n{} {}: {words}\n", moment(note.at), note.by);
    }
    text
}

//! A plan, for the person who has to decide on it.

use std::fmt::Write as _;

use avert_ops::ports::Platform;
use avert_ops::review::DIGEST_DIGITS;
use avert_ops::takedown::{Edit, Edited, OnFailure, Phase, Plan, Rollout, Step};

use super::blast;
use crate::printer::harmless;
use crate::text::{Table, count, moment, signed};
use crate::view::PlanView;

/// The whole plan: what is done to whom, why, what it costs, and how far it has come.
pub(super) fn plan(view: &PlanView<'_>) -> String {
    let costs = view
        .blast
        .as_ref()
        .map_or_else(String::new, |blast| format!("\n{}", blast::text(blast)));
    head(view) + &edits(&view.edits) + &costs + &steps(view) + &hint(view)
}

/// Where it stands, account by account.
pub(super) fn status(view: &PlanView<'_>) -> String {
    head(view) + &steps(view) + &hint(view)
}

fn steps(view: &PlanView<'_>) -> String {
    let mut table = Table::new(&["account", "taken for", "remedy", "was", "phase", "why"]);
    for step in view.steps {
        let why = if step.note.is_empty() {
            step.reason.clone()
        } else {
            format!("{} ({})", step.reason, step.note)
        };
        table.row([
            step.account.to_string(),
            blast::kind(step.kind).to_owned(),
            step.remedy.as_str().to_owned(),
            step.prior
                .as_ref()
                .map_or("unknown", |prior| prior.status.as_str())
                .to_owned(),
            step.phase.as_str().to_owned(),
            why,
        ]);
    }
    format!("\n{}", table.render(""))
}

/// A line on where it stands, and what comes next.
pub(super) fn next(view: &PlanView<'_>) -> String {
    head(view) + &hint(view)
}

/// What would be called, for a dry run.
pub(super) fn dry_run(plan: &Plan, platform: &dyn Platform, verb: &str) -> String {
    let header = plan.header();
    let mut text = format!(
        "dry run: nothing is called on {}; add --execute to {verb} {}\n\n",
        header.platform, header.id
    );
    if verb != "reverse" {
        text.push_str(&rollout(&header.rollout));
        text.push('\n');
    }
    let mut table = Table::new(&["account", "would", "by", "now in phase"]);
    for step in &header.steps {
        let (would, by) = would(plan, step, platform, verb);
        table.row([
            step.account.to_string(),
            would,
            by,
            step.phase.as_str().to_owned(),
        ]);
    }
    text.push_str(&table.render("it has no accounts\n"));
    text
}

/// What an act would do to an account, and by which call.
pub(crate) fn would(
    plan: &Plan,
    step: &Step,
    platform: &dyn Platform,
    verb: &str,
) -> (String, String) {
    let forward =
        verb != "reverse" && matches!(step.phase, Phase::Waiting | Phase::Intended | Phase::Failed);
    let back = verb != "execute"
        && matches!(step.phase, Phase::Done | Phase::Undoing | Phase::Stuck)
        && (verb == "reverse" || matches!(plan, Plan::Reversing(_) | Plan::Stuck(_)));
    let by = platform
        .describe(step.remedy)
        .unwrap_or_else(|| "no call".into());
    match (forward, back) {
        (true, _) => (format!("{} it", step.remedy.as_str()), by),
        (_, true) => ("put it back".to_owned(), format!("undoing {by}")),
        _ => ("leave it".to_owned(), "no call".to_owned()),
    }
}

fn head(view: &PlanView<'_>) -> String {
    let mut text = format!(
        "plan {} of {} on {} is {}\ndigest {}\nif an account fails: {}\n",
        view.id,
        view.case,
        view.platform,
        view.state,
        view.digest,
        match view.on_failure {
            OnFailure::Continue => "note it and go on",
            OnFailure::RollBack => "undo everything",
        }
    );
    text.push_str(&rollout(view.rollout));
    for signature in view.signatures {
        let _ = writeln!(
            text,
            "{} by {} at {}",
            signature.act,
            signature.by,
            moment(signature.at)
        );
    }
    if let Some(approval) = view.approval {
        let _ = writeln!(text, "{}", signed(approval));
    }
    if let Some(approval) = view.approval
        && view.state == "approved"
    {
        let _ = writeln!(
            text,
            "may be executed until {}",
            moment(approval.expires_at)
        );
    }
    let totals = &view.totals;
    let counts = [
        (totals.done, "done"),
        (totals.waiting, "waiting"),
        (totals.drifted, "drifted"),
        (totals.failed, "failed"),
        (totals.restored, "restored"),
        (totals.kept_changed, "kept as others changed them"),
        (totals.watched, "watched only"),
    ];
    let counts: Vec<String> = counts
        .into_iter()
        .filter(|(number, _)| *number > 0)
        .map(|(number, word)| format!("{number} {word}"))
        .collect();
    let _ = writeln!(
        text,
        "{}: {}",
        count(view.steps.len() as u64, "account", "accounts"),
        counts.join(", ")
    );
    for other in &view.elsewhere {
        let accounts = other.accounts.len() as u64;
        let _ = writeln!(
            text,
            "{} also in {} of {} ({})",
            count(accounts, "account is", "accounts are"),
            other.plan,
            other.case,
            other.state
        );
    }
    text
}

/// What was changed, account by account.
fn edits(edits: &[Edit]) -> String {
    let mut text = String::new();
    for edit in edits {
        let _ = writeln!(text, "\nedited by {} at {}", edit.by, moment(edit.at));
        for change in &edit.changes {
            let _ = match change {
                Edited::Dropped { account, was } => writeln!(
                    text,
                    "  dropped {} ({})",
                    harmless(account.as_str()),
                    was.as_str()
                ),
                Edited::Remedy { account, was, is } => writeln!(
                    text,
                    "  {}: {} instead of {}",
                    harmless(account.as_str()),
                    is.as_str(),
                    was.as_str()
                ),
                Edited::Rollout { was, is } => writeln!(
                    text,
                    "  rollout: {}; it was: {}",
                    rollout(is).trim_end().replace('\n', "; "),
                    rollout(was).trim_end().replace('\n', "; ")
                ),
            };
        }
        if edit.changes.is_empty() {
            text.push_str("  what it changed was not written down then\n");
        }
    }
    text
}

/// How it is carried out, where that is not all at one moment as soon as it is approved.
fn rollout(rollout: &Rollout) -> String {
    let mut text = String::new();
    if let Some(at) = rollout.starts_at {
        let _ = writeln!(text, "not before {}", moment(at));
    }
    if let Some(canary) = rollout.canary {
        let _ = write!(text, "first {} in a hundred accounts", canary.percent);
        let _ = match canary.soak_minutes {
            0 => writeln!(text, ", then the rest"),
            minutes => writeln!(
                text,
                ", and the rest no sooner than {} later",
                count(minutes.into(), "minute", "minutes")
            ),
        };
    }
    let stop = rollout.stop;
    let _ = write!(
        text,
        "stops once more than {} % failed or {} % were changed by others",
        stop.failed_percent, stop.drifted_percent
    );
    let _ = match stop.appeals {
        Some(most) => writeln!(
            text,
            ", or more than {} came in",
            count(most, "appeal", "appeals")
        ),
        None => writeln!(text),
    };
    if rollout.accepts_irreversible {
        text.push_str("what cannot be undone may be done\n");
    }
    text
}

fn hint(view: &PlanView<'_>) -> String {
    let id = view.id;
    let approver = view.approvers.first().map_or("APPROVER", String::as_str);
    match view.state {
        "draft" | "rejected" => format!("\nnext: avert --as INVESTIGATOR takedown submit {id}\n"),
        "in-review" | "expired" => format!(
            "\nnext: avert --as {approver} takedown approve {id} --digest {}\n",
            &view.digest[..DIGEST_DIGITS]
        ),
        "approved" => format!("\nnext: avert --as RESPONDER takedown execute {id} --execute\n"),
        "executing" => {
            let Some(share) = &view.first_share else {
                return format!("\nnext: avert --as RESPONDER takedown resume {id} --execute\n");
            };
            format!(
                "\nthe first {} acted on; the rest waits until {}\n\
                 look at what came of it, and then\n\
                 next: avert --as RESPONDER takedown resume {id} --execute\n",
                count(share.acted_on, "account is", "accounts are"),
                moment(share.rest_from)
            )
        }
        "reversing" | "stuck" => {
            format!("\nnext: avert --as RESPONDER takedown resume {id} --execute\n")
        }
        "executed" => {
            let undo = format!("undo: avert --as RESPONDER takedown reverse {id} --execute\n");
            let drifted = match view.totals.drifted {
                0 => String::new(),
                drifted => format!(
                    "\n{} left alone: changed after the plan was drafted; `avert takedown show {id}` says how\n",
                    count(drifted, "account was", "accounts were")
                ),
            };
            if view.totals.done == 0 {
                return format!("{drifted}\nnothing was acted on\n{undo}");
            }
            format!(
                "{drifted}\nnext: avert --as INVESTIGATOR notify plan {}\n{undo}",
                view.case
            )
        }
        _ => String::new(),
    }
}

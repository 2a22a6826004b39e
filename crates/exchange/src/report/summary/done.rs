//! What was done: by the plans, after appeals, and who was told.

use avert_model::{AppealTotals, PlanSummary, Signature};

use super::DONE_LIMIT;
use crate::report::brief::Brief;
use crate::report::prose::{Prose, on};
use crate::report::{approval, words};

pub(super) fn lines(brief: &Brief<'_>) -> Vec<Prose> {
    let mut lines = Vec::new();
    for plan in brief.dossier.plans.iter().rev().take(DONE_LIMIT).rev() {
        let totals = &plan.totals;
        if (totals.done, totals.restored, totals.kept_changed) == (0, 0, 0) {
            continue;
        }
        let mut line = Prose::default();
        if totals.done > 0 {
            line = line
                .strong(words::sentence(&words::count(
                    totals.done,
                    "account",
                    "accounts",
                )))
                .words(" disabled or restricted on ")
                .name(&plan.platform);
        } else {
            line = line
                .strong(words::sentence(&words::count(
                    totals.restored,
                    "account",
                    "accounts",
                )))
                .words(" put back as they were on ")
                .name(&plan.platform);
        }
        if let Some(act) = last_done(plan) {
            line = line.words(on(act.at)).words(", by ").name(&act.by);
        }
        if let Some(act) = plan
            .signatures
            .iter()
            .rev()
            .find(|act| act.act == "approved")
        {
            let approved = if totals.done > 0 {
                "; approved by "
            } else {
                "; the takedown was approved by "
            };
            line = approval::ending(line.words(approved).name(&act.by), plan.approval.as_ref());
        }
        line = line.words(".");
        if totals.done > 0 && totals.restored > 0 {
            line = line.words(format!(
                " {} put back as they were.",
                words::sentence(&words::count(totals.restored, "more was", "more were"))
            ));
        }
        lines.push(line);
        lines.extend(appeals(plan));
    }
    if lines.is_empty() {
        lines.push(Prose::new("No account has been acted on."));
    }
    for list in brief
        .dossier
        .notice_lists
        .iter()
        .rev()
        .take(DONE_LIMIT)
        .rev()
    {
        if list.totals.sent == 0 {
            continue;
        }
        let mut line = Prose::default()
            .strong(words::sentence(&words::count(
                list.totals.sent,
                "person",
                "people",
            )))
            .words(" told through ")
            .name(&list.channel);
        if let Some(act) = list.signatures.iter().rev().find(|act| act.act == "sent") {
            line = line.words(on(act.at)).words(", by ").name(&act.by);
        }
        if let Some(act) = list
            .signatures
            .iter()
            .rev()
            .find(|act| act.act == "approved")
        {
            line = approval::ending(
                line.words("; approved by ").name(&act.by),
                list.approval.as_ref(),
            );
        }
        lines.push(line.words("."));
    }
    if brief.told == 0 {
        lines.push(Prose::new("Nobody has been told yet."));
    }
    lines
}

/// Who brought a plan's accounts into the state they are in, and when. Accounts that were put back one by one
/// have nobody: appeals say who.
fn last_done(plan: &PlanSummary) -> Option<&Signature> {
    let last = |wanted: &str| plan.signatures.iter().rev().find(|act| act.act == wanted);
    let was_reversed = plan.totals.done == 0 && plan.state != "rolled-back";
    last(if was_reversed { "reversed" } else { "executed" })
}

/// What became of the appeals against a plan; nothing where nobody appealed.
fn appeals(plan: &PlanSummary) -> Option<Prose> {
    let AppealTotals {
        open,
        granted,
        rejected,
    } = plan.appeals;
    let says: Vec<String> = [
        (granted, "was granted", "were granted"),
        (rejected, "was rejected", "were rejected"),
        (open, "is not decided", "are not decided"),
    ]
    .into_iter()
    .filter(|(number, ..)| *number > 0)
    .map(|(number, one, many)| words::count(number, one, many))
    .collect();
    (!says.is_empty()).then(|| {
        Prose::new("Of the appeals against ")
            .code(&plan.id)
            .words(format!(" {}.", words::list(&says)))
    })
}

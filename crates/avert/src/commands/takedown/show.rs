//! A plan, for the person who has to decide on it.

use std::fmt::Write as _;

use avert_model::{CaseId, Clock as _, PlanId, PlanTotals, Signature, Timestamp};
use avert_ops::freeze::Freeze;
use avert_ops::people::{People, Role};
use avert_ops::ports::Platform;
use avert_ops::review::{ApprovalRecord, DIGEST_DIGITS, message};
use avert_ops::store::Store;
use avert_ops::takedown::{
    self, Blast, Edit, Edited, Elsewhere, OnFailure, Phase, Plan, Rollout, Step, TakedownError,
};
use serde::Serialize;

use super::blast;
use crate::clock::SystemClock;
use crate::printer::harmless;
use crate::text::{Table, count, moment, public_key, signed};

/// A plan as software gets it.
#[derive(Serialize)]
pub(super) struct View<'a> {
    id: PlanId,
    case: CaseId,
    platform: &'a str,
    state: &'static str,
    on_failure: OnFailure,
    digest: String,
    approval: Option<&'a ApprovalRecord>,
    /// What the signature of the approval is over, byte for byte.
    signed_message: Option<String>,
    /// The passkey's public key, in PEM, where one signed it.
    #[serde(skip_serializing_if = "Option::is_none")]
    public_key: Option<String>,
    signatures: &'a [Signature],
    totals: PlanTotals,
    steps: &'a [Step],
    /// When it begins, in which shares, and when it stops.
    rollout: &'a Rollout,
    /// How many a first share acted on, and from when on the rest may be.
    #[serde(skip_serializing_if = "Option::is_none")]
    first_share: Option<FirstShare>,
    /// What it costs, where that was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) blast: Option<Blast>,
    /// What was changed in it since it was drafted, oldest first.
    edits: Vec<Edit>,
    /// Other plans that act on accounts of this one.
    elsewhere: Vec<Elsewhere>,
    /// That everything is stopped.
    #[serde(skip_serializing_if = "Option::is_none")]
    frozen: Option<Freeze>,
    /// Who may approve it.
    approvers: Vec<String>,
}

/// A first share that has ended, while the rest has to wait.
#[derive(Serialize)]
struct FirstShare {
    acted_on: u64,
    rest_from: Timestamp,
}

impl FirstShare {
    fn of(plan: &Plan, now: Timestamp) -> Option<Self> {
        let Plan::Executing(executing) = plan else {
            return None;
        };
        let canary = executing.header.rollout.canary?;
        let rest_from = canary.ripe_at(executing.canary_ended?);
        (now < rest_from).then(|| Self {
            acted_on: takedown::totals(plan).done,
            rest_from,
        })
    }
}

impl<'a> View<'a> {
    pub(super) fn new(
        plan: &'a Plan,
        people: &People,
        frozen: Option<Freeze>,
        blast: Option<Blast>,
    ) -> Self {
        let header = plan.header();
        let wrote = |name: &str| {
            header
                .signatures
                .iter()
                .any(|signature| signature.by == name)
        };
        Self {
            id: header.id,
            case: header.case,
            platform: &header.platform,
            state: plan.state(),
            on_failure: header.on_failure,
            digest: header.digest(),
            approval: plan.approval(),
            signed_message: plan
                .approval()
                .map(|given| message(&header.id.to_string(), given)),
            public_key: public_key(plan.approval()),
            signatures: &header.signatures,
            totals: takedown::totals(plan),
            steps: &header.steps,
            rollout: &header.rollout,
            first_share: FirstShare::of(plan, SystemClock.now()),
            blast,
            edits: Vec::new(),
            elsewhere: Vec::new(),
            frozen,
            approvers: people
                .with(Role::Approver)
                .into_iter()
                .filter(|name| !wrote(name))
                .map(str::to_owned)
                .collect(),
        }
    }

    /// With what the store knows besides: its edits, and other plans of its accounts.
    pub(super) fn with_others(self, store: &Store, plan: &Plan) -> Result<Self, TakedownError> {
        Ok(Self {
            edits: takedown::edits(store, self.id)?,
            elsewhere: takedown::elsewhere(store, plan)?,
            ..self
        })
    }
}

/// The whole plan: what is done to whom, why, what it costs, and how far it has come.
pub(super) fn plan(view: &View<'_>) -> String {
    let costs = view
        .blast
        .as_ref()
        .map_or_else(String::new, |blast| format!("\n{}", blast::text(blast)));
    head(view) + &edits(&view.edits) + &costs + &steps(view) + &hint(view)
}

/// Where it stands, account by account.
pub(super) fn status(view: &View<'_>) -> String {
    head(view) + &steps(view) + &hint(view)
}

fn steps(view: &View<'_>) -> String {
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
pub(super) fn next(view: &View<'_>) -> String {
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
        let forward = verb != "reverse"
            && matches!(step.phase, Phase::Waiting | Phase::Intended | Phase::Failed);
        let back = verb != "execute"
            && matches!(step.phase, Phase::Done | Phase::Undoing | Phase::Stuck)
            && (verb == "reverse" || matches!(plan, Plan::Reversing(_) | Plan::Stuck(_)));
        let by = platform
            .describe(step.remedy)
            .unwrap_or_else(|| "no call".into());
        let (would, by) = match (forward, back) {
            (true, _) => (format!("{} it", step.remedy.as_str()), by),
            (_, true) => ("put it back".to_owned(), format!("undoing {by}")),
            _ => ("leave it".to_owned(), "no call".to_owned()),
        };
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

fn head(view: &View<'_>) -> String {
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

fn hint(view: &View<'_>) -> String {
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

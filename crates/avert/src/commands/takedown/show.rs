//! A plan, for the person who has to decide on it.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use avert_model::{CaseId, Contact, ContactTier, MemberKind, PlanId, PlanTotals, Signature};
use avert_ops::people::{People, Role};
use avert_ops::ports::{Platform, Remedy};
use avert_ops::review::{ApprovalRecord, DIGEST_DIGITS, message};
use avert_ops::takedown::{self, OnFailure, Phase, Plan, Step};
use serde::Serialize;

use crate::text::{Table, count, moment, signed};

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
    signatures: &'a [Signature],
    totals: PlanTotals,
    steps: &'a [Step],
    /// Who may approve it.
    approvers: Vec<String>,
}

impl<'a> View<'a> {
    pub(super) fn new(plan: &'a Plan, people: &People) -> Self {
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
            signatures: &header.signatures,
            totals: takedown::totals(plan),
            steps: &header.steps,
            approvers: people
                .with(Role::Approver)
                .into_iter()
                .filter(|name| !wrote(name))
                .map(str::to_owned)
                .collect(),
        }
    }
}

/// The whole plan: what is done to whom, why, and how far it has come.
pub(super) fn plan(view: &View<'_>, contacts: &[Contact]) -> String {
    let mut text = head(view);
    let _ = write!(
        text,
        "\nblast radius\n{}",
        blast_radius(view.steps, contacts)
    );
    let mut table = Table::new(&["account", "taken for", "remedy", "was", "phase", "why"]);
    for step in view.steps {
        let why = if step.note.is_empty() {
            step.reason.clone()
        } else {
            format!("{} ({})", step.reason, step.note)
        };
        table.row([
            step.account.to_string(),
            kind(step.kind).to_owned(),
            step.remedy.as_str().to_owned(),
            step.prior
                .as_ref()
                .map_or("unknown", |prior| prior.status.as_str())
                .to_owned(),
            step.phase.as_str().to_owned(),
            why,
        ]);
    }
    let _ = write!(text, "\n{}", table.render(""));
    text.push_str(&hint(view));
    text
}

/// A line on where it stands, and what comes next.
pub(super) fn next(view: &View<'_>, _: &[Contact]) -> String {
    head(view) + &hint(view)
}

/// What would be called, for a dry run.
pub(super) fn dry_run(plan: &Plan, platform: &dyn Platform, verb: &str) -> String {
    let header = plan.header();
    let mut text = format!(
        "dry run: nothing is called on {}; add --execute to {verb} {}\n\n",
        header.platform, header.id
    );
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
    text
}

fn kind(kind: MemberKind) -> &'static str {
    match kind {
        MemberKind::Persona => "persona",
        MemberKind::Compromised => "compromised",
        MemberKind::Suspect => "suspect",
    }
}

/// What acting on it touches: whose accounts change, and who was in contact with them.
fn blast_radius(steps: &[Step], contacts: &[Contact]) -> String {
    let mut text = String::new();
    for (remedy, verb) in [
        (Remedy::Disable, "disabled"),
        (Remedy::Restrict, "restricted"),
        (Remedy::Secure, "secured"),
        (Remedy::Watch, "only watched"),
    ] {
        let accounts = steps.iter().filter(|step| step.remedy == remedy).count() as u64;
        if accounts > 0 {
            let _ = writeln!(text, "  {} {verb}", count(accounts, "account", "accounts"));
        }
    }
    let mut tiers: BTreeMap<ContactTier, u64> = BTreeMap::new();
    for contact in contacts {
        *tiers.entry(contact.tier).or_default() += 1;
    }
    let _ = writeln!(
        text,
        "  {} in contact with them, none of them touched",
        count(contacts.len() as u64, "person", "people")
    );
    for (tier, people) in tiers.into_iter().rev() {
        let _ = writeln!(text, "    {people} {}", tier.as_str());
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
        "executing" | "reversing" | "stuck" => {
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

//! A notice list, for the person who has to decide on it.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use avert_model::{AccountId, CaseId, ContactTier, NoticeListId, NoticeTotals, PlanId, Signature};
use avert_ops::notify::{self, NoticeList, NoticePhase, Preview};
use avert_ops::review::{ApprovalRecord, DIGEST_DIGITS, message};
use serde::Serialize;

use crate::text::{Table, count, moment, public_key, signed};

/// A list as software gets it. It names accounts and never their mail addresses.
#[derive(Serialize)]
pub(super) struct View<'a> {
    id: NoticeListId,
    case: CaseId,
    plan: PlanId,
    channel: &'a str,
    service: &'a str,
    although_awake: u64,
    left_out: u64,
    by_others_only: u64,
    state: &'static str,
    digest: String,
    approval: Option<&'a ApprovalRecord>,
    /// What the signature of the approval is over, byte for byte.
    signed_message: Option<String>,
    /// The passkey's public key, in PEM, where one signed it.
    #[serde(skip_serializing_if = "Option::is_none")]
    public_key: Option<String>,
    signatures: &'a [Signature],
    totals: NoticeTotals,
    notices: Vec<Line<'a>>,
}

#[derive(Serialize)]
struct Line<'a> {
    account: &'a AccountId,
    tier: ContactTier,
    language: &'a str,
    mail_address_known: bool,
    phase: NoticePhase,
    note: &'a str,
}

impl<'a> View<'a> {
    pub(super) fn new(list: &'a NoticeList) -> Self {
        let header = list.header();
        Self {
            id: header.id,
            case: header.case,
            plan: header.plan,
            channel: &header.channel,
            service: &header.service,
            although_awake: header.although_awake,
            left_out: header.left_out,
            by_others_only: header.by_others_only,
            state: list.state(),
            digest: header.digest(),
            approval: list.approval(),
            signed_message: list
                .approval()
                .map(|given| message(&header.id.to_string(), given)),
            public_key: public_key(list.approval()),
            signatures: &header.signatures,
            totals: notify::totals(list),
            notices: header
                .notices
                .iter()
                .map(|notice| Line {
                    account: &notice.account,
                    tier: notice.tier,
                    language: &notice.language,
                    mail_address_known: notice.email.is_some(),
                    phase: notice.phase,
                    note: &notice.note,
                })
                .collect(),
        }
    }
}

/// The texts, one after the other.
pub(super) fn previews(previews: &[Preview]) -> String {
    let mut text = String::new();
    for preview in previews {
        let _ = write!(
            text,
            "── {} who {} · {}{} ──\n\n{}\n\n{}\n",
            count(preview.people, "person", "people"),
            match preview.tier {
                ContactTier::Saw => "saw them",
                ContactTier::Connected => "connected",
                ContactTier::Talked => "talked",
                ContactTier::ClickedOrOpened => "clicked or opened",
            },
            preview.language,
            if preview.right_to_left {
                ", right to left"
            } else {
                ""
            },
            preview.subject,
            preview.body,
        );
    }
    text
}

/// Where it stands, and every notice that did not simply go through.
pub(super) fn list(view: &View<'_>) -> String {
    let mut text = head(view);
    let mut table = Table::new(&["account", "tier", "phase", "why"]);
    let is_usual = |notice: &Line<'_>| match notice.phase {
        NoticePhase::Sent => true,
        NoticePhase::Planned => notice.note.is_empty(),
        _ => false,
    };
    let unusual = view.notices.iter().filter(|notice| !is_usual(notice));
    for notice in unusual {
        table.row([
            notice.account.to_string(),
            notice.tier.as_str().to_owned(),
            notice.phase.as_str().to_owned(),
            notice.note.to_owned(),
        ]);
    }
    let unusual = table.render("");
    if !unusual.is_empty() {
        let _ = write!(text, "\n{unusual}");
    }
    text + &hint(view)
}

/// Where it stands, and what comes next.
pub(super) fn next(view: &View<'_>) -> String {
    head(view) + &hint(view)
}

/// What would leave, for a dry run.
pub(super) fn dry_run(view: &View<'_>, verb: &str) -> String {
    format!(
        "dry run: nothing leaves by {}; add --execute to {verb} {}\n\n{}\n{} would be told\n",
        view.channel,
        view.id,
        head(view),
        count(view.totals.waiting, "person", "people"),
    )
}

fn head(view: &View<'_>) -> String {
    let mut text = format!(
        "notice list {} of {} is {}\ntells of {} by channel {} in the name of {}\ndigest {}\n",
        view.id, view.case, view.state, view.plan, view.channel, view.service, view.digest
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
    if view.although_awake > 0 {
        let _ = writeln!(
            text,
            "although {} of the network stayed awake: changed after the takedown was drafted, and left alone",
            count(view.although_awake, "account", "accounts")
        );
    }
    if view.left_out > 0 {
        let _ = writeln!(
            text,
            "without {} who belong to another network themselves",
            count(view.left_out, "person", "people")
        );
    }
    if view.by_others_only > 0 {
        let _ = writeln!(
            text,
            "without {} who were in contact only with accounts that are not closed",
            count(view.by_others_only, "person", "people")
        );
    }
    let mut kinds: BTreeMap<(ContactTier, &str), u64> = BTreeMap::new();
    for notice in &view.notices {
        *kinds.entry((notice.tier, notice.language)).or_default() += 1;
    }
    let mut table = Table::new(&["tier", "language", "people"]);
    for ((tier, language), people) in kinds.into_iter().rev() {
        table.row([
            tier.as_str().to_owned(),
            language.to_owned(),
            people.to_string(),
        ]);
    }
    text.push_str(&table.render(""));
    let totals = &view.totals;
    let counts = [
        (totals.sent, "sent"),
        (totals.waiting, "waiting"),
        (totals.undeliverable, "undeliverable"),
        (totals.suppressed, "left out on purpose"),
        (totals.in_doubt, "in doubt"),
    ];
    let counts: Vec<String> = counts
        .into_iter()
        .filter(|(number, _)| *number > 0)
        .map(|(number, word)| format!("{number} {word}"))
        .collect();
    let _ = writeln!(
        text,
        "{}: {}",
        count(view.notices.len() as u64, "person", "people"),
        counts.join(", ")
    );
    text
}

fn hint(view: &View<'_>) -> String {
    let id = view.id;
    match view.state {
        "in-review" | "expired" => format!(
            "\nnext: avert notify preview {id}, then avert --as APPROVER notify approve {id} --digest {}\n",
            &view.digest[..DIGEST_DIGITS]
        ),
        "approved" => format!("\nnext: avert --as RESPONDER notify send {id} --execute\n"),
        "sending" => format!("\nnext: avert --as RESPONDER notify resume {id} --execute\n"),
        "sent" => format!(
            "\nnext: avert --format html report {} --out report.html\n",
            view.case
        ),
        _ => String::new(),
    }
}

//! A notice list, for the person who has to decide on it.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use avert_model::ContactTier;
use avert_ops::notify::{NoticePhase, Preview};
use avert_ops::review::DIGEST_DIGITS;

use crate::text::{Table, count, moment, signed};
use crate::view::{ListLine, ListView};

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
pub(super) fn list(view: &ListView<'_>) -> String {
    let mut text = head(view);
    let mut table = Table::new(&["account", "tier", "phase", "why"]);
    let is_usual = |notice: &ListLine<'_>| match notice.phase {
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
pub(super) fn next(view: &ListView<'_>) -> String {
    head(view) + &hint(view)
}

/// What would leave, for a dry run.
pub(super) fn dry_run(view: &ListView<'_>, verb: &str) -> String {
    format!(
        "dry run: nothing leaves by {}; add --execute to {verb} {}\n\n{}\n{} would be told\n",
        view.channel,
        view.id,
        head(view),
        count(view.totals.waiting, "person", "people"),
    )
}

fn head(view: &ListView<'_>) -> String {
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

fn hint(view: &ListView<'_>) -> String {
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

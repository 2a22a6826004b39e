//! Appeals as text.

use std::fmt::Write as _;

use avert_model::Timestamp;
use avert_ops::appeals::{Appeal, AppealState, Tally, Told};
use serde::Serialize;

use crate::printer::harmless;
use crate::text::{Table, moment, or_purged, percent};

pub(super) fn list(appeals: &[Appeal]) -> String {
    let mut table = Table::new(&[
        "appeal",
        "state",
        "against",
        "account",
        "received",
        "reference",
        "decided by",
        "told",
    ]);
    for appeal in appeals {
        table.row([
            appeal.id.to_string(),
            appeal.state.as_str().to_owned(),
            appeal.plan.to_string(),
            appeal.account.to_string(),
            moment(appeal.received_at),
            appeal.reference.clone(),
            appeal.decided_by.clone().unwrap_or_default(),
            appeal.told.map_or("", Told::as_str).to_owned(),
        ]);
    }
    table.render("nobody has appealed yet\n")
}

/// An appeal, and when what was said in it was purged.
#[derive(Serialize)]
pub(super) struct Shown {
    #[serde(flatten)]
    pub(super) appeal: Appeal,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) purged_at: Option<Timestamp>,
}

pub(super) fn shown(shown: &Shown) -> String {
    told(&shown.appeal, shown.purged_at)
}

pub(super) fn appeal(appeal: &Appeal) -> String {
    told(appeal, None)
}

fn told(appeal: &Appeal, purged_at: Option<Timestamp>) -> String {
    let mut text = list(std::slice::from_ref(appeal));
    if let (Some(by), Some(at)) = (&appeal.decided_by, appeal.decided_at) {
        let _ = writeln!(
            text,
            "decided by {by} at {}: {}",
            moment(at),
            harmless(or_purged(&appeal.reason, purged_at))
        );
    }
    let words = or_purged(appeal.text.trim_end(), purged_at);
    if !words.is_empty() {
        let _ = write!(text, "\nwhat was said\n{words}\n");
    }
    match appeal.state {
        AppealState::Open => {
            let _ = write!(
                text,
                "\nnext: avert --as APPROVER appeal decide {} grant|reject --reason …\n",
                appeal.id
            );
        }
        AppealState::Granting => {
            let _ = write!(
                text,
                "\nnext: avert --as APPROVER appeal decide {} grant --reason … --execute\n",
                appeal.id
            );
        }
        AppealState::Rejected | AppealState::Granted => match appeal.told {
            Some(told) => {
                let _ = writeln!(text, "told: {}", told.as_str());
                if matches!(told, Told::Claimed | Told::InDoubt) {
                    let _ = write!(
                        text,
                        "\nnext: avert --as APPROVER appeal resolve {} arrived|not-arrived --reason …\n",
                        appeal.id
                    );
                }
            }
            None => {
                let _ = write!(
                    text,
                    "\nnext: avert --as APPROVER appeal tell {}\n",
                    appeal.id
                );
            }
        },
    }
    text
}

/// How often a detector was wrong.
#[derive(Serialize)]
pub(super) struct Share<'a> {
    #[serde(flatten)]
    tally: &'a Tally,
    /// The granted ones among those that are decided; none where none is.
    overturned: Option<f64>,
}

impl<'a> Share<'a> {
    pub(super) fn of(tally: &'a Tally) -> Self {
        Self {
            tally,
            overturned: tally.overturned(),
        }
    }
}

pub(super) fn summary(shares: &[Share<'_>]) -> String {
    let mut table = Table::new(&[
        "detector",
        "accounts acted on",
        "appeals",
        "decided",
        "granted",
        "overturned",
    ]);
    for share in shares {
        let tally = share.tally;
        // A whole and a nothing are exact here: they are counted, not estimated.
        let overturned = match share.overturned {
            None => "nothing decided".to_owned(),
            Some(_) if tally.granted == 0 => "0 %".to_owned(),
            Some(_) if tally.granted == tally.decided => "100 %".to_owned(),
            Some(part) => percent(part),
        };
        table.row([
            tally.detector.clone(),
            tally.acted_on.to_string(),
            tally.appeals.to_string(),
            tally.decided.to_string(),
            tally.granted.to_string(),
            overturned,
        ]);
    }
    table.render("nothing was acted on yet\n")
}

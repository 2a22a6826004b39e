//! What happened when, from the first contact to the last act, in one order.

use avert_model::{Dossier, FactCode, Signature, Timestamp};

use super::brief::{Brief, PURGED};
use super::prose::Prose;
use super::summary::spoken;
use super::words;

/// The most moments that are told.
const LIMIT: usize = 60;

/// Something that happened at a known time.
#[derive(Debug)]
pub(super) struct Moment {
    pub(super) at: Timestamp,
    /// What happened.
    pub(super) what: Prose,
    /// Whose doing it was: the network's, or that of the people who answered it.
    pub(super) ours: bool,
    /// How long after the moment before, when that is long enough to tell.
    pub(super) after: Option<String>,
}

/// The moments, oldest first, and how many were left out in the middle.
pub(super) fn of(brief: &Brief<'_>) -> (Vec<Moment>, usize) {
    let mut moments = theirs(brief);
    moments.extend(ours(brief.dossier));
    moments.sort_by_key(|moment| moment.at);
    // The beginning and the end matter most; what is cut is cut from the middle.
    let left_out = moments.len().saturating_sub(LIMIT);
    if left_out > 0 {
        moments.drain(LIMIT / 2..LIMIT / 2 + left_out);
    }
    let times: Vec<_> = moments.iter().map(|moment| moment.at).collect();
    for (moment, before) in moments.iter_mut().skip(1).zip(times) {
        let lapse = moment.at.duration_since(before);
        if lapse.as_hours() >= 1 {
            moment.after = Some(words::lapse(lapse));
        }
    }
    (moments, left_out)
}

fn theirs(brief: &Brief<'_>) -> Vec<Moment> {
    let (first, last) = brief.contact_period();
    let delivered = brief
        .facts()
        .filter(|fact| fact.code == FactCode::DeliversToContacts)
        .filter_map(|fact| fact.first_at)
        .min();
    [
        (first, "First contact with somebody outside the network"),
        (
            delivered,
            "First link or file given to somebody they had befriended",
        ),
        (
            last.filter(|last| Some(*last) != first),
            "Last contact on record",
        ),
    ]
    .into_iter()
    .filter_map(|(at, what)| at.map(|at| moment(at, Prose::default().strong(what), false)))
    .collect()
}

fn ours(dossier: &Dossier) -> Vec<Moment> {
    let case = &dossier.case;
    let mut moments = vec![moment(
        case.opened_at,
        Prose::new("Case opened by ").name(&case.opened_by),
        true,
    )];
    if let avert_model::CaseState::Closed { by, at, reason } = &case.state {
        let what = Prose::new("Case closed by ").name(by).words(": ");
        let what = if reason.is_empty() && dossier.purged_at.is_some() {
            what.words(PURGED)
        } else {
            what.told(reason)
        };
        moments.push(moment(*at, what, true));
    }
    if let Some(at) = dossier.purged_at {
        moments.push(moment(at, Prose::new("What it held was purged"), true));
    }
    for plan in &dossier.plans {
        moments.extend(acts(
            "Takedown plan ",
            &plan.id.to_string(),
            &plan.signatures,
        ));
    }
    for list in &dossier.notice_lists {
        moments.extend(acts("Notice list ", &list.id.to_string(), &list.signatures));
    }
    moments
}

/// One moment a signature. Those that changed something outside stand out.
fn acts(noun: &'static str, id: &str, signatures: &[Signature]) -> Vec<Moment> {
    signatures
        .iter()
        .map(|signature| {
            let weighty = ["executed", "reversed", "sent", "rolled-back"];
            let act = spoken(&signature.act);
            let what = Prose::new(noun).code(&id).words(" ");
            let what = if let Some(act) = weighty.iter().find(|act| **act == signature.act) {
                what.strong(spoken(act))
            } else {
                what.name(&act)
            };
            moment(signature.at, what.words(" by ").name(&signature.by), true)
        })
        .collect()
}

fn moment(at: Timestamp, what: Prose, ours: bool) -> Moment {
    Moment {
        at,
        what,
        ours,
        after: None,
    }
}

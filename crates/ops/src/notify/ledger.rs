//! The ledger of notices: what is written before one leaves and after.

use avert_model::{AccountId, Timestamp};
use serde_json::json;

use super::error::NotifyError;
use super::list::{Notice, NoticeHeader, NoticePhase};
use super::records::{self, Move};
use super::state::{NoticeList, SendingList};
use crate::desk::Desk;
use crate::freeze::{self, Freeze};
use crate::journal::{self, Entry};
use crate::store::{Connection, Transaction};
use crate::takedown;

/// A notice that moves to a phase.
pub(super) struct Mark {
    index: usize,
    from: NoticePhase,
    to: NoticePhase,
}

impl Mark {
    /// Moves the notice in memory; it is written with the others.
    pub(super) fn of(header: &mut NoticeHeader, index: usize, to: NoticePhase, note: &str) -> Self {
        let notice = &mut header.notices[index];
        let from = std::mem::replace(&mut notice.phase, to);
        note.clone_into(&mut notice.note);
        Self { index, from, to }
    }

    fn told(&self, header: &NoticeHeader) -> Change {
        let notice = &header.notices[self.index];
        Change {
            index: self.index,
            from: self.from,
            to: self.to,
            act: act_of(self.to),
            // What others wrote may name somebody; of a receipt the hash proves it.
            detail: match self.to {
                NoticePhase::Sent => {
                    json!({ "account": notice.account,
                        "receipt_blake3": journal::proof_of(&notice.note) })
                }
                _ => json!({ "account": notice.account }),
            },
        }
    }
}

/// A move of a notice that stands in memory already, and how the journal tells it.
pub(super) struct Change {
    pub(super) index: usize,
    pub(super) from: NoticePhase,
    pub(super) to: NoticePhase,
    pub(super) act: &'static str,
    pub(super) detail: serde_json::Value,
}

/// Writes changes of a list's notices with their claims and their rows of the journal.
///
/// The claim goes with the phase: whoever may have been told keeps it, whoever was certainly not gives
/// it back, for another list to take.
pub(super) fn put(
    transaction: &Transaction<'_>,
    header: &NoticeHeader,
    (now, by): (Timestamp, &str),
    changes: &[Change],
) -> Result<(), NotifyError> {
    let (list, case, notices) = (header.id, header.case, &header.notices);
    let accounts = |which: &dyn Fn(&Change) -> bool| -> Vec<&AccountId> {
        let changes = changes.iter().filter(|change| which(change));
        let notices = changes.map(|change| &notices[change.index]);
        notices.flat_map(Notice::accounts).collect()
    };
    let released = accounts(&|change| {
        change.from != NoticePhase::Planned
            && matches!(change.to, NoticePhase::Planned | NoticePhase::Undeliverable)
    });
    records::release(transaction, case, &released)?;
    let claimed = accounts(&|change| {
        change.from == NoticePhase::Planned && change.to == NoticePhase::Claimed
    });
    records::claim(transaction, (case, list), &claimed)?;
    let moves: Vec<Move<'_>> = changes
        .iter()
        .map(|change| Move {
            from: change.from,
            to: change.to,
            notice: &notices[change.index],
        })
        .collect();
    records::move_notices(transaction, list, &moves)?;
    let subject = list.to_string();
    let entries = changes.iter().map(|change| Entry {
        at: now,
        actor: by,
        act: change.act,
        subject: &subject,
        detail: change.detail.to_string(),
    });
    journal::append_all(transaction, entries.collect())?;
    Ok(())
}

/// Ends a list whose notices have all ended; one with any that wait or are in doubt stays as it is.
pub(super) fn end_if_settled(
    transaction: &Transaction<'_>,
    sending: SendingList,
    (now, by): (Timestamp, &str),
) -> Result<NoticeList, NotifyError> {
    if unsettled(&sending.header) > 0 {
        return Ok(sending.into());
    }
    let sent = NoticeList::from(sending.finish());
    records::advance(transaction, "sending", &sent)?;
    let detail = json!({ "totals": super::totals(&sent) });
    let subject = sent.header().id.to_string();
    journal::append(transaction, now, by, "notify/sent", &subject, &detail)?;
    Ok(sent)
}

/// How many notices have not ended.
pub(super) fn unsettled(header: &NoticeHeader) -> u64 {
    header.count(NoticePhase::Planned)
        + header.count(NoticePhase::Claimed)
        + header.count(NoticePhase::InDoubt)
}

/// Whether notices may leave.
#[derive(Debug)]
pub(super) enum Gate {
    Open,
    /// Somebody stopped everything.
    Frozen(Freeze),
    /// The takedown is in this other state.
    Recalled(String),
}

/// Writes what notices met with and claims those that are about to leave, in one transaction. Where
/// nothing may leave any more, what was met with is written and nothing is claimed.
pub(super) fn write(
    desk: &mut Desk<'_>,
    header: &mut NoticeHeader,
    marks: Vec<Mark>,
) -> Result<Gate, NotifyError> {
    let (now, by) = (desk.now(), desk.actor.name().to_owned());
    let leaves = marks.iter().any(|mark| mark.to == NoticePhase::Claimed);
    let (gate, marks) = desk.store.write(|transaction| {
        let gate = if leaves {
            gate(transaction, header.plan)?
        } else {
            Gate::Open
        };
        // One that found its way back and is claimed anew in the same breath is written twice.
        let written = marks
            .iter()
            .filter(|mark| mark.to != NoticePhase::Claimed || matches!(gate, Gate::Open));
        let changes: Vec<Change> = written.map(|mark| mark.told(header)).collect();
        put(transaction, header, (now, &by), &changes)?;
        Ok::<_, NotifyError>((gate, marks))
    })?;
    if !matches!(gate, Gate::Open) {
        for mark in marks {
            if mark.to == NoticePhase::Claimed {
                header.notices[mark.index].phase = mark.from;
            }
        }
    }
    Ok(gate)
}

fn act_of(phase: NoticePhase) -> &'static str {
    match phase {
        NoticePhase::Planned => "notify/planned",
        NoticePhase::Claimed => "notify/claimed",
        NoticePhase::Sent => "notify/sent",
        NoticePhase::Undeliverable => "notify/undeliverable",
        NoticePhase::Suppressed => "notify/suppressed",
        NoticePhase::InDoubt => "notify/in-doubt",
    }
}

/// A notice says that accounts were disabled: it must still be so when it leaves, whoever reversed the
/// takedown meanwhile.
fn gate(connection: &Connection, plan: avert_model::PlanId) -> Result<Gate, NotifyError> {
    let (state, is_frozen) = takedown::state_and_switch(connection, plan)?;
    if is_frozen && let Some(freeze) = freeze::find(connection)? {
        return Ok(Gate::Frozen(freeze));
    }
    Ok(if state == "executed" {
        Gate::Open
    } else {
        Gate::Recalled(state)
    })
}

//! The ledger of notices: what is written before one leaves and after.

use avert_model::AccountId;
use serde_json::json;

use super::error::NotifyError;
use super::list::{Notice, NoticeHeader, NoticePhase};
use super::records::{self, Move};
use crate::desk::Desk;
use crate::freeze::{self, Freeze};
use crate::journal::{self, Entry};
use crate::store::Connection;
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
///
/// The claim goes with the phase: whoever may have been told keeps it, whoever was certainly not gives
/// it back, for another list to take.
pub(super) fn write(
    desk: &mut Desk<'_>,
    header: &mut NoticeHeader,
    marks: Vec<Mark>,
) -> Result<Gate, NotifyError> {
    let (now, by) = (desk.now(), desk.actor.name().to_owned());
    let (list, case, plan) = (header.id, header.case, header.plan);
    let subject = list.to_string();
    let leaves = marks.iter().any(|mark| mark.to == NoticePhase::Claimed);
    let notices = &header.notices;
    let (gate, marks) = desk.store.write(|transaction| {
        let gate = if leaves {
            gate(transaction, plan)?
        } else {
            Gate::Open
        };
        // One that found its way back and is claimed anew in the same breath is written twice.
        let written: Vec<&Mark> = marks
            .iter()
            .filter(|mark| mark.to != NoticePhase::Claimed || matches!(gate, Gate::Open))
            .collect();
        let accounts = |which: &dyn Fn(&Mark) -> bool| -> Vec<&AccountId> {
            let marks = written.iter().filter(|mark| which(mark));
            let notices = marks.map(|mark| &notices[mark.index]);
            notices.flat_map(Notice::accounts).collect()
        };
        let released = accounts(&|mark| {
            mark.from != NoticePhase::Planned
                && matches!(mark.to, NoticePhase::Planned | NoticePhase::Undeliverable)
        });
        records::release(transaction, case, &released)?;
        let claimed =
            accounts(&|mark| mark.from == NoticePhase::Planned && mark.to == NoticePhase::Claimed);
        records::claim(transaction, (case, list), &claimed)?;
        let moves: Vec<Move<'_>> = written
            .iter()
            .map(|mark| Move {
                from: mark.from,
                to: mark.to,
                notice: &notices[mark.index],
            })
            .collect();
        records::move_notices(transaction, list, &moves)?;
        let entries = written.iter().map(|mark| {
            let notice = &notices[mark.index];
            Entry {
                at: now,
                actor: &by,
                act: act_of(mark.to),
                subject: &subject,
                // Only a receipt is sure to hold nobody's name.
                detail: match mark.to {
                    NoticePhase::Sent => {
                        json!({ "account": notice.account, "receipt": notice.note })
                    }
                    _ => json!({ "account": notice.account }),
                },
            }
        });
        journal::append_all(transaction, entries.collect())?;
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
    if let Some(freeze) = freeze::find(connection)? {
        return Ok(Gate::Frozen(freeze));
    }
    let state = takedown::state_of(connection, plan)?;
    Ok(if state == "executed" {
        Gate::Open
    } else {
        Gate::Recalled(state)
    })
}

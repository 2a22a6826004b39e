//! Ending a list before its last notice: nobody more is told by it.

use avert_model::NoticeListId;
use serde_json::json;

use super::error::NotifyError;
use super::ledger::{self, Change};
use super::list::NoticePhase;
use super::records;
use super::state::NoticeList;
use crate::desk::Desk;
use crate::people::Role;
use crate::{journal, takedown};

/// Leaves out whoever has not been told, and ends the list. Notices of which nobody knows stay in doubt:
/// the list ends when they are [resolved](super::resolve()). Whoever was not told can be told by another
/// list. On one that has ended it does nothing. Needs a responder.
pub fn give_up(
    desk: &mut Desk<'_>,
    id: NoticeListId,
    reason: &str,
) -> Result<NoticeList, NotifyError> {
    desk.actor
        .require(Role::Responder, "give up a notice list")?;
    let (now, by) = (desk.now(), desk.actor.name().to_owned());
    // Whoever is sending it may be handing one over at this moment.
    let held = desk.store.hold(&id.to_string())?;
    let _held = held.ok_or(NotifyError::Busy(id))?;
    desk.store.write(|transaction| {
        let mut sending = match records::find(transaction, id)? {
            NoticeList::Sending(sending) => sending,
            sent @ NoticeList::Sent(_) => return Ok(sent),
            other => {
                return Err(NotifyError::WrongState {
                    list: id,
                    state: other.state(),
                    wanted: "given up",
                });
            }
        };
        let mut changes = Vec::new();
        for (index, notice) in sending.header.notices.iter_mut().enumerate() {
            if notice.phase != NoticePhase::Planned {
                continue;
            }
            notice.phase = NoticePhase::Suppressed;
            notice.note = format!("given up by {by}: {reason}");
            changes.push(Change {
                index,
                from: NoticePhase::Planned,
                to: NoticePhase::Suppressed,
                act: "notify/suppressed",
                detail: json!({ "account": notice.account }),
            });
        }
        let subject = id.to_string();
        let signature = takedown::sign(transaction, &subject, "given up", &by, now)?;
        sending.header.signatures.push(signature);
        let detail = json!({ "left_out": changes.len(),
            "reason_blake3": journal::proof_of(reason) });
        journal::append(transaction, now, &by, "notify/give-up", &subject, &detail)?;
        ledger::put(transaction, &sending.header, (now, &by), &changes)?;
        ledger::end_if_settled(transaction, sending, (now, &by))
    })
}

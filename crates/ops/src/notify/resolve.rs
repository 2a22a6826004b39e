//! What became of a notice: said by a person where no channel can tell.

use avert_model::{AccountId, NoticeListId};
use serde::Serialize;
use serde_json::json;

use super::error::NotifyError;
use super::ledger::{self, Change};
use super::list::NoticePhase;
use super::records;
use super::state::NoticeList;
use crate::desk::Desk;
use crate::journal;
use crate::people::Role;

/// What became of a notice in doubt.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Resolution {
    /// The person has it.
    Sent,
    /// The person has it not; it may be sent again.
    NotSent,
    /// It did certainly not leave and is not to be tried again.
    GivenUp,
}

/// Writes down what became of a notice that nobody knew about, or that one which keeps failing is
/// given up. Needs a responder.
pub fn resolve(
    desk: &mut Desk<'_>,
    id: NoticeListId,
    account: &AccountId,
    resolution: Resolution,
    reason: &str,
) -> Result<NoticeList, NotifyError> {
    desk.actor.require(Role::Responder, "resolve a notice")?;
    let (now, by) = (desk.now(), desk.actor.name().to_owned());
    // One that is claimed may be leaving at this moment, unless nobody is sending.
    let held = desk.store.hold(&id.to_string())?;
    let _held = held.ok_or(NotifyError::Busy(id))?;
    let (settles, or): (NoticePhase, _) = match resolution {
        Resolution::Sent | Resolution::NotSent => (NoticePhase::InDoubt, NoticePhase::Claimed),
        Resolution::GivenUp => (NoticePhase::Planned, NoticePhase::Planned),
    };
    desk.store.write(|transaction| {
        let mut sending = match records::find(transaction, id)? {
            NoticeList::Sending(sending) => sending,
            other => {
                let state = other.state();
                return Err(NotifyError::WrongState {
                    list: id,
                    state,
                    wanted: "resolved",
                });
            }
        };
        let index = sending
            .header
            .notices
            .iter()
            .position(|notice| &notice.account == account)
            .filter(|index| {
                let phase = sending.header.notices[*index].phase;
                phase == settles || phase == or
            })
            .ok_or_else(|| NotifyError::NotOpen {
                list: id,
                account: account.clone(),
                wanted: settles.as_str(),
            })?;
        let to = match resolution {
            Resolution::Sent => NoticePhase::Sent,
            Resolution::NotSent => sending.header.not_arrived(),
            Resolution::GivenUp => NoticePhase::Undeliverable,
        };
        let notice = &mut sending.header.notices[index];
        let from = std::mem::replace(&mut notice.phase, to);
        notice.note = format!("resolved by {by}: {reason}");
        let change = Change {
            index,
            from,
            to,
            act: "notify/resolve",
            detail: json!({ "account": account, "resolution": resolution,
                "reason_blake3": journal::proof_of(reason) }),
        };
        ledger::put(transaction, &sending.header, (now, &by), &[change])?;
        ledger::end_if_settled(transaction, sending, (now, &by))
    })
}

//! What became of a notice: said by a person where no channel can tell.

use avert_model::{AccountId, NoticeListId};
use serde::Serialize;
use serde_json::json;

use super::deliver::unsettled;
use super::error::NotifyError;
use super::list::NoticePhase;
use super::records::{self, Move};
use super::state::NoticeList;
use crate::desk::Desk;
use crate::journal;
use crate::people::Role;

/// What became of a notice in doubt.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
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
        let case = sending.header.case;
        let notice = sending
            .header
            .notices
            .iter_mut()
            .find(|notice| &notice.account == account)
            .filter(|notice| notice.phase == settles || notice.phase == or)
            .ok_or_else(|| NotifyError::NotOpen {
                list: id,
                account: account.clone(),
                wanted: settles.as_str(),
            })?;
        let from = notice.phase;
        let accounts: Vec<AccountId> = notice.accounts().cloned().collect();
        let accounts: Vec<&AccountId> = accounts.iter().collect();
        notice.note = format!("resolved by {by}: {reason}");
        match resolution {
            Resolution::Sent => notice.phase = NoticePhase::Sent,
            Resolution::NotSent => {
                notice.phase = NoticePhase::Planned;
                records::release(transaction, case, &accounts)?;
            }
            Resolution::GivenUp => notice.phase = NoticePhase::Undeliverable,
        }
        records::move_notices(
            transaction,
            id,
            &[Move {
                from,
                to: notice.phase,
                notice,
            }],
        )?;
        let detail = json!({ "account": account, "resolution": resolution,
            "reason_blake3": journal::proof_of(reason) });
        journal::append(
            transaction,
            now,
            &by,
            "notify/resolve",
            &id.to_string(),
            &detail,
        )?;
        if unsettled(&sending.header) > 0 {
            return Ok(sending.into());
        }
        let sent = NoticeList::from(sending.finish());
        records::advance(transaction, "sending", &sent)?;
        journal::append(
            transaction,
            now,
            &by,
            "notify/sent",
            &id.to_string(),
            &json!({ "totals": super::totals(&sent) }),
        )?;
        Ok(sent)
    })
}

//! Sending: claim first, then hand over, then write what came of it.

use std::collections::BTreeSet;

use avert_model::{AccountId, NoticeListId};
use serde::Serialize;
use serde_json::json;

use super::error::NotifyError;
use super::list::{Notice, NoticeHeader, NoticePhase};
use super::plan::verify;
use super::records;
use super::state::{ApprovedList, NoticeList, SendingList};
use crate::desk::Desk;
use crate::people::Role;
use crate::ports::{Chance, Channel, PortError, PortErrorKind, SendError};
use crate::review::{Approval, ReviewError};
use crate::takedown::Progress;
use crate::{cases, findings, journal, takedown};

/// How many notices in a row may fail before sending stops: one is that person's trouble, several
/// are the channel's.
const FAILURES_IN_A_ROW: u32 = 3;

/// How notices leave: by this channel, in an order that nobody can foresee.
pub struct Route<'a> {
    /// The channel.
    pub channel: &'a dyn Channel,
    /// What the order is drawn from.
    pub chance: &'a mut dyn Chance,
}

/// Sends an approved list. On one that is sent already it does nothing and says so by giving it
/// back as it is. Needs a responder.
pub fn send(
    desk: &mut Desk<'_>,
    route: Route<'_>,
    id: NoticeListId,
    progress: Progress<'_>,
) -> Result<NoticeList, NotifyError> {
    desk.actor.require(Role::Responder, "send notices")?;
    let list = records::show(desk.store, id)?;
    same_channel(list.header(), route.channel)?;
    match list {
        NoticeList::Approved(approved) => {
            still_in_effect(desk, &approved.header)?;
            let permission = permit(desk, &approved)?;
            let sending = begin(desk, approved, &permission)?;
            deliver(desk, route, sending, &permission, progress)
        }
        sent @ NoticeList::Sent(_) => Ok(sent),
        NoticeList::Sending(_) => Err(NotifyError::StoppedBefore { list: id }),
        other => Err(NotifyError::WrongState {
            list: id,
            state: other.state(),
            wanted: "sent",
        }),
    }
}

/// Carries on where sending stopped. Notices of which nobody knows are tried again only on a
/// channel that keeps keys; otherwise they wait for [`resolve`]. Needs a responder.
pub fn resume(
    desk: &mut Desk<'_>,
    route: Route<'_>,
    id: NoticeListId,
    progress: Progress<'_>,
) -> Result<NoticeList, NotifyError> {
    desk.actor.require(Role::Responder, "resume sending")?;
    let list = records::show(desk.store, id)?;
    same_channel(list.header(), route.channel)?;
    match list {
        NoticeList::Sending(sending) => {
            still_in_effect(desk, &sending.header)?;
            let permission = sending
                .mint(desk.now())
                .map_err(|source| NotifyError::Review {
                    list: id,
                    wanted: "resumed",
                    source,
                })?;
            deliver(desk, route, sending, &permission, progress)
        }
        sent @ NoticeList::Sent(_) => Ok(sent),
        other => Err(NotifyError::WrongState {
            list: id,
            state: other.state(),
            wanted: "resumed",
        }),
    }
}

/// What became of a notice in doubt.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Resolution {
    /// The person has it.
    Sent,
    /// The person has it not; it may be sent again.
    NotSent,
}

/// Writes down what became of a notice that nobody knew about. Needs a responder.
pub fn resolve(
    desk: &mut Desk<'_>,
    id: NoticeListId,
    account: &AccountId,
    resolution: Resolution,
    reason: &str,
) -> Result<NoticeList, NotifyError> {
    desk.actor.require(Role::Responder, "resolve a notice")?;
    let (now, by) = (desk.now(), desk.actor.name().to_owned());
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
            .filter(|notice| matches!(notice.phase, NoticePhase::InDoubt | NoticePhase::Claimed))
            .ok_or_else(|| NotifyError::NotInDoubt {
                list: id,
                account: account.clone(),
            })?;
        let from = notice.phase;
        notice.note = format!("resolved by {by}: {reason}");
        match resolution {
            Resolution::Sent => notice.phase = NoticePhase::Sent,
            Resolution::NotSent => {
                notice.phase = NoticePhase::Planned;
                records::release(transaction, case, account)?;
            }
        }
        records::phase(transaction, id, from, notice)?;
        let detail = json!({ "account": account, "resolution": resolution, "reason": reason });
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

fn same_channel(header: &NoticeHeader, channel: &dyn Channel) -> Result<(), NotifyError> {
    if header.channel == channel.name() {
        Ok(())
    } else {
        Err(NotifyError::OtherChannel {
            list: header.id,
            wanted: header.channel.clone(),
            given: channel.name().to_owned(),
        })
    }
}

/// A notice says that accounts were removed: it must still be so when it leaves.
fn still_in_effect(desk: &Desk<'_>, header: &NoticeHeader) -> Result<(), NotifyError> {
    verify(&takedown::show(desk.store, header.plan)?)
}

fn permit(desk: &mut Desk<'_>, approved: &ApprovedList) -> Result<Approval, NotifyError> {
    let id = approved.header.id;
    let (now, by) = (desk.now(), desk.actor.name().to_owned());
    approved.mint(now).map_err(|source| {
        let refusal = NotifyError::Review {
            list: id,
            wanted: "sent",
            source: source.clone(),
        };
        if !matches!(source, ReviewError::Expired { .. }) {
            return refusal;
        }
        let expired = NoticeList::from(approved.clone().expire());
        let written = desk.store.write(|transaction| -> Result<(), NotifyError> {
            records::advance(transaction, "approved", &expired)?;
            journal::append(
                transaction,
                now,
                &by,
                "notify/expire",
                &id.to_string(),
                &json!({}),
            )?;
            Ok(())
        });
        written.err().unwrap_or(refusal)
    })
}

fn begin(
    desk: &mut Desk<'_>,
    approved: ApprovedList,
    permission: &Approval,
) -> Result<SendingList, NotifyError> {
    let (now, by) = (desk.now(), desk.actor.name().to_owned());
    let mut sending = approved.begin(permission);
    desk.store.write(|transaction| {
        let id = sending.header.id.to_string();
        cases::require_open(transaction, sending.header.case)?;
        records::advance(transaction, "approved", &sending.clone().into())?;
        sending
            .header
            .signatures
            .push(takedown::sign(transaction, &id, "sent", &by, now)?);
        let detail = json!({ "digest": sending.approval.digest,
            "approved_by": sending.approval.approved_by });
        journal::append(transaction, now, &by, "notify/send", &id, &detail)?;
        Ok(sending)
    })
}

/// How many notices have not ended.
fn unsettled(header: &NoticeHeader) -> u64 {
    header.count(NoticePhase::Planned)
        + header.count(NoticePhase::Claimed)
        + header.count(NoticePhase::InDoubt)
}

fn deliver(
    desk: &mut Desk<'_>,
    route: Route<'_>,
    mut sending: SendingList,
    permission: &Approval,
    progress: Progress<'_>,
) -> Result<NoticeList, NotifyError> {
    assert!(
        permission.covers(&sending.header.digest()),
        "a permission acts on its own list only"
    );
    let Route { channel, chance } = route;
    let id = sending.header.id;
    let plan = takedown::show(desk.store, sending.header.plan)?;
    let silent = findings::never_told(desk.store.read(), &plan.header().platform)?;
    let order = shuffled(&sending.header, channel.keeps_keys(), chance);
    let mut failed_in_a_row = 0;
    for (ended, index) in order.iter().enumerate() {
        progress(ended as u64, order.len() as u64);
        let failure = one(desk, channel, &mut sending.header, *index, &silent)?;
        let Some(error) = failure else {
            failed_in_a_row = 0;
            continue;
        };
        failed_in_a_row += 1;
        if concerns_all(&error) || failed_in_a_row == FAILURES_IN_A_ROW {
            let left = unsettled(&sending.header);
            return Err(NotifyError::Stopped {
                list: id,
                left,
                source: error,
            });
        }
    }
    progress(order.len() as u64, order.len() as u64);
    let (waiting, in_doubt) = (
        sending.header.count(NoticePhase::Planned),
        sending.header.count(NoticePhase::Claimed) + sending.header.count(NoticePhase::InDoubt),
    );
    if waiting + in_doubt > 0 {
        return Err(NotifyError::Unsettled {
            list: id,
            waiting,
            in_doubt,
        });
    }
    let (now, by) = (desk.now(), desk.actor.name().to_owned());
    let sent = NoticeList::from(sending.finish());
    desk.store.write(|transaction| {
        records::advance(transaction, "sending", &sent)?;
        let detail = json!({ "totals": super::totals(&sent) });
        journal::append(
            transaction,
            now,
            &by,
            "notify/sent",
            &id.to_string(),
            &detail,
        )?;
        Ok(sent)
    })
}

/// Which notices to take, in an order drawn by chance: the order in which people hear of it must
/// not tell who stood close to whom.
fn shuffled(header: &NoticeHeader, keeps_keys: bool, chance: &mut dyn Chance) -> Vec<usize> {
    let mut order: Vec<usize> = (0..header.notices.len())
        .filter(|index| match header.notices[*index].phase {
            NoticePhase::Planned | NoticePhase::Claimed => true,
            NoticePhase::InDoubt => keeps_keys,
            NoticePhase::Sent | NoticePhase::Undeliverable | NoticePhase::Suppressed => false,
        })
        .collect();
    for last in (1..order.len()).rev() {
        order.swap(last, chance.below(last + 1));
    }
    order
}

fn concerns_all(error: &PortError) -> bool {
    matches!(
        error.kind,
        PortErrorKind::Unauthorized(_)
            | PortErrorKind::RateLimited { .. }
            | PortErrorKind::Unreachable(_)
    )
}

/// Takes one notice as far as it will go. Gives the error if it did not reach an end.
fn one(
    desk: &mut Desk<'_>,
    channel: &dyn Channel,
    header: &mut NoticeHeader,
    index: usize,
    silent: &BTreeSet<AccountId>,
) -> Result<Option<PortError>, NotifyError> {
    let outgoing = header.outgoing(&header.notices[index]);
    let account = header.notices[index].account.clone();
    let key = header.key(&account);
    let place = Place {
        list: header.id,
        case: header.case,
    };
    let notice = &mut header.notices[index];

    if notice.phase == NoticePhase::Planned {
        // Found to belong to a network since the list was approved.
        if silent.contains(&account) {
            place.mark(
                desk,
                notice,
                NoticePhase::Suppressed,
                "belongs to a network",
                None,
            )?;
            return Ok(None);
        }
        let taken = records::claimed_by(desk.store.read(), place.case, &account)?;
        if let Some(other) = taken {
            let note = format!("told by {other}");
            place.mark(desk, notice, NoticePhase::Suppressed, &note, None)?;
            return Ok(None);
        }
        place.mark(desk, notice, NoticePhase::Claimed, "", Some(Claim::Take))?;
    } else if !channel.keeps_keys() {
        // Claimed, and the process ended before a receipt: it may have left.
        let note = "sending stopped between handing it over and the receipt";
        place.mark(desk, notice, NoticePhase::InDoubt, note, None)?;
        return Ok(None);
    }

    match channel.send(&outgoing, &key) {
        Ok(receipt) => {
            place.mark(desk, notice, NoticePhase::Sent, &receipt.reference, None)?;
            Ok(None)
        }
        Err(SendError::Undeliverable(why)) => {
            place.mark(desk, notice, NoticePhase::Undeliverable, &why, None)?;
            Ok(None)
        }
        Err(SendError::NotSent(error)) => {
            let note = error.to_string();
            place.mark(
                desk,
                notice,
                NoticePhase::Planned,
                &note,
                Some(Claim::Release),
            )?;
            Ok(Some(error))
        }
        Err(SendError::InDoubt(error)) => {
            place.mark(desk, notice, NoticePhase::InDoubt, &error.to_string(), None)?;
            Ok(Some(error))
        }
    }
}

/// What happens to the claim along with a phase.
#[derive(Clone, Copy)]
enum Claim {
    Take,
    Release,
}

struct Place {
    list: NoticeListId,
    case: avert_model::CaseId,
}

impl Place {
    /// Moves the notice and tells the journal, together.
    fn mark(
        &self,
        desk: &mut Desk<'_>,
        notice: &mut Notice,
        phase: NoticePhase,
        note: &str,
        claim: Option<Claim>,
    ) -> Result<(), NotifyError> {
        let (now, by) = (desk.now(), desk.actor.name().to_owned());
        let from = std::mem::replace(&mut notice.phase, phase);
        note.clone_into(&mut notice.note);
        desk.store.write(|transaction| {
            match claim {
                Some(Claim::Take) => {
                    records::claim(transaction, self.case, &notice.account, self.list)?;
                }
                Some(Claim::Release) => {
                    records::release(transaction, self.case, &notice.account)?;
                }
                None => {}
            }
            records::phase(transaction, self.list, from, notice)?;
            let act = format!("notify/{}", phase.as_str());
            let detail = json!({ "account": notice.account, "note": note });
            journal::append(transaction, now, &by, &act, &self.list.to_string(), &detail)?;
            Ok(())
        })
    }
}

//! Sending: who may, when, and beginning it. How one notice leaves is in `deliver`.

use avert_model::NoticeListId;
use serde_json::json;

use super::deliver::deliver;
use super::error::NotifyError;
use super::list::NoticeHeader;
use super::plan::verify;
use super::records;
use super::state::{ApprovedList, NoticeList, SendingList};
use crate::desk::Desk;
use crate::people::Role;
use crate::ports::{Chance, Channel};
use crate::review::{Approval, ReviewError, Standing};
use crate::store::Held;
use crate::takedown::Progress;
use crate::{cases, freeze, journal, takedown};

/// How notices leave: by these channels, in an order that nobody can foresee.
pub struct Route<'a> {
    /// The list's channels, in its order: whom one cannot reach, the next one tries.
    pub channels: &'a [&'a dyn Channel],
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
    let _held = hold(desk, id)?;
    let list = records::show(desk.store, id)?;
    same_channels(list.header(), route.channels)?;
    match list {
        NoticeList::Approved(approved) => {
            not_frozen(desk, id)?;
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

/// Carries on where sending stopped. Of notices of which nobody knows, the channel is asked; if it
/// cannot tell either, they wait for [`resolve`](super::resolve()). Needs a responder.
pub fn resume(
    desk: &mut Desk<'_>,
    route: Route<'_>,
    id: NoticeListId,
    progress: Progress<'_>,
) -> Result<NoticeList, NotifyError> {
    desk.actor.require(Role::Responder, "resume sending")?;
    let _held = hold(desk, id)?;
    let list = records::show(desk.store, id)?;
    same_channels(list.header(), route.channels)?;
    match list {
        NoticeList::Sending(sending) => {
            not_frozen(desk, id)?;
            still_in_effect(desk, &sending.header)?;
            journal::verify(desk.store)?;
            let standing = Standing::of(desk.store, &id.to_string())?;
            let permission =
                sending
                    .mint(desk.people, &standing, desk.now())
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

/// Nobody else works on the list until this is dropped.
fn hold(desk: &Desk<'_>, id: NoticeListId) -> Result<Held, NotifyError> {
    let held = desk.store.hold(&id.to_string())?;
    held.ok_or(NotifyError::Busy(id))
}

fn same_channels(header: &NoticeHeader, channels: &[&dyn Channel]) -> Result<(), NotifyError> {
    let given: Vec<&str> = channels.iter().map(|channel| channel.name()).collect();
    let wanted: Vec<&str> = header.channels().collect();
    if given == wanted {
        Ok(())
    } else {
        Err(NotifyError::OtherChannel {
            list: header.id,
            wanted: wanted.join(", "),
            given: given.join(", "),
        })
    }
}

/// Refuses while everything is stopped.
fn not_frozen(desk: &Desk<'_>, list: NoticeListId) -> Result<(), NotifyError> {
    match freeze::standing(desk.store)? {
        None => Ok(()),
        Some(freeze) => Err(NotifyError::IsFrozen { list, freeze }),
    }
}

/// A notice says that accounts were removed: it must still be so when it leaves.
fn still_in_effect(desk: &Desk<'_>, header: &NoticeHeader) -> Result<(), NotifyError> {
    let plan = takedown::show(desk.store, header.plan)?;
    verify(&plan, header.although_awake > 0, Some(header.id))
}

fn permit(desk: &mut Desk<'_>, approved: &ApprovedList) -> Result<Approval, NotifyError> {
    let id = approved.header.id;
    let (now, by) = (desk.now(), desk.actor.name().to_owned());
    // Whoever wrote over a row of the journal may have wiped out that a yes was taken back.
    journal::verify(desk.store)?;
    let standing = Standing::of(desk.store, &id.to_string())?;
    approved
        .mint(desk.people, &standing, now)
        .map_err(|source| {
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
        match records::find(transaction, sending.header.id)? {
            NoticeList::Approved(now)
                if now.approval == sending.approval
                    && now.header.digest() == sending.header.digest() => {}
            _ => return Err(NotifyError::Overtaken(sending.header.id)),
        }
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

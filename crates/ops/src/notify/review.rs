//! Approving and refusing a list.

use avert_model::{NoticeListId, SignedDuration};
use serde_json::json;

use super::error::NotifyError;
use super::records;
use super::state::{ApprovedList, ExpiredList, ListInReview, NoticeList};
use crate::desk::Desk;
use crate::people::Role;
use crate::review::{self, Assent, Here, ReviewError, Signed, Standing, Unsigned, Yes};
use crate::store::Connection;
use crate::{cases, journal, takedown};

/// Says yes to exactly what the list says now, of which the assent has the digest. Needs an
/// approver who did not draft it. A list that is being sent may be approved again, so that a yes
/// which ran out on the way is no dead end.
pub fn approve(
    desk: &mut Desk<'_>,
    id: NoticeListId,
    assent: &Assent<'_>,
) -> Result<NoticeList, NotifyError> {
    say_yes(desk, id, &Yes::Now(assent))
}

/// What somebody has to sign who would [`approve`] what they reviewed, and signs elsewhere: with a passkey.
/// It asks all that approving asks, and stores nothing.
pub fn to_sign(
    desk: &Desk<'_>,
    id: NoticeListId,
    reviewed: &str,
    validity: SignedDuration,
) -> Result<Unsigned, NotifyError> {
    desk.actor
        .require(Role::Approver, "approve a notice list")?;
    let held = desk.store.hold(&id.to_string())?;
    let _held = held.ok_or(NotifyError::Busy(id))?;
    let view = desk.store.view()?;
    let list = records::find(&view, id)?;
    may_be_approved(&view, &list)?;
    let standing = Standing::read(&view, desk.store.identity()?, &id.to_string())?;
    let here = Here {
        standing: &standing,
        now: desk.now(),
    };
    let subject = list.header().subject();
    let unsigned = review::prepare(desk.actor, &subject, (reviewed, validity), here);
    unsigned.map_err(|source| refused(id, source))
}

/// Approves with what [`to_sign`] gave and somebody signed since. Nothing of it is believed: it has to be
/// what would be prepared now, but for the moment, which may be [`TIME_TO_SIGN`](crate::review::TIME_TO_SIGN)
/// ago.
pub fn approve_signed(
    desk: &mut Desk<'_>,
    id: NoticeListId,
    signed: Signed<'_>,
) -> Result<NoticeList, NotifyError> {
    say_yes(desk, id, &Yes::Signed(signed))
}

fn say_yes(
    desk: &mut Desk<'_>,
    id: NoticeListId,
    yes: &Yes<'_>,
) -> Result<NoticeList, NotifyError> {
    desk.actor
        .require(Role::Approver, "approve a notice list")?;
    // Whoever is sending it would write the old approval over the new one.
    let held = desk.store.hold(&id.to_string())?;
    let _held = held.ok_or(NotifyError::Busy(id))?;
    let (now, actor, store) = (desk.now(), desk.actor, desk.store.identity()?);
    let subject = id.to_string();
    desk.store.write(|transaction| {
        let list = records::find(transaction, id)?;
        may_be_approved(transaction, &list)?;
        let standing = Standing::read(transaction, store, &subject)?;
        let here = Here {
            standing: &standing,
            now,
        };
        let from = list.state();
        let approved = match list {
            NoticeList::InReview(state) => state.approve(actor, yes, here).map(NoticeList::from),
            // The people on the list are the same.
            NoticeList::Expired(ExpiredList { header, .. })
            | NoticeList::Approved(ApprovedList { header, .. }) => ListInReview { header }
                .approve(actor, yes, here)
                .map(NoticeList::from),
            NoticeList::Sending(state) => state.renew(actor, yes, here).map(NoticeList::from),
            other => return Err(not_from(&other)),
        };
        let list = approved.map_err(|source| refused(id, source))?;
        takedown::sign(transaction, &subject, "approved", actor.name(), now)?;
        records::advance(transaction, from, &list)?;
        let given = list.approval();
        let detail = given.map_or_else(|| json!({}), |given| given.journaled(from));
        journal::append(
            transaction,
            now,
            actor.name(),
            "notify/approve",
            &subject,
            &detail,
        )?;
        records::find(transaction, id)
    })
}

fn refused(list: NoticeListId, source: ReviewError) -> NotifyError {
    NotifyError::Review {
        list,
        wanted: "approved",
        source,
    }
}

fn not_from(list: &NoticeList) -> NotifyError {
    NotifyError::WrongState {
        list: list.header().id,
        state: list.state(),
        wanted: "approved",
    }
}

/// Refuses a yes to a list that waits for none.
fn may_be_approved(connection: &Connection, list: &NoticeList) -> Result<(), NotifyError> {
    cases::require_open(connection, list.header().case)?;
    match list {
        NoticeList::InReview(_)
        | NoticeList::Expired(_)
        | NoticeList::Approved(_)
        | NoticeList::Sending(_) => Ok(()),
        other => Err(not_from(other)),
    }
}

/// Says no; also takes back a yes that has not been used. Needs an approver. One that has begun is
/// ended by [`give_up`](super::give_up()).
pub fn reject(
    desk: &mut Desk<'_>,
    id: NoticeListId,
    reason: &str,
) -> Result<NoticeList, NotifyError> {
    desk.actor.require(Role::Approver, "reject a notice list")?;
    let (now, by) = (desk.now(), desk.actor.name().to_owned());
    desk.store.write(|transaction| {
        let list = records::find(transaction, id)?;
        let from = list.state();
        let in_review = match list {
            NoticeList::InReview(in_review) => in_review,
            NoticeList::Approved(approved) => ListInReview {
                header: approved.header,
            },
            other => {
                let state = other.state();
                return Err(NotifyError::WrongState {
                    list: id,
                    state,
                    wanted: "rejected",
                });
            }
        };
        let mut rejected = in_review.reject(reason.to_owned());
        let signature = takedown::sign(transaction, &id.to_string(), "rejected", &by, now)?;
        rejected.header.signatures.push(signature);
        let list = NoticeList::from(rejected);
        records::advance(transaction, from, &list)?;
        let detail = json!({ "reason_blake3": journal::proof_of(reason) });
        journal::append(
            transaction,
            now,
            &by,
            "notify/reject",
            &id.to_string(),
            &detail,
        )?;
        Ok(list)
    })
}

//! Approving and refusing a list.

use avert_model::NoticeListId;
use serde_json::json;

use super::error::NotifyError;
use super::records;
use super::state::{ApprovedList, ExpiredList, ListInReview, NoticeList};
use crate::desk::Desk;
use crate::people::Role;
use crate::review::{Assent, Here};
use crate::{cases, journal, takedown};

/// Says yes to exactly what the list says now, of which the assent has the digest. Needs an
/// approver who did not draft it. A list that is being sent may be approved again, so that a yes
/// which ran out on the way is no dead end.
pub fn approve(
    desk: &mut Desk<'_>,
    id: NoticeListId,
    assent: &Assent<'_>,
) -> Result<NoticeList, NotifyError> {
    desk.actor
        .require(Role::Approver, "approve a notice list")?;
    // Whoever is sending it would write the old approval over the new one.
    let held = desk.store.hold(&id.to_string())?;
    let _held = held.ok_or(NotifyError::Busy(id))?;
    let (now, actor, store) = (desk.now(), desk.actor, desk.store.identity()?);
    let here = Here { store: &store, now };
    desk.store.write(|transaction| {
        let list = records::find(transaction, id)?;
        cases::require_open(transaction, list.header().case)?;
        let from = list.state();
        let approved = match list {
            NoticeList::InReview(state) => state.approve(actor, assent, here).map(NoticeList::from),
            // The people on the list are the same.
            NoticeList::Expired(ExpiredList { header, .. })
            | NoticeList::Approved(ApprovedList { header, .. }) => ListInReview { header }
                .approve(actor, assent, here)
                .map(NoticeList::from),
            NoticeList::Sending(state) => state.renew(actor, assent, here).map(NoticeList::from),
            other => {
                let state = other.state();
                return Err(NotifyError::WrongState {
                    list: id,
                    state,
                    wanted: "approved",
                });
            }
        };
        let list = approved.map_err(|source| NotifyError::Review {
            list: id,
            wanted: "approved",
            source,
        })?;
        let subject = id.to_string();
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

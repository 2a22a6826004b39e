//! Approving and refusing a list.

use avert_model::{NoticeListId, SignedDuration};
use serde_json::json;

use super::error::NotifyError;
use super::records;
use super::state::{ListInReview, NoticeList};
use crate::desk::Desk;
use crate::people::Role;
use crate::{journal, takedown};

/// Says yes to exactly what the list says now. Needs an approver who did not draft it.
pub fn approve(
    desk: &mut Desk<'_>,
    id: NoticeListId,
    reviewed: Option<&str>,
    validity: SignedDuration,
) -> Result<NoticeList, NotifyError> {
    desk.actor
        .require(Role::Approver, "approve a notice list")?;
    let (now, actor) = (desk.now(), desk.actor);
    desk.store.write(|transaction| {
        let list = records::find(transaction, id)?;
        let from = list.state();
        let in_review = match list {
            NoticeList::InReview(in_review) => in_review,
            // An approval that ran out may be given again; the people on the list are the same.
            NoticeList::Expired(expired) => ListInReview {
                header: expired.header,
            },
            other => {
                let state = other.state();
                return Err(NotifyError::WrongState {
                    list: id,
                    state,
                    wanted: "approved",
                });
            }
        };
        let mut approved = in_review
            .approve(actor, reviewed, now, validity)
            .map_err(|source| NotifyError::Review {
                list: id,
                wanted: "approved",
                source,
            })?;
        let signature =
            takedown::sign(transaction, &id.to_string(), "approved", actor.name(), now)?;
        approved.header.signatures.push(signature);
        let detail =
            json!({ "digest": approved.approval.digest, "expires": approved.approval.expires_at });
        let list = NoticeList::from(approved);
        records::advance(transaction, from, &list)?;
        journal::append(
            transaction,
            now,
            actor.name(),
            "notify/approve",
            &id.to_string(),
            &detail,
        )?;
        Ok(list)
    })
}

/// Says no; also takes back a yes that has not been used. Needs an approver.
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
        let detail = json!({ "reason": reason });
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

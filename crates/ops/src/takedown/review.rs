//! Submitting, approving and refusing a plan.

use avert_model::{PlanId, Timestamp};
use serde_json::json;

use super::error::TakedownError;
use super::records;
use super::state::{Approved, Draft, Expired, InReview, Plan};
use super::step::Phase;
use crate::desk::Desk;
use crate::people::Role;
use crate::review::{Assent, Here, ReviewError};
use crate::{cases, journal};

/// Hands a draft to review; one that was refused or expired may be handed in again. Needs an
/// investigator.
pub fn submit(desk: &mut Desk<'_>, id: PlanId) -> Result<Plan, TakedownError> {
    desk.actor
        .require(Role::Investigator, "submit a takedown")?;
    let (now, by) = (desk.now(), desk.actor.name().to_owned());
    desk.store.write(|transaction| {
        let plan = records::find(transaction, id)?;
        cases::require_open(transaction, plan.header().case)?;
        let from = plan.state();
        let wrong = |state| TakedownError::WrongState {
            plan: id,
            state,
            wanted: "submitted",
        };
        let mut draft = match plan {
            Plan::Draft(draft) => draft,
            Plan::Rejected(state) => Draft {
                header: state.header,
            },
            Plan::Expired(state) => Draft {
                header: state.header,
            },
            other => return Err(wrong(other.state())),
        };
        if draft
            .header
            .steps
            .iter()
            .all(|step| step.phase == Phase::Watched)
        {
            return Err(TakedownError::ActsOnNobody(id));
        }
        let signature = records::sign(transaction, &id.to_string(), "submitted", &by, now)?;
        draft.header.signatures.push(signature);
        let plan = Plan::from(draft.submit());
        records::advance(transaction, from, &plan)?;
        let detail = json!({ "digest": plan.header().digest() });
        journal::append(
            transaction,
            now,
            &by,
            "takedown/submit",
            &id.to_string(),
            &detail,
        )?;
        Ok(plan)
    })
}

/// Says yes to exactly what the plan says now, of which the assent has the digest. Needs an
/// approver who had no hand in it. A plan that has begun may be approved again, so that a yes which
/// ran out on the way is no dead end.
pub fn approve(
    desk: &mut Desk<'_>,
    id: PlanId,
    assent: &Assent<'_>,
) -> Result<Plan, TakedownError> {
    desk.actor.require(Role::Approver, "approve a takedown")?;
    // Whoever is carrying it out would write the old approval over the new one.
    let held = desk.store.hold(&id.to_string())?;
    let _held = held.ok_or(TakedownError::Busy(id))?;
    let (now, actor, store) = (desk.now(), desk.actor, desk.store.identity()?);
    let here = Here { store: &store, now };
    desk.store.write(|transaction| {
        let plan = records::find(transaction, id)?;
        cases::require_open(transaction, plan.header().case)?;
        holds_at_start(&plan, assent, now)?;
        let from = plan.state();
        let approved = match plan {
            Plan::InReview(state) => state.approve(actor, assent, here).map(Plan::from),
            // An approval that ran out may be given again; the plan is the same.
            Plan::Expired(Expired { header, .. }) | Plan::Approved(Approved { header, .. }) => {
                InReview { header }
                    .approve(actor, assent, here)
                    .map(Plan::from)
            }
            Plan::Executing(state) => state.renew(actor, assent, here).map(Plan::from),
            Plan::Executed(state) if state.header.count(Phase::Failed) > 0 => {
                state.renew(actor, assent, here).map(Plan::from)
            }
            other => {
                let state = other.state();
                return Err(TakedownError::WrongState {
                    plan: id,
                    state,
                    wanted: "approved",
                });
            }
        };
        let plan = approved.map_err(|source| TakedownError::Review {
            plan: id,
            wanted: "approved",
            source,
        })?;
        let subject = id.to_string();
        records::sign(transaction, &subject, "approved", actor.name(), now)?;
        records::advance(transaction, from, &plan)?;
        let given = plan.approval();
        let detail = given.map_or_else(|| json!({}), |given| given.journaled(from));
        journal::append(
            transaction,
            now,
            actor.name(),
            "takedown/approve",
            &subject,
            &detail,
        )?;
        records::find(transaction, id)
    })
}

/// Refuses a yes that would have run out before a plan that has not begun may begin.
fn holds_at_start(plan: &Plan, assent: &Assent<'_>, now: Timestamp) -> Result<(), TakedownError> {
    let begins = matches!(
        plan,
        Plan::InReview(_) | Plan::Expired(_) | Plan::Approved(_)
    );
    let (Some(starts_at), true) = (plan.header().rollout.starts_at, begins) else {
        return Ok(());
    };
    let expires_at = now.checked_add(assent.validity).unwrap_or(Timestamp::MAX);
    if expires_at > starts_at {
        return Ok(());
    }
    Err(TakedownError::Review {
        plan: plan.header().id,
        wanted: "approved",
        source: ReviewError::EndsBefore {
            at: expires_at,
            start: starts_at,
        },
    })
}

/// Says no; also takes back a yes that has not been used. Needs an approver.
pub fn reject(desk: &mut Desk<'_>, id: PlanId, reason: &str) -> Result<Plan, TakedownError> {
    desk.actor.require(Role::Approver, "reject a takedown")?;
    let (now, by) = (desk.now(), desk.actor.name().to_owned());
    desk.store.write(|transaction| {
        let plan = records::find(transaction, id)?;
        let from = plan.state();
        let in_review = match plan {
            Plan::InReview(in_review) => in_review,
            Plan::Approved(approved) => InReview {
                header: approved.header,
            },
            other => {
                let state = other.state();
                return Err(TakedownError::WrongState {
                    plan: id,
                    state,
                    wanted: "rejected",
                });
            }
        };
        let mut rejected = in_review.reject(reason.to_owned());
        let signature = records::sign(transaction, &id.to_string(), "rejected", &by, now)?;
        rejected.header.signatures.push(signature);
        let plan = Plan::from(rejected);
        records::advance(transaction, from, &plan)?;
        let detail = json!({ "reason_blake3": journal::proof_of(reason) });
        journal::append(
            transaction,
            now,
            &by,
            "takedown/reject",
            &id.to_string(),
            &detail,
        )?;
        Ok(plan)
    })
}

//! Submitting, approving and refusing a plan.

use avert_model::{PlanId, SignedDuration, Timestamp};
use serde_json::json;

use super::error::TakedownError;
use super::records;
use super::state::{Approved, Draft, Expired, InReview, Plan, PlanHeader};
use super::step::Phase;
use crate::cases::{self, TakenOut};
use crate::desk::Desk;
use crate::journal;
use crate::people::Role;
use crate::review::{self, Assent, Here, ReviewError, Signed, Standing, Unsigned, Yes};
use crate::store::Connection;

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
        nobody_is_taken_out(transaction, &draft.header)?;
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
    say_yes(desk, id, &Yes::Now(assent))
}

/// What somebody has to sign who would [`approve`] what they reviewed, and signs elsewhere: with a passkey.
/// It asks all that approving asks, and stores nothing.
pub fn to_sign(
    desk: &Desk<'_>,
    id: PlanId,
    reviewed: &str,
    validity: SignedDuration,
) -> Result<Unsigned, TakedownError> {
    desk.actor.require(Role::Approver, "approve a takedown")?;
    let held = desk.store.hold(&id.to_string())?;
    let _held = held.ok_or(TakedownError::Busy(id))?;
    let now = desk.now();
    let assent = Assent {
        reviewed,
        validity,
        signer: None,
    };
    let view = desk.store.view()?;
    let plan = records::find(&view, id)?;
    let standing = Standing::read(&view, desk.store.identity()?, &id.to_string())?;
    may_be_approved(&view, &plan, &Yes::Now(&assent), now)?;
    let here = Here {
        standing: &standing,
        now,
    };
    let subject = plan.header().subject();
    let unsigned = review::prepare(desk.actor, &subject, (reviewed, validity), here);
    unsigned.map_err(|source| refused(id, source))
}

/// Approves with what [`to_sign`] gave and somebody signed since. Nothing of it is believed: it has to be
/// what would be prepared now, but for the moment, which may be [`TIME_TO_SIGN`](crate::review::TIME_TO_SIGN)
/// ago.
pub fn approve_signed(
    desk: &mut Desk<'_>,
    id: PlanId,
    signed: Signed<'_>,
) -> Result<Plan, TakedownError> {
    say_yes(desk, id, &Yes::Signed(signed))
}

fn say_yes(desk: &mut Desk<'_>, id: PlanId, yes: &Yes<'_>) -> Result<Plan, TakedownError> {
    desk.actor.require(Role::Approver, "approve a takedown")?;
    // Whoever is carrying it out would write the old approval over the new one.
    let held = desk.store.hold(&id.to_string())?;
    let _held = held.ok_or(TakedownError::Busy(id))?;
    let (now, actor, store) = (desk.now(), desk.actor, desk.store.identity()?);
    let subject = id.to_string();
    desk.store.write(|transaction| {
        let plan = records::find(transaction, id)?;
        may_be_approved(transaction, &plan, yes, now)?;
        let standing = Standing::read(transaction, store, &subject)?;
        let here = Here {
            standing: &standing,
            now,
        };
        let from = plan.state();
        let approved = match plan {
            Plan::InReview(state) => state.approve(actor, yes, here).map(Plan::from),
            // An approval that ran out may be given again; the plan is the same.
            Plan::Expired(Expired { header, .. }) | Plan::Approved(Approved { header, .. }) => {
                InReview { header }
                    .approve(actor, yes, here)
                    .map(Plan::from)
            }
            Plan::Executing(state) => state.renew(actor, yes, here).map(Plan::from),
            Plan::Executed(state) => state.renew(actor, yes, here).map(Plan::from),
            other => return Err(not_from(&other)),
        };
        let plan = approved.map_err(|source| refused(id, source))?;
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

fn refused(plan: PlanId, source: ReviewError) -> TakedownError {
    TakedownError::Review {
        plan,
        wanted: "approved",
        source,
    }
}

fn not_from(plan: &Plan) -> TakedownError {
    TakedownError::WrongState {
        plan: plan.header().id,
        state: plan.state(),
        wanted: "approved",
    }
}

/// Refuses a yes to a plan that waits for none, or one that would have run out before a plan that has not
/// begun may begin.
fn may_be_approved(
    connection: &Connection,
    plan: &Plan,
    yes: &Yes<'_>,
    now: Timestamp,
) -> Result<(), TakedownError> {
    cases::require_open(connection, plan.header().case)?;
    let begins = match plan {
        Plan::InReview(_) | Plan::Expired(_) | Plan::Approved(_) => true,
        Plan::Executing(_) => false,
        Plan::Executed(state) if state.header.count(Phase::Failed) > 0 => false,
        other => return Err(not_from(other)),
    };
    if begins {
        nobody_is_taken_out(connection, plan.header())?;
    }
    let (Some(start), true) = (plan.header().rollout.starts_at, begins) else {
        return Ok(());
    };
    let at = yes.ends_at(now);
    if at > start {
        return Ok(());
    }
    let source = ReviewError::EndsBefore { at, start };
    Err(refused(plan.header().id, source))
}

/// Refuses a plan that has not begun and would act on somebody whom the case is not about any more. One that
/// has begun leaves them alone by itself.
fn nobody_is_taken_out(connection: &Connection, header: &PlanHeader) -> Result<(), TakedownError> {
    let mut out = TakenOut::default();
    out.look(connection, header.case)?;
    for step in header.steps.iter().filter(|step| step.remedy.acts()) {
        if let Some(by) = out.by(&step.account) {
            return Err(TakedownError::TakenOut {
                plan: header.id,
                account: step.account.clone(),
                by: by.to_owned(),
            });
        }
    }
    Ok(())
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

//! Carrying out a plan, and carrying on.

use avert_model::PlanId;
use serde_json::json;

use super::act::{self, Ended};
use super::error::TakedownError;
use super::records;
use super::reverse;
use super::state::{Approved, Ending, Executing, Plan};
use super::step::Phase;
use crate::cases;
use crate::desk::Desk;
use crate::journal;
use crate::people::Role;
use crate::ports::Platform;
use crate::review::{Approval, ReviewError};
use crate::store::Held;

/// Hears how many steps have ended, of how many.
pub type Progress<'a> = &'a mut dyn FnMut(u64, u64);

/// Carries out an approved plan. On one that is carried out already it does nothing and says so by
/// giving it back as it is. Needs a responder.
pub fn execute(
    desk: &mut Desk<'_>,
    platform: &dyn Platform,
    id: PlanId,
    progress: Progress<'_>,
) -> Result<Plan, TakedownError> {
    desk.actor.require(Role::Responder, "execute a takedown")?;
    let _held = hold(desk, id)?;
    let plan = records::show(desk.store, id)?;
    same_platform(&plan, platform)?;
    match plan {
        Plan::Approved(approved) => {
            let permission = permit(desk, &approved)?;
            let executing = begin(desk, approved, &permission)?;
            carry_out(desk, platform, executing, &permission, progress)
        }
        Plan::Executed(executed) => outcome(executed.into()),
        Plan::Executing(_) | Plan::Reversing(_) | Plan::Stuck(_) => {
            Err(TakedownError::StoppedBefore {
                plan: id,
                state: plan.state(),
            })
        }
        other => Err(TakedownError::WrongState {
            plan: id,
            state: other.state(),
            wanted: "executed",
        }),
    }
}

/// Carries on where a plan stopped: with its steps, with those that failed, or with undoing. On a
/// plan with nothing left to do it does nothing. Needs a responder.
pub fn resume(
    desk: &mut Desk<'_>,
    platform: &dyn Platform,
    id: PlanId,
    progress: Progress<'_>,
) -> Result<Plan, TakedownError> {
    desk.actor.require(Role::Responder, "resume a takedown")?;
    let _held = hold(desk, id)?;
    let plan = records::show(desk.store, id)?;
    same_platform(&plan, platform)?;
    match plan {
        Plan::Executing(executing) => {
            let permission = go_on(desk, &executing)?;
            carry_out(desk, platform, executing, &permission, progress)
        }
        Plan::Executed(executed) if executed.header.count(Phase::Failed) > 0 => {
            let executing = executed.retry();
            let permission = go_on(desk, &executing)?;
            let executing = retry(desk, executing)?;
            carry_out(desk, platform, executing, &permission, progress)
        }
        Plan::Reversing(reversing) => reverse::unwind(desk, platform, reversing, progress),
        Plan::Stuck(stuck) => {
            let reversing = stuck.retry();
            advance(
                desk,
                "stuck",
                &reversing.clone().into(),
                "takedown/retry-undo",
            )?;
            reverse::unwind(desk, platform, reversing, progress)
        }
        settled @ (Plan::Executed(_) | Plan::Reversed(_) | Plan::RolledBack(_)) => Ok(settled),
        other => Err(TakedownError::WrongState {
            plan: id,
            state: other.state(),
            wanted: "resumed",
        }),
    }
}

/// Nobody else works on the plan until this is dropped.
fn hold(desk: &Desk<'_>, id: PlanId) -> Result<Held, TakedownError> {
    let held = desk.store.hold(&id.to_string())?;
    held.ok_or(TakedownError::Busy(id))
}

pub(super) fn same_platform(plan: &Plan, platform: &dyn Platform) -> Result<(), TakedownError> {
    let header = plan.header();
    if header.platform == platform.name() {
        Ok(())
    } else {
        Err(TakedownError::OtherPlatform {
            subject: header.id.to_string(),
            wanted: header.platform.clone(),
            given: platform.name().to_owned(),
        })
    }
}

/// Mints permission; a plan whose approval ran out is marked so.
fn permit(desk: &mut Desk<'_>, approved: &Approved) -> Result<Approval, TakedownError> {
    let id = approved.header.id;
    approved.mint(desk.people, desk.now()).map_err(|source| {
        let refusal = TakedownError::Review {
            plan: id,
            wanted: "executed",
            source: source.clone(),
        };
        if !matches!(source, ReviewError::Expired { .. }) {
            return refusal;
        }
        match advance(
            desk,
            "approved",
            &approved.clone().expire().into(),
            "takedown/expire",
        ) {
            Ok(()) => refusal,
            Err(error) => error,
        }
    })
}

/// Mints permission to carry on.
fn go_on(desk: &Desk<'_>, executing: &Executing) -> Result<Approval, TakedownError> {
    let minted = executing.mint(desk.people, desk.now());
    minted.map_err(|source| TakedownError::Review {
        plan: executing.header.id,
        wanted: "resumed",
        source,
    })
}

/// Begins again with the accounts that failed.
fn retry(desk: &mut Desk<'_>, executing: Executing) -> Result<Executing, TakedownError> {
    let (now, by) = (desk.now(), desk.actor.name().to_owned());
    desk.store.write(|transaction| {
        cases::require_open(transaction, executing.header.case)?;
        let plan = Plan::from(executing.clone());
        records::advance(transaction, "executed", &plan)?;
        let (id, detail) = (plan.header().id.to_string(), told(&plan));
        journal::append(transaction, now, &by, "takedown/retry", &id, &detail)?;
        Ok(executing)
    })
}

fn begin(
    desk: &mut Desk<'_>,
    approved: Approved,
    permission: &Approval,
) -> Result<Executing, TakedownError> {
    let (now, by) = (desk.now(), desk.actor.name().to_owned());
    let mut executing = approved.begin(permission);
    desk.store.write(|transaction| {
        let id = executing.header.id;
        // Whoever closed the case meant it to be over.
        cases::require_open(transaction, executing.header.case)?;
        // It may have been edited and approved anew since it was read.
        match records::find(transaction, id)? {
            Plan::Approved(now)
                if now.approval == executing.approval
                    && now.header.digest() == executing.header.digest() => {}
            _ => return Err(TakedownError::Overtaken(id)),
        }
        records::advance(transaction, "approved", &executing.clone().into())?;
        let signature = records::sign(transaction, &id.to_string(), "executed", &by, now)?;
        executing.header.signatures.push(signature);
        let detail = json!({ "digest": executing.approval.digest,
            "approved_by": executing.approval.approved_by });
        journal::append(
            transaction,
            now,
            &by,
            "takedown/execute",
            &id.to_string(),
            &detail,
        )?;
        Ok(executing)
    })
}

/// Moves the plan and tells the journal.
pub(super) fn advance(
    desk: &mut Desk<'_>,
    from: &'static str,
    plan: &Plan,
    act: &'static str,
) -> Result<(), TakedownError> {
    let (now, by) = (desk.now(), desk.actor.name().to_owned());
    desk.store.write(|transaction| {
        let id = plan.header().id.to_string();
        records::advance(transaction, from, plan)?;
        journal::append(transaction, now, &by, act, &id, &told(plan))?;
        Ok(())
    })
}

/// A plan's state, for the journal.
pub(super) fn told(plan: &Plan) -> serde_json::Value {
    json!({ "state": plan.state(), "totals": super::totals(plan) })
}

/// Once acting has begun, no error may say that nothing was changed.
pub(super) fn part_way(id: PlanId) -> impl FnOnce(TakedownError) -> TakedownError {
    move |error| match error {
        ended @ (TakedownError::Stopped { .. }
        | TakedownError::SomeFailed { .. }
        | TakedownError::RolledBack { .. }
        | TakedownError::Stuck { .. }
        | TakedownError::BrokeOff { .. }) => ended,
        other => TakedownError::BrokeOff {
            plan: id,
            source: Box::new(other),
        },
    }
}

/// Takes every step that has not ended well. The permission is asked for by value of its plan: code
/// that has none cannot call this.
fn carry_out(
    desk: &mut Desk<'_>,
    platform: &dyn Platform,
    executing: Executing,
    permission: &Approval,
    progress: Progress<'_>,
) -> Result<Plan, TakedownError> {
    assert!(
        permission.covers(&executing.header.digest()),
        "a permission acts on its own plan only"
    );
    let id = executing.header.id;
    steps(desk, platform, executing, progress).map_err(part_way(id))
}

fn steps(
    desk: &mut Desk<'_>,
    platform: &dyn Platform,
    mut executing: Executing,
    progress: Progress<'_>,
) -> Result<Plan, TakedownError> {
    let id = executing.header.id;
    let steps = executing.header.steps.len() as u64;
    for index in 0..executing.header.steps.len() {
        progress(index as u64, steps);
        let step = &mut executing.header.steps[index];
        if !matches!(step.phase, Phase::Waiting | Phase::Intended | Phase::Failed) {
            continue;
        }
        if let Ended::Stopped(source) = act::forward(desk, platform, id, step)? {
            return Err(TakedownError::Stopped {
                plan: id,
                done: index as u64,
                steps,
                source,
            });
        }
        let failed = step.phase == Phase::Failed;
        if failed && executing.header.on_failure == super::OnFailure::RollBack {
            let (account, why) = (step.account.clone(), step.note.clone());
            let reversing = executing.turn_back(Ending::RolledBack);
            advance(
                desk,
                "executing",
                &reversing.clone().into(),
                "takedown/roll-back",
            )?;
            let undone = reverse::unwind(desk, platform, reversing, progress)?;
            return Err(TakedownError::RolledBack {
                plan: id,
                kept: undone.header().count(Phase::KeptChanged),
                account,
                why,
            });
        }
    }
    progress(steps, steps);
    let plan = Plan::from(executing.finish());
    advance(desk, "executing", &plan, "takedown/executed")?;
    outcome(plan)
}

/// An executed plan is a success only if no account failed.
fn outcome(plan: Plan) -> Result<Plan, TakedownError> {
    let header = plan.header();
    match header.count(Phase::Failed) {
        0 => Ok(plan),
        failed => {
            let steps = header.steps.len() as u64;
            Err(TakedownError::SomeFailed {
                plan: header.id,
                failed,
                steps,
            })
        }
    }
}

//! Carrying out a plan, and carrying on.

use avert_model::PlanId;
use serde_json::json;

use super::error::{Reached, TakedownError};
use super::preserve;
use super::records;
use super::reverse;
use super::rollout::{self, Ended};
use super::run::{self, Course, Halt, Way};
use super::state::{Approved, Ending, Executing, Plan};
use super::step::{Phase, Step};
use crate::appeals;
use crate::cases;
use crate::desk::Desk;
use crate::freeze;
use crate::journal;
use crate::people::Role;
use crate::ports::{Evidence, Platform};
use crate::review::{Approval, ReviewError, Standing, Use};
use crate::store::Held;

/// Hears how many steps have ended, of how many.
pub type Progress<'a> = &'a mut dyn FnMut(u64, u64);

/// What a plan is carried out with.
#[derive(Clone, Copy)]
pub struct Means<'a> {
    /// The platform.
    pub platform: &'a dyn Platform,
    /// What the case rests on, outside the store: preserved before the first account is touched.
    pub evidence: &'a dyn Evidence,
    /// Go on although a stop condition of the plan is met: a person looked at why.
    pub although_stopped: bool,
}

/// Carries out an approved plan. On one that is carried out already it does nothing and says so by
/// giving it back as it is. Needs a responder.
///
/// A plan with a first share comes back as [`Plan::Executing`] when that has ended and the rest has to
/// wait: [`resume`] carries on.
pub fn execute(
    desk: &mut Desk<'_>,
    means: Means<'_>,
    id: PlanId,
    progress: Progress<'_>,
) -> Result<Plan, TakedownError> {
    desk.actor.require(Role::Responder, "execute a takedown")?;
    let _held = hold(desk, id)?;
    let plan = records::show(desk.store, id)?;
    same_platform(&plan, means.platform)?;
    match plan {
        Plan::Approved(approved) => {
            permit(desk, &approved)?;
            not_frozen(desk)?;
            if let Some(starts_at) = approved.header.rollout.starts_at
                && desk.now() < starts_at
            {
                return Err(TakedownError::TooEarly {
                    plan: id,
                    at: starts_at,
                });
            }
            let kept = preserve::gather(desk, means, &approved.header)?;
            // That may have taken long.
            let permission = permit(desk, &approved)?;
            let executing = begin(desk, approved, &permission, &kept)?;
            carry_out(desk, means, executing, &permission, progress)
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
    means: Means<'_>,
    id: PlanId,
    progress: Progress<'_>,
) -> Result<Plan, TakedownError> {
    desk.actor.require(Role::Responder, "resume a takedown")?;
    let _held = hold(desk, id)?;
    let plan = records::show(desk.store, id)?;
    same_platform(&plan, means.platform)?;
    match plan {
        Plan::Executing(executing) => {
            let permission = go_on(desk, &executing, Use::GoOn)?;
            not_frozen(desk)?;
            carry_out(desk, means, executing, &permission, progress)
        }
        Plan::Executed(executed) if executed.header.count(Phase::Failed) > 0 => {
            let executing = executed.retry();
            let permission = go_on(desk, &executing, Use::Retry)?;
            not_frozen(desk)?;
            let executing = retry(desk, executing)?;
            carry_out(desk, means, executing, &permission, progress)
        }
        Plan::Reversing(reversing) => {
            not_frozen(desk)?;
            reverse::unwind(desk, means.platform, reversing, progress)
        }
        Plan::Stuck(stuck) => {
            not_frozen(desk)?;
            let reversing = stuck.retry();
            advance(
                desk,
                "stuck",
                &reversing.clone().into(),
                "takedown/retry-undo",
            )?;
            reverse::unwind(desk, means.platform, reversing, progress)
        }
        settled @ (Plan::Executed(_) | Plan::Reversed(_) | Plan::RolledBack(_)) => Ok(settled),
        other => Err(TakedownError::WrongState {
            plan: id,
            state: other.state(),
            wanted: "resumed",
        }),
    }
}

/// Refuses while everything is stopped. What begins nevertheless is stopped by its first intent.
pub(super) fn not_frozen(desk: &Desk<'_>) -> Result<(), TakedownError> {
    match freeze::standing(desk.store)? {
        None => Ok(()),
        Some(freeze) => Err(TakedownError::IsFrozen(freeze)),
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
    // Whoever wrote over a row of the journal may have wiped out that a yes was taken back.
    journal::verify(desk.store)?;
    let standing = Standing::of(desk.store, &id.to_string())?;
    let minted = approved.mint(desk.people, &standing, desk.now());
    minted.map_err(|source| {
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
fn go_on(desk: &Desk<'_>, executing: &Executing, to: Use) -> Result<Approval, TakedownError> {
    // Whoever wrote over a row of the journal may have wiped out that it was stopped for good.
    journal::verify(desk.store)?;
    let standing = Standing::of(desk.store, &executing.header.id.to_string())?;
    let minted = executing.mint(desk.people, (&standing, to), desk.now());
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

/// Begins: from here on the plan is under way, and what it rests on is preserved.
fn begin(
    desk: &mut Desk<'_>,
    approved: Approved,
    permission: &Approval,
    kept: &[preserve::Exhibit],
) -> Result<Executing, TakedownError> {
    let (now, by) = (desk.now(), desk.actor.name().to_owned());
    let mut executing = approved.begin(permission);
    desk.store.write(|transaction| {
        let id = executing.header.id;
        // Whoever closed the case meant it to be over.
        cases::require_open(transaction, executing.header.case)?;
        if let Some(freeze) = freeze::find(transaction)? {
            return Err(TakedownError::IsFrozen(freeze));
        }
        // It may have been edited and approved anew since it was read.
        match records::find(transaction, id)? {
            Plan::Approved(now)
                if now.approval == executing.approval
                    && now.header.digest() == executing.header.digest() => {}
            _ => return Err(TakedownError::Overtaken(id)),
        }
        preserve::keep(transaction, id, (now, &by), kept)?;
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
        | TakedownError::Frozen { .. }
        | TakedownError::Halted { .. }
        | TakedownError::Soaking { .. }
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
    means: Means<'_>,
    executing: Executing,
    permission: &Approval,
    progress: Progress<'_>,
) -> Result<Plan, TakedownError> {
    assert!(
        permission.covers(&executing.header.digest()),
        "a permission acts on its own plan only"
    );
    let id = executing.header.id;
    stages(desk, means, executing, progress).map_err(part_way(id))
}

/// The first share, if there is one, and then the rest.
fn stages(
    desk: &mut Desk<'_>,
    means: Means<'_>,
    mut executing: Executing,
    progress: Progress<'_>,
) -> Result<Plan, TakedownError> {
    spare_granted(desk, &mut executing)?;
    let header = &executing.header;
    let store = desk.store.identity()?;
    let (order, share) = rollout::order(&store, header.id, &header.steps, &header.rollout);
    if let (Some(canary), None) = (header.rollout.canary, executing.canary_ended) {
        executing = stage(desk, means, executing, &order[..share], progress)?;
        executing.canary_ended = Some(desk.now());
        advance(
            desk,
            "executing",
            &executing.clone().into(),
            "takedown/canary-ended",
        )?;
        if canary.soak_minutes > 0 && share < order.len() {
            return Ok(executing.into());
        }
    }
    if let (Some(canary), Some(ended)) = (executing.header.rollout.canary, executing.canary_ended) {
        let at = canary.ripe_at(ended);
        if desk.now() < at {
            let plan = executing.header.id;
            return Err(TakedownError::Soaking { plan, at });
        }
    }
    let executing = stage(desk, means, executing, &order, progress)?;
    let plan = Plan::from(executing.finish());
    advance(desk, "executing", &plan, "takedown/executed")?;
    outcome(plan)
}

/// Whoever's appeal was granted is not acted on, whatever the plan has left to do.
fn spare_granted(desk: &mut Desk<'_>, executing: &mut Executing) -> Result<(), TakedownError> {
    let id = executing.header.id;
    let granted = appeals::granted(desk.store.read(), id)?;
    for step in &mut executing.header.steps {
        if matches!(step.phase, Phase::Waiting | Phase::Failed)
            && step.after.is_none()
            && granted.contains(&step.account)
        {
            reverse::spare(desk, (id, "executing"), step)?;
        }
    }
    Ok(())
}

/// Takes these steps as far as they go: every account of them has ended then, well or not. Where one
/// failed and the policy says so, everything was undone, and that is the error.
fn stage(
    desk: &mut Desk<'_>,
    means: Means<'_>,
    mut executing: Executing,
    order: &[usize],
    progress: Progress<'_>,
) -> Result<Executing, TakedownError> {
    let id = executing.header.id;
    let roll_back = executing.header.on_failure == super::OnFailure::RollBack;
    let pending =
        |step: &Step| matches!(step.phase, Phase::Waiting | Phase::Intended | Phase::Failed);
    let todo: Vec<usize> = order
        .iter()
        .copied()
        .filter(|index| pending(&executing.header.steps[*index]))
        .collect();
    let failed_before = executing.header.count(Phase::Failed);
    let stop = executing.header.rollout.stop;
    let mut condition = |ended: Ended, appeals: u64| {
        if roll_back && ended.failed > 0 {
            return Some(String::new());
        }
        if means.although_stopped {
            return None;
        }
        stop.met(ended, appeals)
    };
    let appeals = appeals::count(desk.store.read(), id)?;
    // What stopped it the last time stops it again, unless a person says otherwise.
    if !roll_back
        && !todo.is_empty()
        && let Some(why) = condition(Ended::of(&executing.header.steps), appeals)
        && failed_before == 0
    {
        return Err(TakedownError::Halted { plan: id, why });
    }
    let ran = run::run(
        desk,
        means.platform,
        Course {
            plan: id,
            case: executing.header.case,
            way: Way::Forward,
            state: "executing",
            gives_up: means.although_stopped,
        },
        &mut executing.header.steps,
        todo,
        progress,
        &mut condition,
    )?;
    let first_failed = executing
        .header
        .steps
        .iter()
        .find(|step| step.phase == Phase::Failed);
    if let (true, Some(step)) = (roll_back, first_failed) {
        let (account, why) = (step.account.clone(), step.note.clone());
        let reversing = executing.turn_back(Ending::RolledBack);
        advance(
            desk,
            "executing",
            &reversing.clone().into(),
            "takedown/roll-back",
        )?;
        let undone = reverse::unwind(desk, means.platform, reversing, progress)?;
        return Err(TakedownError::RolledBack {
            plan: id,
            kept: undone.header().count(Phase::KeptChanged),
            account,
            why,
        });
    }
    match ran.halt {
        None => Ok(executing),
        Some(halt) => {
            let steps = &executing.header.steps;
            let left = order
                .iter()
                .filter(|index| pending(&steps[**index]))
                .count();
            let reached = Reached {
                undoing: false,
                ended: (order.len() - left) as u64,
                of: order.len() as u64,
            };
            Err(halted(id, reached, halt))
        }
    }
}

/// Why it stopped, with how far it came.
pub(super) fn halted(plan: PlanId, reached: Reached, halt: Halt) -> TakedownError {
    match halt {
        Halt::Platform(source) => TakedownError::Stopped {
            plan,
            reached,
            source,
        },
        Halt::Frozen(freeze) => TakedownError::Frozen {
            plan,
            reached,
            freeze,
        },
        Halt::Condition(why) => TakedownError::Halted { plan, why },
    }
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

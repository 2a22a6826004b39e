//! Undoing a takedown: every account goes back to exactly the state it was drafted from.

use avert_model::{AccountId, PlanId};
use serde_json::json;

use super::error::{Reached, TakedownError};
use super::execute::{Progress, advance, halted, not_frozen, part_way, same_platform, told};
use super::records::{self, Move};
use super::run::{self, Course, Way};
use super::state::{Ending, Plan, Reversing};
use super::step::{Phase, Step};
use crate::desk::Desk;
use crate::journal;
use crate::people::Role;
use crate::ports::Platform;
use crate::review::Standing;

/// Undoes a plan that was carried out, wholly or in part. On one that is undone already it does
/// nothing. Needs a responder, and no second yes: giving people their accounts back must be quick.
///
/// Whoever is carrying the plan out at this moment stops at their next account; then it is undone.
pub fn reverse(
    desk: &mut Desk<'_>,
    platform: &dyn Platform,
    id: PlanId,
    progress: Progress<'_>,
) -> Result<Plan, TakedownError> {
    desk.actor.require(Role::Responder, "reverse a takedown")?;
    not_frozen(desk)?;
    as_executed(desk, &records::show(desk.store, id)?)?;
    let turned = turn(desk, platform, id)?;
    if matches!(turned, Plan::Reversed(_) | Plan::RolledBack(_)) {
        return Ok(turned);
    }
    let wait = desk.store.wait_for(&id.to_string());
    let _held = wait.map_err(|error| part_way(id)(error.into()))?;
    // Read anew: the last account of whoever was at it may have ended since.
    match records::show(desk.store, id).map_err(part_way(id))? {
        Plan::Reversing(reversing) => unwind(desk, platform, reversing, progress),
        undone @ (Plan::Reversed(_) | Plan::RolledBack(_)) => Ok(undone),
        other => Err(TakedownError::StoppedBefore {
            plan: id,
            state: other.state(),
        }),
    }
}

/// Refuses to undo what was never done: accounts go back to the states that the plan was carried out
/// with, and whoever could write others into the store must not have them set.
fn as_executed(desk: &Desk<'_>, plan: &Plan) -> Result<(), TakedownError> {
    let id = plan.header().id;
    match plan {
        Plan::Executing(_) | Plan::Executed(_) | Plan::Reversing(_) | Plan::Stuck(_) => {}
        // There is nothing to undo, or it is undone.
        _ => return Ok(()),
    }
    match Standing::begun(desk.store, &id.to_string())? {
        Some(digest) if digest == plan.header().digest() => Ok(()),
        _ => Err(TakedownError::NotAsExecuted(id)),
    }
}

/// Turns the plan round, whatever it was doing.
fn turn(desk: &mut Desk<'_>, platform: &dyn Platform, id: PlanId) -> Result<Plan, TakedownError> {
    let (now, by) = (desk.now(), desk.actor.name().to_owned());
    desk.store.write(|transaction| {
        let plan = records::find(transaction, id)?;
        same_platform(&plan, platform)?;
        let from = plan.state();
        let mut reversing = match plan {
            Plan::Executed(executed) => executed.reverse(),
            Plan::Executing(executing) => executing.turn_back(Ending::Reversed),
            Plan::Stuck(stuck) => stuck.retry(),
            turned @ (Plan::Reversing(_) | Plan::Reversed(_) | Plan::RolledBack(_)) => {
                return Ok(turned);
            }
            other => {
                let state = other.state();
                return Err(TakedownError::WrongState {
                    plan: id,
                    state,
                    wanted: "reversed",
                });
            }
        };
        let signature = records::sign(transaction, &id.to_string(), "reversed", &by, now)?;
        reversing.header.signatures.push(signature);
        let plan = Plan::from(reversing);
        records::advance(transaction, from, &plan)?;
        let (subject, detail) = (id.to_string(), told(&plan));
        journal::append(transaction, now, &by, "takedown/reverse", &subject, &detail)?;
        Ok(plan)
    })
}

/// Undoes every step that took effect or may have.
pub(super) fn unwind(
    desk: &mut Desk<'_>,
    platform: &dyn Platform,
    reversing: Reversing,
    progress: Progress<'_>,
) -> Result<Plan, TakedownError> {
    let id = reversing.header.id;
    as_executed(desk, &reversing.clone().into())?;
    steps(desk, platform, reversing, progress).map_err(part_way(id))
}

/// Whether a step may be in effect. One that failed without a trace was never asked for, whatever the
/// account is by now.
fn may_be_in_effect(step: &Step) -> bool {
    match step.phase {
        Phase::Done | Phase::Intended | Phase::Undoing | Phase::Stuck => true,
        Phase::Failed => step.after.is_some(),
        _ => false,
    }
}

fn steps(
    desk: &mut Desk<'_>,
    platform: &dyn Platform,
    mut reversing: Reversing,
    progress: Progress<'_>,
) -> Result<Plan, TakedownError> {
    let id = reversing.header.id;
    let todo: Vec<usize> = (0..reversing.header.steps.len())
        .rev()
        .filter(|index| may_be_in_effect(&reversing.header.steps[*index]))
        .collect();
    let of = todo.len() as u64;
    let ran = run::run(
        desk,
        platform,
        Course {
            plan: id,
            case: reversing.header.case,
            way: Way::Back,
            state: "reversing",
            gives_up: false,
        },
        &mut reversing.header.steps,
        todo,
        progress,
        &mut |_, _| None,
    )?;
    if let Some(halt) = ran.halt {
        let reached = Reached {
            undoing: true,
            ended: of - ran.left,
            of,
        };
        return Err(halted(id, reached, halt));
    }
    let stuck = reversing.header.count(Phase::Stuck);
    let first = reversing
        .header
        .steps
        .iter()
        .find(|step| step.phase == Phase::Stuck);
    if let Some(first) = first {
        let (account, why) = (first.account.clone(), first.note.clone());
        advance(
            desk,
            "reversing",
            &reversing.stick().into(),
            "takedown/is-stuck",
        )?;
        return Err(TakedownError::Stuck {
            plan: id,
            stuck,
            account,
            why,
        });
    }
    let plan = reversing.finish();
    advance(desk, "reversing", &plan, "takedown/undone")?;
    Ok(plan)
}

/// Puts one account of a plan back, and leaves the others alone: an appeal was granted. One that is not
/// acted on yet never will be. Whoever calls this holds the plan.
pub(crate) fn restore_one(
    desk: &mut Desk<'_>,
    platform: &dyn Platform,
    id: PlanId,
    account: &AccountId,
) -> Result<(), TakedownError> {
    not_frozen(desk)?;
    let plan = records::show(desk.store, id)?;
    same_platform(&plan, platform)?;
    as_executed(desk, &plan)?;
    let state = plan.state();
    let mut header = match plan {
        Plan::Executed(executed) => executed.header,
        Plan::Executing(executing) => executing.header,
        // Whoever undid everything undid this one too.
        Plan::Reversed(_) | Plan::RolledBack(_) => return Ok(()),
        _ => {
            return Err(TakedownError::WrongState {
                plan: id,
                state,
                wanted: "undone for one account",
            });
        }
    };
    let case = header.case;
    let steps = &mut header.steps;
    let Some(index) = steps.iter().position(|step| step.account == *account) else {
        return Ok(());
    };
    if may_be_in_effect(&steps[index]) {
        let ran = run::run(
            desk,
            platform,
            Course {
                plan: id,
                case,
                way: Way::Back,
                state,
                gives_up: false,
            },
            steps,
            vec![index],
            &mut |_, _| {},
            &mut |_, _| None,
        )
        .map_err(part_way(id))?;
        if let Some(halt) = ran.halt {
            let reached = Reached {
                undoing: true,
                ended: 0,
                of: 1,
            };
            return Err(halted(id, reached, halt));
        }
    }
    match steps[index].phase {
        Phase::Stuck => Err(TakedownError::Stuck {
            plan: id,
            stuck: 1,
            account: account.clone(),
            why: steps[index].note.clone(),
        }),
        Phase::Waiting | Phase::Failed => spare(desk, (id, state), &mut steps[index]),
        _ => Ok(()),
    }
}

/// Ends a step that has not taken effect, so that nobody who resumes the plan takes it.
pub(super) fn spare(
    desk: &mut Desk<'_>,
    (id, state): (PlanId, &'static str),
    step: &mut Step,
) -> Result<(), TakedownError> {
    let (now, by) = (desk.now(), desk.actor.name().to_owned());
    let from = std::mem::replace(&mut step.phase, Phase::Restored);
    step.note = "spared: an appeal was granted".into();
    desk.store.write(|transaction| {
        let change = Move { from, step };
        records::move_steps(transaction, id, state, &[change])?;
        let detail = json!({ "account": step.account });
        let subject = id.to_string();
        journal::append(transaction, now, &by, "takedown/spared", &subject, &detail)?;
        Ok(())
    })
}

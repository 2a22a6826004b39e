//! Undoing a takedown: every account goes back to exactly the state it was drafted from.

use avert_model::PlanId;

use super::act::{self, Ended};
use super::error::TakedownError;
use super::execute::{Progress, advance, same_platform};
use super::records;
use super::state::{Ending, Plan, Reversing};
use super::step::Phase;
use crate::desk::Desk;
use crate::people::Role;
use crate::ports::Platform;

/// Undoes a plan that was carried out, wholly or in part. On one that is undone already it does
/// nothing. Needs a responder, and no second yes: giving people their accounts back must be quick.
pub fn reverse(
    desk: &mut Desk<'_>,
    platform: &dyn Platform,
    id: PlanId,
    progress: Progress<'_>,
) -> Result<Plan, TakedownError> {
    desk.actor.require(Role::Responder, "reverse a takedown")?;
    let plan = records::show(desk.store, id)?;
    same_platform(&plan, platform)?;
    let from = plan.state();
    let mut reversing = match plan {
        Plan::Executed(executed) => executed.reverse(),
        Plan::Executing(executing) => executing.turn_back(Ending::Reversed),
        Plan::Stuck(stuck) => stuck.retry(),
        Plan::Reversing(reversing) => return unwind(desk, platform, reversing, progress),
        undone @ (Plan::Reversed(_) | Plan::RolledBack(_)) => return Ok(undone),
        other => {
            let state = other.state();
            return Err(TakedownError::WrongState {
                plan: id,
                state,
                wanted: "reversed",
            });
        }
    };
    advance(desk, from, &reversing.clone().into(), "takedown/reverse")?;
    let (now, by) = (desk.now(), desk.actor.name().to_owned());
    let signature = desk.store.write(|transaction| {
        records::sign(transaction, &id.to_string(), "reversed", &by, now)
            .map_err(TakedownError::from)
    })?;
    reversing.header.signatures.push(signature);
    unwind(desk, platform, reversing, progress)
}

/// Undoes every step that took effect or may have, last one first.
pub(super) fn unwind(
    desk: &mut Desk<'_>,
    platform: &dyn Platform,
    mut reversing: Reversing,
    progress: Progress<'_>,
) -> Result<Plan, TakedownError> {
    let id = reversing.header.id;
    let steps = reversing.header.steps.len() as u64;
    for (ended, index) in (0..reversing.header.steps.len()).rev().enumerate() {
        progress(ended as u64, steps);
        let step = &mut reversing.header.steps[index];
        let may_be_in_effect = matches!(
            step.phase,
            Phase::Done | Phase::Intended | Phase::Failed | Phase::Undoing | Phase::Stuck
        );
        if !may_be_in_effect {
            continue;
        }
        if let Ended::Stopped(source) = act::back(desk, platform, id, step)? {
            return Err(TakedownError::Stopped {
                plan: id,
                done: ended as u64,
                steps,
                source,
            });
        }
    }
    progress(steps, steps);
    let stuck = reversing.header.count(Phase::Stuck);
    if let Some(first) = reversing
        .header
        .steps
        .iter()
        .find(|step| step.phase == Phase::Stuck)
    {
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

//! One step forward, one step back. Both may be repeated from any point at which they stopped.

use avert_model::PlanId;
use serde_json::json;

use super::error::TakedownError;
use super::records::{self, Move};
use super::step::{Phase, Step};
use crate::desk::Desk;
use crate::journal;
use crate::ports::{AccountState, Effect, Platform, PortError, PortErrorKind};

/// How a step ended.
pub(super) enum Ended {
    /// It ended; its phase says how.
    Settled,
    /// The platform fails for every account alike: going on makes no sense now.
    Stopped(PortError),
}

/// Whether an error says something of the platform rather than of one account.
fn concerns_all(error: &PortError) -> bool {
    matches!(
        error.kind,
        PortErrorKind::Unauthorized(_)
            | PortErrorKind::RateLimited { .. }
            | PortErrorKind::Unreachable(_)
            | PortErrorKind::Local(_)
    )
}

fn is_missing(error: &PortError) -> bool {
    matches!(error.kind, PortErrorKind::NotFound(_))
}

/// Puts the remedy into effect, unless the account is no longer as it was when the plan was drafted.
pub(super) fn forward(
    desk: &mut Desk<'_>,
    platform: &dyn Platform,
    plan: PlanId,
    step: &mut Step,
) -> Result<Ended, TakedownError> {
    let target = step
        .remedy
        .leads_to()
        .expect("steps that only watch are never acted on");
    let prior = step
        .prior
        .clone()
        .expect("a step that acts has the state it was drafted from");
    let expected = platform.expected(&prior, step.remedy);
    // Whether an earlier try may have acted: then what is found may be ours.
    let tried =
        step.phase == Phase::Intended || (step.phase == Phase::Failed && step.after.is_some());

    match platform.state(&step.account) {
        // An earlier try of this very step came through, and its result was never written.
        Ok(now) if tried && now.status == target => return done(desk, plan, step, &now, expected),
        Ok(now) if now == prior => {}
        // Ours may be among what is found, so it stays a step that an undo looks at.
        Ok(now) if tried => {
            let note = format!("was {}, is {}", tell(&prior), tell(&now));
            step.after = Some(expected);
            return settle(desk, plan, step, Phase::Failed, note);
        }
        Ok(now) => {
            let note = format!("was {}, is {}", tell(&prior), tell(&now));
            step.after = Some(now);
            return settle(desk, plan, step, Phase::Drifted, note);
        }
        Err(error) if is_missing(&error) => {
            let note = "no longer known to the platform".into();
            return settle(desk, plan, step, Phase::Drifted, note);
        }
        Err(error) if concerns_all(&error) => return Ok(Ended::Stopped(error)),
        Err(error) => return settle(desk, plan, step, Phase::Failed, error.to_string()),
    }

    mark(desk, plan, step, Phase::Intended, "takedown/intend")?;
    let key = step.key(plan, "apply");
    let applied = platform.apply(&step.account, step.remedy, &key);
    if let Err(error) = &applied
        && concerns_all(error)
    {
        return applied
            .map(|()| Ended::Settled)
            .or_else(|error| Ok(Ended::Stopped(error)));
    }
    // Whether it may be, or come, into effect: an undo has to know it for its own.
    let may_act = applied
        .as_ref()
        .map_or_else(|error| error.effect == Effect::Unknown, |()| true);
    // What a platform says of itself proves nothing, a yes as little as a no: look.
    match (platform.state(&step.account), applied) {
        (Ok(now), _) if now.status == target => done(desk, plan, step, &now, expected),
        (Ok(now), applied) => {
            let note = match applied {
                Ok(()) => format!("the platform said yes, and the account is {}", tell(&now)),
                Err(error) => error.to_string(),
            };
            step.after = may_act.then_some(expected);
            settle(desk, plan, step, Phase::Failed, note)
        }
        (Err(look), _) if concerns_all(&look) => Ok(Ended::Stopped(look)),
        (Err(look), applied) => {
            step.after = may_act.then_some(expected);
            let why = applied.err().unwrap_or(look);
            settle(desk, plan, step, Phase::Failed, why.to_string())
        }
    }
}

/// Puts the account back as it was, unless somebody changed it since the takedown.
pub(super) fn back(
    desk: &mut Desk<'_>,
    platform: &dyn Platform,
    plan: PlanId,
    step: &mut Step,
) -> Result<Ended, TakedownError> {
    let prior = step
        .prior
        .clone()
        .expect("a step that acts has the state it was drafted from");
    // Without a record of how it was left (the process ended between effect and result) it is ours
    // if it is exactly as the remedy alone leaves it.
    let ours = step
        .after
        .clone()
        .unwrap_or_else(|| platform.expected(&prior, step.remedy));

    if step.phase == Phase::Failed && step.after.is_none() {
        // Nothing was ever asked for, whatever the account is by now.
        return Ok(Ended::Settled);
    }
    match platform.state(&step.account) {
        // It never took effect: still a failure, and nothing to undo.
        Ok(now) if now == prior && step.phase == Phase::Failed => return Ok(Ended::Settled),
        Ok(now) if now == prior => return settle(desk, plan, step, Phase::Restored, String::new()),
        Ok(now) if now == ours => {}
        Ok(now) => {
            let note = format!("somebody changed it since: it is {}", tell(&now));
            return settle(desk, plan, step, Phase::KeptChanged, note);
        }
        Err(error) if is_missing(&error) => {
            return settle(
                desk,
                plan,
                step,
                Phase::KeptChanged,
                "no longer known to the platform".into(),
            );
        }
        Err(error) if concerns_all(&error) => return Ok(Ended::Stopped(error)),
        Err(error) => return settle(desk, plan, step, Phase::Stuck, error.to_string()),
    }

    mark(desk, plan, step, Phase::Undoing, "takedown/intend-undo")?;
    let key = step.key(plan, "restore");
    let restored = platform.restore(&step.account, &prior, &key);
    if let Err(error) = &restored
        && concerns_all(error)
    {
        return restored
            .map(|()| Ended::Settled)
            .or_else(|error| Ok(Ended::Stopped(error)));
    }
    match (platform.state(&step.account), restored) {
        (Ok(now), _) if now == prior => settle(desk, plan, step, Phase::Restored, String::new()),
        (Err(error), _) if concerns_all(&error) => Ok(Ended::Stopped(error)),
        (_, Err(error)) | (Err(error), Ok(())) => {
            settle(desk, plan, step, Phase::Stuck, error.to_string())
        }
        (Ok(now), Ok(())) => {
            let note = format!("the platform said yes, and the account is {}", tell(&now));
            settle(desk, plan, step, Phase::Stuck, note)
        }
    }
}

/// The remedy is in effect. What is kept is how it alone leaves the account: if somebody changed
/// something else at the same moment, an undo finds the difference and lets it be.
fn done(
    desk: &mut Desk<'_>,
    plan: PlanId,
    step: &mut Step,
    now: &AccountState,
    expected: AccountState,
) -> Result<Ended, TakedownError> {
    let note = if *now == expected {
        String::new()
    } else {
        format!("somebody changed it as well: it is {}", tell(now))
    };
    step.after = Some(expected);
    settle(desk, plan, step, Phase::Done, note)
}

fn settle(
    desk: &mut Desk<'_>,
    plan: PlanId,
    step: &mut Step,
    phase: Phase,
    note: String,
) -> Result<Ended, TakedownError> {
    step.note = note;
    let act = match phase {
        Phase::Done => "takedown/done",
        Phase::Drifted => "takedown/drift",
        Phase::Failed => "takedown/fail",
        Phase::Restored => "takedown/restored",
        Phase::KeptChanged => "takedown/kept-changed",
        Phase::Stuck => "takedown/stuck",
        Phase::Waiting | Phase::Intended | Phase::Undoing | Phase::Watched => {
            unreachable!("no step ends in {}", phase.as_str())
        }
    };
    mark(desk, plan, step, phase, act)?;
    Ok(Ended::Settled)
}

/// Moves the step and tells the journal, together; and only while the plan is still in the state in
/// which such steps are taken, so that whoever turns a plan round stops whoever carries it out.
fn mark(
    desk: &mut Desk<'_>,
    plan: PlanId,
    step: &mut Step,
    phase: Phase,
    act: &'static str,
) -> Result<(), TakedownError> {
    let (now, by) = (desk.now(), desk.actor.name().to_owned());
    let from = std::mem::replace(&mut step.phase, phase);
    let (part, state) = if matches!(
        phase,
        Phase::Undoing | Phase::Restored | Phase::KeptChanged | Phase::Stuck
    ) {
        ("restore", "reversing")
    } else {
        ("apply", "executing")
    };
    let detail = json!({ "account": step.account, "remedy": step.remedy,
        "key": step.key(plan, part), "note": step.note });
    desk.store.write(|transaction| {
        records::move_steps(transaction, plan, state, &[Move { from, step }])?;
        journal::append(transaction, now, &by, act, &plan.to_string(), &detail)?;
        Ok(())
    })
}

/// A state in words, with the switches behind it.
fn tell(state: &AccountState) -> String {
    let on: Vec<&str> = state
        .switches
        .iter()
        .filter(|(_, on)| **on)
        .map(|(name, _)| name.as_str())
        .collect();
    if on.is_empty() {
        state.status.as_str().to_owned()
    } else {
        format!("{} ({})", state.status.as_str(), on.join(", "))
    }
}

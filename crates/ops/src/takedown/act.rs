//! What was found decides what comes next: one step forward, one step back. Both may be taken again
//! from any point at which they stopped. Nothing here calls or writes anything.

use super::step::{Phase, Step};
use crate::ports::{AccountState, Effect, Platform, PortError, PortErrorKind};

/// How an account was found.
#[derive(Debug)]
pub(super) struct Found {
    pub(super) state: AccountState,
    /// Whether the remedy is in effect; asked only where it may be.
    pub(super) in_effect: bool,
}

/// What a worker brings from an account.
#[derive(Debug)]
pub(super) enum Met {
    /// It was looked at.
    Looked(Result<Found, PortError>),
    /// The effect was asked for, and then it was looked at, unless the answer was plain.
    Acted(Result<(), PortError>, Option<Result<Found, PortError>>),
}

/// What comes next for a step.
#[derive(Debug)]
pub(super) enum Next {
    /// It ends; its phase and note are set.
    Settled,
    /// It ends as it was: there is nothing to write.
    Untouched,
    /// The intent is to be written, then the effect asked for.
    Intend,
    /// Later, from the beginning: it may be a passing trouble.
    Again(PortError),
    /// The platform fails for every account alike: going on makes no sense now.
    Stop(PortError),
}

/// What a trouble that passes by itself means for the step that meets it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Patience {
    /// It may be tried again.
    TryAgain,
    /// It was tried often enough while others got through: it is this account's trouble.
    ItsOwn,
    /// It was tried often enough, and nobody else got through either: it is everybody's.
    Everybodys,
}

fn is_missing(error: &PortError) -> bool {
    matches!(error.kind, PortErrorKind::NotFound(_))
}

/// Whether looking after an effect was asked for tells anything: not where it plainly had none.
pub(super) fn is_worth_a_look(asked: &Result<(), PortError>) -> bool {
    match asked {
        Ok(()) => true,
        Err(error) => error.effect == Effect::Unknown || !error.kind.concerns_all(),
    }
}

/// Whether an earlier try of this step may have acted: then what is found may be ours.
pub(super) fn was_tried(step: &Step) -> bool {
    step.phase == Phase::Intended || (step.phase == Phase::Failed && step.after.is_some())
}

/// A step on its way forward.
pub(super) fn forward(
    platform: &dyn Platform,
    step: &mut Step,
    met: Met,
    patience: Patience,
) -> Next {
    let prior = step.prior();
    let expected = platform.expected(&prior, step.remedy);
    match met {
        Met::Looked(Ok(found)) if was_tried(step) && found.in_effect => {
            done(step, &found.state, expected)
        }
        Met::Looked(Ok(found)) if found.state == prior => Next::Intend,
        // Ours may be among what is found, so it stays a step that an undo looks at.
        Met::Looked(Ok(found)) if was_tried(step) => {
            let note = format!("was {}, is {}", tell(&prior), tell(&found.state));
            step.after = Some(expected);
            settle(step, Phase::Failed, note)
        }
        Met::Looked(Ok(found)) => {
            let note = format!("was {}, is {}", tell(&prior), tell(&found.state));
            step.after = Some(found.state);
            settle(step, Phase::Drifted, note)
        }
        Met::Looked(Err(error)) if is_missing(&error) => settle(
            step,
            Phase::Drifted,
            "no longer known to the platform".into(),
        ),
        Met::Looked(Err(error)) => trouble(step, error, Phase::Failed, patience),
        Met::Acted(asked, look) => acted(step, expected, asked, look, patience),
    }
}

/// What a platform says of itself proves nothing, a yes as little as a no: what was found decides.
fn acted(
    step: &mut Step,
    expected: AccountState,
    asked: Result<(), PortError>,
    look: Option<Result<Found, PortError>>,
    patience: Patience,
) -> Next {
    // Whether it may be, or come, into effect: an undo has to know it for its own.
    let may_act = asked
        .as_ref()
        .map_or_else(|error| error.effect == Effect::Unknown, |()| true);
    match (look, asked) {
        (Some(Ok(found)), _) if found.in_effect => done(step, &found.state, expected),
        (Some(Ok(found)), Ok(())) => {
            let note = format!(
                "the platform said yes, and the account is {}",
                tell(&found.state)
            );
            step.after = Some(expected);
            settle(step, Phase::Failed, note)
        }
        (Some(Err(look)), Ok(())) => {
            step.after = Some(expected);
            trouble(step, look, Phase::Failed, patience)
        }
        (_, Err(error)) => {
            if may_act {
                step.after = Some(expected);
            }
            trouble(step, error, Phase::Failed, patience)
        }
        (None, Ok(())) => unreachable!("a yes is always looked at"),
    }
}

/// The remedy is in effect. What is kept is how it alone leaves the account: if somebody changed
/// something else at the same moment, an undo finds the difference and lets it be.
fn done(step: &mut Step, now: &AccountState, expected: AccountState) -> Next {
    let note = if *now == expected {
        String::new()
    } else {
        format!("somebody changed it as well: it is {}", tell(now))
    };
    step.after = Some(expected);
    settle(step, Phase::Done, note)
}

/// A step on its way back: the account is put back as it was, unless somebody changed it since the
/// takedown.
pub(super) fn back(platform: &dyn Platform, step: &mut Step, met: Met, patience: Patience) -> Next {
    let prior = step.prior();
    // Without a record of how it was left (the process ended between effect and result) it is ours
    // if it is exactly as the remedy alone leaves it.
    let ours = step
        .after
        .clone()
        .unwrap_or_else(|| platform.expected(&prior, step.remedy));
    match met {
        // It never took effect: still a failure, and nothing to undo.
        Met::Looked(Ok(found)) if found.state == prior && step.phase == Phase::Failed => {
            Next::Untouched
        }
        Met::Looked(Ok(found)) if found.state == prior => {
            let note = platform.irreversible(step.remedy).unwrap_or_default();
            settle(step, Phase::Restored, note)
        }
        Met::Looked(Ok(found)) if found.state == ours => Next::Intend,
        Met::Looked(Ok(found)) => {
            let note = format!("somebody changed it since: it is {}", tell(&found.state));
            settle(step, Phase::KeptChanged, note)
        }
        Met::Looked(Err(error)) if is_missing(&error) => {
            let note = "no longer known to the platform".into();
            settle(step, Phase::KeptChanged, note)
        }
        Met::Looked(Err(error)) => trouble(step, error, Phase::Stuck, patience),
        Met::Acted(_, Some(Ok(found))) if found.state == prior => {
            settle(step, Phase::Restored, String::new())
        }
        Met::Acted(Err(error), _) | Met::Acted(Ok(()), Some(Err(error))) => {
            trouble(step, error, Phase::Stuck, patience)
        }
        Met::Acted(Ok(()), Some(Ok(found))) => {
            let note = format!(
                "the platform said yes, and the account is {}",
                tell(&found.state)
            );
            settle(step, Phase::Stuck, note)
        }
        Met::Acted(Ok(()), None) => unreachable!("a yes is always looked at"),
    }
}

/// A trouble that passes is waited out; one that does not ends the step, or everything.
fn trouble(step: &mut Step, error: PortError, ends_as: Phase, patience: Patience) -> Next {
    let passes = error.kind.is_passing();
    if passes && patience == Patience::TryAgain {
        Next::Again(error)
    } else if error.kind.concerns_all() && !(passes && patience == Patience::ItsOwn) {
        Next::Stop(error)
    } else {
        settle(step, ends_as, error.to_string())
    }
}

fn settle(step: &mut Step, phase: Phase, note: String) -> Next {
    step.phase = phase;
    step.note = note;
    Next::Settled
}

/// What the journal calls it when a step enters a phase.
pub(super) fn act_of(phase: Phase) -> &'static str {
    match phase {
        Phase::Intended => "takedown/intend",
        Phase::Done => "takedown/done",
        Phase::Drifted => "takedown/drift",
        Phase::Failed => "takedown/fail",
        Phase::Undoing => "takedown/intend-undo",
        Phase::Restored => "takedown/restored",
        Phase::KeptChanged => "takedown/kept-changed",
        Phase::Stuck => "takedown/stuck",
        Phase::Waiting | Phase::Watched => unreachable!("no step enters {}", phase.as_str()),
    }
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

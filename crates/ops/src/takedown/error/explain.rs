//! What a failed takedown is called, what to do about it, and how it left the world.

use avert_model::{Explain, Outcome, PlanId};

use super::TakedownError;
use crate::ports;

impl Explain for TakedownError {
    fn code(&self) -> &'static str {
        match self {
            Self::Unknown(_) => "takedown/unknown",
            Self::Forgotten { .. } => "statements/purged",
            Self::NothingProposed(_) => "takedown/nothing-proposed",
            Self::ActsOnNobody(_) => "takedown/acts-on-nobody",
            Self::AlreadyPlanned { .. } => "takedown/already-planned",
            Self::NoSuchAccount { .. } => "takedown/no-such-account",
            Self::CannotActOn { .. } => "takedown/cannot-act",
            Self::TakenOut { .. } => "takedown/taken-out",
            Self::CaseChanged(_) => "takedown/case-changed",
            Self::WrongState { .. } => "takedown/wrong-state",
            Self::Overtaken(_) => "takedown/overtaken",
            Self::Busy(_) => "takedown/busy",
            Self::BrokeOff { .. } => "takedown/broke-off",
            Self::OtherPlatform { .. } => "takedown/other-platform",
            Self::Platform(_) => "takedown/platform",
            Self::Stopped { .. } | Self::StoppedBefore { .. } => "takedown/stopped",
            Self::Frozen { .. } | Self::IsFrozen(_) => "takedown/frozen",
            Self::Halted { .. } => "takedown/halted",
            Self::Soaking { .. } => "takedown/soaking",
            Self::TooEarly { .. } => "takedown/too-early",
            Self::NotPreserved { .. } => "takedown/not-preserved",
            Self::Irreversible { .. } => "takedown/irreversible",
            Self::SomeFailed { .. } => "takedown/some-failed",
            Self::RolledBack { .. } => "takedown/rolled-back",
            Self::Stuck { .. } => "takedown/stuck",
            Self::NotAsExecuted(_) => "takedown/not-as-executed",
            Self::NothingToChange(_) => "takedown/nothing-to-change",
            Self::Review { source, .. } => source.code(),
            Self::People(error) => error.code(),
            Self::Case(error) => error.code(),
            Self::Finding(error) => error.code(),
            Self::Journal(error) => error.code(),
            Self::Store(error) => error.code(),
        }
    }

    fn hint(&self) -> Option<String> {
        Some(match self {
            Self::Unknown(_) => "`avert case show CASE` lists a case's plans".into(),
            Self::NothingProposed(_) => {
                "only personas tied by two independent layers are proposed; \
                 `avert finding show` says what is missing"
                    .into()
            }
            Self::ActsOnNobody(plan) => format!("`avert takedown show {plan}` lists its accounts"),
            Self::AlreadyPlanned { plan, .. } => {
                format!("carry on with {plan}: `avert takedown show {plan}`")
            }
            Self::NothingToChange(plan) => {
                format!(
                    "say what is to change: --drop, --remedy or --start …; `avert takedown show {plan}` says how it is"
                )
            }
            Self::NoSuchAccount { plan, .. } | Self::CannotActOn { plan, .. } => {
                format!("`avert takedown show {plan}` lists its accounts and their state")
            }
            Self::WrongState { plan, state, .. } => match *state {
                "draft" | "rejected" | "expired" => {
                    format!("submit it first: `avert --as INVESTIGATOR takedown submit {plan}`")
                }
                "in-review" => {
                    format!(
                        "a second person has to read it, `avert takedown show {plan}`, and approve it: \
                         `avert --as APPROVER takedown approve {plan} --digest …`"
                    )
                }
                "approved" => {
                    format!(
                        "it can be executed: `avert --as RESPONDER takedown execute {plan} --execute`"
                    )
                }
                "executing" | "reversing" | "stuck" => {
                    format!("carry on: `avert --as RESPONDER takedown resume {plan} --execute`")
                }
                _ => format!("`avert takedown status {plan}` says where it stands"),
            },
            Self::TakenOut { plan, account, .. } => format!(
                "take it out of the plan: `avert --as INVESTIGATOR takedown edit {plan} --drop {account} \
                 --reason …`; or into the case again"
            ),
            Self::CaseChanged(case) => {
                format!("draft it again: `avert --as INVESTIGATOR takedown plan {case}`")
            }
            Self::Overtaken(plan) => format!("look again: `avert takedown status {plan}`"),
            Self::Busy(plan) => format!(
                "wait until it ends; to stop and undo it now: `avert --as RESPONDER takedown reverse {plan} --execute`"
            ),
            Self::BrokeOff { plan, source } => {
                return source.hint().or_else(|| {
                    Some(format!(
                        "`avert takedown status {plan}` says where it stands"
                    ))
                });
            }
            Self::OtherPlatform { wanted, .. } => {
                format!("add [platform.{wanted}] to avert.toml")
            }
            Self::Platform(source) | Self::Stopped { source, .. } => ports::hint(source),
            Self::Review { source, .. } => return source.hint(),
            Self::People(error) => return error.hint(),
            Self::Case(error) => return error.hint(),
            Self::Finding(error) => return error.hint(),
            Self::Journal(error) => return error.hint(),
            Self::Store(error) => return error.hint(),
            other => return other.hint_on_the_way(),
        })
    }

    fn outcome(&self) -> Outcome {
        let resume = |plan: &PlanId| Outcome::PartWay {
            resume: format!("avert --as RESPONDER takedown resume {plan} --execute"),
        };
        match self {
            Self::Stopped { plan, .. }
            | Self::Frozen { plan, .. }
            | Self::Halted { plan, .. }
            | Self::Soaking { plan, .. }
            | Self::StoppedBefore { plan, .. }
            | Self::BrokeOff { plan, .. }
            | Self::SomeFailed { plan, .. }
            | Self::Stuck { plan, .. } => resume(plan),
            Self::NothingProposed(_)
            | Self::ActsOnNobody(_)
            | Self::AlreadyPlanned { .. }
            | Self::CannotActOn { .. }
            | Self::TakenOut { .. }
            | Self::IsFrozen(_)
            | Self::TooEarly { .. }
            | Self::Irreversible { .. }
            | Self::Forgotten { .. }
            | Self::WrongState { .. }
            | Self::NotAsExecuted(_)
            | Self::RolledBack { kept: 0, .. } => Outcome::Refused,
            Self::RolledBack { plan, .. } => Outcome::PartWay {
                resume: format!("avert takedown status {plan}"),
            },
            Self::Unknown(_)
            | Self::CaseChanged(_)
            | Self::NotPreserved { .. }
            | Self::NoSuchAccount { .. }
            | Self::NothingToChange(_)
            | Self::Busy(_)
            | Self::Overtaken(_)
            | Self::OtherPlatform { .. }
            | Self::Platform(_) => Outcome::NothingChanged,
            Self::Review { source, .. } => source.outcome(),
            Self::People(error) => error.outcome(),
            Self::Case(error) => error.outcome(),
            Self::Finding(error) => error.outcome(),
            Self::Journal(error) => error.outcome(),
            Self::Store(error) => error.outcome(),
        }
    }
}

impl TakedownError {
    /// What to do about a plan that has begun, or cannot begin.
    fn hint_on_the_way(&self) -> Option<String> {
        Some(match self {
            Self::Frozen { freeze, .. } | Self::IsFrozen(freeze) => freeze.hint(),
            Self::Halted { plan, .. } => format!(
                "look why: `avert takedown status {plan}`; go on nevertheless with \
                 `avert --as RESPONDER takedown resume {plan} --execute --although-stopped`, or put everything back \
                 with `avert --as RESPONDER takedown reverse {plan} --execute`"
            ),
            Self::Soaking { plan, .. } => format!(
                "see what comes of it: `avert takedown status {plan}`; then `avert --as RESPONDER takedown resume \
                 {plan} --execute`"
            ),
            Self::TooEarly { plan, .. } => {
                format!("wait for it with `avert --as RESPONDER takedown execute {plan} --execute --wait`")
            }
            Self::NotPreserved { .. } => {
                "is the snapshot of its findings still in this data folder? nothing was touched"
                    .into()
            }
            Self::Irreversible { .. } => {
                "leave it out, or say that it may be done: --accept-irreversible".into()
            }
            Self::StoppedBefore { plan, .. } => {
                format!(
                    "carry on with `avert --as RESPONDER takedown resume {plan} --execute`, or put everything \
                         back with `avert --as RESPONDER takedown reverse {plan} --execute`"
                )
            }
            Self::SomeFailed { plan, .. } => {
                format!("`avert takedown status {plan}` says why; resuming tries those again")
            }
            Self::RolledBack { kept: 0, .. } => {
                "every account is as it was; draft a new plan when the cause is mended".into()
            }
            Self::RolledBack { plan, .. } => {
                format!("`avert takedown status {plan}` lists those that were not put back")
            }
            Self::Stuck { plan, .. } => {
                format!("`avert takedown status {plan}` lists them; resuming tries again")
            }
            Self::NotAsExecuted(_) => {
                "the store was altered from outside: compare `avert journal verify --checkpoint`, and \
                 restore a copy"
                    .into()
            }
            Self::Forgotten { .. } => {
                "the files that were written before the purge stay as they are and stay valid"
                    .into()
            }
            _ => return None,
        })
    }
}

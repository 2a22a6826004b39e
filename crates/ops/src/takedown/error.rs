//! Why a takedown did not do what was asked.

use std::fmt;

use avert_model::{AccountId, CaseId, Explain, Outcome, PlanId, Timestamp};

use crate::cases::CaseError;
use crate::findings::FindingError;
use crate::freeze::Freeze;
use crate::people::PeopleError;
use crate::ports::{self, PortError, Remedy, SinkError};
use crate::review::ReviewError;
use crate::store::StoreError;

/// Why a takedown did not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum TakedownError {
    /// There is none of this id.
    #[error("there is no plan {0} here")]
    Unknown(PlanId),
    /// The case's findings propose nothing.
    #[error("the findings of {0} propose no account for takedown")]
    NothingProposed(CaseId),
    /// Every account to act on was dropped or is only watched.
    #[error("{0} would act on nobody")]
    ActsOnNobody(PlanId),
    /// One plan at a time.
    #[error("{case} already has a plan that is {state}: {plan}")]
    AlreadyPlanned {
        /// The case.
        case: CaseId,
        /// The plan it has.
        plan: PlanId,
        /// Where that stands.
        state: &'static str,
    },
    /// The account is not one of the plan's.
    #[error("{plan} has no account '{account}'")]
    NoSuchAccount {
        /// The plan.
        plan: PlanId,
        /// The account.
        account: AccountId,
    },
    /// There is nothing on the platform to do this to.
    #[error("'{account}' cannot be acted on by {plan}: {why}")]
    CannotActOn {
        /// The plan.
        plan: PlanId,
        /// The account.
        account: AccountId,
        /// Why not.
        why: String,
    },
    /// Its state does not allow it.
    #[error("{plan} is {state} and cannot be {wanted}")]
    WrongState {
        /// The plan.
        plan: PlanId,
        /// The state it is in.
        state: &'static str,
        /// What was asked for.
        wanted: &'static str,
    },
    /// Somebody else changed it meanwhile.
    #[error("{0} was changed by somebody else just now")]
    Overtaken(PlanId),
    /// Another process is at it.
    #[error("{0} is being worked on by another process")]
    Busy(PlanId),
    /// Acting had begun, and then something else than the platform failed.
    #[error("{plan} broke off part-way")]
    BrokeOff {
        /// The plan.
        plan: PlanId,
        /// What failed.
        #[source]
        source: Box<TakedownError>,
    },
    /// The connector is another platform's.
    #[error("{subject} is about platform '{wanted}', and '{given}' was given")]
    OtherPlatform {
        /// The plan or case.
        subject: String,
        /// The platform it acts on.
        wanted: String,
        /// The platform that was given.
        given: String,
    },
    /// The platform could not be asked before anything was done.
    #[error("the platform could not be asked about an account")]
    Platform(#[source] PortError),
    /// It stopped part-way.
    #[error("{plan} stopped part-way: {reached}")]
    Stopped {
        /// The plan.
        plan: PlanId,
        /// How far it came.
        reached: Reached,
        /// What the platform said.
        #[source]
        source: PortError,
    },
    /// Somebody stopped everything.
    #[error("{plan} was stopped on the way: {} froze everything at {}; {reached}", freeze.by, freeze.at)]
    Frozen {
        /// The plan.
        plan: PlanId,
        /// How far it came.
        reached: Reached,
        /// Who did, when and why.
        freeze: Freeze,
    },
    /// Everything is stopped.
    #[error("everything is frozen: {} said so at {}", .0.by, .0.at)]
    IsFrozen(Freeze),
    /// A condition under which the plan stops is met.
    #[error("{plan} stopped as it says it should: {why}")]
    Halted {
        /// The plan.
        plan: PlanId,
        /// What is so.
        why: String,
    },
    /// The first share is acted on, and the rest waits.
    #[error("the first share of {plan} is acted on; the rest waits until {at}")]
    Soaking {
        /// The plan.
        plan: PlanId,
        /// Until when.
        at: Timestamp,
    },
    /// It begins later.
    #[error("{plan} does not begin before {at}")]
    TooEarly {
        /// The plan.
        plan: PlanId,
        /// When it begins.
        at: Timestamp,
    },
    /// What a takedown rests on could not be kept, so it did not begin.
    #[error("what {plan} rests on could not be preserved")]
    NotPreserved {
        /// The plan.
        plan: PlanId,
        /// What stands in the way.
        #[source]
        source: SinkError,
    },
    /// Something would be done that nothing brings back.
    #[error("{plan} would {} '{account}', and that cannot be undone: {what}", remedy.as_str())]
    Irreversible {
        /// The plan.
        plan: PlanId,
        /// An account.
        account: AccountId,
        /// What would be done to it.
        remedy: Remedy,
        /// What nothing brings back.
        what: String,
    },
    /// It had stopped part-way before.
    #[error("{plan} stopped part-way earlier and is {state}")]
    StoppedBefore {
        /// The plan.
        plan: PlanId,
        /// The state it is in.
        state: &'static str,
    },
    /// It went through, but not for all.
    #[error("{plan} is executed but for {failed} of {steps} accounts, which failed")]
    SomeFailed {
        /// The plan.
        plan: PlanId,
        /// How many failed.
        failed: u64,
        /// How many steps there are.
        steps: u64,
    },
    /// One failed, so everything was undone.
    #[error(
        "{plan} was rolled back because '{account}' failed: {why}; {kept} accounts were left as \
         somebody else changed them"
    )]
    RolledBack {
        /// How many accounts were not put back, since somebody changed them.
        kept: u64,
        /// The plan.
        plan: PlanId,
        /// The account that failed.
        account: AccountId,
        /// Why.
        why: String,
    },
    /// An undo failed.
    #[error(
        "{plan} is stuck: {stuck} accounts could not be put back; the first, '{account}': {why}"
    )]
    Stuck {
        /// The plan.
        plan: PlanId,
        /// How many.
        stuck: u64,
        /// The first of them.
        account: AccountId,
        /// Why.
        why: String,
    },
    /// What its statements of reasons would say is gone.
    #[error("what {plan} rested on was purged at {at}, so no statement can be made of it any more")]
    Forgotten {
        /// The plan.
        plan: PlanId,
        /// When.
        at: Timestamp,
    },
    /// Review says no.
    #[error("{plan} may not be {wanted}")]
    Review {
        /// The plan.
        plan: PlanId,
        /// What was asked for.
        wanted: &'static str,
        /// Why not.
        #[source]
        source: ReviewError,
    },
    /// The person may not.
    #[error(transparent)]
    People(#[from] PeopleError),
    /// The case cannot be used.
    #[error(transparent)]
    Case(#[from] CaseError),
    /// A finding is missing.
    #[error(transparent)]
    Finding(#[from] FindingError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// How far acting on accounts came, or undoing it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reached {
    /// Whether it was being undone.
    pub undoing: bool,
    /// How many accounts have ended.
    pub ended: u64,
    /// Of how many that there is something to do to.
    pub of: u64,
}

impl fmt::Display for Reached {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { undoing, ended, of } = self;
        if *undoing {
            write!(
                f,
                "it was being undone, and that has ended for {ended} of {of} accounts"
            )
        } else {
            write!(f, "{ended} of {of} accounts are done")
        }
    }
}

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
            Self::Review { source, .. } => source.code(),
            Self::People(error) => error.code(),
            Self::Case(error) => error.code(),
            Self::Finding(error) => error.code(),
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
                    format!("carry on: `avert takedown resume {plan} --execute`")
                }
                _ => format!("`avert takedown status {plan}` says where it stands"),
            },
            Self::Overtaken(plan) => format!("look again: `avert takedown status {plan}`"),
            Self::Busy(plan) => format!(
                "wait until it ends; to stop and undo it now: `avert takedown reverse {plan} --execute`"
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
            Self::Frozen { freeze, .. } | Self::IsFrozen(freeze) => freeze.hint(),
            Self::Halted { plan, .. } => format!(
                "look why: `avert takedown status {plan}`; go on nevertheless with \
                 `avert takedown resume {plan} --execute --although-stopped`, or put everything back \
                 with `avert takedown reverse {plan} --execute`"
            ),
            Self::Soaking { plan, .. } => format!(
                "see what comes of it: `avert takedown status {plan}`; then `avert takedown resume \
                 {plan} --execute`"
            ),
            Self::TooEarly { plan, .. } => {
                format!("wait for it with `avert takedown execute {plan} --execute --wait`")
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
                    "carry on with `avert takedown resume {plan} --execute`, or put everything \
                         back with `avert takedown reverse {plan} --execute`"
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
            Self::Forgotten { .. } => {
                "the files that were written before the purge stay as they are and stay valid"
                    .into()
            }
            Self::Review { source, .. } => return source.hint(),
            Self::People(error) => return error.hint(),
            Self::Case(error) => return error.hint(),
            Self::Finding(error) => return error.hint(),
            Self::Store(error) => return error.hint(),
        })
    }

    fn outcome(&self) -> Outcome {
        let resume = |plan: &PlanId| Outcome::PartWay {
            resume: format!("avert takedown resume {plan} --execute"),
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
            | Self::IsFrozen(_)
            | Self::TooEarly { .. }
            | Self::Irreversible { .. }
            | Self::Forgotten { .. }
            | Self::WrongState { .. }
            | Self::RolledBack { kept: 0, .. } => Outcome::Refused,
            Self::RolledBack { plan, .. } => Outcome::PartWay {
                resume: format!("avert takedown status {plan}"),
            },
            Self::Unknown(_)
            | Self::NotPreserved { .. }
            | Self::NoSuchAccount { .. }
            | Self::Busy(_)
            | Self::Overtaken(_)
            | Self::OtherPlatform { .. }
            | Self::Platform(_) => Outcome::NothingChanged,
            Self::Review { source, .. } => source.outcome(),
            Self::People(error) => error.outcome(),
            Self::Case(error) => error.outcome(),
            Self::Finding(error) => error.outcome(),
            Self::Store(error) => error.outcome(),
        }
    }
}

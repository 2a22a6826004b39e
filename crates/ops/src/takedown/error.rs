//! Why a takedown did not do what was asked.

mod explain;

use std::fmt;

use avert_model::{AccountId, CaseId, PlanId, Timestamp};

use crate::cases::CaseError;
use crate::findings::FindingError;
use crate::freeze::Freeze;
use crate::journal::JournalError;
use crate::people::PeopleError;
use crate::ports::{PortError, Remedy, SinkError};
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
    /// Somebody took it out of the case.
    #[error("{plan} would act on '{account}', which {by} took out of the case")]
    TakenOut {
        /// The plan.
        plan: PlanId,
        /// The account; the first, if there are several.
        account: AccountId,
        /// Who took it out.
        by: String,
    },
    /// Somebody changed whom it is about while a plan was drafted.
    #[error("somebody changed whom {0} is about while its accounts were looked at")]
    CaseChanged(CaseId),
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
    /// What would be undone is not what was done.
    #[error("{0} is not what was carried out under that name")]
    NotAsExecuted(PlanId),
    /// An edit that changes nothing would void an approval for nothing.
    #[error("{0} is like that already: there is nothing to change")]
    NothingToChange(PlanId),
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
    /// The journal does not hold.
    #[error(transparent)]
    Journal(#[from] JournalError),
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

//! Why an appeal was not taken in or decided.

use avert_model::{AccountId, AppealId, Explain, Outcome, PlanId, Timestamp};

use super::AppealState;
use crate::cases::CaseError;
use crate::findings::FindingError;
use crate::freeze::Freeze;
use crate::people::PeopleError;
use crate::ports::PortError;
use crate::store::StoreError;
use crate::takedown::TakedownError;

/// Why an appeal was not taken in or decided.
#[derive(Debug, thiserror::Error)]
pub enum AppealError {
    /// There is none of this id.
    #[error("there is no appeal {0} here")]
    Unknown(AppealId),
    /// Without one, the same appeal could come in twice.
    #[error("an appeal needs the reference it has where it came in")]
    NoReference,
    /// Nothing was done to the account that could be undone.
    #[error("{plan} has not acted on '{account}', or has undone it")]
    NotActedOn {
        /// The plan.
        plan: PlanId,
        /// The account.
        account: AccountId,
    },
    /// The reference is another appeal's.
    #[error("'{reference}' is the reference of {id}, which is about '{account}'")]
    OtherAccount {
        /// The appeal that has it.
        id: AppealId,
        /// The reference.
        reference: String,
        /// The account that one is about.
        account: AccountId,
    },
    /// It has not come in yet.
    #[error("{at} is still to come")]
    NotYet {
        /// When it is said to have come in.
        at: Timestamp,
    },
    /// Another appeal about the account was decided otherwise.
    #[error("{other} about the same account is granted: {id} cannot be rejected any more")]
    GrantedAlready {
        /// The appeal.
        id: AppealId,
        /// The one that is granted.
        other: AppealId,
    },
    /// The account is back already.
    #[error(
        "the account of {0} is back, or about to be: to reject it would tell the person what is not true"
    )]
    IsBack(AppealId),
    /// It was decided the same way, in other words.
    #[error("{id} is {} already, for another reason: {reason}", state.as_str())]
    OtherReason {
        /// The appeal.
        id: AppealId,
        /// How it stands.
        state: AppealState,
        /// The reason that counts.
        reason: String,
    },
    /// It came in too late.
    #[error("'{account}' was acted on by {plan} at {acted}, and the time for appeals is over")]
    TooLate {
        /// The plan.
        plan: PlanId,
        /// The account.
        account: AccountId,
        /// When it was acted on.
        acted: Timestamp,
    },
    /// Nobody judges their own work.
    #[error("{name} {hand} the takedown and cannot decide {id}")]
    OwnWork {
        /// The appeal.
        id: AppealId,
        /// Who tried.
        name: String,
        /// What they did.
        hand: &'static str,
    },
    /// It is decided, otherwise.
    #[error("{id} is {} already, by {by}", state.as_str())]
    Decided {
        /// The appeal.
        id: AppealId,
        /// How it stands.
        state: AppealState,
        /// Who decided it.
        by: String,
    },
    /// Somebody else decided it just now.
    #[error("{0} was decided by somebody else just now")]
    Overtaken(AppealId),
    /// Another process is at this plan or appeal.
    #[error("{0} is being worked on by another process")]
    Busy(String),
    /// It is granted, and the account could not be put back.
    #[error("{id} is granted, and '{account}' could not be put back")]
    NotPutBack {
        /// The appeal.
        id: AppealId,
        /// The account.
        account: AccountId,
        /// What stands in the way.
        #[source]
        source: Box<TakedownError>,
    },
    /// There is no outcome to be told yet.
    #[error("{id} is {}: there is no outcome to tell", state.as_str())]
    NotDecided {
        /// The appeal.
        id: AppealId,
        /// How it stands.
        state: AppealState,
    },
    /// Somebody stopped everything.
    #[error("everything was stopped by {} at {}: {}", .0.by, .0.at, .0.reason)]
    Frozen(Freeze),
    /// The channel failed.
    #[error("the outcome of {id} was not told")]
    NotTold {
        /// The appeal.
        id: AppealId,
        /// What stands in the way.
        #[source]
        source: PortError,
    },
    /// Nobody knows whether the person has it.
    #[error("nobody knows whether the outcome of {0} has arrived")]
    InDoubt(AppealId),
    /// Nobody doubts whether it arrived.
    #[error("it is not in doubt whether the outcome of {0} has arrived")]
    NotInDoubt(AppealId),
    /// The person may not.
    #[error(transparent)]
    People(#[from] PeopleError),
    /// The plan cannot be used.
    #[error(transparent)]
    Takedown(#[from] TakedownError),
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

impl Explain for AppealError {
    fn code(&self) -> &'static str {
        match self {
            Self::Unknown(_) => "appeal/unknown",
            Self::NoReference => "appeal/no-reference",
            Self::NotActedOn { .. } => "appeal/not-acted-on",
            Self::OtherAccount { .. } => "appeal/other-account",
            Self::NotYet { .. } => "appeal/not-yet",
            Self::GrantedAlready { .. } => "appeal/granted-already",
            Self::IsBack(_) => "appeal/is-back",
            Self::TooLate { .. } => "appeal/too-late",
            Self::OwnWork { .. } => "appeal/own-work",
            Self::Decided { .. } | Self::OtherReason { .. } => "appeal/decided",
            Self::Overtaken(_) => "appeal/overtaken",
            Self::Busy(_) => "appeal/busy",
            Self::NotPutBack { .. } => "appeal/not-put-back",
            Self::NotDecided { .. } => "appeal/not-decided",
            Self::Frozen(_) => "appeal/frozen",
            Self::NotTold { .. } => "appeal/not-told",
            Self::InDoubt(_) => "appeal/in-doubt",
            Self::NotInDoubt(_) => "appeal/not-in-doubt",
            Self::People(error) => error.code(),
            Self::Takedown(error) => error.code(),
            Self::Case(error) => error.code(),
            Self::Finding(error) => error.code(),
            Self::Store(error) => error.code(),
        }
    }

    fn hint(&self) -> Option<String> {
        Some(match self {
            Self::Unknown(_) => "list them with `avert appeal list`".into(),
            Self::NoReference => "give the ticket's or the message's id".into(),
            Self::NotActedOn { plan, .. } => {
                format!("`avert takedown show {plan}` lists its accounts and their state")
            }
            Self::OtherAccount { .. } => "give each appeal its own reference".into(),
            Self::NotYet { .. } => "when did it come in? without a time it is now".into(),
            Self::GrantedAlready { id, .. } | Self::IsBack(id) => {
                format!("grant {id}")
            }
            Self::OtherReason { id, .. } => {
                format!("nothing was changed, and nobody told: `avert appeal show {id}`")
            }
            Self::TooLate { .. } => {
                "`[appeals] days` in avert.toml says for how long they are taken in".into()
            }
            Self::OwnWork { .. } => "another person with the role approver has to".into(),
            Self::Decided { id, .. } | Self::Overtaken(id) => {
                format!("look again: `avert appeal show {id}`")
            }
            Self::Busy(_) => "wait until it ends, and try again".into(),
            Self::NotPutBack { source, .. } => return source.hint(),
            Self::NotDecided { id, .. } => format!("look at it: `avert appeal show {id}`"),
            Self::Frozen(_) => "a responder thaws: `avert --as RESPONDER thaw REASON`".into(),
            Self::NotTold { source, .. } => crate::ports::hint(source),
            Self::InDoubt(id) => format!(
                "look into the relay's log or ask the person, and say which: `avert --as APPROVER \
                 appeal resolve {id} arrived|not-arrived --reason …`; `appeal tell {id} --resend` sends \
                 it again, maybe twice"
            ),
            Self::NotInDoubt(id) => format!("`avert appeal show {id}` says what is known"),
            Self::People(error) => return error.hint(),
            Self::Takedown(error) => return error.hint(),
            Self::Case(error) => return error.hint(),
            Self::Finding(error) => return error.hint(),
            Self::Store(error) => return error.hint(),
        })
    }

    fn outcome(&self) -> Outcome {
        match self {
            Self::TooLate { .. }
            | Self::NotActedOn { .. }
            | Self::OtherAccount { .. }
            | Self::NotYet { .. }
            | Self::GrantedAlready { .. }
            | Self::IsBack(_)
            | Self::OtherReason { .. }
            | Self::NotInDoubt(_)
            | Self::OwnWork { .. }
            | Self::Decided { .. }
            | Self::NotDecided { .. }
            | Self::Frozen(_) => Outcome::Refused,
            Self::NotTold { id, .. } => Outcome::PartWay {
                resume: format!("avert --as APPROVER appeal tell {id} --execute"),
            },
            Self::InDoubt(id) => Outcome::PartWay {
                resume: format!("avert --as APPROVER appeal resolve {id} arrived --reason …"),
            },
            Self::Unknown(_) | Self::NoReference | Self::Overtaken(_) | Self::Busy(_) => {
                Outcome::NothingChanged
            }
            Self::NotPutBack { id, .. } => Outcome::PartWay {
                resume: format!(
                    "avert --as APPROVER appeal decide {id} grant --reason … --execute"
                ),
            },
            Self::People(error) => error.outcome(),
            Self::Takedown(error) => error.outcome(),
            Self::Case(error) => error.outcome(),
            Self::Finding(error) => error.outcome(),
            Self::Store(error) => error.outcome(),
        }
    }
}

//! Why notices were not drafted, approved or sent.

use avert_model::{AccountId, CaseId, Explain, NoticeListId, Outcome, PlanId};

use crate::cases::CaseError;
use crate::findings::FindingError;
use crate::freeze::Freeze;
use crate::journal::JournalError;
use crate::people::PeopleError;
use crate::ports::{self, PortError};
use crate::review::ReviewError;
use crate::store::StoreError;
use crate::takedown::TakedownError;

/// Why notices were not drafted, approved or sent.
#[derive(Debug, thiserror::Error)]
pub enum NotifyError {
    /// There is none of this id.
    #[error("there is no notice list {0} here")]
    Unknown(NoticeListId),
    /// Nothing was taken down.
    #[error("{0} has no takedown yet: nobody is told before the accounts are down")]
    NoTakedown(CaseId),
    /// What was taken down is not, or not wholly, in effect.
    #[error(
        "the takedown {plan} is {state}{}: nobody is told before all of it is in effect",
        if *failed > 0 { format!(", and {failed} of its accounts failed") } else { String::new() }
    )]
    NotTakenDown {
        /// The plan.
        plan: PlanId,
        /// The state it is in.
        state: &'static str,
        /// How many of its accounts failed.
        failed: u64,
        /// The list that was to be sent, if there is one.
        list: Option<NoticeListId>,
    },
    /// It was undone while people were being told.
    #[error("{plan} is {state} by now, and what the notices say is no longer so")]
    Recalled {
        /// The plan.
        plan: PlanId,
        /// The state it is in.
        state: String,
        /// The list.
        list: NoticeListId,
    },
    /// Accounts of the network are awake, and would read of it.
    #[error(
        "{accounts} accounts of {plan} are awake: they were changed after it was drafted, and left alone"
    )]
    StillAwake {
        /// The plan.
        plan: PlanId,
        /// Its case.
        case: CaseId,
        /// How many.
        accounts: u64,
    },
    /// No contacts, or all of them were told already.
    #[error("{0} reached nobody who has not been told")]
    NobodyToTell(CaseId),
    /// One list at a time.
    #[error("{case} already has a notice list that is {state}: {list}")]
    AlreadyPlanned {
        /// The case.
        case: CaseId,
        /// The list it has.
        list: NoticeListId,
        /// Where that stands.
        state: &'static str,
    },
    /// Its state does not allow it.
    #[error("{list} is {state} and cannot be {wanted}")]
    WrongState {
        /// The list.
        list: NoticeListId,
        /// The state it is in.
        state: &'static str,
        /// What was asked for.
        wanted: &'static str,
    },
    /// Somebody else changed it meanwhile.
    #[error("{0} was changed by somebody else just now")]
    Overtaken(NoticeListId),
    /// The channel is another one.
    #[error("{list} goes out on channel '{wanted}', and '{given}' was given")]
    OtherChannel {
        /// The list.
        list: NoticeListId,
        /// The channel it was approved for.
        wanted: String,
        /// The channel that was given.
        given: String,
    },
    /// That notice is not in a state in which a person could say what became of it.
    #[error("{list} has no notice for '{account}' that is {wanted}")]
    NotOpen {
        /// The list.
        list: NoticeListId,
        /// The person.
        account: AccountId,
        /// The phase it would have to be in.
        wanted: &'static str,
    },
    /// Another process is at it.
    #[error("{0} is being worked on by another process")]
    Busy(NoticeListId),
    /// Sending had begun, and then something else than the channel failed.
    #[error("{list} broke off part-way")]
    BrokeOff {
        /// The list.
        list: NoticeListId,
        /// What failed.
        #[source]
        source: Box<NotifyError>,
    },
    /// It stopped part-way.
    #[error("{list} stopped part-way: {left} people are still to be told")]
    Stopped {
        /// The list.
        list: NoticeListId,
        /// How many notices have not ended.
        left: u64,
        /// What the channel said.
        #[source]
        source: PortError,
    },
    /// Somebody stopped everything.
    #[error("{list} was stopped on the way: {} froze everything at {}; {left} people are still to be told", freeze.by, freeze.at)]
    Frozen {
        /// The list.
        list: NoticeListId,
        /// How many notices have not ended.
        left: u64,
        /// Who did, when and why.
        freeze: Freeze,
    },
    /// Everything is stopped.
    #[error("everything is frozen, {list} too: {} said so at {}", freeze.by, freeze.at)]
    IsFrozen {
        /// The list.
        list: NoticeListId,
        /// Who did, when and why.
        freeze: Freeze,
    },
    /// It had stopped part-way before.
    #[error("{list} stopped part-way earlier")]
    StoppedBefore {
        /// The list.
        list: NoticeListId,
    },
    /// It went through, but not for all.
    #[error(
        "{list} went out but for {waiting} notices that failed and {in_doubt} of which nobody knows"
    )]
    Unsettled {
        /// The list.
        list: NoticeListId,
        /// How many did certainly not leave.
        waiting: u64,
        /// How many may have left.
        in_doubt: u64,
    },
    /// Review says no.
    #[error("{list} may not be {wanted}")]
    Review {
        /// The list.
        list: NoticeListId,
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
    /// The plan cannot be read.
    #[error(transparent)]
    Takedown(#[from] TakedownError),
    /// The journal does not hold.
    #[error(transparent)]
    Journal(#[from] JournalError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// How a list is ended that has begun.
fn end(list: NoticeListId) -> String {
    format!("`avert --as RESPONDER notify give-up {list} --reason …`")
}

impl Explain for NotifyError {
    fn code(&self) -> &'static str {
        match self {
            Self::Unknown(_) => "notify/unknown",
            Self::NoTakedown(_) | Self::NotTakenDown { .. } | Self::Recalled { .. } => {
                "notify/not-taken-down"
            }
            Self::StillAwake { .. } => "notify/still-awake",
            Self::NobodyToTell(_) => "notify/nobody-to-tell",
            Self::Busy(_) => "notify/busy",
            Self::BrokeOff { .. } => "notify/broke-off",
            Self::AlreadyPlanned { .. } => "notify/already-planned",
            Self::WrongState { .. } => "notify/wrong-state",
            Self::Overtaken(_) => "notify/overtaken",
            Self::OtherChannel { .. } => "notify/other-channel",
            Self::NotOpen { .. } => "notify/not-open",
            Self::Stopped { .. } | Self::StoppedBefore { .. } => "notify/stopped",
            Self::Frozen { .. } | Self::IsFrozen { .. } => "notify/frozen",
            Self::Unsettled { .. } => "notify/unsettled",
            Self::Review { source, .. } => source.code(),
            Self::People(error) => error.code(),
            Self::Case(error) => error.code(),
            Self::Finding(error) => error.code(),
            Self::Takedown(error) => error.code(),
            Self::Journal(error) => error.code(),
            Self::Store(error) => error.code(),
        }
    }

    fn hint(&self) -> Option<String> {
        Some(match self {
            Self::Unknown(_) => "`avert case show CASE` lists a case's notice lists".into(),
            Self::NoTakedown(case) => format!("draft one: `avert takedown plan {case}`"),
            Self::NotTakenDown {
                plan, list: None, ..
            } => {
                format!("see `avert takedown status {plan}`")
            }
            Self::NotTakenDown {
                plan,
                list: Some(list),
                ..
            }
            | Self::Recalled { plan, list, .. } => format!(
                "see `avert takedown status {plan}`; if nobody more is to be told: {}",
                end(*list)
            ),
            Self::StillAwake { plan, case, .. } => format!(
                "`avert takedown status {plan}` lists them; if people are to be told nevertheless: \
                 `avert notify plan {case} --although-awake`"
            ),
            Self::Busy(list) => {
                format!("wait until it ends; `avert notify status {list}` says how far it is")
            }
            Self::BrokeOff { list, source } => {
                return source.hint().or_else(|| {
                    Some(format!("`avert notify status {list}` says where it stands"))
                });
            }
            Self::NobodyToTell(case) => {
                format!("`avert case show {case}` lists its contacts and who was told")
            }
            Self::AlreadyPlanned { list, state, .. } => {
                let or = match *state {
                    "sending" => format!(", or end it: {}", end(*list)),
                    _ => String::new(),
                };
                format!("carry on with {list}: `avert notify status {list}`{or}")
            }
            Self::WrongState { list, state, .. } => match *state {
                "in-review" | "expired" => {
                    format!(
                        "a second person has to read it, `avert notify preview {list}`, and approve \
                         it: `avert --as APPROVER notify approve {list} --digest …`"
                    )
                }
                "approved" => format!(
                    "it can be sent, `avert --as RESPONDER notify send {list} --execute`, or refused: \
                     `avert --as APPROVER notify reject {list} --reason …`"
                ),
                "sending" => format!(
                    "carry on: `avert --as RESPONDER notify resume {list} --execute`; or end it: {}",
                    end(*list)
                ),
                _ => format!("`avert notify status {list}` says where it stands"),
            },
            Self::Overtaken(list) | Self::NotOpen { list, .. } => {
                format!("look again: `avert notify status {list}`")
            }
            Self::OtherChannel { wanted, .. } => {
                format!("set [notify] channel = \"{wanted}\" in avert.toml")
            }
            Self::Stopped { source, .. } => ports::hint(source),
            Self::Frozen { freeze, .. } | Self::IsFrozen { freeze, .. } => freeze.hint(),
            Self::StoppedBefore { list } => {
                format!("carry on with `avert --as RESPONDER notify resume {list} --execute`")
            }
            Self::Unsettled {
                list, in_doubt: 0, ..
            } => {
                format!(
                    "`avert notify status {list}` says why; resuming tries those again, and `avert \
                     notify resolve {list} --account ACCOUNT --outcome given-up --reason …` gives one up"
                )
            }
            Self::Unsettled { list, .. } => format!(
                "ask the channel's operator what became of those in doubt, then say so: \
                 `avert --as RESPONDER notify resolve {list} --account ACCOUNT --outcome sent|not-sent --reason …`"
            ),
            Self::Review { source, .. } => return source.hint(),
            Self::People(error) => return error.hint(),
            Self::Case(error) => return error.hint(),
            Self::Finding(error) => return error.hint(),
            Self::Takedown(error) => return error.hint(),
            Self::Journal(error) => return error.hint(),
            Self::Store(error) => return error.hint(),
        })
    }

    fn outcome(&self) -> Outcome {
        match self {
            Self::Stopped { list, .. }
            | Self::Frozen { list, .. }
            | Self::StoppedBefore { list }
            | Self::BrokeOff { list, .. }
            | Self::Unsettled { list, .. } => Outcome::PartWay {
                resume: format!("avert --as RESPONDER notify resume {list} --execute"),
            },
            Self::NoTakedown(_)
            | Self::IsFrozen { .. }
            | Self::NotTakenDown { .. }
            | Self::Recalled { .. }
            | Self::StillAwake { .. }
            | Self::NobodyToTell(_)
            | Self::AlreadyPlanned { .. }
            | Self::WrongState { .. }
            | Self::NotOpen { .. } => Outcome::Refused,
            Self::Unknown(_) | Self::Busy(_) | Self::Overtaken(_) | Self::OtherChannel { .. } => {
                Outcome::NothingChanged
            }
            Self::Review { source, .. } => source.outcome(),
            Self::People(error) => error.outcome(),
            Self::Case(error) => error.outcome(),
            Self::Finding(error) => error.outcome(),
            Self::Takedown(error) => error.outcome(),
            Self::Journal(error) => error.outcome(),
            Self::Store(error) => error.outcome(),
        }
    }
}

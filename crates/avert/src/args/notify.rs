//! `avert notify …` as typed.

use avert_model::{CaseId, NoticeListId};
use clap::{Args, Subcommand, ValueEnum};

/// `avert notify …`
#[derive(Debug, Subcommand)]
pub(crate) enum Notify {
    /// Draft the list of people to tell; the takedown must be executed
    Plan {
        /// The case
        case: CaseId,
        /// Send on the channel of this name instead of the configured one
        #[arg(long)]
        channel: Option<String>,
        /// Tell people although accounts that were changed after the takedown was drafted are awake
        #[arg(long)]
        although_awake: bool,
    },
    /// The text as people will get it, for each tier and language
    Preview {
        /// The list
        id: NoticeListId,
    },
    /// Approve a list that someone else made, or renew an approval that ran out on the way
    Approve {
        /// The list
        id: NoticeListId,
        /// The digest you reviewed, its first 32 digits at least; refused if the list's is another
        #[arg(long)]
        digest: String,
        #[command(flatten)]
        own: super::takedown::OwnKeyArg,
    },
    /// Refuse a list
    Reject {
        /// The list
        id: NoticeListId,
        /// Why
        #[arg(long)]
        reason: String,
    },
    /// Send an approved list; a dry run without --execute
    Send(ActOnList),
    /// Where a list stands
    Status {
        /// The list
        id: NoticeListId,
    },
    /// Carry on where sending stopped; a dry run without --execute
    Resume(ActOnList),
    /// Say what became of a notice nobody knows about, or give one up that keeps failing
    Resolve {
        /// The list
        id: NoticeListId,
        /// The person's account
        #[arg(long)]
        account: String,
        /// What became of it
        #[arg(long, value_enum)]
        outcome: DoubtOutcome,
        /// How you know
        #[arg(long)]
        reason: String,
    },
}

/// What became of a notice in doubt.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum DoubtOutcome {
    /// The person has it
    Sent,
    /// The person has it not; it may be sent again
    NotSent,
    /// It did not leave, and is not to be tried again
    GivenUp,
}

/// A notice list that is to act on the outside.
#[derive(Debug, Args)]
pub(crate) struct ActOnList {
    /// The list
    pub(crate) id: NoticeListId,
    /// Really send
    #[arg(long)]
    pub(crate) execute: bool,
}

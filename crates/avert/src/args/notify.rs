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
    },
    /// The text as people will get it, for each tier and language
    Preview {
        /// The list
        id: NoticeListId,
    },
    /// Approve a list that someone else made
    Approve {
        /// The list
        id: NoticeListId,
        /// The digest you reviewed; refused if the list's is another
        #[arg(long)]
        digest: Option<String>,
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
    /// Say what became of a notice nobody knows about
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

//! `avert notify …` as typed.

use std::path::PathBuf;

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
        /// Try this channel for whom the one before cannot reach, instead of the configured ones; may be
        /// given several times
        #[arg(long, value_name = "CHANNEL")]
        fallback: Vec<String>,
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
    /// Refuse a list that has not begun
    Reject {
        /// The list
        id: NoticeListId,
        /// Why
        #[arg(long)]
        reason: String,
    },
    /// End a list that was sent in part; notices in doubt stay to be resolved
    GiveUp {
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
    /// Find out from the relay's log, or from where mail ends up, what became of notices in doubt
    Reconcile {
        /// The list
        id: NoticeListId,
        /// A log of Postfix, not compressed; of several that were rotated, the oldest first
        #[arg(long, value_name = "FILE")]
        log: Vec<PathBuf>,
        /// A Maildir, a folder of mails or an mbox file: what is in it has arrived
        #[arg(long, value_name = "FOLDER")]
        folder: Vec<PathBuf>,
        /// The time zone that a log without one was written in
        #[arg(long, default_value = "UTC", value_name = "ZONE")]
        zone: String,
        /// What to do with those that nothing is found out about, instead of the configured policy
        #[arg(long, value_enum)]
        policy: Option<DoubtPolicy>,
    },
    /// Take in what came back: bounces, delivery reports, complaints
    Bounces {
        /// The list
        id: NoticeListId,
        /// A Maildir, a folder of mails, an mbox file or a mail
        mailbox: PathBuf,
    },
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

/// What happens to a notice of which nobody knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum DoubtPolicy {
    /// It waits for a person: nobody is told twice
    Hold,
    /// It is sent again: nobody is missed, and some may be told twice
    Resend,
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

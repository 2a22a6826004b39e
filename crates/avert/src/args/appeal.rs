//! `avert appeal …` as typed.

use std::path::PathBuf;

use avert_model::{AppealId, PlanId, SnapshotId, Timestamp};
use clap::{Args, Subcommand, ValueEnum};

/// `avert appeal …`
#[derive(Debug, Subcommand)]
pub(crate) enum Appeal {
    /// Take in one appeal against a takedown
    File(FileAppeal),
    /// Take in many appeals from a file; those that came in before stay as they are
    Import(ImportAppeals),
    /// One line an appeal, those that nobody has decided first
    List,
    /// An appeal with what was said and decided
    Show {
        /// The appeal
        id: AppealId,
    },
    /// Decide an appeal; a grant puts the account back. A dry run without --execute
    ///
    /// With --execute the person is told the outcome over the channels of `[notify]`, if there are any
    Decide {
        /// The appeal
        id: AppealId,
        /// The decision
        #[arg(value_enum)]
        decision: Decision,
        /// Why; the person may be told
        #[arg(long)]
        reason: String,
        /// Really decide it
        #[arg(long)]
        execute: bool,
    },
    /// Tell the person the outcome; shows the text without --execute
    Tell {
        /// The appeal
        id: AppealId,
        /// The channel, and those that are tried after it; without any those of `[notify]`
        #[arg(long, value_name = "NAME")]
        channel: Vec<String>,
        /// Send it again although it may have arrived
        #[arg(long)]
        resend: bool,
        /// Really tell them
        #[arg(long)]
        execute: bool,
    },
    /// Say whether the person knows the outcome, where no channel can tell
    Resolve {
        /// The appeal
        id: AppealId,
        /// What is known
        #[arg(value_enum)]
        heard: Heard,
        /// How that is known
        #[arg(long)]
        reason: String,
    },
    /// How often each detector was wrong, as far as appeals tell
    Summary,
    /// Write what decided appeals say accounts are, for `avert calibrate --labels`
    Labels {
        /// The file to write
        #[arg(long, value_name = "FILE.csv")]
        out: PathBuf,
        /// Only accounts found in this snapshot; needed where appeals are about several
        #[arg(long, value_name = "SNAPSHOT")]
        snapshot: Option<SnapshotId>,
    },
}

/// What is known of an outcome.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Heard {
    /// The person knows it, whoever told them
    Arrived,
    /// The person has not got it, so it may be sent again
    NotArrived,
}

impl From<Heard> for avert_ops::appeals::Heard {
    fn from(heard: Heard) -> Self {
        match heard {
            Heard::Arrived => Self::Arrived,
            Heard::NotArrived => Self::NotArrived,
        }
    }
}

/// `avert appeal file`
#[derive(Debug, Args)]
pub(crate) struct FileAppeal {
    /// The takedown it is against
    pub(crate) plan: PlanId,
    /// The account it is about
    #[arg(long)]
    pub(crate) account: String,
    /// The id it has where it came in: a ticket, a message; the same one is the same appeal
    #[arg(long)]
    pub(crate) reference: String,
    /// When the person said it [default: now]
    #[arg(long, value_name = "RFC3339")]
    pub(crate) received: Option<Timestamp>,
    /// The file that holds what the person said; - is standard input
    #[arg(long, value_name = "FILE")]
    pub(crate) text_file: Option<PathBuf>,
}

/// `avert appeal import`
#[derive(Debug, Args)]
#[command(group = clap::ArgGroup::new("from").required(true))]
pub(crate) struct ImportAppeals {
    /// A CSV file with the columns plan, account, reference, `received_at` and text
    #[arg(group = "from", value_name = "FILE.csv")]
    pub(crate) csv: Option<PathBuf>,
    /// A file of JSON lines with the same fields, for other programs; - is standard input
    #[arg(long, group = "from", value_name = "FILE")]
    pub(crate) json: Option<PathBuf>,
}

/// What is decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Decision {
    /// The person is right: the account is put back
    Grant,
    /// The takedown stands
    Reject,
}

impl From<Decision> for avert_ops::appeals::Decision {
    fn from(decision: Decision) -> Self {
        match decision {
            Decision::Grant => Self::Grant,
            Decision::Reject => Self::Reject,
        }
    }
}

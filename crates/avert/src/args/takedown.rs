//! `avert takedown …` as typed.

use std::path::PathBuf;

use avert_model::{AccountId, CaseId, PlanId};
use clap::{Args, Subcommand, ValueEnum};

use super::rollout::RolloutArgs;

/// `avert takedown …`
#[derive(Debug, Subcommand)]
pub(crate) enum Takedown {
    /// Draft a plan for a case; reads the accounts' present state from the platform
    Plan {
        /// The case
        case: CaseId,
        /// What to do when an account cannot be acted on
        #[arg(long, value_enum, default_value_t = OnFailure::Continue)]
        on_failure: OnFailure,
        /// Secure accounts in the wrong hands: end their sessions and make their password worthless;
        /// without it they are only listed
        #[arg(long)]
        secure_compromised: bool,
        #[command(flatten)]
        rollout: RolloutArgs,
    },
    /// A plan with its blast radius and digest
    Show {
        /// The plan
        id: PlanId,
    },
    /// Change a plan; voids any approval
    Edit {
        /// The plan
        id: PlanId,
        /// Leave this account alone
        #[arg(long, value_name = "ACCOUNT")]
        drop: Vec<String>,
        /// Do this to that account: ACCOUNT=disable, restrict, secure or watch
        #[arg(long, value_name = "ACCOUNT=REMEDY")]
        remedy: Vec<RemedyChoice>,
        #[command(flatten)]
        rollout: RolloutArgs,
        /// Why
        #[arg(long)]
        reason: String,
    },
    /// Hand a plan to review
    Submit {
        /// The plan
        id: PlanId,
    },
    /// Approve a plan that someone else made, or renew an approval that ran out on the way
    Approve {
        /// The plan
        id: PlanId,
        /// The digest you reviewed, its first 32 digits at least; refused if the plan's is another
        #[arg(long)]
        digest: String,
        #[command(flatten)]
        own: OwnKeyArg,
    },
    /// Refuse a plan
    Reject {
        /// The plan
        id: PlanId,
        /// Why
        #[arg(long)]
        reason: String,
    },
    /// Carry out an approved plan; a dry run without --execute
    Execute(Execute),
    /// Where a plan stands, account by account
    Status {
        /// The plan
        id: PlanId,
    },
    /// Carry on where a plan stopped; a dry run without --execute
    Resume(Resume),
    /// Put every account back as it was; a dry run without --execute
    Reverse(ActOnPlan),
    /// What a takedown rests on, as it was kept before the first account was touched
    Evidence {
        /// The plan
        id: PlanId,
        /// Also write each exhibit into this folder, under its hash
        #[arg(long, value_name = "FOLDER")]
        out: Option<PathBuf>,
    },
    /// Write why accounts were acted on, for the EU's DSA Transparency Database
    ///
    /// One file for each request of at most 100 statements. They name nobody; what they all say alike
    /// stands under the section statements in avert.toml. Nothing is sent
    Statements {
        /// The plan
        id: PlanId,
        /// The folder to write to; made if missing
        #[arg(long, value_name = "FOLDER")]
        out: PathBuf,
    },
}

/// `avert takedown execute`
#[derive(Debug, Args)]
pub(crate) struct Execute {
    #[command(flatten)]
    pub(crate) act: ActOnPlan,
    #[command(flatten)]
    pub(crate) stops: Stops,
    /// Wait for the plan's start, if it has one that has not come
    #[arg(long)]
    pub(crate) wait: bool,
}

/// `avert takedown resume`
#[derive(Debug, Args)]
pub(crate) struct Resume {
    #[command(flatten)]
    pub(crate) act: ActOnPlan,
    #[command(flatten)]
    pub(crate) stops: Stops,
}

/// What a person may overrule who looked at why.
#[derive(Debug, Args)]
pub(crate) struct Stops {
    /// Go on although a stop condition of the plan is met: you looked at why
    #[arg(long)]
    pub(crate) although_stopped: bool,
}

/// What an approval is signed with.
#[derive(Debug, Args)]
pub(crate) struct OwnKeyArg {
    /// The key you sign with: a private key of OpenSSH, or the public half of one that ssh-agent has; without
    /// it, any of your keys in ssh-agent
    #[arg(long, env = "AVERT_KEY", value_name = "FILE")]
    pub(crate) key: Option<PathBuf>,
}

/// A plan that is to act on the outside.
#[derive(Debug, Args)]
pub(crate) struct ActOnPlan {
    /// The plan
    pub(crate) id: PlanId,
    /// Really act
    #[arg(long)]
    pub(crate) execute: bool,
}

/// What one failed account means for the whole plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum OnFailure {
    /// Note it and go on with the others
    Continue,
    /// Undo everything
    RollBack,
}

/// `ACCOUNT=REMEDY` on the command line. The last `=` divides, since ids may hold one.
#[derive(Debug, Clone)]
pub(crate) struct RemedyChoice {
    pub(crate) account: AccountId,
    pub(crate) remedy: avert_ops::ports::Remedy,
}

impl std::str::FromStr for RemedyChoice {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        use avert_ops::ports::Remedy;
        let (account, word) = text
            .rsplit_once('=')
            .ok_or("write it as ACCOUNT=REMEDY, for example u17=watch")?;
        let remedy = Remedy::ALL
            .into_iter()
            .find(|remedy| remedy.as_str() == word)
            .ok_or_else(|| {
                format!("'{word}' is no remedy: use disable, restrict, secure or watch")
            })?;
        Ok(Self {
            account: AccountId::new(account),
            remedy,
        })
    }
}

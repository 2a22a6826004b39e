//! Appeals: whoever was acted on may object, and somebody who did not approve it decides.
//!
//! An appeal is of one account of one plan. It is taken in once, however often it is handed in, for at
//! least six months; if it is granted, that account is put back, and only that.

mod decide;
mod error;
mod intake;
mod outcome;
mod records;
mod resolve;
mod tally;

use avert_model::{AccountId, AppealId, PlanId, Timestamp};
use serde::{Deserialize, Serialize};

pub use decide::{Decision, decide, would_decide};
pub use error::AppealError;
pub use intake::{Intake, Taken, Window, file};
pub use outcome::{Addressee, Voice, preview, tell};
pub use records::{AppealFilter, list, page, show};
pub use resolve::{Heard, resolve};
pub use tally::{Label, Tally, labels, tallies};

pub(crate) use records::{count, granted, totals};

/// An appeal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct Appeal {
    /// Its id.
    pub id: AppealId,
    /// The takedown it is against.
    pub plan: PlanId,
    /// The account it is about.
    pub account: AccountId,
    /// The id it has where it came in: handed in again under the same one, it is the same.
    pub reference: String,
    /// When it came in.
    pub received_at: Timestamp,
    /// What the person said.
    pub text: String,
    /// Where it stands.
    pub state: AppealState,
    /// Who decided it.
    pub decided_by: Option<String>,
    /// When.
    pub decided_at: Option<Timestamp>,
    /// Why, in their words: the person may be told.
    pub reason: String,
    /// Whether the person was told the outcome; nothing where nobody has begun to.
    pub told: Option<Told>,
    /// What the channel gave in return.
    pub receipt: String,
}

/// What became of telling somebody the outcome.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Told {
    /// It was about to be handed over; if nobody is at it, nobody knows.
    Claimed,
    /// The channel took it.
    Sent,
    /// No channel reaches the person.
    Undeliverable,
    /// It may have been taken.
    InDoubt,
}

impl Told {
    /// The word used in tables and files.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Claimed => "claimed",
            Self::Sent => "sent",
            Self::Undeliverable => "undeliverable",
            Self::InDoubt => "in-doubt",
        }
    }
}

/// Where an appeal stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum AppealState {
    /// Nobody has decided it.
    Open,
    /// The takedown stands for this account.
    Rejected,
    /// Granted, and the account is being put back.
    Granting,
    /// Granted, and the account is back, or somebody had changed it already.
    Granted,
}

impl AppealState {
    /// The word used in tables and files.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Rejected => "rejected",
            Self::Granting => "granting",
            Self::Granted => "granted",
        }
    }
}

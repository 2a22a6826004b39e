//! One account of a plan, and how far acting on it has come.

use avert_model::{AccountId, MemberKind};
use serde::{Deserialize, Serialize};

use crate::ports::{AccountState, Footprint, OperationKey, Remedy};
use avert_model::PlanId;

/// What a plan means to do to one account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct Step {
    /// The account.
    pub account: AccountId,
    /// What the findings take it for.
    pub kind: MemberKind,
    /// What is to be done.
    pub remedy: Remedy,
    /// Why, in one line.
    pub reason: String,
    /// How the account was when the plan was drafted: what a later look is compared with, and what
    /// an undo puts back. `None` where nothing is called.
    pub prior: Option<AccountState>,
    /// How far it has come.
    pub phase: Phase,
    /// How the account was when acting on it ended: as the remedy alone leaves it where it is done,
    /// as it was found where it is not.
    pub after: Option<AccountState>,
    /// What else there is to say, for people.
    pub note: String,
    /// What acting on it costs, as far as the platform can tell.
    pub footprint: Footprint,
}

impl Step {
    /// How the account was when the plan was drafted.
    pub(crate) fn prior(&self) -> AccountState {
        self.prior
            .clone()
            .expect("a step that acts has the state it was drafted from")
    }

    /// The key of this step's effect: for ever the same, and another one for the undo. A platform that
    /// knows it does nothing again, so it holds the store's own name: others have a first plan too.
    pub(crate) fn key(&self, store: &str, plan: PlanId, part: &str) -> OperationKey {
        OperationKey::new(&format!("{store} {plan}"), part, self.account.as_str())
    }
}

/// How far acting on one account has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Phase {
    /// Not begun.
    Waiting,
    /// The intent is written; whether the effect happened must be looked up.
    Intended,
    /// In effect: read back from the platform.
    Done,
    /// Not acted on: the account was not as it was when the plan was drafted.
    Drifted,
    /// Tried, and not in effect.
    Failed,
    /// The intent to undo is written.
    Undoing,
    /// Undone: read back from the platform.
    Restored,
    /// Not undone: somebody changed the account after the takedown.
    KeptChanged,
    /// An undo failed.
    Stuck,
    /// Nothing is called.
    Watched,
}

impl Phase {
    /// The word used in tables and files.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Intended => "intended",
            Self::Done => "done",
            Self::Drifted => "drifted",
            Self::Failed => "failed",
            Self::Undoing => "undoing",
            Self::Restored => "restored",
            Self::KeptChanged => "kept-changed",
            Self::Stuck => "stuck",
            Self::Watched => "watched",
        }
    }
}

#[cfg(test)]
impl Step {
    /// A persona in this phase.
    pub(crate) fn for_tests(account: AccountId, phase: Phase) -> Self {
        Self {
            account,
            kind: MemberKind::Persona,
            remedy: Remedy::Disable,
            reason: String::new(),
            prior: None,
            phase,
            after: None,
            note: String::new(),
            footprint: Footprint::default(),
        }
    }
}

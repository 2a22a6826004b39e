//! A person's decision to look into findings.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{AccountId, CaseId, FindingId, Tlp};

/// Findings that a person decided to act on (OCSF Incident Finding; STIX `grouping`).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Case {
    /// The case.
    pub id: CaseId,
    /// One line that says what it is about.
    pub title: String,
    /// Where it stands.
    pub state: CaseState,
    /// How far it may be told.
    pub tlp: Tlp,
    /// The findings it was opened from, in the order given.
    pub findings: Vec<FindingId>,
    /// Who opened it.
    pub opened_by: String,
    /// When it was opened.
    pub opened_at: Timestamp,
    /// What people wrote on it, oldest first.
    pub notes: Vec<CaseNote>,
}

/// Where a case stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case", tag = "state")]
pub enum CaseState {
    /// Being worked on.
    Open,
    /// Done with.
    Closed {
        /// Who closed it.
        by: String,
        /// When.
        at: Timestamp,
        /// Why, in their words.
        reason: String,
    },
}

/// Something a person wrote on a case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct CaseNote {
    /// Who wrote it.
    pub by: String,
    /// When.
    pub at: Timestamp,
    /// What they wrote.
    pub text: String,
}

/// What somebody changed about whom a case is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct MemberChange {
    /// The account.
    pub account: AccountId,
    /// Whether it belongs to the case or not.
    pub change: Belongs,
    /// Who said so.
    pub by: String,
    /// When.
    pub at: Timestamp,
    /// Why, in their words.
    pub reason: String,
}

/// Whether an account belongs to a case, against what detection proposes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Belongs {
    /// It does.
    Added,
    /// It does not.
    Removed,
}

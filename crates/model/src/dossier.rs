//! Everything about a case in one value: what a report is written from.
//!
//! `ops` knows cases and what was done, `exchange` writes reports, and the two never see each
//! other. They meet here: the binary fills a [`Dossier`] from the store and hands it on.

use std::collections::BTreeSet;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{
    AccountId, Belongs, Case, CaseLink, Contact, Finding, MemberChange, NoticeListId, PlanId,
    ReportWords,
};

/// A case, what it rests on, and what was done about it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Dossier {
    /// The case itself.
    pub case: Case,
    /// Its findings, in the case's order.
    pub findings: Vec<Finding>,
    /// Whom its networks reached, over all findings, after members and suspects were taken out.
    pub contacts: Vec<Contact>,
    /// The takedown plans, oldest first.
    pub plans: Vec<PlanSummary>,
    /// The notice lists, oldest first.
    pub notice_lists: Vec<NoticeListSummary>,
    /// What people changed about whom the case is about, oldest first: the last word on an account counts.
    #[serde(default)]
    pub changes: Vec<MemberChange>,
    /// What somebody wrote for its report, and what they leave out of that.
    #[serde(default)]
    pub words: Option<ReportWords>,
    /// What people linked it to, of what others published, oldest first.
    #[serde(default)]
    pub links: Vec<CaseLink>,
    /// The journal's state when the dossier was made.
    pub journal: JournalSummary,
    /// What detection left out or cut, in plain words: [`crate::FindingSet::caveats`] of every run
    /// the findings come from, each once.
    #[serde(default)]
    pub caveats: Vec<String>,
    /// When the dossier was made.
    pub made_at: Timestamp,
    /// When what it held was forgotten, if it was: what is missing here was there before.
    #[serde(default)]
    pub purged_at: Option<Timestamp>,
}

impl Dossier {
    /// The accounts that people took out of the case.
    pub fn taken_out(&self) -> BTreeSet<&AccountId> {
        let mut out = BTreeSet::new();
        for change in &self.changes {
            match change.change {
                Belongs::Removed => out.insert(&change.account),
                Belongs::Added => out.remove(&change.account),
            };
        }
        out
    }
}

/// Who did something to a plan or list, and when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Signature {
    /// What they did: `drafted`, `submitted`, `approved`, `executed` …
    pub act: String,
    /// Who.
    pub by: String,
    /// When.
    pub at: Timestamp,
}

/// A second person's yes to a plan or list, as a report tells it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct ApprovalSummary {
    /// Who gave it, as they called themselves.
    pub by: String,
    /// When.
    pub at: Timestamp,
    /// From when on it was worth nothing.
    pub expires_at: Timestamp,
    /// The fingerprint of the key that signed it, as `ssh-keygen -l` prints it, or `passkey` and the one of
    /// a passkey. `None` where it was given by name only: then nothing proves that it was this person.
    pub signed_with: Option<String>,
}

/// A takedown plan as a report tells it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct PlanSummary {
    /// The plan.
    pub id: PlanId,
    /// The platform it acts on.
    pub platform: String,
    /// The name of its state: `executed`, `reversed` …
    pub state: String,
    /// The digest that was approved, in hexadecimal.
    pub digest: String,
    /// Who did what, oldest first.
    pub signatures: Vec<Signature>,
    /// The yes it carries, if it carries one.
    #[serde(default)]
    pub approval: Option<ApprovalSummary>,
    /// How its steps ended.
    pub totals: PlanTotals,
    /// The accounts it disabled or restricted and that still are.
    pub acted_on: Vec<AccountId>,
    /// The accounts it acted on and that are as they were again.
    #[serde(default)]
    pub put_back: Vec<AccountId>,
    /// How the appeals against it stand.
    #[serde(default)]
    pub appeals: AppealTotals,
}

/// How the appeals against a plan stand. They add up to the number of appeals.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema,
)]
pub struct AppealTotals {
    /// Nobody has decided them.
    pub open: u64,
    /// The takedown was wrong for the account, and it is put back.
    pub granted: u64,
    /// The takedown stands for the account.
    pub rejected: u64,
}

/// How the steps of a plan ended. They add up to the number of steps.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema,
)]
pub struct PlanTotals {
    /// Not begun.
    pub waiting: u64,
    /// In effect, verified by reading back.
    pub done: u64,
    /// Not acted on because the account had changed since the plan was made.
    pub drifted: u64,
    /// Tried and failed.
    pub failed: u64,
    /// Undone, verified by reading back.
    pub restored: u64,
    /// Not undone because someone changed the account after the takedown.
    pub kept_changed: u64,
    /// Watched only: nothing is called.
    pub watched: u64,
}

/// A notice list as a report tells it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct NoticeListSummary {
    /// The list.
    pub id: NoticeListId,
    /// The channel it went out on.
    pub channel: String,
    /// The name of its state: `sent` …
    pub state: String,
    /// The digest that was approved, in hexadecimal.
    pub digest: String,
    /// Who did what, oldest first.
    pub signatures: Vec<Signature>,
    /// The yes it carries, if it carries one.
    #[serde(default)]
    pub approval: Option<ApprovalSummary>,
    /// How its notices ended.
    pub totals: NoticeTotals,
}

/// How the notices of a list ended. They add up to the number of people on it.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema,
)]
pub struct NoticeTotals {
    /// Not begun.
    pub waiting: u64,
    /// Accepted by the channel.
    pub sent: u64,
    /// The channel said that it cannot be delivered.
    pub undeliverable: u64,
    /// Left out on purpose.
    pub suppressed: u64,
    /// Begun, and nobody knows whether it arrived.
    pub in_doubt: u64,
}

/// The journal's state.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct JournalSummary {
    /// How many rows it has.
    pub rows: u64,
    /// The hash of its last row, in hexadecimal; of nothing when it is empty.
    pub head: String,
    /// Whether every row's hash was found to follow from the one before.
    pub verified: bool,
}

//! What a statement of reasons is written from: an account that was acted on, and why.
//!
//! Providers of online platforms in the EU owe a statement for every account they suspend (Regulation
//! (EU) 2022/2065, articles 17 and 24(5)). `ops` knows what was done and on which facts, `exchange`
//! writes the statement, and the two meet here.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{AccountId, CaseId, FactCode, Layer, MemberKind, PlanId, Probability};

/// A plan's accounts that were acted on, in the order in which the plan has them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct ActedPlan {
    /// The plan.
    pub plan: PlanId,
    /// The case it belongs to.
    pub case: CaseId,
    /// The platform it acted on.
    pub platform: String,
    /// What was done to whom. Accounts that were left alone, or never got into effect, are not here.
    pub accounts: Vec<ActedAccount>,
}

/// One account that was acted on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct ActedAccount {
    /// A name for what was done to it by this plan: 32 hexadecimal digits that no other plan, account or
    /// store has, and that tell nobody whom it is about.
    pub key: String,
    /// The account. It never leaves the platform with a statement.
    pub account: AccountId,
    /// What it was taken for.
    pub kind: MemberKind,
    /// What was done to it.
    pub measure: Measure,
    /// When it came into effect.
    pub acted_at: Timestamp,
    /// When it was undone, if it was.
    pub restored_at: Option<Timestamp>,
    /// What was found of it; nothing where no finding of the case names it any more.
    pub found: Option<Found>,
}

/// What was done to an account.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    schemars::JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Measure {
    /// It can no longer sign in; its data stays.
    Disable,
    /// It can sign in and read, not write.
    Restrict,
    /// Whoever had taken it over is out, and its owner comes back in with a new password.
    Secure,
}

/// What was found of an account, as kinds and counts: nothing here names anybody.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Found {
    /// How many accounts the network has, without those that are only suspected.
    pub network_accounts: u64,
    /// How sure detection was that the network is one operation.
    pub network_probability: Probability,
    /// How sure it was of what the account is taken for.
    pub probability: Probability,
    /// How many people the network reached.
    pub people_reached: u64,
    /// The independent layers that tie the account to the network.
    pub layers: Vec<Layer>,
    /// The kinds of fact that concern the account, without those that speak for it; each once, sorted.
    pub facts: Vec<FactCode>,
    /// How many facts speak for the account.
    pub exonerating: u64,
    /// The first time that something it rests on was seen.
    pub first_at: Option<Timestamp>,
}

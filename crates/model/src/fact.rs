//! What was seen, in words that can be read out, with where it comes from.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{AccountId, Layer, SnapshotId};

/// One thing that was observed and counts for or against somebody.
///
/// A fact can be read alone: everything needed to check it again stands in it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Fact {
    /// What kind of fact it is; stable across versions, for software.
    pub code: FactCode,
    /// The fact in plain words, for people. Masked where it would name a person.
    pub text: String,
    /// Whom it is about, sorted.
    pub accounts: Vec<AccountId>,
    /// The layer it was seen in, if it was seen in one.
    pub layer: Option<Layer>,
    /// How far it moved the score: natural log-odds, negative when it speaks for the account.
    pub weight: f64,
    /// The first time it was seen.
    pub first_at: Option<Timestamp>,
    /// The last time it was seen.
    pub last_at: Option<Timestamp>,
    /// The things it rests on (addresses, links, people approached), a few of `object_count`.
    pub objects: Vec<String>,
    /// How many such things there are in all.
    pub object_count: u64,
    /// What would hold without it: "without layer ip the network falls below the threshold".
    pub counterfactual: Option<String>,
    /// Where it comes from.
    pub provenance: Provenance,
}

/// Where a fact comes from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Provenance {
    /// The data it was seen in.
    pub snapshot: SnapshotId,
    /// The detector that saw it.
    pub detector: String,
    /// That detector's version.
    pub detector_version: String,
}

/// The kinds of fact.
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
pub enum FactCode {
    /// Accounts share rarely shared things in one layer.
    SharedObjects,
    /// The network as a whole shares things in several independent layers.
    IndependentLayers,
    /// What ties its accounts is more than chance explains, at a stated false-discovery rate.
    BeyondChance,
    /// Most of an account's contacts are people who were strangers to it.
    ApproachesStrangers,
    /// The accounts were registered close together in time.
    RegisteredTogether,
    /// A known-hostile account or indicator touches it.
    TouchesSeed,
    /// It delivered a link or file to people it had befriended.
    DeliversToContacts,
    /// Devices or addresses changed abruptly after an honest history.
    AbruptChange,
    /// People it approached reported it.
    ReportedByContacts,
    /// It acts while people sleep where it claims to live.
    UnlikelyHours,
    /// Something that speaks for the account: an old history, verification, ordinary ties.
    Exonerating,
}

//! What detection says: a network of accounts, with the facts it rests on.

use serde::{Deserialize, Serialize};

use crate::{
    AccountId, ActivityHours, Contact, Edge, Fact, FindingId, Layer, Probability, SnapshotId,
};

/// A network of accounts that act as one (OCSF Detection Finding, 2004). A finding never acts: a
/// person makes a case of it first.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Finding {
    /// Digest of snapshot, detector and members: the same run gives the same id.
    pub id: FindingId,
    /// The data it was found in.
    pub snapshot: SnapshotId,
    /// The platform whose accounts these are, as the snapshot's manifest names it.
    pub platform: String,
    /// One line that says what it is.
    pub title: String,
    /// The detector and its version.
    pub detector: String,
    /// That detector's version.
    pub detector_version: String,
    /// How sure it is that the network is one operation.
    pub probability: Probability,
    /// The layers that carry it, strongest first.
    pub layers: Vec<Layer>,
    /// Its accounts, sorted by probability (highest first), then id.
    pub members: Vec<Member>,
    /// What the network as a whole rests on, strongest first.
    pub facts: Vec<Fact>,
    /// Its ties, sorted by accounts and layer.
    pub edges: Vec<Edge>,
    /// When its members act.
    pub activity: ActivityHours,
    /// Whom it reached, strongest tier first, then id.
    pub contacts: Vec<Contact>,
}

/// One account of a finding.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Member {
    /// The account.
    pub account: AccountId,
    /// What it is taken for.
    pub kind: MemberKind,
    /// Whether detection proposes it for takedown. Only personas with two independent layers are.
    pub proposed: bool,
    /// How sure it is of `kind`.
    pub probability: Probability,
    /// The independent layers that tie it to the network.
    pub layers: Vec<Layer>,
    /// What that rests on, strongest first.
    pub facts: Vec<Fact>,
}

/// What an account of a finding is taken for.
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
pub enum MemberKind {
    /// A made-up person.
    Persona,
    /// A real person's account in someone else's hands: its owner is a victim.
    Compromised,
    /// Tied to the network, not strongly enough to propose anything.
    Suspect,
}

/// What one run of detection gives: what `avert --format json detect` writes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct FindingSet {
    /// The data that was looked at.
    pub snapshot: SnapshotId,
    /// The detector and its version.
    pub detector: String,
    /// That detector's version.
    pub detector_version: String,
    /// How many accounts were looked at.
    pub accounts: u64,
    /// How many actions were looked at.
    pub actions: u64,
    /// What was left out or cut, in plain words: capped objects, rows without times. Never silent.
    pub caveats: Vec<String>,
    /// The networks, surest first.
    pub findings: Vec<Finding>,
}

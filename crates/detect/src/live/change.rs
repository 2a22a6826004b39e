//! What watching tells: networks as they stand, and what has changed in them.

use avert_model::{AccountId, Layer, MemberKind, Probability};
use serde::Serialize;

/// An account of a network that is being watched.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct LiveMember {
    /// The account.
    pub account: AccountId,
    /// What it is taken for.
    pub kind: MemberKind,
    /// Whether it would be proposed for takedown. What was taken down already is not.
    pub proposed: bool,
    /// What the network was called with which it was taken down, if it was: see
    /// [`super::Live::taken_down`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub taken_down: Option<String>,
    /// How probably it is one of the network's.
    pub probability: Probability,
    /// The layers that tie it to the others, strongest first.
    pub layers: Vec<Layer>,
}

/// A network as it stands now.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct LiveNetwork {
    /// Its number, for as long as it is watched. A network that grows keeps it.
    pub number: u64,
    /// How probably it is one operation.
    pub probability: Probability,
    /// Its members, surest first.
    pub members: Vec<LiveMember>,
    /// Those whose return it is: what [`super::Live::taken_down`] called the networks that were taken
    /// down and with whose accounts a persona that was not shares things of two independent groups of
    /// layers at least.
    pub return_of: Vec<String>,
}

/// Something that changed.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "change", rename_all = "kebab-case")]
pub enum Change {
    /// A network that was not there before.
    Opened {
        /// As it stands now.
        network: LiveNetwork,
        /// The network that it was part of, if it came of one that fell apart.
        #[serde(skip_serializing_if = "Option::is_none")]
        from: Option<u64>,
    },
    /// A network has other members, or they are seen otherwise.
    Updated {
        /// As it stands now.
        network: LiveNetwork,
        /// Who was not in it before.
        joined: Vec<AccountId>,
        /// Who is in it no longer.
        left: Vec<AccountId>,
    },
    /// Networks turned out to be one.
    Merged {
        /// As it stands now; it has the number of its largest part.
        network: LiveNetwork,
        /// The numbers of the others, which are gone.
        absorbed: Vec<u64>,
    },
    /// What tied a network together is gone, or its accounts were cleared.
    Retracted {
        /// Its number.
        number: u64,
        /// Who was in it.
        members: Vec<AccountId>,
    },
}

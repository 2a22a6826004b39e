//! The people a network reached.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::AccountId;

/// How close a person came to harm, weakest first.
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
pub enum ContactTier {
    /// Was looked at, asked to connect without answering yes, or looked at a persona.
    Saw,
    /// Connected with a persona, or follows one.
    Connected,
    /// Exchanged words: a persona wrote to them and was connected, or they wrote or replied.
    Talked,
    /// Followed a link or opened a file that a persona had shared.
    ClickedOrOpened,
}

impl ContactTier {
    /// Every tier, weakest first.
    pub const ALL: [Self; 4] = [
        Self::Saw,
        Self::Connected,
        Self::Talked,
        Self::ClickedOrOpened,
    ];

    /// The word used in tables and files.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Saw => "saw",
            Self::Connected => "connected",
            Self::Talked => "talked",
            Self::ClickedOrOpened => "clicked-or-opened",
        }
    }
}

/// A person whom a network reached. Never a member or a suspect of any network.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Contact {
    /// The person's account.
    pub account: AccountId,
    /// The strongest tier over all members of the network.
    pub tier: ContactTier,
    /// The first action between the person and the network.
    pub first_at: Option<Timestamp>,
    /// The last action between the person and the network.
    pub last_at: Option<Timestamp>,
    /// The language the person's account asks for, as a BCP 47 tag.
    pub language: Option<String>,
    /// With which members, sorted by account; at least one.
    pub via: Vec<ContactVia>,
}

/// What passed between one contact and one member of the network.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct ContactVia {
    /// The member of the network.
    pub account: AccountId,
    /// How close it came.
    pub tier: ContactTier,
    /// The first action between the two.
    pub first_at: Option<Timestamp>,
    /// The last action between the two.
    pub last_at: Option<Timestamp>,
}

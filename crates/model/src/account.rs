//! One row of the canonical `accounts` table.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{AccountId, DisplayName, Email, Handle};

/// An account as the platform described it when the snapshot was taken (STIX `user-account`).
///
/// Every field but the id may be unknown, and unknown is `None`, never a default: an account whose
/// creation time was not exported is not an account made in 1970.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Account {
    /// The platform's own id; unique within a snapshot.
    pub id: AccountId,
    /// The name used to address the account, if it differs from the id.
    pub handle: Option<Handle>,
    /// The name shown to others; written by the account's holder, so possibly hostile.
    pub display_name: Option<DisplayName>,
    /// When the account was registered.
    pub created_at: Option<Timestamp>,
    /// The address the account was registered with.
    pub email: Option<Email>,
    /// Perceptual hash of the profile picture: 16 (64 bit) or 64 (256 bit) lower-case hex digits.
    pub avatar: Option<String>,
    /// What the profile says about its holder: a self-description, possibly hostile.
    pub bio: Option<String>,
    /// The profession or employer the profile claims.
    pub profession: Option<String>,
    /// The place the profile claims, as written there.
    pub place: Option<String>,
    /// The time zone the profile claims, as an IANA name.
    pub time_zone: Option<String>,
    /// The language notices should be in, as a BCP 47 tag.
    pub language: Option<String>,
    /// Whether the platform has verified who holds the account.
    pub verified: Option<bool>,
    /// What the platform allowed the account when the snapshot was taken.
    pub status: Option<AccountStatus>,
}

impl Account {
    /// An account of which nothing but its id is known.
    pub fn bare(id: AccountId) -> Self {
        Self {
            id,
            handle: None,
            display_name: None,
            created_at: None,
            email: None,
            avatar: None,
            bio: None,
            profession: None,
            place: None,
            time_zone: None,
            language: None,
            verified: None,
            status: None,
        }
    }
}

/// What a platform allows an account, in the order of less and less.
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
pub enum AccountStatus {
    /// Everything an account may do.
    Active,
    /// May sign in and read, not write (Matrix: suspended).
    Restricted,
    /// May not sign in; its data stays (Matrix: locked).
    Disabled,
    /// Given up or erased; nobody can bring it back from here.
    Gone,
}

impl AccountStatus {
    /// Every status, in the order above.
    pub const ALL: [Self; 4] = [Self::Active, Self::Restricted, Self::Disabled, Self::Gone];

    /// The word used in tables and files.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Restricted => "restricted",
            Self::Disabled => "disabled",
            Self::Gone => "gone",
        }
    }
}

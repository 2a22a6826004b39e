//! What is known before a snapshot is searched.

use crate::Seeds;

/// What an investigator knows beforehand.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Known {
    /// Accounts and things that are hostile.
    pub hostile: Seeds,
    /// Accounts and things that serve everybody: exchanges, contracts, mail relays, shared links. To
    /// have met there says nothing, and such accounts are no members of anything.
    pub hubs: Seeds,
}

impl Known {
    /// Nothing.
    pub fn nothing() -> Self {
        Self::default()
    }
}

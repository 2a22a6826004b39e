//! What is known before a snapshot is searched.

use crate::{Model, Seeds};

/// What an investigator knows beforehand.
#[derive(Debug, Clone, PartialEq)]
pub struct Known {
    /// Accounts and things that are hostile.
    pub hostile: Seeds,
    /// Accounts and things that serve everybody: exchanges, contracts, mail relays, shared links. To
    /// have met there says nothing, and such accounts are no members of anything.
    pub hubs: Seeds,
    /// Accounts that somebody looked at and found honest: they are no members of anything.
    pub cleared: Seeds,
    /// How what detectors say becomes a probability.
    pub model: Model,
}

impl Known {
    /// Nothing, and the model that ships.
    pub fn nothing() -> Self {
        Self {
            hostile: Seeds::none(),
            hubs: Seeds::none(),
            cleared: Seeds::none(),
            model: Model::shipped(),
        }
    }
}

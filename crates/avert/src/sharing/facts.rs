//! What the store knows that decides about sharing, whatever is to be told.

use std::collections::BTreeSet;

use avert_exchange::release::{Definitions, Rules};
use avert_model::Happened;
use avert_ops::sharing;
use avert_ops::store::Store;
use serde_json::Value;

use super::Sharing;
use crate::failure::Failure;

/// What the store knows that decides about sharing.
#[derive(Debug, Default)]
pub(crate) struct Facts {
    /// What embargoes waited for.
    pub(crate) happened: Vec<Happened>,
    /// What was taken back.
    pub(crate) retracted: BTreeSet<String>,
    /// What markings mean.
    pub(crate) definitions: Definitions,
}

impl Facts {
    /// As the store has them now.
    pub(crate) fn read(store: &Store) -> Result<Self, Failure> {
        let definitions = sharing::marking_definitions(store)?;
        let definitions: Vec<Value> = definitions
            .iter()
            .filter_map(|body| serde_json::from_str(body).ok())
            .collect();
        Ok(Self {
            happened: sharing::happened(store)?,
            retracted: sharing::retracted(store)?,
            definitions: Definitions::read(&definitions),
        })
    }

    /// The rules by which something is told whose readers know of nothing but us besides.
    pub(crate) fn rules<'r>(&'r self, sharing: &'r Sharing) -> Rules<'r> {
        Rules {
            directory: &sharing.directory,
            definitions: &self.definitions,
            happened: &self.happened,
            retracted: &self.retracted,
            known: &sharing.directory.our_identities,
            unmarked: sharing.unmarked,
        }
    }
}

//! What is told to others: collections, who may come for them, and who got what.
//!
//! A collection holds exactly what its audience may read, as text. Whatever was not released is not in it, so
//! that nothing that reads a collection can give away more. The store knows no rules of sharing: who puts something
//! in has had it checked, and keeps beside it under which rules, so that whoever reads can see that they still hold.
//!
//! Entries of the ledger are appended in the transaction of the change that they tell of.

mod apply;
mod brought;
mod collection;
mod events;
mod fetches;
mod ledger;
mod offer;
mod partners;
mod published;
mod pulls;
mod read;
mod stale;
mod statuses;
mod terms;

pub use apply::{Applied, Change, Put, apply};
pub use brought::{Brought, brought};
pub use collection::{
    Collection, Held, Lease, brought_by, came_from, collection, counts, held, holds, lease, settle,
    told_once, visible, wait_for, wait_for_lease,
};
pub use events::{declare, happened};
pub use fetches::{Fetch, fetched, text_digest};
pub use ledger::{of_object, record, retracted, with_fetches};
pub use offer::{
    Offered, Told, all_offered, made_by, mentioning, naming, offer, offered, offered_by, referring,
    take_in, who_offers, withdraw, withdraw_of_partner, withdraw_retracted,
};
pub use partners::{
    PartnerToken, make_partner_token, partner_of, partner_tokens, revoke_partner_token,
};
pub use published::publish;
pub use pulls::{Pulled, about_to_push, forget_pull, pulled, pushed, remember_pull, remember_push};
pub use read::{Asked, Shown, Which, each, versions_of};
pub use stale::{Stale, UNSETTLED, seen, stale};
pub(crate) use stale::{came, definitions_came};
pub use statuses::{keep_status, status};
pub use terms::{Version, idle_markings, keep_terms, marking_definitions, versions_of_all};

use crate::people::{PeopleError, Role};
use crate::store::{StoreError, Value};

use avert_model::{Explain, Outcome};

/// Ids, as a statement takes them.
fn texts(ids: &[String]) -> Vec<Value> {
    ids.iter().map(Value::from).collect()
}

/// Why something about sharing was not done.
#[derive(Debug, thiserror::Error)]
pub enum SharingError {
    /// Whoever asked may not.
    #[error(transparent)]
    People(#[from] PeopleError),
    /// The store could not be read or written.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// There is no such token, or it was taken back.
    #[error("there is no partner's token {0}")]
    NoToken(u64),
    /// It was taken back before.
    #[error("{0} was taken back before")]
    Retracted(String),
}

impl Explain for SharingError {
    fn code(&self) -> &'static str {
        match self {
            Self::People(error) => error.code(),
            Self::Store(error) => error.code(),
            Self::NoToken(_) => "sharing/no-token",
            Self::Retracted(_) => "sharing/retracted",
        }
    }

    fn hint(&self) -> Option<String> {
        match self {
            Self::People(error) => error.hint(),
            Self::Store(error) => error.hint(),
            Self::NoToken(_) => Some("`avert share tokens` lists them".into()),
            Self::Retracted(_) => Some(
                "it is not told again under its id; `avert share who ID` shows who still has it"
                    .into(),
            ),
        }
    }

    fn outcome(&self) -> Outcome {
        match self {
            Self::People(error) => error.outcome(),
            Self::Store(error) => error.outcome(),
            Self::NoToken(_) | Self::Retracted(_) => Outcome::Refused,
        }
    }
}

/// Who decides what partners are told.
const SHARES: Role = Role::Liaison;

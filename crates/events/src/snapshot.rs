//! Snapshots: a folder of Parquet files that never changes, named by what is in it.
//!
//! ```text
//! snapshots/sn-0123456789abcdef/
//!   manifest.json      what it holds, where it came from, the hash of every file
//!   accounts.parquet   sorted by id
//!   actions.parquet    in the order of the sources
//! ```
//!
//! The id is the hash of the manifest without the moment it was taken: the same input gives the
//! same id, wherever and whenever it is read.

mod batch;
mod error;
mod manifest;
mod read;
mod sort;
mod write;

use avert_model::{Action, Layer, Verb};

pub use error::SnapshotError;
pub use manifest::{FileEntry, Manifest, Origin, OriginKind};
pub use read::{Accounts, ActionColumn, Snapshot};
pub use sort::{Place, Sorted, Sorter};
pub(crate) use write::{DERIVED, digest};
pub use write::{SnapshotWriter, Watch};

/// One row of `actions`, borrowed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ActionRow<'a> {
    /// Who did it.
    pub account: &'a str,
    /// What was done.
    pub verb: Verb,
    /// The account it was done to.
    pub target: Option<&'a str>,
    /// The thing it was done with.
    pub object: Option<&'a str>,
    /// What kind of thing that is.
    pub layer: Option<&'a str>,
    /// When, in microseconds since 1970 UTC.
    pub at: Option<i64>,
    /// The network address.
    pub ip: Option<&'a str>,
    /// The device.
    pub device: Option<&'a str>,
    /// What the client called itself.
    pub user_agent: Option<&'a str>,
    /// The words.
    pub text: Option<&'a str>,
    /// How many times.
    pub count: u32,
}

impl<'a> ActionRow<'a> {
    /// A row of which nothing is known but who and what.
    pub fn new(account: &'a str, verb: Verb) -> Self {
        Self {
            account,
            verb,
            target: None,
            object: None,
            layer: None,
            at: None,
            ip: None,
            device: None,
            user_agent: None,
            text: None,
            count: 1,
        }
    }
}

impl<'a> From<&'a Action> for ActionRow<'a> {
    fn from(action: &'a Action) -> Self {
        Self {
            account: action.account.as_str(),
            verb: action.verb,
            target: action.target.as_ref().map(avert_model::AccountId::as_str),
            object: action.object.as_deref(),
            layer: action.layer.as_ref().map(Layer::as_str),
            at: action.at.map(avert_model::Timestamp::as_microsecond),
            ip: action.ip.as_deref(),
            device: action.device.as_deref(),
            user_agent: action.user_agent.as_deref(),
            text: action.text.as_deref(),
            count: action.count,
        }
    }
}

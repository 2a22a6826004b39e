//! One row of the journal, as every crate may read it.

use serde::{Deserialize, Serialize};

/// One thing that was decided or done.
///
/// The crate that writes rows chains them by hash; here a row is only a value, so that whoever
/// exports rows need not know a store.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct JournalRow {
    /// Its number, from 1 without gaps.
    pub seq: u64,
    /// When, RFC 3339 UTC.
    pub at: String,
    /// Who.
    pub actor: String,
    /// What was done: `takedown/intend`, `case/open` …
    pub act: String,
    /// To what: an id.
    pub subject: String,
    /// More about it, as JSON. Never personal data beyond account ids.
    pub detail: String,
    /// The hash of the row before; of the first row, empty.
    pub previous: String,
    /// BLAKE3 of all of the above, in hexadecimal.
    pub hash: String,
}

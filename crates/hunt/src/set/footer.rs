//! Where the parts of a set are.

use serde::{Deserialize, Serialize};

/// A file begins and ends with this.
pub(super) const MAGIC: &[u8; 8] = b"AVERTIND";
/// What this program writes and reads.
pub(super) const VERSION: u32 = 1;
/// No footer is longer: what claims to be is none.
pub(super) const LONGEST_FOOTER: u64 = 1 << 20;

/// A part of the file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Part {
    /// Where it begins, in bytes.
    pub(super) at: u64,
    /// How long it is.
    pub(super) bytes: u64,
    /// Its BLAKE3, in hexadecimal.
    pub(super) blake3: String,
}

/// What stands at the end of the file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Footer {
    pub(super) version: u32,
    /// How many indicators there are.
    pub(super) count: u64,
    /// Of which kinds, bit by bit.
    pub(super) kinds: u16,
    /// How many of each kind, in the order of their numbers.
    pub(super) of_kind: Vec<u64>,
    pub(super) records: Part,
    pub(super) offsets: Part,
    pub(super) bloom: Part,
    pub(super) buckets: Part,
    pub(super) entries: Part,
    pub(super) hints: Part,
}

/// A set's id: of its footer, and so of everything.
pub(super) fn id(footer: &[u8]) -> String {
    format!("is-{}", &blake3::hash(footer).to_hex()[..16])
}

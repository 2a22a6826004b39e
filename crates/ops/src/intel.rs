//! The store of intelligence: every version of every object that was received or made, as it was.
//!
//! It owns when an object came, under which source, and what it is found by; it refuses to know what
//! an object says. What came first under an id and version stays; other content under the same is kept
//! apart and told, never put in its place and never dropped.

mod add;
mod find;
mod origin;

pub use add::{Batch, Conflict, Tally, import};
pub use find::{
    Filter, Found, Referring, count, each_after, newest, referring_to, search, versions,
};
pub use origin::Join;

pub(crate) use add::{digest, import_within};
pub(crate) use find::{moment, newest_of};

use avert_model::Timestamp;

/// How a version that there is none of is written.
pub(crate) const NO_VERSION: i64 = i64::MIN;

/// A version as it is written.
pub(crate) fn written(version: Option<Timestamp>) -> i64 {
    version.map_or(NO_VERSION, Timestamp::as_microsecond)
}

/// A written version.
pub(crate) fn read_version(version: i64) -> Option<Timestamp> {
    Timestamp::from_microsecond(version).ok()
}

/// What an id is found by among references.
pub(crate) fn target(id: &str) -> i64 {
    let hash = blake3::hash(id.as_bytes());
    let first = hash.as_bytes().first_chunk().expect("a hash has 32 bytes");
    i64::from_le_bytes(*first)
}

/// Terms are compared in small letters, and none is longer than this: an index has no place for more.
const LONGEST_TERM: usize = 200;

fn term(text: &str) -> String {
    text.chars()
        .take(LONGEST_TERM)
        .flat_map(char::to_lowercase)
        .collect()
}

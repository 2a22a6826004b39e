//! Objects of intelligence, and a clock that does not tell them apart.

use avert_model::{Clock, IntelRecord, Timestamp};

use super::noon;

/// A clock that stands still: rows are told apart all the same.
pub(crate) struct Still;

impl Clock for Still {
    fn now(&self) -> Timestamp {
        noon()
    }
}

/// One version of an object with this text, found by nothing but its id.
pub(crate) fn record(id: &str, version: Option<Timestamp>, body: &str) -> IntelRecord {
    IntelRecord {
        id: id.into(),
        version,
        kind: id.split("--").next().unwrap().into(),
        spec_version: "2.1".into(),
        revoked: false,
        created_by: None,
        markings: Vec::new(),
        name: None,
        external_ids: Vec::new(),
        refs: Vec::new(),
        body: body.into(),
    }
}

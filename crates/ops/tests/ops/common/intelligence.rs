//! Objects of intelligence, and a clock that does not tell them apart.

use avert_model::{Clock, IntelRecord, Relation, Timestamp};
use avert_ops::cases::Linking;
use avert_ops::intel::{self, Batch};
use avert_ops::store::Store;

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

/// Puts an object of this type and name into the store, and gives its id.
pub(crate) fn hold(store: &mut Store, kind: &str, name: Option<&str>) -> String {
    let id = format!("{kind}--00000000-0000-4000-8000-000000000001");
    keep(
        store,
        IntelRecord {
            name: name.map(str::to_owned),
            ..record(&id, Some(noon()), "{}")
        },
    );
    id
}

/// Puts this into the store.
pub(crate) fn keep(store: &mut Store, record: IntelRecord) {
    let batch = Batch {
        records: vec![record],
        ..Batch::default()
    };
    intel::import(store, &Still, "ines", "a feed", [batch]).unwrap();
}

/// A case is to be linked to this, as somebody published.
pub(crate) fn linking(object: &str, relation: Relation) -> Linking {
    Linking {
        object: object.into(),
        relation,
        source: Some("https://example.org/report".into()),
        confidence: Some(70),
        note: "they say so on page 4".into(),
    }
}

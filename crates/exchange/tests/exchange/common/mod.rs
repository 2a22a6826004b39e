//! Who there is in the stories of these tests, and objects of ours.

use std::collections::{BTreeMap, BTreeSet};

use avert_exchange::release::{self, Definitions, Directory, Item, Release, Rules, Terms, tlp};
use avert_model::{
    Happened, Membership, Partner, PartnerId, Recipient, SharingGroup, Timestamp, Tlp,
};
use serde_json::{Value, json};

pub(crate) const US: &str = "identity--00000000-0000-4000-8000-0000000000a5";
pub(crate) const MALWARE: &str = "malware--00000000-0000-4000-8000-000000000001";
pub(crate) const INDICATOR: &str = "indicator--00000000-0000-4000-8000-000000000002";
pub(crate) const INDICATES: &str = "relationship--00000000-0000-4000-8000-000000000003";
pub(crate) const REPORT: &str = "report--00000000-0000-4000-8000-000000000004";

pub(crate) fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).unwrap()
}

/// A small world: our team, a CERT of another organisation, and a peer who joined the ISAC at second 10.
pub(crate) struct World {
    pub(crate) directory: Directory,
    pub(crate) definitions: Definitions,
    pub(crate) happened: Vec<Happened>,
    pub(crate) retracted: BTreeSet<String>,
    pub(crate) known: BTreeSet<String>,
}

impl World {
    pub(crate) fn new() -> Self {
        let partner = |id: &str, organisation: &str| {
            let partner = Partner {
                id: id.into(),
                name: id.to_owned(),
                organisation: organisation.into(),
                community: id != "stranger",
                limit: Tlp::Red,
                ask_first: false,
            };
            (PartnerId::from(id), partner)
        };
        let member = |id: &str, since| Membership {
            partner: id.into(),
            since: Some(at(since)),
            until: None,
        };
        let isac = SharingGroup {
            id: "isac".into(),
            name: "ISAC".to_owned(),
            members: vec![member("cert", 0), member("peer", 10)],
        };
        Self {
            directory: Directory {
                us: "us".into(),
                our_identities: BTreeSet::from([US.to_owned()]),
                partners: BTreeMap::from([
                    partner("us", "ours"),
                    partner("cert", "gov"),
                    partner("peer", "rival"),
                    partner("stranger", "elsewhere"),
                ]),
                clients: BTreeMap::new(),
                groups: BTreeMap::from([("isac".into(), isac)]),
            },
            definitions: Definitions::default(),
            happened: Vec::new(),
            retracted: BTreeSet::new(),
            known: BTreeSet::from([US.to_owned()]),
        }
    }

    pub(crate) fn rules(&self) -> Rules<'_> {
        Rules {
            directory: &self.directory,
            definitions: &self.definitions,
            happened: &self.happened,
            retracted: &self.retracted,
            known: &self.known,
            unmarked: Tlp::Red,
        }
    }

    pub(crate) fn check(&self, items: &[Item<Value>], audience: &Recipient) -> Release<Value> {
        release::check(items, audience, &self.rules(), at(5)).unwrap()
    }
}

pub(crate) fn to(id: &str) -> Recipient {
    Recipient::Partner(id.into())
}

pub(crate) fn marked(level: Tlp) -> Value {
    json!([tlp::marking_id(level)])
}

pub(crate) fn object(id: &str, level: Tlp, more: &Value) -> Item<Value> {
    let (kind, _) = id.split_once("--").unwrap();
    let mut object = json!({
        "type": kind, "id": id, "spec_version": "2.1", "created_by_ref": US, "created": "2026-01-01T00:00:00.000Z",
        "modified": "2026-01-02T00:00:00.000Z", "object_marking_refs": marked(level),
    });
    for (name, value) in more.as_object().unwrap() {
        object[name] = value.clone();
    }
    Item {
        object,
        terms: Terms::default(),
    }
}

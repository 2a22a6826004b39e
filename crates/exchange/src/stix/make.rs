//! Making objects: every one with who made it, when, and how far it may be told.

use avert_model::{Timestamp, Tlp};
use serde_json::{Map, Value, json};

use super::id::Id;
use super::object::Object;
use super::time;
use super::{check, schema};

/// The namespace of the ids of what Avert makes: the same thing gets the same id in every export.
const OURS: [u8; 16] = [
    0x6e, 0x0c, 0x5b, 0x1d, 0x52, 0x0a, 0x4f, 0x0e, 0x9d, 0x9c, 0x1c, 0x7e, 0x3a, 0x41, 0xb2, 0x66,
];

/// TLP 2.0 as an extension of marking definitions.
const TLP_EXTENSION: &str = "extension-definition--60a3c5c5-0d10-413e-aab3-9e08dde9e88d";

/// When what never changes was made, as far as objects have to say.
const ALWAYS: &str = "2026-01-01T00:00:00.000Z";

/// Makes objects of one author, one time and one marking.
#[derive(Debug, Clone)]
pub struct Maker {
    /// The identity that all of them are by.
    pub author: Id,
    /// When what they tell of began to be written down.
    pub created: Timestamp,
    /// When this version of it was written.
    pub modified: Timestamp,
    /// How far it may be told.
    pub tlp: Tlp,
}

impl Maker {
    /// The id that the same `name` always gives to an object of this type.
    pub fn id(kind: &str, name: &str) -> Id {
        Id::from_name(kind, OURS, &format!("{kind} {name}"))
    }

    /// A domain object or relationship with these properties, which are an object of JSON.
    ///
    /// # Panics
    /// When the specification does not allow what is made: what Avert makes is its own to get right.
    pub fn domain(&self, id: &Id, properties: Value) -> Object {
        let mut members = object(properties);
        members.insert("spec_version".into(), "2.1".into());
        members.insert("created".into(), time::write(self.created).into());
        members.insert(
            "modified".into(),
            time::write(self.modified.max(self.created)).into(),
        );
        members.insert("created_by_ref".into(), self.author.as_str().into());
        self.marked(id, members)
    }

    /// An observable with these properties. Its id follows from them.
    ///
    /// It says who told of it, which the specification leaves to extensions and its checks for interoperability
    /// want: [`Self::telling_who`] has to go along.
    ///
    /// # Panics
    /// When the specification does not allow what is made, or nothing gives it an id.
    pub fn observable(&self, kind: &str, properties: Value) -> Object {
        let members = object(properties);
        let text = Value::Object(members.clone()).to_string();
        let json = super::Json::parse(&text).expect("it was written just now");
        let known = schema::find(kind).expect("only types of the specification are made");
        let id = check::observable_id(known, &json).expect("something names it");
        let mut members = members;
        members.insert("spec_version".into(), "2.1".into());
        members.insert("created_by_ref".into(), self.author.as_str().into());
        let extension = json!({ "extension_type": "toplevel-property-extension" });
        members.insert(
            "extensions".into(),
            json!({ telling_who(&self.author).as_str(): extension }),
        );
        self.marked(&id, members)
    }

    /// The definition of what observables say beyond the specification: who told of them.
    pub fn telling_who(&self) -> Object {
        let members = json!({
            "spec_version": "2.1",
            "created": ALWAYS,
            "modified": ALWAYS,
            "created_by_ref": self.author.as_str(),
            "name": "Who told of an observable",
            "description": "Lets an observable say who told of it, as other objects do.",
            "schema": "created_by_ref: the id of an identity",
            "version": "1.0.0",
            "extension_types": ["toplevel-property-extension"],
            "extension_properties": ["created_by_ref"],
            "object_marking_refs": [tlp_id(Tlp::Clear)],
        });
        finished(&telling_who(&self.author), object(members))
    }

    /// A relationship between two objects: `campaign` `uses` `attack-pattern`.
    pub fn relationship(&self, source: &Id, kind: &str, target: &Id) -> Object {
        self.relationship_saying((source, kind, target), json!({}))
    }

    /// The same, with what else is said of it: an object of JSON.
    pub(super) fn relationship_saying(
        &self,
        (source, kind, target): (&Id, &str, &Id),
        more: Value,
    ) -> Object {
        let id = Self::id("relationship", &format!("{source} {kind} {target}"));
        let mut members = object(more);
        members.insert("relationship_type".into(), kind.into());
        members.insert("source_ref".into(), source.as_str().into());
        members.insert("target_ref".into(), target.as_str().into());
        self.domain(&id, Value::Object(members))
    }

    /// Whoever tells something, as an object: the same name is the same object wherever it is told.
    pub fn author(name: &str) -> Object {
        let id = Self::id("identity", name);
        let members = json!({
            "spec_version": "2.1",
            "created": ALWAYS,
            "modified": ALWAYS,
            // Whoever tells something is said to have told who they are, as checks for interoperability want.
            "created_by_ref": id.as_str(),
            "name": name,
            "identity_class": "organization",
            "object_marking_refs": [tlp_id(Tlp::Clear)],
        });
        finished(&id, object(members))
    }

    fn marked(&self, id: &Id, mut members: Map<String, Value>) -> Object {
        let marking = tlp_id(self.tlp);
        members.insert("object_marking_refs".into(), json!([marking]));
        finished(id, members)
    }
}

fn telling_who(author: &Id) -> Id {
    Maker::id("extension-definition", author.as_str())
}

fn object(properties: Value) -> Map<String, Value> {
    match properties {
        Value::Object(members) => members,
        _ => Map::new(),
    }
}

/// The members sorted by name, without spaces: the same object is the same text.
fn finished(id: &Id, mut members: Map<String, Value>) -> Object {
    members.insert("type".into(), id.kind().into());
    members.insert("id".into(), id.as_str().into());
    let mut value = Value::Object(members);
    value.sort_all_objects();
    let (object, _) =
        Object::parse(value.to_string()).expect("what Avert makes is as the specification has it");
    object
}

/// The id of the marking of a TLP label.
///
/// # Source
/// FIRST and OASIS, the marking definitions of TLP 2.0 (common object repository of the CTI committee).
pub fn tlp_id(tlp: Tlp) -> &'static str {
    match tlp {
        Tlp::Clear => "marking-definition--94868c89-83c2-464b-929b-a1a8aa3c8487",
        Tlp::Green => "marking-definition--bab4a63c-aed9-4cf5-a766-dfca5abac2bb",
        Tlp::Amber => "marking-definition--55d920b0-5e8b-4f79-9ee9-91f868d9b421",
        Tlp::AmberStrict => "marking-definition--939a9414-2ddd-4d32-a0cd-375ea402b003",
        Tlp::Red => "marking-definition--e828b379-4e03-4974-9ac4-e53a884c97c1",
    }
}

/// The label that a marking means: those of TLP 2.0, and of TLP 1.0, which meant the same by white,
/// green, amber and red.
pub fn tlp_of(marking: &str) -> Option<Tlp> {
    let all = [
        Tlp::Clear,
        Tlp::Green,
        Tlp::Amber,
        Tlp::AmberStrict,
        Tlp::Red,
    ];
    if let Some(tlp) = all.into_iter().find(|tlp| tlp_id(*tlp) == marking) {
        return Some(tlp);
    }
    match marking {
        "marking-definition--613f2e26-407d-48c7-9eca-b8e91df99dc9" => Some(Tlp::Clear),
        "marking-definition--34098fce-860f-48ae-8e50-ebd3cc5e41da" => Some(Tlp::Green),
        "marking-definition--f88d31f6-486f-44da-b317-01333bde0b82" => Some(Tlp::Amber),
        "marking-definition--5e57c739-391a-4eb3-b6be-7d15ca92d5ed" => Some(Tlp::Red),
        _ => None,
    }
}

/// The marking of a TLP label, as an object. It never changes and is nobody's.
pub fn tlp_marking(tlp: Tlp) -> Object {
    let word = match tlp {
        Tlp::Clear => "clear",
        Tlp::Green => "green",
        Tlp::Amber => "amber",
        Tlp::AmberStrict => "amber+strict",
        Tlp::Red => "red",
    };
    let id = tlp_id(tlp).parse().expect("the ids above are ids");
    let members = json!({
        "spec_version": "2.1",
        "created": "2022-10-01T00:00:00.000Z",
        "name": tlp.to_string(),
        "extensions": {
            TLP_EXTENSION: { "extension_type": "property-extension", "tlp_2_0": word },
        },
    });
    finished(&id, object(members))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_label_has_a_marking_and_every_marking_its_label() {
        for tlp in [
            Tlp::Clear,
            Tlp::Green,
            Tlp::Amber,
            Tlp::AmberStrict,
            Tlp::Red,
        ] {
            let marking = tlp_marking(tlp);
            assert_eq!(tlp_of(marking.id().as_str()), Some(tlp));
            assert_eq!(marking.head().name, Some(tlp.to_string()));
        }
        assert_eq!(tlp_of("marking-definition--1"), None);
    }
}

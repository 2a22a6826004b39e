//! Objects in the making, and what all of one part of an event have in common.

use std::collections::BTreeSet;

use avert_model::{Timestamp, Tlp};
use serde_json::{Value, json};

use super::{Import, Told};
use crate::misp::distribution::Distribution;
use crate::misp::json::{self, Members};
use crate::stix::{Class, Id, Object, class_of, tlp_id, tlp_marking, write_time};

/// The namespace in which `misp-stix` names what has no UUID in MISP.
const NAMESPACE: [u8; 16] = [
    0x76, 0xbe, 0xed, 0x5f, 0x72, 0x51, 0x45, 0x7e, 0x8c, 0x2a, 0xb4, 0x5f, 0x7b, 0x58, 0x9d, 0x3d,
];

/// What all objects of one part of an event have in common.
#[derive(Debug, Clone)]
pub(super) struct Dress {
    /// When it was last changed.
    pub(super) at: Timestamp,
    /// How far it may be told.
    pub(super) level: Option<Tlp>,
    /// Whether who said it must not be told.
    pub(super) chatham_house: bool,
    /// Its tags, and how MISP calls it.
    pub(super) labels: Vec<String>,
    /// How sure it is.
    pub(super) confidence: Option<u8>,
    /// Who may have it.
    pub(super) distribution: Distribution,
}

/// The UUID that this name always gives.
pub(super) fn uuid_of(name: &str) -> String {
    Id::from_name("any", NAMESPACE, name).uuid().to_owned()
}

/// A relationship, under the id that `misp-stix` gives it unless MISP gave one.
pub(super) fn relationship(
    uuid: Option<String>,
    source: &str,
    kind: &str,
    target: &str,
) -> Members {
    let uuid = uuid.unwrap_or_else(|| uuid_of(&format!("{source} - {kind} - {target}")));
    json::members(json!({
        "type": "relationship",
        "id": format!("relationship--{uuid}"),
        "relationship_type": kind,
        "source_ref": source,
        "target_ref": target,
    }))
}

impl Import {
    /// Adds objects, all of them or, where STIX does not allow one, none; then why.
    pub(super) fn add(&mut self, drafts: Vec<Members>, dress: &Dress) -> Result<(), String> {
        let mut made: Vec<Object> = Vec::with_capacity(drafts.len());
        let mut ids = BTreeSet::new();
        for draft in drafts {
            let object = self.finish(draft, dress)?;
            if !ids.insert(object.id().clone()) {
                return Err("two things of one type have one UUID".into());
            }
            made.push(object);
        }
        for object in made {
            let id = object.id().to_string();
            self.taken.insert(id.clone(), dress.level);
            // Nobody is listed for having made something; definitions of markings go along.
            if object.kind() != "identity" {
                self.list(&id);
            }
            self.tell(object, dress);
        }
        Ok(())
    }

    /// An object that is made, behind the definition of its marking.
    pub(super) fn tell(&mut self, object: Object, dress: &Dress) {
        if let Some(level) = dress.level
            && self.levels.insert(level)
        {
            self.ready.push_back(Told {
                object: tlp_marking(level),
                distribution: self.distribution.clone(),
                chatham_house: false,
            });
        }
        self.made += 1;
        self.ready.push_back(Told {
            object,
            distribution: dress.distribution.clone(),
            chatham_house: dress.chatham_house,
        });
    }

    pub(super) fn finish(&self, mut members: Members, dress: &Dress) -> Result<Object, String> {
        let kind = json::text(&members, "type").unwrap_or("");
        let observable = class_of(kind) == Some(Class::Observable);
        let id = json::text(&members, "id").unwrap_or("");
        if self.taken.contains_key(id) {
            return Err(format!("there is another {kind} of this UUID in the event"));
        }
        members.insert("spec_version".into(), "2.1".into());
        if let Some(level) = dress.level {
            members.insert("object_marking_refs".into(), json!([tlp_id(level)]));
        }
        if !observable {
            let at = write_time(dress.at);
            for name in ["created", "modified"] {
                members.insert(name.into(), at.clone().into());
            }
            if let Some(author) = &self.created_by
                && !members.contains_key("created_by_ref")
                && members.get("type").is_some_and(|kind| kind != "identity")
            {
                members.insert("created_by_ref".into(), author.clone().into());
            }
            if !dress.labels.is_empty() {
                members.insert("labels".into(), json!(dress.labels));
            }
            if let Some(confidence) = dress.confidence {
                members.insert("confidence".into(), confidence.into());
            }
        }
        let mut value = Value::Object(members);
        value.sort_all_objects();
        match Object::parse(value.to_string()) {
            Ok((object, _)) => Ok(object),
            Err(rejected) => Err(rejected.to_string()),
        }
    }
}

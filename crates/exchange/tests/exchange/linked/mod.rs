//! The invented cell, marked TLP:CLEAR, linked to what an invented publisher says of it.

use avert_exchange::release::{Origin, Terms};
use avert_exchange::report::public::Options;
use avert_exchange::stix::{Maker, Object, tlp_id};
use avert_model::{CaseLink, Dossier, Relation, Tlp};
use serde_json::{Value, json};

use crate::{clear, fixture};

pub(crate) const PUBLISHER: &str = "identity--0e2d6c5a-4a0c-4c0c-9c7d-1f6b6f0a0001";
pub(crate) const SET: &str = "intrusion-set--0e2d6c5a-4a0c-4c0c-9c7d-1f6b6f0a0002";
pub(crate) const MALWARE: &str = "malware--0e2d6c5a-4a0c-4c0c-9c7d-1f6b6f0a0003";
pub(crate) const TECHNIQUE: &str = "attack-pattern--0e2d6c5a-4a0c-4c0c-9c7d-1f6b6f0a0004";
/// What somebody wrote on a link.
pub(crate) const NOTE: &str = "Lena knows whoever wrote page 4";
/// What names somebody or something by itself.
pub(crate) const NAMED: [(&str, &str); 2] = [(SET, "Quiet Heron"), (MALWARE, "HeronNest")];

/// The case.
pub(crate) fn cell() -> Dossier {
    let mut dossier = clear::cell();
    dossier.links = vec![
        link(SET, Relation::AttributedTo, "Quiet Heron"),
        CaseLink {
            confidence: None,
            source: String::new(),
            note: String::new(),
            ..link(MALWARE, Relation::Uses, "HeronNest")
        },
        link(TECHNIQUE, Relation::Uses, "Spearphishing via Service"),
    ];
    dossier
}

fn link(object: &str, relation: Relation, name: &str) -> CaseLink {
    CaseLink {
        object: object.to_owned(),
        kind: object
            .split("--")
            .next()
            .expect("an id has a type")
            .to_owned(),
        name: Some(name.to_owned()),
        relation,
        source: "https://reports.example.net/quiet-heron?part=1".to_owned(),
        confidence: Some(75),
        note: NOTE.to_owned(),
        by: "Ines Okafor".to_owned(),
        at: fixture::at("2026-05-06T09:00:00Z"),
        revoked: false,
    }
}

/// How it is published.
pub(crate) fn options() -> Options {
    Options {
        others: others(),
        ..clear::options()
    }
}

/// What others made, as it came: not in the order, nor with the spaces, that Avert writes.
pub(crate) fn others() -> Vec<Object> {
    let all = [
        json!({ "name": "Example Publisher", "identity_class": "organization", "id": PUBLISHER }),
        json!({ "name": "Quiet Heron", "aliases": ["Grey Reed"], "id": SET,
            "description": "A group that poses as recruiters." }),
        json!({ "name": "HeronNest", "is_family": true, "malware_types": ["backdoor"], "id": MALWARE }),
        json!({ "name": "Spearphishing via Service", "id": TECHNIQUE, "external_references": [
            { "source_name": "mitre-attack", "external_id": "T1566.003",
              "url": "https://attack.mitre.org/techniques/T1566/003" }] }),
    ];
    all.into_iter().map(received).collect()
}

fn received(mut object: Value) -> Object {
    let id = object["id"].as_str().expect("it has an id").to_owned();
    object["type"] = id.split("--").next().expect("an id has a type").into();
    object["spec_version"] = "2.1".into();
    object["created"] = "2025-11-03T10:00:00.000Z".into();
    object["modified"] = "2026-02-01T10:00:00.000Z".into();
    object["created_by_ref"] = PUBLISHER.into();
    object["object_marking_refs"] = json!([tlp_id(Tlp::Clear)]);
    let text = serde_json::to_string_pretty(&object).expect("it has string keys");
    Object::parse(text.replacen("{\n  ", "{\n\n  ", 1))
        .expect("it is an object")
        .0
}

/// Terms of what the publisher published for everybody, and of what is ours.
pub(crate) fn as_published(id: &str) -> Terms {
    let is_theirs = others().iter().any(|other| other.id().as_str() == id);
    Terms {
        origin: if is_theirs {
            Origin::Public
        } else {
            Origin::Own
        },
        ..Terms::default()
    }
}

/// The same, and of one object that it is stricter.
pub(crate) fn stricter(id: &str, stricter: &str) -> Terms {
    Terms {
        tags: clear::stricter(id, stricter).tags,
        ..as_published(id)
    }
}

/// The id of the relationship that tells a link.
pub(crate) fn relationship(relation: Relation, object: &str) -> String {
    let campaign = campaign();
    Maker::id("relationship", &format!("{campaign} {relation} {object}")).to_string()
}

/// The id of the case's campaign.
fn campaign() -> String {
    let objects = avert_exchange::stix::case_objects(&cell(), "Example Platform");
    let mut objects = objects.iter();
    let campaign = objects.find(|object| object.kind() == "campaign");
    campaign.expect("a case is a campaign").id().to_string()
}

//! Objects drawn at random, that name each other and carry markings.

use avert_exchange::release::{Item, Terms};
use serde_json::{Value, json};

use super::chance::Chance;
use super::flat;
use super::markings::{ALL, TAGS};

const TYPES: [&str; 9] = [
    "identity",
    "indicator",
    "malware",
    "relationship",
    "report",
    "sighting",
    "note",
    "file",
    "domain-name",
];

/// Ids that no object of a world has.
pub(crate) const ELSEWHERE: [&str; 3] = [
    "malware--00000000-0000-4000-8000-00000000e001",
    "identity--00000000-0000-4000-8000-00000000e002",
    "tool--00000000-0000-4000-8000-00000000e003",
];

pub(crate) const OUR_IDENTITY: &str = "identity--00000000-0000-4000-8000-0000000000a5";

/// The ids of a world's objects; now and then one has two versions.
pub(crate) fn ids(chance: &mut Chance) -> Vec<String> {
    let many = 1 + chance.below(6);
    let mut ids: Vec<String> = Vec::new();
    for number in 0..many {
        if number > 0 && chance.once_in(12) {
            ids.push(ids[0].clone());
            continue;
        }
        let kind = *chance.one_of(&TYPES);
        let version = if matches!(kind, "file" | "domain-name") && !chance.once_in(3) {
            5
        } else {
            4
        };
        ids.push(format!(
            "{kind}--00000000-0000-{version}000-8000-{number:012x}"
        ));
    }
    ids
}

/// An object with this id.
pub(crate) fn item(chance: &mut Chance, id: &str, ids: &[String], terms: Terms) -> Item<Value> {
    let (kind, _) = id.split_once("--").expect("an id of this file");
    let mut body = json!({ "type": kind, "id": id, "spec_version": "2.1" });
    let is_observable = matches!(kind, "file" | "domain-name");
    if !is_observable {
        body["created"] = json!("2026-01-01T00:00:00.000Z");
        body["modified"] = json!(format!("2026-01-01T00:00:0{}.000Z", chance.below(9)));
        if !chance.once_in(3) {
            body["created_by_ref"] = json!(creator(chance, ids));
        }
        for (name, value) in [
            ("description", json!("What was seen.")),
            ("labels", json!(["one", "two", "three"])),
        ] {
            if chance.once_in(2) {
                body[name] = value;
            }
        }
        if chance.once_in(3) {
            body["external_references"] = json!([{ "source_name": "s", "url": "https://example.org/" }, { "source_name": "t" }]);
        }
        if chance.once_in(6) {
            body["description"] = json!(format!("As told in {}, too.", reference(chance, ids)));
        }
    }
    if chance.once_in(8) {
        body["extensions"] =
            json!({ "x-example": { "seen_ref": reference(chance, ids), "count": 7 } });
    }
    if chance.once_in(20) {
        body["x_notes"] = json!({ reference(chance, ids): "k", "other": "o" });
    }
    fill(chance, kind, ids, &mut body);
    mark(chance, &mut body);
    Item {
        object: body,
        terms,
    }
}

fn fill(chance: &mut Chance, kind: &str, ids: &[String], body: &mut Value) {
    let refs = |chance: &mut Chance| -> Vec<String> {
        (0..=chance.below(3))
            .map(|_| reference(chance, ids))
            .collect()
    };
    match kind {
        "identity" => body["name"] = json!("Example"),
        "malware" => {
            body["is_family"] = json!(true);
            body["name"] = json!("example");
            body["sample_refs"] = json!(refs(chance));
        }
        "indicator" => {
            body["pattern"] = json!("[domain-name:value = 'example.org']");
            body["pattern_type"] = json!("stix");
            body["valid_from"] = json!("2026-01-01T00:00:00Z");
        }
        "relationship" => {
            body["relationship_type"] = json!("related-to");
            body["source_ref"] = json!(reference(chance, ids));
            body["target_ref"] = json!(reference(chance, ids));
        }
        "report" => {
            body["name"] = json!("Report");
            body["published"] = json!("2026-01-01T00:00:00Z");
            body["object_refs"] = json!(refs(chance));
        }
        "sighting" => {
            body["sighting_of_ref"] = json!(reference(chance, ids));
            body["where_sighted_refs"] = json!(refs(chance));
        }
        "note" => {
            body["content"] = json!("Text.");
            body["object_refs"] = json!(refs(chance));
        }
        "file" => {
            if !chance.once_in(3) {
                body["name"] = json!("a.exe");
            }
            body["hashes"] = json!({ "MD5": "0", "SHA-256": "1" });
            body["size"] = json!(7);
            if chance.once_in(3) {
                body["content_ref"] = json!(reference(chance, ids));
            }
        }
        "domain-name" => {
            body["value"] = json!("example.org");
            if chance.once_in(2) {
                body["resolves_to_refs"] = json!(refs(chance));
            }
        }
        other => panic!("{other} is none of this file's types"),
    }
}

fn creator(chance: &mut Chance, ids: &[String]) -> String {
    let identity = ids.iter().find(|id| id.starts_with("identity--"));
    match identity {
        Some(identity) if chance.once_in(2) => identity.clone(),
        _ if chance.once_in(6) => ELSEWHERE[1].to_owned(),
        _ => OUR_IDENTITY.to_owned(),
    }
}

fn reference(chance: &mut Chance, ids: &[String]) -> String {
    if chance.once_in(5) {
        (*chance.one_of(&ELSEWHERE)).to_owned()
    } else {
        chance.one_of(ids).clone()
    }
}

fn mark(chance: &mut Chance, body: &mut Value) {
    if !chance.once_in(4) {
        let refs: Vec<&str> = (0..=chance.below(2))
            .map(|_| chance.one_of(ALL).0)
            .collect();
        body["object_marking_refs"] = json!(refs);
    }
    if !chance.once_in(2) {
        return;
    }
    let selectors: Vec<String> = flat::leaves(body)
        .iter()
        .flat_map(flat::Leaf::selectors)
        // Markings of these alone withhold the whole: now and then is enough.
        .filter(|selector| !matches!(selector.as_str(), "id" | "type" | "spec_version") || chance.once_in(20))
        .collect();
    let parts: Vec<Value> = (0..=chance.below(3))
        .map(|_| {
            let mut chosen: Vec<String> = (0..=chance.below(2))
                .map(|_| chance.one_of(&selectors).clone())
                .collect();
            if chance.once_in(12) {
                let odd = [
                    "labels.[7]",
                    "nothing",
                    "object_marking_refs",
                    "labels.0",
                    "",
                ];
                chosen.push((*chance.one_of(&odd)).to_owned());
            }
            if chance.once_in(8) {
                json!({ "lang": "fr", "selectors": chosen })
            } else {
                json!({ "marking_ref": chance.one_of(ALL).0, "selectors": chosen })
            }
        })
        .collect();
    body["granular_markings"] = json!(parts);
}

/// Tags, mostly none.
pub(crate) fn tags(chance: &mut Chance) -> Vec<String> {
    let many = if chance.once_in(3) {
        1 + chance.below(2)
    } else {
        0
    };
    (0..many)
        .map(|_| chance.one_of(TAGS).0.to_owned())
        .collect()
}

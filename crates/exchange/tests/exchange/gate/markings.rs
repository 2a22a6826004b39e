//! Markings as they are met, each with what it means by the documents: the oracle looks it up here and
//! reads nothing.

use avert_model::Tlp;
use serde_json::{Value, json};

/// What a marking or a tag means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Means {
    pub(crate) level: Option<Tlp>,
    pub(crate) chatham_house: bool,
    /// Whether it is written on as it is, besides its level.
    pub(crate) stays: bool,
}

const fn level(level: Tlp) -> Means {
    Means {
        level: Some(level),
        chatham_house: false,
        stays: false,
    }
}

const STATEMENT: Means = Means {
    level: None,
    chatham_house: false,
    stays: true,
};

/// The ids of TLP 2.0 in STIX: the only ones that may be written.
pub(crate) const TLP_2_0: [(&str, Tlp); 5] = [
    (
        "marking-definition--94868c89-83c2-464b-929b-a1a8aa3c8487",
        Tlp::Clear,
    ),
    (
        "marking-definition--bab4a63c-aed9-4cf5-a766-dfca5abac2bb",
        Tlp::Green,
    ),
    (
        "marking-definition--55d920b0-5e8b-4f79-9ee9-91f868d9b421",
        Tlp::Amber,
    ),
    (
        "marking-definition--939a9414-2ddd-4d32-a0cd-375ea402b003",
        Tlp::AmberStrict,
    ),
    (
        "marking-definition--e828b379-4e03-4974-9ac4-e53a884c97c1",
        Tlp::Red,
    ),
];

pub(crate) const WHITE: &str = "marking-definition--613f2e26-407d-48c7-9eca-b8e91df99dc9";
pub(crate) const UNRESOLVED: &str = "marking-definition--00000000-0000-4000-8000-000000000bad";
pub(crate) const COPYRIGHT: &str = "marking-definition--00000000-0000-4000-8000-00000000c0de";
const OWN_TLP_1: &str = "marking-definition--00000000-0000-4000-8000-000000000001";
const OWN_TLP_2: &str = "marking-definition--00000000-0000-4000-8000-000000000002";
const SENTENCE: &str = "marking-definition--00000000-0000-4000-8000-000000000003";
const POLICY: &str = "marking-definition--00000000-0000-4000-8000-000000000004";
const PURPLE: &str = "marking-definition--00000000-0000-4000-8000-000000000005";
const LENDS: &str = "marking-definition--00000000-0000-4000-8000-000000000006";
const OPENCTI: &str = "marking-definition--826578e1-40ad-459f-bc73-ede076f81f37";
const OPENCTI_CLEAR: &str = "marking-definition--00000000-0000-4000-8000-000000000007";

/// Every marking that objects carry, the looser ones more often, and what each means.
pub(crate) const ALL: &[(&str, Means)] = &[
    (TLP_2_0[0].0, level(Tlp::Clear)),
    (TLP_2_0[1].0, level(Tlp::Green)),
    (TLP_2_0[2].0, level(Tlp::Amber)),
    (TLP_2_0[3].0, level(Tlp::AmberStrict)),
    (TLP_2_0[4].0, level(Tlp::Red)),
    (WHITE, level(Tlp::Clear)),
    (
        "marking-definition--34098fce-860f-48ae-8e50-ebd3cc5e41da",
        level(Tlp::Green),
    ),
    (
        "marking-definition--f88d31f6-486f-44da-b317-01333bde0b82",
        level(Tlp::Amber),
    ),
    (
        "marking-definition--5e57c739-391a-4eb3-b6be-7d15ca92d5ed",
        level(Tlp::Red),
    ),
    (OPENCTI, level(Tlp::AmberStrict)),
    (OPENCTI_CLEAR, level(Tlp::Clear)),
    (OWN_TLP_1, level(Tlp::Green)),
    (OWN_TLP_2, level(Tlp::AmberStrict)),
    (COPYRIGHT, STATEMENT),
    (COPYRIGHT, STATEMENT),
    (
        SENTENCE,
        Means {
            level: Some(Tlp::Amber),
            chatham_house: false,
            stays: true,
        },
    ),
    (
        LENDS,
        Means {
            level: Some(Tlp::Green),
            chatham_house: false,
            stays: true,
        },
    ),
    (
        POLICY,
        Means {
            level: Some(Tlp::Red),
            chatham_house: false,
            stays: true,
        },
    ),
    (PURPLE, level(Tlp::Red)),
    (UNRESOLVED, level(Tlp::Red)),
    (TLP_2_0[0].0, level(Tlp::Clear)),
    (TLP_2_0[1].0, level(Tlp::Green)),
    (WHITE, level(Tlp::Clear)),
    (TLP_2_0[2].0, level(Tlp::Amber)),
];

/// Tags of MISP, and what each means; nothing if it is none of TLP's.
pub(crate) const TAGS: &[(&str, Option<Means>)] = &[
    ("tlp:clear", Some(level(Tlp::Clear))),
    ("TLP:WHITE", Some(level(Tlp::Clear))),
    ("tlp:green", Some(level(Tlp::Green))),
    ("Tlp: Amber + STRICT", Some(level(Tlp::AmberStrict))),
    ("tlp:tlp=\"amber\"", Some(level(Tlp::Amber))),
    ("tlp:unclear", Some(level(Tlp::Red))),
    (
        "tlp:ex:chr",
        Some(Means {
            level: None,
            chatham_house: true,
            stays: false,
        }),
    ),
    (
        "tlp:ex:chr",
        Some(Means {
            level: None,
            chatham_house: true,
            stays: false,
        }),
    ),
    ("misp-galaxy:tool=\"redline\"", None),
    ("type:OSINT", None),
];

/// The definitions at hand: all but the unresolved one, and but those whose id says it.
pub(crate) fn definitions() -> Vec<Value> {
    let define = |id: &str, more: Value| {
        let mut body = json!({ "type": "marking-definition", "spec_version": "2.1", "id": id, "created": "2026-01-01T00:00:00.000Z" });
        for (name, value) in more.as_object().expect("an object of this file") {
            body[name] = value.clone();
        }
        body
    };
    let statement =
        |text: &str| json!({ "definition_type": "statement", "definition": { "statement": text } });
    let opencti = |text: &str| {
        json!({
            "definition_type": "statement", "definition": { "statement": "custom" }, "name": text,
            "x_opencti_definition_type": "TLP", "x_opencti_definition": text,
        })
    };
    let mut lends = statement("For members of the association");
    lends["object_marking_refs"] = json!([TLP_2_0[1].0]);
    vec![
        define(COPYRIGHT, statement("Copyright 2026, Example")),
        define(
            OWN_TLP_1,
            json!({ "definition_type": "tlp", "definition": { "tlp": "green" } }),
        ),
        define(
            OWN_TLP_2,
            json!({ "extensions": { "extension-definition--60a3c5c5-0d10-413e-aab3-9e08dde9e88d": { "extension_type": "property-extension", "tlp_2_0": "amber+strict" } } }),
        ),
        define(
            SENTENCE,
            statement("This is TLP:AMBER. Ask before you quote it."),
        ),
        define(
            POLICY,
            json!({ "definition_type": "iep", "definition": { "iep": "no" } }),
        ),
        define(
            PURPLE,
            json!({ "definition_type": "tlp", "definition": { "tlp": "purple" } }),
        ),
        define(LENDS, lends),
        define(OPENCTI, opencti("TLP:AMBER+STRICT")),
        define(OPENCTI_CLEAR, opencti("TLP:CLEAR")),
    ]
}

pub(crate) fn means(id: &str) -> Means {
    let found = ALL.iter().find(|(known, _)| *known == id);
    found.expect("a marking of this file").1
}

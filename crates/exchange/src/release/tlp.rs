//! TLP in every encoding met in the wild, and the one in which it is written.
//!
//! Read: the fixed marking ids of STIX 2.1 (TLP 1), those of the TLP 2.0 extension, the extension
//! itself under any id, statement markings that carry a label (`OpenCTI`), MISP's tags, and labels in
//! prose. Written: TLP 2.0's ids alone. What looks like TLP and cannot be read, what cannot be resolved,
//! and what is a marking in a language we do not speak, counts as TLP:RED and is told: nobody
//! knows what it forbids.
//!
//! # Source
//! STIX 2.1 (OASIS, June 2021), 7.2.1.4; OASIS common objects, extension definition *TLP 2.0*
//! (<https://github.com/oasis-open/cti-stix-common-objects>); MISP taxonomy `tlp`
//! (<https://github.com/MISP/misp-taxonomies>).

use avert_model::Tlp;
use serde_json::{Value, json};

/// The extension that carries TLP 2.0 in a marking definition.
pub const TLP_2_0_EXTENSION: &str = "extension-definition--60a3c5c5-0d10-413e-aab3-9e08dde9e88d";

/// TLP 2.0, by level: what is written.
const TLP_2_0: [(Tlp, &str, &str); 5] = [
    (
        Tlp::Clear,
        "clear",
        "marking-definition--94868c89-83c2-464b-929b-a1a8aa3c8487",
    ),
    (
        Tlp::Green,
        "green",
        "marking-definition--bab4a63c-aed9-4cf5-a766-dfca5abac2bb",
    ),
    (
        Tlp::Amber,
        "amber",
        "marking-definition--55d920b0-5e8b-4f79-9ee9-91f868d9b421",
    ),
    (
        Tlp::AmberStrict,
        "amber+strict",
        "marking-definition--939a9414-2ddd-4d32-a0cd-375ea402b003",
    ),
    (
        Tlp::Red,
        "red",
        "marking-definition--e828b379-4e03-4974-9ac4-e53a884c97c1",
    ),
];

/// What else has a fixed id: TLP 1's four of STIX 2.1, and the one under which `OpenCTI` keeps
/// AMBER+STRICT. Read, never written.
const READ_ONLY: [(Tlp, &str); 5] = [
    (
        Tlp::Clear,
        "marking-definition--613f2e26-407d-48c7-9eca-b8e91df99dc9",
    ),
    (
        Tlp::Green,
        "marking-definition--34098fce-860f-48ae-8e50-ebd3cc5e41da",
    ),
    (
        Tlp::Amber,
        "marking-definition--f88d31f6-486f-44da-b317-01333bde0b82",
    ),
    (
        Tlp::AmberStrict,
        "marking-definition--826578e1-40ad-459f-bc73-ede076f81f37",
    ),
    (
        Tlp::Red,
        "marking-definition--5e57c739-391a-4eb3-b6be-7d15ca92d5ed",
    ),
];

/// What a marking says.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Label {
    /// The level, if it has one. Of several the strictest.
    pub level: Option<Tlp>,
    /// Whether it is under the Chatham House Rule as well: who said it must not be told (`tlp:ex:chr`).
    pub chatham_house: bool,
    /// Whether it could not be read, so that its level is RED for want of knowing.
    pub unreadable: bool,
}

impl Label {
    /// What cannot be read: as strict as can be.
    pub const UNREADABLE: Self = Self {
        level: Some(Tlp::Red),
        chatham_house: false,
        unreadable: true,
    };

    pub(super) const fn of(level: Tlp) -> Self {
        Self {
            level: Some(level),
            chatham_house: false,
            unreadable: false,
        }
    }

    /// Both at once: the strictest wins.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self {
            level: self.level.max(other.level),
            chatham_house: self.chatham_house || other.chatham_house,
            unreadable: self.unreadable || other.unreadable,
        }
    }

    /// Whether it says anything about TLP.
    fn says_anything(self) -> bool {
        self != Self::default()
    }
}

/// The id of TLP 2.0's marking definition of this level.
pub fn marking_id(level: Tlp) -> &'static str {
    let (_, _, id) = TLP_2_0[level as usize];
    id
}

/// TLP 2.0's marking definition of this level, as OASIS published it.
pub fn marking_definition(level: Tlp) -> Value {
    let (_, word, id) = TLP_2_0[level as usize];
    json!({
        "type": "marking-definition",
        "spec_version": "2.1",
        "id": id,
        "created": "2022-10-01T00:00:00.000Z",
        "name": level.to_string(),
        "extensions": {
            TLP_2_0_EXTENSION: { "extension_type": "property-extension", "tlp_2_0": word },
        },
    })
}

/// The level that an id says by itself, whether or not its definition is at hand.
pub fn of_id(id: &str) -> Option<Tlp> {
    let newest = TLP_2_0.iter().map(|(level, _, id)| (level, *id));
    let older = READ_ONLY.iter().map(|(level, id)| (level, *id));
    newest
        .chain(older)
        .find(|(_, known)| *known == id)
        .map(|(level, _)| *level)
}

/// What a tag says (MISP's `tlp:amber+strict`, `tlp:ex:chr`, `TLP:WHITE`, in any case, with any
/// white space), or nothing if it is no tag of TLP.
///
/// A tag that begins like one of TLP and has a word that TLP has not is unreadable: so is
/// `tlp:unclear`, which says that nobody knew.
pub fn of_tag(tag: &str) -> Option<Label> {
    let words = words(tag);
    let first = words.first()?;
    if !first.starts_with("tlp") {
        return None;
    }
    let (label, every_word_known) = read(&words);
    if label.says_anything() && every_word_known {
        Some(label)
    } else {
        Some(label.and(Label::UNREADABLE))
    }
}

/// What prose says that speaks of TLP: the strictest of all labels in it. Nothing if it does not.
pub fn of_prose(text: &str) -> Option<Label> {
    let words = words(text);
    if !words.iter().any(|word| word.starts_with("tlp")) {
        return None;
    }
    let (label, _) = read(&words);
    Some(if label.says_anything() {
        label
    } else {
        Label::UNREADABLE
    })
}

/// What a marking definition says. A plain statement without a label says nothing.
///
/// Where it says several things (an id of RED and a body of WHITE), the strictest counts.
pub fn of_definition(definition: &Value) -> Label {
    let text = |name: &str| definition[name].as_str();
    let mut label = text("id").and_then(of_id).map(Label::of);
    let mut say = |said: Label| label = Some(label.unwrap_or_default().and(said));
    let kind = text("definition_type").map(str::to_ascii_lowercase);
    if kind.as_deref() == Some("tlp") {
        say(bare(&definition["definition"]["tlp"]));
    }
    if let Some(extension) = definition["extensions"].get(TLP_2_0_EXTENSION) {
        say(bare(&extension["tlp_2_0"]));
    }
    if text("x_opencti_definition_type").is_some_and(|kind| kind.eq_ignore_ascii_case("tlp")) {
        say(bare(&definition["x_opencti_definition"]));
    }
    let statement = definition["definition"]["statement"].as_str();
    for prose in [text("name"), text("x_opencti_definition"), statement] {
        if let Some(said) = prose.and_then(of_prose) {
            say(said);
        }
    }
    match label {
        Some(label) => label,
        None if kind.as_deref() == Some("statement") => Label::default(),
        None => Label::UNREADABLE,
    }
}

/// Whether a definition is nothing but a level of TLP in some encoding.
pub(super) fn is_level_alone(definition: &Value) -> bool {
    let text = |name: &str| definition[name].as_str();
    let is_tlp = |kind: Option<&str>| kind.is_some_and(|kind| kind.eq_ignore_ascii_case("tlp"));
    let statement = definition["definition"]["statement"].as_str();
    text("id").and_then(of_id).is_some()
        || is_tlp(text("definition_type"))
        || is_tlp(text("x_opencti_definition_type"))
        || definition["extensions"].get(TLP_2_0_EXTENSION).is_some()
        || statement
            .and_then(of_tag)
            .is_some_and(|label| !label.unreadable)
}

/// A label that stands where only one can: with or without `TLP:` before it.
fn bare(value: &Value) -> Label {
    value
        .as_str()
        .and_then(|text| of_tag(&format!("tlp:{text}")))
        .unwrap_or(Label::UNREADABLE)
}

/// The words of a text in lower case, without what cannot be seen.
fn words(text: &str) -> Vec<String> {
    let seen: String = text
        .chars()
        .filter(|c| {
            !matches!(
                c,
                '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}'
            )
        })
        .collect();
    seen.to_lowercase()
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_owned)
        .collect()
}

/// What the words say, and whether each of them is one of TLP's.
fn read(words: &[String]) -> (Label, bool) {
    let mut label = Label::default();
    let mut all_known = true;
    let mut before = "";
    for word in words {
        let word = word.strip_prefix("tlp").unwrap_or(word);
        let level = match word {
            "clear" | "white" => Some(Tlp::Clear),
            "green" => Some(Tlp::Green),
            "amber" => Some(Tlp::Amber),
            "strict" if before == "amber" => Some(Tlp::AmberStrict),
            "red" => Some(Tlp::Red),
            "chr" if before == "ex" => {
                label.chatham_house = true;
                None
            }
            "ex" | "" => None,
            _ => {
                all_known = false;
                None
            }
        };
        label.level = label.level.max(level);
        before = word;
    }
    (label, all_known)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[track_caller]
    fn check_tag(tag: &str, expect: &str) {
        let told = of_tag(tag).map_or("none".to_owned(), |label| {
            let level = label.level.map_or("no level".to_owned(), |l| l.to_string());
            let more = [
                (label.chatham_house, " chatham"),
                (label.unreadable, " unreadable"),
            ];
            more.iter()
                .filter(|(is, _)| *is)
                .fold(level, |text, (_, word)| text + word)
        });
        assert_eq!(told, expect, "{tag:?}");
    }

    #[test]
    fn tags_are_read_in_any_spelling_and_what_only_looks_like_one_is_red() {
        check_tag("tlp:amber+strict", "TLP:AMBER+STRICT");
        check_tag("TLP:WHITE", "TLP:CLEAR");
        check_tag(" Tlp : Amber - Strict ", "TLP:AMBER+STRICT");
        check_tag("tlp:tlp=\"green\"", "TLP:GREEN");
        check_tag("TLP AMBER STRICT", "TLP:AMBER+STRICT");
        check_tag("tlp\u{200b}:\u{200b}r\u{200b}ed", "TLP:RED");
        check_tag("tlp：clear", "TLP:CLEAR");
        check_tag("tlp:ex:chr", "no level chatham");
        check_tag("tlp:unclear", "TLP:RED unreadable");
        check_tag("tlp:purple", "TLP:RED unreadable");
        check_tag("tlp:amber+nato", "TLP:RED unreadable");
        check_tag("tlp", "TLP:RED unreadable");
        check_tag("tlp:ex", "TLP:RED unreadable");
        check_tag("misp-galaxy:tlp", "none");
        check_tag("red", "none");
        check_tag("", "none");
    }

    #[test]
    fn the_strictest_label_of_a_text_counts() {
        let level = |text| of_prose(text).and_then(|label| label.level);
        assert_eq!(level("This is TLP:GREEN."), Some(Tlp::Green));
        assert_eq!(level("TLP:AMBER/RED, ask us"), Some(Tlp::Red));
        assert_eq!(level("Handle as TLP:AMBER+STRICT"), Some(Tlp::AmberStrict));
        assert_eq!(level("Handle by the TLP as usual"), Some(Tlp::Red));
        assert_eq!(of_prose("Copyright 2026, Example. Redistribution"), None);
    }

    #[test]
    fn definitions_are_read_in_every_encoding() {
        let level = |definition| of_definition(&definition).level;
        for (expected, _, _) in TLP_2_0 {
            assert_eq!(level(marking_definition(expected)), Some(expected));
            assert_eq!(of_id(marking_id(expected)), Some(expected));
        }
        // TLP 1, under an id of somebody's own.
        let tlp_1 = json!({ "id": "marking-definition--1", "definition_type": "tlp", "definition": { "tlp": "white" } });
        assert_eq!(level(tlp_1), Some(Tlp::Clear));
        let open_cti = json!({
            "id": "marking-definition--2", "definition_type": "statement", "definition": { "statement": "custom" },
            "x_opencti_definition_type": "TLP", "x_opencti_definition": "TLP:AMBER+STRICT",
        });
        assert_eq!(level(open_cti), Some(Tlp::AmberStrict));
        let statement = json!({ "id": "marking-definition--3", "definition_type": "statement", "definition": { "statement": "Copyright Example" } });
        assert_eq!(of_definition(&statement), Label::default());
    }

    #[test]
    fn a_definition_that_says_two_things_says_the_stricter() {
        let mut lies = marking_definition(Tlp::Red);
        lies["extensions"][TLP_2_0_EXTENSION]["tlp_2_0"] = json!("clear");
        lies["name"] = json!("TLP:CLEAR");
        assert_eq!(of_definition(&lies).level, Some(Tlp::Red));
    }

    #[test]
    fn a_marking_in_a_language_nobody_here_speaks_is_red() {
        for definition in [
            json!({ "id": "marking-definition--4", "definition_type": "iep", "definition": {} }),
            json!({ "id": "marking-definition--5", "extensions": { "extension-definition--6": {} } }),
            json!({ "id": "marking-definition--7", "definition_type": "tlp", "definition": { "tlp": 7 } }),
            json!(null),
        ] {
            assert_eq!(
                of_definition(&definition),
                Label::UNREADABLE,
                "{definition}"
            );
        }
    }

    proptest! {
        #[test]
        fn no_text_is_too_odd_to_be_read(text in ".*") {
            let _ = of_prose(&text);
            if let Some(label) = of_tag(&text) {
                prop_assert!(label.level.is_some() || label.chatham_house);
            }
            let _ = of_definition(&json!({ "name": text.clone(), "definition_type": text.clone(), "definition": { "tlp": text } }));
        }
    }
}

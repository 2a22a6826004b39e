//! What the tags of a part of an event say: its TLP, and everything else.

use std::collections::BTreeSet;

use avert_model::Tlp;
use serde_json::Value;

use crate::misp::json::{self, Members};
use crate::release::tlp;

/// What tags say.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Marks {
    /// The strictest TLP of the part and of what it lies in. A tag that looks like one and cannot be read is
    /// TLP:RED.
    pub(super) level: Option<Tlp>,
    /// Whether it is under the Chatham House Rule: who said it must not be told.
    pub(super) chatham_house: bool,
    /// The tags that are no TLP, in their order.
    pub(super) labels: Vec<String>,
    /// The same, to see what is there.
    known: BTreeSet<String>,
    /// How sure it is, 0 to 100, if a tag says so.
    pub(super) confidence: Option<u8>,
}

impl Marks {
    /// The tags of an event.
    pub(super) fn of(members: &Members) -> Self {
        let mut marks = Self::default();
        marks.add(members);
        marks
    }

    /// The tags of a part of what is marked like this. TLP holds for all that lies within.
    pub(super) fn within(&self, members: &Members) -> Self {
        let mut marks = Self {
            level: self.level,
            chatham_house: self.chatham_house,
            ..Self::default()
        };
        marks.add(members);
        // What lies in it goes along, as proposals do.
        marks.level = marks.level.max(strictest(members, 0));
        marks
    }

    /// Adds the tags of something that is told with it.
    pub(super) fn add(&mut self, members: &Members) {
        for tag in json::objects(members, "Tag").filter_map(|tag| json::text(tag, "name")) {
            let label = tlp::of_tag(tag);
            self.level = self.level.max(label.and_then(|label| label.level));
            self.chatham_house |= label.is_some_and(|label| label.chatham_house);
            // What a level does not say all of stays a label: who said it must not be told.
            let level_alone = label.is_some_and(|label| !label.chatham_house && !label.unreadable);
            if !level_alone && self.known.insert(tag.to_owned()) {
                self.labels.push(tag.to_owned());
            }
            let sure = confidence(tag);
            if sure.is_some() {
                self.confidence = self.confidence.min(sure).or(sure);
            }
        }
    }
}

/// The strictest TLP that any tag says in a part or in what lies in it.
pub(in crate::misp) fn strictest(members: &Members, depth: usize) -> Option<Tlp> {
    // No event that was taken in goes deeper.
    if depth > 100 {
        return Some(Tlp::Red);
    }
    let own = json::objects(members, "Tag")
        .filter_map(|tag| tlp::of_tag(json::text(tag, "name")?)?.level)
        .max();
    let within = members.values().flat_map(|value| match value {
        Value::Array(list) => list.as_slice(),
        one => std::slice::from_ref(one),
    });
    within
        .filter_map(Value::as_object)
        .map(|part| strictest(part, depth + 1))
        .fold(own, Option::max)
}

/// MISP's words for how sure somebody is, as `misp-stix` puts them on the scale of STIX.
fn confidence(tag: &str) -> Option<u8> {
    let word = tag.strip_prefix("misp:confidence-level=\"")?;
    Some(match word.strip_suffix('"')? {
        "completely-confident" => 100,
        "usually-confident" => 75,
        "fairly-confident" => 50,
        "rarely-confident" => 25,
        "unconfident" => 0,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_strictest_tlp_counts_and_everything_else_is_a_label() {
        let members = json!({ "Tag": [
            { "name": "tlp:green" }, { "name": "TLP:AMBER+STRICT" }, { "name": "invented:word=\"x\"" },
            { "name": "tlp:ex:chr" }, { "name": "misp:confidence-level=\"fairly-confident\"" },
        ] });
        let marks = Marks::of(members.as_object().unwrap());
        assert_eq!(marks.level, Some(Tlp::AmberStrict));
        assert!(marks.chatham_house);
        assert_eq!(marks.confidence, Some(50));
        assert_eq!(marks.labels.len(), 3);
        let under = marks.within(json!({}).as_object().unwrap());
        assert_eq!((under.level, under.chatham_house), (marks.level, true));
        assert_eq!(under.labels.len(), 0);
    }

    #[test]
    fn a_tag_that_only_looks_like_tlp_is_red() {
        let members = json!({ "Tag": [{ "name": "tlp:purple" }] });
        let marks = Marks::of(members.as_object().unwrap());
        assert_eq!(marks.level, Some(Tlp::Red));
        assert_eq!(marks.labels, ["tlp:purple"]);
    }
}

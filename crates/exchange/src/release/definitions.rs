//! The marking definitions at hand, each read once.

use std::collections::{BTreeMap, BTreeSet};

use avert_model::Tlp;
use serde_json::{Map, Value};

use super::tlp::{self, Label};

/// What goes along of a definition: what says what it means, and nobody's id.
const KEPT: [&str; 8] = [
    "type",
    "spec_version",
    "id",
    "created",
    "name",
    "definition_type",
    "definition",
    "extensions",
];

/// No honest definition is marked, in turn, by more than so many others.
const MOST_LENDERS: usize = 100;

/// Marking definitions by id.
#[derive(Debug, Clone, Default)]
pub struct Definitions {
    by_id: BTreeMap<String, Definition>,
}

#[derive(Debug, Clone)]
struct Definition {
    label: Label,
    /// Whether it says more than a level of TLP.
    means_more: bool,
    /// The definition as it goes along with what it marks.
    body: Value,
}

impl Definitions {
    /// Reads them. A definition that is itself marked lends that marking to whatever it marks: its text
    /// goes to whoever gets the object.
    ///
    /// Bodies without an id are left out; of two with the same id both count. Cost: O(definitions), each with a
    /// hundred others at most.
    pub fn read<'a>(bodies: impl IntoIterator<Item = &'a Value>) -> Self {
        let mut said: BTreeMap<&str, (Label, &Value, BTreeSet<&str>)> = BTreeMap::new();
        for body in bodies {
            let Some(id) = body["id"].as_str() else {
                continue;
            };
            // What TLP's own ids mean is not for whoever sends a definition of them to say.
            if tlp::of_id(id).is_some() {
                continue;
            }
            let label = tlp::of_definition(body);
            let marked_by = marked_by(body);
            said.entry(id)
                .and_modify(|(all, _, by)| {
                    *all = all.and(label);
                    by.extend(&marked_by);
                })
                .or_insert((label, body, marked_by));
        }
        let by_id = said
            .iter()
            .map(|(id, (label, body, _))| {
                let lent = lent(id, &said);
                let definition = Definition {
                    label: label.and(lent),
                    means_more: !tlp::is_level_alone(body),
                    body: kept(body),
                };
                ((*id).to_owned(), definition)
            })
            .collect();
        Self { by_id }
    }

    /// What the marking of this id says; nothing if there is no such definition and its id is no
    /// fixed one.
    pub fn label(&self, id: &str) -> Option<Label> {
        match self.by_id.get(id) {
            Some(definition) => Some(definition.label),
            None => tlp::of_id(id).map(Label::of),
        }
    }

    /// Whether the marking says more than a level of TLP, so that writing the level alone would lose something.
    pub(super) fn means_more(&self, id: &str) -> bool {
        let definition = self.by_id.get(id);
        definition.is_some_and(|definition| definition.means_more)
    }

    /// The definition as it goes along with what it marks.
    pub(super) fn body(&self, id: &str) -> Option<&Value> {
        self.by_id.get(id).map(|definition| &definition.body)
    }
}

/// The ids of what marks this.
fn marked_by(body: &Value) -> BTreeSet<&str> {
    let whole = body["object_marking_refs"].as_array().into_iter().flatten();
    let parts = body["granular_markings"].as_array().into_iter().flatten();
    whole
        .chain(parts.filter_map(|part| part.get("marking_ref")))
        .filter_map(Value::as_str)
        .collect()
}

/// What the markings of a definition, and theirs in turn, say together. One that goes on and on cannot be read.
fn lent(id: &str, said: &BTreeMap<&str, (Label, &Value, BTreeSet<&str>)>) -> Label {
    let mut label = Label::default();
    let mut seen = BTreeSet::from([id]);
    let mut waiting: Vec<&str> = said[id].2.iter().copied().collect();
    while let Some(next) = waiting.pop() {
        if !seen.insert(next) {
            continue;
        }
        if seen.len() > MOST_LENDERS {
            return Label::UNREADABLE;
        }
        let here = match said.get(next) {
            Some((label, _, marked_by)) => {
                waiting.extend(marked_by);
                *label
            }
            None => tlp::of_id(next).map_or(Label::UNREADABLE, Label::of),
        };
        label = label.and(here);
    }
    label
}

fn kept(body: &Value) -> Value {
    let mut kept = Map::new();
    for name in KEPT {
        if let Some(value) = body.get(name) {
            kept.insert(name.to_owned(), value.clone());
        }
    }
    Value::Object(kept)
}

/// TLP 2.0's definitions of these levels, and the others of these ids, in the order of their ids.
pub(super) fn to_go_along(
    levels: &BTreeSet<Tlp>,
    others: &BTreeSet<String>,
    definitions: &Definitions,
) -> Vec<Value> {
    let others = others.iter().filter_map(|id| definitions.body(id).cloned());
    levels
        .iter()
        .map(|level| tlp::marking_definition(*level))
        .chain(others)
        .collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_definition_that_is_marked_lends_its_marking_even_in_a_circle() {
        let statement = |id: &str, by: &str| json!({ "id": id, "definition_type": "statement", "object_marking_refs": [by] });
        let all = [
            statement("marking-definition--a", "marking-definition--b"),
            statement("marking-definition--b", "marking-definition--c"),
            statement("marking-definition--c", "marking-definition--a"),
            statement("marking-definition--d", tlp::marking_id(Tlp::Amber)),
            statement("marking-definition--e", "marking-definition--nowhere"),
        ];
        let read = Definitions::read(&all);
        let level = |name: &str| {
            read.label(&format!("marking-definition--{name}"))
                .and_then(|label| label.level)
        };
        assert_eq!(level("a"), None);
        assert_eq!(level("d"), Some(Tlp::Amber));
        assert_eq!(level("e"), Some(Tlp::Red));
        assert_eq!(read.label("marking-definition--nowhere"), None);
    }

    #[test]
    fn a_chain_of_definitions_that_goes_on_and_on_is_as_strict_as_can_be() {
        let of = |length: usize| {
            let id = |number: usize| format!("marking-definition--{number}");
            let all: Vec<Value> = (0..=length)
                .map(|number| {
                    let by = if number == length {
                        tlp::marking_id(Tlp::Green).to_owned()
                    } else {
                        id(number + 1)
                    };
                    json!({ "id": id(number), "definition_type": "statement", "object_marking_refs": [by] })
                })
                .collect();
            Definitions::read(&all).label(&id(0)).unwrap().level
        };
        assert_eq!(of(10), Some(Tlp::Green));
        assert_eq!(of(1_000), Some(Tlp::Red));
    }

    #[test]
    fn a_definition_goes_along_without_anybodys_id() {
        let body = json!({
            "type": "marking-definition", "id": "marking-definition--a", "definition_type": "statement",
            "definition": { "statement": "Copyright Example" }, "created_by_ref": "identity--b",
            "object_marking_refs": ["marking-definition--c"],
        });
        let read = Definitions::read([&body]);
        let along = read.body("marking-definition--a").unwrap().to_string();
        assert!(
            along.contains("Copyright") && !along.contains("identity"),
            "{along}"
        );
    }
}

//! Where an object names others: in its references, and by the way.
//!
//! A property that ends in `_ref` or `_refs` names objects, at any depth (STIX 2.1, 2.9, 3.2). A description can
//! name one as well, and so can the key of a dictionary: of these, objects of the same release and those that
//! were taken back are found.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use memchr::memmem::Finder;
use serde_json::{Map, Value};

use super::marks::MARKINGS;
use super::path::{Path, Step};

/// An object named at some place of another.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Named {
    /// Where: what has to go if the object may not be known.
    pub(super) path: Path,
    /// Its id.
    pub(super) id: String,
}

/// The ids that are looked for in text.
#[derive(Debug, Default)]
pub(super) struct Ids<'a> {
    by_uuid: BTreeMap<&'a str, BTreeSet<&'a str>>,
}

impl<'a> Ids<'a> {
    pub(super) fn of(ids: impl Iterator<Item = &'a str>) -> Self {
        let mut by_uuid: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
        for id in ids {
            if let Some((_, uuid)) = id.rsplit_once("--") {
                by_uuid.entry(uuid).or_default().insert(id);
            }
        }
        Self { by_uuid }
    }

    /// Those that stand in the text, however often.
    fn found_in(&self, text: &str) -> BTreeSet<&'a str> {
        let mut found = BTreeSet::new();
        // Most texts are shorter than any id.
        if text.len() < "--".len() + UUID {
            return found;
        }
        for at in HYPHENS.find_iter(text.as_bytes()) {
            let from = at + "--".len();
            let to = from + UUID;
            let Some(ids) = text.get(from..to).and_then(|uuid| self.by_uuid.get(uuid)) else {
                continue;
            };
            found.extend(ids.iter().filter(|id| text[..to].ends_with(**id)));
        }
        found
    }
}

static HYPHENS: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new("--"));

/// How long a UUID is as text.
const UUID: usize = 36;

/// Whether this is a STIX id of an object of this type.
pub(super) fn is_id_of(kind: &str, id: &str) -> bool {
    let well_formed = |uuid: &str| {
        uuid.len() == UUID
            && uuid.bytes().enumerate().all(|(at, byte)| match at {
                8 | 13 | 18 | 23 => byte == b'-',
                _ => byte.is_ascii_hexdigit(),
            })
    };
    !kind.is_empty()
        && id
            .strip_prefix(kind)
            .and_then(|rest| rest.strip_prefix("--"))
            .is_some_and(well_formed)
}

/// Every object named in this one, in the order in which they stand.
///
/// Cost: O(the object's text).
pub(super) fn named_in<'a>(body: &'a Map<String, Value>, ids: &'a Ids<'a>) -> Vec<Named> {
    let mut walk = Walk {
        ids,
        here: Vec::new(),
        found: Vec::new(),
    };
    for (key, value) in body {
        if !MARKINGS.contains(&key.as_str()) {
            walk.field(key, value);
        }
    }
    walk.found
}

struct Walk<'a> {
    ids: &'a Ids<'a>,
    here: Vec<At<'a>>,
    found: Vec<Named>,
}

/// A step on the way to where something is looked for: few lead to anything.
#[derive(Clone, Copy)]
enum At<'a> {
    Key(&'a str),
    Index(usize),
}

impl<'a> Walk<'a> {
    fn found(&mut self, id: &str) {
        let steps = self.here.iter().map(|at| match at {
            At::Key(key) => Step::Key((*key).to_owned()),
            At::Index(index) => Step::Index(*index),
        });
        self.found.push(Named {
            path: Path(steps.collect()),
            id: id.to_owned(),
        });
    }

    fn field(&mut self, key: &'a str, value: &'a Value) {
        self.here.push(At::Key(key));
        self.text(key);
        match value {
            Value::String(id) if key.ends_with("_ref") => self.reference(id),
            Value::Array(items) if key.ends_with("_refs") => {
                for (index, item) in items.iter().enumerate() {
                    self.here.push(At::Index(index));
                    match item {
                        Value::String(id) => self.reference(id),
                        other => self.value(other),
                    }
                    self.here.pop();
                }
            }
            other => self.value(other),
        }
        self.here.pop();
    }

    fn value(&mut self, value: &'a Value) {
        match value {
            Value::String(text) => self.text(text),
            Value::Object(fields) => {
                for (key, value) in fields {
                    self.field(key, value);
                }
            }
            Value::Array(items) => {
                for (index, item) in items.iter().enumerate() {
                    self.here.push(At::Index(index));
                    self.value(item);
                    self.here.pop();
                }
            }
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }

    /// What has no `--` is the local name of an object inside this one (observed data of STIX 2.0).
    fn reference(&mut self, id: &str) {
        if id.contains("--") {
            self.found(id);
        }
    }

    fn text(&mut self, text: &str) {
        for id in self.ids.found_in(text) {
            self.found(id);
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    const MALWARE: &str = "malware--00000000-0000-4000-8000-000000000001";

    fn names(body: &Value) -> Vec<String> {
        let ids = Ids::of([MALWARE].into_iter());
        named_in(body.as_object().unwrap(), &ids)
            .iter()
            .map(|named| named.path.to_string())
            .collect()
    }

    #[test]
    fn references_name_at_any_depth_and_so_does_text_in_passing() {
        let body = json!({
            "created_by_ref": "identity--elsewhere",
            "object_refs": ["a--1", MALWARE],
            "extensions": { "x": { "seen_ref": MALWARE } },
            "description": format!("as {MALWARE} does"),
            MALWARE: 1,
            "object_marking_refs": ["marking-definition--1"],
            "objects": { "0": { "parent_ref": "1" } },
            "name": "malware--00000000-0000-4000-8000-000000000002",
        });
        let expected = [
            "created_by_ref",
            "description",
            "extensions.x.seen_ref",
            MALWARE,
            "object_refs.[0]",
            "object_refs.[1]",
        ];
        let mut names = names(&body);
        names.sort();
        assert_eq!(names, expected);
    }

    #[test]
    fn an_id_has_its_type_and_a_uuid() {
        assert!(is_id_of("malware", MALWARE));
        for (kind, id) in [
            ("tool", MALWARE),
            ("", "--00000000-0000-4000-8000-000000000001"),
            ("malware", "malware--1"),
        ] {
            assert!(!is_id_of(kind, id), "{id}");
        }
    }

    proptest! {
        #[test]
        fn no_text_is_too_odd(text in ".*") {
            names(&json!({ "name": text.clone(), "x_ref": text.clone(), text: [] }));
        }
    }
}

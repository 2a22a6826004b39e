//! Objects as lists of leaves: the oracle's view, which knows nothing of trees.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

/// A leaf: the way to it, and what is written there.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Leaf {
    /// Names, and places in lists as `[n]`.
    pub(crate) way: Vec<String>,
    pub(crate) text: String,
    pub(crate) is_string: bool,
}

impl Leaf {
    /// The selectors of everything it lies in, and its own.
    pub(crate) fn selectors(&self) -> impl Iterator<Item = String> {
        (1..=self.way.len()).map(|length| self.way[..length].join("."))
    }

    /// Whether the selector selects it or something that it lies in.
    pub(crate) fn is_in(&self, selector: &str) -> bool {
        let mut way = self.way.iter();
        selector
            .split('.')
            .all(|step| way.next().is_some_and(|name| name == step))
    }

    pub(crate) fn property(&self) -> &str {
        &self.way[0]
    }
}

/// Every leaf but those of the markings.
pub(crate) fn leaves(body: &Value) -> Vec<Leaf> {
    let mut found = Vec::new();
    for (name, value) in body.as_object().expect("an object") {
        if name != "object_marking_refs" && name != "granular_markings" {
            collect(&mut vec![name.clone()], value, &mut found);
        }
    }
    found
}

fn collect(way: &mut Vec<String>, value: &Value, found: &mut Vec<Leaf>) {
    match value {
        Value::Object(fields) => {
            for (name, value) in fields {
                way.push(name.clone());
                collect(way, value, found);
                way.pop();
            }
        }
        Value::Array(items) => {
            for (place, value) in items.iter().enumerate() {
                way.push(format!("[{place}]"));
                collect(way, value, found);
                way.pop();
            }
        }
        scalar => found.push(Leaf {
            text: scalar
                .as_str()
                .map_or_else(|| scalar.to_string(), str::to_owned),
            is_string: scalar.is_string(),
            way: way.clone(),
        }),
    }
}

/// Where each of these leaves is once all others are gone: what was third may be first.
pub(crate) fn moved_up(left: &[Leaf]) -> Vec<Leaf> {
    let mut places: BTreeMap<Vec<String>, BTreeSet<usize>> = BTreeMap::new();
    let number =
        |step: &str| -> Option<usize> { step.strip_prefix('[')?.strip_suffix(']')?.parse().ok() };
    for leaf in left {
        for at in 0..leaf.way.len() {
            if let Some(place) = number(&leaf.way[at]) {
                places
                    .entry(leaf.way[..at].to_vec())
                    .or_default()
                    .insert(place);
            }
        }
    }
    left.iter()
        .map(|leaf| {
            let way = (0..leaf.way.len()).map(|at| match number(&leaf.way[at]) {
                Some(place) => {
                    let before = places[&leaf.way[..at]].range(..place).count();
                    format!("[{before}]")
                }
                None => leaf.way[at].clone(),
            });
            Leaf {
                way: way.collect(),
                ..leaf.clone()
            }
        })
        .collect()
}

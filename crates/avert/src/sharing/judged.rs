//! Objects on their way through the gate: which of them are meant, and how much of each is told.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use avert_exchange::release::{Item, Marked, Release};
use avert_model::Timestamp;
use avert_ops::sharing::{Offered, Told, Version};
use serde_json::Value;

use super::KeptTerms;

/// An object on its way through the gate.
#[derive(Debug, Clone)]
pub(super) struct Text {
    pub(super) version: Arc<Version>,
    pub(super) value: Arc<Value>,
    /// Whether the value is no longer what the text says.
    pub(super) rewritten: bool,
}

impl Marked for Text {
    fn body(&self) -> &Value {
        &self.value
    }

    fn rebuilt(&self, body: Value) -> Option<Self> {
        Some(Self {
            version: Arc::clone(&self.version),
            value: Arc::new(body),
            rewritten: true,
        })
    }
}

/// Which versions are meant by what is offered.
///
/// One of us who offers an id means what is ours under it; where nothing is, whatever came from whom it came first.
/// A partner means what came from itself. What is kept apart, since its id came from somebody else first, is meant
/// only where nobody offers what it would stand beside. Whoever said something else of a version before means what
/// they said last.
pub(crate) fn meant(
    versions: Vec<Version>,
    by: &BTreeMap<String, BTreeSet<String>>,
) -> Vec<Version> {
    let mut of_id: BTreeMap<String, Vec<Version>> = BTreeMap::new();
    for version in versions {
        of_id.entry(version.id.clone()).or_default().push(version);
    }
    let mut meant = Vec::new();
    for (id, versions) in of_id {
        let Some(by) = by.get(&id) else { continue };
        let versions = last_said(versions);
        let is_ours = |version: &Version| version.from.is_empty();
        let has_ours = versions.iter().any(is_ours);
        let in_place = |version: &Version| {
            if by.contains("") {
                is_ours(version) || (!has_ours && !version.is_apart)
            } else {
                by.contains(&version.from) && !version.is_apart
            }
        };
        let any_in_place = versions.iter().any(in_place);
        let is_meant = |version: &Version| {
            if any_in_place {
                in_place(version)
            } else {
                by.contains(&version.from) && version.is_apart && !by.contains("")
            }
        };
        meant.extend(versions.into_iter().filter(is_meant));
    }
    meant
}

/// Of several texts that came from one under the same version, the last. It stands where the first stood. Whoever only
/// repeats what another brought has nothing of it once that one says something else.
fn last_said(versions: Vec<Version>) -> Vec<Version> {
    let mut last: BTreeMap<(String, Option<Timestamp>), Version> = BTreeMap::new();
    for version in versions {
        let key = (version.from.clone(), version.version);
        match last.remove(&key) {
            None => drop(last.insert(key, version)),
            Some(other) => {
                let is_apart = version.is_apart && other.is_apart;
                let order = |version: &Version| (version.is_apart, version.added_at);
                let newer = if order(&version) > order(&other) {
                    version
                } else {
                    other
                };
                last.insert(key, Version { is_apart, ..newer });
            }
        }
    }
    let brought: BTreeSet<(Option<Timestamp>, String)> = last
        .values()
        .filter(|version| version.is_first)
        .map(|version| (version.version, version.body.clone()))
        .collect();
    let stands = |version: &Version| {
        version.is_first || brought.contains(&(version.version, version.body.clone()))
    };
    last.into_values().filter(stands).collect()
}

/// An object with its terms.
pub(super) fn item(version: Version) -> Item<Text> {
    let value = serde_json::from_str(&version.body).unwrap_or_default();
    let terms = KeptTerms::read(&version.terms).terms();
    let object = Text {
        version: Arc::new(version),
        value: Arc::new(value),
        rewritten: false,
    };
    Item { object, terms }
}

/// How much of each object is told: all of every version, or less.
pub(super) fn how_much(ids: &[String], release: &Release<Text>) -> Vec<Offered> {
    let mut told: BTreeMap<&str, Told> =
        ids.iter().map(|id| (id.as_str(), Told::Withheld)).collect();
    for object in &release.releasable.get().objects {
        told.insert(&object.version.id, Told::Whole);
    }
    let redacted = release.redacted.iter().map(|one| &one.id);
    let withheld = release.withheld.iter().map(|one| &one.id);
    for id in redacted.chain(withheld) {
        if let Some(told) = told.get_mut(id.as_str()) {
            *told = (*told).min(Told::InPart);
        }
    }
    told.into_iter()
        .map(|(id, told)| Offered {
            id: id.to_owned(),
            told,
        })
        .collect()
}

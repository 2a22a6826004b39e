//! Objects on their way through the gate: which of them are meant, and how much of each is told.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use avert_exchange::many;
use avert_exchange::release::{Item, Marked, Release, Terms};
use avert_model::{Event, Timestamp, Until};
use avert_ops::sharing::{self, Offered, Told, Version};
use avert_ops::store::Store;
use serde_json::Value;

use super::KeptTerms;
use crate::failure::Failure;

/// An object on its way through the gate.
#[derive(Debug, Clone)]
pub(super) struct Text {
    pub(super) version: Arc<Version>,
    pub(super) value: Arc<Value>,
    /// Whether the value is no longer what the text says.
    pub(super) rewritten: bool,
    /// How many were there before its sender with something under its id: none, where it is what came first; a copy
    /// of its sender's own otherwise.
    pub(super) rank: usize,
}

impl Text {
    /// From whom it came: a partner, or, where it is empty, from us.
    pub(super) fn from(&self) -> &str {
        &self.version.from
    }

    /// Whose own copy it is; nobody's, where it is what came first under its id.
    pub(super) fn copy_by(&self) -> &str {
        if self.rank == 0 { "" } else { self.from() }
    }
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
            rank: self.rank,
        })
    }
}

/// A version that is meant by what is offered.
#[derive(Debug, Clone)]
pub(crate) struct Meant {
    pub(crate) version: Version,
    /// How many were there before its sender with something under its id.
    pub(crate) rank: usize,
}

/// Which versions are meant by what is offered.
///
/// One of us who offers an id means what is ours under it; where nothing is, whatever came first. A partner means
/// what came from itself: whether that came first, or is a copy. Whoever said something else of a version before means
/// what they said last.
pub(crate) fn meant(versions: Vec<Version>, by: &BTreeMap<String, BTreeSet<String>>) -> Vec<Meant> {
    let mut meant = Vec::new();
    for (id, versions) in by_id(versions) {
        let Some(by) = by.get(&id) else { continue };
        let ranks = ranks(&versions);
        // Where ours no longer stands, what we meant by it is gone: nothing else is told for it.
        let has_ours = versions.iter().any(|version| version.from.is_empty());
        for version in last_said(versions) {
            let rank = ranks.get(&version.from).copied().unwrap_or_default();
            let is_ours = version.from.is_empty();
            let by_us = by.contains("") && (is_ours || (!has_ours && rank == 0));
            if by_us || (!is_ours && by.contains(&version.from)) {
                meant.push(Meant { version, rank });
            }
        }
    }
    meant
}

/// The events that what is kept on these terms waits for, or waited.
pub(super) fn awaited<'a>(terms: impl Iterator<Item = &'a String>) -> BTreeSet<Event> {
    let terms: BTreeSet<&String> = terms.collect();
    let embargoes = terms
        .into_iter()
        .flat_map(|terms| KeptTerms::read(terms).embargo);
    let events = embargoes.filter_map(|until| match until {
        Until::Event(event) => Some(event),
        Until::Time(_) => None,
    });
    events.collect()
}

/// Versions by their ids.
pub(super) fn by_id(versions: Vec<Version>) -> BTreeMap<String, Vec<Version>> {
    let mut of_id: BTreeMap<String, Vec<Version>> = BTreeMap::new();
    for version in versions {
        of_id.entry(version.id.clone()).or_default().push(version);
    }
    of_id
}

/// Of these ids what one of us means by them.
pub(crate) fn meant_by_us(store: &Store, ids: &[String]) -> Result<Vec<Version>, Failure> {
    let by_us = BTreeSet::from([String::new()]);
    let by = ids.iter().map(|id| (id.clone(), by_us.clone())).collect();
    let meant = meant(sharing::versions_of_all(store, ids)?, &by).into_iter();
    Ok(meant.map(|one| one.version).collect())
}

/// Who was there before whom with something under one id. What we have, and what came first, are before all copies.
pub(super) fn ranks(versions: &[Version]) -> BTreeMap<String, usize> {
    let mut copies: BTreeMap<&str, Timestamp> = BTreeMap::new();
    for version in versions {
        let first = copies.entry(&version.from).or_insert(version.added_at);
        *first = version.added_at.min(*first);
    }
    let mut ranks = BTreeMap::new();
    for version in versions {
        if version.from.is_empty() || (version.is_first && !version.is_apart) {
            copies.remove(version.from.as_str());
            ranks.insert(version.from.clone(), 0);
        }
    }
    let mut copies: Vec<(Timestamp, &str)> = copies.into_iter().map(|(by, at)| (at, by)).collect();
    copies.sort_unstable();
    let in_order = (1..).zip(copies);
    ranks.extend(in_order.map(|(rank, (_, by))| (by.to_owned(), rank)));
    ranks
}

/// Of several texts that came from one under the same version, the last. Where we only repeat what another brought, we
/// have nothing of it once that one says something else.
fn last_said(versions: Vec<Version>) -> Vec<Version> {
    let mut last: BTreeMap<(String, Option<Timestamp>), Version> = BTreeMap::new();
    for version in versions {
        let key = (version.from.clone(), version.version);
        let order = |version: &Version| (version.is_apart, version.added_at);
        let is_newer = last
            .get(&key)
            .is_none_or(|other| order(&version) > order(other));
        if is_newer {
            last.insert(key, version);
        }
    }
    let brought: BTreeSet<(Option<Timestamp>, String)> = last
        .values()
        .filter(|version| version.is_first)
        .map(|version| (version.version, version.body.clone()))
        .collect();
    let stands = |version: &Version| {
        let repeats = version.from.is_empty() && !version.is_first;
        !repeats || brought.contains(&(version.version, version.body.clone()))
    };
    last.into_values().filter(stands).collect()
}

/// Objects with their terms. Most of what came from one came on the same terms, which are read once.
///
/// Texts are read on all cores.
pub(super) fn items(meant: Vec<Meant>) -> Vec<Item<Text>> {
    let mut read: HashMap<String, Terms> = HashMap::new();
    for Meant { version, .. } in &meant {
        if !read.contains_key(&version.terms) {
            let terms = KeptTerms::read(&version.terms).terms();
            read.insert(version.terms.clone(), terms);
        }
    }
    many::each(meant, |Meant { version, rank }| {
        let terms = read[&version.terms].clone();
        let value = serde_json::from_str(&version.body).unwrap_or_default();
        let object = Text {
            version: Arc::new(version),
            value: Arc::new(value),
            rewritten: false,
            rank,
        };
        Item { object, terms }
    })
}

/// How much of each object is told: all of every version that is meant, or less.
pub(super) fn how_much(ids: &[String], releases: &[Release<Text>]) -> Vec<Offered> {
    let mut told: BTreeMap<&str, Told> =
        ids.iter().map(|id| (id.as_str(), Told::Withheld)).collect();
    for object in releases.iter().flat_map(objects_of) {
        told.insert(&object.version.id, Told::Whole);
    }
    for release in releases {
        let redacted = release.redacted.iter().map(|one| &one.id);
        let withheld = release.withheld.iter().map(|one| &one.id);
        for id in redacted.chain(withheld) {
            if let Some(told) = told.get_mut(id.as_str()) {
                *told = (*told).min(Told::InPart);
            }
        }
    }
    told.into_iter()
        .map(|(id, told)| Offered {
            id: id.to_owned(),
            told,
        })
        .collect()
}

/// What may be told of what came from one.
pub(super) fn objects_of(release: &Release<Text>) -> &[Text] {
    &release.releasable.get().objects
}

//! What others made and a case is linked to, with what that needs.

use std::collections::{BTreeMap, BTreeSet};

use avert_exchange::release::Terms;
use avert_exchange::stix::{Id, Object};
use avert_model::CaseLink;
use avert_ops::sharing::Version;
use avert_ops::store::Store;

use super::{KeptTerms, meant_by_us};
use crate::failure::Failure;

/// More than so many objects no case's links need: of what is beyond, only what people linked the case to is told.
const MOST: usize = 500;

/// An object that others made, and the terms on which it may be told.
pub(crate) struct Linked {
    pub(crate) object: Object,
    pub(crate) terms: Terms,
}

/// The newest versions of what links lead to, and of what these name at first hand: who made them, and what they
/// consist of.
///
/// Whoever made a linked object chose what it names, and nobody of us said that any of it may be offered. So it goes
/// along only where it came from the same one, or is the identity of a maker that was published for everybody; what
/// it names in turn does not. Of what several told us it is the version that is meant when one of us offers it.
/// Markings are not among them: they go along with what they mark.
pub(crate) fn linked(store: &Store, links: &[CaseLink]) -> Result<Vec<Linked>, Failure> {
    let told = links.iter().filter(|link| !link.revoked);
    let ids: BTreeSet<String> = told.map(|link| link.object.clone()).collect();
    let ids: Vec<String> = ids.into_iter().collect();
    let mut found: BTreeMap<String, Linked> = BTreeMap::new();
    // By what is named: who named it, and whether as its maker.
    let mut named: BTreeMap<String, BTreeSet<(Giver, bool)>> = BTreeMap::new();
    for (id, version) in newest(store, &ids)? {
        let giver = Giver::of(&version);
        let Some(one) = Linked::read(version) else {
            continue;
        };
        let head = one.object.head();
        for target in head.refs.iter().map(|of| of.target.as_str()) {
            let by = named.entry(target.to_owned()).or_default();
            by.insert((giver.clone(), false));
        }
        if let Some(maker) = head.created_by_ref.as_ref().map(Id::as_str) {
            let by = named.entry(maker.to_owned()).or_default();
            by.insert((giver, true));
        }
        found.insert(id, one);
    }
    named.retain(|id, _| !ids.contains(id));
    let room = MOST.saturating_sub(found.len());
    let ids: Vec<String> = named.keys().cloned().collect();
    let goes_along = |id: &str, version: &Version| {
        let giver = Giver::of(version);
        named.get(id).is_some_and(|by| {
            by.iter().any(|(naming, as_maker)| {
                let is_maker = *as_maker && version.kind == "identity";
                *naming == giver || (is_maker && giver == Giver::Everybody)
            })
        })
    };
    let along = newest(store, &ids)?.into_iter();
    let along = along.filter(|(id, version)| goes_along(id, version));
    let along = along.filter_map(|(id, version)| Some((id, Linked::read(version)?)));
    found.extend(along.take(room));
    Ok(found.into_values().collect())
}

impl Linked {
    /// A version, if it can be read.
    fn read(version: Version) -> Option<Self> {
        let terms = KeptTerms::read(&version.terms).terms();
        let (object, _) = Object::parse(version.body).ok()?;
        Some(Self { object, terms })
    }
}

/// From whom something came.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Giver {
    /// It was published.
    Everybody,
    /// A partner.
    Partner(String),
    /// One of us, out of this: a file of somebody's names what it likes as well.
    Us(String),
}

impl Giver {
    fn of(version: &Version) -> Self {
        if !version.from.is_empty() {
            return Self::Partner(version.from.clone());
        }
        if KeptTerms::read(&version.terms).published {
            return Self::Everybody;
        }
        Self::Us(version.source.clone())
    }
}

/// The newest version of each that is meant.
fn newest(store: &Store, ids: &[String]) -> Result<BTreeMap<String, Version>, Failure> {
    let mut newest: BTreeMap<String, Version> = BTreeMap::new();
    for version in meant_by_us(store, ids)? {
        let order = |version: &Version| (version.version, version.is_first);
        let is_newer = newest
            .get(&version.id)
            .is_none_or(|known| order(known) < order(&version));
        if is_newer {
            newest.insert(version.id.clone(), version);
        }
    }
    Ok(newest)
}

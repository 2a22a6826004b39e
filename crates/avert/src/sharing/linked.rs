//! What others made and a case is linked to, with what that needs.

use std::collections::{BTreeMap, BTreeSet};

use avert_exchange::release::Terms;
use avert_exchange::stix::{Id, Object};
use avert_model::CaseLink;
use avert_ops::sharing::Version;
use avert_ops::store::Store;

use super::{KeptTerms, meant_by_us};
use crate::failure::Failure;

/// More than so many objects no case's links need: what is beyond is not told, and nor is what names it.
const MOST: usize = 500;

/// An object that others made, and the terms on which it may be told.
pub(crate) struct Linked {
    pub(crate) object: Object,
    pub(crate) terms: Terms,
}

/// The newest versions of what links lead to, and of whatever these name: who made them, and what they consist of.
///
/// Of what several told us it is the version that is meant when one of us offers it. Markings are not among them:
/// they go along with what they mark.
pub(crate) fn linked(store: &Store, links: &[CaseLink]) -> Result<Vec<Linked>, Failure> {
    let told = links.iter().filter(|link| !link.revoked);
    let mut waiting: BTreeSet<String> = told.map(|link| link.object.clone()).collect();
    let mut found: BTreeMap<String, Linked> = BTreeMap::new();
    while !waiting.is_empty() && found.len() < MOST {
        let ids: Vec<String> = std::mem::take(&mut waiting).into_iter().collect();
        for (id, version) in newest(store, &ids)? {
            let Ok((object, _)) = Object::parse(version.body) else {
                continue;
            };
            let head = object.head();
            let named = head.refs.iter().map(|of| of.target.as_str());
            let named = named.chain(head.created_by_ref.as_ref().map(Id::as_str));
            waiting.extend(named.map(str::to_owned));
            let terms = KeptTerms::read(&version.terms).terms();
            found.insert(id, Linked { object, terms });
        }
        waiting.retain(|id| !found.contains_key(id) && !ids.contains(id));
    }
    Ok(found.into_values().take(MOST).collect())
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

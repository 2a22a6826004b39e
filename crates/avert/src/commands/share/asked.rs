//! What is to be told: cases, as objects made for it, and objects that are here.

use std::collections::{BTreeMap, BTreeSet};

use avert_exchange::stix::{Object, case_objects};
use avert_model::{CaseId, IntelRecord, Timestamp};
use avert_ops::intel::{self, Batch};
use avert_ops::store::Store;
use avert_ops::{dossier, sharing};
use serde_json::Value;

use super::error::ShareError;
use super::now;
use crate::clock::SystemClock;
use crate::failure::Failure;
use crate::sharing::{KeptTerms, Sharing, linked, meant_by_us};

/// What is to be offered.
pub(crate) struct Asked {
    /// Objects of cases, made for it, by the case.
    made: Vec<(CaseId, Vec<Object>)>,
    /// Ids of objects that are here.
    ids: Vec<String>,
    /// Ids of what others made and those cases are linked to: told on the terms that it has, whatever is given here.
    linked: Vec<String>,
    /// On what terms, where any were given.
    terms: Option<KeptTerms>,
}

impl Asked {
    /// Makes the objects of cases, and looks for the others.
    pub(crate) fn read(
        store: &Store,
        what: &[String],
        terms: Option<KeptTerms>,
        sharing: &Sharing,
    ) -> Result<Self, Failure> {
        let (mut made, mut ids, mut others) = (Vec::new(), Vec::new(), BTreeSet::new());
        for what in what {
            if let Ok(case) = what.parse::<CaseId>() {
                let dossier = dossier::dossier(store, case, &SystemClock)?;
                let linked = linked(store, &dossier.links)?;
                others.extend(linked.iter().map(|one| one.object.id().to_string()));
                made.push((case, case_objects(&dossier, &sharing.author)));
            } else if intel::newest(store, what)?.is_some() {
                ids.push(what.clone());
            } else {
                return Err(ShareError::Unknown(what.clone()).into());
            }
        }
        others.retain(|id| !ids.contains(id));
        Ok(Self {
            made,
            ids,
            linked: others.into_iter().collect(),
            terms,
        })
    }

    /// Refuses what came from somebody else, who decides on what terms it is told.
    pub(super) fn require_ours(&self, store: &Store) -> Result<(), Failure> {
        let versions = sharing::versions_of_all(store, &self.ids)?;
        let ours: BTreeSet<&str> = versions
            .iter()
            .filter(|version| KeptTerms::read(&version.terms).is_ours())
            .map(|version| version.id.as_str())
            .collect();
        let foreign = self.ids.iter().find(|id| !ours.contains(id.as_str()));
        foreign.map_or(Ok(()), |id| Err(ShareError::NotOurs(id.clone()).into()))
    }

    /// Everything as the gate would see it, without keeping anything.
    pub(crate) fn versions(&self, store: &Store) -> Result<Vec<sharing::Version>, Failure> {
        let mut versions = meant_by_us(store, &self.ids)?;
        for version in &mut versions {
            version.terms = with(self.terms.as_ref(), &version.terms).written();
        }
        versions.extend(meant_by_us(store, &self.linked)?);
        let terms = with(self.terms.as_ref(), "").written();
        let at = now();
        for (case, objects) in &self.made {
            versions.extend(objects.iter().map(|object| sharing::Version {
                object: 0,
                added_at: at,
                id: object.id().to_string(),
                version: object.version(),
                kind: object.kind().to_owned(),
                spec_version: object.head().spec_version.as_str().into(),
                source: case.to_string(),
                body: object.as_str().to_owned(),
                from: String::new(),
                terms: terms.clone(),
                is_first: true,
                is_apart: false,
            }));
        }
        Ok(versions)
    }

    /// Keeps what was made, and the terms, and says which objects it all is.
    pub(super) fn keep(self, store: &mut Store, by: &str) -> Result<Vec<String>, Failure> {
        let terms = with(self.terms.as_ref(), "").written();
        let mut ids = self.ids;
        for (case, objects) in self.made {
            ids.extend(objects.iter().map(|object| object.id().to_string()));
            let batch = Batch {
                records: only_new(store, objects)?,
                terms: terms.clone(),
                ..Batch::default()
            };
            intel::import(store, &SystemClock, by, &case.to_string(), [batch])?;
        }
        let mut anew: BTreeMap<String, Vec<i64>> = BTreeMap::new();
        for version in sharing::versions_of_all(store, &ids)? {
            if !version.from.is_empty() {
                continue;
            }
            let terms = with(self.terms.as_ref(), &version.terms).written();
            if terms != version.terms {
                anew.entry(terms).or_default().push(version.object);
            }
        }
        for (terms, versions) in anew {
            sharing::keep_terms(store, &versions, &terms)?;
        }
        ids.extend(self.linked);
        ids.sort_unstable();
        ids.dedup();
        Ok(ids)
    }
}

/// What was kept, and what is given now besides. Whom something was addressed to stays addressed, and an embargo
/// is replaced by another. On what terms somebody else's things are told is not ours to say.
fn with(given: Option<&KeptTerms>, kept: &str) -> KeptTerms {
    let mut terms = KeptTerms::read(kept);
    let Some(given) = given.filter(|_| terms.is_ours()) else {
        return terms;
    };
    for partner in &given.partners {
        if !terms.partners.contains(partner) {
            terms.partners.push(partner.clone());
        }
    }
    for group in &given.groups {
        if !terms.groups.contains(group) {
            terms.groups.push(group.clone());
        }
    }
    if !given.embargo.is_empty() {
        terms.embargo.clone_from(&given.embargo);
    }
    terms
}

/// What says something else than the newest version that is here: telling a case twice makes no new versions of
/// what has not changed.
fn only_new(store: &Store, objects: Vec<Object>) -> Result<Vec<IntelRecord>, Failure> {
    let ids: Vec<String> = objects
        .iter()
        .map(|object| object.id().to_string())
        .collect();
    let mut newest: BTreeMap<String, (Option<Timestamp>, Value)> = BTreeMap::new();
    for version in sharing::versions_of_all(store, &ids)? {
        if version.is_apart {
            continue;
        }
        let known = newest.get(&version.id).map(|(at, _)| *at);
        if known.is_none_or(|at| at < version.version) {
            newest.insert(version.id, (version.version, saying(&version.body)));
        }
    }
    let is_new = |object: &Object| {
        let known = newest.get(object.id().as_str());
        known.is_none_or(|(_, known)| *known != saying(object.as_str()))
    };
    Ok(objects
        .into_iter()
        .filter(is_new)
        .map(IntelRecord::from)
        .collect())
}

/// An object without when this version of it was made.
fn saying(body: &str) -> Value {
    let mut value: Value = serde_json::from_str(body).unwrap_or_default();
    if let Some(members) = value.as_object_mut() {
        members.remove("modified");
        if members.get("type").is_some_and(|kind| kind == "report") {
            members.remove("published");
        }
    }
    value
}

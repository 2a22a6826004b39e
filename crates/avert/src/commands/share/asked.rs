//! What is to be told: cases, as objects made for it, and objects that are here.

use std::collections::BTreeMap;

use avert_exchange::stix::{Object, case_objects};
use avert_model::{CaseId, IntelRecord};
use avert_ops::intel::{self, Batch};
use avert_ops::store::Store;
use avert_ops::{dossier, sharing};
use serde_json::Value;

use super::error::ShareError;
use super::now;
use crate::clock::SystemClock;
use crate::failure::Failure;
use crate::sharing::{KeptTerms, Sharing};

/// What is to be offered.
pub(crate) struct Asked {
    /// Objects of cases, made for it, by the case.
    made: Vec<(CaseId, Vec<Object>)>,
    /// Ids of objects that are here.
    ids: Vec<String>,
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
        let (mut made, mut ids) = (Vec::new(), Vec::new());
        for what in what {
            if let Ok(case) = what.parse::<CaseId>() {
                let dossier = dossier::dossier(store, case, &SystemClock)?;
                made.push((case, case_objects(&dossier, &sharing.author)));
            } else if intel::newest(store, what)?.is_some() {
                ids.push(what.clone());
            } else {
                return Err(ShareError::Unknown(what.clone()).into());
            }
        }
        if terms.is_some() {
            for version in sharing::versions_of_all(store, &ids)? {
                let kept = KeptTerms::read(&version.terms);
                if kept.from.is_some() || kept.published {
                    return Err(ShareError::NotOurs(version.id).into());
                }
            }
        }
        Ok(Self { made, ids, terms })
    }

    /// Everything as the gate would see it, without keeping anything.
    pub(crate) fn versions(&self, store: &Store) -> Result<Vec<sharing::Version>, Failure> {
        let mut versions = sharing::versions_of_all(store, &self.ids)?;
        let terms = self.terms.as_ref().map(KeptTerms::written);
        if let Some(terms) = &terms {
            for version in &mut versions {
                version.terms.clone_from(terms);
            }
        }
        let at = now();
        for (case, objects) in &self.made {
            versions.extend(objects.iter().map(|object| sharing::Version {
                added_at: at,
                id: object.id().to_string(),
                version: object.version(),
                kind: object.kind().to_owned(),
                spec_version: object.head().spec_version.as_str().into(),
                source: case.to_string(),
                body: object.as_str().to_owned(),
                terms: terms.clone().unwrap_or_default(),
            }));
        }
        Ok(versions)
    }

    /// Keeps what was made, and the terms, and says which objects it all is.
    pub(super) fn keep(self, store: &mut Store, by: &str) -> Result<Vec<String>, Failure> {
        let mut ids = self.ids;
        let terms = self
            .terms
            .as_ref()
            .map(KeptTerms::written)
            .unwrap_or_default();
        for (case, objects) in self.made {
            ids.extend(objects.iter().map(|object| object.id().to_string()));
            let records = only_new(store, objects)?;
            let batch = Batch {
                records,
                refused: 0,
                terms: terms.clone(),
            };
            intel::import(store, &SystemClock, by, &case.to_string(), [batch])?;
        }
        ids.sort_unstable();
        ids.dedup();
        if self.terms.is_some() {
            let versions = sharing::versions_of_all(store, &ids)?;
            let ours = versions.iter().filter(|version| {
                let kept = KeptTerms::read(&version.terms);
                kept.from.is_none() && !kept.published
            });
            let ours: Vec<_> = ours.map(|version| version.added_at).collect();
            sharing::keep_terms(store, &ours, &terms)?;
        }
        Ok(ids)
    }
}

/// What says something else than the newest version that is here: telling a case twice makes no new versions of
/// what has not changed.
fn only_new(store: &Store, objects: Vec<Object>) -> Result<Vec<IntelRecord>, Failure> {
    let ids: Vec<String> = objects
        .iter()
        .map(|object| object.id().to_string())
        .collect();
    let mut newest: BTreeMap<String, (Option<avert_model::Timestamp>, Value)> = BTreeMap::new();
    for version in sharing::versions_of_all(store, &ids)? {
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

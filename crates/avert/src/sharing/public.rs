//! What everybody may read of a case, by the configuration and by what the store knows of single objects.

use std::collections::BTreeMap;

use avert_exchange::release::{Origin, Rules, Terms};
use avert_exchange::report::public::{self, Options, Released, Rounding};
use avert_exchange::stix::{case_objects, tlp_of};
use avert_model::{Dossier, Timestamp, Tlp};
use avert_ops::sharing::{self, Version};
use avert_ops::store::Store;
use serde_json::Value;

use super::{KeptTerms, Sharing, definitions};
use crate::failure::Failure;

/// Makes the public report of a case, under this name and rounded so, if there may be one now.
///
/// What others told us of the same thing binds us: where a partner gave us an indicator under a stricter label, it
/// is not in the report, though we found it ourselves. An embargo of the case's objects is one of the report.
pub(crate) fn report(
    store: &Store,
    dossier: &Dossier,
    sharing: &Sharing,
    (author, rounding): (&str, Rounding),
    now: Timestamp,
) -> Result<Released, Failure> {
    let options = Options {
        author: author.to_owned(),
        rounding,
    };
    let (definitions, happened) = (definitions(store)?, sharing::happened(store)?);
    let retracted = sharing::retracted(store)?;
    let known = sharing.directory.our_identities.clone();
    let rules = Rules {
        directory: &sharing.directory,
        definitions: &definitions,
        happened: &happened,
        retracted: &retracted,
        known: &known,
        unmarked: sharing.unmarked,
    };
    let kept = kept(store, dossier, author)?;
    let terms = |id: &str| kept.get(id).cloned().unwrap_or_default();
    Ok(public::release(dossier, &options, &terms, &rules, now)?)
}

/// What the store knows of the objects of a case, by their ids.
fn kept(
    store: &Store,
    dossier: &Dossier,
    author: &str,
) -> Result<BTreeMap<String, Terms>, Failure> {
    let objects = case_objects(dossier, author);
    let ids: Vec<String> = objects
        .iter()
        .map(|object| object.id().to_string())
        .collect();
    let case = dossier.case.id.to_string();
    let mut kept: BTreeMap<String, Terms> = BTreeMap::new();
    for version in sharing::versions_of_all(store, &ids)? {
        let terms = kept.entry(version.id.clone()).or_default();
        add(terms, &version, version.source == case);
    }
    Ok(kept)
}

/// Adds what one version says. How the same case was labelled when it was told before binds nobody: it is labelled
/// anew.
fn add(terms: &mut Terms, version: &Version, is_of_this_case: bool) {
    let own = KeptTerms::read(&version.terms).terms();
    terms.embargo.extend(own.embargo);
    if is_of_this_case {
        return;
    }
    terms.tags.extend(own.tags);
    if matches!(own.origin, Origin::Partner(_)) {
        terms.origin = own.origin;
    }
    let body: Value = serde_json::from_str(&version.body).unwrap_or_default();
    let markings = body["object_marking_refs"].as_array();
    let markings = markings.into_iter().flatten().filter_map(Value::as_str);
    let strictest = markings.filter_map(tlp_of).max();
    // A thing without a label of its own is as strict as whoever gave it meant: the terms say who that was.
    terms.tags.extend(
        strictest
            .filter(|level| *level > Tlp::Clear)
            .map(|level| level.to_string()),
    );
}

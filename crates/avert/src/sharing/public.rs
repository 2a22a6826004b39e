//! What everybody may read of a case, by the configuration and by what the store and the indicators know of single
//! objects.

use std::collections::{BTreeMap, BTreeSet};

use avert_exchange::release::{Origin, Rules, Terms};
use avert_exchange::report::public::{self, Options, Released, Rounding};
use avert_exchange::stix::{Maker, Object, case_objects, tlp_of};
use avert_hunt::{Indicator, Indicators, Pap, StoreFolder};
use avert_model::{Clock as _, Dossier, Tlp};
use avert_ops::sharing::{self, Version};
use avert_ops::store::Store;
use serde_json::Value;

use super::{Facts, KeptTerms, Sharing, linked};
use crate::clock::SystemClock;
use crate::context::Context;
use crate::failure::Failure;

/// A public report, and what it leaves out besides.
pub(crate) struct Published {
    pub(crate) released: Released,
    /// What stands on warning lists, and on which.
    pub(crate) warned: BTreeMap<String, Vec<String>>,
    /// What somebody told us on the understanding that nothing shows, by its id.
    pub(crate) unseen: BTreeMap<String, Pap>,
}

/// Makes the public report of a case, if there may be one now; without a name and a way of rounding, as the
/// configuration has them.
///
/// What others told us of the same thing binds us: where a partner gave us an indicator under a stricter label, it
/// is not in the report, though we found it ourselves. An embargo of the case's objects is one of the report. What
/// stands on a warning list is published when a person allowed it. What is PAP:AMBER or PAP:RED is not: whoever is written
/// about reads it.
pub(crate) fn report(
    store: &Store,
    dossier: &Dossier,
    (author, rounding): (Option<&str>, Option<Rounding>),
    context: &Context<'_>,
) -> Result<Published, Failure> {
    let settings = &context.config.sharing;
    let sharing = Sharing::of(settings);
    let author = author.unwrap_or(&sharing.author);
    let now = SystemClock.now();
    let objects = case_objects(dossier, author);
    let (mut kept, mut unseen) = kept(store, dossier, &objects)?;
    let linked = linked(store, &dossier.links)?;
    for one in &linked {
        let id = one.object.id().to_string();
        let body: Value = serde_json::from_str(one.object.as_str()).unwrap_or_default();
        unseen.extend(pap_of(&body).map(|pap| (id.clone(), pap)));
        kept.entry(id).or_insert_with(|| one.terms.clone());
    }
    let mut looked_up = look_up(&StoreFolder::of(&context.data).open(now)?, &objects)?;
    for (id, pap) in looked_up.pap {
        let strictest = unseen.entry(id).or_insert(pap);
        *strictest = pap.max(*strictest);
    }
    unseen.retain(|_, pap| !pap.allows_action());
    looked_up.not_told.extend(unseen.keys().cloned());
    for (id, level) in looked_up.levels {
        kept.entry(id).or_default().tags.push(level.to_string());
    }
    let options = Options {
        author: author.to_owned(),
        rounding: rounding.unwrap_or(settings.rounding),
        not_told: looked_up.not_told,
        others: linked.into_iter().map(|one| one.object).collect(),
    };
    let facts = Facts::read(store)?;
    let known = BTreeSet::from([Maker::id("identity", author).to_string()]);
    let rules = Rules {
        known: &known,
        ..facts.rules(&sharing)
    };
    let terms = |id: &str| kept.get(id).cloned().unwrap_or_default();
    Ok(Published {
        released: public::release(dossier, &options, &terms, &rules, now)?,
        warned: looked_up.warned,
        unseen,
    })
}

/// On what terms something may be told, and what may be done with it, by the ids of objects.
type Kept = (BTreeMap<String, Terms>, BTreeMap<String, Pap>);

/// What the store knows of the objects of a case.
fn kept(store: &Store, dossier: &Dossier, objects: &[Object]) -> Result<Kept, Failure> {
    let ids = objects.iter().map(|object| object.id().to_string());
    let ids: Vec<String> = ids.collect();
    let case = dossier.case.id.to_string();
    let mut kept: BTreeMap<String, Terms> = BTreeMap::new();
    let mut unseen = BTreeMap::new();
    for version in sharing::versions_of_all(store, &ids)? {
        let terms = kept.entry(version.id.clone()).or_default();
        let body: Value = serde_json::from_str(&version.body).unwrap_or_default();
        let is_of_this_case = version.source == case;
        add(terms, &version, &body, is_of_this_case);
        if let Some(pap) = pap_of(&body).filter(|_| !is_of_this_case) {
            let strictest = unseen.entry(version.id).or_insert(pap);
            *strictest = pap.max(*strictest);
        }
    }
    Ok((kept, unseen))
}

/// What may be done with an object, by its labels and markings.
fn pap_of(body: &Value) -> Option<Pap> {
    let texts = |name: &str| {
        body[name]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(Value::as_str)
    };
    let labels = texts("labels").filter_map(Pap::of_tag);
    let markings = texts("object_marking_refs").filter_map(Pap::of_marking);
    labels.chain(markings).max()
}

/// Adds what one version says. How the same case was labelled when it was told before binds nobody: it is labelled
/// anew.
fn add(terms: &mut Terms, version: &Version, body: &Value, is_of_this_case: bool) {
    let own = KeptTerms::read(&version.terms).terms();
    terms.embargo.extend(own.embargo);
    if is_of_this_case {
        return;
    }
    terms.tags.extend(own.tags);
    if matches!(own.origin, Origin::Partner(_)) {
        terms.origin = own.origin;
    }
    let markings = body["object_marking_refs"].as_array();
    let markings = markings.into_iter().flatten().filter_map(Value::as_str);
    let strictest = markings.filter_map(tlp_of).max();
    let level = strictest.filter(|level| *level > Tlp::Clear);
    terms.tags.extend(level.map(|level| level.to_string()));
}

/// What the indicators that are kept say of the things of a case, by the ids of objects.
#[derive(Default)]
struct LookedUp {
    levels: BTreeMap<String, Tlp>,
    pap: BTreeMap<String, Pap>,
    not_told: BTreeSet<String>,
    warned: BTreeMap<String, Vec<String>>,
}

fn look_up(indicators: &Indicators, objects: &[Object]) -> Result<LookedUp, Failure> {
    let mut found = LookedUp::default();
    let judge = indicators.judge();
    for object in objects {
        let Some(value) = value_of(object) else {
            continue;
        };
        let Ok(indicator) = Indicator::parse(&value) else {
            continue;
        };
        let id = object.id().to_string();
        let record = indicators.get(&indicator)?;
        let said = || record.iter().flat_map(|record| &record.assertions);
        if let Some(level) = said().filter_map(|one| one.tlp).max() {
            found.levels.insert(id.clone(), level);
        }
        if let Some(pap) = said().filter_map(|one| one.pap).max() {
            found.pap.insert(id.clone(), pap);
        }
        let Some(warnings) = judge.warnings else {
            continue;
        };
        let lists = warnings.about(&indicator, None)?;
        let said = judge.feedback.about(&indicator);
        let is_allowed = said.is_some_and(|said| said.allowed.is_some());
        if !lists.is_empty() && !is_allowed {
            found.not_told.insert(id);
            found.warned.insert(value, lists);
        }
    }
    Ok(found)
}

/// What an object of a case looks for, or is, that may be an indicator.
fn value_of(object: &Object) -> Option<String> {
    match object.kind() {
        "url" | "domain-name" | "indicator" => object.head().name.clone(),
        "file" => {
            let file: Value = serde_json::from_str(object.as_str()).ok()?;
            let hash = file["hashes"].as_object()?.values().next()?;
            hash.as_str().map(str::to_owned)
        }
        _ => None,
    }
}

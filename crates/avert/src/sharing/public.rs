//! What everybody may read of a case, by the configuration and by what the store and the indicators know of single
//! objects.

use std::collections::{BTreeMap, BTreeSet};

use avert_exchange::release::{Item, Origin, Rules, Terms, Why, check};
use avert_exchange::report::public::{self, Options, Released, Rounding};
use avert_exchange::stix::{Maker, Object, case_objects};
use avert_hunt::{Indicator, Indicators, Pap, StoreFolder};
use avert_model::{Clock as _, Dossier, Recipient, Tlp};
use avert_ops::sharing::{self, Version};
use avert_ops::store::Store;
use serde_json::Value;

use super::{Facts, KeptTerms, Sharing, ids_in, linked};
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
/// What others told us of the same thing binds us: where a partner gave us an indicator that the gate would not tell
/// everybody whole, it is not in the report, though we found it ourselves, and whoever else said so. An embargo of the case's objects is one of the report. What
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
    let facts = Facts::read(store)?;
    let Kept {
        terms: mut kept,
        mut unseen,
        held,
    } = Kept::of(store, dossier, &objects, &facts.rules(&sharing))?;
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
    // As withheld as can be, so that nothing else names it; why is said below.
    for id in held.keys() {
        let terms = kept.entry(id.clone()).or_default();
        terms.tags.push(Tlp::Red.to_string());
    }
    let options = Options {
        author: author.to_owned(),
        rounding: rounding.unwrap_or(settings.rounding),
        not_told: looked_up.not_told,
        others: linked.into_iter().map(|one| one.object).collect(),
    };
    let known = BTreeSet::from([Maker::id("identity", author).to_string()]);
    let rules = Rules {
        known: &known,
        ..facts.rules(&sharing)
    };
    let terms = |id: &str| kept.get(id).cloned().unwrap_or_default();
    let mut released = public::release(dossier, &options, &terms, &rules, now)?;
    for withheld in &mut released.withheld {
        if let Some(why) = held.get(&withheld.id) {
            withheld.why = why.clone();
        }
    }
    Ok(Published {
        released,
        warned: looked_up.warned,
        unseen,
    })
}

/// What the store knows of the objects of a case, by their ids.
#[derive(Default)]
struct Kept {
    /// On what terms they may be told.
    terms: BTreeMap<String, Terms>,
    /// What may be done with them.
    unseen: BTreeMap<String, Pap>,
    /// What somebody told us and everybody may not have, or not all of it, and why.
    held: BTreeMap<String, Why>,
}

impl Kept {
    fn of(
        store: &Store,
        dossier: &Dossier,
        objects: &[Object],
        rules: &Rules<'_>,
    ) -> Result<Self, Failure> {
        let ids = objects.iter().map(|object| object.id().to_string());
        let ids: Vec<String> = ids.collect();
        let case = dossier.case.id.to_string();
        let mut kept = Self::default();
        for version in sharing::versions_of_all(store, &ids)? {
            let own = KeptTerms::read(&version.terms);
            let terms = kept.terms.entry(version.id.clone()).or_default();
            terms.embargo.extend(own.terms().embargo);
            // How the same case was labelled when it was told before binds nobody: it is labelled anew.
            if version.from.is_empty() && version.source == case {
                continue;
            }
            let body: Value = serde_json::from_str(&version.body).unwrap_or_default();
            if let Some(pap) = pap_of(&body) {
                let strictest = kept.unseen.entry(version.id.clone()).or_insert(pap);
                *strictest = pap.max(*strictest);
            }
            if let Some(why) = held(&version, &own, body, rules)? {
                kept.held.entry(version.id).or_insert(why);
            }
        }
        Ok(kept)
    }
}

/// Why the gate would not tell everybody all of what was said in this version.
///
/// What a partner said is judged on its terms. What our own people took in is told as it is marked, and without a
/// marking says nothing of how far it goes: who made it is not asked, for the report does not tell it. What a version
/// names besides is judged where it is told itself.
fn held(
    version: &Version,
    kept: &KeptTerms,
    body: Value,
    rules: &Rules<'_>,
) -> Result<Option<Why>, Failure> {
    let (mut known, retracted) = (BTreeSet::new(), BTreeSet::new());
    ids_in(&version.body, &mut known);
    let mut rules = Rules {
        known: &known,
        retracted: &retracted,
        ..*rules
    };
    let mut item = Item {
        object: body,
        terms: kept.terms(),
    };
    if !version.from.is_empty() {
        item.terms.origin = Origin::Partner(version.from.as_str().into());
    } else if !matches!(item.terms.origin, Origin::Partner(_)) {
        rules.unmarked = Tlp::Clear;
        item.terms.origin = Origin::Public;
        if let Some(members) = item.object.as_object_mut() {
            members.remove("created_by_ref");
        }
    }
    let release = check(&[item], &Recipient::Public, &rules, SystemClock.now())?;
    let withheld = release.withheld.into_iter().map(|one| one.why);
    let parts = release.redacted.into_iter().flat_map(|one| one.parts);
    let parts = parts.map(|(property, because)| Why::Requires { property, because });
    Ok(withheld.chain(parts).next())
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

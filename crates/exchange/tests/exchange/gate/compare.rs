//! Where the gate and the oracle differ.

use std::collections::BTreeSet;

use avert_exchange::release::{self, Bundle, Release, Rules};
use avert_model::Tlp;
use serde_json::Value;

use super::flat::{self, Leaf};
use super::markings::TLP_2_0;
use super::oracle::{self, Told};
use super::world::World;

/// What the gate did in one world.
#[derive(Debug, Default)]
pub(crate) struct Difference {
    /// What was told and must not have been, or was told under a looser label.
    pub(crate) leaks: Vec<String>,
    /// What was withheld and could have been told.
    pub(crate) needless: Vec<String>,
    /// How many objects were told whole, in part, and not at all.
    pub(crate) whole: u64,
    pub(crate) in_part: u64,
    pub(crate) withheld: u64,
}

/// What the gate says of a world.
pub(crate) fn ask(world: &World) -> Release<Value> {
    let rules = Rules {
        directory: &world.directory,
        definitions: &world.definitions,
        happened: &world.happened,
        retracted: &world.retracted,
        known: &world.known,
        unmarked: world.unmarked,
    };
    release::check(&world.items, &world.audience, &rules, world.now)
        .expect("everybody is in the directory")
}

/// Asks the gate about one world and the oracle about another: the same, unless a rule is to be broken.
pub(crate) fn compare(asked: &World, truth: &World) -> Difference {
    let release = ask(asked);
    let bundle = release.releasable.get();
    let expected = oracle::expected(truth);
    let mut difference = Difference {
        withheld: release.withheld.len() as u64,
        in_part: release.redacted.len() as u64,
        ..Difference::default()
    };
    difference.whole = bundle.objects.len() as u64 - difference.in_part;
    // Two versions of an object are told in their order, so that the first told is the first expected.
    let mut told: Vec<Told> = bundle
        .objects
        .iter()
        .map(|object| read(object, bundle))
        .collect();
    for expected in expected.iter().flatten() {
        let version = |told: &Told| {
            told.leaves
                .iter()
                .find(|(leaf, _, _)| leaf.property() == "modified")
                .map(|(leaf, _, _)| leaf.text.clone())
        };
        let found = told
            .iter()
            .position(|one| one.id == expected.id && version(one) == version(expected));
        match found.map(|at| told.remove(at)) {
            None => difference
                .needless
                .push(format!("{} is missing", expected.id)),
            Some(one) => weigh(&one, expected, &mut difference),
        }
    }
    let too_many = told
        .iter()
        .map(|one| format!("{} must not be told", one.id));
    difference.leaks.extend(too_many);
    names_nobody_unknown(&bundle.objects, truth, &expected, &mut difference);
    carries_its_markings(bundle, &mut difference);
    difference
}

fn weigh(told: &Told, expected: &Told, difference: &mut Difference) {
    for (leaf, level, others) in told.leaves.difference(&expected.leaves) {
        let text = format!(
            "{}: {} = {} ({level}, {others:?})",
            told.id,
            leaf.way.join("."),
            leaf.text
        );
        difference.leaks.push(text);
    }
    for (leaf, level, others) in expected.leaves.difference(&told.leaves) {
        let text = format!(
            "{}: {} = {} ({level}, {others:?})",
            told.id,
            leaf.way.join("."),
            leaf.text
        );
        difference.needless.push(text);
    }
    if told.chatham_house != expected.chatham_house {
        difference.leaks.push(format!(
            "{}: the Chatham House Rule is lost or made up",
            told.id
        ));
    }
}

/// What a released object says, its markings read as TLP 2.0's ids alone.
fn read(object: &Value, bundle: &Bundle<Value>) -> Told {
    let level = |id: &str| {
        TLP_2_0
            .iter()
            .find(|(known, _)| *known == id)
            .map(|(_, level)| *level)
    };
    let refs = object["object_marking_refs"]
        .as_array()
        .expect("every object is marked");
    let refs: Vec<&str> = refs.iter().filter_map(Value::as_str).collect();
    let whole = refs
        .iter()
        .filter_map(|id| level(id))
        .max()
        .expect("every object has a level");
    let others: BTreeSet<String> = refs
        .iter()
        .filter(|id| level(id).is_none())
        .map(|id| (*id).to_owned())
        .collect();
    let parts: Vec<(String, String)> = object["granular_markings"]
        .as_array()
        .into_iter()
        .flatten()
        .flat_map(|part| {
            let said = part["marking_ref"].as_str().map_or_else(
                || format!("lang {}", part["lang"].as_str().unwrap_or("")),
                str::to_owned,
            );
            let selectors = part["selectors"]
                .as_array()
                .expect("a part is selected")
                .iter()
                .filter_map(Value::as_str);
            selectors
                .map(move |selector| (selector.to_owned(), said.clone()))
                .collect::<Vec<_>>()
        })
        .collect();
    let leaves = flat::leaves(object).into_iter().map(|leaf: Leaf| {
        let (mut strictest, mut others) = (whole, others.clone());
        for (_, said) in parts.iter().filter(|(selector, _)| leaf.is_in(selector)) {
            match level(said) {
                Some(level) => strictest = strictest.max(level),
                None => {
                    others.insert(said.clone());
                }
            }
        }
        (leaf, strictest, others)
    });
    let id = object["id"].as_str().expect("an id").to_owned();
    Told {
        leaves: leaves.collect::<BTreeSet<(Leaf, Tlp, BTreeSet<String>)>>(),
        chatham_house: bundle.chatham_house.contains(&id),
        id,
    }
}

/// No released object has the id of a withheld one anywhere in its text, whatever the rules of references are.
fn names_nobody_unknown(
    objects: &[Value],
    truth: &World,
    expected: &[Option<Told>],
    difference: &mut Difference,
) {
    let told: BTreeSet<&str> = expected
        .iter()
        .flatten()
        .map(|told| told.id.as_str())
        .collect();
    let ids = truth
        .items
        .iter()
        .filter_map(|item| item.object["id"].as_str());
    let mut untold: BTreeSet<&str> = ids.filter(|id| !told.contains(id)).collect();
    if !oracle::stays_inside(truth) {
        untold.extend(truth.retracted.iter().map(String::as_str));
    }
    if untold.is_empty() {
        return;
    }
    for object in objects {
        let text = object.to_string();
        for id in untold.iter().filter(|id| text.contains(**id)) {
            difference.leaks.push(format!("{id} is named in {text}"));
        }
    }
}

/// Every marking that is written is TLP 2.0's or has its definition with it.
fn carries_its_markings(bundle: &Bundle<Value>, difference: &mut Difference) {
    let along: BTreeSet<&str> = bundle
        .markings
        .iter()
        .filter_map(|marking| marking["id"].as_str())
        .collect();
    for object in &bundle.objects {
        let whole = object["object_marking_refs"]
            .as_array()
            .into_iter()
            .flatten();
        let parts = object["granular_markings"].as_array().into_iter().flatten();
        let refs = whole.chain(parts.filter_map(|part| part.get("marking_ref")));
        for id in refs
            .filter_map(Value::as_str)
            .filter(|id| !along.contains(id))
        {
            difference
                .leaks
                .push(format!("{id} goes without its definition"));
        }
    }
}

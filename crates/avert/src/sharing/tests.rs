//! What lies in a collection, put in piece by piece, is what the gate says of all of it together.

mod again;
mod strangers;
mod together;

use std::collections::{BTreeMap, BTreeSet};

use avert_exchange::release::{Item, check};
use avert_exchange::stix::Object;
use avert_model::{Clock, IntelRecord, Recipient, Timestamp};
use avert_ops::desk::Desk;
use avert_ops::intel::Batch;
use avert_ops::people::{People, Person, Role, Signatures};
use avert_ops::sharing::{self, Asked, Which};
use avert_ops::store::Store;
use serde_json::{Value, json};

use super::settings::SharingSettings;
use super::{Facts, KeptTerms, Settling, Sharing, ids_in};
use crate::clock::SystemPause;

const LABELS: [&str; 4] = [
    "94868c89-83c2-464b-929b-a1a8aa3c8487",
    "bab4a63c-aed9-4cf5-a766-dfca5abac2bb",
    "55d920b0-5e8b-4f79-9ee9-91f868d9b421",
    "e828b379-4e03-4974-9ac4-e53a884c97c1",
];

struct Still;

impl Still {
    const NOW: Timestamp = Timestamp::constant(1_800_000_000, 0);
}

impl Clock for Still {
    fn now(&self) -> Timestamp {
        Self::NOW
    }
}

/// Does something as somebody who may say what partners learn.
fn as_liaison<R>(store: &mut Store, act: impl FnOnce(&mut Desk<'_>) -> R) -> R {
    let liaison = Person {
        roles: BTreeSet::from([Role::Liaison]),
        ..Person::default()
    };
    let people = People::new([("lina".to_owned(), liaison)], Signatures::default());
    act(&mut Desk {
        store,
        clock: &Still,
        pause: &SystemPause,
        actor: &people.actor("lina").unwrap(),
        people: &people,
    })
}

/// Numbers that the same seed always gives.
struct Dice {
    seed: u64,
    thrown: u64,
}

impl Dice {
    fn below(&mut self, bound: u64) -> u64 {
        self.thrown += 1;
        let mut hasher = blake3::Hasher::new();
        hasher.update(&self.seed.to_le_bytes());
        hasher.update(&self.thrown.to_le_bytes());
        let bytes = *hasher.finalize().as_bytes().first_chunk().unwrap();
        u64::from_le_bytes(bytes) % bound
    }
}

fn sharing(limit: &str) -> Sharing {
    let text = format!(
        "us = \"us\"\n[partner.cert]\nlimit = \"{limit}\"\ncommunity = true\n[partner.bank]\nlimit = \"{limit}\"\ncommunity = true\n\
         [partner.third]\nlimit = \"green\"\n[group.isac]\nmembers = [\"cert\", \"bank\"]\n"
    );
    let settings: SharingSettings = toml::from_str(&text).unwrap();
    settings.check().unwrap();
    Sharing::of(&settings)
}

fn id(kind: &str, number: u64) -> String {
    format!("{kind}--00000000-0000-4000-8000-{number:012}")
}

/// Objects of which each names only those before it, in references; in texts, if `talkative`, any.
fn world(dice: &mut Dice, talkative: bool) -> Vec<Value> {
    let mut all: Vec<Value> = Vec::new();
    for number in 0..12 {
        let kinds = ["malware", "identity", "relationship", "report", "malware"];
        let place = usize::try_from(dice.below(5)).unwrap();
        let kind = if all.len() < 3 {
            "malware"
        } else {
            kinds[place]
        };
        let label = LABELS[usize::try_from(dice.below(4)).unwrap()];
        let mut object = json!({
            "type": kind, "spec_version": "2.1", "id": id(kind, number),
            "created": "2026-01-01T00:00:00.000Z", "modified": "2026-01-01T00:00:00.000Z",
            "object_marking_refs": [format!("marking-definition--{label}")],
        });
        let mut one = || {
            // What a relationship or a report may name.
            let named: Vec<&Value> = all.iter().filter(|one| one["type"] == "malware").collect();
            let place = usize::try_from(dice.below(named.len() as u64)).unwrap();
            named[place]["id"].clone()
        };
        match kind {
            "malware" => object["is_family"] = false.into(),
            "relationship" => {
                object["relationship_type"] = "related-to".into();
                object["source_ref"] = one();
                object["target_ref"] = one();
            }
            "report" => {
                object["name"] = "A report".into();
                object["published"] = "2026-01-01T00:00:00Z".into();
                object["report_types"] = json!(["malware"]);
                object["object_refs"] = json!([one(), one()]);
            }
            _ => object["name"] = "Somebody".into(),
        }
        if talkative && dice.below(3) == 0 {
            let other = ["malware", "identity"][usize::try_from(dice.below(2)).unwrap()];
            object["description"] = format!("see {}", id(other, dice.below(12))).into();
        }
        let makers: Vec<&Value> = all.iter().filter(|one| one["type"] == "identity").collect();
        if let Some(maker) = makers.last() {
            object["created_by_ref"] = maker["id"].clone();
        }
        all.push(object);
    }
    all
}

fn record(object: &Value) -> IntelRecord {
    let (object, _) = Object::parse(object.to_string()).unwrap();
    object.into()
}

/// What can be read in the collection, to the byte, by its id and version.
fn texts(store: &Store, number: i64) -> BTreeMap<(String, Timestamp), String> {
    let mut found = BTreeMap::new();
    let asked = Asked {
        which: Which {
            all: true,
            ..Which::default()
        },
        ..Asked::default()
    };
    sharing::each(store, number, &asked, true, 1000, &mut |shown| {
        if !shown.id.starts_with("marking-definition--") {
            // Where an object has no version, it is named by when it was put in, which is no matter here.
            let version = shown.version.min(Still::NOW);
            found.insert((shown.id, version), shown.body);
        }
        true
    })
    .unwrap();
    found
}

/// What can be read in the collection, by its id.
fn readable(store: &Store, number: i64) -> BTreeMap<String, Value> {
    let texts = texts(store, number).into_iter();
    texts
        .map(|((id, _), text)| (id, serde_json::from_str(&text).unwrap()))
        .collect()
}

/// What the gate says of all of it together.
fn together(
    objects: &[Value],
    terms: &KeptTerms,
    sharing: &Sharing,
    to: &Recipient,
) -> BTreeMap<String, Value> {
    let items: Vec<Item<Value>> = objects
        .iter()
        .map(|object| Item {
            object: object.clone(),
            terms: terms.terms(),
        })
        .collect();
    let facts = Facts::default();
    let rules = facts.rules(sharing);
    let release = check(&items, to, &rules, Still.now()).unwrap();
    let objects = release.releasable.into_inner().objects.into_iter();
    objects
        .map(|object| (object["id"].as_str().unwrap().to_owned(), object))
        .collect()
}

fn compare(seed: u64, talkative: bool) {
    let mut dice = Dice { seed, thrown: 0 };
    let mut objects = world(&mut dice, talkative);
    let to = Recipient::Group("isac".into());
    // From a partner, so that a name in `created_by_ref` is no claim to be ours.
    let terms = KeptTerms {
        groups: vec!["isac".into()],
        ..KeptTerms::from_partner("cert".into())
    };
    let mut store = Store::in_memory().unwrap();
    // They come in any order, a few at a time.
    let whole = objects.clone();
    let mut number = 0;
    let mut limit = "amber";
    let portion = if seed.is_multiple_of(2) { 2_500 } else { 3 };
    while !objects.is_empty() {
        let mut came = Vec::new();
        for _ in 0..=dice.below(3) {
            if !objects.is_empty() {
                let place = usize::try_from(dice.below(objects.len() as u64)).unwrap();
                came.push(objects.swap_remove(place));
            }
        }
        let ids: Vec<String> = came
            .iter()
            .map(|object| object["id"].as_str().unwrap().to_owned())
            .collect();
        let batch = Batch {
            records: came.iter().map(record).collect(),
            from: "cert".into(),
            terms: terms.written(),
            ..Batch::default()
        };
        let sharing = sharing(limit);
        let settling = Settling::of(&mut store, "collection", (&sharing, &to), &Still).unwrap();
        let mut settling = settling.in_portions_of(portion);
        number = settling.number();
        sharing::take_in(&mut store, &Still, (number, "test"), batch, &ids).unwrap();
        settling.these(&mut store, &ids).unwrap();
        // Now and then the rules change in between.
        if dice.below(4) == 0 {
            limit = ["clear", "green", "amber", "red"][usize::try_from(dice.below(4)).unwrap()];
        }
    }
    let sharing = sharing(limit);
    let settling = Settling::of(&mut store, "collection", (&sharing, &to), &Still).unwrap();
    let mut settling = settling.in_portions_of(portion);
    settling.these(&mut store, &[]).unwrap();
    let (found, expected) = (
        readable(&store, number),
        together(&whole, &terms, &sharing, &to),
    );
    if talkative {
        for id in found.keys() {
            assert!(expected.contains_key(id), "seed {seed}: {id} is told");
        }
    } else {
        assert_eq!(found, expected, "seed {seed}");
    }
    for object in found.values() {
        let text = object.to_string();
        let mut named = BTreeSet::new();
        ids_in(&text, &mut named);
        let here = whole.iter().filter_map(|object| object["id"].as_str());
        let here: BTreeSet<String> = here.map(str::to_owned).collect();
        for id in named.intersection(&here) {
            assert!(
                expected.contains_key(id),
                "seed {seed}: {id} is named in {text}"
            );
        }
    }
}

#[test]
fn piece_by_piece_is_told_what_is_told_of_all_together() {
    for seed in 0..150 {
        compare(seed, false);
    }
}

#[test]
fn what_texts_name_is_never_more_than_that() {
    for seed in 1_000..1_150 {
        compare(seed, true);
    }
}

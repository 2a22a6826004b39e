//! Who writes to a collection learns nothing of what we hold and do not tell: what a partner reads is the same whether
//! there is something else under an id that it names, sends or guesses, or nothing.

use std::collections::{BTreeMap, BTreeSet};

use avert_exchange::stix::Object;
use avert_model::{LedgerEntry, Recipient, Retracted, Timestamp};
use avert_ops::intel::{self, Batch};
use avert_ops::sharing;
use avert_ops::store::Store;
use serde_json::{Value, json};

use super::{Dice, LABELS, Still, as_liaison, id, sharing as settings, texts};
use crate::sharing::{KeptTerms, Settling, ids_in};

const GREEN: &str = LABELS[1];
const RED: &str = LABELS[3];

/// Ids under which there may be something: the first four are secrets, where there are any.
const IDS: u64 = 8;
const SECRETS: u64 = 4;

/// What somebody does to a collection.
#[derive(Debug, Clone)]
enum Act {
    /// A partner sends these texts.
    Sends(&'static str, Vec<String>),
    /// A partner takes out what it sent.
    TakesOut(&'static str, String),
}

impl Act {
    fn sends(&self, id: &str) -> bool {
        matches!(self, Self::Sends(_, texts) if texts.iter().any(|text| id_of(text) == id))
    }
}

/// A store, and a collection for cert and bank, to which both may write.
pub(super) struct Hub {
    pub(super) store: Store,
    pub(super) number: i64,
    /// How many objects are judged together.
    together: usize,
}

impl Hub {
    pub(super) fn new() -> Self {
        let mut store = Store::in_memory().unwrap();
        let number = sharing::collection(&mut store, "collection")
            .unwrap()
            .number;
        Self {
            store,
            number,
            together: 2_500,
        }
    }

    /// Takes in what came from somebody; from us, where that is empty. Offers it, if it is to be.
    pub(super) fn take_in(&mut self, from: &str, texts: &[String], offer: bool) {
        let terms = match from {
            "" => KeptTerms::default(),
            partner => KeptTerms::from_partner(partner.into()),
        };
        let terms = KeptTerms {
            groups: vec!["isac".into()],
            ..terms
        };
        let records: Vec<_> = texts
            .iter()
            .map(|text| Object::parse(text.clone()).unwrap().0.into())
            .collect();
        let ids: Vec<String> = texts.iter().map(|text| id_of(text)).collect();
        let batch = Batch {
            records,
            from: from.to_owned(),
            terms: terms.written(),
            join: Some(KeptTerms::joined),
            ..Batch::default()
        };
        if offer {
            let here = (self.number, "test");
            sharing::take_in(&mut self.store, &Still, here, batch, &ids).unwrap();
        } else {
            intel::import(&mut self.store, &Still, "test", "test", [batch]).unwrap();
        }
        self.settle(&ids);
    }

    fn settle(&mut self, ids: &[String]) {
        let sharing = settings("amber");
        let to = Recipient::Group("isac".into());
        Settling::of(&mut self.store, "collection", (&sharing, &to), &Still)
            .unwrap()
            .in_portions_of(self.together)
            .these(&mut self.store, ids)
            .unwrap();
    }

    /// Judges everything once more.
    pub(super) fn all(&mut self) {
        let sharing = settings("amber");
        let to = Recipient::Group("isac".into());
        Settling::of(&mut self.store, "collection", (&sharing, &to), &Still)
            .unwrap()
            .in_portions_of(self.together)
            .all(&mut self.store)
            .unwrap();
    }

    fn act(&mut self, act: &Act) {
        match act {
            Act::Sends(from, texts) => self.take_in(from, texts, true),
            Act::TakesOut(from, id) => {
                let (here, ids) = ((self.number, *from), vec![id.clone()]);
                sharing::withdraw_of_partner(&mut self.store, &Still, here, &ids).unwrap();
                self.settle(&ids);
            }
        }
    }

    /// We take something back that lies nowhere.
    pub(super) fn take_back(&mut self, id: &str) {
        let entry = LedgerEntry::Retracted(Retracted {
            object: id.to_owned(),
            reason: "it was wrong".into(),
            by: "lina".into(),
            at: Still::NOW,
        });
        as_liaison(&mut self.store, |desk| {
            sharing::record(desk, &entry).unwrap();
        });
    }

    pub(super) fn texts(&self) -> BTreeMap<(String, Timestamp), String> {
        texts(&self.store, self.number)
    }
}

fn id_of(text: &str) -> String {
    let value: Value = serde_json::from_str(text).unwrap();
    value["id"].as_str().unwrap().to_owned()
}

/// What there is under each of the ids: all of them things that a relationship may be between.
fn thing(number: u64) -> String {
    let kinds = ["malware", "malware", "identity", "ipv4-addr"];
    let kind = kinds[usize::try_from(number % 4).unwrap()];
    id(kind, number)
}

/// An object under this id, whose text names these.
pub(super) fn text(id: &str, label: &str, version: u64, names: &[String]) -> String {
    let kind = id.split("--").next().unwrap();
    let mut object = json!({
        "type": kind, "spec_version": "2.1", "id": id,
        "object_marking_refs": [format!("marking-definition--{label}")],
    });
    if kind == "ipv4-addr" {
        object["value"] = "198.51.100.7".into();
        object["x_seen_with_refs"] = json!(names);
        return object.to_string();
    }
    object["created"] = "2026-01-01T00:00:00.000Z".into();
    object["modified"] = format!("2026-01-0{}T00:00:00.000Z", version + 1).into();
    object["description"] = format!("see {}", names.join(" and ")).into();
    match kind {
        "relationship" => {
            object["relationship_type"] = "related-to".into();
            object["source_ref"] = names[0].clone().into();
            object["target_ref"] = names[1].clone().into();
        }
        "malware" => object["is_family"] = false.into(),
        _ => object["name"] = "Somebody".into(),
    }
    object.to_string()
}

/// Two of the ids.
fn two(dice: &mut Dice) -> Vec<String> {
    (0..2).map(|_| thing(dice.below(IDS))).collect()
}

/// What a partner sends: something of its own, or something under an id that may be a secret's, whose very text it may
/// have guessed.
fn sent(dice: &mut Dice, secrets: &[String]) -> String {
    let label = LABELS[usize::try_from(dice.below(4)).unwrap()];
    let version = dice.below(3);
    let names = two(dice);
    match dice.below(4) {
        0 => text(
            &id("relationship", 100 + dice.below(3)),
            label,
            version,
            &names,
        ),
        1 => {
            let place = usize::try_from(dice.below(SECRETS)).unwrap();
            let guessed = &secrets[place];
            if dice.below(2) == 0 {
                return guessed.clone();
            }
            let value: Value = serde_json::from_str(guessed).unwrap();
            serde_json::to_string_pretty(&value).unwrap()
        }
        _ => text(&thing(dice.below(IDS)), label, version, &names),
    }
}

fn acts(dice: &mut Dice, secrets: &[String]) -> Vec<Act> {
    let mut acts = Vec::new();
    for _ in 0..8 {
        let who = ["cert", "cert", "bank"][usize::try_from(dice.below(3)).unwrap()];
        acts.push(if dice.below(5) == 0 {
            Act::TakesOut(who, thing(dice.below(IDS)))
        } else {
            let many = 1 + dice.below(3);
            Act::Sends(who, (0..many).map(|_| sent(dice, secrets)).collect())
        });
    }
    acts
}

/// Secrets: nobody but us may read them. They name whatever they name.
fn secrets(dice: &mut Dice) -> Vec<String> {
    (0..SECRETS)
        .map(|number| {
            let names = two(dice);
            text(&thing(number), RED, dice.below(3), &names)
        })
        .collect()
}

fn compare(seed: u64) {
    let mut dice = Dice { seed, thrown: 0 };
    let secrets = secrets(&mut dice);
    let acts = acts(&mut dice, &secrets);
    let (mut with, mut without) = (Hub::new(), Hub::new());
    let together = [2, 3, 2_500][usize::try_from(dice.below(3)).unwrap()];
    (with.together, without.together) = (together, together);
    // What we tell, and what says nothing of secrets.
    let told = text(&id("malware", 50), GREEN, 0, &[thing(SECRETS)]);
    with.take_in("", std::slice::from_ref(&told), true);
    without.take_in("", &[told], true);
    let mut waiting = secrets.clone();
    for (done, act) in acts.iter().enumerate() {
        // Secrets come when they come, from us or from another partner who keeps them to itself, offered or not.
        while !waiting.is_empty() && dice.below(2) == 0 {
            let secret = waiting.swap_remove(0);
            let from = ["", "", "third"][usize::try_from(dice.below(3)).unwrap()];
            with.take_in(from, std::slice::from_ref(&secret), dice.below(2) == 0);
            // What somebody else brought first is theirs; taking that back is no secret.
            let id = id_of(&secret);
            if dice.below(4) == 0 && !acts[..done].iter().any(|act| act.sends(&id)) {
                with.take_back(&id);
                with.settle(&[id]);
            }
        }
        with.act(act);
        without.act(act);
        // Now and then everything is looked through.
        if dice.below(3) == 0 {
            with.all();
            without.all();
        }
        assert_eq!(
            with.texts(),
            without.texts(),
            "seed {seed}, after {act:?} of {acts:?} with {secrets:?}"
        );
    }
}

#[test]
fn what_partners_read_is_the_same_whether_there_are_secrets_or_not() {
    for seed in 0..250 {
        compare(seed);
    }
}

/// Whoever guesses an id cannot have us say it.
fn confirm(seed: u64) {
    let mut dice = Dice { seed, thrown: 0 };
    let secrets = secrets(&mut dice);
    let acts = acts(&mut dice, &secrets);
    let mut hub = Hub::new();
    hub.together = [2, 2_500][usize::try_from(dice.below(2)).unwrap()];
    hub.take_in("", &secrets, dice.below(2) == 0);
    let ours: Vec<String> = (50..54)
        .map(|number| {
            let names: Vec<String> = (0..2).map(|_| thing(dice.below(SECRETS))).collect();
            let kind = ["malware", "relationship"][usize::try_from(number % 2).unwrap()];
            text(&id(kind, number), GREEN, 0, &names)
        })
        .collect();
    hub.take_in("", &ours, true);
    let secret: BTreeSet<String> = secrets.iter().map(|text| id_of(text)).collect();
    let mut told = 0;
    for act in &acts {
        hub.act(act);
        for ((id, _), text) in hub.texts() {
            if !ours.iter().any(|ours| id_of(ours) == id) {
                continue;
            }
            told += 1;
            let mut named = BTreeSet::new();
            ids_in(&text, &mut named);
            let said: Vec<&String> = named.intersection(&secret).collect();
            assert!(
                said.is_empty(),
                "seed {seed}: {said:?} in {text} after {acts:?}"
            );
        }
    }
    assert!(told > 0, "seed {seed}: nothing of ours is told");
}

#[test]
fn what_we_tell_names_no_secret_whatever_partners_send() {
    for seed in 1_000..1_150 {
        confirm(seed);
    }
}

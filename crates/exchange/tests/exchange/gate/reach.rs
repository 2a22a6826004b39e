//! Retractions: whether everybody who has something is told, in worlds drawn at random.

use std::collections::{BTreeMap, BTreeSet};

use avert_exchange::release::{ledger, retraction};
use avert_model::{Fetched, LedgerEntry, Recipient, Retracted, Shared};
use serde_json::{Value, json};

use super::chance::Chance;
use super::world::{World, at};

const OBJECT: &str = "malware--00000000-0000-4000-8000-000000000001";

/// Shares an object in this world at random, passes it on, takes it back, and says whom the retraction misses
/// or reaches for nothing.
pub(crate) fn misses(world: &World, seed: u64) -> Vec<String> {
    let chance = &mut Chance::of(seed);
    let partners: Vec<_> = world.directory.partners.keys().cloned().collect();
    let groups: Vec<_> = world.directory.groups.keys().cloned().collect();
    let mut sent: BTreeMap<String, Value> = BTreeMap::new();
    let mut entries = Vec::new();
    for second in 0..chance.below(6) {
        let name = format!("name {}", chance.below(3));
        let body = json!({
            "type": "malware", "id": OBJECT, "is_family": false, "name": name, "spec_version": "2.1",
            "created": "2026-01-01T00:00:00.000Z", "modified": "2026-01-01T00:00:00.000Z",
        });
        let digest = ledger::digest(&body);
        sent.insert(digest.clone(), body);
        let channel = "taxii".to_owned();
        if chance.once_in(4) {
            entries.push(LedgerEntry::Fetched(Fetched {
                object: OBJECT.to_owned(),
                digest,
                by: chance.one_of(&partners).clone(),
                channel,
                at: at(second),
            }));
            continue;
        }
        let to = match chance.below(8) {
            0 => Recipient::Public,
            1..=3 => Recipient::Group(chance.one_of(&groups).clone()),
            _ => Recipient::Partner(chance.one_of(&partners).clone()),
        };
        let from = if chance.once_in(3) {
            chance.one_of(&partners)
        } else {
            &world.directory.us
        };
        entries.push(LedgerEntry::Shared(Shared {
            object: OBJECT.to_owned(),
            version: String::new(),
            digest,
            from: from.clone(),
            to,
            channel,
            at: at(second),
        }));
    }
    let end = 2 + chance.below(6);
    entries.push(LedgerEntry::Retracted(Retracted {
        object: OBJECT.to_owned(),
        reason: "wrong".to_owned(),
        by: "ines".to_owned(),
        at: at(end),
    }));
    let notices = retraction::notices(&entries, &sent, None, &world.directory, at(9));
    let told: BTreeSet<Recipient> = notices.iter().map(|notice| notice.to.clone()).collect();
    let expected = expected(world, &entries, end);
    let mut wrong: Vec<String> = expected
        .symmetric_difference(&told)
        .map(|who| format!("{who:?}"))
        .collect();
    for notice in &notices {
        if let Ok(revoked) = &notice.revoked {
            let body = revoked.get();
            let says =
                body["revoked"] == true && body["id"] == OBJECT && body.get("name").is_none();
            if !says || revoked.audience() != &notice.to {
                wrong.push(format!("{:?} is sent {body}", notice.to));
            }
        }
    }
    wrong
}

/// Whoever an entry names, and whoever was in a group at a moment at which it lay there. Second by second.
fn expected(world: &World, entries: &[LedgerEntry], end: usize) -> BTreeSet<Recipient> {
    let mut has = BTreeSet::new();
    for entry in entries {
        match entry {
            LedgerEntry::Fetched(fetched) => {
                has.insert(Recipient::Partner(fetched.by.clone()));
            }
            LedgerEntry::Shared(shared) => {
                has.insert(Recipient::Partner(shared.from.clone()));
                let Recipient::Group(group) = &shared.to else {
                    has.insert(shared.to.clone());
                    continue;
                };
                let lies_there = |second: &usize| {
                    at(*second) == shared.at || (at(*second) >= shared.at && *second <= end)
                };
                for second in (0..10).filter(lies_there) {
                    for membership in &world.directory.groups[group].members {
                        let began = membership.since.is_none_or(|since| since <= at(second));
                        let ended = membership.until.is_some_and(|until| until <= at(second));
                        if began && !ended {
                            has.insert(Recipient::Partner(membership.partner.clone()));
                        }
                    }
                }
            }
            _ => {}
        }
    }
    has.remove(&Recipient::Partner(world.directory.us.clone()));
    has
}

//! The rules of docs/integrate/tlp-and-sharing.md, a second time: slow, plain, and sharing no code with the
//! gate.

use std::collections::{BTreeMap, BTreeSet};

use avert_exchange::release::{Item, Origin, Terms};
use avert_model::{Event, Membership, Partner, PartnerId, Recipient, SharingGroupId, Tlp, Until};
use serde_json::Value;

use super::flat::{self, Leaf};
use super::markings::{self, TAGS};
use super::world::{LEVELS, World};

/// What may be told of one object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Told {
    pub(crate) id: String,
    /// Its leaves where they are now, each with its level and the other markings on it.
    pub(crate) leaves: BTreeSet<(Leaf, Tlp, BTreeSet<String>)>,
    pub(crate) chatham_house: bool,
}

/// What is known of an object while it is judged.
struct Judged<'a> {
    item: &'a Item<Value>,
    id: &'a str,
    level: Tlp,
    /// The levels at which all readers may read of it.
    readable: BTreeSet<Tlp>,
    chatham_house: bool,
    others: BTreeSet<String>,
    /// Marked selectors: level and other markings of each.
    parts: Vec<(String, Option<Tlp>, Option<String>)>,
    leaves: Vec<Leaf>,
    gone: BTreeSet<Leaf>,
    withheld: bool,
}

/// What may be told of each object of the world, in their order; nothing where it is withheld.
pub(crate) fn expected(world: &World) -> Vec<Option<Told>> {
    let mut all: Vec<Judged<'_>> = world.items.iter().map(|item| judge(world, item)).collect();
    while takes_more_out(world, &mut all) {}
    let mut all: Vec<Option<Told>> = all.iter().map(told).collect();
    // A version under the Chatham House Rule puts all of the object under it.
    let under_it: BTreeSet<String> = all
        .iter()
        .flatten()
        .filter(|one| one.chatham_house)
        .map(|one| one.id.clone())
        .collect();
    for told in all.iter_mut().flatten() {
        told.chatham_house = under_it.contains(&told.id);
    }
    all
}

// --- Who may read ---

/// The partners of the audience; nothing for everybody.
fn readers(world: &World) -> Option<Vec<&Partner>> {
    let partner = |id: &PartnerId| &world.directory.partners[id];
    match &world.audience {
        Recipient::Public => None,
        Recipient::Partner(id) => Some(vec![partner(id)]),
        Recipient::Group(id) => Some(members(world, id).into_iter().map(partner).collect()),
    }
}

fn members<'a>(world: &'a World, group: &SharingGroupId) -> Vec<&'a PartnerId> {
    let is_member = |membership: &&Membership| {
        let began = match membership.since {
            Some(since) => since <= world.now,
            None => true,
        };
        let ended = match membership.until {
            Some(until) => until <= world.now,
            None => false,
        };
        began && !ended
    };
    let members = world.directory.groups[group].members.iter();
    members
        .filter(is_member)
        .map(|membership| &membership.partner)
        .collect()
}

fn our_organisation(world: &World) -> &str {
    world.directory.partners[&world.directory.us]
        .organisation
        .as_str()
}

/// Nobody outside our organisation is to read it.
pub(crate) fn stays_inside(world: &World) -> bool {
    match readers(world) {
        None => false,
        Some(readers) => {
            !readers.is_empty()
                && readers
                    .iter()
                    .all(|one| one.organisation.as_str() == our_organisation(world))
        }
    }
}

fn is_ours(world: &World, item: &Item<Value>) -> bool {
    let made_by_us = match item.object["created_by_ref"].as_str() {
        None => true,
        Some(identity) => world.directory.our_identities.contains(identity),
    };
    item.terms.origin == Origin::Own && made_by_us
}

/// Whether its originator has to be asked before it goes anywhere.
fn asks_first(world: &World, item: &Item<Value>) -> bool {
    match &item.terms.origin {
        Origin::Own => !is_ours(world, item),
        Origin::Public => false,
        Origin::Partner(id) => match world.directory.partners.get(id) {
            None => true,
            Some(partner) => partner.ask_first,
        },
    }
}

/// The organisations of those to whom it was addressed, and ours.
fn addressed(world: &World, terms: &Terms) -> BTreeSet<String> {
    let mut organisations = BTreeSet::from([our_organisation(world).to_owned()]);
    let mut partners: Vec<&PartnerId> = terms.to.partners.iter().collect();
    for group in &terms.to.groups {
        partners.extend(members(world, group));
    }
    for partner in partners {
        if let Some(partner) = world.directory.partners.get(partner) {
            organisations.insert(partner.organisation.to_string());
        }
    }
    organisations
}

/// TLP 2.0, line by line.
fn one_may_read(world: &World, item: &Item<Value>, reader: &Partner, level: Tlp) -> bool {
    if level > reader.limit {
        return false;
    }
    let organisations = addressed(world, &item.terms);
    let of_an_addressee = organisations.contains(reader.organisation.as_str());
    let of_a_client = world.directory.clients.iter().any(|(of, clients)| {
        organisations.contains(of.as_str()) && clients.contains(&reader.organisation)
    });
    let free = !asks_first(world, item);
    match level {
        Tlp::Red => {
            reader.id == world.directory.us
                || (is_ours(world, item) && item.terms.to.partners.contains(&reader.id))
        }
        Tlp::AmberStrict => of_an_addressee,
        Tlp::Amber => of_an_addressee || (free && of_a_client),
        Tlp::Green => of_an_addressee || (free && (of_a_client || reader.community)),
        Tlp::Clear => of_an_addressee || free,
    }
}

fn all_may_read(world: &World, item: &Item<Value>, level: Tlp) -> bool {
    match readers(world) {
        None => level == Tlp::Clear && !asks_first(world, item),
        Some(readers) => {
            !readers.is_empty()
                && readers
                    .iter()
                    .all(|reader| one_may_read(world, item, reader, level))
        }
    }
}

// --- What is marked how ---

fn judge<'a>(world: &World, item: &'a Item<Value>) -> Judged<'a> {
    let body = &item.object;
    let leaves = flat::leaves(body);
    let marked_parts = body["granular_markings"].as_array();
    let selectable: BTreeSet<String> = match marked_parts {
        Some(_) => leaves.iter().flat_map(Leaf::selectors).collect(),
        None => BTreeSet::new(),
    };
    let mut levels: Vec<Tlp> = Vec::new();
    let mut others = BTreeSet::new();
    let mut parts = Vec::new();
    let mut chatham_house = false;
    let tags = item.terms.tags.iter();
    for tag in tags.filter_map(|tag| TAGS.iter().find(|(known, _)| known == tag)?.1) {
        levels.extend(tag.level);
        chatham_house |= tag.chatham_house;
    }
    for id in list(&body["object_marking_refs"]) {
        let means = markings::means(id);
        levels.extend(means.level);
        if means.stays {
            others.insert(id.to_owned());
        }
    }
    for part in marked_parts.into_iter().flatten() {
        let (level, other) = match part["marking_ref"].as_str() {
            Some(id) => {
                let means = markings::means(id);
                (means.level, means.stays.then(|| id.to_owned()))
            }
            None => (
                None,
                part["lang"].as_str().map(|lang| format!("lang {lang}")),
            ),
        };
        for selector in list(&part["selectors"]) {
            if selectable.contains(selector) {
                parts.push((selector.to_owned(), level, other.clone()));
            } else {
                levels.extend(level);
                // A language of nothing is nothing.
                others.extend(other.clone().filter(|other| !other.starts_with("lang ")));
            }
        }
    }
    let level = levels.into_iter().max().unwrap_or(world.unmarked);
    let mut judged = Judged {
        item,
        id: body["id"].as_str().expect("an id"),
        level,
        readable: LEVELS
            .into_iter()
            .filter(|level| all_may_read(world, item, *level))
            .collect(),
        chatham_house,
        others,
        parts,
        leaves,
        gone: BTreeSet::new(),
        withheld: false,
    };
    judged.withheld = is_withheld(world, &judged);
    let too_strict = judged.leaves.iter().filter(|leaf| {
        !judged.readable.contains(&level_of(&judged, leaf))
            || (judged.chatham_house && leaf.property() == "created_by_ref" && !stays_inside(world))
    });
    judged.gone = too_strict.cloned().collect();
    judged
}

fn list(value: &Value) -> Vec<&str> {
    value
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect()
}

/// A part is as strict as the strictest of what applies to it.
fn level_of(judged: &Judged<'_>, leaf: &Leaf) -> Tlp {
    let parts = judged
        .parts
        .iter()
        .filter(|(selector, _, _)| leaf.is_in(selector));
    parts
        .filter_map(|(_, level, _)| *level)
        .fold(judged.level, Tlp::max)
}

fn others_of(judged: &Judged<'_>, leaf: &Leaf) -> BTreeSet<String> {
    let parts = judged
        .parts
        .iter()
        .filter(|(selector, _, _)| leaf.is_in(selector));
    let parts = parts.filter_map(|(_, _, other)| other.clone());
    judged.others.iter().cloned().chain(parts).collect()
}

fn is_withheld(world: &World, judged: &Judged<'_>) -> bool {
    let happened = |event: &Event| {
        world
            .happened
            .iter()
            .any(|known| known.event == *event && known.at <= world.now)
    };
    let waits = judged.item.terms.embargo.iter().any(|until| match until {
        Until::Time(at) => *at > world.now,
        Until::Event(event) => !happened(event),
    });
    let bound = !stays_inside(world) && (waits || world.retracted.contains(judged.id));
    bound || !judged.readable.contains(&judged.level)
}

// --- What names what ---

/// One round: takes out what names the unknown, and withholds what cannot be without what is gone. Says
/// whether anything changed.
fn takes_more_out(world: &World, all: &mut [Judged<'_>]) -> bool {
    let mut is_told: BTreeMap<String, bool> = BTreeMap::new();
    for judged in all.iter() {
        *is_told.entry(judged.id.to_owned()).or_default() |= !judged.withheld;
    }
    let may_know = |id: &str| match is_told.get(id) {
        Some(told) => *told,
        None => world.known.contains(id) && (stays_inside(world) || !world.retracted.contains(id)),
    };
    let mut untold: BTreeSet<&String> = is_told
        .iter()
        .filter(|(_, told)| !**told)
        .map(|(id, _)| id)
        .collect();
    if !stays_inside(world) {
        untold.extend(
            world
                .retracted
                .iter()
                .filter(|id| !is_told.contains_key(*id)),
        );
    }
    let mut changed = false;
    for judged in all.iter_mut().filter(|judged| !judged.withheld) {
        let named = judged.leaves.iter().filter(|leaf| {
            let refers = leaf.is_string && is_reference(leaf) && leaf.text.contains("--");
            (refers && !may_know(&leaf.text))
                || untold.iter().any(|id| {
                    leaf.text.contains(id.as_str())
                        || leaf.way.iter().any(|step| step.contains(id.as_str()))
                })
        });
        let named: Vec<Leaf> = named.cloned().collect();
        for leaf in named {
            changed |= judged.gone.insert(leaf);
        }
        if lacks_something(judged) {
            judged.withheld = true;
            changed = true;
        }
    }
    changed
}

fn is_reference(leaf: &Leaf) -> bool {
    let (last, before) = (&leaf.way[leaf.way.len() - 1], leaf.way.iter().rev().nth(1));
    last.ends_with("_ref")
        || (last.starts_with('[') && before.is_some_and(|name| name.ends_with("_refs")))
}

fn lacks_something(judged: &Judged<'_>) -> bool {
    let (kind, uuid) = judged.id.split_once("--").expect("an id");
    let any_of: &[&[&str]] = match kind {
        "identity" => &[&["name"]],
        "indicator" => &[&["pattern"], &["pattern_type"], &["valid_from"]],
        // All of them are families, which have names.
        "malware" => &[&["is_family"], &["name"]],
        "relationship" => &[&["relationship_type"], &["source_ref"], &["target_ref"]],
        "report" => &[&["name"], &["published"], &["object_refs"]],
        "sighting" => &[&["sighting_of_ref"]],
        "note" => &[&["content"], &["object_refs"]],
        "file" => &[&["name", "hashes"]],
        "domain-name" => &[&["value"]],
        other => panic!("{other} is none of the world's types"),
    };
    let always: &[&[&str]] = &[
        &["type"],
        &["id"],
        &["spec_version"],
        &["created"],
        &["modified"],
    ];
    let vanished = |names: &[&str]| {
        let of_these = |leaf: &&Leaf| names.contains(&leaf.property());
        let mut were = judged.leaves.iter().filter(of_these).peekable();
        were.peek().is_some() && were.all(|leaf| judged.gone.contains(leaf))
    };
    let computed_from: &[&str] = match (kind, &uuid[14..15]) {
        ("file", "5") => &["hashes", "name", "extensions", "parent_directory_ref"],
        ("domain-name", "5") => &["value"],
        _ => &[],
    };
    any_of.iter().chain(always).any(|names| vanished(names))
        || judged
            .gone
            .iter()
            .any(|leaf| computed_from.contains(&leaf.property()))
}

fn told(judged: &Judged<'_>) -> Option<Told> {
    if judged.withheld {
        return None;
    }
    let left: Vec<Leaf> = judged
        .leaves
        .iter()
        .filter(|leaf| !judged.gone.contains(leaf))
        .cloned()
        .collect();
    let moved = flat::moved_up(&left);
    let leaves = left.iter().zip(moved);
    Some(Told {
        id: judged.id.to_owned(),
        leaves: leaves
            .map(|(was, is)| (is, level_of(judged, was), others_of(judged, was)))
            .collect(),
        chatham_house: judged.chatham_house,
    })
}

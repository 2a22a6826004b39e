//! Events that came from MISP.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::{Objects, kept_of, tags, texts, uuid_in};
use crate::misp::event::Event;
use crate::misp::json::{self, Members};
use crate::misp::kept;

/// The event that a report or grouping lists, if it is one of MISP. What the event says again is used up.
pub(super) fn event<'b>(
    report: &'b Members,
    objects: &Objects<'b>,
    used: &mut BTreeSet<&'b str>,
) -> Option<Event> {
    let kept = kept_of(report, kept::EVENT)?;
    let id = json::text(report, "id")?;
    let mut event = kept.clone();
    event.insert(
        "uuid".into(),
        kept.get("uuid")
            .cloned()
            .unwrap_or_else(|| uuid_in(id).into()),
    );
    used.insert(id);
    if !event.contains_key("Orgc")
        && let Some(author) = json::text(report, "created_by_ref").and_then(|id| objects.get(id))
        && let (Some(id), Some(name)) = (json::text(author, "id"), json::text(author, "name"))
    {
        let organisation = json!({ "uuid": uuid_in(id), "name": name });
        event.insert("Orgc".into(), organisation);
    }
    let level = tags::level(report);
    tags::settle(&mut event, level, None);
    let level = tags::said(&event);
    let mut parts = Parts::default();
    let listed = listed(report, objects, used);
    for body in listed.iter().filter_map(|id| objects.get(id)) {
        let Some(id) = json::text(body, "id") else {
            continue;
        };
        if parts.take(body, objects) {
            used.insert(id);
        }
    }
    used_up((report, &listed), objects, &parts, used);
    parts.refer();
    for (name, mut list) in [("Attribute", parts.attributes), ("Object", parts.objects)] {
        for (part, marked) in &mut list {
            tags::settle(part, *marked, level);
        }
        fill(&mut event, name, list.into_iter().map(|(part, _)| part));
    }
    fill(&mut event, "EventReport", parts.reports.into_iter());
    recount(&mut event);
    Event::of(Value::Object(event)).ok()
}

/// What a report lists, itself or by the groupings that list it in its stead. These are used up.
fn listed<'b>(
    report: &'b Members,
    objects: &Objects<'b>,
    used: &mut BTreeSet<&'b str>,
) -> Vec<&'b str> {
    let own = json::text(report, "id").map(uuid_in);
    let mut listed = Vec::new();
    for id in texts(report, "object_refs") {
        let part = objects.get(id).filter(|body| {
            let event = json::text(body, kept::PART_OF);
            event.is_some() && event == own
        });
        match part {
            Some(part) => {
                used.insert(id);
                listed.extend(texts(part, "object_refs"));
            }
            None => listed.push(id),
        }
    }
    listed
}

/// Adds parts to a list of the event, behind what is there: what no object was made of.
fn fill(event: &mut Members, name: &str, parts: impl Iterator<Item = Members>) {
    let mut parts: Vec<Value> = parts.map(Value::Object).collect();
    if parts.is_empty() {
        return;
    }
    match event.get_mut(name) {
        Some(Value::Array(list)) => {
            list.append(&mut parts);
        }
        _ => {
            event.insert(name.into(), Value::Array(parts));
        }
    }
}

/// Where an event says how many attributes it has, it says it of those that are told.
fn recount(event: &mut Members) {
    let Some(said) = event.get("attribute_count") else {
        return;
    };
    let alive = |part: &&Members| json::flag(part, "deleted") != Some(true);
    let within = json::objects(event, "Object").filter(alive);
    let within: usize = within
        .map(|object| json::objects(object, "Attribute").filter(alive).count())
        .sum();
    let count = json::objects(event, "Attribute").filter(alive).count() + within;
    let count = if said.is_string() {
        Value::from(count.to_string())
    } else {
        Value::from(count)
    };
    event.insert("attribute_count".into(), count);
}

/// What of an event was found in objects, each with its marking.
#[derive(Default)]
struct Parts<'b> {
    attributes: Vec<(Members, Option<avert_model::Tlp>)>,
    objects: Vec<(Members, Option<avert_model::Tlp>)>,
    reports: Vec<Members>,
    /// By the id of the object that refers, in the order in which they are listed.
    references: BTreeMap<&'b str, Vec<Members>>,
    /// Which object of STIX became which object of MISP.
    places: BTreeMap<&'b str, usize>,
    /// The UUIDs of attributes and objects.
    uuids: BTreeSet<&'b str>,
}

impl<'b> Parts<'b> {
    /// Takes what an object keeps; `false` if it keeps nothing.
    fn take(&mut self, body: &'b Members, objects: &Objects<'b>) -> bool {
        let Some(id) = json::text(body, "id") else {
            return false;
        };
        if let Some(attribute) = attribute(body, objects) {
            self.attributes.push((attribute, tags::level(body)));
            self.uuids.insert(uuid_in(id));
        } else if let Some(object) = object(body) {
            self.places.insert(id, self.objects.len());
            self.objects.push((object, tags::level(body)));
            self.uuids.insert(uuid_in(id));
        } else if let Some(report) = kept_of(body, kept::EVENT_REPORT) {
            self.reports.push(report.clone());
        } else if let Some(reference) = kept_of(body, kept::REFERENCE)
            && let Some(source) = json::text(body, "source_ref")
        {
            self.references
                .entry(source)
                .or_default()
                .push(reference.clone());
        } else {
            return false;
        }
        true
    }

    /// Gives references back to the objects that they are of.
    fn refer(&mut self) {
        for (source, references) in std::mem::take(&mut self.references) {
            let Some(place) = self.places.get(source) else {
                continue;
            };
            fill(
                &mut self.objects[*place].0,
                "ObjectReference",
                references.into_iter(),
            );
        }
    }
}

/// The attribute that an object keeps, with what its artifact holds.
pub(super) fn attribute<'b>(body: &'b Members, objects: &Objects<'b>) -> Option<Members> {
    let mut attribute = kept_of(body, kept::ATTRIBUTE)?.clone();
    let uuid = uuid_in(json::text(body, "id")?);
    let artifact = objects.get(&format!("artifact--{uuid}"));
    if let Some(data) = artifact.and_then(|artifact| json::text(artifact, "payload_bin"))
        && !attribute.contains_key("data")
    {
        attribute.insert("data".into(), data.into());
    }
    Some(attribute)
}

/// The object of MISP that an object keeps, without its references.
pub(super) fn object(body: &Members) -> Option<Members> {
    let mut object = kept_of(body, kept::OBJECT)?.clone();
    if let Some(attributes @ Value::Array(_)) = body.get(kept::ATTRIBUTES)
        && !object.contains_key("Attribute")
    {
        object.insert("Attribute".into(), attributes.clone());
    }
    Some(object)
}

/// What was made of a part of the event besides the object that keeps it: its observables, its indicator,
/// and what connects them; clusters, sightings and organisations, which the parts keep themselves.
fn used_up<'b>(
    (report, listed): (&'b Members, &[&'b str]),
    objects: &Objects<'b>,
    parts: &Parts<'b>,
    used: &mut BTreeSet<&'b str>,
) {
    let mut named: BTreeSet<String> = BTreeSet::new();
    named.extend(parts.uuids.iter().map(|uuid| uuid.to_ascii_lowercase()));
    named.extend(json::text(report, "id").map(|id| uuid_in(id).to_owned()));
    if let Some(kept) = report.get(kept::EVENT) {
        uuids(kept, 0, &mut named);
    }
    for (part, _) in parts.attributes.iter().chain(&parts.objects) {
        uuids_within(part, 0, &mut named);
    }
    let identities = named.iter().map(|uuid| format!("identity--{uuid}"));
    used.extend(identities.filter_map(|id| objects.id(&id)));
    let is_of_it = |id: &str| named.contains(uuid_in(id));
    for body in listed.iter().filter_map(|id| objects.get(id)) {
        let text = |name| json::text(body, name);
        let mut ends = ["source_ref", "target_ref"].into_iter().filter_map(text);
        let of_it = match text("type") {
            Some("relationship") => ends.all(is_of_it),
            Some("sighting") => text("sighting_of_ref").is_some_and(is_of_it),
            Some("opinion") => texts(body, "object_refs").all(is_of_it),
            _ => text("id").is_some_and(is_of_it),
        };
        if !of_it {
            continue;
        }
        used.extend(text("id"));
        if text("type") == Some("observed-data") {
            used.extend(texts(body, "object_refs").filter_map(|id| objects.id(id)));
        }
    }
}

/// Every UUID of a part of an event, in small letters.
fn uuids(value: &Value, depth: usize, into: &mut BTreeSet<String>) {
    match value {
        Value::Object(members) => uuids_within(members, depth, into),
        Value::Array(list) if depth < DEEPEST => {
            for value in list {
                uuids(value, depth + 1, into);
            }
        }
        _ => {}
    }
}

/// No event that was taken in goes deeper.
const DEEPEST: usize = 100;

fn uuids_within(members: &Members, depth: usize, into: &mut BTreeSet<String>) {
    into.extend(json::uuid(members));
    if depth < DEEPEST {
        for value in members.values() {
            uuids(value, depth + 1, into);
        }
    }
}

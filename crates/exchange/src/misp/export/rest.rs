//! One event of whatever did not come from MISP.

use std::collections::{BTreeMap, BTreeSet};

use avert_model::Tlp;
use serde_json::{Value, json};

use super::{
    Envelope, LeftOut, Objects, described, indicator, labelled, observed, restore, tags, texts,
};
use crate::misp::event::Event;
use crate::misp::json::{self, Members};
use crate::release::{Bundle, Releasable, tlp};
use crate::stix::{Class, Id, class_of, parse_time};

/// The event, if there is anything to put into it, and what it has no place for.
pub(super) fn event<T>(
    objects: &Objects<'_>,
    used: &BTreeSet<&str>,
    release: &Releasable<Bundle<T>>,
    envelope: &Envelope,
) -> (Option<Event>, Vec<LeftOut>) {
    let rest: Vec<&Members> = objects
        .in_order
        .iter()
        .copied()
        .filter(|body| json::text(body, "id").is_some_and(|id| !used.contains(id)))
        .collect();
    let told = rest.iter().any(|body| {
        !matches!(
            json::text(body, "type"),
            None | Some("marking-definition" | "identity")
        )
    });
    if !told {
        return (None, Vec::new());
    }
    let mut writer = Writer::new(objects, release.level(), envelope);
    let bundle = release.get();
    // What was observed says of which type its observables are; they come after it.
    let (observed, others): (Vec<&Members>, Vec<&Members>) = rest
        .into_iter()
        .partition(|body| json::text(body, "type") == Some("observed-data"));
    for body in observed.into_iter().chain(others) {
        writer.tell(body);
    }
    writer.refer();
    let left_out = std::mem::take(&mut writer.left_out);
    let chatham_house = !bundle.chatham_house.is_empty();
    (writer.done(chatham_house), left_out)
}

/// Where in the event an object of STIX went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Went {
    Attribute(usize),
    Object(usize),
}

/// An event in the making.
pub(super) struct Writer<'b> {
    pub(super) objects: &'b Objects<'b>,
    pub(super) envelope: &'b Envelope,
    level: Tlp,
    attributes: Vec<Members>,
    things: Vec<Members>,
    reports: Vec<Members>,
    galaxies: BTreeMap<String, Vec<Value>>,
    tags: BTreeSet<String>,
    went: BTreeMap<String, Vec<Went>>,
    /// What each observable belongs to: when it was seen, and how the observation is marked.
    seen: BTreeMap<&'b str, &'b Members>,
    /// Observables that are parts of others, and told with them.
    pub(super) parts: BTreeSet<&'b str>,
    /// Who made anything.
    authors: BTreeSet<&'b str>,
    /// Where an attribute of this type and value is.
    said: BTreeMap<(String, String), usize>,
    /// Which sightings an attribute has.
    sighted: BTreeSet<(usize, String)>,
    relations: Vec<&'b Members>,
    sightings: Vec<&'b Members>,
    /// Relationships that no object of MISP can have.
    lines: Vec<String>,
    left_out: Vec<LeftOut>,
}

impl<'b> Writer<'b> {
    fn new(objects: &'b Objects<'b>, level: Tlp, envelope: &'b Envelope) -> Self {
        let mut seen = BTreeMap::new();
        let mut parts = BTreeSet::new();
        let mut authors = BTreeSet::new();
        for body in &objects.in_order {
            authors.extend(json::text(body, "created_by_ref"));
            match json::text(body, "type") {
                Some("observed-data") => {
                    seen.extend(texts(body, "object_refs").map(|id| (id, *body)));
                }
                Some(kind) if class_of(kind) == Some(Class::Observable) => {
                    observed::parts_of(body, &mut parts);
                }
                _ => {}
            }
        }
        Self {
            objects,
            envelope,
            level,
            attributes: Vec::new(),
            things: Vec::new(),
            reports: Vec::new(),
            galaxies: BTreeMap::new(),
            tags: BTreeSet::new(),
            went: BTreeMap::new(),
            seen,
            parts,
            authors,
            said: BTreeMap::new(),
            sighted: BTreeSet::new(),
            relations: Vec::new(),
            sightings: Vec::new(),
            lines: Vec::new(),
            left_out: Vec::new(),
        }
    }

    /// Tells an object, whatever it is.
    fn tell(&mut self, body: &'b Members) {
        let (Some(kind), Some(id)) = (json::text(body, "type"), json::text(body, "id")) else {
            return;
        };
        // A part of an event of MISP whose event is not told, or that somebody else's tool made.
        if let Some(attribute) = restore::attribute(body, self.objects) {
            self.add_kept(body, attribute, Went::Attribute);
            return;
        }
        if let Some(object) = restore::object(body) {
            self.add_kept(body, object, Went::Object);
            return;
        }
        if let Some(attribute) = labelled::attribute(self, body) {
            return self.add(body, attribute);
        }
        if let Some(object) = labelled::object(self, body) {
            return self.add_thing(body, object);
        }
        match kind {
            "marking-definition" => {}
            "observed-data" => labelled::observed(self, body),
            "relationship" => self.relations.push(body),
            "sighting" | "opinion" => self.sightings.push(body),
            "indicator" => indicator::tell(self, body),
            _ if class_of(kind) == Some(Class::Observable) => {
                if !self.parts.contains(id) {
                    observed::tell(self, body);
                }
            }
            _ => described::tell(self, body),
        }
    }

    fn add_kept(&mut self, body: &Members, mut part: Members, went: fn(usize) -> Went) {
        tags::settle(&mut part, tags::level(body), Some(self.level));
        let list = match went(0) {
            Went::Attribute(_) => &mut self.attributes,
            Went::Object(_) => &mut self.things,
        };
        let place = list.len();
        if went(place) == Went::Attribute(place) {
            let uuids = json::objects(&part, "Sighting").filter_map(json::uuid);
            self.sighted.extend(uuids.map(|uuid| (place, uuid)));
        }
        list.push(part);
        self.note(body, went(place));
    }

    /// Whether an identity made something: then it is told as who did.
    pub(super) fn is_author(&self, body: &Members) -> bool {
        json::text(body, "id").is_some_and(|id| self.authors.contains(id))
    }

    pub(super) fn note(&mut self, body: &Members, went: Went) {
        if let Some(id) = json::text(body, "id") {
            self.went.entry(id.to_owned()).or_default().push(went);
        }
    }

    pub(super) fn leave_out(&mut self, body: &Members, why: &'static str) {
        if let Some(id) = json::text(body, "id") {
            self.left_out.push(LeftOut {
                id: id.to_owned(),
                why,
            });
        }
    }

    /// An attribute of this type and value, dressed as the object that says it.
    pub(super) fn attribute(
        &self,
        body: &Members,
        uuid: &str,
        kind: &str,
        value: &str,
        to_ids: bool,
    ) -> Members {
        let seen = json::text(body, "id").and_then(|id| self.seen.get(id));
        let category = labelled::category(seen.unwrap_or(&body), kind);
        let mut attribute = Members::new();
        let mut set = |name: &str, value: Value| attribute.insert(name.to_owned(), value);
        set("uuid", uuid.into());
        set("type", kind.into());
        set("value", value.into());
        set("category", category.into());
        set("to_ids", to_ids.into());
        set("distribution", "5".into());
        set("timestamp", self.second_of(body).into());
        let comment = ["name", "description"].map(|name| json::text(body, name));
        let observable =
            json::text(body, "type").is_some_and(|kind| class_of(kind) == Some(Class::Observable));
        let comment: Vec<&str> = comment.into_iter().flatten().collect();
        let comment = if observable {
            String::new()
        } else {
            comment.join(": ")
        };
        set("comment", comment.into());
        if let Some(seen) = seen {
            for (from, to) in [
                ("first_observed", "first_seen"),
                ("last_observed", "last_seen"),
            ] {
                if let Some(at) = seen.get(from) {
                    attribute.insert(to.to_owned(), at.clone());
                }
            }
        }
        self.tag(body, &mut attribute);
        attribute
    }

    /// The tags of a part: its labels, and its marking where it is not the event's.
    pub(super) fn tag(&self, body: &Members, part: &mut Members) {
        if let Some(level) = tags::level(body)
            && level != self.level
        {
            tags::add(part, tags::tag(level));
        }
        for label in texts(body, "labels") {
            if !label.starts_with("misp:") && tlp::of_tag(label).is_none() {
                tags::add(part, label);
            }
        }
    }

    pub(super) fn second_of(&self, body: &Members) -> String {
        let said = ["modified", "created"]
            .iter()
            .find_map(|name| json::text(body, name));
        let seen = || {
            let seen = self.seen.get(json::text(body, "id")?)?;
            json::text(seen, "modified")
        };
        let at = said.or_else(seen).and_then(parse_time);
        at.unwrap_or(self.envelope.at).as_second().to_string()
    }

    /// Adds an attribute; of two that say the same one is left, for detection if either is.
    pub(super) fn add(&mut self, body: &Members, attribute: Members) {
        let text = |name| json::text(&attribute, name).unwrap_or("").to_owned();
        let said = (text("type"), text("value"));
        let place = *self.said.entry(said).or_insert(self.attributes.len());
        match self.attributes.get_mut(place) {
            None => self.attributes.push(attribute),
            Some(known) => {
                if attribute.get("to_ids") == Some(&Value::Bool(true)) {
                    known.insert("to_ids".into(), true.into());
                }
                for name in ["first_seen", "last_seen"] {
                    if let Some(at) = attribute.get(name) {
                        known.entry(name).or_insert_with(|| at.clone());
                    }
                }
            }
        }
        self.note(body, Went::Attribute(place));
    }

    /// The type that the labels of an object, or of the observation that it is of, say of this one.
    pub(super) fn labelled(&self, body: &Members, kind: &str) -> String {
        let seen = json::text(body, "id").and_then(|id| self.seen.get(id));
        labelled::kind(seen.unwrap_or(&body), kind).to_owned()
    }

    /// Tells an object as what another became; `false` if that became nothing.
    pub(super) fn same_as(&mut self, body: &Members, other: &str) -> bool {
        let Some(went) = self.went.get(other).cloned() else {
            return false;
        };
        for went in went {
            self.note(body, went);
        }
        true
    }

    /// Adds an object.
    pub(super) fn add_thing(&mut self, body: &Members, thing: Members) {
        self.things.push(thing);
        let place = self.things.len() - 1;
        self.note(body, Went::Object(place));
    }

    /// Adds a report of the event.
    pub(super) fn report(&mut self, body: &Members, name: &str, content: &str) {
        let uuid = json::text(body, "id").map_or("", super::uuid_in);
        self.reports
            .push(report(uuid, name, content, &self.second_of(body)));
    }

    /// Adds a tag to the event.
    pub(super) fn tag_event(&mut self, tag: String) {
        self.tags.insert(tag);
    }

    /// Adds a cluster to a galaxy of the event, with its tag.
    pub(super) fn cluster(&mut self, galaxy: &str, cluster: Value) {
        self.galaxies
            .entry(galaxy.to_owned())
            .or_default()
            .push(cluster);
    }

    /// The words by which a report can name what an object became.
    pub(super) fn named(&self, id: &str) -> Vec<String> {
        let went = self.went.get(id).into_iter().flatten();
        went.filter_map(|went| {
            let (kind, part) = match went {
                Went::Attribute(place) => ("attribute", &self.attributes[*place]),
                Went::Object(place) => ("object", &self.things[*place]),
            };
            Some(format!("@[{kind}]({})", json::text(part, "uuid")?))
        })
        .collect()
    }

    /// Tells relationships and sightings, once everything has its place.
    fn refer(&mut self) {
        for body in std::mem::take(&mut self.relations) {
            described::relation(self, body);
        }
        for body in std::mem::take(&mut self.sightings) {
            described::sighting(self, body);
        }
    }

    /// Adds a reference to the object of MISP that the source became; `false` if it is none.
    pub(super) fn reference(&mut self, source: &str, mut reference: Members, target: &str) -> bool {
        let uuid = |went: &Went| match went {
            Went::Attribute(place) => json::text(&self.attributes[*place], "uuid"),
            Went::Object(place) => json::text(&self.things[*place], "uuid"),
        };
        let to = self
            .went
            .get(target)
            .and_then(|all| uuid(all.first()?))
            .map(str::to_owned);
        let from = self.went.get(source).and_then(|all| all.first().copied());
        let (Some(Went::Object(place)), Some(to)) = (from, to) else {
            return false;
        };
        let thing = &mut self.things[place];
        if let Some(own) = thing.get("uuid") {
            reference.insert("object_uuid".into(), own.clone());
        }
        reference.insert("referenced_uuid".into(), to.into());
        let references = thing.entry("ObjectReference").or_insert_with(|| json!([]));
        if let Value::Array(references) = references {
            references.push(Value::Object(reference));
        }
        true
    }

    /// Says in words what no object of MISP can refer to.
    pub(super) fn line(&mut self, line: String) {
        self.lines.push(line);
    }

    /// Adds a sighting to an attribute that an object became; `false` if it became none.
    pub(super) fn sight(&mut self, id: &str, sighting: &Members) -> bool {
        let all = self.went.get(id).into_iter().flatten();
        let attribute = all.copied().find_map(|went| match went {
            Went::Attribute(place) => Some(place),
            Went::Object(_) => None,
        });
        let Some(place) = attribute else {
            return false;
        };
        let sightings = self.attributes[place]
            .entry("Sighting")
            .or_insert_with(|| json!([]));
        let Value::Array(sightings) = sightings else {
            return false;
        };
        let uuid = json::text(sighting, "uuid").unwrap_or("");
        if self.sighted.insert((place, uuid.to_owned())) {
            sightings.push(Value::Object(sighting.clone()));
        }
        true
    }

    fn done(mut self, chatham_house: bool) -> Option<Event> {
        let envelope = self.envelope;
        if !self.lines.is_empty() {
            let uuid = Id::from_name("any", [0; 16], &format!("{} relations", envelope.id));
            let second = envelope.at.as_second().to_string();
            let lines = self.lines.join("\n");
            self.reports
                .push(report(uuid.uuid(), "Relations", &lines, &second));
        }
        let empty = self.attributes.is_empty() && self.things.is_empty() && self.reports.is_empty();
        if empty && self.tags.is_empty() && self.galaxies.is_empty() {
            return None;
        }
        let galaxies: Vec<Value> = std::mem::take(&mut self.galaxies)
            .into_iter()
            .map(|(kind, clusters)| {
                json!({
                    "uuid": Id::from_name("any", [0; 16], &kind).uuid(),
                    "type": kind, "name": kind, "description": "", "version": "1",
                    "GalaxyCluster": clusters,
                })
            })
            .collect();
        let organisation = json!({
            "uuid": envelope.organisation.uuid.clone().unwrap_or_default(),
            "name": envelope.organisation.name,
        });
        let own = [
            Some(tags::tag(self.level)),
            chatham_house.then_some("tlp:ex:chr"),
        ];
        let names = own
            .into_iter()
            .flatten()
            .chain(self.tags.iter().map(String::as_str));
        let tags: Vec<Value> = names.map(|name| json!({ "name": name })).collect();
        let event = json::members(json!({
            "uuid": envelope.id.uuid(),
            "info": envelope.info,
            "date": envelope.at.strftime("%Y-%m-%d").to_string(),
            "timestamp": envelope.at.as_second().to_string(),
            "published": false,
            "analysis": "2",
            "threat_level_id": "4",
            "distribution": distribution(self.level),
            "Orgc": organisation,
            "Attribute": self.attributes,
            "Object": self.things,
            "EventReport": self.reports,
            "Galaxy": galaxies,
            "Tag": tags,
        }));
        Event::of(Value::Object(event)).ok()
    }
}

/// How far whoever gets it may have it dealt out by itself: no further than the label says.
fn distribution(level: Tlp) -> &'static str {
    match level {
        Tlp::Clear => "3",
        Tlp::Green => "1",
        Tlp::Amber | Tlp::AmberStrict | Tlp::Red => "0",
    }
}

fn report(uuid: &str, name: &str, content: &str, second: &str) -> Members {
    json::members(json!({
        "uuid": uuid, "name": name, "content": content, "distribution": "5", "timestamp": second,
    }))
}

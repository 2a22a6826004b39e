//! An event as objects of STIX.
//!
//! Each attribute, object, report and cluster becomes objects whose ids hold its UUID, so the same event gives the
//! same ids. What is wrong with one is told, and the others are there all the same.

mod attribute;
mod context;
mod draft;
mod galaxy;
mod marks;
mod object;

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::fmt;
use std::sync::Arc;

use avert_model::{Timestamp, Tlp};
use serde_json::{Value, json};

use self::draft::Dress;
use self::marks::Marks;
pub(super) use self::marks::strictest;
use super::distribution::Distribution;
use super::event::Event;
use super::json::{self, Members};
use super::kept;
use crate::stix::{Object, write_time};

/// The report lists so many objects at most, and each of the groupings that it lists in their stead. It is what lets
/// a reader have all of them: a partner of ours takes no object of more than a mebibyte, and the longest id is 62
/// bytes with what stands around it.
const LISTED: usize = 10_000;

/// What an event became.
#[derive(Debug, Clone, PartialEq)]
pub struct Imported {
    /// The objects; the last is the `report` or `grouping` that lists them.
    pub objects: Vec<Told>,
    /// What was wrong with parts of it. What they hold is kept with the event where it can be.
    pub problems: Vec<Problem>,
}

/// An object, and how far the event said that it goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    /// The object. Its marking is the strictest of what the tags of the event and of the part say.
    pub object: Object,
    /// Who may have it, as the event says it.
    pub distribution: Distribution,
    /// Whether it is under the Chatham House Rule (`tlp:ex:chr`), which STIX has no marking for.
    pub chatham_house: bool,
}

/// What was wrong with a part of an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The event.
    pub event: String,
    /// Where in it: `Object[3].Attribute[0].value`.
    pub path: String,
    /// The UUID of that part, where it has one.
    pub uuid: Option<String>,
    /// What is wrong, in plain words. What was written there is not repeated.
    pub what: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "event {}: {}", self.event, self.path)?;
        if let Some(uuid) = &self.uuid {
            write!(formatter, " ({uuid})")?;
        }
        write!(formatter, ": {}", self.what)
    }
}

/// Makes objects of an event, one by one: they are made when they are asked for.
///
/// Cost: beside the event itself, memory for the ids of its objects and for what one part of it becomes. No part of it can
/// make another fail.
pub fn import(event: Event) -> Import {
    let members = event.members();
    let day = json::text(members, "date").and_then(json::moment_of_day);
    let at = json::seconds(members, "timestamp")
        .or(day)
        .unwrap_or(Timestamp::UNIX_EPOCH);
    Import {
        at,
        marks: Marks::of(members),
        distribution: Distribution::of(members, None),
        event: Arc::new(event),
        created_by: None,
        next: Step::Author,
        ready: VecDeque::new(),
        made: 0,
        listed: Vec::new(),
        parts: Vec::new(),
        taken: BTreeMap::new(),
        primary: BTreeMap::new(),
        references: Vec::new(),
        levels: BTreeSet::new(),
        problems: Vec::new(),
    }
}

/// An event on its way to objects: an iterator over them. The last is the `report` or `grouping` that lists the others.
#[derive(Debug)]
pub struct Import {
    event: Arc<Event>,
    /// When the event was last changed: the time of what does not say its own.
    at: Timestamp,
    marks: Marks,
    distribution: Distribution,
    created_by: Option<String>,
    /// What is made of objects next.
    next: Step,
    /// What was made and not yet asked for.
    ready: VecDeque<Told>,
    /// How many objects were made, without definitions of markings.
    made: usize,
    /// What the report lists, without what its parts list.
    listed: Vec<String>,
    /// The groupings that list what came before.
    parts: Vec<String>,
    /// The ids of the objects that there are, with how far they may be told.
    taken: BTreeMap<String, Option<Tlp>>,
    /// The object that tells the attribute or object of this UUID.
    primary: BTreeMap<String, String>,
    /// References of objects, which may lead to what comes later.
    references: Vec<Referring>,
    levels: BTreeSet<Tlp>,
    problems: Vec<Problem>,
}

/// A part of an event that becomes objects, by its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    Author,
    Attribute(usize),
    Object(usize),
    Reference(usize),
    Report(usize),
    Galaxies,
    Event,
    Nothing,
}

/// The references of an object of the event: what tells the object, and its place.
#[derive(Debug)]
struct Referring {
    source: String,
    place: usize,
    dress: Dress,
}

impl Iterator for Import {
    type Item = Told;

    fn next(&mut self) -> Option<Told> {
        while self.ready.is_empty() && self.next != Step::Nothing {
            self.advance();
        }
        self.ready.pop_front()
    }
}

impl Import {
    /// What was wrong with parts of it: once, when all of its objects were asked for.
    pub fn problems(&mut self) -> Vec<Problem> {
        if self.next == Step::Nothing {
            return std::mem::take(&mut self.problems);
        }
        Vec::new()
    }

    /// All of its objects, and what was wrong. Cost: memory of some tens of times the event's text.
    pub fn whole(mut self) -> Imported {
        let objects = self.by_ref().collect();
        let problems = self.problems();
        Imported { objects, problems }
    }

    /// Makes objects of the next part.
    fn advance(&mut self) {
        let event = Arc::clone(&self.event);
        let part = |name, place: usize| json::list(event.members(), name).get(place);
        self.next = match self.next {
            Step::Author => {
                self.author();
                Step::Attribute(0)
            }
            Step::Attribute(place) => match part("Attribute", place) {
                Some(value) => {
                    self.attribute_at(place, value);
                    Step::Attribute(place + 1)
                }
                None => Step::Object(0),
            },
            Step::Object(place) => match part("Object", place) {
                Some(value) => {
                    self.object_at(place, value);
                    Step::Object(place + 1)
                }
                None => Step::Reference(0),
            },
            Step::Reference(place) if place < self.references.len() => {
                self.references_of(place);
                Step::Reference(place + 1)
            }
            Step::Reference(_) => Step::Report(0),
            Step::Report(place) => match part("EventReport", place) {
                Some(value) => {
                    self.report_at(place, value);
                    Step::Report(place + 1)
                }
                None => Step::Galaxies,
            },
            Step::Galaxies => {
                self.galaxies_of_event();
                Step::Event
            }
            Step::Event => {
                self.event();
                Step::Nothing
            }
            Step::Nothing => Step::Nothing,
        };
    }

    fn problem(&mut self, path: &str, members: Option<&Members>, what: impl Into<String>) {
        self.problems.push(Problem {
            event: self.event.uuid().to_owned(),
            path: path.to_owned(),
            uuid: members.and_then(json::uuid),
            what: what.into(),
        });
    }

    /// How objects of the event itself are dressed.
    fn dress(&self) -> Dress {
        Dress {
            at: self.at,
            level: self.marks.level,
            chatham_house: self.marks.chatham_house,
            labels: Vec::new(),
            confidence: None,
            distribution: self.distribution.clone(),
        }
    }

    /// Who made the event.
    fn author(&mut self) {
        let event = Arc::clone(&self.event);
        let members = event.members();
        let found = ["Orgc", "orgc"].iter().find_map(|name| members.get(*name));
        let Some(organisation) = found.and_then(Value::as_object) else {
            return;
        };
        self.created_by = self.organisation(organisation);
    }

    /// An organisation as an identity, and its id.
    fn organisation(&mut self, members: &Members) -> Option<String> {
        let (uuid, name) = (json::uuid(members)?, json::text(members, "name")?);
        let id = format!("identity--{uuid}");
        if !self.taken.contains_key(&id) {
            // Every event that names it makes the same object, and nobody's own is younger. That there is
            // such an organisation is no secret; that it said something may be one.
            let mut dress = self.dress();
            dress.at = Timestamp::UNIX_EPOCH;
            dress.level = Some(Tlp::Clear);
            let identity = json::members(json!({
                "type": "identity", "id": id, "name": name, "identity_class": "organization",
            }));
            self.add(vec![identity], &dress).ok()?;
        }
        Some(id)
    }

    /// The report that says what belongs together, with what of the event lies in nothing else.
    fn event(&mut self) {
        let event = Arc::clone(&self.event);
        let (members, uuid) = (event.members(), event.uuid());
        let published = json::flag(members, "published") == Some(true);
        let kind = if published { "report" } else { "grouping" };
        let id = format!("{kind}--{uuid}");
        let mut kept = Members::new();
        for (name, value) in members {
            let is_told = matches!(name.as_str(), "Attribute" | "Object" | "EventReport");
            let value = match value {
                Value::Array(_) if is_told => json!([]),
                // Other events, which a server found to have something in common: they are not this one's to tell.
                _ if name == "RelatedEvent" => continue,
                other => other.clone(),
            };
            kept.insert(name.clone(), value);
        }
        self.keep_what_was_refused(&mut kept);
        if self.marks.chatham_house {
            // Who said it is in `created_by_ref` alone, which the gate takes out.
            for source in ["Orgc", "Org", "orgc_id", "org_id", "event_creator_email"] {
                kept.remove(source);
            }
        }
        if self.listed.is_empty() && self.parts.is_empty() {
            let dress = self.dress();
            let note = json::members(json!({
                "type": "note", "id": format!("note--{uuid}"),
                "content": "This event of MISP has no attributes, objects, reports or clusters.",
                "object_refs": [id],
            }));
            // Whatever else has this id has said what there is.
            let _ = self.add(vec![note], &dress);
        }
        // What was refused and what was proposed lies in it.
        let level = self.marks.level.max(strictest(&kept, 0));
        let listed = std::mem::take(&mut self.parts).into_iter();
        let listed: Vec<String> = listed.chain(std::mem::take(&mut self.listed)).collect();
        let mut report = json::members(json!({
            "type": kind, "id": id, "name": event.info(), "object_refs": listed,
        }));
        report.insert(kept::EVENT.into(), Value::Object(kept));
        if published {
            let at = json::seconds(members, "publish_timestamp").unwrap_or(self.at);
            report.insert("published".into(), write_time(at).into());
        } else {
            report.insert("context".into(), "suspicious-activity".into());
        }
        let mut dress = self.dress();
        dress.level = level;
        // By these `misp-stix` knows what was an event.
        dress.labels = vec![
            "Threat-Report".into(),
            "misp:tool=\"MISP-STIX-Converter\"".into(),
        ];
        dress.labels.extend(self.marks.labels.iter().cloned());
        dress.confidence = self.marks.confidence;
        if let Err(what) = self.add(vec![report], &dress) {
            self.problem("", Some(members), what);
        }
    }

    /// What no object could be made of stays with the event, where it stood.
    fn keep_what_was_refused(&self, kept: &mut Members) {
        let paths = self.problems.iter().map(|problem| problem.path.as_str());
        let paths: BTreeSet<&str> = paths.collect();
        for name in ["Attribute", "Object", "EventReport"] {
            let refused: Vec<Value> = json::list(self.event.members(), name)
                .iter()
                .enumerate()
                .filter(|(place, _)| paths.contains(format!("{name}[{place}]").as_str()))
                .map(|(_, value)| value.clone())
                .collect();
            if !refused.is_empty() {
                kept.insert(name.into(), Value::Array(refused));
            }
        }
    }

    /// Has the report list an object.
    fn list(&mut self, id: &str) {
        if self.listed.len() == LISTED {
            self.part();
        }
        self.listed.push(id.to_owned());
    }

    /// A grouping of what was made, which the report lists in its stead.
    fn part(&mut self) {
        let listed = std::mem::take(&mut self.listed);
        let (event, number) = (self.event.uuid().to_owned(), self.parts.len() + 1);
        let id = format!(
            "grouping--{}",
            draft::uuid_of(&format!("{event} - part {number}"))
        );
        let draft = json::members(json!({
            "type": "grouping",
            "id": id,
            "name": format!("{} (part {number})", self.event.info()),
            "context": "suspicious-activity",
            "object_refs": listed,
            kept::PART_OF: event,
        }));
        match self.finish(draft, &self.dress()) {
            Ok(object) => {
                self.taken.insert(id.clone(), self.marks.level);
                self.tell(object, &self.dress());
                self.parts.push(id);
            }
            // Nothing is lost, but that one object is longer than others like to read.
            Err(_) => self.parts.extend(listed),
        }
    }
}

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

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use avert_model::{Timestamp, Tlp};
use serde_json::{Value, json};

use self::draft::Dress;
use self::marks::Marks;
pub(super) use self::marks::strictest;
use super::distribution::Distribution;
use super::event::Event;
use super::json::{self, Members};
use super::kept;
use crate::stix::{Object, tlp_marking, write_time};

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

/// Makes objects of an event.
///
/// Cost: memory of some tens of times the event's text, for an attribute becomes up to five objects. No part of it can make another fail.
pub fn import(event: &Event) -> Imported {
    let mut importer = Importer::new(event);
    importer.author();
    importer.attributes();
    importer.objects();
    importer.references();
    importer.reports();
    importer.galaxies_of_event();
    importer.event();
    importer.done()
}

struct Importer<'e> {
    event: &'e Event,
    /// When the event was last changed: the time of what does not say its own.
    at: Timestamp,
    marks: Marks,
    distribution: Distribution,
    created_by: Option<String>,
    told: Vec<Told>,
    /// What the report lists.
    listed: Vec<String>,
    /// The ids of the objects that there are, with how far they may be told.
    taken: BTreeMap<String, Option<Tlp>>,
    /// The object that tells the attribute or object of this UUID.
    primary: BTreeMap<String, String>,
    /// References of objects, which may lead to what comes later: from which, and as it was read.
    references: Vec<(String, &'e Members, Dress)>,
    levels: BTreeSet<Tlp>,
    problems: Vec<Problem>,
}

impl<'e> Importer<'e> {
    fn new(event: &'e Event) -> Self {
        let members = event.members();
        let day = json::text(members, "date").and_then(json::moment_of_day);
        let at = json::seconds(members, "timestamp")
            .or(day)
            .unwrap_or(Timestamp::UNIX_EPOCH);
        Self {
            event,
            at,
            marks: Marks::of(members),
            distribution: Distribution::of(members, None),
            created_by: None,
            told: Vec::new(),
            listed: Vec::new(),
            taken: BTreeMap::new(),
            primary: BTreeMap::new(),
            references: Vec::new(),
            levels: BTreeSet::new(),
            problems: Vec::new(),
        }
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
        let members = self.event.members();
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
        let members = self.event.members();
        let uuid = self.event.uuid();
        let published = json::flag(members, "published") == Some(true);
        let kind = if published { "report" } else { "grouping" };
        let id = format!("{kind}--{uuid}");
        let mut kept = members.clone();
        for name in ["Attribute", "Object", "EventReport"] {
            if let Some(list) = kept.get_mut(name)
                && list.is_array()
            {
                *list = json!([]);
            }
        }
        self.keep_what_was_refused(&mut kept);
        // Other events, which a server found to have something in common: they are not this one's to tell.
        kept.remove("RelatedEvent");
        if self.marks.chatham_house {
            // Who said it is in `created_by_ref` alone, which the gate takes out.
            for source in ["Orgc", "Org", "orgc_id", "org_id", "event_creator_email"] {
                kept.remove(source);
            }
        }
        if self.listed.is_empty() {
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
        let mut report = json::members(json!({
            "type": kind, "id": id, "name": self.event.info(),
            "object_refs": self.listed,
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

    fn done(mut self) -> Imported {
        let markings = self.levels.iter().map(|level| Told {
            object: tlp_marking(*level),
            distribution: self.distribution.clone(),
            chatham_house: false,
        });
        let mut objects: Vec<Told> = markings.collect();
        objects.append(&mut self.told);
        Imported {
            objects,
            problems: self.problems,
        }
    }
}

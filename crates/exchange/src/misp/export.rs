//! Objects of STIX as events of MISP.
//!
//! What came from MISP comes back as the same event; everything else becomes one event of its own. Only what may
//! be told can be written: [`export`] takes nothing but a [`Releasable`].

mod described;
mod indicator;
mod labelled;
mod observed;
mod rest;
mod restore;
mod tags;
mod thing;

use std::collections::{BTreeMap, BTreeSet};

use avert_model::Timestamp;
use serde_json::Value;

use super::event::Event;
use super::json::{self, Members};
use super::{Organisation, kept};
use crate::release::{Bundle, Marked, Releasable};
use crate::stix::{Id, parse_time};

/// What is written on the event of what did not come from MISP.
#[derive(Debug, Clone)]
pub struct Envelope {
    /// What it is called.
    pub info: String,
    /// The event gets the UUID of this id: the same thing should get the same one whenever it is told.
    pub id: Id,
    /// When it is told.
    pub at: Timestamp,
    /// Who tells it.
    pub organisation: Organisation,
}

/// What objects became.
#[derive(Debug, Clone, PartialEq)]
pub struct Exported {
    /// The events: those that came from MISP, in the order of their reports, and one of all the rest if there
    /// is any.
    pub events: Vec<Event>,
    /// What MISP has no word for.
    pub left_out: Vec<LeftOut>,
}

/// An object that is in no event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeftOut {
    /// The object.
    pub id: String,
    /// Why.
    pub why: &'static str,
}

/// Makes events of objects that may be told.
///
/// Tags say TLP 2.0, and never less than the markings do. Cost: a few times the objects' text.
pub fn export<T: Marked>(release: &Releasable<Bundle<T>>, envelope: &Envelope) -> Exported {
    let bundle = release.get();
    let bodies = bundle.objects.iter().map(Marked::body);
    let objects = Objects::of(bodies.filter_map(Value::as_object));
    let mut events = Vec::new();
    let mut used: BTreeSet<&str> = BTreeSet::new();
    for report in &objects.in_order {
        if let Some(event) = restore::event(report, &objects, &mut used) {
            events.push(event);
        }
    }
    let (rest, left_out) = rest::event(&objects, &used, release, envelope);
    events.extend(rest);
    Exported { events, left_out }
}

/// The objects to be told: of several versions of one the newest.
struct Objects<'b> {
    in_order: Vec<&'b Members>,
    by_id: BTreeMap<&'b str, &'b Members>,
}

impl<'b> Objects<'b> {
    fn of(bodies: impl Iterator<Item = &'b Members>) -> Self {
        let mut by_id: BTreeMap<&str, &Members> = BTreeMap::new();
        let mut order = Vec::new();
        let version = |body: &Members| json::text(body, "modified").and_then(parse_time);
        for body in bodies {
            let Some(id) = json::text(body, "id") else {
                continue;
            };
            match by_id.get_mut(id) {
                None => {
                    order.push(id);
                    by_id.insert(id, body);
                }
                Some(known) if version(known) < version(body) => *known = body,
                Some(_) => {}
            }
        }
        Self {
            in_order: order.iter().map(|id| by_id[id]).collect(),
            by_id,
        }
    }

    /// The id as it stands in the objects, if there is one of it.
    fn id(&self, id: &str) -> Option<&'b str> {
        self.by_id.get_key_value(id).map(|(id, _)| *id)
    }

    fn get(&self, id: &str) -> Option<&'b Members> {
        self.by_id.get(id).copied()
    }
}

/// The UUID in an id.
fn uuid_in(id: &str) -> &str {
    id.rsplit_once("--").map_or("", |(_, uuid)| uuid)
}

/// The texts of a list.
fn texts<'v>(members: &'v Members, name: &str) -> impl Iterator<Item = &'v str> + use<'v> {
    json::list(members, name).iter().filter_map(Value::as_str)
}

/// What an object keeps of MISP under this name, if it is the part of an event that the object is.
fn kept_of<'b>(body: &'b Members, name: &str) -> Option<&'b Members> {
    let part = body.get(name).and_then(Value::as_object)?;
    let own = uuid_in(json::text(body, "id")?);
    let same = match part.get("uuid") {
        // Of two references with one UUID the second is a relationship of another.
        _ if name == kept::REFERENCE => true,
        None | Some(Value::Null) => true,
        Some(_) => json::uuid(part).is_some_and(|uuid| uuid.eq_ignore_ascii_case(own)),
    };
    let says = |member: &str| {
        part.get(member)
            .is_some_and(|said| json::said(said).is_some())
    };
    let whole = match name {
        kept::ATTRIBUTE => says("type") && says("value"),
        kept::OBJECT => says("name"),
        kept::EVENT => says("info"),
        _ => true,
    };
    (same && whole).then_some(part)
}

//! Events that are invented, and the ways they take.

use avert_exchange::misp::{Envelope, Event, Exported, Imported, Organisation, export, import};
use avert_exchange::release::{Item, Origin, Release, Terms, check};
use avert_exchange::stix::Maker;
use avert_model::{Recipient, Tlp};
use serde_json::{Value, json};

use crate::common::{World, at};

/// The UUID of this number.
pub(crate) fn uuid(number: u64) -> String {
    format!("00000000-0000-4000-8000-{number:012x}")
}

/// An event with these members besides what every event has.
pub(crate) fn event(more: &Value) -> Value {
    let mut event = json!({
        "uuid": uuid(0xe0), "info": "Invented", "date": "2026-01-01", "timestamp": "1767225600",
        "published": false, "distribution": "1", "analysis": "0", "threat_level_id": "2",
        "Orgc": { "uuid": uuid(0xf), "name": "Example" },
    });
    for (name, value) in more.as_object().unwrap() {
        event[name] = value.clone();
    }
    event
}

/// An attribute that is the only one of its event.
pub(crate) fn attribute(number: u64, kind: &str, value: &str, to_ids: bool) -> Value {
    json!({
        "uuid": uuid(number), "type": kind, "category": "Other", "value": value, "to_ids": to_ids,
        "timestamp": "1767225601",
    })
}

/// An event with these attributes.
pub(crate) fn with(attributes: &[Value]) -> Value {
    event(&json!({ "Attribute": attributes }))
}

pub(crate) fn imported(event: &Value) -> Imported {
    import(Event::of(event.clone()).unwrap()).whole()
}

/// The objects of an event.
pub(crate) fn objects(event: &Value) -> Vec<Value> {
    let imported = imported(event);
    assert_eq!(imported.problems, vec![]);
    bodies(&imported)
}

pub(crate) fn bodies(imported: &Imported) -> Vec<Value> {
    let objects = imported.objects.iter();
    objects
        .map(|told| serde_json::from_str(told.object.as_str()).unwrap())
        .collect()
}

/// The only object of this type.
#[track_caller]
pub(crate) fn the<'o>(objects: &'o [Value], kind: &str) -> &'o Value {
    let mut all = objects.iter().filter(|object| object["type"] == kind);
    let found = all
        .next()
        .unwrap_or_else(|| panic!("no {kind} in {objects:#?}"));
    assert!(all.next().is_none(), "more than one {kind}");
    found
}

/// What an audience may have of objects that a partner gave.
pub(crate) fn released(bodies: Vec<Value>, audience: &Recipient) -> Release<Value> {
    released_by(&World::new(), bodies, audience)
}

pub(crate) fn released_by(
    world: &World,
    bodies: Vec<Value>,
    audience: &Recipient,
) -> Release<Value> {
    let items: Vec<Item<Value>> = bodies
        .into_iter()
        .map(|object| Item {
            object,
            terms: Terms {
                origin: Origin::Public,
                ..Terms::default()
            },
        })
        .collect();
    let mut rules = world.rules();
    rules.unmarked = Tlp::Clear;
    check(&items, audience, &rules, at(1_767_225_600)).unwrap()
}

pub(crate) fn exported(release: &Release<Value>) -> Exported {
    let envelope = Envelope {
        info: "A case".into(),
        id: Maker::id("report", "invented"),
        at: at(1_767_225_600),
        organisation: Organisation {
            uuid: Some(uuid(0x05)),
            name: "Example".into(),
        },
    };
    export(&release.releasable, &envelope)
}

/// An event made into objects and back, as our own team may have it.
#[track_caller]
pub(crate) fn there_and_back(event: &Value) -> Value {
    let release = released(bodies(&imported(event)), &World::new().directory.own_team());
    assert_eq!(release.withheld, vec![]);
    let exported = exported(&release);
    assert_eq!(exported.events.len(), 1, "{:#?}", exported.events);
    assert_eq!(exported.left_out, vec![]);
    let mut told = exported.events[0].to_json();
    told["Event"].take()
}

//! Whatever an event holds, it comes back as it was; whatever a text holds, nothing panics.

use avert_exchange::misp::{Event, Limits, Reader, import, kinds};
use proptest::prelude::*;
use serde_json::{Map, Value, json};

use crate::common::World;
use crate::invented_events::{bodies, event, exported, imported, released, there_and_back, uuid};

/// A value that may be one of some type, or of none.
fn value() -> impl Strategy<Value = String> {
    prop_oneof![
        "[a-zA-Z0-9|\\\\'\" .:/@é-]{1,30}",
        Just("198.51.100.3".to_owned()),
        Just("2001:db8::/32".to_owned()),
        Just("198.51.100.3|443".to_owned()),
        Just("example.org|198.51.100.3".to_owned()),
        Just("d41d8cd98f00b204e9800998ecf8427e".to_owned()),
        Just("a.exe|d41d8cd98f00b204e9800998ecf8427e".to_owned()),
        Just("AS64500".to_owned()),
        Just("[file:name = 'a']".to_owned()),
    ]
}

fn kind() -> impl Strategy<Value = String> {
    let known: Vec<String> = kinds().map(|kind| kind.name.to_owned()).collect();
    prop_oneof![9 => prop::sample::select(known), 1 => "[a-z|-]{1,12}"]
}

fn tags() -> impl Strategy<Value = Value> {
    let words = [
        "tlp:clear",
        "tlp:green",
        "tlp:amber",
        "tlp:amber+strict",
        "tlp:red",
        "invented:word=\"x\"",
        "misp:confidence-level=\"unconfident\"",
    ];
    let names = prop::collection::vec(prop::sample::select(words.to_vec()), 0..3);
    names.prop_map(|names| {
        let tags = names
            .iter()
            .map(|name| json!({ "name": name, "colour": "#000000" }));
        Value::Array(tags.collect())
    })
}

/// Members that a part of an event may have besides what it needs.
fn more() -> impl Strategy<Value = Vec<(String, Value)>> {
    let one = prop_oneof![
        prop::sample::select(vec![json!(true), json!("1"), json!(0), json!(false)])
            .prop_map(|flag| ("to_ids".to_owned(), flag)),
        "[a-z ']{0,12}".prop_map(|comment| ("comment".to_owned(), json!(comment))),
        (0..6_u8).prop_map(|far| ("distribution".to_owned(), json!(far.to_string()))),
        any::<bool>().prop_map(|is| ("deleted".to_owned(), json!(is))),
        Just((
            "first_seen".to_owned(),
            json!("2026-01-02T00:00:00.000000+00:00")
        )),
        Just((
            "last_seen".to_owned(),
            json!("2026-01-01T00:00:00.000000+00:00")
        )),
        Just(("category".to_owned(), json!("Network activity"))),
        Just(("timestamp".to_owned(), json!(1_767_225_700))),
        Just(("data".to_owned(), json!("aGVsbG8="))),
        Just(("data".to_owned(), json!("no base64"))),
        Just((
            "Sighting".to_owned(),
            json!([{ "type": "0", "date_sighting": "1767225700" }])
        )),
        Just((
            "ShadowAttribute".to_owned(),
            json!([{ "type": "domain", "value": "example.org" }])
        )),
        Just(("invented_member".to_owned(), json!({ "a": [1.5, null] }))),
        tags().prop_map(|tags| ("Tag".to_owned(), tags)),
    ];
    prop::collection::vec(one, 0..6)
}

type Drawn = (String, String, Vec<(String, Value)>, bool);

fn drawn() -> impl Strategy<Value = Drawn> {
    (kind(), value(), more(), prop::bool::weighted(0.9))
}

/// An attribute; few have no UUID.
fn attribute(number: u64, (kind, value, more, known): Drawn) -> Value {
    let mut members = Map::from_iter(more);
    members.insert("type".into(), json!(kind));
    members.insert("value".into(), json!(value));
    if known {
        members.insert("uuid".into(), json!(uuid(number)));
    }
    Value::Object(members)
}

/// Its template, its attributes by the place of their relation, what else it says, and to which it refers.
type DrawnObject = (String, Vec<(usize, Drawn)>, Vec<(String, Value)>, Vec<u64>);

const RELATIONS: [&str; 12] = [
    "filename", "md5", "ip-dst", "dst-port", "domain", "ip", "username", "user-id", "from", "to",
    "key", "text",
];

fn object() -> impl Strategy<Value = DrawnObject> {
    let name = prop_oneof![
        prop::sample::select(vec![
            "file",
            "domain-ip",
            "ip-port",
            "email",
            "user-account",
            "registry-key",
            "vulnerability",
            "x509",
            "yara",
            "bank-account",
            "process",
            "twitter-account",
        ])
        .prop_map(str::to_owned),
        "[a-z|-]{1,10}",
    ];
    let attributes = prop::collection::vec((0..RELATIONS.len(), drawn()), 0..5);
    (
        name,
        attributes,
        more(),
        prop::collection::vec(0..6_u64, 0..3),
    )
}

fn drawn_event() -> impl Strategy<Value = Value> {
    let attributes = prop::collection::vec(drawn(), 0..6);
    let objects = prop::collection::vec(object(), 0..4);
    (attributes, objects, tags(), any::<bool>(), 0..6_u8).prop_map(
        |(attributes, objects, tags, published, far)| {
            let attributes: Vec<Value> = (0..).zip(attributes).map(|(n, one)| attribute(n, one)).collect();
            let count = objects.len() as u64;
            let objects: Vec<Value> = (0..)
                .zip(objects)
                .map(|(n, (name, parts, more, references))| {
                    let own = 0x100 * (n + 1);
                    let parts: Vec<Value> = (1..)
                        .zip(parts)
                        .map(|(place, (relation, drawn))| {
                            let mut part = attribute(own + place, drawn);
                            part["object_relation"] = json!(RELATIONS[relation]);
                            part
                        })
                        .collect();
                    let references: Vec<Value> = (0..)
                        .zip(references)
                        .map(|(place, to)| {
                            json!({
                                "uuid": uuid(own + 0x80 + place), "relationship_type": "Related to",
                                "referenced_uuid": uuid(0x100 * (to % count + 1)), "referenced_type": "1",
                            })
                        })
                        .collect();
                    let mut members = Map::from_iter(more);
                    members.remove("data");
                    members.insert("name".into(), json!(name));
                    members.insert("uuid".into(), json!(uuid(own)));
                    members.insert("Attribute".into(), json!(parts));
                    members.insert("ObjectReference".into(), json!(references));
                    Value::Object(members)
                })
                .collect();
            event(&json!({
                "Attribute": attributes, "Object": objects, "Tag": tags, "published": published,
                "distribution": far.to_string(), "publish_timestamp": "1767225999",
            }))
        },
    )
}

/// Any JSON.
fn anything() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        "[a-z0-9|é-]{0,12}".prop_map(Value::from),
        Just(json!("00000000-0000-4000-8000-000000000001")),
        Just(json!("domain")),
    ];
    let names = prop::sample::select(vec![
        "uuid",
        "type",
        "value",
        "name",
        "Attribute",
        "Object",
        "Tag",
        "Galaxy",
        "GalaxyCluster",
        "Sighting",
        "EventReport",
        "ObjectReference",
        "referenced_uuid",
        "relationship_type",
        "timestamp",
        "distribution",
        "SharingGroup",
        "Orgc",
        "object_relation",
        "deleted",
        "to_ids",
        "content",
        "data",
        "first_seen",
        "x_misp_attribute",
        "Organisation",
        "meta",
    ]);
    leaf.prop_recursive(5, 64, 6, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::Array),
            prop::collection::vec((names.clone(), inner), 0..6).prop_map(|members| {
                let members = members
                    .into_iter()
                    .map(|(name, value)| (name.to_owned(), value));
                Value::Object(members.collect())
            }),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn an_event_comes_back_as_it_was(event in drawn_event()) {
        let problems = imported(&event).problems;
        prop_assert!(problems.is_empty(), "{problems:?}");
        prop_assert_eq!(there_and_back(&event), event);
    }

    #[test]
    fn the_same_event_gives_the_same_objects_and_none_twice(event in drawn_event()) {
        let told = bodies(&imported(&event));
        prop_assert_eq!(&told, &bodies(&imported(&event)));
        let mut ids: Vec<&str> = told.iter().filter_map(|one| one["id"].as_str()).collect();
        ids.sort_unstable();
        ids.dedup();
        prop_assert_eq!(ids.len(), told.len());
    }

    #[test]
    fn no_event_is_too_odd_to_be_taken_in_and_given_out(odd in anything()) {
        let mut value = event(&json!({}));
        if let Value::Object(members) = odd {
            for (name, odd) in members {
                value[name] = odd;
            }
        }
        let Ok(event) = Event::of(value) else {
            return Ok(());
        };
        let release = released(bodies(&import(event).whole()), &World::new().directory.own_team());
        for back in exported(&release).events {
            prop_assert!(Event::of(back.to_json()).is_ok());
        }
    }

    #[test]
    fn no_objects_are_too_odd_to_become_events(odd in prop::collection::vec(anything(), 0..4)) {
        let kinds = ["indicator", "observed-data", "note", "relationship", "sighting", "user-account", "grouping", "malware"];
        let told = odd.into_iter().enumerate().filter_map(|(place, odd)| {
            let Value::Object(mut members) = odd else {
                return None;
            };
            let kind = kinds[place % kinds.len()];
            members.insert("type".into(), json!(kind));
            members.insert("id".into(), json!(format!("{kind}--{}", uuid(place as u64))));
            Some(Value::Object(members))
        });
        let release = released(told.collect(), &World::new().directory.own_team());
        for back in exported(&release).events {
            prop_assert!(Event::of(back.to_json()).is_ok());
        }
    }

    #[test]
    fn an_event_that_was_cut_anywhere_is_an_error_and_no_panic(event in drawn_event(), at in any::<prop::sample::Index>()) {
        let text = event.to_string();
        let cut = &text.as_bytes()[..at.index(text.len())];
        for read in Reader::new(cut, Limits::default()) {
            prop_assert!(read.is_err());
        }
    }
}

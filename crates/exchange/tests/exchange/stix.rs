//! STIX objects: what is kept, what is refused and why, and that nothing is lost on the way.

use avert_exchange::stix::{BundleWriter, Id, Limits, Object, Reader, Severity, SpecVersion};
use proptest::prelude::*;
use serde_json::{Value, json};

const AT: &str = "2026-01-02T03:04:05.678Z";

/// A campaign with these members besides, which may take the place of its own.
fn campaign(members: &Value) -> String {
    let mut object = json!({
        "type": "campaign",
        "spec_version": "2.1",
        "id": "campaign--00000000-0000-4000-8000-000000000001",
        "created": AT,
        "modified": AT,
        "name": "Invented",
    });
    for (name, value) in members.as_object().unwrap() {
        if value.is_null() {
            object.as_object_mut().unwrap().remove(name);
        } else {
            object[name] = value.clone();
        }
    }
    object.to_string()
}

/// What is said about an object: `error path: …` and `warning path: …`.
fn said(text: &str) -> Vec<String> {
    let problems = match Object::parse(text) {
        Ok((_, warnings)) => warnings,
        Err(rejected) => rejected.problems,
    };
    let told = |severity| match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
    };
    problems
        .iter()
        .map(|problem| format!("{} {problem}", told(problem.severity)))
        .collect()
}

fn check(members: &Value, expect: &[&str]) {
    assert_eq!(said(&campaign(members)), expect, "{members}");
}

#[test]
fn an_object_as_the_specification_has_it_has_no_problems() {
    check(&json!({}), &[]);
    check(
        &json!({
            "first_seen": "2026-01-01T00:00:00Z",
            "last_seen": "2026-01-01T00:00:00Z",
            "labels": ["one"],
            "confidence": 85,
            "lang": "en",
            "x_whatever": {"a": [1.50]},
            "external_references": [{"source_name": "example", "external_id": "E-1"}],
            "object_marking_refs": ["marking-definition--e828b379-4e03-4974-9ac4-e53a884c97c1"],
            "granular_markings": [{
                "marking_ref": "marking-definition--e828b379-4e03-4974-9ac4-e53a884c97c1",
                "selectors": ["external_references.[0].source_name", "labels.[0]"],
            }],
        }),
        &[],
    );
}

#[test]
fn what_the_specification_forbids_is_an_error_with_its_path() {
    check(&json!({"name": null}), &["error name: it has to be there"]);
    check(&json!({"name": 7}), &["error name: it should be a string"]);
    check(
        &json!({"created": "2026-01-02 03:04:05"}),
        &[
            "error created: no timestamp: it should be like 2017-12-19T13:59:59.000Z, in UTC and with a Z",
        ],
    );
    check(
        &json!({"modified": "2026-01-01T00:00:00Z"}),
        &["error modified: it has to be not before created"],
    );
    check(
        &json!({"first_seen": "2026-01-02T00:00:00Z", "last_seen": "2026-01-01T00:00:00Z"}),
        &["error last_seen: it has to be not before first_seen"],
    );
    check(
        &json!({"aliases": []}),
        &["error aliases: an empty list has to be left out"],
    );
    check(
        &json!({"aliases": ["a", 2]}),
        &["error aliases[1]: it should be a string"],
    );
    check(
        &json!({"confidence": 101}),
        &["error confidence: it should be 0 to 100"],
    );
    check(
        &json!({"revoked": "no"}),
        &["error revoked: it should be true or false"],
    );
    check(
        &json!({"created_by_ref": "campaign--00000000-0000-4000-8000-000000000001"}),
        &["error created_by_ref: it refers to an object of a type that it may not refer to"],
    );
    check(
        &json!({"object_marking_refs": ["tlp:red"]}),
        &["error object_marking_refs[0]: no id: it should be a type, two hyphens and a UUID"],
    );
    check(
        &json!({"external_references": [{"source_name": "example"}]}),
        &["error external_references[0]: one of description, url, external_id has to be there"],
    );
    check(
        &json!({"granular_markings": [{"lang": "en", "selectors": ["description"]}]}),
        &["error granular_markings[0].selectors[0]: it selects nothing in this object"],
    );
    check(
        &json!({"id": "campaign-1"}),
        &["error id: no id: it should be a type, two hyphens and a UUID"],
    );
    check(
        &json!({"type": "malware"}),
        &["error type: it is another than the id says"],
    );
}

#[test]
fn what_it_advises_against_is_a_warning_and_kept() {
    check(
        &json!({"whatever": 1, "x_Whatever": 2, "x_null": []}),
        &[
            "warning whatever: the specification does not know it, and no extension says what it is",
            "warning x_Whatever: the name should be 3 to 250 of small letters, digits and underscores",
            "warning x_null: an empty list should be left out",
        ],
    );
    let declared = json!({
        "whatever": 1,
        "extensions": {"extension-definition--00000000-0000-4000-8000-000000000009":
            {"extension_type": "toplevel-property-extension"}},
    });
    check(&declared, &[]);
    let sector = json!({
        "type": "identity", "spec_version": "2.1",
        "id": "identity--00000000-0000-4000-8000-000000000001",
        "created": AT, "modified": AT, "name": "Invented", "sectors": ["gardening"],
    });
    assert_eq!(
        said(&sector.to_string()),
        ["warning sectors[0]: a word that the open vocabulary does not have"]
    );
}

#[test]
fn versions_of_stix_that_are_not_known_are_refused_and_the_older_one_is_kept_as_it_is() {
    check(
        &json!({"spec_version": "3.0"}),
        &["error spec_version: no version of STIX that is known here: 2.0 and 2.1 are"],
    );
    let older = campaign(&json!({"spec_version": null, "name": null}));
    let (object, warnings) = Object::parse(older).unwrap();
    assert_eq!(object.head().spec_version, SpecVersion::V20);
    assert_eq!(warnings.len(), 1);
}

#[test]
fn observables_say_neither_when_nor_by_whom_they_were_made() {
    let account = r#"{"type":"user-account","id":"user-account--00000000-0000-4000-8000-000000000001","user_id":"u1"}"#;
    let (object, warnings) = Object::parse(account).unwrap();
    assert!(warnings.is_empty());
    assert_eq!(object.version(), None);
    assert_eq!(object.head().name.as_deref(), Some("u1"));
    let file = r#"{"type":"file","id":"file--00000000-0000-4000-8000-000000000001","hashes":{"MD5":"zz"}}"#;
    assert_eq!(
        said(file),
        ["error hashes.MD5: it should be 32 hexadecimal digits"]
    );
    let address = r#"{"type":"ipv4-addr","id":"ipv4-addr--ff26c055-6336-5bc5-b98d-13d6226742de","value":"198.51.100.3"}"#;
    assert_eq!(
        said(address),
        ["warning id: a version 5 id that does not follow from the properties"]
    );
}

#[test]
fn the_head_has_what_others_work_with() {
    let text = campaign(&json!({
        "created_by_ref": "identity--00000000-0000-4000-8000-000000000002",
        "revoked": true,
        "object_marking_refs": ["marking-definition--00000000-0000-4000-8000-000000000003"],
        "external_references": [
            {"source_name": "mitre-attack", "external_id": "C0022"},
            {"source_name": "a page", "url": "https://example.org/"},
        ],
        "x_by_refs": ["x-thing--00000000-0000-4000-8000-000000000004", "nobody"],
        "x_deep": [{"x_of_ref": "x-thing--00000000-0000-4000-8000-000000000005"}],
    }));
    let (object, _) = Object::parse(text).unwrap();
    let head = object.head();
    assert_eq!(head.name.as_deref(), Some("Invented"));
    assert!(head.revoked);
    assert_eq!(head.created_by_ref.as_ref().unwrap().kind(), "identity");
    assert_eq!(head.marking_refs.len(), 1);
    let external = &head.external_ids[..];
    assert!(matches!(external, [one] if one.source == "mitre-attack" && one.id == "C0022"));
    let refs: Vec<_> = head
        .refs
        .iter()
        .map(|of| (&*of.property, of.target.uuid()))
        .collect();
    assert_eq!(
        refs,
        [
            ("x_by_refs", "00000000-0000-4000-8000-000000000004"),
            ("x_deep.x_of_ref", "00000000-0000-4000-8000-000000000005"),
        ]
    );
    assert_eq!(
        object.version().unwrap().as_millisecond(),
        1_767_323_045_678
    );
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        ".{0,12}".prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 24, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            prop::collection::hash_map("[a-z_]{1,8}", inner, 0..6)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

proptest! {
    /// Unknown types, properties and extensions, in whatever order, with whatever spaces.
    #[test]
    fn a_round_trip_loses_nothing(
        members in prop::collection::vec(
            prop::collection::hash_map("x_[a-z]{1,6}", any_json(), 0..5), 1..6),
        pretty in any::<bool>(),
    ) {
        let objects: Vec<String> = members.iter().enumerate().map(|(number, members)| {
            let mut object = serde_json::Map::new();
            object.extend(members.iter().map(|(name, value)| (name.clone(), value.clone())));
            object.insert("type".into(), "x-unknown".into());
            object.insert("id".into(), format!("x-unknown--{number:08}-0000-4000-8000-000000000000").into());
            if pretty { serde_json::to_string_pretty(&object) } else { serde_json::to_string(&object) }.unwrap()
        }).collect();
        let mut bundle = Vec::new();
        let id = Id::random("bundle", [7; 16]);
        let mut writer = BundleWriter::begin(&mut bundle, &id).unwrap();
        for object in &objects {
            writer.push(object).unwrap();
        }
        prop_assert_eq!(writer.end().unwrap(), objects.len() as u64);
        prop_assert!(serde_json::from_slice::<Value>(&bundle).is_ok());
        let read: Vec<String> = Reader::new(&*bundle, Limits::default())
            .map(|read| read.unwrap().object.as_str().to_owned())
            .collect();
        prop_assert_eq!(read, objects);
    }
}

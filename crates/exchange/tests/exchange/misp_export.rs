//! What an event of MISP is made of what did not come from MISP.

use avert_exchange::misp::Exported;
use avert_exchange::stix::{case_objects, tlp_id};
use avert_model::Tlp;
use serde_json::{Value, json};

use crate::common::{World, to};
use crate::fixture;
use crate::invented_events::{exported, released, uuid};

fn object(kind: &str, number: u64, more: &Value) -> Value {
    let mut object = json!({
        "type": kind, "id": format!("{kind}--{}", uuid(number)), "spec_version": "2.1",
        "created": "2026-01-01T00:00:00.000Z", "modified": "2026-01-02T00:00:00.000Z",
        "object_marking_refs": [tlp_id(Tlp::Green)],
    });
    for (name, value) in more.as_object().unwrap() {
        object[name] = value.clone();
    }
    object
}

fn indicator(pattern: &str) -> Value {
    object(
        "indicator",
        1,
        &json!({ "pattern": pattern, "pattern_type": "stix", "valid_from": "2026-01-01T00:00:00Z" }),
    )
}

fn ours(objects: Vec<Value>) -> Exported {
    let release = released(objects, &World::new().directory.own_team());
    assert_eq!(release.withheld, vec![]);
    exported(&release)
}

fn event(objects: Vec<Value>) -> Value {
    let exported = ours(objects);
    assert_eq!(exported.events.len(), 1);
    exported.events[0].to_json()["Event"].take()
}

#[track_caller]
fn attribute_is(told: &Value, kind: &str, value: &str, to_ids: bool) {
    let attributes = told["Attribute"].as_array().unwrap();
    let found = attributes
        .iter()
        .find(|one| one["type"] == kind && one["value"] == value)
        .unwrap_or_else(|| panic!("no {kind} {value} in {attributes:#?}"));
    assert_eq!(found["to_ids"], to_ids, "{kind} {value}");
}

#[test]
fn a_pattern_that_asks_for_values_is_attributes_for_detection() {
    for (pattern, kind, value) in [
        (
            "[domain-name:value = 'example.org']",
            "domain",
            "example.org",
        ),
        ("[ipv6-addr:value = '2001:db8::1']", "ip-dst", "2001:db8::1"),
        (
            "[network-traffic:src_ref.type = 'ipv4-addr' AND network-traffic:src_ref.value = '198.51.100.3' \
             AND network-traffic:src_port = 443]",
            "ip-src|port",
            "198.51.100.3|443",
        ),
        (
            "[file:name = 'a.exe' AND file:hashes.'SHA-1' = 'da39a3ee5e6b4b0d3255bfef95601890afd80709']",
            "filename|sha1",
            "a.exe|da39a3ee5e6b4b0d3255bfef95601890afd80709",
        ),
        ("[autonomous-system:number = 64500]", "AS", "AS64500"),
        (
            "[url:value = 'https://example.org/it\\'s']",
            "url",
            "https://example.org/it's",
        ),
        (
            "[email-message:from_ref.value = 'a@example.org']",
            "email-src",
            "a@example.org",
        ),
    ] {
        let told = event(vec![indicator(pattern)]);
        attribute_is(&told, kind, value, true);
        assert_eq!(told["Attribute"][0]["uuid"], uuid(1), "{pattern}");
    }
}

#[test]
fn alternatives_are_attributes_of_their_own_and_several_values_of_one_thing_are_an_object() {
    let told = event(vec![indicator(
        "[domain-name:value = 'a.example'] OR [url:value = 'https://b.example']",
    )]);
    attribute_is(&told, "domain", "a.example", true);
    attribute_is(&told, "url", "https://b.example", true);

    let told = event(vec![indicator(
        "[user-account:account_type = 'twitter' AND user-account:user_id = '7' AND user-account:account_login = 'x']",
    )]);
    let account = &told["Object"][0];
    assert_eq!(account["name"], "twitter-account");
    assert_eq!(account["Attribute"][0]["object_relation"], "id");
    assert_eq!(account["Attribute"][1]["to_ids"], true);
}

#[test]
fn a_pattern_that_asks_for_more_stays_a_pattern_and_a_rule_stays_a_rule() {
    let pattern = "[file:size > 25] FOLLOWEDBY [domain-name:value = 'example.org']";
    attribute_is(
        &event(vec![indicator(pattern)]),
        "stix2-pattern",
        pattern,
        true,
    );
    let mut rule = indicator("rule a { condition: false }");
    rule["pattern_type"] = json!("yara");
    attribute_is(
        &event(vec![rule]),
        "yara",
        "rule a { condition: false }",
        true,
    );
}

#[test]
fn an_indicator_that_was_taken_back_detects_nothing() {
    let mut revoked = indicator("[domain-name:value = 'example.org']");
    revoked["revoked"] = json!(true);
    attribute_is(&event(vec![revoked]), "domain", "example.org", false);
}

#[test]
fn what_was_observed_is_told_once_with_when() {
    let observed = object(
        "observed-data",
        3,
        &json!({
            "first_observed": "2026-01-01T00:00:00Z", "last_observed": "2026-01-02T00:00:00Z", "number_observed": 1,
            "object_refs": [format!("domain-name--{}", uuid(2)), format!("network-traffic--{}", uuid(4))],
        }),
    );
    let name = json!({ "type": "domain-name", "id": format!("domain-name--{}", uuid(2)), "value": "example.org" });
    let address = json!({ "type": "ipv4-addr", "id": format!("ipv4-addr--{}", uuid(5)), "value": "198.51.100.3" });
    let traffic = json!({
        "type": "network-traffic", "id": format!("network-traffic--{}", uuid(4)), "dst_port": 443,
        "dst_ref": format!("ipv4-addr--{}", uuid(5)), "protocols": ["tcp"],
    });
    let told = event(vec![
        indicator("[domain-name:value = 'example.org']"),
        observed,
        name,
        address,
        traffic,
    ]);
    // Asked for and observed: one attribute. The address is the connection's.
    assert_eq!(told["Attribute"].as_array().unwrap().len(), 1);
    assert_eq!(told["Attribute"][0]["to_ids"], true);
    assert_eq!(told["Attribute"][0]["first_seen"], "2026-01-01T00:00:00Z");
    let connection = &told["Object"][0];
    assert_eq!(connection["name"], "network-connection");
    let said: Vec<(&str, &str)> = connection["Attribute"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| {
            (
                one["object_relation"].as_str().unwrap(),
                one["value"].as_str().unwrap(),
            )
        })
        .collect();
    assert_eq!(
        said,
        [
            ("ip-dst", "198.51.100.3"),
            ("dst-port", "443"),
            ("layer4-protocol", "tcp")
        ]
    );
}

#[test]
fn what_attack_knows_is_a_tag_and_what_nobody_knows_a_cluster() {
    let technique = object(
        "attack-pattern",
        1,
        &json!({ "name": "Establish Accounts: Social Media Accounts",
            "external_references": [{ "source_name": "mitre-attack", "external_id": "T1585.001" }] }),
    );
    let malware = object(
        "malware",
        2,
        &json!({ "name": "Invented Worm", "is_family": true }),
    );
    let told = event(vec![technique, malware]);
    let tags = told["Tag"].to_string();
    assert!(
        tags.contains(r#"misp-galaxy:mitre-attack-pattern=\"Social Media Accounts - T1585.001\""#),
        "{tags}"
    );
    assert_eq!(
        told["Galaxy"][0]["GalaxyCluster"][0]["value"],
        "Invented Worm"
    );
    assert_eq!(told["Galaxy"][0]["GalaxyCluster"][0]["uuid"], uuid(2));
}

#[test]
fn relations_are_references_where_misp_has_them_and_lines_of_a_report_where_not() {
    let file = json!({
        "type": "file", "id": format!("file--{}", uuid(2)), "name": "a.exe", "size": 5,
    });
    let action = object(
        "course-of-action",
        3,
        &json!({ "name": "Delete it", "description": "All of it." }),
    );
    let campaign = object("campaign", 4, &json!({ "name": "Invented Spring" }));
    let relation = |number: u64, from: &str, kind: &str, to: &str| {
        object(
            "relationship",
            number,
            &json!({ "relationship_type": kind, "source_ref": from, "target_ref": to }),
        )
    };
    let (file_id, action_id, campaign_id) = (
        format!("file--{}", uuid(2)),
        format!("course-of-action--{}", uuid(3)),
        format!("campaign--{}", uuid(4)),
    );
    let told = event(vec![
        file,
        action,
        campaign,
        relation(5, &action_id, "mitigates", &file_id),
        relation(6, &campaign_id, "uses", &file_id),
    ]);
    let objects = told["Object"].as_array().unwrap();
    let action = objects
        .iter()
        .find(|one| one["name"] == "course-of-action")
        .unwrap();
    assert_eq!(action["ObjectReference"][0]["referenced_uuid"], uuid(2));
    assert_eq!(
        action["ObjectReference"][0]["relationship_type"],
        "mitigates"
    );
    attribute_is(&told, "campaign-name", "Invented Spring", false);
    let report = told["EventReport"][0]["content"].as_str().unwrap();
    assert_eq!(
        report,
        format!("- @[attribute]({}) *uses* @[object]({})", uuid(4), uuid(2))
    );
}

#[test]
fn what_another_tool_made_of_an_event_is_read_by_its_labels() {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../../shared/data/ioc/eset_lazarus_3cx.stix21.json");
    let text = std::fs::read_to_string(&path).unwrap_or_else(|_| {
        panic!(
            "the reference data is missing: there is no {}",
            path.display()
        )
    });
    let mut bundle: Value = serde_json::from_str(&text).unwrap();
    let objects: Vec<Value> = serde_json::from_value(bundle["objects"].take()).unwrap();
    let custom = objects
        .iter()
        .filter(|one| one["type"] == "x-misp-object")
        .count();
    let exported = ours(objects);
    assert_eq!(exported.left_out, vec![]);
    let told = exported.events[0].to_json()["Event"].take();
    let things = told["Object"].as_array().unwrap();
    let elves = things.iter().filter(|one| one["name"] == "elf").count();
    assert!(things.len() >= custom && elves > 0, "{told:#}");
    let text = told.to_string();
    assert!(text.contains("misp-galaxy:threat-actor=") && text.contains("\"type\":\"url\""));
}

#[test]
fn what_misp_has_no_word_for_is_named_and_left_out() {
    let exported = ours(vec![
        indicator("[domain-name:value = 'example.org']"),
        object("x-invented", 2, &json!({ "x_what": "ever" })),
    ]);
    assert_eq!(exported.left_out.len(), 1);
    assert_eq!(exported.left_out[0].id, format!("x-invented--{}", uuid(2)));
}

#[test]
fn a_case_is_an_event_that_says_how_far_it_may_be_told_and_no_white() {
    let mut dossier = fixture::cell();
    dossier.case.tlp = Tlp::Amber;
    let objects: Vec<Value> = case_objects(&dossier, "Example Platform")
        .iter()
        .map(|object| serde_json::from_str(object.as_str()).unwrap())
        .collect();
    let told = event(objects.clone());
    let text = told.to_string();
    assert!(
        text.contains("tlp:amber") && !text.contains("white"),
        "{text}"
    );
    assert!(text.contains("misp-galaxy:mitre-attack-pattern"), "{text}");
    assert_eq!(told["distribution"], "0");
    let accounts = objects
        .iter()
        .filter(|object| object["type"] == "user-account")
        .count();
    let things = told["Object"].as_array().unwrap().iter();
    let told_accounts = things
        .filter(|thing| thing["name"] == "user-account")
        .count();
    assert!(accounts > 0);
    assert_eq!(told_accounts, accounts);
    assert_eq!(event(objects), told);
}

#[test]
fn a_partner_is_told_only_what_was_released_to_it() {
    let mut secret = indicator("[domain-name:value = 'secret.example.org']");
    secret["object_marking_refs"] = json!([tlp_id(Tlp::Red)]);
    let open = object(
        "indicator",
        2,
        &json!({ "pattern": "[domain-name:value = 'example.org']", "pattern_type": "stix", "valid_from": "2026-01-01T00:00:00Z" }),
    );
    let release = released(vec![secret, open], &to("cert"));
    let told = exported(&release).events[0].to_json().to_string();
    assert!(
        told.contains("example.org") && !told.contains("secret"),
        "{told}"
    );
    assert!(told.contains("tlp:green"), "{told}");
}

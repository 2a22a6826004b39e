//! What becomes of an event of MISP, and that it comes back as it was.

use avert_exchange::misp::Distribution;
use avert_exchange::stix::tlp_id;
use avert_model::Tlp;
use serde_json::{Value, json};

use crate::common::{World, to};
use crate::invented_events::{
    attribute, bodies, event, exported, imported, objects, released, released_by, the,
    there_and_back, uuid, with,
};

fn text<'v>(value: &'v Value, name: &str) -> &'v str {
    value[name].as_str().unwrap()
}

#[test]
fn an_attribute_for_detection_is_an_indicator_and_another_is_only_observed() {
    let told = objects(&with(&[
        attribute(1, "domain", "example.org", true),
        attribute(2, "md5", "d41d8cd98f00b204e9800998ecf8427e", false),
    ]));
    let indicator = the(&told, "indicator");
    assert_eq!(indicator["id"], format!("indicator--{}", uuid(1)));
    assert_eq!(indicator["pattern"], "[domain-name:value = 'example.org']");
    assert_eq!(indicator["valid_from"], "2026-01-01T00:00:01.000Z");
    assert_eq!(indicator["labels"][0], "misp:type=\"domain\"");
    assert_eq!(
        the(&told, "domain-name")["id"],
        format!("domain-name--{}", uuid(1))
    );
    let file = the(&told, "file");
    assert_eq!(file["hashes"]["MD5"], "d41d8cd98f00b204e9800998ecf8427e");
    let based_on = the(&told, "relationship");
    assert_eq!(based_on["relationship_type"], "based-on");
    let grouping = the(&told, "grouping");
    assert_eq!(grouping["id"], format!("grouping--{}", uuid(0xe0)));
    assert_eq!(grouping["name"], "Invented");
    assert_eq!(
        grouping["created_by_ref"],
        format!("identity--{}", uuid(0xf))
    );
}

#[track_caller]
fn pattern_is(kind: &str, value: &str, pattern: &str) {
    let told = objects(&with(&[attribute(1, kind, value, true)]));
    assert_eq!(
        the(&told, "indicator")["pattern"],
        pattern,
        "{kind} {value}"
    );
}

#[test]
fn patterns_ask_for_values_as_stix_has_them() {
    pattern_is(
        "ip-dst",
        "198.51.100.0/24",
        "[network-traffic:dst_ref.type = 'ipv4-addr' AND network-traffic:dst_ref.value ISSUBSET '198.51.100.0/24']",
    );
    pattern_is(
        "ip-src|port",
        "2001:db8::1|443",
        "[network-traffic:src_ref.type = 'ipv6-addr' AND network-traffic:src_ref.value = '2001:db8::1' \
         AND network-traffic:src_port = 443]",
    );
    pattern_is(
        "filename|sha1",
        "a|b's.exe|da39a3ee5e6b4b0d3255bfef95601890afd80709",
        "[file:name = 'a|b\\'s.exe' AND file:hashes.'SHA-1' = 'da39a3ee5e6b4b0d3255bfef95601890afd80709']",
    );
    pattern_is("AS", "AS64500", "[autonomous-system:number = 64500]");
    pattern_is(
        "regkey",
        "HKLM\\x",
        "[windows-registry-key:key = 'HKLM\\\\x']",
    );
    pattern_is(
        "yara",
        "rule a { condition: false }",
        "rule a { condition: false }",
    );
}

#[test]
fn whatever_stix_has_no_word_for_is_kept_as_mine_and_comes_back() {
    let unknown = with(&[
        attribute(1, "telepathy", "a thought", true),
        attribute(2, "md5", "no hash at all", true),
        attribute(3, "ip-dst|port", "no port", true),
        attribute(4, "threat-actor", "Invented Bear", false),
    ]);
    let told = objects(&unknown);
    let custom: Vec<&Value> = told
        .iter()
        .filter(|one| one["type"] == "x-misp-attribute")
        .collect();
    assert_eq!(custom.len(), 4);
    assert_eq!(custom[0]["x_misp_value"], "a thought");
    assert!(told.iter().all(|one| one["type"] != "indicator"));
    assert_eq!(there_and_back(&unknown), unknown);
}

#[test]
fn what_was_deleted_is_for_nothing_and_comes_back_deleted() {
    let mut deleted = attribute(1, "domain", "example.org", true);
    deleted["deleted"] = json!(true);
    let event = with(&[deleted]);
    let told = objects(&event);
    assert_eq!(the(&told, "x-misp-attribute")["revoked"], true);
    assert!(told.iter().all(|one| one["type"] != "indicator"));
    assert_eq!(there_and_back(&event), event);
}

#[test]
fn tags_of_tlp_are_markings_the_strictest_of_the_event_and_the_part() {
    let mut strict = attribute(1, "domain", "example.org", true);
    strict["Tag"] = json!([{ "name": "tlp:red" }, { "name": "invented:word" }]);
    let mut event = with(&[strict, attribute(2, "domain", "example.com", true)]);
    event["Tag"] = json!([{ "name": "tlp:amber" }]);
    let told = objects(&event);
    let level = |kind: &str, number| {
        let id = format!("{kind}--{}", uuid(number));
        let object = told.iter().find(|one| one["id"] == id).unwrap();
        object["object_marking_refs"].clone()
    };
    assert_eq!(level("indicator", 1), json!([tlp_id(Tlp::Red)]));
    assert_eq!(level("domain-name", 1), json!([tlp_id(Tlp::Red)]));
    assert_eq!(level("indicator", 2), json!([tlp_id(Tlp::Amber)]));
    assert_eq!(level("grouping", 0xe0), json!([tlp_id(Tlp::Amber)]));
    let labels = told.iter().find(|one| one["type"] == "indicator").unwrap()["labels"].to_string();
    assert!(
        labels.contains("invented:word") && !labels.contains("tlp"),
        "{labels}"
    );
}

#[test]
fn what_was_refused_or_proposed_is_told_to_nobody_who_may_not_know_it() {
    let mut event = with(&[
        json!({ "uuid": uuid(2), "value": "refused", "Tag": [{ "name": "tlp:red" }] }),
        attribute(1, "domain", "example.org", true),
    ]);
    event["Tag"] = json!([{ "name": "tlp:green" }]);
    let told = bodies(&imported(&event));
    let red = json!([tlp_id(Tlp::Red)]);
    assert_eq!(the(&told, "grouping")["object_marking_refs"], red);
    event["Attribute"] = json!([attribute(1, "domain", "example.org", true)]);
    event["Attribute"][0]["ShadowAttribute"] =
        json!([{ "value": "proposed", "Tag": [{ "name": "tlp:red" }] }]);
    let told = objects(&event);
    assert_eq!(the(&told, "observed-data")["object_marking_refs"], red);
    assert_eq!(
        the(&told, "grouping")["object_marking_refs"],
        json!([tlp_id(Tlp::Green)])
    );
}

#[test]
fn white_is_read_and_clear_is_written() {
    let mut event = with(&[attribute(1, "domain", "example.org", true)]);
    event["Tag"] = json!([{ "name": "tlp:white", "colour": "#ffffff" }]);
    let told = objects(&event);
    assert_eq!(
        the(&told, "grouping")["object_marking_refs"],
        json!([tlp_id(Tlp::Clear)])
    );
    let back = there_and_back(&event);
    assert_eq!(
        back["Tag"],
        json!([{ "name": "tlp:clear", "colour": "#ffffff" }])
    );
}

#[test]
fn tags_never_say_less_than_the_marking_that_somebody_here_put() {
    let mut told = objects(&with(&[attribute(1, "domain", "example.org", true)]));
    for object in &mut told {
        if object["type"] == "observed-data" {
            object["object_marking_refs"] = json!([tlp_id(Tlp::Amber)]);
        }
    }
    let release = released(told, &World::new().directory.own_team());
    let back = exported(&release).events[0].to_json();
    assert_eq!(
        back["Event"]["Attribute"][0]["Tag"],
        json!([{ "name": "tlp:amber" }])
    );
}

#[test]
fn one_bad_attribute_is_named_and_costs_nothing_else() {
    let event = with(&[
        attribute(1, "domain", "example.org", true),
        json!({ "uuid": uuid(2), "value": "no type" }),
        json!({ "uuid": "no uuid", "type": "domain", "value": "example.com" }),
        json!(7),
        attribute(1, "domain", "example.net", true),
    ]);
    let imported = imported(&event);
    let told: Vec<String> = imported.problems.iter().map(ToString::to_string).collect();
    let of = uuid(0xe0);
    assert_eq!(
        told,
        [
            format!(
                "event {of}: Attribute[1] ({}): type: it has to be there, and a text",
                uuid(2)
            ),
            format!("event {of}: Attribute[2]: uuid: it should be a UUID"),
            format!("event {of}: Attribute[3]: it should be an object"),
            format!(
                "event {of}: Attribute[4] ({}): uuid: something else of the event has it",
                uuid(1)
            ),
        ]
    );
    assert_eq!(
        the(&bodies(&imported), "indicator")["id"],
        format!("indicator--{}", uuid(1))
    );
    // What no object could be made of is in the event all the same.
    let back = there_and_back(&event);
    let attributes = back["Attribute"].as_array().unwrap();
    let was = event["Attribute"].as_array().unwrap();
    assert_eq!(attributes.len(), was.len());
    assert!(was.iter().all(|one| attributes.contains(one)), "{back:#}");
}

fn file(number: u64, attributes: &Value, references: &Value) -> Value {
    json!({
        "uuid": uuid(number), "name": "file", "meta-category": "file", "timestamp": "1767225600",
        "template_uuid": uuid(0x99), "template_version": "25", "Attribute": attributes, "ObjectReference": references,
    })
}

fn part(number: u64, relation: &str, kind: &str, value: &str) -> Value {
    let mut part = attribute(number, kind, value, true);
    part["object_relation"] = json!(relation);
    part
}

#[test]
fn an_object_is_one_thing_and_two_names_of_it_are_either_or() {
    let attributes = json!([
        part(2, "filename", "filename", "a.exe"),
        part(3, "filename", "filename", "b.exe"),
        part(4, "size-in-bytes", "size-in-bytes", "5"),
        part(5, "text", "text", "what STIX has no path for"),
    ]);
    let event = event(&json!({ "Object": [file(1, &attributes, &json!([]))] }));
    let told = objects(&event);
    assert_eq!(
        the(&told, "indicator")["pattern"],
        "[(file:name = 'a.exe' OR file:name = 'b.exe') AND file:size = 5]"
    );
    let file = the(&told, "file");
    assert_eq!((text(file, "name"), &file["size"]), ("a.exe", &json!(5)));
    assert_eq!(file["x_misp_filename"], "b.exe");
    assert_eq!(there_and_back(&event), event);
}

#[test]
fn a_template_that_stix_has_no_word_for_is_kept_whole() {
    let mut object = file(1, &json!([part(2, "account", "iban", "abc")]), &json!([]));
    object["name"] = json!("bank-account");
    let event = event(&json!({ "Object": [object] }));
    let told = objects(&event);
    let custom = the(&told, "x-misp-object");
    assert_eq!(custom["x_misp_name"], "bank-account");
    assert_eq!(custom["x_misp_attributes"][0]["object_relation"], "account");
    assert_eq!(there_and_back(&event), event);
}

#[test]
fn a_reference_to_what_an_audience_may_not_know_is_not_told() {
    let mut secret = attribute(7, "domain", "secret.example.org", true);
    secret["Tag"] = json!([{ "name": "tlp:red" }]);
    let reference = json!({
        "uuid": uuid(8), "object_uuid": uuid(1), "referenced_uuid": uuid(7), "referenced_type": "0",
        "relationship_type": "Communicates with",
    });
    let object = file(
        1,
        &json!([part(2, "filename", "filename", "a.exe")]),
        &json!([reference]),
    );
    let event = event(&json!({
        "Tag": [{ "name": "tlp:green" }], "Attribute": [secret], "Object": [object],
        "attribute_count": "2", "RelatedEvent": [{ "Event": { "uuid": uuid(0x77) } }],
    }));
    let told = objects(&event);
    let relation = told
        .iter()
        .find(|one| one["id"] == format!("relationship--{}", uuid(8)))
        .unwrap();
    assert_eq!(relation["relationship_type"], "communicates-with");

    let whole = there_and_back(&event);
    assert_eq!(whole["Object"], event["Object"]);
    assert_eq!(whole["attribute_count"], "2");

    let release = released(told, &to("cert"));
    let back = exported(&release).events[0].to_json().to_string();
    assert!(back.contains("a.exe"));
    for unknown in [&uuid(7), &uuid(8), &uuid(0x77), "secret", "Communicates"] {
        assert!(!back.contains(unknown), "{unknown} in {back}");
    }
    assert!(back.contains("\"attribute_count\":\"1\""), "{back}");
}

#[test]
fn a_reference_out_of_the_event_comes_back_where_its_target_is_known() {
    let reference = json!({
        "uuid": uuid(8), "referenced_uuid": uuid(0x55), "referenced_type": "1", "relationship_type": "related-to",
    });
    let object = file(
        1,
        &json!([part(2, "filename", "filename", "a.exe")]),
        &json!([reference]),
    );
    let event = event(&json!({ "Object": [object] }));
    let told = objects(&event);
    let mut world = World::new();
    world.known.insert(format!("x-misp-object--{}", uuid(0x55)));
    let release = released_by(&world, told, &world.directory.own_team());
    let back = exported(&release).events[0].to_json();
    assert_eq!(back["Event"]["Object"], event["Object"]);
}

#[test]
fn a_sighting_is_one_and_a_false_positive_is_an_opinion() {
    let mut seen = attribute(1, "domain", "example.org", true);
    seen["Sighting"] = json!([
        { "uuid": uuid(2), "type": "0", "date_sighting": "1767225700", "source": "a sensor",
          "Organisation": { "uuid": uuid(0x21), "name": "Example Bank" } },
        { "uuid": uuid(3), "type": "1", "date_sighting": "1767225800" },
        { "uuid": uuid(4), "type": "2", "date_sighting": "1767225900" },
    ]);
    let event = with(&[seen]);
    let told = objects(&event);
    let sighting = the(&told, "sighting");
    assert_eq!(
        sighting["sighting_of_ref"],
        format!("indicator--{}", uuid(1))
    );
    assert_eq!(
        sighting["where_sighted_refs"],
        json!([format!("identity--{}", uuid(0x21))])
    );
    assert_eq!(sighting["first_seen"], "2026-01-01T00:01:40.000Z");
    let opinion = the(&told, "opinion");
    assert_eq!(opinion["opinion"], "strongly-disagree");
    assert_eq!(there_and_back(&event), event);
}

#[test]
fn a_report_that_names_what_is_red_is_red() {
    let mut secret = attribute(7, "domain", "secret.example.org", true);
    secret["Tag"] = json!([{ "name": "tlp:red" }]);
    let content = format!("We saw @[attribute]({}).", uuid(7));
    let event = event(&json!({
        "Tag": [{ "name": "tlp:green" }], "Attribute": [secret],
        "EventReport": [{ "uuid": uuid(9), "name": "Seen", "content": content }],
    }));
    let told = objects(&event);
    let note = the(&told, "note");
    assert_eq!(note["object_marking_refs"], json!([tlp_id(Tlp::Red)]));
    assert_eq!(
        note["object_refs"],
        json!([format!("observed-data--{}", uuid(7))])
    );
    assert_eq!(there_and_back(&event)["EventReport"], event["EventReport"]);
}

#[test]
fn under_the_chatham_house_rule_nobody_is_told_who_said_it() {
    let mut event = with(&[attribute(1, "domain", "example.org", true)]);
    event["Tag"] = json!([{ "name": "tlp:green" }, { "name": "tlp:ex:chr" }]);
    event["Org"] = json!({ "uuid": uuid(0xd), "name": "Another" });
    let imported = imported(&event);
    assert!(
        imported
            .objects
            .iter()
            .filter(|told| told.object.kind() != "marking-definition")
            .all(|told| told.chatham_house)
    );
    let mut items = bodies(&imported);
    // The gate knows it by the tags that came with objects; here it takes out what they name.
    for item in &mut items {
        item.as_object_mut().unwrap().remove("created_by_ref");
    }
    let told = exported(&released(items, &to("cert"))).events[0]
        .to_json()
        .to_string();
    assert!(
        told.contains("example.org") && told.contains("tlp:ex:chr"),
        "{told}"
    );
    assert!(
        !told.contains("Another") && !told.contains("Orgc"),
        "{told}"
    );
    assert_eq!(there_and_back(&event)["Orgc"], event["Orgc"]);
}

#[test]
fn clusters_are_what_they_are_in_stix_and_never_stand_for_the_original() {
    let event = event(&json!({ "Galaxy": [{
        "uuid": uuid(0x30), "name": "Attack Pattern", "type": "mitre-attack-pattern", "version": "12",
        "GalaxyCluster": [{
            "uuid": uuid(0x31), "type": "mitre-attack-pattern", "value": "Invented Technique - T9999.001",
            "description": "It is invented.", "tag_name": "misp-galaxy:mitre-attack-pattern=\"Invented Technique - T9999.001\"",
            "meta": { "external_id": ["T9999.001"], "refs": ["https://example.org/t"] },
        }],
    }] }));
    let told = objects(&event);
    let technique = the(&told, "attack-pattern");
    assert_eq!(technique["name"], "Invented Technique");
    assert_eq!(
        technique["external_references"][0]["external_id"],
        "T9999.001"
    );
    assert_eq!(
        technique["external_references"][0]["source_name"],
        "mitre-attack"
    );
    assert_eq!(technique["modified"], "1970-01-01T00:00:12.000Z");
    assert_eq!(there_and_back(&event), event);
}

#[test]
fn how_far_something_goes_is_told_with_it() {
    let mut own = attribute(1, "domain", "example.org", true);
    own["distribution"] = json!("0");
    let mut event = with(&[own, attribute(2, "domain", "example.com", true)]);
    event["distribution"] = json!("4");
    event["SharingGroup"] =
        json!({ "uuid": uuid(0x40), "name": "Invented ISAC", "SharingGroupOrg": [] });
    let imported = imported(&event);
    let of = |number| {
        let id = format!("indicator--{}", uuid(number));
        let told = imported
            .objects
            .iter()
            .find(|told| told.object.id().as_str() == id);
        told.unwrap().distribution.clone()
    };
    assert_eq!(of(1), Distribution::Organisation);
    assert_eq!(of(2).group().unwrap().name, "Invented ISAC");
    assert_eq!(there_and_back(&event), event);
}

#[test]
fn a_sample_is_held_once_and_comes_back() {
    let mut sample = attribute(
        1,
        "malware-sample",
        "a.exe|d41d8cd98f00b204e9800998ecf8427e",
        true,
    );
    sample["data"] = json!("UEsFBgAAAAAAAAAAAAAAAAAAAAAAAA==");
    let event = with(&[sample]);
    let told = objects(&event);
    let held = told.iter().filter(|one| one.to_string().contains("UEsFBg"));
    assert_eq!(held.count(), 1);
    assert_eq!(
        the(&told, "indicator")["pattern"],
        "[file:name = 'a.exe' AND file:hashes.MD5 = 'd41d8cd98f00b204e9800998ecf8427e']"
    );
    assert_eq!(there_and_back(&event), event);
}

#[test]
fn an_empty_event_and_one_with_nothing_but_proposals_come_back() {
    for event in [
        event(&json!({})),
        event(
            &json!({ "Attribute": [], "Object": [], "ShadowAttribute": [attribute(1, "domain", "example.org", true)] }),
        ),
        event(&json!({ "published": true, "publish_timestamp": "1767225999" })),
    ] {
        assert_eq!(there_and_back(&event), event);
    }
}

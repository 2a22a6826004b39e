//! Intelligence comes in, is found again, and goes out.

use std::fs;
use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::path::Path;

use serde_json::{Value, json};

use crate::common::{avert, done, platform, proposing};

const MALWARE: &str = "malware--00000000-0000-4000-8000-000000000001";
const TOOL: &str = "tool--00000000-0000-4000-8000-000000000002";
const RELATION: &str = "relationship--00000000-0000-4000-8000-000000000003";

/// A data folder in which lena may speak with partners.
fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let config = "[people]\nlena = { roles = [\"liaison\"] }\n";
    fs::write(folder.path().join("avert.toml"), config).unwrap();
    folder
}

fn object(id: &str, members: &Value) -> Value {
    let mut object = json!({
        "type": id.split("--").next().unwrap(),
        "spec_version": "2.1",
        "id": id,
        "created": "2026-01-01T00:00:00.000Z",
        "modified": "2026-01-01T00:00:00.000Z",
    });
    for (name, value) in members.as_object().unwrap() {
        object[name] = value.clone();
    }
    object
}

fn three() -> Vec<Value> {
    vec![
        object(
            MALWARE,
            &json!({ "name": "Invented Worm", "is_family": true, "x_kept": 1.50,
                "external_references": [{ "source_name": "example", "external_id": "S9001" }] }),
        ),
        object(TOOL, &json!({ "name": "Invented Tool" })),
        object(
            RELATION,
            &json!({ "relationship_type": "uses", "source_ref": MALWARE, "target_ref": TOOL }),
        ),
    ]
}

fn bundle(objects: &[Value]) -> String {
    // In this order, whatever order JSON is written in: it is cut short somewhere.
    let objects = json!(objects);
    format!(r#"{{"type":"bundle","id":"bundle--1","objects":{objects}}}"#)
}

fn import(dir: &Path, from: &str) -> Vec<Value> {
    let ran = avert(
        dir,
        &[
            "--as", "lena", "--format", "ndjson", "intel", "import", from,
        ],
    );
    let lines = ran.stdout.lines();
    lines
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

#[test]
fn what_is_taken_in_is_found_by_id_by_the_ids_of_others_and_by_name() {
    let folder = folder();
    let dir = folder.path();
    fs::write(dir.join("feed.json"), bundle(&three())).unwrap();
    let said = import(dir, "feed.json");
    assert_eq!(
        (&said[0]["new"], &said[0]["source"]),
        (&json!(3), &json!("feed.json"))
    );
    assert_eq!(import(dir, "feed.json")[0]["known"], 3);

    for wanted in [MALWARE, "S9001", "s9001", "invented worm"] {
        let shown = done(dir, &["--format", "json", "intel", "show", wanted]).json();
        assert_eq!(shown[0]["object"], three()[0], "{wanted}");
        assert_eq!(shown[0]["referred_to_by"][0]["id"], RELATION);
        assert_eq!(
            shown[0]["referred_to_by"][0]["relates"],
            "uses Invented Tool"
        );
    }
    let text = done(dir, &["intel", "show", RELATION]).stdout;
    assert!(
        text.contains("Invented Worm") && text.contains("source_ref"),
        "{text}"
    );

    let found = done(
        dir,
        &[
            "--format", "json", "intel", "search", "INVENTED", "--kind", "tool",
        ],
    );
    let found = found.json();
    assert_eq!(found.as_array().unwrap().len(), 1);
    assert_eq!(found[0]["id"], TOOL);
    assert_eq!(avert(dir, &["intel", "search", "nothing"]).code, 1);
    let unknown = avert(dir, &["intel", "show", "S9999"]);
    assert_eq!(unknown.code, 1);
    assert!(
        unknown.stderr.contains("[intel/unknown]"),
        "{}",
        unknown.stderr
    );
}

#[test]
fn what_is_wrong_is_told_the_rest_is_kept_and_the_answer_is_no() {
    let folder = folder();
    let dir = folder.path();
    let mut objects = three();
    objects[1]["name"] = json!(7);
    fs::write(dir.join("feed.json"), bundle(&objects)).unwrap();
    let ran = avert(dir, &["--as", "lena", "intel", "import", "feed.json"]);
    assert_eq!(ran.code, 1);
    assert!(
        ran.stdout
            .contains("3 objects: 2 new, 0 known, 0 in conflict, 1 refused"),
        "{}",
        ran.stdout
    );
    let told = format!("object 1 is not kept: {TOOL}: name: it should be a string");
    assert!(ran.stdout.contains(&told), "{}", ran.stdout);

    let mut other = three();
    other[0]["name"] = json!("Somebody Else's Worm");
    fs::write(dir.join("other.json"), bundle(&other)).unwrap();
    let said = import(dir, "other.json");
    assert_eq!(said[0]["conflicts"][0]["id"], MALWARE);
    assert_eq!((&said[0]["new"], &said[0]["known"]), (&json!(1), &json!(1)));
    let shown = done(dir, &["--format", "json", "intel", "show", MALWARE]).json();
    assert_eq!(shown[0]["name"], "Invented Worm");

    let cut = bundle(&three());
    let at = cut.find("target_ref").unwrap();
    fs::write(dir.join("cut.json"), &cut[..at]).unwrap();
    let said = import(dir, "cut.json");
    assert_eq!(said[0]["whole"], false);
    assert_eq!(said[0]["problems"][0]["code"], "stix/cut");
}

#[test]
fn every_version_is_kept_and_the_newest_is_shown() {
    let folder = folder();
    let dir = folder.path();
    let newer = object(
        TOOL,
        &json!({ "name": "Renamed Tool", "modified": "2026-02-01T00:00:00.000Z" }),
    );
    let lines = format!("{newer}\n{}\n", three()[1]);
    fs::write(dir.join("feed.ndjson"), lines).unwrap();
    assert_eq!(import(dir, "feed.ndjson")[0]["new"], 2);
    let newest = done(dir, &["--format", "json", "intel", "show", TOOL]).json();
    assert_eq!(newest.as_array().unwrap().len(), 1);
    assert_eq!(newest[0]["name"], "Renamed Tool");
    let all = done(
        dir,
        &["--format", "json", "intel", "show", TOOL, "--versions"],
    )
    .json();
    assert_eq!(all[1]["name"], "Invented Tool");
}

#[test]
fn an_address_is_read_and_what_is_secret_in_it_is_not_kept() {
    let folder = folder();
    let dir = folder.path();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let serving = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut asked = [0; 4096];
        let length = stream.read(&mut asked).unwrap();
        let body = bundle(&three());
        let length_of_body = body.len();
        write!(
            stream,
            "HTTP/1.1 200 OK\r\nContent-Length: {length_of_body}\r\n\r\n{body}"
        )
        .unwrap();
        String::from_utf8_lossy(&asked[..length]).into_owned()
    });
    let said = import(dir, &format!("http://{address}/feed?token=secret"));
    assert_eq!(said[0]["new"], 3);
    assert!(serving.join().unwrap().contains("token=secret"));
    assert!(!said[0].to_string().contains("secret"), "{}", said[0]);
    let journal = done(dir, &["--format", "json", "journal", "show"]).stdout;
    assert!(
        journal.contains("intel/import") && !journal.contains("secret"),
        "{journal}"
    );
}

#[test]
fn how_far_unmarked_objects_may_be_told_is_noted_beside_them() {
    let folder = folder();
    let dir = folder.path();
    fs::write(dir.join("feed.json"), bundle(&three())).unwrap();
    let import = [
        "--as",
        "lena",
        "intel",
        "import",
        "feed.json",
        "--tlp",
        "red",
        "--source",
        "a partner",
    ];
    done(dir, &import);
    let shown = done(dir, &["--format", "json", "intel", "show", TOOL]).json();
    assert_eq!(
        shown[0]["object_marking_refs"],
        json!(["marking-definition--e828b379-4e03-4974-9ac4-e53a884c97c1"])
    );
    assert_eq!(shown[0]["object"], three()[1]);
    assert_eq!(shown[0]["source"], "a partner");
}

#[test]
fn a_case_goes_out_as_a_bundle_that_comes_in_again_without_a_fault() {
    let folder = platform();
    let dir = folder.path();
    let finding = proposing(dir).remove(0);
    done(dir, &["--as", "ines", "case", "open", "--from", &finding]);
    done(
        dir,
        &[
            "intel",
            "export",
            "case-1",
            "--author",
            "Example",
            "--out",
            "case-1.json",
        ],
    );
    let written: Value =
        serde_json::from_str(&fs::read_to_string(dir.join("case-1.json")).unwrap()).unwrap();
    let objects = written["objects"].as_array().unwrap();
    assert!(
        objects
            .iter()
            .any(|object| object["type"] == "user-account")
    );
    let contacts = done(dir, &["--format", "json", "finding", "show", &finding]).json();
    let text = written.to_string();
    for contact in contacts["contacts"].as_array().unwrap() {
        assert!(
            !text.contains(&format!("{}", contact["account"])),
            "{contact}"
        );
    }
    let ran = avert(
        dir,
        &[
            "--as",
            "ines",
            "--format",
            "ndjson",
            "intel",
            "import",
            "case-1.json",
        ],
    );
    assert_eq!(ran.code, 0, "{}{}", ran.stdout, ran.stderr);
    let said: Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(said["new"], objects.len());
    let refused = avert(dir, &["--format", "stix", "case", "list"]);
    assert!(
        refused.stderr.contains("[output/format]"),
        "{}",
        refused.stderr
    );
}

/// An invented event with one attribute for detection, one that is no attribute, and what STIX has no word for.
fn event_of_misp() -> Value {
    json!({ "Event": {
        "uuid": "00000000-0000-4000-8000-0000000000e0", "info": "Invented Spring", "timestamp": "1767225600",
        "distribution": "0", "Orgc": { "uuid": "00000000-0000-4000-8000-00000000000f", "name": "Example CERT" },
        "Attribute": [
            { "uuid": "00000000-0000-4000-8000-0000000000a1", "type": "domain", "value": "example.org", "to_ids": true },
            { "uuid": "00000000-0000-4000-8000-0000000000a2", "value": "of no type" },
            { "uuid": "00000000-0000-4000-8000-0000000000a3", "type": "telepathy", "value": "a thought" },
        ],
    } })
}

#[test]
fn events_of_misp_are_seen_from_the_text_and_taken_in_as_objects() {
    let folder = folder();
    let dir = folder.path();
    let list = json!({ "response": [event_of_misp(), { "Event": { "info": "nameless" } }] });
    fs::write(dir.join("events.json"), list.to_string()).unwrap();
    let ran = avert(dir, &["--as", "lena", "intel", "import", "events.json"]);
    assert_eq!(ran.code, 1);
    let of = "event 00000000-0000-4000-8000-0000000000e0";
    let attribute = "Attribute[1] (00000000-0000-4000-8000-0000000000a2)";
    for told in [
        format!("{of}: {attribute}: type: it has to be there, and a text"),
        "event 1 is not read: uuid: it has to be there, and a UUID".to_owned(),
    ] {
        assert!(ran.stdout.contains(&told), "{}", ran.stdout);
    }
    let indicator = "indicator--00000000-0000-4000-8000-0000000000a1";
    let shown = done(dir, &["--format", "json", "intel", "show", indicator]).json();
    assert_eq!(
        shown[0]["object"]["pattern"],
        "[domain-name:value = 'example.org']"
    );
    let event = done(
        dir,
        &["--format", "json", "intel", "show", "Invented Spring"],
    )
    .json();
    assert_eq!(event[0]["type"], "grouping");
    let again = import(dir, "events.json");
    assert_eq!(again[0]["new"], 0);

    let as_stix = avert(
        dir,
        &[
            "--as",
            "lena",
            "intel",
            "import",
            "events.json",
            "--read-as",
            "stix",
        ],
    );
    assert_eq!(as_stix.code, 1);
    assert!(as_stix.stdout.contains("0 new"), "{}", as_stix.stdout);
}

#[test]
fn what_an_event_says_of_its_distribution_goes_with_what_carries_no_tlp() {
    let folder = folder();
    let dir = folder.path();
    let config = "[people]\nlena = { roles = [\"liaison\"] }\n\
        [sharing.partner.cert]\ncommunity = true\nlimit = \"red\"\n";
    fs::write(dir.join("avert.toml"), config).unwrap();
    let mut open = event_of_misp();
    open["Event"]["uuid"] = json!("00000000-0000-4000-8000-0000000000e1");
    open["Event"]["distribution"] = json!("1");
    open["Event"]["Attribute"] = json!([
        { "uuid": "00000000-0000-4000-8000-0000000000b1", "type": "domain", "value": "example.com", "to_ids": true },
    ]);
    fs::write(
        dir.join("events.json"),
        json!([event_of_misp(), open]).to_string(),
    )
    .unwrap();
    avert(
        dir,
        &[
            "--as",
            "lena",
            "intel",
            "import",
            "events.json",
            "--published",
        ],
    );
    for (indicator, could) in [("a1", "nothing"), ("b1", "all of it")] {
        let id = format!("indicator--00000000-0000-4000-8000-0000000000{indicator}");
        let who = done(dir, &["--format", "json", "share", "who", &id]).json();
        let readers = who["readers"].as_array().unwrap();
        let cert = readers.iter().find(|one| one["who"] == "cert").unwrap();
        assert_eq!(cert["could"], could, "{who}");
    }
}

#[test]
fn a_case_goes_out_as_an_event_of_misp() {
    let folder = platform();
    let dir = folder.path();
    let finding = proposing(dir).remove(0);
    done(dir, &["--as", "ines", "case", "open", "--from", &finding]);
    let told = done(
        dir,
        &[
            "--format", "misp", "intel", "export", "case-1", "--author", "Example",
        ],
    )
    .json();
    let event = &told["Event"];
    assert_eq!(event["Orgc"]["name"], "Example");
    assert!(
        event["Object"]
            .as_array()
            .unwrap()
            .iter()
            .any(|one| one["name"] == "user-account"),
        "{told}"
    );
    let text = told.to_string();
    assert!(
        text.contains("tlp:") && !text.contains("tlp:white"),
        "{text}"
    );
    let contacts = done(dir, &["--format", "json", "finding", "show", &finding]).json();
    for contact in contacts["contacts"].as_array().unwrap() {
        assert!(
            !text.contains(&format!("{}", contact["account"])),
            "{contact}"
        );
    }
    let refused = avert(dir, &["--format", "misp", "case", "list"]);
    assert!(
        refused.stderr.contains("[output/format]"),
        "{}",
        refused.stderr
    );
}

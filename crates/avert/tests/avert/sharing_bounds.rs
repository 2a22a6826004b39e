//! Where sharing ends: how much may be sent at once, in whose name, over what, and what is left when it is over.

use std::fs;

use serde_json::{Value, json};

use crate::common::hub::{AMBER, GREEN, Hub, RED, TAXII, id, malware, object, objects, read};
use crate::common::server::Browser;
use crate::common::{avert, avert_with, done};

const US: &str = "identity--00000000-0000-4000-8000-000000000009";

#[test]
fn the_same_in_two_places_is_addressed_to_the_readers_of_both() {
    let hub = Hub::open();
    hub.configure("limit = \"green\"", "limit = \"amber\"");
    let (cert, bank) = (hub.partner("cert"), hub.partner("bank"));
    let sent = json!({ "objects": [malware(1, AMBER)] });
    cert.post(&objects("inbox"), &sent).good();
    assert!(read(&bank, &objects("isac")).is_empty());
    cert.post(&objects("isac"), &sent).good();
    assert_eq!(read(&bank, &objects("isac")), [id("malware", 1)]);
    let could = |who: &Value, name: &str| {
        let readers = who["readers"].as_array().unwrap().clone();
        let reader = readers.into_iter().find(|one| one["who"] == name);
        reader.map(|one| one["could"].clone())
    };
    let who = hub.who(&id("malware", 1));
    assert_eq!(could(&who, "bank"), Some(json!("all of it")), "{who}");
    assert_eq!(could(&who, "stranger"), Some(json!("nothing")), "{who}");
}

#[test]
fn a_copy_of_ones_own_is_read_until_what_came_first_is() {
    let hub = Hub::open();
    let cert = hub.partner("cert");
    let mut own = malware(1, GREEN);
    own["name"] = json!("Of CERT");
    let named = |cert: &Browser| {
        let envelope = cert.get(&objects("isac")).good();
        let all = envelope["objects"].as_array().cloned().unwrap_or_default();
        let one = all.into_iter().find(|one| one["type"] == "malware");
        one.map(|one| one["name"].clone())
    };
    // Ours is there, offered, and under an embargo: nobody learns that by sending something.
    hub.put("isac", &[malware(1, GREEN)], &["--after", "vendor-patched"]);
    assert_eq!(named(&cert), None);
    cert.post(&objects("isac"), &json!({ "objects": [own] }))
        .good();
    assert_eq!(named(&cert), Some(json!("Of CERT")));
    let shown = done(
        hub.path(),
        &["--format", "json", "intel", "show", &id("malware", 1)],
    );
    assert_eq!(shown.json()[0]["object"]["name"], "Invented 1");
    done(
        hub.path(),
        &["--as", "lina", "share", "declare", "vendor-patched"],
    );
    // The server looks what has happened up every two seconds.
    cert.until(&objects("isac"), |answer| {
        let all = answer["objects"].as_array();
        all.is_some_and(|all| all.iter().any(|one| one["name"] == "Invented 1"))
    });
    assert_eq!(named(&cert), Some(json!("Invented 1")));
}

#[test]
fn no_request_has_more_objects_than_are_taken_and_none_of_too_many_is_kept() {
    let hub = Hub::open();
    let cert = hub.partner("cert");
    let one = |number: u32| json!({ "type": "ipv4-addr", "spec_version": "2.1", "id": id("ipv4-addr", number), "value": "198.51.100.7" });
    let many: Vec<Value> = (0..20_001).map(one).collect();
    let answer = cert.post(&objects("isac"), &json!({ "objects": many }));
    assert_eq!(answer.status, 422, "{}", answer.text);
    assert!(answer.text.contains("20000"), "{}", answer.text);
    let found = avert(hub.path(), &["intel", "show", &id("ipv4-addr", 1)]);
    assert_ne!(found.code, 0, "{}", found.stdout);
    // What is too large is refused for itself, and the others are kept.
    let mut large = malware(1, GREEN);
    large["description"] = "x".repeat(1 << 20).into();
    let status = cert
        .post(
            &objects("isac"),
            &json!({ "objects": [large, malware(2, GREEN)] }),
        )
        .json();
    assert_eq!(
        (&status["success_count"], &status["failure_count"]),
        (&json!(1), &json!(1))
    );
    // Its id would have come after what was read of it.
    assert_eq!(status["failures"][0]["id"], "objects[0]");
    assert_eq!(read(&cert, &objects("isac")), [id("malware", 2)]);
}

#[test]
fn of_one_object_no_more_is_kept_than_can_be_looked_at_together() {
    let hub = Hub::open();
    let cert = hub.partner("cert");
    let version = |number: u32| {
        let mut one = malware(1, GREEN);
        one["modified"] = json!(format!("2026-01-01T00:00:00.{number:03}Z"));
        one
    };
    let sent: Vec<Value> = (0..60).map(version).collect();
    let status = cert
        .post(&objects("isac"), &json!({ "objects": sent }))
        .json();
    assert_eq!(status["failure_count"], 0, "{status}");
    let sent: Vec<Value> = (60..120).map(version).chain([malware(2, GREEN)]).collect();
    let status = cert
        .post(&objects("isac"), &json!({ "objects": sent }))
        .json();
    assert_eq!(
        (&status["success_count"], &status["failure_count"]),
        (&json!(41), &json!(20))
    );
    let why = status["failures"][0]["message"].as_str().unwrap();
    assert!(why.contains("100 texts of it"), "{why}");
    let all = format!(
        "{}{}/?match[version]=all",
        objects("isac"),
        id("malware", 1)
    );
    let read = cert.get(&all).good();
    assert_eq!(read["objects"].as_array().unwrap().len(), 100);
}

#[test]
fn what_hangs_together_by_hyphens_is_refused_where_it_names_more_than_there_is_room_for() {
    let hub = Hub::open();
    let cert = hub.partner("cert");
    let naming = |number: u32, kind: &str| {
        let ids = (0..100).map(|other| id(kind, other)).collect::<Vec<_>>();
        let mut one = malware(number, GREEN);
        one["description"] = ids.join(" ").into();
        one
    };
    let sent = [
        naming(1, &["a"; 100].join("-")),
        naming(2, "x-mitre-data-component"),
        naming(3, "x-one-two-three-four-five-six"),
    ];
    let status = cert
        .post(&objects("isac"), &json!({ "objects": sent }))
        .json();
    assert_eq!(status["success_count"], 2, "{status}");
    assert_eq!(status["failures"][0]["id"], id("malware", 1));
    let why = status["failures"][0]["message"].as_str().unwrap();
    assert!(why.contains("more ids"), "{why}");
    assert_eq!(
        read(&cert, &objects("isac")),
        [id("malware", 2), id("malware", 3)]
    );
}

#[test]
fn an_object_is_named_in_an_address_however_it_is_written_and_goes_whole() {
    let hub = Hub::open();
    let cert = hub.partner("cert");
    cert.post(&objects("isac"), &json!({ "objects": [malware(1, GREEN)] }))
        .good();
    let encoded = id("malware", 1).replace("malware", "%6dalwar%65");
    let one = format!("{}{encoded}/", objects("isac"));
    assert_eq!(read(&cert, &one), [id("malware", 1)]);
    for some in [
        "match[version]=first",
        "match[spec_version]=2.1",
        "match[version]=2026-01-01T00:00:00.000Z",
    ] {
        let answer = cert.delete(&format!("{one}?{some}"), &Value::Null);
        assert_eq!(answer.status, 403, "{some}: {}", answer.text);
    }
    assert_eq!(read(&cert, &objects("isac")), [id("malware", 1)]);
    let all = cert.delete(&format!("{one}?match[version]=all"), &Value::Null);
    assert_eq!((all.status, all.header("content-type")), (200, Some(TAXII)));
    assert!(read(&cert, &objects("isac")).is_empty());
}

#[test]
fn a_marking_stays_no_longer_than_what_is_marked_with_it() {
    let hub = Hub::open();
    let cert = hub.partner("cert");
    let statement = json!({
        "type": "marking-definition", "spec_version": "2.1", "id": id("marking-definition", 1),
        "created": "2026-01-01T00:00:00.000Z", "definition_type": "statement",
        "definition": { "statement": "Copyright Example Platform" },
    });
    let mut marked = malware(1, GREEN);
    marked["object_marking_refs"] = json!([GREEN, id("marking-definition", 1)]);
    hub.import(&[statement], &[]);
    hub.put("isac", &[marked], &[]);
    let all = cert.get(&objects("isac")).text;
    assert!(all.contains("Copyright") && all.contains(GREEN), "{all}");
    let withdraw = ["--as", "lina", "share", "withdraw", "isac"];
    done(hub.path(), &[&withdraw[..], &[&id("malware", 1)]].concat());
    // What is idle goes when all of it is looked through, as it is once rules change.
    hub.configure("limit = \"green\"", "limit = \"amber\"");
    let left = cert.until(&objects("isac"), Value::is_object);
    assert_eq!(left["objects"], Value::Null, "{left}");
}

#[test]
fn whoever_read_something_and_reads_there_no_more_gets_the_revoked_version_from_us() {
    let hub = Hub::open();
    let cert = hub.partner("cert");
    hub.put("isac", &[malware(1, GREEN)], &[]);
    assert_eq!(read(&cert, &objects("isac")), [id("malware", 1)]);
    hub.configure("members = [\"cert\", \"bank\"]", "members = [\"bank\"]");
    let tried = done(
        hub.path(),
        &[
            "--as",
            "lina",
            "--format",
            "json",
            "share",
            "retract",
            &id("malware", 1),
            "--reason",
            "it was wrong",
        ],
    )
    .json();
    let cert = tried
        .as_array()
        .unwrap()
        .iter()
        .find(|one| one["who"] == "cert")
        .unwrap();
    assert_eq!(cert["has"], "has it");
    assert_eq!(
        cert["how"],
        "has to be told: it does not lie anywhere that they read"
    );
}

#[test]
fn a_secret_is_sent_to_nobody_in_the_clear() {
    let folder = tempfile::tempdir().unwrap();
    let with = |url: &str, secret: &str| {
        let text = format!(
            "[people]\nlina = {{ roles = [\"liaison\"] }}\n\n[sharing.partner.cert]\nlimit = \"green\"\n\n\
             [sharing.server.cert]\nurl = \"{url}\"\npartner = \"cert\"\n{secret}"
        );
        fs::write(folder.path().join("avert.toml"), text).unwrap();
        avert(folder.path(), &["share", "list"])
    };
    let secret = "secret_env = \"AVERT_TEST_SECRET\"\n";
    let open = "http://taxii.example.org/api/collections/c/";
    let refused = with(open, secret);
    assert_ne!(refused.code, 0);
    assert!(
        refused.stderr.contains("[sharing.server.cert]") && refused.stderr.contains("unencrypted"),
        "{}",
        refused.stderr
    );
    for (url, secret) in [
        (open, ""),
        ("https://taxii.example.org/api/collections/c/", secret),
        ("http://127.0.0.1:9/api/collections/c/", secret),
    ] {
        let taken = with(url, secret);
        assert_eq!(taken.code, 0, "{url}: {}", taken.stderr);
    }
}

#[test]
fn what_changes_is_pushed_again_and_nothing_else_is() {
    let hub = Hub::open();
    let other = Hub::open();
    let config = fs::read_to_string(other.path().join("avert.toml")).unwrap();
    let config = format!(
        "{config}\n[sharing.server.hub]\nurl = \"{}/taxii2/avert/collections/isac/\"\npartner = \"cert\"\nsecret_env = \"HUB_SECRET\"\n",
        hub.server.url
    );
    fs::write(other.path().join("avert.toml"), config).unwrap();
    let secret = hub.token("cert");
    let push = || {
        let pushed = avert_with(
            other.path(),
            &[
                "--as",
                "lina",
                "--format",
                "json",
                "intel",
                "push",
                "hub",
                "--execute",
                &id("malware", 1),
            ],
            &[("HUB_SECRET", &secret)],
        );
        assert_eq!(pushed.code, 0, "{}", pushed.stderr);
        pushed.json()["sent"].clone()
    };
    let named = || {
        let cert = hub.partner("cert");
        let envelope = cert
            .get(&format!("{}?match[type]=malware", objects("isac")))
            .good();
        envelope["objects"].clone()
    };
    other.import(&[malware(1, GREEN)], &[]);
    assert_eq!(
        (push(), push()),
        (json!(2), json!(0)),
        "it and its marking, once"
    );
    let mut newer = malware(1, GREEN);
    newer["modified"] = json!("2026-02-01T00:00:00.000Z");
    newer["name"] = json!("Called otherwise");
    other.import(&[newer.clone()], &[]);
    assert_eq!((push(), push()), (json!(1), json!(0)));
    assert_eq!(named()[0]["name"], "Called otherwise");
    newer["modified"] = json!("2026-03-01T00:00:00.000Z");
    newer["revoked"] = json!(true);
    other.import(&[newer], &[]);
    assert_eq!((push(), push()), (json!(1), json!(0)));
    assert_eq!(named()[0]["revoked"], true);
}

#[test]
fn who_we_are_is_told_with_what_we_push_whether_we_hold_it_as_an_object_or_not() {
    let hub = Hub::open();
    let other = Hub::open();
    let we = "identity--00000000-0000-4000-8000-000000000008";
    other.configure(US, we);
    let config = fs::read_to_string(other.path().join("avert.toml")).unwrap();
    let config = format!(
        "{config}\n[sharing.server.hub]\nurl = \"{}/taxii2/avert/collections/isac/\"\npartner = \"cert\"\nsecret_env = \"HUB_SECRET\"\n",
        hub.server.url
    );
    fs::write(other.path().join("avert.toml"), config).unwrap();
    let secret = hub.token("cert");
    let identity = json!({
        "type": "identity", "spec_version": "2.1", "id": we, "name": "Example Platform",
        "created": "2026-01-01T00:00:00.000Z", "modified": "2026-01-01T00:00:00.000Z",
    });
    let strangers = json!({ "name": "Of us and a secret", "is_family": true, "created_by_ref": we,
        "x_of_refs": [id("malware", 9)] });
    let made = object("malware", 1, GREEN, &strangers);
    other.import(&[identity, made, malware(9, GREEN)], &[]);
    let push = [
        "--as",
        "lina",
        "intel",
        "push",
        "hub",
        "--execute",
        &id("malware", 1),
    ];
    let pushed = avert_with(other.path(), &push, &[("HUB_SECRET", &secret)]);
    assert_eq!(pushed.code, 0, "{}", pushed.stderr);
    let show = ["--format", "json", "intel", "show", &id("malware", 1)];
    let told = done(hub.path(), &show).json()[0]["object"].clone();
    assert_eq!(told["created_by_ref"], we);
    assert_eq!(
        told["x_of_refs"],
        Value::Null,
        "what else is held is not named"
    );
}

#[test]
fn nobody_says_anything_in_our_name() {
    let hub = Hub::open();
    let cert = hub.partner("cert");
    let ours = object(
        "malware",
        1,
        GREEN,
        &json!({ "name": "In our name", "is_family": true, "created_by_ref": US }),
    );
    let us = json!({
        "type": "identity", "spec_version": "2.1", "id": US, "name": "Somebody else",
        "created": "2026-01-01T00:00:00.000Z", "modified": "2099-01-01T00:00:00.000Z",
    });
    let sent = json!({ "objects": [ours, us, malware(2, GREEN)] });
    let status = cert.post(&objects("isac"), &sent).json();
    assert_eq!(
        (&status["success_count"], &status["failure_count"]),
        (&json!(1), &json!(2)),
        "{status}"
    );
    assert_eq!(read(&cert, &objects("isac")), [id("malware", 2)]);
    // Nor in a file that came from them; what we take in ourselves is ours to say.
    hub.import(&[ours.clone(), malware(3, RED)], &["--partner", "cert"]);
    let show = ["--format", "json", "intel", "show", &id("malware", 1)];
    assert_ne!(avert(hub.path(), &show).code, 0);
    assert_eq!(
        avert(hub.path(), &["intel", "show", &id("malware", 3)]).code,
        0
    );
    hub.import(&[ours], &[]);
    assert_eq!(
        done(hub.path(), &show).json()[0]["object"]["name"],
        "In our name"
    );
}

//! Partners come for what lies ready for them, by TAXII 2.1, and for nothing else.

use serde_json::{Value, json};

use crate::common::hub::{AMBER, CLEAR, GREEN, Hub, RED, id, malware, object, objects, read};
use crate::common::{avert, done};

#[test]
fn a_partner_reads_what_the_gate_lets_through_and_no_word_of_the_rest() {
    let hub = Hub::open();
    let hidden = malware(3, RED);
    let uses = object(
        "relationship",
        4,
        GREEN,
        &json!({ "relationship_type": "uses", "source_ref": id("malware", 1), "target_ref": id("malware", 3) }),
    );
    let report = object(
        "report",
        5,
        GREEN,
        &json!({
            "name": "A report", "published": "2026-01-01T00:00:00Z", "report_types": ["malware"],
            "description": format!("see {}", id("malware", 3)),
            "object_refs": [id("malware", 1), id("malware", 3)],
        }),
    );
    let all = [malware(1, CLEAR), malware(2, AMBER), hidden, uses, report];
    hub.put("isac", &all, &[]);
    for name in ["cert", "bank"] {
        let partner = hub.partner(name);
        let answer = partner.get(&objects("isac"));
        assert!(!answer.text.contains(&id("malware", 3)), "{}", answer.text);
        // A group gets what every member may read: bank's limit is GREEN.
        assert_eq!(
            read(&partner, &objects("isac")),
            [id("malware", 1), id("report", 5)]
        );
    }
    // What was not in the collection at first is named once it is.
    hub.put("isac", &[malware(6, GREEN), object(
        "relationship", 7, GREEN,
        &json!({ "relationship_type": "related-to", "source_ref": id("malware", 6), "target_ref": id("malware", 1) }),
    )], &[]);
    let cert = hub.partner("cert");
    assert!(read(&cert, &objects("isac")).contains(&id("relationship", 7)));
    // Only whoever is named gets what is RED and ours.
    hub.put("cert", &[malware(8, RED)], &[]);
    assert!(read(&cert, &objects("cert")).is_empty());
    hub.configure("limit = \"amber\"", "limit = \"red\"");
    hub.put("cert", &[malware(8, RED)], &["--to", "cert"]);
    assert_eq!(read(&cert, &objects("cert")), [id("malware", 8)]);
}

#[test]
fn whoever_asks_for_what_is_new_gets_each_thing_once_when_it_may_be_read() {
    let hub = Hub::open();
    let cert = hub.partner("cert");
    hub.put("isac", &[malware(1, GREEN)], &[]);
    hub.put("isac", &[malware(2, GREEN)], &["--after", "vendor-patched"]);
    let first = cert.get(&objects("isac"));
    let last = first.header("x-taxii-date-added-last").unwrap().to_owned();
    let newer = format!("{}?added_after={last}", objects("isac"));
    assert!(read(&cert, &newer).is_empty());
    done(
        hub.path(),
        &["--as", "lina", "share", "declare", "vendor-patched"],
    );
    // The server looks what has happened up every two seconds.
    let now = cert.until(&newer, |answer| answer["objects"].is_array());
    assert_eq!(now["objects"][0]["id"], id("malware", 2));
    // Pages follow each other without a gap and without anything twice.
    let many: Vec<Value> = (10..40).map(|number| malware(number, GREEN)).collect();
    hub.put("isac", &many, &[]);
    let (mut seen, mut next) = (Vec::new(), String::new());
    loop {
        let path = format!("{}?limit=7{next}", objects("isac"));
        let page = cert.get(&path).good();
        let ids = page["objects"].as_array().unwrap().iter();
        seen.extend(ids.map(|object| object["id"].as_str().unwrap().to_owned()));
        if page["more"] != true {
            break;
        }
        next = format!("&next={}", page["next"].as_str().unwrap());
    }
    let mut once = seen.clone();
    once.sort();
    once.dedup();
    assert_eq!((seen.len(), once.len()), (33, 33));
}

#[test]
fn what_is_taken_back_follows_it_to_whoever_had_it() {
    let hub = Hub::open();
    let (cert, bank) = (hub.partner("cert"), hub.partner("bank"));
    let named = object(
        "report",
        2,
        GREEN,
        &json!({
            "name": "A report", "published": "2026-01-01T00:00:00Z", "report_types": ["malware"],
            "object_refs": [id("malware", 1), id("malware", 3)],
        }),
    );
    hub.put("isac", &[malware(1, GREEN), named, malware(3, GREEN)], &[]);
    let first = cert.get(&objects("isac"));
    let last = first.header("x-taxii-date-added-last").unwrap().to_owned();
    let of = |who: &Value, name: &str| {
        let readers = who["readers"].as_array().unwrap().clone();
        readers
            .into_iter()
            .find(|reader| reader["who"] == name)
            .unwrap()
    };
    let who = hub.who(&id("malware", 1));
    assert_eq!(of(&who, "cert")["did"], "has it");
    assert_eq!(of(&who, "bank")["did"], "may have");

    let one = id("malware", 1);
    let retract = [
        "--as",
        "lina",
        "share",
        "retract",
        &one,
        "--reason",
        "it was wrong",
    ];
    done(hub.path(), &retract);
    assert_eq!(
        cert.get(&format!("{}{one}/", objects("isac"))).good()["objects"][0]["revoked"],
        Value::Null
    );
    let execute = [&retract[..], &["--execute"]].concat();
    done(hub.path(), &execute);
    let newer = cert
        .get(&format!("{}?added_after={last}", objects("isac")))
        .good();
    let newer = newer["objects"].as_array().unwrap();
    assert_eq!(newer[0]["revoked"], true);
    assert_eq!(
        (newer[0].get("name"), newer[0].get("is_family")),
        (Some(&json!("Invented 1")), Some(&json!(true))),
        "what its type requires"
    );
    // What named it names it no longer.
    let report = newer
        .iter()
        .find(|object| object["type"] == "report")
        .unwrap();
    assert_eq!(report["object_refs"], json!([id("malware", 3)]));

    let who = hub.who(&one);
    assert!(who["retracted_at"].is_string());
    assert!(of(&who, "cert")["told"].is_string(), "{who}");
    assert!(of(&who, "bank")["told"].is_null(), "{who}");
    bank.get(&objects("isac")).good();
    assert!(of(&hub.who(&one), "bank")["told"].is_string());
    done(
        hub.path(),
        &[
            "--as",
            "lina",
            "share",
            "acknowledge",
            &one,
            "cert",
            "--receipt",
            "mail of 1 December",
        ],
    );
    assert!(of(&hub.who(&one), "cert")["acknowledged"].is_string());
    let again = avert(hub.path(), &execute);
    assert!(
        again.stderr.contains("was taken back before"),
        "{}",
        again.stderr
    );
    // Put again, it stays what it is.
    hub.put("isac", &[malware(1, GREEN)], &[]);
    let now = cert.get(&format!("{}{one}/", objects("isac"))).good();
    assert_eq!(now["objects"][0]["revoked"], true);
}

#[test]
fn rules_that_change_hold_for_the_next_who_reads() {
    let hub = Hub::open();
    let bank = hub.partner("bank");
    hub.put("isac", &[malware(1, GREEN), malware(2, CLEAR)], &[]);
    assert_eq!(read(&bank, &objects("isac")).len(), 2);
    hub.configure("limit = \"green\"", "limit = \"clear\"");
    assert_eq!(read(&bank, &objects("isac")), [id("malware", 2)]);
    hub.configure(
        "members = [\"cert\", \"bank\"]",
        "members = [\"cert\", { partner = \"bank\", until = \"2020-01-01T00:00:00Z\" }]",
    );
    // Bank may still write there, and read no more.
    assert_eq!(bank.get(&objects("isac")).status, 403);
    let cert = hub.partner("cert");
    assert_eq!(read(&cert, &objects("isac")).len(), 2);
    hub.configure("write = [\"cert\", \"bank\"]", "write = [\"cert\"]");
    assert_eq!(bank.get(&objects("isac")).status, 404);
    // A partner whom the configuration no longer knows is nobody.
    hub.configure("[sharing.partner.bank]", "[sharing.partner.banque]");
    hub.configure(
        ", { partner = \"bank\", until = \"2020-01-01T00:00:00Z\" }",
        "",
    );
    assert_eq!(bank.get("/taxii2/").status, 401);
}

#[test]
fn a_retraction_tells_no_reader_more_than_they_had() {
    let hub = Hub::open();
    hub.configure("limit = \"amber\"", "limit = \"red\"");
    let (cert, bank) = (hub.partner("cert"), hub.partner("bank"));
    let mut secret = malware(1, AMBER);
    secret["modified"] = json!("2026-02-01T00:00:00.000Z");
    secret["name"] = json!("Secret name");
    hub.put("isac", &[malware(1, GREEN), secret.clone()], &[]);
    hub.put("cert", &[malware(1, GREEN), secret], &["--to", "cert"]);
    // Everybody has fetched what they may.
    bank.get(&format!("{}?match[version]=all", objects("isac")))
        .good();
    cert.get(&objects("isac")).good();
    let seen = cert.get(&objects("cert")).good();
    assert!(seen.to_string().contains("Secret name"), "{seen}");
    let one = id("malware", 1);
    let retract = [
        "--as",
        "lina",
        "share",
        "retract",
        &one,
        "--reason",
        "wrong",
        "--execute",
    ];
    done(hub.path(), &retract);
    let ended = bank.get(&format!("{}{one}/", objects("isac"))).good();
    assert_eq!(ended["objects"][0]["revoked"], true);
    assert!(!ended.to_string().contains("Secret name"), "{ended}");
    assert!(
        cert.get(&objects("cert"))
            .good()
            .to_string()
            .contains("\"revoked\":true")
    );
    // Who comes later, and may not have had it, does not find its end.
    hub.configure("limit = \"green\"", "limit = \"clear\"");
    assert_eq!(bank.get(&format!("{}{one}/", objects("isac"))).status, 404);
}

//! Partners come for what lies ready for them, by TAXII 2.1, and for nothing else.

#![expect(
    clippy::unwrap_used,
    reason = "a fixture that cannot be made is a failed test"
)]

mod common;

use std::fs;
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpListener;
use std::path::Path;

use common::server::{Browser, Server};
use common::{avert, done};
use serde_json::{Value, json};

const CLEAR: &str = "marking-definition--94868c89-83c2-464b-929b-a1a8aa3c8487";
const GREEN: &str = "marking-definition--bab4a63c-aed9-4cf5-a766-dfca5abac2bb";
const AMBER: &str = "marking-definition--55d920b0-5e8b-4f79-9ee9-91f868d9b421";
const RED: &str = "marking-definition--e828b379-4e03-4974-9ac4-e53a884c97c1";
const TAXII: &str = "application/taxii+json;version=2.1";

const CONFIG: &str = r#"
[people]
lina = { roles = ["liaison"] }
otto = { roles = ["operator"] }

[sharing]
us = "platform"
name = "Example Platform"
identities = ["identity--00000000-0000-4000-8000-000000000009"]

[sharing.partner.cert]
name = "CERT Example"
community = true
limit = "amber"

[sharing.partner.bank]
community = true
limit = "green"

[sharing.partner.stranger]
limit = "red"

[sharing.group.isac]
members = ["cert", "bank"]

[sharing.collection.isac]
title = "For the ISAC"
audience = "group:isac"
write = ["cert", "bank"]

[sharing.collection.cert]
title = "For CERT Example"
audience = "partner:cert"

[sharing.collection.inbox]
title = "What partners tell us"
audience = "partner:platform"
write = ["cert", "stranger"]
"#;

/// A hub that others come to, and its server.
struct Hub {
    folder: tempfile::TempDir,
    server: Server,
}

impl Hub {
    fn open() -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("avert.toml"), CONFIG).unwrap();
        let server = Server::start(folder.path());
        Self { folder, server }
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    fn token(&self, partner: &str) -> String {
        let made = done(
            self.path(),
            &[
                "--as", "otto", "--format", "json", "share", "token", partner,
            ],
        );
        made.json()["token"].as_str().unwrap().to_owned()
    }

    /// Somebody who speaks TAXII with this token.
    fn partner(&self, name: &str) -> Browser {
        let bearer = format!("Bearer {}", self.token(name));
        self.server
            .nobody()
            .with("authorization", &bearer)
            .with("accept", TAXII)
            .with("content-type", TAXII)
    }

    /// Takes objects in and offers them in a collection.
    fn put(&self, collection: &str, objects: &[Value], more: &[&str]) {
        self.import(objects, &[]);
        let ids = objects.iter().map(|object| object["id"].as_str().unwrap());
        let mut arguments = vec!["--as", "lina", "share", "put", "--execute", collection];
        arguments.extend(ids);
        arguments.extend(more);
        done(self.path(), &arguments);
    }

    fn import(&self, objects: &[Value], more: &[&str]) {
        let file = self.path().join("objects.json");
        let bundle = json!({
            "type": "bundle",
            "id": "bundle--00000000-0000-4000-8000-000000000000",
            "objects": objects,
        });
        fs::write(&file, bundle.to_string()).unwrap();
        let file = file.to_str().unwrap();
        let mut arguments = vec!["--as", "lina", "intel", "import", file];
        arguments.extend(more);
        done(self.path(), &arguments);
    }

    fn configure(&self, from: &str, to: &str) {
        let file = self.path().join("avert.toml");
        let text = fs::read_to_string(&file).unwrap();
        assert!(text.contains(from), "{from}");
        fs::write(file, text.replace(from, to)).unwrap();
    }

    fn who(&self, id: &str) -> Value {
        done(self.path(), &["--format", "json", "share", "who", id]).json()
    }
}

/// The address of what lies in a collection, by its name in the configuration.
fn objects(collection: &str) -> String {
    format!("/taxii2/avert/collections/{collection}/objects/")
}

fn id(kind: &str, number: u32) -> String {
    format!("{kind}--00000000-0000-4000-8000-{number:012}")
}

fn object(kind: &str, number: u32, marking: &str, members: &Value) -> Value {
    let mut object = json!({
        "type": kind,
        "spec_version": "2.1",
        "id": id(kind, number),
        "created": "2026-01-01T00:00:00.000Z",
        "modified": "2026-01-01T00:00:00.000Z",
        "object_marking_refs": [marking],
    });
    for (name, value) in members.as_object().unwrap() {
        object[name] = value.clone();
    }
    object
}

fn malware(number: u32, marking: &str) -> Value {
    let name = format!("Invented {number}");
    object(
        "malware",
        number,
        marking,
        &json!({ "name": name, "is_family": true }),
    )
}

/// The ids of what is read, without the markings that go along.
fn read(partner: &Browser, path: &str) -> Vec<String> {
    let envelope = partner.get(path).good();
    let objects = envelope["objects"].as_array().cloned().unwrap_or_default();
    let ids = objects
        .iter()
        .map(|object| object["id"].as_str().unwrap().to_owned());
    ids.filter(|id| !id.starts_with("marking-definition--"))
        .collect()
}

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
fn what_partners_send_is_theirs_and_goes_as_far_as_they_say() {
    let hub = Hub::open();
    let (cert, bank, stranger) = (
        hub.partner("cert"),
        hub.partner("bank"),
        hub.partner("stranger"),
    );
    let wrong = json!({ "type": "malware", "id": id("malware", 9), "spec_version": "2.1" });
    let sent = json!({ "objects": [malware(1, GREEN), malware(2, RED), wrong] });
    let answer = cert.post(&objects("isac"), &sent);
    assert_eq!(
        (answer.status, answer.header("content-type")),
        (202, Some(TAXII))
    );
    let status = answer.json();
    assert_eq!(status["status"], "complete");
    assert_eq!(
        (&status["success_count"], &status["failure_count"]),
        (&json!(2), &json!(1))
    );
    assert_eq!(status["failures"][0]["id"], id("malware", 9));
    let ask = format!("/taxii2/avert/status/{}/", status["id"].as_str().unwrap());
    assert_eq!(cert.get(&ask).good(), status);
    assert_eq!(bank.get(&ask).status, 404, "it is nobody else's");
    assert_eq!(read(&bank, &objects("isac")), [id("malware", 1)]);
    // Another content under the same version is not put in its place; nobody is told what is here.
    let mut other = malware(1, GREEN);
    other["name"] = json!("Something else");
    let status = bank
        .post(&objects("isac"), &json!({ "objects": [other] }))
        .json();
    assert_eq!(status["failure_count"], 0);
    assert_eq!(
        cert.get(&format!("{}{}/", objects("isac"), id("malware", 1)))
            .good()["objects"][0]["name"],
        "Invented 1"
    );
    // The inbox can be written to and not be read.
    let sent = json!({ "objects": [malware(7, RED)] });
    assert_eq!(stranger.post(&objects("inbox"), &sent).status, 202);
    assert_eq!(stranger.get(&objects("inbox")).status, 403);
    let found = done(
        hub.path(),
        &["--format", "json", "intel", "show", &id("malware", 7)],
    )
    .json();
    assert_eq!(found[0]["source"], "taxii: stranger");
    // What came from somebody is told on their terms, not on ours.
    let refused = avert(
        hub.path(),
        &[
            "--as",
            "lina",
            "share",
            "put",
            "cert",
            &id("malware", 7),
            "--to",
            "cert",
        ],
    );
    assert!(
        refused.stderr.contains("came from somebody else"),
        "{}",
        refused.stderr
    );
    hub.put("cert", &[malware(7, RED)], &[]);
    assert!(read(&cert, &objects("cert")).is_empty());
    // Only whoever sent something takes it out.
    let one = format!("{}{}/", objects("isac"), id("malware", 1));
    bank.delete(&one, &Value::Null);
    assert_eq!(read(&bank, &objects("isac")), [id("malware", 1)]);
    assert_eq!(bank.delete(&one, &Value::Null).status, 404);
    assert_eq!(cert.delete(&one, &Value::Null).status, 200);
    assert!(read(&bank, &objects("isac")).is_empty());
}

#[test]
fn no_partner_gets_at_what_is_others_by_sending_something_under_its_id() {
    let hub = Hub::open();
    let (cert, bank) = (hub.partner("cert"), hub.partner("bank"));
    hub.configure(
        "[sharing.collection.inbox]",
        "[sharing.collection.bank]\ntitle = \"Of the bank\"\naudience = \"partner:bank\"\nwrite = [\"bank\"]\n\n\
         [sharing.collection.inbox]",
    );
    // What is ours and offered to nobody does not come out under a bait.
    hub.import(&[malware(1, GREEN)], &[]);
    let mut bait = malware(1, GREEN);
    bait["name"] = json!("Bait");
    bait["modified"] = json!("2099-01-01T00:00:00.000Z");
    bait["revoked"] = json!(true);
    let answer = bank.post(&objects("bank"), &json!({ "objects": [bait] }));
    assert_eq!(
        (answer.status, &answer.json()["failure_count"]),
        (202, &json!(0))
    );
    let all = format!("{}?match[version]=all", objects("bank"));
    let seen = bank.get(&all);
    assert!(!seen.text.contains("Invented 1"), "{}", seen.text);
    // And stays what it is for us and for whoever reads it.
    let shown = done(
        hub.path(),
        &["--format", "json", "intel", "show", &id("malware", 1)],
    )
    .json();
    assert_eq!(shown[0]["object"]["name"], "Invented 1");
    hub.put("isac", &[malware(1, GREEN)], &[]);
    bank.post(&objects("isac"), &json!({ "objects": [bait] }))
        .good();
    let one = format!(
        "{}{}/?match[version]=all",
        objects("isac"),
        id("malware", 1)
    );
    let read = cert.get(&one).good();
    assert_eq!(read["objects"].as_array().unwrap().len(), 1);
    assert_eq!(read["objects"][0]["name"], "Invented 1");
    // Nor does an id that somebody took first keep another from telling theirs.
    let mut squat = malware(2, GREEN);
    squat["name"] = json!("Squat");
    bank.post(&objects("bank"), &json!({ "objects": [squat] }))
        .good();
    cert.post(&objects("isac"), &json!({ "objects": [malware(2, GREEN)] }))
        .good();
    let one = format!("{}{}/", objects("isac"), id("malware", 2));
    assert_eq!(bank.get(&one).good()["objects"][0]["name"], "Invented 2");
    // Nothing is made in our name.
    let author = {
        let mut forged = malware(3, GREEN);
        forged["created_by_ref"] = json!(id("identity", 9));
        forged
    };
    let status = bank
        .post(&objects("isac"), &json!({ "objects": [author] }))
        .json();
    assert_eq!(status["failure_count"], 1, "{status}");
    // Each can take out what it sent, whatever others sent under the same id.
    assert_eq!(cert.delete(&one, &Value::Null).status, 200);
    assert_eq!(bank.get(&one).status, 404);
}

#[test]
fn every_fault_has_its_answer() {
    let hub = Hub::open();
    let cert = hub.partner("cert");
    hub.put("isac", &[malware(1, GREEN)], &[]);
    let code = |answer: common::server::Answer| {
        assert_eq!(
            answer.header("content-type"),
            Some(TAXII),
            "{}",
            answer.text
        );
        (
            answer.status,
            answer.json()["error_code"].as_str().unwrap().to_owned(),
        )
    };
    let is = |status: u16, code: &str| (status, code.to_owned());
    assert_eq!(
        code(cert.with("accept", "application/json").get("/taxii2/")),
        is(406, "taxii/not-acceptable")
    );
    let nobody = cert.without("authorization").get("/taxii2/");
    assert!(
        nobody
            .header("www-authenticate")
            .unwrap()
            .starts_with("Basic realm")
    );
    assert_eq!(code(nobody), is(401, "taxii/not-known"));
    let json = cert.with("content-type", "application/json");
    let sent = json!({ "objects": [malware(2, GREEN)] });
    assert_eq!(
        code(json.post(&objects("isac"), &sent)),
        is(415, "taxii/media-type")
    );
    assert_eq!(
        code(cert.post(&objects("isac"), &json!([]))),
        is(422, "taxii/no-envelope")
    );
    assert_eq!(
        code(cert.post(&objects("isac"), &json!({}))),
        is(422, "taxii/no-envelope")
    );
    assert_eq!(
        code(cert.post(&objects("cert"), &sent)),
        is(403, "taxii/not-writable")
    );
    assert_eq!(
        code(cert.get("/taxii2/avert/collections/none/objects/")),
        is(404, "taxii/no-collection")
    );
    assert_eq!(code(cert.get("/taxii2/other/")), is(404, "taxii/nowhere"));
    assert_eq!(
        code(cert.get(&format!("{}{}/", objects("isac"), id("malware", 5)))),
        is(404, "taxii/no-object")
    );
    assert_eq!(
        code(cert.delete("/taxii2/", &Value::Null)),
        is(405, "taxii/method")
    );
    for query in [
        "limit=0",
        "added_after=soon",
        "next=7x",
        "match[version]=newest",
    ] {
        assert_eq!(
            code(cert.get(&format!("{}?{query}", objects("isac")))),
            is(400, "taxii/unclear")
        );
    }
    let large = json!({ "objects": [{ "type": "x".repeat(17 << 20) }] });
    assert_eq!(cert.post(&objects("isac"), &large).status, 413);
    // Tokens of people and of partners are two things.
    assert_eq!(cert.get("/v1/findings").status, 401);
    let otto = hub.server.let_in("otto");
    assert_eq!(otto.with("accept", TAXII).get("/taxii2/").status, 401);
    // A token that was taken back, and one of another partner's name.
    let basic = |name: &str, secret: &str| {
        use base64::Engine as _;
        let text = base64::engine::general_purpose::STANDARD.encode(format!("{name}:{secret}"));
        hub.server
            .nobody()
            .with("accept", TAXII)
            .with("authorization", &format!("Basic {text}"))
    };
    let secret = hub.token("bank");
    assert_eq!(basic("bank", &secret).get("/taxii2/").status, 200);
    assert_eq!(basic("cert", &secret).get("/taxii2/").status, 401);
    done(hub.path(), &["--as", "otto", "share", "revoke", "2"]);
    assert_eq!(basic("bank", &secret).get("/taxii2/").status, 401);
}

#[test]
fn two_averts_tell_each_other_what_is_new() {
    let hub = Hub::open();
    let folder = tempfile::tempdir().unwrap();
    let config = format!(
        "[people]\nlena = {{ roles = [\"liaison\"] }}\n\n[sharing]\nus = \"cert\"\nname = \"CERT Example\"\n\n\
         [sharing.partner.platform]\ncommunity = true\nlimit = \"amber\"\n\n\
         [sharing.server.hub]\nurl = \"{}/taxii2/avert/collections/isac/\"\npartner = \"platform\"\nsecret_file = \"secret\"\n",
        hub.server.url
    );
    fs::write(folder.path().join("avert.toml"), config).unwrap();
    let secret = folder.path().join("secret");
    private(&secret, &hub.token("cert"));
    hub.put(
        "isac",
        &(1..30)
            .map(|number| malware(number, GREEN))
            .collect::<Vec<_>>(),
        &[],
    );

    let pull = ["--as", "lena", "--format", "json", "intel", "pull", "hub"];
    let first = done(folder.path(), &pull).json();
    assert_eq!(
        (&first[0]["new"], &first[0]["refused"]),
        (&json!(30), &json!(0)),
        "29 and their marking"
    );
    let second = done(folder.path(), &pull).json();
    assert_eq!(
        (&second[0]["new"], &second[0]["known"]),
        (&json!(0), &json!(0))
    );
    hub.put("isac", &[malware(50, GREEN)], &[]);
    assert_eq!(done(folder.path(), &pull).json()[0]["new"], 1);

    // What came from the hub goes back to nobody by itself; what is our own does.
    let own = malware(60, GREEN);
    let file = folder.path().join("own.json");
    fs::write(&file, own.to_string()).unwrap();
    let file = file.to_str().unwrap();
    done(folder.path(), &["--as", "lena", "intel", "import", file]);
    let push = [
        "--as",
        "lena",
        "--format",
        "json",
        "intel",
        "push",
        "hub",
        &id("malware", 60),
    ];
    let tried = done(folder.path(), &push).json();
    assert_eq!(
        (&tried["sent"], &tried["executed"]),
        (&json!(0), &json!(false))
    );
    let push = [&push[..], &["--execute"]].concat();
    assert_eq!(
        done(folder.path(), &push).json()["sent"],
        2,
        "it and its marking"
    );
    assert_eq!(
        done(folder.path(), &push).json()["sent"],
        0,
        "nothing is sent twice"
    );
    let bank = hub.partner("bank");
    assert!(read(&bank, &objects("isac")).contains(&id("malware", 60)));
    let who = done(
        folder.path(),
        &["--format", "json", "share", "who", &id("malware", 60)],
    )
    .json();
    let platform = who["readers"]
        .as_array()
        .unwrap()
        .iter()
        .find(|one| one["who"] == "platform");
    assert_eq!(platform.unwrap()["did"], "has it");
}

/// A file that nobody else can read.
fn private(path: &Path, text: &str) {
    use std::os::unix::fs::OpenOptionsExt as _;
    let file = fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path);
    file.unwrap().write_all(text.as_bytes()).unwrap();
}

/// A server that gives these answers, one after the other, and what it was asked.
fn canned(answers: Vec<String>) -> (String, std::thread::JoinHandle<Vec<String>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let serving = std::thread::spawn(move || {
        let mut asked = Vec::new();
        for answer in answers {
            let (stream, _) = listener.accept().unwrap();
            let mut lines = BufReader::new(&stream).lines();
            asked.push(lines.next().unwrap().unwrap());
            while lines.next().is_some_and(|line| !line.unwrap().is_empty()) {}
            (&stream).write_all(answer.as_bytes()).unwrap();
        }
        asked
    });
    (format!("http://{address}/api/collections/c/"), serving)
}

fn answer(status: &str, headers: &str, body: &str, length: usize) -> String {
    format!(
        "HTTP/1.1 {status}\r\ncontent-type: {TAXII}\r\n{headers}content-length: {length}\r\nconnection: close\r\n\r\n{body}"
    )
}

fn page(more: bool, numbers: &[u32], last: &str, next: Option<&str>) -> String {
    let objects: Vec<Value> = numbers
        .iter()
        .map(|number| malware(*number, GREEN))
        .collect();
    let mut body = json!({ "objects": objects });
    if more {
        body["more"] = json!(true);
        body["next"] = next.map_or(Value::Null, Value::from);
    }
    let body = body.to_string();
    answer(
        "200 OK",
        &format!("x-taxii-date-added-last: {last}\r\n"),
        &body,
        body.len(),
    )
}

fn puller(url: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let config = format!(
        "[people]\nlena = {{ roles = [\"liaison\"] }}\n\n[sharing.partner.other]\nlimit = \"green\"\n\n\
         [sharing.server.other]\nurl = \"{url}\"\npartner = \"other\"\n"
    );
    fs::write(folder.path().join("avert.toml"), config).unwrap();
    folder
}

const PULL: [&str; 6] = ["--as", "lena", "--format", "json", "intel", "pull"];

#[test]
fn a_page_that_breaks_off_is_kept_as_far_as_it_came_and_asked_for_again() {
    let whole = page(true, &[1, 2], "2026-01-01T00:00:00.000002Z", Some("b"));
    let cut = page(false, &[3, 4], "2026-01-01T00:00:00.000004Z", None);
    let cut = cut.split_at(cut.find("Invented 4").unwrap()).0.to_owned();
    let (url, serving) = canned(vec![whole, cut]);
    let folder = puller(&url);
    let broken = avert(folder.path(), &PULL);
    assert_eq!(broken.code, 3, "{}", broken.stderr);
    assert!(
        broken.stderr.contains("broke off after 1 objects"),
        "{}",
        broken.stderr
    );
    let asked = serving.join().unwrap();
    assert!(asked[1].contains("next=b"), "{asked:?}");

    // At another address it is another collection, and read from its beginning.
    let (url, serving) = canned(vec![page(
        false,
        &[3, 4],
        "2026-01-01T00:00:00.000004Z",
        None,
    )]);
    let configuration = folder.path().join("avert.toml");
    let text = fs::read_to_string(&configuration).unwrap();
    let old = text
        .lines()
        .find(|line| line.starts_with("url = "))
        .unwrap();
    fs::write(
        &configuration,
        text.replace(old, &format!("url = \"{url}\"")),
    )
    .unwrap();
    let again = done(folder.path(), &PULL).json();
    assert_eq!(
        (&again[0]["new"], &again[0]["known"]),
        (&json!(1), &json!(1))
    );
    assert!(!serving.join().unwrap()[0].contains("next="));
}

#[test]
fn a_server_that_leads_nowhere_is_left() {
    let same = page(true, &[1], "2026-01-01T00:00:00.000001Z", Some("x"));
    let (url, _serving) = canned(vec![same.clone(), same]);
    let lost = avert(puller(&url).path(), &PULL);
    assert!(
        lost.stderr
            .contains("says that there is more, and not where"),
        "{}",
        lost.stderr
    );

    let html = "HTTP/1.1 200 OK\r\ncontent-type: text/html\r\ncontent-length: 4\r\nconnection: close\r\n\r\n<p/>";
    let (url, _serving) = canned(vec![html.to_owned()]);
    let lost = avert(puller(&url).path(), &PULL);
    assert!(
        lost.stderr.contains("which is not TAXII 2.1"),
        "{}",
        lost.stderr
    );

    let busy = answer("503 Busy", "retry-after: 0\r\n", "", 0);
    let whole = page(false, &[1], "2026-01-01T00:00:00.000001Z", None);
    let (url, _serving) = canned(vec![busy.clone(), busy, whole]);
    assert_eq!(done(puller(&url).path(), &PULL).json()[0]["new"], 1);

    let said = "{\"title\":\"not today\"}";
    let (url, _serving) = canned(vec![answer("403 Forbidden", "", said, said.len())]);
    let refused = avert(puller(&url).path(), &PULL);
    assert!(
        refused.stderr.contains("status 403: not today"),
        "{}",
        refused.stderr
    );
    assert_eq!(refused.code, 2);
}

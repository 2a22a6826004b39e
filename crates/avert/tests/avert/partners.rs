//! What partners send is theirs, goes as far as they say, and gets at nothing of others.

use serde_json::{Value, json};

use crate::common::hub::{GREEN, Hub, RED, TAXII, id, malware, objects, read};
use crate::common::{self, avert, done};

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
fn one_object_is_no_envelope_and_a_bundle_is_taken_for_one() {
    let hub = Hub::open();
    let cert = hub.partner("cert");
    let answer = cert.post(&objects("isac"), &malware(1, GREEN));
    assert_eq!(
        (answer.status, answer.header("content-type")),
        (422, Some(TAXII))
    );
    let refused = answer.json();
    assert_eq!(refused["error_code"], "taxii/no-envelope");
    let title = refused["title"].as_str().unwrap();
    assert!(title.contains("it is one object"), "{refused}");
    let hint = refused["description"].as_str().unwrap();
    assert!(hint.contains("nothing of it was kept") && hint.contains("{\"objects\": […]}"));
    assert!(read(&cert, &objects("isac")).is_empty());
    // Whatever else an envelope says, it is one; and the clients of others send bundles.
    let sent = |number: u32| json!([malware(number, GREEN)]);
    let envelope = json!({ "more": false, "x_example": { "type": "bundle" }, "objects": sent(1) });
    assert_eq!(cert.post(&objects("isac"), &envelope).status, 202);
    let bundle = json!({ "type": "bundle", "id": id("bundle", 1), "objects": sent(2) });
    assert_eq!(cert.post(&objects("isac"), &bundle).status, 202);
    assert_eq!(
        read(&cert, &objects("isac")),
        [id("malware", 1), id("malware", 2)]
    );
}

#[test]
fn whatever_is_refused_has_a_name_and_a_version_in_its_status() {
    let hub = Hub::open();
    let cert = hub.partner("cert");
    let sent = json!({ "objects": [
        { "type": "ipv4-addr", "spec_version": "2.1", "id": id("ipv4-addr", 1), "value": "192.0.2.1" },
        { "type": "malware" },
        7,
        { "type": "malware", "id": "malware", "name": "no id" },
    ] });
    let status = cert.post(&objects("isac"), &sent).json();
    let failures = status["failures"].as_array().unwrap();
    let names: Vec<&str> = failures
        .iter()
        .map(|one| one["id"].as_str().unwrap())
        .collect();
    assert_eq!(names, ["objects[1]", "objects[2]", "objects[3]"]);
    // What says no version has the time at which it was sent.
    let at = &status["request_timestamp"];
    for one in failures
        .iter()
        .chain(status["successes"].as_array().unwrap())
    {
        assert_eq!(&one["version"], at, "{one}");
    }
    assert_eq!(status["successes"][0]["id"], id("ipv4-addr", 1));
}

#[test]
fn whoever_is_turned_away_at_the_door_hears_so_in_the_words_of_taxii() {
    let hub = Hub::open();
    let cert = hub.partner("cert");
    let elsewhere = cert.with("host", "elsewhere.example.org");
    let page = elsewhere.with("accept", "text/html");
    let other_site = cert.with("origin", "https://elsewhere.example.org");
    let sent = json!({ "objects": [malware(1, GREEN)] });
    for (answer, status, code) in [
        (elsewhere.get("/taxii2/"), 421, "request/other-host"),
        (page.get("/taxii2"), 421, "request/other-host"),
        (
            other_site.post(&objects("isac"), &sent),
            403,
            "request/other-origin",
        ),
    ] {
        let type_of = answer.header("content-type").map(str::to_owned);
        assert_eq!((answer.status, type_of.as_deref()), (status, Some(TAXII)));
        let said = answer.json();
        assert_eq!(
            (&said["error_code"], &said["http_status"]),
            (&json!(code), &json!(status.to_string()))
        );
        // How we set things up is nobody's business out there.
        assert!(!said.to_string().contains("avert.toml"), "{said}");
    }
    let problem = elsewhere.get("/v1/today");
    assert_eq!(
        problem.header("content-type"),
        Some("application/problem+json")
    );
}

#[test]
fn a_marking_definition_of_a_partner_says_nothing_of_what_is_others() {
    let hub = Hub::open();
    let (cert, bank) = (hub.partner("cert"), hub.partner("bank"));
    let marking = "marking-definition--00000000-0000-4000-8000-0000000000aa";
    hub.put("isac", &[malware(1, marking), malware(2, GREEN)], &[]);
    assert_eq!(read(&bank, &objects("isac")), [id("malware", 2)]);
    let white = |id: &str| {
        json!({
            "type": "marking-definition", "spec_version": "2.1", "id": id,
            "created": "2026-01-01T00:00:00.000Z", "definition_type": "tlp", "definition": { "tlp": "white" },
        })
    };
    // Neither one that nobody knows yet, nor one that everybody does.
    let sent = json!({ "objects": [white(marking), white(GREEN)] });
    cert.post(&objects("isac"), &sent).good();
    assert_eq!(read(&bank, &objects("isac")), [id("malware", 2)]);
    hub.put("isac", &[malware(3, GREEN)], &[]);
    assert_eq!(read(&bank, &objects("isac")).len(), 2);
}

#[test]
fn whoever_repeats_what_is_others_may_not_go_on_with_it() {
    let hub = Hub::open();
    let (cert, bank) = (hub.partner("cert"), hub.partner("bank"));
    cert.post(&objects("isac"), &json!({ "objects": [malware(1, GREEN)] }))
        .good();
    let echo = bank.get(&objects("isac")).good()["objects"].clone();
    bank.post(&objects("isac"), &json!({ "objects": echo }))
        .good();
    let mut forged = malware(1, GREEN);
    forged["modified"] = json!("2026-02-01T00:00:00.000Z");
    forged["revoked"] = json!(true);
    bank.post(&objects("isac"), &json!({ "objects": [forged] }))
        .good();
    let one = format!(
        "{}{}/?match[version]=all",
        objects("isac"),
        id("malware", 1)
    );
    let read = bank.get(&one).good();
    assert_eq!(read["objects"].as_array().unwrap().len(), 1, "{read}");
    // Whose it is goes on with it, and may mark it more strictly under the same version.
    let mut stricter = malware(1, RED);
    stricter["name"] = json!("Invented 1");
    cert.post(&objects("isac"), &json!({ "objects": [stricter] }))
        .good();
    assert_eq!(bank.get(&one).status, 404);
}

//! `avert serve`: who gets in, what they may do, and that it does what the commands do.

use std::fmt::Write as _;
use std::path::Path;

use serde_json::{Value, json};

use crate::common::server::{Browser, PASSWORD, Server};
use crate::common::{self, add_olga, done, open_case, platform, take_down};

/// The digest of a plan or list as somebody sees it.
fn digest(browser: &Browser, path: &str) -> Value {
    let shown = browser.get(path).good();
    json!({ "digest": shown["digest"] })
}

/// The acts that somebody may do with a plan or list.
fn may(browser: &Browser, path: &str) -> Vec<String> {
    let shown = browser.get(path).good();
    let acts = shown["may"].as_array().unwrap().iter();
    acts.map(|act| act.as_str().unwrap().to_owned()).collect()
}

#[test]
fn a_network_is_taken_down_its_contacts_told_and_all_of_it_undone_by_two_people() {
    let folder = platform();
    let server = Server::start(folder.path());
    let (ines, omar) = (server.let_in("ines"), server.let_in("omar"));
    let rana = server.let_in("rana");

    let today = ines.get("/v1/today").good();
    let found: Vec<&Value> = today["findings"].as_array().unwrap().iter().collect();
    let proposing = found
        .iter()
        .filter(|finding| finding["proposed"].as_u64() > Some(0));
    let ids: Vec<&Value> = proposing.map(|finding| &finding["id"]).collect();
    let case = ines.post(
        "/v1/cases",
        &json!({ "findings": ids, "title": "Friendly strangers" }),
    );
    assert_eq!(case.good()["id"], "case-1");

    let plan = ines
        .post("/v1/takedowns", &json!({ "case": "case-1" }))
        .good();
    assert_eq!(plan["state"], "draft");
    assert_eq!(may(&ines, "/v1/takedowns/tp-1"), ["edit", "submit"]);
    ines.post("/v1/takedowns/tp-1/submit", &json!({})).good();
    assert_eq!(may(&omar, "/v1/takedowns/tp-1"), ["approve", "reject"]);
    let seen = digest(&omar, "/v1/takedowns/tp-1");
    let waiting = &omar.get("/v1/today").good()["waiting_for_me"];
    assert_eq!(
        (&waiting[0]["id"], &waiting[0]["what"]),
        (&json!("tp-1"), &json!("approve"))
    );
    omar.post("/v1/takedowns/tp-1/approve", &seen).good();

    let preview = rana.get("/v1/takedowns/tp-1/preview?verb=execute").good();
    let accounts = preview["lines"].as_array().unwrap().len();
    assert_eq!(accounts, plan["steps"].as_array().unwrap().len());
    assert_eq!(rana.post("/v1/takedowns/tp-1/execute", &seen).status, 202);
    let is = |state: &'static str| move |shown: &Value| shown["state"] == state;
    let executed = rana.until("/v1/takedowns/tp-1", is("executed"));
    let count = |plan: &Value, which: &str| plan["totals"][which].as_u64().unwrap();
    let disabled = count(&executed, "done");
    assert_eq!(disabled + count(&executed, "watched"), accounts as u64);

    ines.post("/v1/notices", &json!({ "case": "case-1" }))
        .good();
    let texts = omar.get("/v1/notices/nl-1/previews").good();
    assert!(texts[0]["body"].as_str().unwrap().contains("case-1"));
    let seen_list = digest(&omar, "/v1/notices/nl-1");
    omar.post("/v1/notices/nl-1/approve", &seen_list).good();
    rana.post("/v1/notices/nl-1/send", &seen_list).good();
    let sent = rana.until("/v1/notices/nl-1", is("sent"));
    assert_eq!(
        sent["totals"]["sent"].as_u64().unwrap(),
        sent["notices"].as_array().unwrap().len() as u64
    );

    rana.post("/v1/takedowns/tp-1/reverse", &seen).good();
    let back = rana.until("/v1/takedowns/tp-1", is("reversed"));
    assert_eq!(count(&back, "restored"), disabled);
    assert!(ines.get("/v1/journal/verify").good()["rows"].as_u64() > Some(10));

    // The same store, the same words: the command sees what the console did.
    let shown = done(
        folder.path(),
        &["--format", "json", "takedown", "show", "tp-1"],
    )
    .json();
    assert_eq!(shown["state"], "reversed");
    assert!(server.stop(), "it ends well when it is told to");
}

#[test]
fn nobody_gets_in_without_a_link_or_a_password_and_a_link_works_once() {
    let folder = platform();
    let server = Server::start(folder.path());
    let nobody = server.nobody();
    assert_eq!(nobody.get("/v1/session").good()["person"], Value::Null);
    assert_eq!(nobody.get("/v1/today").refused(401), "access/not-signed-in");
    assert_eq!(
        nobody
            .post("/v1/freeze", &json!({ "reason": "x" }))
            .refused(401),
        "access/not-signed-in"
    );
    let guess = json!({ "name": "otto", "password": PASSWORD });
    assert_eq!(
        nobody.post("/v1/session", &guess).refused(401),
        "access/wrong"
    );

    let link = server.link.clone().unwrap();
    let short = json!({ "token": link, "password": "short" });
    assert_eq!(
        nobody.post("/v1/invitations/accept", &short).refused(422),
        "request/unclear"
    );
    let otto = server.accept(&link);
    assert_eq!(otto.get("/v1/session").good()["person"]["name"], "otto");
    let again = json!({ "token": link, "password": PASSWORD });
    assert_eq!(
        nobody.post("/v1/invitations/accept", &again).refused(404),
        "access/no-invitation"
    );
    drop(server);

    let server = Server::start(folder.path());
    assert_eq!(
        server.link, None,
        "somebody can sign in, so nobody is invited"
    );
    server.sign_in("otto");
}

#[test]
fn signing_in_gives_a_new_session_and_signing_out_ends_it() {
    let folder = platform();
    let server = Server::start(folder.path());
    server.let_in("otto");
    let planted = server
        .nobody()
        .with("cookie", "avert-session=planted-by-somebody-else");
    let who = json!({ "name": "otto", "password": PASSWORD });
    let answer = planted.post("/v1/session", &who);
    let cookie = answer.cookie.clone().unwrap();
    assert!(
        !cookie.contains("planted") && cookie.contains("HttpOnly; SameSite=Strict"),
        "{cookie}"
    );
    assert_eq!(planted.get("/v1/session").good()["person"], Value::Null);

    let otto = server.sign_in("otto");
    otto.delete("/v1/session", &json!({})).good();
    assert_eq!(otto.get("/v1/today").refused(401), "access/not-signed-in");
}

#[test]
fn a_page_of_another_site_can_do_nothing_in_the_name_of_whoever_is_signed_in() {
    let folder = platform();
    let server = Server::start(folder.path());
    let ines = server.let_in("ines");
    let stop = json!({ "reason": "x" });
    let without = ines.without("x-avert-csrf");
    assert_eq!(
        without.post("/v1/freeze", &stop).refused(403),
        "access/csrf"
    );
    let wrong = ines.with("x-avert-csrf", "0".repeat(64).as_str());
    assert_eq!(wrong.post("/v1/freeze", &stop).refused(403), "access/csrf");
    let elsewhere = ines.with("origin", "https://elsewhere.example.org");
    assert_eq!(
        elsewhere.post("/v1/freeze", &stop).refused(403),
        "request/other-origin"
    );
    let rebound = ines.with("host", "rebound.example.org");
    assert_eq!(rebound.get("/v1/today").refused(421), "request/other-host");
    let page = rebound.with("accept", "text/html,*/*;q=0.8").get("/");
    assert_eq!(page.status, 421);
    assert!(
        page.text.contains("[serve]") && page.text.contains("avert.toml"),
        "{page:?}"
    );
    assert_eq!(
        ines.get("/v1/freeze").good(),
        Value::Null,
        "nothing was frozen"
    );
}

#[test]
fn everybody_may_do_what_their_roles_say_and_nothing_more() {
    let folder = platform();
    open_case(folder.path());
    let server = Server::start(folder.path());
    let (ines, omar) = (server.let_in("ines"), server.let_in("omar"));
    let draft = json!({ "case": "case-1" });
    assert_eq!(
        omar.post("/v1/takedowns", &draft).refused(403),
        "people/role-missing"
    );
    ines.post("/v1/takedowns", &draft).good();
    ines.post("/v1/takedowns/tp-1/submit", &json!({})).good();
    let seen = digest(&ines, "/v1/takedowns/tp-1");
    assert_eq!(
        ines.post("/v1/takedowns/tp-1/approve", &seen).refused(403),
        "people/role-missing"
    );
    assert_eq!(
        omar.post("/v1/takedowns/tp-1/execute", &seen).refused(403),
        "people/role-missing"
    );
    let other = json!({ "digest": "0".repeat(64) });
    assert_eq!(
        omar.post("/v1/takedowns/tp-1/approve", &other).refused(409),
        "review/other-digest"
    );
    assert_eq!(
        ines.post("/v1/people/omar/invitations", &json!({}))
            .refused(403),
        "people/role-missing"
    );
    assert_eq!(
        ines.delete("/v1/people/omar/sessions", &json!({}))
            .refused(403),
        "people/role-missing"
    );

    // A name that was misspelt signs nobody out, and the journal does not say that it did.
    let otto = server.let_in("otto");
    let misspelt = otto.delete("/v1/people/omra/sessions", &json!({}));
    assert_eq!(misspelt.refused(404), "access/no-person");
    assert!(!otto.get("/v1/journal").text.contains("omra"));
}

#[test]
fn whoever_is_taken_out_of_the_configuration_is_out_at_once() {
    let folder = platform();
    add_olga(folder.path(), "investigator");
    let server = Server::start(folder.path());
    let olga = server.let_in("olga");
    olga.get("/v1/today").good();
    let path = folder.path().join("avert.toml");
    let config = std::fs::read_to_string(&path).unwrap();
    let without = config.replace("[people.olga]\nroles = [\"investigator\"]\n", "");
    std::fs::write(&path, without).unwrap();
    for path in [
        "/v1/today",
        "/v1/cases",
        "/v1/findings",
        "/v1/settings",
        "/v1/events",
    ] {
        assert_eq!(olga.get(path).refused(403), "people/unknown", "{path}");
    }

    // A file that is not right changes nothing, and is said to be wrong.
    std::fs::write(&path, "[people.ines]\nroles = [\"queen\"]\n").unwrap();
    let otto = server.sign_in("otto");
    assert!(
        otto.get("/v1/settings").good()["wrong"]
            .as_str()
            .unwrap()
            .contains("avert.toml")
    );
}

/// A token of otto's with this scope.
fn token(otto: &Browser, scope: &str) -> String {
    let wanted = json!({ "name": "help desk", "scopes": [scope] });
    let made = otto.post("/v1/tokens", &wanted).good();
    format!("Bearer {}", made["token"].as_str().unwrap())
}

#[test]
fn a_help_desk_hands_appeals_in_with_a_token_that_is_good_for_nothing_else() {
    let folder = platform();
    let dir = folder.path();
    take_down(dir);
    let plan = done(dir, &["--format", "json", "takedown", "show", "tp-1"]).json();
    let server = Server::start(dir);
    let otto = server.let_in("otto");
    let desk = server
        .nobody()
        .with("authorization", &token(&otto, "appeals"));
    let appeal = json!({ "plan": "tp-1", "account": plan["steps"][0]["account"],
        "reference": "T-1", "text": "we share, a laptop" });
    let first = desk.post("/v1/appeals", &appeal);
    assert_eq!((first.status, &first.json()["id"]), (201, &json!("ap-1")));
    let again = desk.post("/v1/appeals", &appeal);
    assert_eq!(
        (again.status, again.json()["id"].clone()),
        (200, json!("ap-1"))
    );
    let stranger = json!({ "plan": "tp-1", "account": "nobody", "reference": "T-2" });
    assert_eq!(
        desk.post("/v1/appeals", &stranger).refused(409),
        "appeal/not-acted-on"
    );

    assert_eq!(desk.get("/v1/appeals").refused(403), "access/scope");
    assert_eq!(desk.get("/v1/session").good()["person"], Value::Null);
    assert_eq!(
        desk.post("/v1/freeze", &json!({ "reason": "x" }))
            .refused(403),
        "access/scope"
    );
    assert_eq!(
        desk.post("/v1/tokens", &json!({ "name": "x", "scopes": ["write"] }))
            .refused(403),
        "access/scope"
    );

    otto.delete("/v1/tokens/1", &json!({})).good();
    assert_eq!(
        desk.post("/v1/appeals", &appeal).refused(401),
        "access/bad-token"
    );
}

#[test]
fn an_appeal_is_decided_by_somebody_without_a_hand_in_it_who_sees_first_what_it_does() {
    let folder = platform();
    let dir = folder.path();
    add_olga(dir, "approver");
    take_down(dir);
    let plan = done(dir, &["--format", "json", "takedown", "show", "tp-1"]).json();
    let account = &plan["steps"][0]["account"];
    let server = Server::start(dir);
    let (omar, olga) = (server.let_in("omar"), server.let_in("olga"));
    let appeal = json!({ "plan": "tp-1", "account": account, "reference": "T-1" });
    omar.post("/v1/appeals", &appeal).good();
    assert_eq!(omar.get("/v1/appeals/ap-1").good()["may"], json!([]));
    assert_eq!(
        olga.get("/v1/appeals/ap-1").good()["may"],
        json!(["decide"])
    );

    let grant = json!({ "decision": "grant", "reason": "we looked again" });
    let preview = olga.post("/v1/appeals/ap-1/preview", &grant).good();
    assert!(
        preview["notice"]["body"]
            .as_str()
            .unwrap()
            .contains("we looked again")
    );
    assert_eq!(
        olga.get("/v1/appeals/ap-1").good()["state"],
        "open",
        "a preview decides nothing"
    );
    assert_eq!(omar.post("/v1/appeals/ap-1/decide", &grant).status, 409);
    let decided = olga.post("/v1/appeals/ap-1/decide", &grant).good();
    assert_eq!(
        (&decided["state"], &decided["told"]),
        (&json!("granted"), &json!("sent"))
    );
    let summary = olga.get("/v1/appeals/summary").good();
    assert_eq!(summary[0]["share"], 1.0);
}

#[test]
fn freezing_stops_everything_and_says_so_everywhere() {
    let folder = platform();
    let dir = folder.path();
    open_case(dir);
    let server = Server::start(dir);
    let (ines, rana) = (server.let_in("ines"), server.let_in("rana"));
    ines.post("/v1/freeze", &json!({ "reason": " " }))
        .refused(422);
    ines.post("/v1/freeze", &json!({ "reason": "something is wrong" }))
        .good();
    assert_eq!(rana.get("/v1/today").good()["frozen"]["by"], "ines");
    assert_eq!(
        ines.delete("/v1/freeze", &json!({ "reason": "x" }))
            .refused(403),
        "people/role-missing"
    );
    rana.delete("/v1/freeze", &json!({ "reason": "it was nothing" }))
        .good();
    assert_eq!(rana.get("/v1/freeze").good(), Value::Null);
}

/// Every header that keeps a browser from doing more with an answer than showing it.
#[test]
fn every_answer_is_safe_to_show() {
    let folder = platform();
    let server = Server::start(folder.path());
    for path in [
        "/",
        "/v1/session",
        "/v1/",
        "/nothing-here",
        "/v1/nothing",
        "/..%2f..%2favert.toml",
    ] {
        let answer = server.nobody().get(path);
        let header = |name: &str| {
            let found = answer.headers.iter().find(|(known, _)| known == name);
            found.map(|(_, value)| value.clone()).unwrap_or_default()
        };
        assert!(
            header("content-security-policy").starts_with("default-src 'none'"),
            "{path}"
        );
        assert_eq!(header("x-content-type-options"), "nosniff", "{path}");
        assert!(!answer.text.contains("[people"), "{path}");
    }
    assert_eq!(
        server.nobody().get("/nothing-here").refused(404),
        "request/not-found"
    );
    let large = json!({ "name": "x".repeat(2 << 20), "password": "x" });
    assert_eq!(
        server.nobody().post("/v1/session", &large).refused(413),
        "request/too-large"
    );
}

#[test]
fn what_listens_beyond_this_machine_says_that_it_needs_an_address() {
    let folder = platform();
    let everywhere = Server::start_at(folder.path(), "0.0.0.0:0");
    assert!(
        everywhere.url.starts_with("http://localhost:"),
        "{}",
        everywhere.url
    );
    assert!(
        everywhere.said.contains("[serve] url"),
        "{}",
        everywhere.said
    );
    drop(everywhere);
    let here = Server::start(folder.path());
    assert!(!here.said.contains("[serve] url"), "{}", here.said);
}

#[test]
fn guessing_passwords_is_slowed_down() {
    let folder = platform();
    let server = Server::start(folder.path());
    let guess = json!({ "name": "otto", "password": "a wrong password" });
    let tries = (0..20).map(|_| server.nobody().post("/v1/session", &guess).status);
    let tries: Vec<u16> = tries.collect();
    assert_eq!(tries[0], 401);
    assert_eq!(*tries.last().unwrap(), 429);
}

fn schema(folder: &Path) -> Value {
    let server = Server::start(folder);
    server.nobody().get("/v1/openapi.json").good()
}

#[test]
fn the_document_names_every_operation_with_what_goes_in_and_comes_out() {
    let folder = platform();
    let document = schema(folder.path());
    assert_eq!(document["openapi"], "3.1.0");
    let mut told = String::new();
    for (path, operations) in document["paths"].as_object().unwrap() {
        for (method, operation) in operations.as_object().unwrap() {
            let summary = operation["summary"].as_str().unwrap();
            let _ = writeln!(told, "{} {path}: {summary}", method.to_uppercase());
        }
    }
    insta::assert_snapshot!("operations", told);
    insta::assert_snapshot!("answers", common::shapes::of(&document));
}

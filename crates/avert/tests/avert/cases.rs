//! `avert serve`, on a case: its map, its people's words, its pages.

use serde_json::{Value, json};

use crate::common::server::Server;
use crate::common::{done, open_case, platform};

#[test]
fn ties_have_the_times_of_the_facts_about_both_their_ends() {
    let folder = platform();
    open_case(folder.path());
    let server = Server::start(folder.path());
    let ines = server.let_in("ines");
    let map = ines.get("/v1/cases/case-1/map?form=json").good();
    let edges = map["edges"].as_array().unwrap();
    let timed = |edge: &&Value| edge["first_at"].is_string() && edge["last_at"].is_string();
    let with_times = edges.iter().filter(timed).count();
    assert!(
        with_times * 2 > edges.len(),
        "{with_times} of {} ties have times",
        edges.len()
    );
    for edge in edges.iter().filter(timed) {
        assert!(
            edge["first_at"].as_str() <= edge["last_at"].as_str(),
            "{edge}"
        );
    }
}

#[test]
fn a_note_is_no_book() {
    let folder = platform();
    open_case(folder.path());
    let server = Server::start(folder.path());
    let ines = server.let_in("ines");
    let write = |length: usize| {
        let note = json!({ "text": "x".repeat(length) });
        ines.post("/v1/cases/case-1/notes", &note)
    };
    write(16 << 10).good();
    assert_eq!(write((16 << 10) + 1).refused(422), "case/too-long");
    let case = ines.get("/v1/cases/case-1").good();
    assert_eq!(case["case"]["notes"].as_array().unwrap().len(), 1);
}

#[test]
fn the_words_of_a_report_are_kept_by_version_and_never_written_over_unread() {
    let folder = platform();
    open_case(folder.path());
    let server = Server::start(folder.path());
    let (ines, omar) = (server.let_in("ines"), server.let_in("omar"));
    let at = "/v1/cases/case-1/words";
    assert_eq!(ines.get(at).good()["words"], Value::Null);
    let first = json!({ "title": "Friendly strangers", "text": "They asked for work samples.",
        "leaves_out": ["network"], "seen": 0 });
    assert_eq!(
        omar.post(at, &first).status,
        403,
        "an approver does not write"
    );
    assert_eq!(ines.post(at, &first).good()["version"], 1);
    assert_eq!(ines.post(at, &first).refused(409), "case/rewritten");
    let report = omar.get("/v1/cases/case-1/report?format=json").good();
    assert_eq!(report["words"]["title"], "Friendly strangers");
    assert_eq!(report["findings"], json!([]));

    // The same words from the command line, which changes what it is given and nothing else.
    let shown = done(folder.path(), &["case", "words", "case-1"]).stdout;
    assert!(shown.contains("They asked for work samples."), "{shown}");
    let whole = ["--as", "ines", "case", "words", "case-1", "--whole"];
    let written = done(folder.path(), &whole).stdout;
    assert!(written.contains("version 2"), "{written}");
    assert!(written.contains("title: Friendly strangers"), "{written}");
    let report = done(folder.path(), &["report", "case-1"]).stdout;
    assert!(report.contains("# Friendly strangers"), "{report}");
    assert!(report.contains("## The network"), "{report}");
}

#[test]
fn a_page_begins_where_another_ended_or_nowhere() {
    let folder = platform();
    open_case(folder.path());
    let server = Server::start(folder.path());
    let ines = server.let_in("ines");
    for path in [
        "/v1/findings?after=nonsense",
        "/v1/findings?after=1000000",
        "/v1/cases?after=case-1",
        "/v1/takedowns?after=-1",
        "/v1/notices?after=1;",
        "/v1/appeals?after=first",
    ] {
        assert_eq!(ines.get(path).refused(422), "request/unclear", "{path}");
    }
    let mut path = "/v1/findings?limit=1".to_owned();
    let mut seen = Vec::new();
    loop {
        let page = ines.get(&path).good();
        seen.extend(
            page["items"]
                .as_array()
                .unwrap()
                .iter()
                .map(|one| one["id"].to_string()),
        );
        let Some(next) = page["next"].as_str() else {
            break;
        };
        path = format!("/v1/findings?limit=1&after={next}");
    }
    let all = ines.get("/v1/findings").good();
    assert_eq!(seen.len(), all["items"].as_array().unwrap().len());
}

#[test]
fn strangers_bring_a_name_and_a_password_and_nothing_larger() {
    let folder = platform();
    let server = Server::start(folder.path());
    let stranger = server.nobody();
    let long = "x".repeat(100_000);
    let signing_in = json!({ "name": "ines", "password": long });
    assert_eq!(stranger.post("/v1/session", &signing_in).status, 413);
    // What it would be does not matter: it is not read.
    let note = json!({ "text": long });
    assert_eq!(stranger.post("/v1/cases/case-1/notes", &note).status, 401);
}

//! `avert match` and `avert indicators` from outside.

use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::common::{self, avert, done};

const FEED: &str = "\
indicator,label,tlp,admiralty,last_seen,expires
evil[.]example[.]org,malware/x,amber,B2,2026-11-01,
192.0.2.7,malware/y,green,,2026-11-01,
cdn.example.net,phishing/z,,A1,2026-11-01,
old.example.org,malware/x,,A1,2026-11-01,2026-11-02
not an indicator,,,,,
";

const LOG: &str = "\
2026-11-29T10:00:00Z query: www.evil.example.org IN A
nothing here
{\"u\":\"http:\\/\\/cdn.example.net\\/kit.js\"}
SRC=10.0.0.1 DST=192[.]0[.]2[.]7 and old.example.org
";

/// A folder with a feed, a log, and warning lists.
fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    fs::write(at("feed.csv"), FEED).unwrap();
    fs::write(at("gateway.log"), LOG).unwrap();
    fs::create_dir_all(at("lists/cdns")).unwrap();
    let list = r#"{"name":"Delivery networks","type":"hostname","version":1,"description":"","list":["cdn.example.net"],
        "matching_attributes":["hostname","domain"]}"#;
    fs::write(at("lists/cdns/list.json"), list).unwrap();
    folder
}

/// A data folder inside, with the feed compiled and the lists read.
fn data_folder() -> tempfile::TempDir {
    let folder = folder();
    done(folder.path(), &["init", "data"]);
    let compile = [
        "--data",
        "data",
        "indicators",
        "compile",
        "feed.csv",
        "--source",
        "a partner",
        "--lifetime",
        "36500",
    ];
    done(folder.path(), &compile);
    done(
        folder.path(),
        &["--data", "data", "indicators", "warninglists", "lists"],
    );
    folder
}

fn ndjson(folder: &Path, arguments: &[&str]) -> Vec<Value> {
    let mut all = vec!["--format", "ndjson", "--data", "data"];
    all.extend(arguments);
    let ran = avert(folder, &all);
    assert!(ran.code < 2, "{}", ran.stderr);
    ran.stdout
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

const AT: &str = "2026-11-29T12:00:00Z";

#[test]
fn it_needs_no_data_folder_and_tells_the_line_the_indicator_and_what_it_is_worth() {
    let folder = folder();
    let ran = done(
        folder.path(),
        &["match", "feed.csv", "gateway.log", "--at", AT],
    );
    insta::assert_snapshot!(ran.told(folder.path()), @r#"
    exit 0
    --- stdout
    gateway.log:1: domain evil.example.org malware/x score 63 TLP:AMBER
      2026-11-29T10:00:00Z query: www.evil.example.org IN A
    gateway.log:3: domain cdn.example.net phishing/z score 84
      {"u":"http:\/\/cdn.example.net\/kit.js"}
    gateway.log:4: address 192.0.2.7 malware/y score 42 TLP:GREEN
      SRC=10.0.0.1 DST=192[.]0[.]2[.]7 and old.example.org
    --- stderr
    feed.csv: 4 of 5 rows taken
      1 left out: it is no domain, address, network, URL, path, hash, mailbox or handle (first in row 5)
    3 hits in 4 lines (161 bytes); 1 hit of a score below 1 left out; no warning lists are in use
    "#);
}

#[test]
fn nothing_found_is_a_no_and_a_log_that_is_missing_an_error() {
    let folder = folder();
    fs::write(folder.path().join("clean.log"), "nothing\n").unwrap();
    assert_eq!(
        avert(folder.path(), &["match", "feed.csv", "clean.log"]).code,
        1
    );
    let ran = avert(folder.path(), &["match", "feed.csv", "no.log"]);
    assert_eq!(ran.code, 2);
    assert!(ran.stderr.contains("[match/open]"), "{}", ran.stderr);
    let ran = avert(folder.path(), &["match", "gateway.log", "clean.log"]);
    assert!(
        ran.code == 2 && ran.stderr.contains("[indicators/nothing]"),
        "{}",
        ran.stderr
    );
}

#[test]
fn what_stands_on_a_warning_list_is_not_acted_on_until_a_person_allows_it() {
    let folder = data_folder();
    let of_cdn = |folder: &Path| {
        let hits = ndjson(folder, &["match", "in-use", "gateway.log"]);
        hits.into_iter()
            .find(|hit| hit["indicator"] == "cdn.example.net")
            .unwrap()
    };
    let hit = of_cdn(folder.path());
    assert_eq!(hit["warning_lists"][0], "Delivery networks");
    assert_eq!(
        (&hit["may_act"], &hit["reading"]),
        (&Value::Bool(false), &Value::from("json"))
    );
    let allow = [
        "--data",
        "data",
        "--as",
        "omar",
        "indicators",
        "allow",
        "cdn.example.net",
        "--reason",
        "rented",
    ];
    done(folder.path(), &allow);
    let hit = of_cdn(folder.path());
    assert_eq!(
        (&hit["may_act"], &hit["allowed_by"]),
        (&Value::Bool(true), &Value::from("omar"))
    );
    let nobody = avert(
        folder.path(),
        &[
            "--data",
            "data",
            "indicators",
            "allow",
            "cdn.example.net",
            "--reason",
            "x",
        ],
    );
    assert!(
        nobody.code == 2 && nobody.stderr.contains("[people/nobody]"),
        "{}",
        nobody.stderr
    );
}

#[test]
fn only_an_approver_lifts_a_warning_and_the_journal_says_who_did() {
    let folder = data_folder();
    let dir = folder.path();
    let say = |who: &str, what: &str| {
        let start = ["--data", "data", "--as", who, "indicators", what];
        avert(
            dir,
            &[&start[..], &["cdn.example.net", "--reason", "rented"]].concat(),
        )
    };
    let may_act = || {
        let shown = ndjson(dir, &["indicators", "show", "cdn.example.net"]).remove(0);
        shown["may_act"].as_bool().unwrap()
    };
    let journal = || ndjson(dir, &["journal", "show"]);
    for who in ["ines", "rana"] {
        let refused = say(who, "allow");
        assert!(
            refused.code == 1 && refused.stderr.contains("[people/role-missing]"),
            "{}",
            refused.stderr
        );
    }
    assert!(!may_act() && journal().is_empty());
    assert!(ndjson(dir, &["indicators", "remarks"]).is_empty());

    assert_eq!(say("omar", "allow").code, 0);
    assert!(may_act());
    // Whoever is careful needs nobody's leave.
    assert_eq!(say("ines", "disallow").code, 0);
    assert!(!may_act());
    let rows = journal();
    let told: Vec<(&str, &str)> = rows
        .iter()
        .map(|row| (row["actor"].as_str().unwrap(), row["act"].as_str().unwrap()))
        .collect();
    assert_eq!(
        told,
        [
            ("omar", "indicators/allow"),
            ("ines", "indicators/disallow")
        ]
    );
    let why = blake3::hash(b"rented").to_hex().to_string();
    assert!(rows[0]["detail"].as_str().unwrap().contains(&why));
    assert!(!rows[0].to_string().contains("cdn.example.net"));
}

#[test]
fn what_is_told_on_the_understanding_that_nothing_shows_is_found_and_not_acted_on() {
    let folder = folder();
    let dir = folder.path();
    let feed = "indicator,label,pap,last_seen\nevil.example.org,x,red,2026-11-01\n\
        192.0.2.7,x,amber,2026-11-01\nold.example.org,x,green,2026-11-01\n";
    fs::write(dir.join("quiet.csv"), feed).unwrap();
    let ran = done(dir, &["match", "quiet.csv", "gateway.log", "--at", AT]);
    insta::assert_snapshot!(ran.told(dir), @r"
    exit 0
    --- stdout
    gateway.log:1: domain evil.example.org x score 42
      nothing is to be done that can be noticed outside: PAP:RED
      2026-11-29T10:00:00Z query: www.evil.example.org IN A
    gateway.log:4: domain old.example.org x score 42 PAP:GREEN
      SRC=10.0.0.1 DST=192[.]0[.]2[.]7 and old.example.org
    gateway.log:4: address 192.0.2.7 x score 42
      nothing is to be done that can be noticed outside: PAP:AMBER
      SRC=10.0.0.1 DST=192[.]0[.]2[.]7 and old.example.org
    --- stderr
    3 hits in 4 lines (161 bytes); 2 not to be acted on; no warning lists are in use
    ");
    let told = done(
        dir,
        &[
            "--format",
            "ndjson",
            "match",
            "quiet.csv",
            "gateway.log",
            "--at",
            AT,
        ],
    );
    let may: Vec<(Value, Value)> = told
        .stdout
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap())
        .map(|hit| (hit["pap"].clone(), hit["may_act"].clone()))
        .collect();
    let expected = [("red", false), ("green", true), ("amber", false)];
    assert_eq!(may, expected.map(|(pap, may)| (pap.into(), may.into())));

    done(dir, &["init", "data"]);
    let compile = ["--data", "data", "indicators", "compile", "quiet.csv"];
    done(dir, &compile);
    let shown = done(
        dir,
        &["--data", "data", "indicators", "show", "evil.example.org"],
    );
    assert!(shown.stdout.contains("PAP:RED"), "{}", shown.stdout);
}

#[test]
fn what_people_say_moves_the_score_and_is_kept_with_their_names() {
    let folder = data_folder();
    let show =
        |folder: &Path| ndjson(folder, &["indicators", "show", "evil.example.org"]).remove(0);
    let first = show(folder.path())["score"].as_f64().unwrap();
    assert!(first > 60.0 && first < 75.0, "{first}");
    let say = |who: &str, what: &str| {
        let arguments = [
            "--data",
            "data",
            "--as",
            who,
            "indicators",
            what,
            "evil.example.org",
            "--reason",
            "case-1",
        ];
        done(folder.path(), &arguments);
        show(folder.path())["score"].as_f64().unwrap()
    };
    assert!(say("ines", "sighting") > first);
    assert!(say("omar", "false-positive") < first);
    assert!(say("rana", "revoke").abs() < 1e-9);
    let remarks = ndjson(folder.path(), &["indicators", "remarks"]);
    let told: Vec<(&str, &str)> = remarks
        .iter()
        .map(|one| (one["by"].as_str().unwrap(), one["what"].as_str().unwrap()))
        .collect();
    assert_eq!(
        told,
        [
            ("ines", "sighting"),
            ("omar", "false-positive"),
            ("rana", "revoke")
        ]
    );
    let add = [
        "--data",
        "data",
        "--as",
        "ines",
        "indicators",
        "add",
        "new.example.org",
        "--reason",
        "seen",
        "--label",
        "x",
    ];
    done(folder.path(), &add);
    let known = ndjson(folder.path(), &["indicators", "show", "new.example.org"]).remove(0);
    assert_eq!(known["assertions"][0]["source"], "ines");
}

#[test]
fn what_indicators_hit_in_a_snapshot_is_a_seed_and_the_fact_says_which() {
    let copy = common::platform();
    let folder = copy.path();
    let findings: Value =
        serde_json::from_slice(&fs::read(folder.join("findings.json")).unwrap()).unwrap();
    // An address that a found network shares.
    let facts = findings["findings"]
        .as_array()
        .unwrap()
        .iter()
        .flat_map(|one| one["facts"].as_array().unwrap().clone());
    let shared = facts
        .into_iter()
        .find(|fact| fact["layer"] == "ip" && !fact["objects"].as_array().unwrap().is_empty());
    let address = shared.unwrap()["objects"][0].as_str().unwrap().to_owned();
    // To look who else is near it is noticed by nobody, and the fact says how quiet to be.
    let quiet = format!("indicator,label,pap\n{address},malware/x,red\n");
    fs::write(folder.join("quiet.csv"), quiet).unwrap();
    let ran = done(
        folder,
        &["--format", "json", "detect", "--indicators", "quiet.csv"],
    );
    let named = format!("indicator {address} (malware/x by quiet.csv, score 50, PAP:RED)");
    assert!(ran.stdout.contains(&named), "{}", ran.stderr);
    fs::write(folder.join("feed.txt"), format!("{address}\tmalware/x\n")).unwrap();
    let ran = done(
        folder,
        &["--format", "json", "detect", "--indicators", "feed.txt"],
    );
    assert!(
        ran.stdout.contains(&format!(
            "indicator {address} (malware/x by feed.txt, score 50)"
        )),
        "{}",
        ran.stderr
    );
    // On a warning list it is none.
    let list = serde_json::json!({
        "name": "ours", "type": "cidr", "list": [address], "matching_attributes": ["ip-src", "ip-dst"],
    });
    fs::write(folder.join("list.json"), list.to_string()).unwrap();
    done(folder, &["indicators", "warninglists", "list.json"]);
    let ran = done(
        folder,
        &["--format", "json", "detect", "--indicators", "feed.txt"],
    );
    assert!(
        !ran.stdout.contains("malware/x") && ran.stderr.contains("and no seed: it stands on ours"),
        "{}",
        ran.stderr
    );
}

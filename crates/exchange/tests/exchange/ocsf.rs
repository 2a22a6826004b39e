//! The journal as OCSF events: every act on an account, every finding, and what is left out.
//!
//! `golden/ocsf.jsonl` holds one event of every kind; `cargo xtask check --only ocsf` validates it
//! against the published schema. After a change that is meant: `AVERT_REWRITE_GOLDEN=1 cargo test
//! -p avert-exchange`, then read the difference.

use std::convert::Infallible;
use std::path::Path;

use avert_exchange::ocsf::{Exporter, Journal, SCHEMA_VERSION};
use avert_model::{Finding, JournalRow};
use serde_json::{Value, json};

use crate::fixture;
use crate::ours;

/// A row that tells of one account of one plan.
fn step(seq: u64, act: &str, remedy: &str, note: &str) -> JournalRow {
    let detail = json!({ "account": format!("persona-{seq:02}"), "remedy": remedy,
        "key": "0f".repeat(16), "note": note });
    row(seq, act, "tp-3", &detail)
}

fn row(seq: u64, act: &str, subject: &str, detail: &Value) -> JournalRow {
    JournalRow {
        seq,
        at: format!("2026-05-05T08:00:{seq:02}.25Z"),
        actor: "rana".to_owned(),
        act: act.to_owned(),
        subject: subject.to_owned(),
        detail: detail.to_string(),
        previous: format!("{:064x}", seq - 1),
        hash: format!("{seq:064x}"),
    }
}

fn search(seq: u64, finding: &Finding) -> JournalRow {
    row(
        seq,
        "detect",
        finding.snapshot.as_str(),
        &json!({ "findings": 1, "new": 1 }),
    )
}

/// For our own team.
fn exporter() -> Exporter {
    Exporter::new(&ours::ours(&Journal))
}

/// The events of these rows, of which each search found this.
fn events(exporter: &mut Exporter, rows: &[JournalRow], found: &[Finding]) -> Vec<Value> {
    lines(exporter, rows, found)
        .iter()
        .map(|line| serde_json::from_str(line).expect("an event is JSON"))
        .collect()
}

fn lines(exporter: &mut Exporter, rows: &[JournalRow], found: &[Finding]) -> Vec<String> {
    rows.iter()
        .flat_map(|row| {
            let told = exporter.take(row, |_| Ok::<_, Infallible>(found.to_vec()));
            told.expect("nothing is read that could fail")
        })
        .collect()
}

/// The only event of this row.
fn event(row: &JournalRow) -> Value {
    let mut told = events(&mut exporter(), std::slice::from_ref(row), &[]);
    assert_eq!(told.len(), 1, "{}", row.act);
    told.remove(0)
}

#[test]
fn every_way_in_which_a_step_ends_has_its_activity_and_status() {
    let table = [
        ("takedown/done", "disable", 5, "Disable", 1),
        ("takedown/done", "restrict", 99, "Restrict", 1),
        ("takedown/done", "secure", 4, "Password Reset", 1),
        ("takedown/drift", "disable", 5, "Disable", 2),
        ("takedown/fail", "disable", 5, "Disable", 2),
        ("takedown/restored", "disable", 2, "Enable", 1),
        ("takedown/restored", "restrict", 99, "Lift Restriction", 1),
        ("takedown/kept-changed", "disable", 2, "Enable", 2),
        ("takedown/stuck", "disable", 2, "Enable", 2),
    ];
    for (act, remedy, activity, name, status) in table {
        let event = event(&step(7, act, remedy, ""));
        let case = format!("{act} {remedy}");
        assert_eq!(event["class_uid"], 3001, "{case}");
        assert_eq!(event["activity_id"], activity, "{case}");
        assert_eq!(event["activity_name"], name, "{case}");
        assert_eq!(event["type_uid"], 300_100 + activity, "{case}");
        assert_eq!(event["status_id"], status, "{case}");
        assert_eq!(event["status_code"], act, "{case}");
    }
}

#[test]
fn an_event_says_when_who_to_whom_and_which_row_it_tells() {
    let event = event(&step(
        7,
        "takedown/fail",
        "disable",
        "was told to slow down",
    ));
    assert_eq!(event["time"], 1_777_968_007_250_i64);
    assert_eq!(event["actor"]["user"]["name"], "rana");
    assert_eq!(event["user"]["uid"], "persona-07");
    assert_eq!(event["status_detail"], "was told to slow down");
    assert_eq!(event["metadata"]["version"], SCHEMA_VERSION);
    assert_eq!(event["metadata"]["sequence"], 7);
    assert_eq!(event["metadata"]["correlation_uid"], "tp-3");
    assert_eq!(event["metadata"]["uid"], format!("{:064x}", 7));
    assert_eq!(
        event["unmapped"]["journal"]["previous"],
        format!("{:064x}", 6)
    );
}

#[test]
fn the_whole_row_can_be_had_back_from_its_event_so_that_the_chain_can_be_followed() {
    let row = step(7, "takedown/done", "disable", "");
    let event = event(&row);
    let text = |pointer: &str| event.pointer(pointer).unwrap().as_str().unwrap().to_owned();
    let back = JournalRow {
        seq: event["metadata"]["sequence"].as_u64().unwrap(),
        at: text("/metadata/original_time"),
        actor: text("/actor/user/name"),
        act: text("/metadata/event_code"),
        subject: text("/unmapped/journal/subject"),
        detail: text("/unmapped/journal/detail"),
        previous: text("/unmapped/journal/previous"),
        hash: text("/metadata/uid"),
    };
    assert_eq!(back, row);
}

#[test]
fn a_search_tells_each_finding_once_however_often_it_was_repeated() {
    let findings = fixture::cell().findings;
    let rows = [search(1, &findings[0]), search(2, &findings[0])];
    let mut exporter = exporter();
    let told = events(&mut exporter, &rows, &findings);
    assert_eq!(told.len(), findings.len());
    assert_eq!(told[0]["class_uid"], 2004);
    assert_eq!(told[0]["type_uid"], 200_401);
    assert_eq!(told[0]["finding_info"]["uid"], findings[0].id.as_str());
    assert_eq!(exporter.left_out()["detect"], 1);
}

#[test]
fn what_a_later_search_of_the_same_data_found_is_told_by_its_own_row() {
    let of = |ids: &[&str]| -> Vec<Finding> {
        let found = ids.iter().map(|id| Finding {
            id: id.parse().expect("an id of this test"),
            ..fixture::cell().findings[0].clone()
        });
        found.collect()
    };
    // As the store lists them: the newest search first.
    let all = of(&[
        "fd-3000000000",
        "fd-4000000000",
        "fd-1000000000",
        "fd-2000000000",
    ]);
    let searched = |seq| {
        let detail = json!({ "findings": 2, "new": 2 });
        row(seq, "detect", all[0].snapshot.as_str(), &detail)
    };
    let rows = [
        searched(1),
        step(2, "takedown/done", "disable", ""),
        searched(3),
    ];
    let told = events(&mut exporter(), &rows, &all);
    let order: Vec<(u64, &str)> = told
        .iter()
        .filter_map(|event| {
            let sequence = event["metadata"]["sequence"].as_u64()?;
            Some((sequence, event["finding_info"]["uid"].as_str()?))
        })
        .collect();
    let by_row = [
        (1, "fd-1000000000"),
        (1, "fd-2000000000"),
        (3, "fd-3000000000"),
        (3, "fd-4000000000"),
    ];
    assert_eq!(order, by_row);
}

#[test]
fn people_whom_a_network_reached_are_counted_and_not_named() {
    let findings = fixture::cell().findings;
    let told = lines(&mut exporter(), &[search(1, &findings[0])], &findings);
    let reached = &findings[0].contacts;
    assert!(!reached.is_empty());
    for contact in reached {
        assert!(!told[0].contains(contact.account.as_str()));
    }
    let event: Value = serde_json::from_str(&told[0]).unwrap();
    assert_eq!(event["unmapped"]["people_reached"], reached.len());
}

#[test]
fn what_fits_no_class_is_left_out_and_counted_by_act() {
    let rows = [
        step(1, "takedown/intend", "disable", ""),
        step(2, "takedown/done", "disable", ""),
        row(3, "notify/sent", "nl-1", &json!({ "account": "somebody" })),
        row(4, "case/open", "case-1", &json!({})),
        row(
            5,
            "notify/sent",
            "nl-1",
            &json!({ "account": "somebody else" }),
        ),
        // A remedy and a time that this version does not know.
        step(6, "takedown/done", "banish", ""),
        JournalRow {
            at: "yesterday".to_owned(),
            ..step(7, "takedown/done", "disable", "")
        },
    ];
    let mut exporter = exporter();
    assert_eq!(lines(&mut exporter, &rows, &[]).len(), 1);
    assert_eq!(exporter.events(), 1);
    let left_out: Vec<(&str, u64)> = exporter
        .left_out()
        .iter()
        .map(|(act, rows)| (act.as_str(), *rows))
        .collect();
    let counted = [
        ("case/open", 1),
        ("notify/sent", 2),
        ("takedown/done", 2),
        ("takedown/intend", 1),
    ];
    assert_eq!(left_out, counted);
}

#[test]
fn an_event_is_one_line_in_which_no_character_hides() {
    let detail = json!({ "account": "a\u{202e}b\nc", "remedy": "disable", "note": "" });
    let row = row(1, "takedown/done", "tp-1", &detail);
    let told = lines(&mut exporter(), &[row], &[]);
    assert!(told[0].ends_with("}\n") && told[0].matches('\n').count() == 1);
    assert!(!told[0].contains('\u{202e}'));
    let event: Value = serde_json::from_str(&told[0]).unwrap();
    assert_eq!(event["user"]["uid"], "a\u{202e}b\nc");
}

#[test]
fn one_event_of_every_kind_stays_as_it_was() {
    let findings = fixture::cell().findings;
    let rows = [
        search(1, &findings[0]),
        step(2, "takedown/done", "disable", ""),
        step(
            3,
            "takedown/done",
            "restrict",
            "somebody changed it as well: it is disabled (locked)",
        ),
        step(4, "takedown/done", "secure", ""),
        step(
            5,
            "takedown/drift",
            "disable",
            "was active, is gone (deactivated)",
        ),
        step(
            6,
            "takedown/fail",
            "disable",
            "PUT http://chat.example.org/ failed",
        ),
        step(7, "takedown/restored", "disable", ""),
        step(8, "takedown/restored", "restrict", ""),
        step(
            9,
            "takedown/kept-changed",
            "secure",
            "no longer known to the platform",
        ),
        step(
            10,
            "takedown/stuck",
            "disable",
            "the platform said yes, and the account is disabled",
        ),
    ];
    let told = lines(&mut exporter(), &rows, &findings).concat();
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/ocsf.jsonl");
    if std::env::var_os("AVERT_REWRITE_GOLDEN").is_some() {
        std::fs::write(&path, told).unwrap();
        return;
    }
    let golden = std::fs::read_to_string(&path).unwrap();
    for (was, is) in golden.lines().zip(told.lines()) {
        assert_eq!(was, is);
    }
    assert_eq!(golden.len(), told.len());
}

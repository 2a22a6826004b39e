//! What leaves Avert for other software: the journal as OCSF events, statements of reasons.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::common::{avert, done, platform, proposing, take_down};

fn lines(text: &str) -> Vec<Value> {
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

fn rows(dir: &Path, act: &str) -> usize {
    let rows = done(dir, &["--format", "jsonl", "journal", "export"]).stdout;
    lines(&rows).iter().filter(|row| row["act"] == act).count()
}

#[test]
fn the_journal_leaves_as_rows_or_as_ocsf_events_and_what_has_no_event_is_counted() {
    let folder = platform();
    let dir = folder.path();
    take_down(dir);
    done(
        dir,
        &["--as", "rana", "takedown", "reverse", "tp-1", "--execute"],
    );

    let shown = done(dir, &["--format", "json", "journal", "show"]).json();
    let exported = done(dir, &["journal", "export"]).stdout;
    assert_eq!(lines(&exported), *shown.as_array().unwrap());

    let ran = done(dir, &["--format", "ocsf", "journal", "export"]);
    let events = lines(&ran.stdout);
    let of = |class: u64, activity: u64| {
        events
            .iter()
            .filter(|event| event["class_uid"] == class && event["activity_id"] == activity)
            .count()
    };
    assert_eq!(of(3001, 5), rows(dir, "takedown/done"));
    assert_eq!(of(3001, 2), rows(dir, "takedown/restored"));
    let found = done(dir, &["--format", "json", "finding", "list"]).json();
    assert_eq!(of(2004, 1), found.as_array().unwrap().len());
    let intents = format!("takedown/intend {}", rows(dir, "takedown/intend"));
    assert!(ran.stderr.contains(&intents), "{}", ran.stderr);
    let ids: BTreeSet<&str> = events
        .iter()
        .map(|event| event["metadata"]["uid"].as_str().unwrap())
        .collect();
    assert_eq!(ids.len(), events.len(), "every event has an id of its own");

    let to_file = [
        "--format",
        "ocsf",
        "journal",
        "export",
        "--out",
        "events.jsonl",
    ];
    assert_eq!(done(dir, &to_file).stdout, "");
    let written = fs::read_to_string(dir.join("events.jsonl")).unwrap();
    assert_eq!(written, ran.stdout);
    assert!(!dir.join("events.jsonl.half").exists());
}

#[test]
fn ocsf_is_for_the_journal_only_and_no_other_file_is_overwritten() {
    let folder = platform();
    let dir = folder.path();
    let refused = avert(dir, &["--format", "ocsf", "case", "list"]);
    assert_eq!(refused.code, 2);
    assert!(refused.stderr.contains("[output/format]"));
    let refused = avert(dir, &["journal", "export", "--out", "avert.toml"]);
    assert!(refused.stderr.contains("[output/would-overwrite]"));

    // A file of the right kind may be somebody else's all the same.
    let others = "{\"seq\":1,\"hash\":\"of another journal\"}\n";
    for (name, command) in [
        (
            "rows.jsonl",
            &["journal", "export", "--out", "rows.jsonl"][..],
        ),
        (
            "kept.json",
            &["journal", "checkpoint", "--out", "kept.json"][..],
        ),
    ] {
        fs::write(dir.join(name), others).unwrap();
        let refused = avert(dir, command);
        assert_eq!(refused.code, 2);
        assert!(
            refused.stderr.contains("[output/would-overwrite]"),
            "{name}"
        );
        assert_eq!(fs::read_to_string(dir.join(name)).unwrap(), others);
        assert!(!dir.join(format!("{name}.half")).exists());
        fs::remove_file(dir.join(name)).unwrap();
        done(dir, command);
        done(dir, &["detect"]);
        done(dir, command);
    }
}

#[test]
fn a_checkpoint_that_the_journal_does_not_follow_from_is_not_replaced() {
    let folder = platform();
    let dir = folder.path();
    done(dir, &["detect"]);
    let take = ["journal", "checkpoint", "--out", "kept.json"];
    done(dir, &take);
    let kept = fs::read_to_string(dir.join("kept.json")).unwrap();
    let other = kept.replacen("\"head\":\"", "\"head\":\"0", 1);
    fs::write(dir.join("kept.json"), &other).unwrap();
    let refused = avert(dir, &take);
    assert_eq!(refused.code, 1);
    assert!(
        refused.stderr.contains("[journal/broken]"),
        "{}",
        refused.stderr
    );
    assert_eq!(fs::read_to_string(dir.join("kept.json")).unwrap(), other);
}

/// Every statement in a folder, in order, with the bytes of each file.
fn statements(folder: &Path) -> (Vec<Value>, Vec<Vec<u8>>) {
    let mut paths: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    paths.sort();
    let files: Vec<Vec<u8>> = paths.iter().map(|path| fs::read(path).unwrap()).collect();
    let all = files
        .iter()
        .flat_map(|file| {
            let body: Value = serde_json::from_slice(file).unwrap();
            body["statements"].as_array().unwrap().clone()
        })
        .collect();
    (all, files)
}

#[test]
fn every_account_that_was_acted_on_has_a_statement_that_names_nobody() {
    let folder = platform();
    let dir = folder.path();
    let write = [
        "--format",
        "json",
        "takedown",
        "statements",
        "tp-1",
        "--out",
        "reasons",
    ];
    take_down(dir);
    let written = done(dir, &write).json();
    let (all, files) = statements(&dir.join("reasons"));
    assert_eq!(written["statements"], all.len());
    assert_eq!(all.len(), rows(dir, "takedown/done"));
    assert!(files[0].len() > 100 && all[0]["end_date_account_restriction"].is_null());

    let text = String::from_utf8(files.concat()).unwrap();
    let findings = done(dir, &["--format", "json", "finding", "list"]).json();
    for finding in findings.as_array().unwrap() {
        for member in finding["members"].as_array().unwrap() {
            let account = format!("\"{}\"", member["account"].as_str().unwrap());
            assert!(!text.contains(&account), "{account}");
        }
    }
    assert!(!text.contains('@') && !text.contains("tp-1") && !text.contains("simulated"));

    done(dir, &write);
    assert_eq!(statements(&dir.join("reasons")).1, files, "no byte changed");

    done(
        dir,
        &["--as", "rana", "takedown", "reverse", "tp-1", "--execute"],
    );
    done(dir, &write);
    for (before, after) in all.iter().zip(statements(&dir.join("reasons")).0) {
        assert_eq!(after["puid"], before["puid"]);
        let end = &after["end_date_account_restriction"];
        assert!(end.as_str() >= after["application_date"].as_str(), "{end}");
    }
}

#[test]
fn a_plan_that_acted_on_nobody_has_no_statement_and_others_are_not_overwritten() {
    let folder = platform();
    let dir = folder.path();
    let finding = &proposing(dir)[0];
    done(dir, &["--as", "ines", "case", "open", "--from", finding]);
    done(dir, &["--as", "ines", "takedown", "plan", "case-1"]);
    let write = ["takedown", "statements", "tp-1", "--out", "reasons"];
    let none = avert(dir, &write);
    assert_eq!(none.code, 1, "{}", none.stderr);
    assert!(none.stdout.contains("acted on no account"));
    assert!(!dir.join("reasons").exists());

    fs::create_dir(dir.join("reasons")).unwrap();
    fs::write(dir.join("reasons/statements-0001.json"), "{}").unwrap();
    let refused = avert(dir, &write);
    assert!(
        refused.stderr.contains("[output/would-overwrite]"),
        "{}",
        refused.stderr
    );
}

//! Appeals, from the help desk's sheet to labels that detection learns from.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use tempfile::TempDir;

use crate::common::{self, add_olga, avert, done, platform, take_down};

/// With a takedown that was carried out, a second approver, and the accounts that were disabled.
fn taken_down() -> (TempDir, Vec<String>) {
    let folder = platform();
    let dir = folder.path();
    add_olga(dir, "approver");
    take_down(dir);
    let plan = done(dir, &["--format", "json", "takedown", "show", "tp-1"]).json();
    let done = plan["steps"].as_array().unwrap().iter();
    let done = done.filter(|step| step["phase"] == "done");
    let accounts = done.map(|step| step["account"].as_str().unwrap().to_owned());
    let accounts = accounts.collect();
    (folder, accounts)
}

fn import(dir: &Path, sheet: &str) -> common::Ran {
    fs::write(dir.join("appeals.csv"), sheet).unwrap();
    avert(dir, &["--as", "ines", "appeal", "import", "appeals.csv"])
}

const HEADER: &str = "plan,account,reference,received_at,text\n";

fn decide(dir: &Path, id: &str, decision: &str, more: &[&str]) -> common::Ran {
    let line = [
        "--as",
        "olga",
        "appeal",
        "decide",
        id,
        decision,
        "--reason",
        "we looked again",
    ];
    avert(dir, &[&line[..], more].concat())
}

#[test]
fn a_sheet_is_taken_in_once_and_what_may_not_be_is_named() {
    let (folder, accounts) = taken_down();
    let dir = folder.path();
    let sheet = format!(
        "{HEADER}tp-1,{},T-1,,\"we share, a laptop\"\ntp-1,{},T-2,,\n\
         tp-1,nobody,T-3,,\ntp-9,{},T-4,,\ntp-1,{},T-1,,\ntp-1,{},T-5,2999-01-01T00:00:00Z,\n",
        accounts[0], accounts[1], accounts[0], accounts[2], accounts[2]
    );
    let first = import(dir, &sheet);
    assert_eq!(first.code, 1, "{}", first.stderr);
    assert!(
        first
            .stdout
            .starts_with("2 new, 0 known already, 4 refused\n"),
        "{}",
        first.stdout
    );
    assert!(
        [
            "[appeal/not-acted-on]",
            "[takedown/unknown]",
            "[appeal/other-account]",
            "[appeal/not-yet]",
        ]
        .iter()
        .all(|code| first.stdout.contains(code)),
        "{}",
        first.stdout
    );
    let again = import(dir, &sheet).stdout;
    assert!(
        again.starts_with("0 new, 2 known already, 4 refused\n"),
        "{again}"
    );
    let list = done(dir, &["--format", "json", "appeal", "list"]).json();
    assert_eq!(list.as_array().unwrap().len(), 2);
}

#[test]
fn other_programs_hand_in_lines_of_json() {
    let (folder, accounts) = taken_down();
    let dir = folder.path();
    let line = format!(
        "{{\"plan\":\"tp-1\",\"account\":\"{}\",\"reference\":\"T-1\",\"text\":\"no\"}}\n",
        accounts[0]
    );
    fs::write(dir.join("in.jsonl"), &line).unwrap();
    let import = ["--as", "ines", "appeal", "import", "--json", "in.jsonl"];
    let told = done(dir, &[&["--format", "json"], &import[..]].concat()).json();
    assert_eq!((&told["new"], &told["known"]), (&1.into(), &0.into()));
    fs::write(dir.join("in.jsonl"), line.replace("reference", "refrence")).unwrap();
    let refused = avert(dir, &import);
    assert_eq!(refused.code, 2);
    assert!(
        refused.stderr.contains("row 1 of in.jsonl") && refused.stderr.contains("refrence"),
        "{}",
        refused.stderr
    );
}

#[test]
fn a_row_that_cannot_be_read_is_named_and_nothing_is_taken_in() {
    let (folder, accounts) = taken_down();
    let dir = folder.path();
    let sheet = format!(
        "{HEADER}tp-1,{},T-1,,\ntp-1,u1,T-2,yesterday,\n",
        accounts[0]
    );
    insta::assert_snapshot!("a_moment_that_is_none", import(dir, &sheet).told(dir));
    let headless = import(dir, "plan,account,reference,text\n");
    insta::assert_snapshot!("a_column_that_is_missing", headless.told(dir));
    assert_eq!(avert(dir, &["appeal", "list"]).code, 1, "there is none");
}

#[test]
fn a_grant_is_a_dry_run_and_then_puts_that_account_back_alone() {
    let (folder, accounts) = taken_down();
    let dir = folder.path();
    fs::write(dir.join("letter.txt"), "I sing in a choir.\n").unwrap();
    done(
        dir,
        &[
            "--as",
            "ines",
            "appeal",
            "file",
            "tp-1",
            "--account",
            &accounts[0],
            "--reference",
            "T-1",
            "--text-file",
            "letter.txt",
        ],
    );
    let shown = done(dir, &["appeal", "show", "ap-1"]).stdout;
    assert!(shown.contains("I sing in a choir."), "{shown}");
    let changes = || fs::read_to_string(dir.join("platform.changes.jsonl")).unwrap();
    let before = changes();
    let dry = decide(dir, "ap-1", "grant", &[]);
    assert_eq!(dry.code, 0, "{}", dry.stderr);
    assert!(dry.stdout.starts_with("dry run"), "{}", dry.stdout);
    assert_eq!(changes(), before);
    let own = [
        "--as",
        "omar",
        "appeal",
        "decide",
        "ap-1",
        "grant",
        "--reason",
        "no",
        "--execute",
    ];
    let own = avert(dir, &own);
    assert_eq!(own.code, 1);
    assert!(own.stderr.contains("[appeal/own-work]"), "{}", own.stderr);
    let granted = decide(dir, "ap-1", "grant", &["--execute"]);
    assert_eq!(granted.code, 0, "{}", granted.stderr);
    let new = changes()[before.len()..].to_owned();
    assert_eq!(new.lines().count(), 1, "{new}");
    assert!(
        new.contains(&accounts[0]) && new.contains("\"disabled\":false"),
        "{new}"
    );
    let again = decide(dir, "ap-1", "grant", &["--execute"]);
    assert_eq!((again.code, changes().len()), (0, before.len() + new.len()));
    let summary = done(dir, &["appeal", "summary"]).stdout;
    assert!(summary.contains("100 %"), "{summary}");
}

#[test]
fn decided_appeals_are_labels_that_calibrating_reads() {
    let (folder, accounts) = taken_down();
    let dir = folder.path();
    let mut sheet = HEADER.to_owned();
    for (number, account) in accounts.iter().enumerate() {
        writeln!(sheet, "tp-1,{account},T-{number},,").unwrap();
    }
    assert_eq!(import(dir, &sheet).code, 0);
    assert_eq!(decide(dir, "ap-1", "grant", &["--execute"]).code, 0);
    for number in 2..=3 {
        assert_eq!(
            decide(dir, &format!("ap-{number}"), "reject", &["--execute"]).code,
            0
        );
    }
    let written = done(
        dir,
        &[
            "--format",
            "json",
            "appeal",
            "labels",
            "--out",
            "labels.csv",
        ],
    );
    let written = written.json();
    assert_eq!(
        (&written["hostile"], &written["honest"]),
        (&2.into(), &1.into())
    );
    let labels = fs::read_to_string(dir.join("labels.csv")).unwrap();
    assert!(labels.starts_with("account,kind,cell\n"), "{labels}");
    let calibrate = ["calibrate", "--labels", "labels.csv", "--out", "model.toml"];
    let few = avert(dir, &calibrate);
    assert!(
        few.stderr.contains("1 honest") && few.stderr.contains("[calibrate/too-few-labels]"),
        "{}",
        few.stderr
    );
    // What else is known goes into the same file.
    let mut all = labels.clone();
    let truth = fs::read_to_string(dir.join("truth.csv")).unwrap();
    let others = truth
        .lines()
        .skip(1)
        .filter(|line| !labels.contains(line.split(',').next().unwrap()))
        .filter(|line| line.contains(",honest"));
    for (number, line) in others.take(120).enumerate() {
        let account = line.split(',').next().unwrap();
        let kind = if number % 2 == 0 {
            "honest,"
        } else {
            "persona,elsewhere"
        };
        writeln!(all, "{account},{kind}").unwrap();
    }
    fs::write(dir.join("labels.csv"), &all).unwrap();
    done(dir, &calibrate);
    assert!(dir.join("model.toml").is_file());
    let again = avert(dir, &["appeal", "labels", "--out", "labels.csv"]);
    assert!(
        again.stderr.contains("[output/would-overwrite]"),
        "what somebody added is not lost: {}",
        again.stderr
    );
    assert_eq!(fs::read_to_string(dir.join("labels.csv")).unwrap(), all);
}

#[test]
fn an_account_that_was_decided_both_ways_teaches_nothing() {
    let (folder, accounts) = taken_down();
    let dir = folder.path();
    let account = &accounts[0];
    let sheet = format!("{HEADER}tp-1,{account},T-1,,\ntp-1,{account},T-2,,\n");
    assert_eq!(import(dir, &sheet).code, 0);
    let label = [
        "--format",
        "json",
        "appeal",
        "labels",
        "--out",
        "labels.csv",
    ];
    assert_eq!(decide(dir, "ap-1", "reject", &["--execute"]).code, 0);
    assert_eq!(done(dir, &label).json()["hostile"], 1);
    assert_eq!(decide(dir, "ap-2", "grant", &["--execute"]).code, 0);
    // The file holds what was written before, and is written anew.
    assert_eq!(done(dir, &label).json()["unknown"], 1);
    let labels = fs::read_to_string(dir.join("labels.csv")).unwrap();
    assert!(
        labels.ends_with(&format!("{account},unknown,\n")),
        "{labels}"
    );
}

#[test]
fn the_outcome_is_shown_and_then_told_once() {
    let (folder, accounts) = taken_down();
    let dir = folder.path();
    let sheet = format!(
        "{HEADER}tp-1,{},T-1,,\ntp-1,{},T-2,,\n",
        accounts[0], accounts[1]
    );
    assert_eq!(import(dir, &sheet).code, 0);
    let letters = || {
        let new = fs::read_dir(dir.join("mailbox/new"));
        new.map_or(0, Iterator::count)
    };
    // What is not executed decides nothing and tells nobody, and says what it would tell them, in
    // their language.
    let rejected = decide(dir, "ap-1", "reject", &[]);
    assert_eq!(rejected.code, 0, "{}", rejected.stderr);
    let shown = rejected.stdout;
    assert!(shown.contains("nothing is decided"), "{shown}");
    assert!(shown.contains("Subject: Example Network: "), "{shown}");
    assert!(shown.contains("we looked again"), "{shown}");
    assert!(
        done(dir, &["appeal", "show", "ap-1"])
            .stdout
            .contains("open")
    );
    assert_eq!(letters(), 0);
    let told = decide(dir, "ap-1", "reject", &["--execute"]).stdout;
    assert!(told.contains("told: sent"), "{told}");
    let tell = ["--as", "olga", "appeal", "tell", "ap-1", "--execute"];
    done(dir, &tell);
    assert_eq!(letters(), 1);
    let granted = decide(dir, "ap-2", "grant", &["--execute"]);
    assert_eq!(granted.code, 0, "{}", granted.stderr);
    assert!(granted.stdout.contains("told: sent"), "{}", granted.stdout);
    assert_eq!(letters(), 2);
}

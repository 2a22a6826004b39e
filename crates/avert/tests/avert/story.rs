//! The whole way, command by command: found, taken down, everybody told, undone, written down.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::common::{approve, avert, done, open_case, platform, take_down};

/// The accounts that `platform.changes.jsonl` leaves disabled.
fn disabled(folder: &Path) -> BTreeSet<String> {
    let mut disabled = BTreeSet::new();
    let changes = fs::read_to_string(folder.join("platform.changes.jsonl")).unwrap_or_default();
    for line in changes.lines() {
        let change: Value = serde_json::from_str(line).unwrap();
        let account = change["account"].as_str().unwrap().to_owned();
        if change["disabled"] == true {
            disabled.insert(account);
        } else {
            disabled.remove(&account);
        }
    }
    disabled
}

fn truth(folder: &Path, kind: &str) -> BTreeSet<String> {
    let truth = fs::read_to_string(folder.join("truth.csv")).unwrap();
    let of_kind = truth.lines().skip(1).filter_map(|line| {
        let mut cells = line.split(',');
        let account = cells.next()?;
        (cells.next()? == kind).then(|| account.to_owned())
    });
    of_kind.collect()
}

#[test]
fn a_network_is_found_taken_down_and_given_back_and_everybody_it_reached_is_told_once() {
    let folder = platform();
    let dir = folder.path();
    let evaluation = done(
        dir,
        &[
            "--format",
            "json",
            "evaluate",
            "findings.json",
            "--truth",
            "truth.csv",
        ],
    )
    .json();
    assert!(
        evaluation["precision"].as_f64().unwrap() >= 0.95,
        "{evaluation}"
    );
    assert!(
        evaluation["recall"].as_f64().unwrap() >= 0.80,
        "{evaluation}"
    );

    take_down(dir);
    let personas = truth(dir, "persona");
    let taken = disabled(dir);
    assert!(
        !taken.is_empty() && taken.is_subset(&personas),
        "only personas are disabled"
    );

    done(dir, &["--as", "ines", "notify", "plan", "case-1"]);
    approve(dir, "notify", "nl-1");
    let sent = done(
        dir,
        &[
            "--format",
            "json",
            "--as",
            "rana",
            "notify",
            "send",
            "nl-1",
            "--execute",
        ],
    )
    .json();
    let told: BTreeSet<&str> = sent["notices"]
        .as_array()
        .unwrap()
        .iter()
        .map(|notice| notice["account"].as_str().unwrap())
        .collect();
    assert_eq!(sent["totals"]["sent"], told.len());
    assert!(
        told.iter().all(|account| !personas.contains(*account)),
        "no persona is told"
    );
    let mails = || fs::read_dir(dir.join("mailbox/new")).unwrap().count();
    assert_eq!(mails(), told.len(), "one mail each");

    // Everything again changes nothing.
    let changes = fs::read(dir.join("platform.changes.jsonl")).unwrap();
    done(
        dir,
        &["--as", "rana", "takedown", "execute", "tp-1", "--execute"],
    );
    done(
        dir,
        &["--as", "rana", "notify", "send", "nl-1", "--execute"],
    );
    assert_eq!(
        fs::read(dir.join("platform.changes.jsonl")).unwrap(),
        changes
    );
    assert_eq!(mails(), told.len());

    done(
        dir,
        &["--as", "rana", "takedown", "reverse", "tp-1", "--execute"],
    );
    assert!(disabled(dir).is_empty(), "every account is as it was");

    done(dir, &["journal", "verify"]);
    let html = done(dir, &["--format", "html", "report", "case-1"]).stdout;
    assert!(
        html.starts_with("<!doctype html>") || html.starts_with("<!DOCTYPE html>"),
        "{}",
        &html[..60]
    );
    let report = done(dir, &["--format", "json", "report", "case-1"]).json();
    assert!(report.is_object());
    let case = done(dir, &["--format", "json", "case", "show", "case-1"]).json();
    assert_eq!(case["plans"][0]["state"], "reversed");
    assert_eq!(case["notice_lists"][0]["state"], "sent");
}

#[test]
fn without_execute_nothing_acts() {
    let folder = platform();
    let dir = folder.path();
    open_case(dir);
    done(dir, &["--as", "ines", "takedown", "plan", "case-1"]);
    done(dir, &["--as", "ines", "takedown", "submit", "tp-1"]);
    approve(dir, "takedown", "tp-1");
    let dry = done(dir, &["--as", "rana", "takedown", "execute", "tp-1"]);
    assert!(dry.stdout.starts_with("dry run"), "{}", dry.stdout);
    assert!(!dir.join("platform.changes.jsonl").exists());
    done(
        dir,
        &["--as", "rana", "takedown", "execute", "tp-1", "--execute"],
    );
    done(dir, &["--as", "ines", "notify", "plan", "case-1"]);
    approve(dir, "notify", "nl-1");
    let dry = done(dir, &["--as", "rana", "notify", "send", "nl-1"]);
    assert!(dry.stdout.starts_with("dry run"), "{}", dry.stdout);
    assert!(!dir.join("mailbox").exists(), "not even an empty mailbox");
    let before = disabled(dir);
    done(dir, &["--as", "rana", "takedown", "reverse", "tp-1"]);
    assert_eq!(disabled(dir), before);
}

#[test]
fn the_same_snapshot_gives_the_same_findings_byte_for_byte() {
    let folder = platform();
    let again = done(folder.path(), &["--format", "json", "detect"]).stdout;
    assert_eq!(
        again,
        fs::read_to_string(folder.path().join("findings.json")).unwrap()
    );
}

#[test]
fn ingesting_the_same_exports_again_gives_the_same_snapshot() {
    let folder = platform();
    let first = done(folder.path(), &["--format", "json", "snapshot", "list"]).json();
    let again = done(
        folder.path(),
        &["--format", "json", "ingest", "mapping.toml"],
    )
    .json();
    assert_eq!(first[0]["id"], again["manifest"]["id"]);
    let after = done(folder.path(), &["--format", "json", "snapshot", "list"]).json();
    assert_eq!(after.as_array().unwrap().len(), 1);
}

#[test]
fn an_edit_voids_the_approval_and_a_dropped_account_stays_as_it_is() {
    let folder = platform();
    let dir = folder.path();
    open_case(dir);
    let plan = done(
        dir,
        &[
            "--format", "json", "--as", "ines", "takedown", "plan", "case-1",
        ],
    )
    .json();
    let spared = plan["steps"][0]["account"].as_str().unwrap();
    done(dir, &["--as", "ines", "takedown", "submit", "tp-1"]);
    approve(dir, "takedown", "tp-1");
    done(
        dir,
        &[
            "--as", "ines", "takedown", "edit", "tp-1", "--drop", spared, "--reason", "not sure",
        ],
    );
    let refused = avert(
        dir,
        &["--as", "rana", "takedown", "execute", "tp-1", "--execute"],
    );
    assert_eq!(refused.code, 1, "{}", refused.stderr);
    assert!(!dir.join("platform.changes.jsonl").exists());
    done(dir, &["--as", "ines", "takedown", "submit", "tp-1"]);
    approve(dir, "takedown", "tp-1");
    done(
        dir,
        &["--as", "rana", "takedown", "execute", "tp-1", "--execute"],
    );
    assert!(!disabled(dir).is_empty() && !disabled(dir).contains(spared));
}

#[test]
fn seeds_raise_what_they_touch_and_are_checked() {
    let folder = platform();
    let dir = folder.path();
    let persona = truth(dir, "persona").into_iter().next().unwrap();
    fs::write(
        dir.join("seeds.txt"),
        format!("# known hostile\n{persona}\n"),
    )
    .unwrap();
    let found = done(dir, &["--format", "json", "detect", "--seeds", "seeds.txt"]).json();
    let text = found.to_string();
    assert!(
        text.contains("touches-seed"),
        "a fact says which seed was touched"
    );
    fs::write(dir.join("seeds.txt"), "x-:broken\n").unwrap();
    let refused = avert(dir, &["detect", "--seeds", "seeds.txt"]);
    assert_eq!(refused.code, 2);
    assert!(
        refused.stderr.contains("seeds.txt") && refused.stderr.contains("line 1"),
        "{}",
        refused.stderr
    );
}

#[test]
fn the_demo_tells_the_story_and_leaves_everything_as_it_was() {
    let folder = tempfile::tempdir().unwrap();
    let demo = done(
        folder.path(),
        &[
            "demo",
            "--once",
            "--dir",
            "d",
            "--accounts",
            "2000",
            "--seed",
            "5",
        ],
    );
    let dir = folder.path().join("d");
    assert!(
        demo.stdout
            .contains("$ avert --data d --as rana takedown execute tp-1 --execute")
    );
    assert!(
        demo.stdout.contains("report.html") && demo.stdout.contains("try "),
        "it ends by saying what to open"
    );
    assert!(disabled(&dir).is_empty());
    assert!(fs::read_dir(dir.join("mailbox/new")).unwrap().count() > 0);
    assert!(dir.join("report.html").is_file() && dir.join("report.md").is_file());
    let again = avert(folder.path(), &["demo", "--dir", "d"]);
    assert_eq!(again.code, 2, "a folder that is not empty is left alone");
}

//! How a takedown is carried out, as its user sees it: what it costs, in shares, with stops, frozen,
//! and with what it rests on kept.

use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::common::{self, approve, avert, done, open_case, platform, take_down};

/// With a plan of these options that is approved.
fn approved(dir: &Path, options: &[&str]) {
    open_case(dir);
    let plan = ["--as", "ines", "takedown", "plan", "case-1"];
    done(dir, &[&plan[..], options].concat());
    done(dir, &["--as", "ines", "takedown", "submit", "tp-1"]);
    approve(dir, "takedown", "tp-1");
}

const EXECUTE: [&str; 6] = ["--as", "rana", "takedown", "execute", "tp-1", "--execute"];
const RESUME: [&str; 6] = ["--as", "rana", "takedown", "resume", "tp-1", "--execute"];

fn shown(dir: &Path) -> Value {
    done(dir, &["--format", "json", "takedown", "show", "tp-1"]).json()
}

#[test]
fn whoever_has_to_decide_reads_what_it_costs() {
    let folder = platform();
    let dir = folder.path();
    open_case(dir);
    done(dir, &["--as", "ines", "takedown", "plan", "case-1"]);
    let plan = shown(dir);
    let blast = &plan["blast"];
    let acting = plan["steps"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|step| step["remedy"] != "watch")
        .count() as u64;
    let ages = blast["ages"].as_object().unwrap();
    let sum: u64 = ages.values().map(|number| number.as_u64().unwrap()).sum();
    assert_eq!((sum, &ages["unknown"]), (acting, &Value::from(0)));
    assert!(blast["followers"]["known"].as_u64().unwrap() > 0);
    assert_eq!(blast["followers"]["accounts_unknown"], 0);
    assert!(!blast["countries"].as_object().unwrap().is_empty());
    assert_eq!(blast["calls"][0]["accounts"], acting);
    assert_eq!(blast["cleared_before"], Value::Array(vec![]));
    let text = done(dir, &["takedown", "show", "tp-1"]).stdout;
    for words in [
        "blast radius",
        "followers lost: ",
        "left without an administrator: ",
        "one after the other, as fast as the platform answers",
        "stops once more than 10 % failed",
    ] {
        assert!(text.contains(words), "{words}\n{text}");
    }
    fs::remove_file(dir.join("platform.jsonl")).unwrap();
    let blind = done(dir, &["takedown", "show", "tp-1"]).stdout;
    assert!(blind.contains("what it costs cannot be told"), "{blind}");
}

#[test]
fn whom_people_gave_back_before_is_named() {
    let folder = platform();
    let dir = folder.path();
    take_down(dir);
    done(
        dir,
        &["--as", "rana", "takedown", "reverse", "tp-1", "--execute"],
    );
    let mut open = vec!["--as", "ines", "case", "open", "--from"];
    let found = common::proposing(dir);
    open.extend(found.iter().map(String::as_str));
    done(dir, &open);
    done(dir, &["--as", "ines", "takedown", "plan", "case-2"]);
    let text = done(dir, &["takedown", "show", "tp-2"]).stdout;
    let named = text.matches("CLEARED BEFORE: ").count();
    let acted = shown(dir)["totals"]["restored"].as_u64().unwrap();
    assert_eq!(named as u64, acted, "{text}");
    assert!(text.contains("tp-1 was undone for it"));
}

#[test]
fn a_first_share_is_acted_on_and_the_rest_waits() {
    let folder = platform();
    let dir = folder.path();
    approved(dir, &["--canary", "20", "--soak", "60"]);
    let share = done(dir, &EXECUTE).stdout;
    assert!(
        share.contains("acted on; the rest waits until ")
            && share.contains("takedown resume tp-1 --execute"),
        "{share}"
    );
    let early = avert(dir, &RESUME);
    assert_eq!(early.code, 3, "{}", early.stderr);
    assert!(
        early.stderr.contains("[takedown/soaking]"),
        "{}",
        early.stderr
    );
}

#[test]
fn only_what_is_given_changes_and_the_change_voids_the_approval() {
    let folder = platform();
    let dir = folder.path();
    approved(
        dir,
        &["--canary", "20", "--soak", "60", "--stop-appeals", "3"],
    );
    let edit = [
        "--as", "ines", "takedown", "edit", "tp-1", "--soak", "5", "--reason", "shorter",
    ];
    done(dir, &edit);
    let plan = shown(dir);
    assert_eq!(plan["state"], "draft");
    let canary = &plan["rollout"]["canary"];
    assert_eq!(
        (&canary["percent"], &canary["soak_minutes"]),
        (&20.into(), &5.into())
    );
    assert_eq!(plan["rollout"]["stop"]["appeals"], 3);
    assert_eq!(avert(dir, &EXECUTE).code, 1);
}

#[test]
fn a_wait_after_no_share() {
    let folder = platform();
    let dir = folder.path();
    open_case(dir);
    let plan = ["--as", "ines", "takedown", "plan", "case-1", "--soak", "5"];
    insta::assert_snapshot!(avert(dir, &plan).told(dir));
}

#[test]
fn a_start_that_comes_after_the_approval_has_run_out() {
    let folder = platform();
    let dir = folder.path();
    open_case(dir);
    let start = ["--start", "2999-01-01T00:00:00Z"];
    let plan = ["--as", "ines", "takedown", "plan", "case-1"];
    done(dir, &[&plan[..], &start].concat());
    done(dir, &["--as", "ines", "takedown", "submit", "tp-1"]);
    let digest = shown(dir)["digest"].as_str().unwrap().to_owned();
    let approve = [
        "--as", "omar", "takedown", "approve", "tp-1", "--digest", &digest,
    ];
    let refused = avert(dir, &approve);
    assert_eq!(refused.code, 1, "{}", refused.stderr);
    assert!(
        refused.stderr.contains("[review/approval-ends-before]"),
        "{}",
        refused.stderr
    );
    // Where approvals hold for a thousand years it may be given, and waits.
    let path = dir.join("avert.toml");
    let config = std::fs::read_to_string(&path).unwrap();
    let config = config.replace("approval_hours = 72", "approval_hours = 9000000");
    std::fs::write(&path, config).unwrap();
    done(dir, &approve);
    let early = avert(dir, &EXECUTE);
    assert_eq!(early.code, 1, "{}", early.stderr);
    assert!(
        early.stderr.contains("[takedown/too-early]"),
        "{}",
        early.stderr
    );
    assert!(!dir.join("platform.changes.jsonl").exists());
}

#[test]
fn what_cannot_be_undone_is_refused_unless_the_plan_says_so() {
    let folder = platform();
    let dir = folder.path();
    approved(dir, &[]);
    let account = shown(dir)["steps"][0]["account"]
        .as_str()
        .unwrap()
        .to_owned();
    let secure = format!("{account}=secure");
    let edit = [
        "--as",
        "ines",
        "takedown",
        "edit",
        "tp-1",
        "--reason",
        "its owner wants it back",
        "--remedy",
        &secure,
    ];
    let refused = avert(dir, &edit).told(dir).replace(&account, "ACCOUNT");
    insta::assert_snapshot!(refused);
    done(dir, &[&edit[..], &["--accept-irreversible"]].concat());
    let text = done(dir, &["takedown", "show", "tp-1"]).stdout;
    assert!(
        text.contains(&format!("CANNOT BE UNDONE: secure {account}: ")),
        "{text}"
    );
}

#[test]
fn while_it_is_frozen_nothing_begins_and_every_status_says_so() {
    let folder = platform();
    let dir = folder.path();
    approved(dir, &[]);
    let frozen = done(dir, &["--as", "ines", "freeze", "the list is wrong"]).stdout;
    assert!(frozen.starts_with("FROZEN by ines at "), "{frozen}");
    done(dir, &["--as", "ines", "freeze", "again"]);
    let refused = avert(dir, &EXECUTE);
    assert_eq!(refused.code, 1, "{}", refused.stderr);
    assert!(
        refused.stderr.contains("takedown/frozen"),
        "{}",
        refused.stderr
    );
    assert!(!dir.join("platform.changes.jsonl").exists());
    for status in [["takedown", "status", "tp-1"], ["case", "show", "case-1"]] {
        let text = done(dir, &status).stdout;
        assert!(text.starts_with("FROZEN by ines at "), "{text}");
        assert!(text.contains(": the list is wrong\n"), "{text}");
    }
    let json = done(dir, &["--format", "json", "case", "show", "case-1"]).json();
    assert_eq!(json["frozen"]["by"], "ines");
    let lacks = avert(dir, &["--as", "ines", "thaw", "all is well"]);
    assert_eq!(lacks.code, 1, "{}", lacks.stderr);
    done(dir, &["--as", "rana", "thaw", "all is well"]);
    let text = done(dir, &["takedown", "status", "tp-1"]).stdout;
    assert!(text.starts_with("plan tp-1"), "{text}");
    done(dir, &EXECUTE);
}

#[test]
fn thawing_what_is_not_frozen() {
    let folder = platform();
    let dir = folder.path();
    insta::assert_snapshot!(avert(dir, &["--as", "rana", "thaw", "all is well"]).told(dir));
}

#[test]
fn what_a_takedown_rests_on_is_kept_and_can_be_taken_out() {
    let folder = platform();
    let dir = folder.path();
    open_case(dir);
    done(dir, &["--as", "ines", "takedown", "plan", "case-1"]);
    let none = done(dir, &["takedown", "evidence", "tp-1"]).stdout;
    assert!(none.starts_with("nothing is kept yet"), "{none}");
    done(dir, &["--as", "ines", "takedown", "submit", "tp-1"]);
    approve(dir, "takedown", "tp-1");
    done(dir, &EXECUTE);
    let list = [
        "--format", "json", "takedown", "evidence", "tp-1", "--out", "kept",
    ];
    let exhibits = done(dir, &list).json();
    let exhibits = exhibits.as_array().unwrap();
    for kind in [
        "finding", "account", "actions", "contacts", "media", "profile",
    ] {
        let some = exhibits.iter().find(|exhibit| exhibit["kind"] == kind);
        let some = some.unwrap_or_else(|| panic!("no {kind}"));
        let file = dir.join("kept").join(some["hash"].as_str().unwrap());
        let body = fs::read_to_string(file).unwrap();
        assert_eq!(body.len() as u64, some["size_bytes"].as_u64().unwrap());
        for line in body.lines() {
            serde_json::from_str::<Value>(line).unwrap();
        }
    }
    let actions = exhibits
        .iter()
        .find(|exhibit| exhibit["kind"] == "actions")
        .unwrap();
    let actions = dir.join("kept").join(actions["hash"].as_str().unwrap());
    let times: Vec<String> = fs::read_to_string(actions)
        .unwrap()
        .lines()
        .map(|line| {
            let line: Value = serde_json::from_str(line).unwrap();
            let at = line["at"].as_str().unwrap();
            // Fractions are written only where there are some.
            at[..19].to_owned()
        })
        .collect();
    assert!(times.is_sorted(), "in order of time");
    rusqlite::Connection::open(dir.join("avert.db"))
        .unwrap()
        .execute_batch("UPDATE exhibits SET body = body || ' ' WHERE kind = 'contacts'")
        .unwrap();
    let altered = avert(dir, &["takedown", "evidence", "tp-1"]);
    assert_eq!(altered.code, 1, "{}", altered.stdout);
    assert!(altered.stdout.contains("ALTERED"), "{}", altered.stdout);
}

#[test]
fn without_the_snapshot_nothing_is_touched() {
    let folder = platform();
    let dir = folder.path();
    approved(dir, &[]);
    fs::rename(dir.join("snapshots"), dir.join("elsewhere")).unwrap();
    let refused = avert(dir, &EXECUTE);
    assert_eq!(refused.code, 2, "{}", refused.stderr);
    assert!(
        refused.stderr.contains("takedown/not-preserved")
            && refused.stderr.contains("nothing was changed"),
        "{}",
        refused.stderr
    );
    assert!(!dir.join("platform.changes.jsonl").exists());
    fs::rename(dir.join("elsewhere"), dir.join("snapshots")).unwrap();
    done(dir, &EXECUTE);
}

#[test]
fn the_store_says_what_it_is_and_goes_back_only_if_nothing_is_lost() {
    let folder = platform();
    let dir = folder.path();
    let status = done(dir, &["store", "status"]).stdout;
    assert!(
        status.starts_with("SQLite, schema 9 of 9, journal of "),
        "{status}"
    );
    let back = done(dir, &["store", "downgrade", "--to", "1"]).stdout;
    assert!(
        back.starts_with("the store went from schema 9 back to schema 1"),
        "{back}"
    );
    done(dir, &["journal", "verify"]);
    done(dir, &["--as", "rana", "freeze", "look first"]);
    insta::assert_snapshot!(avert(dir, &["store", "downgrade", "--to", "1"]).told(dir));
}

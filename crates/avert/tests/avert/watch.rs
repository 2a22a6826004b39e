//! `avert watch`, as whoever runs it sees it: what it finds, and what it does when it is stopped.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write as _;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use serde_json::Value;

use crate::common::{Ran, avert, done, platform, take_down};

/// The events of the tests' platform, in order of time.
fn events(folder: &Path) -> Vec<String> {
    let ran = done(folder, &["snapshot", "events"]);
    ran.stdout.lines().map(str::to_owned).collect()
}

/// Begins to watch in this folder.
fn begin(folder: &Path, arguments: &[&str]) -> Child {
    Command::new(env!("CARGO_BIN_EXE_avert"))
        .args(["--format", "ndjson", "watch"])
        .args(arguments)
        .current_dir(folder)
        .env_clear()
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
}

/// Watches these lines to their end.
fn watch(folder: &Path, arguments: &[&str], lines: &[String]) -> Ran {
    let mut child = begin(folder, arguments);
    let mut input = child.stdin.take().unwrap();
    let text = lines.join("\n") + "\n";
    let writer = std::thread::spawn(move || {
        // A watch that refuses does not read to the end.
        let _ = input.write_all(text.as_bytes());
    });
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap();
    Ran {
        code: output.status.code().unwrap_or(-1),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}

fn told(ran: &Ran) -> Vec<Value> {
    let lines = ran.stdout.lines();
    lines
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

fn sealed(ran: &Ran) -> String {
    let last = told(ran).pop().unwrap();
    last["sealed"].as_str().unwrap().to_owned()
}

/// A network as somebody is told of it: accounts with what each is taken for, how surely, in percent.
type Seen = BTreeSet<(String, String, String)>;

fn seen(members: &Value) -> Seen {
    let members = members.as_array().unwrap().iter();
    members
        .map(|member| {
            let sure = member["probability"].as_f64().unwrap() * 100.0;
            (
                member["account"].as_str().unwrap().to_owned(),
                member["kind"].as_str().unwrap().to_owned(),
                format!("{sure:.3}"),
            )
        })
        .collect()
}

/// The networks that somebody knows of who heard every change.
fn heard(ran: &Ran) -> BTreeSet<Seen> {
    let mut networks: BTreeMap<u64, Seen> = BTreeMap::new();
    for change in told(ran) {
        if let Some(network) = change.get("network") {
            for gone in change["absorbed"].as_array().into_iter().flatten() {
                networks.remove(&gone.as_u64().unwrap());
            }
            networks.insert(
                network["number"].as_u64().unwrap(),
                seen(&network["members"]),
            );
        } else if change["change"] == "retracted" {
            networks.remove(&change["number"].as_u64().unwrap());
        }
    }
    networks.into_values().collect()
}

/// The findings of a snapshot, but for those that need all of it at once.
fn found(folder: &Path, snapshot: &str) -> BTreeSet<Seen> {
    let list = [
        "--format",
        "json",
        "finding",
        "list",
        "--snapshot",
        snapshot,
    ];
    let ran = avert(folder, &list);
    // With nothing found the answer is no.
    assert!(matches!(ran.code, 0 | 1), "{}", ran.stderr);
    let findings: Value = serde_json::from_str(&ran.stdout).unwrap();
    let findings = findings.as_array().unwrap().iter();
    findings
        .filter(|finding| finding["detector"] == "co-action")
        .map(|finding| seen(&finding["members"]))
        .collect()
}

fn accounts(networks: &BTreeSet<Seen>) -> BTreeSet<BTreeSet<&String>> {
    let networks = networks.iter();
    networks
        .map(|network| network.iter().map(|one| &one.0).collect())
        .collect()
}

#[test]
fn what_is_watched_is_what_a_search_of_the_same_events_finds() {
    let folder = platform();
    let folder = folder.path();
    let batch = found(folder, &only_snapshot(folder));
    let ran = watch(folder, &["--tick", "10"], &events(folder));
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let of_the_sealed = found(folder, &sealed(&ran));
    assert!(batch.len() >= 2);
    assert_eq!(of_the_sealed, batch);
    // Who hears of changes does not hear of each percent.
    assert_eq!(accounts(&heard(&ran)), accounts(&batch));
}

fn only_snapshot(folder: &Path) -> String {
    let list = done(folder, &["--format", "json", "snapshot", "list"]).json();
    assert_eq!(list.as_array().unwrap().len(), 1);
    list[0]["id"].as_str().unwrap().to_owned()
}

#[test]
fn whoever_is_killed_takes_up_where_they_were() {
    let folder = platform();
    let folder = folder.path();
    let events = events(folder);
    let whole = watch(folder, &["--name", "whole"], &events);
    let mut child = begin(folder, &["--name", "killed", "--tick", "10"]);
    let mut input = child.stdin.take().unwrap();
    let mut output = child.stdout.take().unwrap();
    let listener = std::thread::spawn(move || std::io::copy(&mut output, &mut std::io::sink()));
    let most = events.len() * 4 / 5;
    input
        .write_all((events[..most].join("\n") + "\n").as_bytes())
        .unwrap();
    input.write_all(b"{\"account\":\"half a li").unwrap();
    let log = folder.join("watch/killed/events-000001.ndjson");
    while !std::fs::read_to_string(&log).is_ok_and(|text| text.lines().count() > 1000) {
        assert!(child.try_wait().unwrap().is_none(), "it goes on watching");
        std::thread::yield_now();
    }
    child.kill().unwrap();
    child.wait().unwrap();
    listener.join().unwrap().unwrap();
    let rest = watch(folder, &["--name", "killed", "--from-the-start"], &events);
    assert_eq!(rest.code, 0, "{}", rest.stderr);
    assert!(rest.stderr.contains("taken up: "), "{}", rest.stderr);
    let shown = |ran: &Ran| {
        let show = ["--format", "json", "snapshot", "show"];
        let snapshot = sealed(ran);
        let manifest = done(folder, &[&show[..], &[snapshot.as_str()]].concat()).json();
        manifest["files"].clone()
    };
    assert_eq!(
        shown(&rest),
        shown(&whole),
        "the same tables, byte for byte"
    );
}

#[test]
fn a_folder_that_grows_is_read_on_from_where_it_was_left() {
    let folder = platform();
    let folder = folder.path();
    let events = events(folder);
    let spool = folder.join("spool");
    std::fs::create_dir(&spool).unwrap();
    let run = |name: &str| {
        let watch = [
            "watch",
            "--folder",
            "spool",
            "--until-idle",
            "1",
            "--name",
            name,
        ];
        avert(folder, &watch)
    };
    let (first, rest) = events.split_at(events.len() / 2);
    let half = format!("{}\n{}", first.join("\n"), &rest[0][..10]);
    std::fs::write(spool.join("a.ndjson"), half).unwrap();
    let one = run("grows");
    assert!(one.stderr.contains(&taken(first.len())), "{}", one.stderr);
    let (second, third) = rest.split_at(100);
    std::fs::write(
        spool.join("a.ndjson"),
        format!("{}\n{}\n", first.join("\n"), second.join("\n")),
    )
    .unwrap();
    std::fs::write(spool.join("b.ndjson"), third.join("\n") + "\n").unwrap();
    let two = run("grows");
    assert!(two.stderr.contains(&taken(rest.len())), "{}", two.stderr);
    std::fs::write(spool.join("a.ndjson"), "\n").unwrap();
    let three = run("grows");
    assert_eq!(three.code, 3);
    assert!(
        three.stderr.contains("it was cut or replaced"),
        "{}",
        three.stderr
    );
}

fn taken(events: usize) -> String {
    let digits = events.to_string();
    let (thousands, rest) = digits.split_at(digits.len() - 3);
    format!("{thousands},{rest} events taken, 0 left out as repeated, 0 not taken")
}

#[test]
fn what_is_no_event_is_kept_apart_and_what_repeats_is_left_out() {
    let folder = tempfile::tempdir().unwrap();
    done(folder.path(), &["init", "."]);
    let lines = [
        r#"{"seq":1,"account":"a1","verb":"sign-in","at":"2026-01-02T03:04:05Z"}"#,
        r#"{"seq":2,"account":"a1","verb":"sign-in","at":"2026-01-02T03:04:06Z"}"#,
        r#"{"seq":2,"account":"a1","verb":"sign-in","at":"2026-01-02T03:04:06Z"}"#,
        r#"{"account":"a1","verb":"sign-in"}"#,
        r#"{"account":"a1","verb":"sign-in","at":"2999-01-01T00:00:00Z"}"#,
        r#"{"account":"a1","verb":"sign-in","at":"1970-01-01T00:00:00Z"}"#,
        r#"{"account":"a1","verb":"fly"}"#,
        "no JSON at all",
        "",
    ];
    let lines: Vec<String> = lines.iter().map(|line| (*line).to_owned()).collect();
    let ran = watch(folder.path(), &["--no-seal"], &lines);
    // The first run takes what is old, because nothing was there that it would be older than.
    assert!(
        ran.stderr
            .contains("3 events taken, 1 left out as repeated, 4 not taken"),
        "{}",
        ran.stderr
    );
    assert!(
        ran.stderr.contains("1 action forgotten since"),
        "and it is said that it was too old: {}",
        ran.stderr
    );
    assert!(ran.stderr.contains("1 line: no time"), "{}", ran.stderr);
    assert!(
        ran.stderr.contains("1 line: ahead of the clock"),
        "{}",
        ran.stderr
    );
    assert!(
        ran.stderr.contains("2 lines: not an event"),
        "{}",
        ran.stderr
    );
    let kept = std::fs::read_to_string(folder.path().join("rejects/watch-events.jsonl")).unwrap();
    assert_eq!(kept.lines().count(), 4);
    let again = watch(folder.path(), &["--no-seal"], &lines);
    assert!(
        again
            .stderr
            .contains("0 events taken, 3 left out as repeated, 5 not taken"),
        "{}",
        again.stderr
    );
    assert!(
        again
            .stderr
            .contains("1 line: older than what is remembered"),
        "{}",
        again.stderr
    );
    assert_eq!(again.code, 1, "no network: the answer is no");
}

#[test]
fn the_last_line_of_a_pipe_needs_no_end_and_one_that_was_cut_is_sent_again() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    done(folder, &["init", "."]);
    let run = |arguments: &[&str], text: &str| {
        let mut child = begin(folder, &[&["--no-seal"][..], arguments].concat());
        let mut input = child.stdin.take().unwrap();
        input.write_all(text.as_bytes()).unwrap();
        drop(input);
        String::from_utf8(child.wait_with_output().unwrap().stderr).unwrap()
    };
    let (one, two) = (r#"{"id":"u-1"}"#, r#"{"id":"u-2"}"#);
    let told = run(&["--name", "whole"], &format!("{one}\n{two}"));
    assert!(told.contains("2 events taken"), "{told}");
    assert!(told.contains("nothing in the log"), "{told}");
    let told = run(&["--name", "cut"], &format!("{one}\n{}", &two[..5]));
    assert!(told.contains("1 event taken"), "{told}");
    assert!(told.contains("1 line: not an event"), "{told}");
    let again = ["--name", "cut", "--from-the-start"];
    let log = folder.join("watch/cut/events-000001.ndjson");
    let mut written = std::fs::OpenOptions::new().append(true).open(log).unwrap();
    writeln!(written, "{two}").unwrap();
    let told = run(&again, &format!("{one}\n{two}"));
    assert!(told.contains("1 event taken"), "{told}");
    assert!(
        told.contains("1 line behind the log's last mark left out"),
        "{told}"
    );
}

#[test]
fn a_folder_that_is_not_there_changes_nothing_and_what_is_no_file_is_passed_over() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    done(folder, &["init", "."]);
    let arguments = ["--folder", "spool", "--no-seal", "--until-idle", "1"];
    let ran = watch(folder, &arguments, &[]);
    assert_eq!(ran.code, 2, "{}", ran.stderr);
    assert!(!folder.join("watch").exists());
    std::fs::create_dir_all(folder.join("spool/x.ndjson")).unwrap();
    let line = "{\"id\":\"u-1\"}\n";
    std::fs::write(folder.join("spool/y.ndjson"), line).unwrap();
    let ran = watch(folder, &arguments, &[]);
    assert!(ran.stderr.contains("1 event taken"), "{}", ran.stderr);
    std::fs::write(folder.join("spool/y.ndjson"), "\n").unwrap();
    let ran = watch(folder, &arguments, &[]);
    assert_eq!(ran.code, 3, "{}", ran.stderr);
    assert!(
        ran.stderr.contains(
            "`avert watch --name events --folder spool --keep 400 --until-idle 1 --no-seal`"
        ),
        "{}",
        ran.stderr
    );
}

/// Where a disk is always full.
#[cfg(target_os = "linux")]
#[test]
fn whoever_fails_while_watching_says_how_to_take_up_again() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    done(folder, &["init", "."]);
    std::fs::create_dir_all(folder.join("rejects")).unwrap();
    let full = folder.join("rejects/watch-events.jsonl");
    std::os::unix::fs::symlink("/dev/full", full).unwrap();
    let lines = [r#"{"id":"u-1"}"#.to_owned(), "no event".to_owned()];
    let ran = watch(folder, &["--no-seal"], &lines);
    assert_eq!(ran.code, 3, "{}", ran.stderr);
    assert!(
        !ran.stderr.contains("nothing was changed"),
        "{}",
        ran.stderr
    );
    assert!(
        ran.stderr.contains("carry on with `avert watch "),
        "{}",
        ran.stderr
    );
}

#[test]
fn one_process_watches_and_a_damaged_log_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    done(folder, &["init", "."]);
    let mut child = begin(folder, &["--no-seal"]);
    let mut input = child.stdin.take().unwrap();
    let line = r#"{"account":"a1","verb":"sign-in","at":"2026-01-02T03:04:05Z"}"#;
    writeln!(input, "{line}").unwrap();
    // The first watch holds the log as soon as it is there.
    let log = folder.join("watch/events/events-000001.ndjson");
    while !std::fs::read_to_string(&log).is_ok_and(|text| text.contains("a1")) {
        assert!(child.try_wait().unwrap().is_none(), "it goes on watching");
        std::thread::yield_now();
    }
    let second = watch(folder, &["--no-seal"], &[]);
    assert_eq!(second.code, 2);
    assert!(
        second
            .stderr
            .contains("is being written by another process"),
        "{}",
        second.stderr
    );
    drop(input);
    child.wait().unwrap();
    let text = std::fs::read_to_string(&log)
        .unwrap()
        .replace("\"sign-in\"", "\"sing-in\"");
    std::fs::write(&log, text).unwrap();
    let damaged = watch(folder, &["--no-seal"], &[]);
    assert_eq!(damaged.code, 2);
    assert!(
        damaged
            .stderr
            .contains("events-000001.ndjson, line 2: not an event"),
        "{}",
        damaged.stderr
    );
}

#[test]
fn clearing_retracts_and_who_was_taken_down_is_recognised() {
    let folder = platform();
    let folder = folder.path();
    take_down(folder);
    let mut events = events(folder);
    let ran = watch(folder, &["--name", "first"], &events);
    let members = told(&ran).into_iter().filter_map(|change| {
        let members = change.get("network")?.get("members")?.as_array()?;
        Some(members.clone())
    });
    let mut known = BTreeSet::new();
    for member in members.flatten() {
        if let Some(case) = member.get("taken_down") {
            assert_eq!(*case, "case-1 (Friendly strangers)");
            assert_eq!(member["proposed"], false, "it is down already");
            known.insert(member["account"].as_str().unwrap().to_owned());
        }
    }
    assert!(!known.is_empty());
    events.extend(
        known
            .iter()
            .map(|account| format!("{{\"clear\":\"{account}\"}}")),
    );
    let ran = watch(folder, &["--name", "second"], &events);
    let left: BTreeSet<String> = heard(&ran).into_iter().flatten().map(|one| one.0).collect();
    assert!(known.is_disjoint(&left));
    let found: BTreeSet<String> = found(folder, &sealed(&ran))
        .into_iter()
        .flatten()
        .map(|one| one.0)
        .collect();
    assert!(known.is_disjoint(&found), "nor in what is sealed");
}

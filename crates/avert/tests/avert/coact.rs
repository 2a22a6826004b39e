//! `avert coact` from outside: any table in, a file of edges out.

use std::fmt::Write as _;
use std::fs;
use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use crate::common::{avert, done};

const EVENTS: &str = "\
message_id,user_id,repost_id,timestamp
m1,ann,o1,100
m2,ben,o1,130
m3,ann,o2,500
m4,ben,o2,560
m5,cem,o2,621
m6,cem,o1,1000
";

fn arguments<'a>(window: &'a str, out: &'a str) -> Vec<&'a str> {
    vec![
        "coact",
        "events.csv",
        "--account",
        "user_id",
        "--object",
        "repost_id",
        "--time",
        "timestamp",
        "--window",
        window,
        "--out",
        out,
    ]
}

#[test]
fn it_needs_no_data_folder_and_says_what_it_wrote() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("events.csv"), EVENTS).unwrap();
    let ran = done(folder.path(), &arguments("60s", "edges.csv"));
    insta::assert_snapshot!(ran.told(folder.path()));
    assert_eq!(
        fs::read_to_string(folder.path().join("edges.csv")).unwrap(),
        "account_a,account_b,weight,objects\nann,ben,2,2\nben,ann,2,2\n"
    );
    let mut all = arguments("1m1s", "edges.csv");
    all.extend(["--min-weight", "1", "--format", "json"]);
    let summary = done(folder.path(), &all).json();
    assert_eq!(
        (&summary["edges"], &summary["weight"]),
        (&4.into(), &6.into())
    );
}

#[test]
fn what_a_killed_process_had_begun_is_removed_by_the_next() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("events.csv"), EVENTS).unwrap();
    let begun = folder.path().join(".edges.csv.x1y2.begun");
    let other = folder.path().join(".others.csv.x1y2.begun");
    for path in [&begun, &other] {
        fs::write(path, "half").unwrap();
    }
    done(folder.path(), &arguments("60s", "edges.csv"));
    assert!(!begun.exists());
    assert!(other.exists(), "it is another file's");
}

#[test]
fn a_column_that_is_not_there_is_named_and_nothing_is_written() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("events.csv"), EVENTS).unwrap();
    let mut wrong = arguments("60s", "edges.csv");
    wrong[3] = "account";
    insta::assert_snapshot!(avert(folder.path(), &wrong).told(folder.path()));
    assert!(!folder.path().join("edges.csv").exists());
}

/// A host file for so many processes on this machine.
fn hosts(folder: &Path, processes: usize) {
    let listeners: Vec<TcpListener> = (0..processes)
        .map(|_| TcpListener::bind("127.0.0.1:0").unwrap())
        .collect();
    let mut text = "# one line a process\n".to_owned();
    for listener in &listeners {
        let _ = writeln!(text, "{}", listener.local_addr().unwrap());
    }
    fs::write(folder.join("hosts"), text).unwrap();
}

/// One of several processes.
fn start(folder: &Path, process: usize, out: &str, cap: &str) -> Child {
    let number = process.to_string();
    let mut line = arguments("1h", out);
    line.extend(["--min-weight", "1", "--workers", "2", "--cap", cap]);
    line.extend(["--hosts", "hosts", "--process", &number]);
    Command::new(env!("CARGO_BIN_EXE_avert"))
        .args(line)
        .current_dir(folder)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
}

/// Enough events for every process to have some of everything.
fn many_events(folder: &Path) {
    let mut text = "message_id,user_id,repost_id,timestamp\n".to_owned();
    let mut state: u64 = 7;
    for number in 0..20_000 {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        let (user, object) = ((state >> 33) % 3_000, (state >> 45) % 4_000);
        let _ = writeln!(text, "m{number},u{user},o{object},{}", state >> 50);
    }
    fs::write(folder.join("events.csv"), text).unwrap();
}

#[test]
fn several_processes_write_the_same_bytes_as_one() {
    let folder = tempfile::tempdir().unwrap();
    many_events(folder.path());
    for (processes, cap) in [(2, "10000"), (4, "10000"), (2, "1")] {
        let mut alone = arguments("1h", "alone.parquet");
        alone.extend(["--min-weight", "1", "--cap", cap]);
        done(folder.path(), &alone);
        let expected = fs::read(folder.path().join("alone.parquet")).unwrap();
        hosts(folder.path(), processes);
        let out = format!("together-{processes}.parquet");
        let running: Vec<Child> = (0..processes)
            .map(|process| start(folder.path(), process, &out, cap))
            .collect();
        for (process, child) in running.into_iter().enumerate() {
            let ended = child.wait_with_output().unwrap();
            let told = String::from_utf8_lossy(&ended.stderr);
            assert!(ended.status.success(), "{told}");
            let lines = String::from_utf8_lossy(&ended.stdout).lines().count();
            let told = if cap == "1" { 3 } else { 2 };
            assert_eq!(
                lines,
                if process == 0 { told } else { 0 },
                "the first tells"
            );
        }
        assert!(
            fs::read(folder.path().join(&out)).unwrap() == expected,
            "{processes} processes, cap {cap}"
        );
    }
}

#[test]
fn what_was_left_out_is_said_and_stays_with_the_edges() {
    let folder = tempfile::tempdir().unwrap();
    many_events(folder.path());
    let mut line = arguments("1h", "edges.csv");
    line.extend(["--min-weight", "1", "--cap", "2"]);
    insta::assert_snapshot!(done(folder.path(), &line).told(folder.path()));
    let note = fs::read_to_string(folder.path().join("edges.csv.json")).unwrap();
    line[11] = "edges.parquet";
    line.extend(["--format", "json"]);
    let summary = done(folder.path(), &line).json();
    let note: serde_json::Value = serde_json::from_str(&note).unwrap();
    assert_eq!(note["cap"], 2);
    for said in ["truncated_events", "truncated_mass"] {
        assert_eq!(note[said], summary[said]);
    }
    let edges = fs::File::open(folder.path().join("edges.parquet")).unwrap();
    let footer = parquet::file::serialized_reader::SerializedFileReader::new(edges).unwrap();
    let metadata = parquet::file::reader::FileReader::metadata(&footer)
        .file_metadata()
        .key_value_metadata()
        .unwrap();
    let kept = metadata
        .iter()
        .find(|one| one.key == "avert.coact")
        .unwrap();
    let kept: serde_json::Value = serde_json::from_str(kept.value.as_ref().unwrap()).unwrap();
    assert_eq!(kept, note);
}

#[test]
fn too_little_memory_is_refused_before_anything_is_read() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("events.csv"), EVENTS).unwrap();
    let mut line = arguments("60s", "edges.csv");
    line.extend(["--workers", "2", "--memory", "100MiB"]);
    insta::assert_snapshot!(avert(folder.path(), &line).told(folder.path()));
}

#[test]
fn when_one_process_cannot_read_all_say_so_and_nothing_is_left() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(
        folder.path().join("events.csv"),
        format!("{EVENTS}m7,ann,o1,later\n"),
    )
    .unwrap();
    hosts(folder.path(), 2);
    let running: Vec<Child> = (0..2)
        .map(|process| start(folder.path(), process, "edges.csv", "9"))
        .collect();
    for child in running {
        let ended = child.wait_with_output().unwrap();
        let told = String::from_utf8_lossy(&ended.stderr);
        assert_eq!(ended.status.code(), Some(2), "{told}");
        assert!(told.contains("row 8") && told.contains("'later'"), "{told}");
    }
    let mut left: Vec<String> = fs::read_dir(folder.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    left.sort();
    assert_eq!(left, ["events.csv", "hosts"]);
}

#[test]
fn a_process_that_the_host_file_does_not_name_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("events.csv"), EVENTS).unwrap();
    hosts(folder.path(), 2);
    let mut line = arguments("60s", "edges.csv");
    line.extend(["--hosts", "hosts", "--process", "2"]);
    insta::assert_snapshot!(avert(folder.path(), &line).told(folder.path()));
}

//! `avert coact` from outside: any table in, a file of edges out.

mod common;

use std::fs;

use common::{avert, done};

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
fn a_column_that_is_not_there_is_named_and_nothing_is_written() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("events.csv"), EVENTS).unwrap();
    let mut wrong = arguments("60s", "edges.csv");
    wrong[3] = "account";
    insta::assert_snapshot!(avert(folder.path(), &wrong).told(folder.path()));
    assert!(!folder.path().join("edges.csv").exists());
}

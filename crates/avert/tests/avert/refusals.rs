//! What goes wrong, as its reader sees it: what happened, whether anything changed, what to do.

use std::fs;

use crate::common::{self, avert, done, open_case, platform, take_down};

/// A data folder without anything in it.
fn empty() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    done(folder.path(), &["init", "data"]);
    folder
}

#[test]
fn a_folder_that_is_no_data_folder() {
    let folder = tempfile::tempdir().unwrap();
    insta::assert_snapshot!(avert(folder.path(), &["case", "list"]).told(folder.path()));
}

#[test]
fn an_unknown_key_in_the_configuration() {
    let folder = empty();
    let path = folder.path().join("data/avert.toml");
    let text = fs::read_to_string(&path)
        .unwrap()
        .replace("approval_hours", "aproval_hours");
    fs::write(&path, text).unwrap();
    insta::assert_snapshot!(
        avert(folder.path(), &["--data", "data", "case", "list"]).told(folder.path())
    );
}

#[test]
fn nobody_says_who_acts() {
    let folder = platform();
    let found = common::proposing(folder.path());
    let ran = avert(folder.path(), &["case", "open", "--from", &found[0]]);
    insta::assert_snapshot!(ran.told(folder.path()));
}

#[test]
fn somebody_without_the_role() {
    let folder = platform();
    let found = common::proposing(folder.path());
    let ran = avert(
        folder.path(),
        &["--as", "omar", "case", "open", "--from", &found[0]],
    );
    insta::assert_snapshot!(ran.told(folder.path()));
}

#[test]
fn no_snapshot_yet() {
    let folder = empty();
    insta::assert_snapshot!(
        avert(folder.path(), &["--data", "data", "detect"]).told(folder.path())
    );
}

#[test]
fn a_snapshot_whose_file_was_altered() {
    let folder = platform();
    let dir = folder.path();
    let id = done(dir, &["--format", "json", "snapshot", "list"]).json()[0]["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let path = dir.join("snapshots").join(&id).join("actions.parquet");
    let mut permissions = fs::metadata(&path).unwrap().permissions();
    #[expect(
        clippy::permissions_set_readonly_false,
        reason = "the file is the test's own"
    )]
    permissions.set_readonly(false);
    fs::set_permissions(&path, permissions).unwrap();
    let mut bytes = fs::read(&path).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::write(&path, bytes).unwrap();
    let told = avert(dir, &["detect"]).told(dir).replace(&id, "SNAPSHOT");
    insta::assert_snapshot!(told);
}

#[test]
fn executing_what_nobody_approved() {
    let folder = platform();
    let dir = folder.path();
    open_case(dir);
    done(dir, &["--as", "ines", "takedown", "plan", "case-1"]);
    done(dir, &["--as", "ines", "takedown", "submit", "tp-1"]);
    insta::assert_snapshot!(
        avert(
            dir,
            &["--as", "rana", "takedown", "execute", "tp-1", "--execute"]
        )
        .told(dir)
    );
}

#[test]
fn approving_another_digest_than_the_plan_has() {
    let folder = platform();
    let dir = folder.path();
    open_case(dir);
    done(dir, &["--as", "ines", "takedown", "plan", "case-1"]);
    done(dir, &["--as", "ines", "takedown", "submit", "tp-1"]);
    let digest = done(dir, &["--format", "json", "takedown", "show", "tp-1"]).json()["digest"]
        .as_str()
        .unwrap()
        .to_owned();
    let ran = avert(
        dir,
        &[
            "--as",
            "omar",
            "takedown",
            "approve",
            "tp-1",
            "--digest",
            "00000000000000000000000000000000",
        ],
    );
    insta::assert_snapshot!(ran.told(dir).replace(&digest, "DIGEST"));
}

#[test]
fn telling_people_before_the_takedown() {
    let folder = platform();
    open_case(folder.path());
    insta::assert_snapshot!(
        avert(folder.path(), &["--as", "ines", "notify", "plan", "case-1"]).told(folder.path())
    );
}

#[test]
fn a_journal_that_was_tampered_with() {
    let folder = platform();
    let dir = folder.path();
    take_down(dir);
    rusqlite::Connection::open(dir.join("avert.db"))
        .unwrap()
        .execute_batch("UPDATE journal SET actor = 'omar' WHERE seq = 3")
        .unwrap();
    insta::assert_snapshot!(avert(dir, &["journal", "verify"]).told(dir));
}

#[test]
fn a_platform_whose_file_is_gone() {
    let folder = platform();
    let dir = folder.path();
    open_case(dir);
    fs::remove_file(dir.join("platform.jsonl")).unwrap();
    insta::assert_snapshot!(avert(dir, &["--as", "ines", "takedown", "plan", "case-1"]).told(dir));
}

#[test]
fn a_homeserver_that_is_not_there() {
    let folder = empty();
    let config = folder.path().join("data/avert.toml");
    let token = folder.path().join("data/token");
    fs::write(&token, "secret\n").unwrap();
    {
        use std::os::unix::fs::PermissionsExt as _;
        fs::set_permissions(&token, fs::Permissions::from_mode(0o600)).unwrap();
    }
    // Port 1 on the loopback: nothing answers there, at once.
    let text = "[platform.chat]\nkind = \"matrix-synapse\"\nurl = \"http://127.0.0.1:1\"\ntoken_file = \"token\"\n";
    fs::write(&config, text).unwrap();
    let ran = avert(
        folder.path(),
        &["--data", "data", "ingest", "--platform", "chat"],
    );
    assert_eq!(ran.code, 2, "{}", ran.stderr);
    assert!(
        ran.stderr
            .contains("GET /_synapse/admin/v2/users at http://127.0.0.1:1"),
        "{}",
        ran.stderr
    );
    assert!(
        ran.stderr.contains("nothing was changed") && ran.stderr.contains("hint:"),
        "{}",
        ran.stderr
    );
    assert!(!ran.stderr.contains("secret"));
    let snapshots = fs::read_dir(folder.path().join("data/snapshots")).map_or(0, Iterator::count);
    assert_eq!(snapshots, 0, "no half snapshot is left");
}

#[test]
fn a_token_that_others_can_read() {
    let folder = empty();
    let config = folder.path().join("data/avert.toml");
    let token = folder.path().join("data/token");
    fs::write(&token, "secret\n").unwrap();
    {
        use std::os::unix::fs::PermissionsExt as _;
        fs::set_permissions(&token, fs::Permissions::from_mode(0o644)).unwrap();
    }
    let text = "[platform.chat]\nkind = \"matrix-synapse\"\nurl = \"http://127.0.0.1:1\"\ntoken_file = \"token\"\n";
    fs::write(&config, text).unwrap();
    let ran = avert(
        folder.path(),
        &["--data", "data", "ingest", "--platform", "chat"],
    );
    insta::assert_snapshot!(ran.told(folder.path()));
}

#[test]
fn a_report_format_where_there_is_no_report() {
    let folder = empty();
    insta::assert_snapshot!(
        avert(
            folder.path(),
            &["--data", "data", "--format", "html", "case", "list"]
        )
        .told(folder.path())
    );
}

#[test]
fn the_answer_no_is_exit_one() {
    let folder = empty();
    let ran = avert(folder.path(), &["--data", "data", "case", "list"]);
    assert_eq!(
        (ran.code, ran.stdout.as_str()),
        (1, "there is no case yet\n")
    );
}

#[test]
fn a_data_folders_own_files_are_not_written_over() {
    let folder = platform();
    let dir = folder.path();
    open_case(dir);
    for line in [
        &["detect", "--out", "avert.db"][..],
        &["report", "case-1", "--out", "avert.toml"],
        &["report", "case-1", "--out", "platform.jsonl"],
        &["report", "case-1", "--out", "report.pdf"],
        &["simulate", "--accounts", "2000", "--out", "."],
    ] {
        let before = fs::read(dir.join("avert.db")).unwrap();
        let ran = avert(dir, line);
        assert_eq!(ran.code, 2, "{line:?}: {}", ran.stderr);
        assert!(ran.stderr.contains("nothing was changed"), "{}", ran.stderr);
        assert_eq!(fs::read(dir.join("avert.db")).unwrap(), before);
    }
    done(dir, &["report", "case-1", "--out", "report.html"]);
    let html = fs::read_to_string(dir.join("report.html")).unwrap();
    assert!(html.starts_with("<!"), "the name says the format");
    done(dir, &["report", "case-1", "--out", "report.html"]);
}

#[test]
fn closing_a_case_whose_people_nobody_told() {
    let folder = platform();
    let dir = folder.path();
    take_down(dir);
    let close = [
        "--as", "ines", "case", "close", "case-1", "--reason", "done",
    ];
    let ran = avert(dir, &close);
    assert_eq!(ran.code, 1, "{}", ran.stderr);
    assert!(ran.stderr.contains("case/untold"), "{}", ran.stderr);
    let mut anyway = close.to_vec();
    anyway.push("--although-untold");
    done(dir, &anyway);
}

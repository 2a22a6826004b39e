//! Nothing that outlives a case in many hands names anybody: not the journal, not its exports, and not
//! what commands write to standard error (`common::avert` looks at that of every test).

use std::fs;

use crate::common::masked::{found_in, planted};
use crate::common::{add_olga, approve, avert, done, platform, take_down};

/// A case with all that people can write into it, told to everybody, some of whom cannot be reached.
fn whole_story() -> tempfile::TempDir {
    let folder = platform();
    let dir = folder.path();
    add_olga(dir, "approver");
    take_down(dir);
    let someone = planted(dir).into_iter().find(|text| text.contains('@'));
    let note = format!("{} asked about it", someone.unwrap());
    done(dir, &["--as", "ines", "case", "note", "case-1", &note]);
    done(dir, &["--as", "ines", "notify", "plan", "case-1"]);
    approve(dir, "notify", "nl-1");
    // A mailbox that cannot be written fails for each of them.
    let mailbox = dir.join("mailbox");
    if mailbox.exists() {
        fs::remove_dir_all(&mailbox).unwrap();
    }
    fs::write(&mailbox, "in the way").unwrap();
    let send = ["--as", "rana", "notify", "send", "nl-1", "--execute"];
    assert_ne!(avert(dir, &send).code, 0);
    fs::remove_file(&mailbox).unwrap();
    let resume = ["--as", "rana", "notify", "resume", "nl-1", "--execute"];
    done(dir, &resume);
    let plan = done(dir, &["--format", "json", "takedown", "show", "tp-1"]).json();
    let account = plan["steps"][0]["account"].as_str().unwrap();
    let sheet = format!("plan,account,reference,received_at,text\ntp-1,{account},t-1,,{note}\n");
    fs::write(dir.join("appeals.csv"), sheet).unwrap();
    done(dir, &["--as", "ines", "appeal", "import", "appeals.csv"]);
    let words = ["--reason", &note];
    let decide = [
        "--as",
        "olga",
        "appeal",
        "decide",
        "ap-1",
        "reject",
        "--execute",
    ];
    done(dir, &[&decide[..], &words].concat());
    folder
}

#[test]
fn the_journal_and_its_exports_name_nobody() {
    let folder = whole_story();
    let dir = folder.path();
    let planted = planted(dir);
    assert!(planted.len() > 3000, "handles, names and addresses");
    for command in [
        &["journal", "show"][..],
        &["--format", "json", "journal", "show"],
        &["--format", "json", "journal", "export"],
        &["journal", "export", "--format", "ocsf"],
    ] {
        let told = done(dir, command).stdout;
        assert!(told.contains("ap-1") || told.contains("tp-1"), "{told}");
        assert_eq!(found_in(&told, &planted), None, "{command:?}");
    }
}

//! Forgetting, as an operator does it.

use crate::common::{add_olga, avert, done, platform, take_down};

#[test]
fn what_would_go_is_counted_and_nothing_goes_before_its_time() {
    let folder = platform();
    let dir = folder.path();
    add_olga(dir, "operator");
    take_down(dir);
    let counted = done(dir, &["--format", "json", "purge", "case-1"]).json();
    assert_eq!(counted["executed"], false);
    assert!(counted["exhibits"].as_u64().unwrap() > 0, "{counted}");
    assert!(counted["findings"].as_u64().unwrap() > 0, "{counted}");
    assert!(
        counted["refused"].as_str().unwrap().contains("is open"),
        "{counted}"
    );

    let purge = ["--as", "olga", "purge", "case-1", "--execute"];
    let refused = avert(dir, &purge);
    assert_eq!(refused.code, 1);
    assert!(refused.stderr.contains("purge/open"), "{}", refused.stderr);
    done(
        dir,
        &[
            "--as",
            "ines",
            "case",
            "close",
            "case-1",
            "--although-untold",
            "--reason",
            "over",
        ],
    );
    let refused = avert(dir, &purge);
    assert_eq!(refused.code, 1);
    assert!(
        refused.stderr.contains("purge/too-early"),
        "{}",
        refused.stderr
    );
    // A shorter time than appeals are taken in is not one.
    let path = dir.join("avert.toml");
    let config = std::fs::read_to_string(&path).unwrap();
    let at_once = config.replace("\ndays = 184", "\ndays = 0");
    assert_ne!(at_once, config);
    std::fs::write(&path, at_once).unwrap();
    assert!(avert(dir, &purge).stderr.contains("purge/too-early"));
    let still = done(dir, &["--format", "json", "purge", "case-1"]).json();
    assert_eq!(still["exhibits"], counted["exhibits"]);
}

#[test]
fn a_checkpoint_is_kept_and_compared() {
    let folder = platform();
    let dir = folder.path();
    take_down(dir);
    let out = ["journal", "checkpoint", "--out", "kept.json"];
    let told = done(dir, &out).stdout;
    assert!(told.contains("next: avert journal verify --checkpoint kept.json"));
    done(dir, &["--as", "ines", "case", "note", "case-1", "later"]);
    let verify = ["journal", "verify", "--checkpoint", "kept.json"];
    let told = done(dir, &verify).stdout;
    assert!(
        told.contains("it is the journal of 1 checkpoint\n"),
        "{told}"
    );
    let kept = std::fs::read_to_string(dir.join("kept.json")).unwrap();
    let other = kept.replacen("\"head\":\"", "\"head\":\"0", 1);
    std::fs::write(dir.join("kept.json"), other).unwrap();
    let refused = avert(dir, &verify);
    assert_eq!(refused.code, 1);
    assert!(
        refused.stderr.contains("journal/broken"),
        "{}",
        refused.stderr
    );
    std::fs::write(dir.join("kept.json"), "{}").unwrap();
    let refused = avert(dir, &verify);
    assert_eq!(refused.code, 2);
    assert!(refused.stderr.contains("journal/not-checkpoint"));
}

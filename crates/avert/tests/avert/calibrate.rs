//! From labelled accounts to a model, and what the model does, as its user sees it.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use crate::common::{avert, done, platform};

const WORDS: [&str; 8] = [
    "--account",
    "id",
    "--label",
    "verdict",
    "--hostile",
    "farm",
    "--honest",
    "holder",
];

/// A platform where 900 people pay shops and now and then each other, and two farms of 40 purses, each
/// fed by the one before; of every tenth account nobody knows what it is.
fn purses() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let mut accounts = "id,created,verdict\n".to_owned();
    let mut payments = "from,to\n".to_owned();
    for number in 0..900_u32 {
        let created = 1_600_000_000 + u64::from(number.wrapping_mul(2_654_435_761) % 35_000_000);
        let verdict = if number % 10 == 0 { "" } else { "holder" };
        writeln!(accounts, "h{number:03},{created},{verdict}").unwrap();
        for step in 0..number * 31 % 17 {
            let shop = (number * 13 + step * 5) % 9;
            writeln!(payments, "h{number:03},shop{shop}").unwrap();
        }
        if number % 5 == 0 {
            writeln!(payments, "h{number:03},h{:03}", (number * 77 + 13) % 900).unwrap();
        }
    }
    for farm in 0..2_u32 {
        for number in 0..40_u32 {
            let created = 1_610_000_000 + farm * 3_000_000 + number * 30;
            writeln!(accounts, "z{farm}{number:02},{created},farm").unwrap();
            for step in 0..25 {
                writeln!(payments, "z{farm}{number:02},shop{}", step % 9).unwrap();
            }
            if number > 0 {
                writeln!(payments, "z{farm}{:02},z{farm}{number:02}", number - 1).unwrap();
            }
        }
    }
    fs::write(folder.path().join("accounts.csv"), accounts).unwrap();
    fs::write(folder.path().join("payments.csv"), payments).unwrap();
    let mapping = r#"platform = "purses"
[[source]]
file = "accounts.csv"
format = "csv"
table = "accounts"
columns = { id = "id", created_at = "created" }
time = "epoch-s"
[[source]]
file = "payments.csv"
format = "csv"
table = "actions"
verb = "transfer"
columns = { account = "from", target = "to" }
"#;
    fs::write(folder.path().join("mapping.toml"), mapping).unwrap();
    done(folder.path(), &["init", "data"]);
    done(folder.path(), &["--data", "data", "ingest", "mapping.toml"]);
    folder
}

fn with<'a>(arguments: &[&'a str], more: &[&'a str]) -> Vec<&'a str> {
    let start = ["--data", "data", "--format", "json"].into_iter();
    start
        .chain(arguments.iter().copied())
        .chain(more.iter().copied())
        .collect()
}

fn probabilities(path: &Path) -> Vec<(String, f64)> {
    let text = fs::read_to_string(path).unwrap();
    let mut lines = text.lines();
    assert_eq!(lines.next(), Some("account,probability"));
    lines
        .map(|line| {
            let (account, probability) = line.split_once(',').unwrap();
            (account.to_owned(), probability.parse().unwrap())
        })
        .collect()
}

#[test]
fn a_model_is_learned_from_a_list_in_its_own_words_and_detection_reads_it() {
    let folder = purses();
    let at = folder.path();
    let calibrate = [
        "calibrate",
        "--labels",
        "accounts.csv",
        "--out",
        "model.toml",
    ];
    let measured = done(at, &with(&calibrate, &WORDS)).json();
    assert_eq!(measured["hostile"], 80);
    assert_eq!(measured["accounts"], 890);
    assert!(
        measured["average_precision"].as_f64().unwrap() > 0.95,
        "{measured}"
    );
    let again = [
        "calibrate",
        "--labels",
        "accounts.csv",
        "--out",
        "again.toml",
    ];
    done(at, &with(&again, &WORDS));
    let read = |name: &str| fs::read_to_string(at.join(name)).unwrap();
    assert_eq!(read("again.toml"), read("model.toml"));
    let detect = [
        "detect",
        "--model",
        "model.toml",
        "--scores",
        "scores.csv",
        "--out",
        "findings.json",
    ];
    done(at, &with(&detect, &[]));
    let scores = probabilities(&at.join("scores.csv"));
    assert_eq!(scores.len(), 980);
    for (account, probability) in scores {
        assert_eq!(
            account.starts_with('z'),
            probability > 0.5,
            "{account} {probability}"
        );
    }
    let evaluate = ["evaluate", "findings.json", "--truth", "accounts.csv"];
    let evaluation = done(at, &with(&evaluate, &WORDS)).json();
    assert_eq!(evaluation["precision"], 1.0);
    assert_eq!(evaluation["recall"], 1.0);
    assert_eq!(evaluation["likely"]["f1"], 1.0);
}

#[test]
fn what_serves_everybody_may_be_named_and_ties_nobody() {
    let folder = purses();
    let at = folder.path();
    // Every second purse of a farm called a shop: the chains fall apart.
    let hubs: Vec<String> = (0..40)
        .filter(|number| number % 2 == 0)
        .flat_map(|number| [format!("z0{number:02}"), format!("z1{number:02}")])
        .collect();
    fs::write(at.join("hubs.txt"), hubs.join("\n")).unwrap();
    let ran = avert(at, &["--data", "data", "detect", "--hubs", "hubs.txt"]);
    assert_eq!(ran.code, 1, "{}", ran.stdout);
    let absent = avert(at, &["--data", "data", "detect", "--hubs", "nowhere.txt"]);
    assert_eq!(absent.code, 2);
    assert!(
        absent.stderr.contains("list/unreadable"),
        "{}",
        absent.stderr
    );
}

#[test]
fn too_few_labels_are_refused_and_nothing_is_written() {
    let folder = platform();
    let at = folder.path();
    let ran = avert(
        at,
        &["calibrate", "--labels", "truth.csv", "--out", "model.toml"],
    );
    insta::assert_snapshot!(ran.told(at));
    assert!(!at.join("model.toml").exists());
}

#[test]
fn a_model_of_another_version_is_refused() {
    let folder = platform();
    let at = folder.path();
    fs::write(at.join("model.toml"), "version = 7\n").unwrap();
    insta::assert_snapshot!(avert(at, &["detect", "--model", "model.toml"]).told(at));
}

#[test]
fn labels_and_snapshots_go_in_pairs() {
    let folder = platform();
    let at = folder.path();
    let arguments = [
        "calibrate",
        "--labels",
        "truth.csv",
        "--labels",
        "truth.csv",
        "--out",
        "model.toml",
    ];
    insta::assert_snapshot!(avert(at, &arguments).told(at));
}

#[test]
fn a_published_airdrop_is_searched_without_its_labels_and_judged_by_them() {
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/hop");
    assert!(
        data.is_dir(),
        "the reference data is missing: {}",
        data.display()
    );
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    done(at, &["init", "data"]);
    let mapping = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/mappings/hop.toml");
    done(at, &["--data", "data", "ingest", mapping.to_str().unwrap()]);
    let hubs = data.join("hubs.parquet");
    let detect = [
        "detect",
        "--hubs",
        hubs.to_str().unwrap(),
        "--out",
        "findings.json",
    ];
    done(at, &with(&detect, &[]));
    let labels = data.join("accounts.csv");
    let evaluate = [
        "evaluate",
        "findings.json",
        "--truth",
        labels.to_str().unwrap(),
    ];
    let words = [
        "--account",
        "address",
        "--label",
        "label",
        "--hostile",
        "sybil",
        "--honest",
        "eligible",
    ];
    let evaluation = done(at, &with(&evaluate, &words)).json();
    let likely = |key: &str| evaluation["likely"][key].as_f64().unwrap();
    assert!(likely("precision") >= 0.90, "{evaluation}");
    assert!(likely("f1") >= 0.80, "{evaluation}");
    assert!(
        evaluation["precision"].as_f64().unwrap() >= 0.95,
        "{}",
        evaluation["precision"]
    );
}

//! Public data sets of real platforms, ingested whole. What a snapshot holds is counted a second
//! time here, by splitting lines and cells by hand.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::path::{Path, PathBuf};

use arrow_array::Array as _;
use arrow_array::cast::AsArray as _;
use avert_events::snapshot::ActionColumn;
use avert_events::{IngestOptions, IngestReport, Mapping, OnBadRow, Snapshot, ingest};
use avert_model::Timestamp;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use tempfile::TempDir;

fn data(name: &str) -> PathBuf {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../../shared/data")
        .join(name);
    assert!(
        path.is_file(),
        "the reference data is missing: there is no {}",
        path.display()
    );
    path
}

fn text(name: &str) -> String {
    let text = std::fs::read_to_string(data(name)).unwrap();
    assert!(!text.contains('"'), "{name}: a cell is no longer a cell");
    text
}

/// The rows of a file, without its header, split at every comma.
fn rows(text: &str) -> impl Iterator<Item = Vec<&str>> {
    text.lines().skip(1).map(|line| line.split(',').collect())
}

fn take(name: &str, folder: &Path, at: i64) -> (IngestReport, Snapshot) {
    let mapping = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../fixtures/mappings")
        .join(name);
    let options = IngestOptions {
        snapshots_dir: folder.join("snapshots"),
        rejects_dir: folder.join("rejects"),
        on_bad_row: OnBadRow::Stop,
        taken_at: Timestamp::from_second(at).unwrap(),
    };
    let mapping = Mapping::load(&mapping).unwrap();
    let report = ingest(&mapping, &options, &mut |_, _, _| {}).unwrap();
    let snapshot = Snapshot::open(&options.snapshots_dir, &report.manifest.id).unwrap();
    (report, snapshot)
}

/// Ingests, checks what holds for every data set, and gives back what was made.
fn check(name: &str) -> (TempDir, IngestReport, Snapshot) {
    let folder = tempfile::tempdir().unwrap();
    let (report, snapshot) = take(name, folder.path(), 1_700_000_000);
    snapshot.verify().unwrap();
    assert!(report.skipped.is_empty() && report.rejects.is_none());
    let elsewhere = tempfile::tempdir().unwrap();
    let (again, _) = take(name, elsewhere.path(), 1_800_000_000);
    assert_eq!(
        again.manifest.id, report.manifest.id,
        "{name}: the same input gave another id at another time and place"
    );
    let listed = snapshot
        .accounts()
        .unwrap()
        .collect::<Result<Vec<_>, _>>()
        .unwrap();
    assert_eq!(listed.len() as u64, report.manifest.accounts);
    assert!(listed.is_sorted_by(|a, b| a.id < b.id));
    (folder, report, snapshot)
}

#[test]
fn every_retweet_becomes_an_action_with_its_time() {
    let text = text("coortweet/russian_coord_tweets.csv");
    let accounts: BTreeSet<&str> = rows(&text).map(|row| row[1]).collect();
    let (_folder, report, snapshot) = check("coortweet-russian.toml");

    assert_eq!(report.rows, rows(&text).count() as u64);
    assert_eq!(report.manifest.actions, report.rows);
    assert_eq!(report.manifest.accounts, accounts.len() as u64);
    assert_eq!((report.rows, report.manifest.accounts), (35_125, 9_509));

    let mut expected = rows(&text);
    snapshot
        .each_action(ActionColumn::ALL, |number, action| {
            let row = expected.next().unwrap();
            let seconds = row[3].strip_suffix(".0").unwrap().parse::<i64>().unwrap();
            assert_eq!(action.account, row[1], "row {number}");
            assert_eq!(action.object, Some(row[0]), "row {number}");
            assert_eq!(action.layer, Some("shared-content"), "row {number}");
            assert_eq!(action.at, Some(seconds * 1_000_000), "row {number}");
        })
        .unwrap();
    assert_eq!(expected.next(), None);
}

#[test]
fn a_post_becomes_one_action_for_each_link_hashtag_domain_and_picture() {
    let text = text("coortweet/german_elections.csv");
    let accounts: BTreeSet<&str> = rows(&text)
        .filter(|row| row[2..6].iter().any(|cell| !cell.is_empty()))
        .map(|row| row[0])
        .collect();
    let mut expected: BTreeMap<&str, u64> = BTreeMap::new();
    for row in rows(&text) {
        for (layer, cell) in ["link", "hashtag", "domain", "x-image"]
            .into_iter()
            .zip(&row[2..6])
        {
            *expected.entry(layer).or_default() += u64::from(!cell.is_empty());
        }
    }
    let (_folder, report, snapshot) = check("coortweet-german.toml");

    assert_eq!(report.rows, rows(&text).count() as u64);
    assert_eq!(report.manifest.accounts, accounts.len() as u64);
    assert_eq!(report.manifest.actions, expected.values().sum::<u64>());
    let idle = rows(&text).filter(|row| row[2..6].iter().all(|cell| cell.is_empty()));
    let told = format!("{} have nothing", idle.count());
    assert!(
        report.notes.iter().any(|note| note.contains(&told)),
        "{told}"
    );
    let mut found: BTreeMap<String, u64> = BTreeMap::new();
    snapshot
        .each_action(&[ActionColumn::Object, ActionColumn::Layer], |_, action| {
            assert!(action.object.is_some());
            *found.entry(action.layer.unwrap().to_owned()).or_default() += 1;
        })
        .unwrap();
    let found: BTreeMap<&str, u64> = found.iter().map(|(key, n)| (key.as_str(), *n)).collect();
    assert_eq!(found, expected);
}

#[test]
fn transfers_without_times_keep_their_counts_and_senders() {
    let text = text("hop/accounts.csv");
    let mut accounts: BTreeSet<String> = rows(&text).map(|row| row[0].to_owned()).collect();
    assert_eq!(accounts.len(), 43_052);
    let (mut transfers, mut times) = (0_u64, 0_i64);
    let file = File::open(data("hop/transfers.parquet")).unwrap();
    let reader = ParquetRecordBatchReaderBuilder::try_new(file).unwrap();
    let stated = u64::try_from(reader.metadata().file_metadata().num_rows()).unwrap();
    for batch in reader.build().unwrap() {
        let batch = batch.unwrap();
        let from = batch.column_by_name("from").unwrap();
        let from = arrow_array::cast::as_string_array(from);
        accounts.extend(from.iter().map(|from| from.unwrap().to_owned()));
        let n = batch.column_by_name("n").unwrap();
        let n = n
            .as_primitive_opt::<arrow_array::types::Int32Type>()
            .unwrap_or_else(|| panic!("n is {}", n.data_type()));
        assert_eq!(n.null_count(), 0);
        times += n.values().iter().map(|n| i64::from(*n)).sum::<i64>();
        transfers += batch.num_rows() as u64;
    }
    let (_folder, report, snapshot) = check("hop.toml");

    assert_eq!(report.manifest.actions, transfers);
    assert_eq!(transfers, stated);
    assert_eq!(report.manifest.accounts, accounts.len() as u64);
    assert_eq!(
        (report.manifest.first_at, report.manifest.last_at),
        (None, None)
    );
    let mut counted = 0;
    snapshot
        .each_action(&[ActionColumn::Count, ActionColumn::Target], |_, action| {
            assert!(action.target.is_some());
            counted += i64::from(action.count);
        })
        .unwrap();
    assert_eq!(counted, times);
    let known: BTreeMap<&str, i64> = rows(&text)
        .filter(|row| !row[4].is_empty())
        .map(|row| (row[0], row[4].parse().unwrap()))
        .collect();
    for account in snapshot.accounts().unwrap() {
        let account = account.unwrap();
        assert_eq!(
            account.created_at.map(Timestamp::as_second),
            known.get(account.id.as_str()).copied(),
            "{}",
            account.id
        );
    }
}

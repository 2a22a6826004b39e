//! Arbitrary bytes never panic, and leave no snapshot or a whole one.

use std::sync::Arc;

use arrow_array::{ArrayRef, DictionaryArray, Int64Array, RecordBatch, StringArray};
use avert_events::snapshot::ActionColumn;
use avert_events::{ActionRow, OnBadRow, SnapshotWriter};
use avert_model::{Account, AccountId, Timestamp, Verb};
use parquet::arrow::ArrowWriter;
use parquet::basic::Compression;
use parquet::file::properties::WriterProperties;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::Index;

use crate::support::{Lab, rejects, words};

fn mapping(format: &str) -> String {
    format!(
        "
platform = \"example\"
[accounts]
unknown = \"add\"
[[source]]
file = \"export\"
format = \"{format}\"
table = \"actions\"
verb = \"post\"
columns = {{ account = \"a\", text = \"b\", count = \"n\" }}
"
    )
}

/// Ingests the bytes both ways and checks what is left.
fn check(format: &str, bytes: &[u8]) {
    let lab = Lab::new().with("export", bytes);
    let stopped = lab.ingest(&mapping(format), OnBadRow::Stop);
    match &stopped {
        Err(error) => {
            let words = words(error);
            assert!(words.contains("export"), "no file is named: {words}");
            lab.assert_no_snapshot();
        }
        Ok(report) => {
            assert!(report.skipped.is_empty());
            lab.snapshot(report);
        }
    }
    match lab.ingest(&mapping(format), OnBadRow::Skip) {
        Err(_) => lab.assert_no_snapshot(),
        Ok(report) => {
            let mut actions = 0;
            lab.snapshot(&report)
                .each_action(ActionColumn::ALL, |_, action| {
                    assert!(!action.account.is_empty() && action.count > 0);
                    actions += 1;
                })
                .unwrap();
            let skipped: u64 = report.skipped.values().sum();
            assert_eq!(report.rows, actions + skipped);
            assert_eq!(rejects(report.rejects.as_deref()).len() as u64, skipped);
            assert_eq!(skipped == 0, stopped.is_ok());
        }
    }
}

/// Bytes that look like text with cells now and then.
fn bytes() -> impl Strategy<Value = Vec<u8>> {
    let byte = prop_oneof![
        any::<u8>(),
        proptest::sample::select(b"abn12,\"\n\r{}[]:\\ ".to_vec()),
    ];
    vec(byte, 0..300)
}

/// A good Parquet export.
fn export(compression: Compression) -> Vec<u8> {
    let texts = ["x", "yy", "", "zzz"];
    let a: ArrayRef = Arc::new(StringArray::from_iter_values(
        (0..400).map(|row| format!("account-{}", row % 50)),
    ));
    let b: ArrayRef = Arc::new(
        (0..400)
            .map(|row| (row % 7 != 0).then(|| texts[row % 4]))
            .collect::<DictionaryArray<arrow_array::types::Int32Type>>(),
    );
    let n: ArrayRef = Arc::new(Int64Array::from_iter_values(1..=400));
    let batch = RecordBatch::try_from_iter([("a", a), ("b", b), ("n", n)]).unwrap();
    let properties = WriterProperties::builder()
        .set_compression(compression)
        .set_max_row_group_row_count(Some(150))
        .build();
    let mut bytes = Vec::new();
    let mut writer = ArrowWriter::try_new(&mut bytes, batch.schema(), Some(properties)).unwrap();
    writer.write(&batch).unwrap();
    writer.close().unwrap();
    bytes
}

/// Some bytes changed, and perhaps a piece cut out.
fn damage(bytes: &mut Vec<u8>, flips: &[(Index, u8)], cut: Option<(Index, usize)>) {
    for (index, value) in flips {
        let position = index.index(bytes.len());
        bytes[position] = *value;
    }
    if let Some((index, length)) = cut {
        let from = index.index(bytes.len());
        let to = bytes.len().min(from + length);
        bytes.drain(from..to);
    }
}

fn flips() -> impl Strategy<Value = Vec<(Index, u8)>> {
    vec((any::<Index>(), any::<u8>()), 1..4)
}

fn cut() -> impl Strategy<Value = Option<(Index, usize)>> {
    prop_oneof![3 => Just(None), 1 => (any::<Index>(), 1_usize..200).prop_map(Some)]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes_as_csv(body in bytes()) {
        check("csv", &body);
        check("csv", &[b"a,b,n\n", body.as_slice()].concat());
    }

    #[test]
    fn any_bytes_as_json_lines(body in bytes()) {
        check("json-lines", &body);
        let good: &[u8] = b"{\"a\":\"x\",\"b\":null,\"n\":1}\n";
        check("json-lines", &[good, body.as_slice()].concat());
    }

    #[test]
    fn any_bytes_as_parquet(body in bytes(), length in any::<u32>()) {
        check("parquet", &body);
        let end = [&length.to_le_bytes(), b"PAR1".as_slice()].concat();
        check("parquet", &[b"PAR1", body.as_slice(), &end].concat());
        let fitting = u32::try_from(body.len()).unwrap().to_le_bytes();
        check("parquet", &[b"PAR1", body.as_slice(), &fitting, b"PAR1"].concat());
    }

    #[test]
    fn a_damaged_parquet_export(
        plain in any::<bool>(),
        flips in flips(),
        cut in cut(),
    ) {
        let compression = if plain { Compression::UNCOMPRESSED } else { Compression::SNAPPY };
        let mut bytes = export(compression);
        damage(&mut bytes, &flips, cut);
        check("parquet", &bytes);
    }

    #[test]
    fn a_parquet_export_with_a_damaged_footer(flips in flips(), cut in cut()) {
        let mut bytes = export(Compression::UNCOMPRESSED);
        let length = bytes.len();
        let footer: [u8; 4] = bytes[length - 8..length - 4].try_into().unwrap();
        let from = length - 8 - u32::from_le_bytes(footer) as usize;
        let mut end = bytes.split_off(from);
        damage(&mut end, &flips, cut);
        bytes.extend(end);
        check("parquet", &bytes);
    }

    #[test]
    fn a_damaged_snapshot_is_refused_or_read(
        flips in flips(),
        cut in cut(),
        accounts in any::<bool>(),
    ) {
        let folder = tempfile::tempdir().unwrap();
        let mut writer = SnapshotWriter::create(folder.path(), "example").unwrap();
        for number in 0..300 {
            let id = format!("account-{number}");
            let account = Account::bare(AccountId::new(&*id));
            writer.account(&account, avert_events::snapshot::Place::default()).unwrap();
            let verb = Verb::ALL[number % Verb::ALL.len()];
            let object = format!("object-{}", number % 9);
            let row = ActionRow { object: Some(&object), at: Some(7), ..ActionRow::new(&id, verb) };
            writer.action(&row).unwrap();
        }
        let taken_at = Timestamp::from_second(1).unwrap();
        let snapshot = writer.finish(Vec::new(), taken_at).unwrap();
        let name = if accounts { "accounts.parquet" } else { "actions.parquet" };
        let path = folder.path().join(snapshot.id().as_str()).join(name);
        let whole = std::fs::read(&path).unwrap();
        let mut bytes = whole.clone();
        damage(&mut bytes, &flips, cut);
        std::fs::remove_file(&path).unwrap();
        std::fs::write(&path, &bytes).unwrap();
        prop_assert_eq!(snapshot.verify().is_ok(), bytes == whole);
        // Without checking first: an error or rows, never a panic.
        if let Ok(accounts) = snapshot.accounts() {
            prop_assert!(accounts.take(10_000).count() < 10_000);
        }
        let _ = snapshot.each_action(ActionColumn::ALL, |_, _| {});
    }
}

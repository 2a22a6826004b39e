//! Events read from Parquet: types, times, and files that are none.

use std::fs::File;
use std::path::PathBuf;
use std::sync::Arc;

use arrow_array::types::Int32Type;
use arrow_array::{
    ArrayRef, DictionaryArray, Float64Array, Int64Array, LargeStringArray, RecordBatch,
    StringArray, StringViewArray, TimestampMillisecondArray, TimestampNanosecondArray,
    TimestampSecondArray, UInt64Array,
};
use avert_events::touches::{Columns, TimeUnit, TouchError, TouchFiles};
use avert_model::Explain as _;
use parquet::arrow::ArrowWriter;

/// Each row's account and time.
type Told = Vec<(String, Option<i64>)>;

struct Lab(tempfile::TempDir);

impl Lab {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn write(&self, columns: [(&str, ArrayRef); 3]) -> PathBuf {
        let path = self.0.path().join("events.parquet");
        let batch = RecordBatch::try_from_iter(columns).unwrap();
        let file = File::create(&path).unwrap();
        let mut writer = ArrowWriter::try_new(file, batch.schema(), None).unwrap();
        writer.write(&batch).unwrap();
        writer.close().unwrap();
        path
    }

    fn read(&self, who: ArrayRef, when: ArrayRef) -> Result<Told, TouchError> {
        let what: ArrayRef = Arc::new(StringArray::from(vec!["o"; who.len()]));
        let path = self.write([("who", who), ("what", what), ("when", when)]);
        read(&[path]).map(|(told, _)| told)
    }
}

fn columns() -> Columns {
    Columns {
        account: "who".into(),
        object: "what".into(),
        layer: None,
        time: Some("when".into()),
    }
}

fn read(paths: &[PathBuf]) -> Result<(Told, TimeUnit), TouchError> {
    let files = TouchFiles::open(paths, &columns(), TimeUnit::Seconds)?;
    let mut told = Vec::new();
    for share in 0..files.shares() {
        files.read(share, |touch| {
            let account = String::from_utf8_lossy(touch.account).into_owned();
            told.push((account, touch.at));
        })?;
    }
    Ok((told, files.unit()))
}

#[test]
fn accounts_may_be_any_kind_of_text_or_whole_number() {
    let texts = vec![Some("7"), None, Some("18446744073709551615")];
    let kinds: [ArrayRef; 4] = [
        Arc::new(StringArray::from(texts.clone())),
        Arc::new(LargeStringArray::from(texts.clone())),
        Arc::new(StringViewArray::from(texts.clone())),
        Arc::new(texts.into_iter().collect::<DictionaryArray<Int32Type>>()),
    ];
    let numbers: ArrayRef = Arc::new(UInt64Array::from(vec![Some(7), None, Some(u64::MAX)]));
    for who in kinds.into_iter().chain([numbers]) {
        let kind = who.data_type().clone();
        let when = Arc::new(Int64Array::from(vec![Some(1), None, Some(-3)]));
        let told = Lab::new().read(who, when).unwrap();
        let expected = [
            ("7", Some(1)),
            ("", None),
            ("18446744073709551615", Some(-3)),
        ];
        assert_eq!(
            told,
            expected.map(|(who, at)| (who.to_owned(), at)),
            "{kind}"
        );
    }
}

#[test]
fn times_of_parquets_own_know_their_unit() {
    let who = || -> ArrayRef { Arc::new(StringArray::from(vec!["a"])) };
    let kinds: [(ArrayRef, i64); 3] = [
        (Arc::new(TimestampSecondArray::from(vec![-1])), -1_000_000),
        (
            Arc::new(TimestampMillisecondArray::from(vec![1_500])),
            1_500_000,
        ),
        (Arc::new(TimestampNanosecondArray::from(vec![-1])), -1),
    ];
    for (when, micros) in kinds {
        let told = Lab::new().read(who(), when).unwrap();
        assert_eq!(told, [("a".to_owned(), Some(micros))]);
    }
}

#[test]
fn whole_numbers_are_brought_to_the_unit_of_files_that_know_theirs() {
    let who = || -> ArrayRef { Arc::new(StringArray::from(vec!["a"])) };
    let what = || -> ArrayRef { Arc::new(StringArray::from(vec!["o"])) };
    let (one, two) = (Lab::new(), Lab::new());
    let seconds: ArrayRef = Arc::new(Int64Array::from(vec![17]));
    let millis: ArrayRef = Arc::new(TimestampMillisecondArray::from(vec![17_500]));
    let text = one.0.path().join("events.csv");
    std::fs::write(&text, "who,what,when\na,o,17\n").unwrap();
    let paths = [
        one.write([("who", who()), ("what", what()), ("when", seconds)]),
        two.write([("who", who()), ("what", what()), ("when", millis)]),
        text,
    ];
    let (told, unit) = read(&paths).unwrap();
    assert_eq!(unit, TimeUnit::Microseconds);
    let at: Vec<Option<i64>> = told.into_iter().map(|(_, at)| at).collect();
    assert_eq!(at, [Some(17_000_000), Some(17_500_000), Some(17_000_000)]);
}

#[test]
fn a_column_that_holds_something_else_is_refused_before_anything_is_read() {
    let floats: ArrayRef = Arc::new(Float64Array::from(vec![1.0]));
    let error = Lab::new().read(Arc::clone(&floats), floats).unwrap_err();
    assert_eq!(error.code(), "touches/column-type");
    assert!(
        error.to_string().contains("column 'who' holds Float64"),
        "{error}"
    );
}

#[test]
fn a_file_that_is_no_parquet_is_told_so() {
    let lab = Lab::new();
    let path = lab.0.path().join("events.parquet");
    for bytes in [&b""[..], b"PAR1", b"PAR1 and then something else PAR1"] {
        std::fs::write(&path, bytes).unwrap();
        let error = read(std::slice::from_ref(&path)).unwrap_err();
        assert_eq!(error.code(), "touches/parquet", "{error}");
    }
    let gone = lab.0.path().join("gone.parquet");
    assert_eq!(read(&[gone]).unwrap_err().code(), "touches/file");
}

//! JSON Lines and Parquet exports that are damaged or of the wrong kind.

use std::fs::File;
use std::sync::Arc;

use arrow_array::types::Int32Type;
use arrow_array::{
    ArrayRef, Int64Array, ListArray, RecordBatch, StringArray, TimestampMicrosecondArray,
    TimestampMillisecondArray,
};
use avert_events::OnBadRow;
use avert_events::snapshot::ActionColumn;
use avert_model::Explain as _;
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, GzipLevel, ZstdLevel};
use parquet::file::properties::WriterProperties;

use crate::support::{Lab, rejects, words};

const JSON: &str = "
platform = \"example\"
[accounts]
unknown = \"add\"
[[source]]
file = \"actions.jsonl\"
format = \"json-lines\"
table = \"actions\"
verb = \"message\"
columns = { account = \"user.id\", target = \"to\", at = \"when\" }
time = \"epoch-ms\"
";

fn parquet(time: &str) -> String {
    format!(
        "
platform = \"example\"
[accounts]
unknown = \"add\"
[[source]]
file = \"actions.parquet\"
format = \"parquet\"
table = \"actions\"
verb = \"message\"
columns = {{ account = \"who\", target = \"to\", at = \"when\" }}
time = {time}
"
    )
}

fn check_json(bad: &str, says: &str, reason: &str) {
    let good = "{\"user\":{\"id\":\"a\"},\"to\":\"b\",\"when\":1}\n";
    let lab = Lab::new().with("actions.jsonl", format!("{good}\n{bad}\n{good}"));
    let error = lab.ingest(JSON, OnBadRow::Stop).unwrap_err();
    let text = words(&error);
    assert_eq!(error.code(), "ingest/bad-row");
    assert!(text.starts_with("actions.jsonl, row 3: "), "{text}");
    assert!(text.contains(says), "'{says}' is not in: {text}");
    lab.assert_no_snapshot();

    let report = lab.ingest(JSON, OnBadRow::Skip).unwrap();
    assert_eq!(report.skipped, [(reason.to_owned(), 1)].into());
    let kept = rejects(report.rejects.as_deref());
    assert_eq!((kept.len(), kept[0]["row"].as_u64()), (1, Some(3)));
    assert_eq!(lab.snapshot(&report).manifest().actions, 2);
}

#[test]
fn a_json_line_that_is_a_list_is_no_row() {
    check_json("[1,2]", "no JSON object", "not an object");
}

#[test]
fn a_json_line_that_is_cut_off_is_no_row() {
    check_json("{\"user\":{\"id\":\"a\"},\"to\":", "not JSON", "not JSON");
}

#[test]
fn json_that_nests_without_end_is_no_row() {
    check_json(&"[".repeat(1 << 20), "not JSON", "not JSON");
}

#[test]
fn a_list_where_one_value_belongs_is_of_the_wrong_type() {
    check_json(
        "{\"user\":{\"id\":\"a\"},\"to\":[\"b\",\"c\"],\"when\":1}",
        "'to' holds a list or an object",
        "wrong type",
    );
}

#[test]
fn a_json_line_without_end_is_too_long() {
    check_json(
        &format!("{{\"to\":\"{}\"}}", "x".repeat(13 << 20)),
        "longer than 12 MiB",
        "row too long",
    );
}

#[test]
fn a_nul_escaped_in_json_is_still_a_nul() {
    check_json(
        "{\"user\":{\"id\":\"a\\u0000b\"},\"to\":\"b\",\"when\":1}",
        "NUL",
        "NUL byte",
    );
}

#[test]
fn a_key_that_no_line_has_is_a_missing_column() {
    let lab = Lab::new().with("actions.jsonl", "{\"user\":{\"id\":\"a\"},\"when\":1}\n");
    let error = lab.ingest(JSON, OnBadRow::Skip).unwrap_err();
    assert_eq!(
        words(&error),
        "actions.jsonl has no column 'to'; it has: no line has it"
    );
    lab.assert_no_snapshot();
}

#[test]
fn keys_of_a_bad_line_are_not_missing() {
    let lab = Lab::new().with(
        "actions.jsonl",
        "{\"user\":{\"id\":[]},\"to\":\"b\",\"when\":1}\n",
    );
    let error = lab.ingest(JSON, OnBadRow::Skip).unwrap_err();
    assert_eq!(
        words(&error),
        "none of 1 rows can be read; most often: wrong type"
    );
    assert_eq!(error.code(), "ingest/nothing-left");
    lab.assert_no_snapshot();
}

/// Writes columns `who`, `to`, and `when` as given.
fn write(lab: &Lab, when: Option<ArrayRef>) {
    pack(lab, when, Compression::UNCOMPRESSED);
}

fn pack(lab: &Lab, when: Option<ArrayRef>, compression: Compression) {
    let who: ArrayRef = Arc::new(StringArray::from(vec!["a", "b", "c"]));
    let to: ArrayRef = Arc::new(Int64Array::from(vec![Some(7), None, Some(9)]));
    let columns = [("who", Some(who)), ("to", Some(to)), ("when", when)];
    let columns = columns
        .into_iter()
        .filter_map(|(name, column)| Some((name, column?)));
    let batch = RecordBatch::try_from_iter(columns).unwrap();
    let file = File::create(lab.path("actions.parquet")).unwrap();
    let properties = WriterProperties::builder()
        .set_compression(compression)
        .build();
    let mut writer = ArrowWriter::try_new(file, batch.schema(), Some(properties)).unwrap();
    writer.write(&batch).unwrap();
    writer.close().unwrap();
}

#[test]
fn parquet_is_read_however_the_usual_writers_pack_it() {
    for compression in [
        Compression::SNAPPY,
        Compression::ZSTD(ZstdLevel::default()),
        Compression::GZIP(GzipLevel::default()),
        Compression::LZ4_RAW,
    ] {
        let lab = Lab::new();
        let when = Arc::new(StringArray::from(vec!["1", "2", "3"]));
        pack(&lab, Some(when), compression);
        let report = lab.ingest(&parquet("\"epoch-s\""), OnBadRow::Stop).unwrap();
        assert_eq!(report.manifest.actions, 3, "{compression}");
    }
}

#[test]
fn a_truncated_parquet_file_is_not_whole() {
    let lab = Lab::new();
    let when = Arc::new(StringArray::from(vec!["1", "2", "3"]));
    write(&lab, Some(when));
    let whole = std::fs::read(lab.path("actions.parquet")).unwrap();
    for length in [0, 3, 8, whole.len() / 2, whole.len() - 1] {
        let lab = Lab::new().with("actions.parquet", &whole[..length]);
        let error = lab
            .ingest(&parquet("\"epoch-s\""), OnBadRow::Skip)
            .unwrap_err();
        assert_eq!(error.code(), "ingest/parquet");
        let text = words(&error);
        assert!(
            text.starts_with("actions.parquet cannot be read as Parquet: "),
            "{text}"
        );
        lab.assert_no_snapshot();
    }
}

#[test]
fn a_parquet_file_without_a_column_names_those_it_has() {
    let lab = Lab::new();
    write(&lab, None);
    let error = lab
        .ingest(&parquet("\"epoch-s\""), OnBadRow::Skip)
        .unwrap_err();
    assert_eq!(
        words(&error),
        "actions.parquet has no column 'when'; it has: who, to"
    );
    lab.assert_no_snapshot();
}

#[test]
fn a_parquet_column_of_lists_has_no_one_value() {
    let lab = Lab::new();
    let when = ListArray::from_iter_primitive::<Int32Type, _, _>(vec![Some(vec![Some(1)]); 3]);
    write(&lab, Some(Arc::new(when)));
    let error = lab
        .ingest(&parquet("\"epoch-s\""), OnBadRow::Skip)
        .unwrap_err();
    assert_eq!(error.code(), "ingest/column-type");
    assert!(words(&error).contains("actions.parquet: column 'when'"));
    lab.assert_no_snapshot();
}

#[test]
fn a_bad_row_of_a_parquet_file_has_its_number() {
    let lab = Lab::new();
    let when = Arc::new(StringArray::from(vec!["1", "later", "3"]));
    write(&lab, Some(when));
    let error = lab
        .ingest(&parquet("\"epoch-s\""), OnBadRow::Stop)
        .unwrap_err();
    assert_eq!(
        words(&error),
        "actions.parquet, row 2: column 'when' holds 'later', which is no such time"
    );
    lab.assert_no_snapshot();
    let report = lab.ingest(&parquet("\"epoch-s\""), OnBadRow::Skip).unwrap();
    assert_eq!(
        report.skipped,
        [("time cannot be read".to_owned(), 1)].into()
    );
    assert_eq!(report.manifest.actions, 2);
}

#[test]
fn a_parquet_time_means_the_same_whatever_the_mapping_says_of_times() {
    let micros = [1_500_000, -250_000, 1_700_000_000_123_456];
    for time in [
        "\"epoch-s\"",
        "\"epoch-ms\"",
        "\"epoch-us\"",
        "\"rfc3339\"",
        "{ format = \"%d.%m.%Y\", zone = \"Europe/Warsaw\" }",
    ] {
        let lab = Lab::new();
        write(
            &lab,
            Some(Arc::new(TimestampMicrosecondArray::from(micros.to_vec()))),
        );
        let report = lab.ingest(&parquet(time), OnBadRow::Stop).unwrap();
        let (mut at, mut to) = (Vec::new(), Vec::new());
        lab.snapshot(&report)
            .each_action(&[ActionColumn::At, ActionColumn::Target], |_, action| {
                at.push(action.at.unwrap());
                to.push(action.target.map(str::to_owned));
            })
            .unwrap();
        assert_eq!(at, micros, "{time}");
        assert_eq!(to, [Some("7".to_owned()), None, Some("9".to_owned())]);
    }
}

#[test]
fn a_parquet_time_that_no_calendar_holds_is_a_bad_row() {
    let lab = Lab::new();
    let when = TimestampMillisecondArray::from(vec![i64::MAX, i64::MIN, 1]);
    write(&lab, Some(Arc::new(when)));
    let report = lab.ingest(&parquet("\"rfc3339\""), OnBadRow::Skip).unwrap();
    assert_eq!(
        report.skipped,
        [("time cannot be read".to_owned(), 2)].into()
    );
    assert_eq!(report.manifest.actions, 1);
}

//! Lists, tables and bundles.

use std::fs;
use std::io::Write as _;
use std::path::PathBuf;

use flate2::Compression;
use flate2::write::GzEncoder;
use proptest::collection::vec;
use proptest::prelude::*;
use tempfile::TempDir;

use super::*;
use crate::normal::Indicator;
use crate::set::IndicatorSet;

fn defaults() -> Defaults {
    Defaults {
        source: "a feed".to_owned(),
        label: "unnamed".to_owned(),
        tlp: Some(Tlp::Green),
        pap: None,
        admiralty: None,
        score: None,
        last_seen: Timestamp::from_second(1_000_000).unwrap(),
        decay: Decay::USUAL,
    }
}

fn taken(bytes: &[u8]) -> (TempDir, Result<(Report, IndicatorSet), InputError>) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("input");
    fs::write(&path, bytes).unwrap();
    let mut builder = SetBuilder::new(folder.path());
    let report = super::read(&path, &defaults(), &mut builder);
    let made = report.map(|report| {
        (
            report,
            IndicatorSet::open(&builder.finish().unwrap().0).unwrap(),
        )
    });
    (folder, made)
}

fn check(text: &str, expect: &[(&str, &str)]) -> Report {
    let (_folder, made) = taken(text.as_bytes());
    let (report, set) = made.unwrap();
    for (value, label) in expect {
        let record = set.get(&Indicator::parse(value).unwrap()).unwrap();
        let labels: Vec<String> = record
            .unwrap_or_else(|| panic!("{value}"))
            .assertions
            .into_iter()
            .map(|one| one.label)
            .collect();
        assert_eq!(labels, [*label], "{value}");
    }
    assert_eq!(set.count(), expect.len() as u64);
    report
}

#[test]
fn a_list_has_an_indicator_a_line_and_a_label_behind_a_tab() {
    let report = check(
        "\u{feff}# from last year\nevil[.]example.org\tmalware/x\n192.0.2.7\r\n\ncom\nno indicator\n",
        &[("evil.example.org", "malware/x"), ("192.0.2.7", "unnamed")],
    );
    assert_eq!((report.rows, report.taken), (6, 2));
    assert_eq!(
        report.left_out[&LeftOut::NotAnIndicator(NotAnIndicator::OneLabel)],
        (1, 5)
    );
    assert_eq!(
        report.left_out[&LeftOut::NotAnIndicator(NotAnIndicator::NoForm)],
        (1, 6)
    );
}

#[test]
fn a_line_that_is_too_long_or_no_text_is_left_out_and_the_next_is_read() {
    let mut bytes = vec![b'a'; 200_000];
    bytes.extend_from_slice(b"\n\xff\xfe\nevil.example.org\n");
    let (_folder, made) = taken(&bytes);
    let report = made.unwrap().0;
    assert_eq!((report.rows, report.taken), (3, 1));
    assert_eq!(report.left_out[&LeftOut::LongLine], (1, 1));
    assert_eq!(report.left_out[&LeftOut::NotText], (1, 2));
}

#[test]
fn a_table_says_what_its_columns_say() {
    let text = "\
Indicator,Kind,Label,TLP,PAP,Admiralty,Score,First seen,last_seen,expires,revoked,lifetime_days,speed
evil.example.org,domain,\"malware/x, y\",amber,RED,B2,80,2026-01-02,2026-02-03T04:05:06Z,2027-01-01,no,30,0.5
192.0.2.7,,,,,,,,,,,,
192.0.2.8,,,purple,,,,,,,,,
192.0.2.9,domain,,,,,,,,,,,
192.0.2.10,,,,purple,,,,,,,,
";
    let (_folder, made) = taken(text.as_bytes());
    let (report, set) = made.unwrap();
    assert_eq!((report.rows, report.taken), (5, 2));
    assert_eq!(report.left_out[&LeftOut::Cell("pap")], (1, 5));
    assert_eq!(report.left_out[&LeftOut::Cell("tlp")], (1, 3));
    assert_eq!(
        report.left_out[&LeftOut::NotAnIndicator(NotAnIndicator::OtherKind)],
        (1, 4)
    );
    let record = set
        .get(&Indicator::parse("evil.example.org").unwrap())
        .unwrap()
        .unwrap();
    let said = &record.assertions[0];
    assert_eq!(
        (said.label.as_str(), said.tlp, said.score),
        ("malware/x, y", Some(Tlp::Amber), Some(80))
    );
    assert_eq!(said.admiralty, Some("B2".parse().unwrap()));
    assert_eq!(said.pap, Some(Pap::Red));
    assert_eq!(
        said.first_seen,
        Some("2026-01-02T00:00:00Z".parse().unwrap())
    );
    assert_eq!(said.last_seen, "2026-02-03T04:05:06Z".parse().unwrap());
    assert_eq!(
        said.decay,
        Decay {
            lifetime_days: 30,
            speed_percent: 50
        }
    );
    let bare = set
        .get(&Indicator::parse("192.0.2.7").unwrap())
        .unwrap()
        .unwrap();
    assert_eq!(
        (bare.assertions[0].tlp, bare.assertions[0].last_seen),
        (Some(Tlp::Green), defaults().last_seen)
    );
}

#[test]
fn a_bundle_gives_what_its_simple_patterns_name_and_counts_the_rest() {
    let text = r#"{"type":"bundle","id":"bundle--1","objects":[
      {"type":"identity","id":"identity--1","name":"x"},
      {"type":"indicator","id":"indicator--1","name":"a gate","pattern_type":"stix","confidence":90,
       "pattern":"[domain-name:value = 'evil.example.org' OR ipv4-addr:value = '198.51.100.0/24']",
       "valid_from":"2026-01-01T00:00:00Z","valid_until":"2027-01-01T00:00:00Z","modified":"2026-05-01T00:00:00Z",
       "labels":["misp:type=\"domain\"","PAP:GREEN"],
       "object_marking_refs":["marking-definition--e828b379-4e03-4974-9ac4-e53a884c97c1",
       "marking-definition--60f8932b-e51e-4458-b265-a2e8be9a80ab"]},
      {"type":"indicator","id":"indicator--2","pattern_type":"yara","pattern":"rule x {}"},
      {"type":"indicator","id":"indicator--3","pattern":"[url:value LIKE '%x']"}]}"#;
    let report = check(
        text,
        &[
            ("evil.example.org", "a gate"),
            ("198.51.100.0/24", "a gate"),
        ],
    );
    assert_eq!((report.rows, report.taken), (3, 2));
    assert_eq!(report.left_out.len(), 2);
    let (_folder, made) = taken(text.as_bytes());
    let record = made
        .unwrap()
        .1
        .get(&Indicator::parse("evil.example.org").unwrap())
        .unwrap()
        .unwrap();
    let said = &record.assertions[0];
    assert_eq!(
        (said.tlp, said.score, said.reference.as_str()),
        (Some(Tlp::Red), Some(90), "indicator--1")
    );
    assert_eq!(
        said.pap,
        Some(Pap::Amber),
        "the stricter of label and marking"
    );
    assert_eq!(said.last_seen, "2026-05-01T00:00:00Z".parse().unwrap());
}

#[test]
fn what_is_packed_is_unpacked_and_what_is_nothing_says_so() {
    let mut packed = GzEncoder::new(Vec::new(), Compression::default());
    packed.write_all(b"evil.example.org\tmalware/x\n").unwrap();
    assert!(taken(&packed.finish().unwrap()).1.is_ok());
    assert!(matches!(
        taken(b"# nothing\n").1,
        Err(InputError::Nothing { .. })
    ));
    assert!(matches!(taken(b"").1, Err(InputError::Nothing { .. })));
    assert!(matches!(
        taken(b"{\"a\":1}").1,
        Err(InputError::NotABundle { .. })
    ));
    assert!(matches!(
        taken(b"{\"objects\":[").1,
        Err(InputError::NotABundle { .. })
    ));
    let none = super::read(
        &PathBuf::from("/nonexistent"),
        &defaults(),
        &mut SetBuilder::new(&std::env::temp_dir()),
    );
    assert!(matches!(none, Err(InputError::File { .. })));
}

proptest! {
    #[test]
    fn no_input_is_too_hostile(bytes in vec(any::<u8>(), 0..300), start in 0..4_usize) {
        let start: &[u8] = [&b""[..], b"{\"objects\":[", b"indicator,label\n", b"\x1f\x8b"][start];
        let (_folder, made) = taken(&[start, &bytes].concat());
        if let Ok((report, set)) = made {
            prop_assert!(set.count() <= report.taken);
        }
    }
}

//! Sets: what goes in comes out, and damage is told.

use std::fs;

use avert_model::{Timestamp, Tlp};
use proptest::collection::vec;
use proptest::prelude::*;

use super::*;
use crate::assertion::{Assertion, Decay};
use crate::normal::Indicator;
use crate::pap::Pap;
use crate::scan::tests::{said, set_of};

fn full() -> Assertion {
    let at = |second| Timestamp::from_second(second).unwrap();
    Assertion {
        label: "malware/ünnamed".to_owned(),
        source: "a list".to_owned(),
        reference: "indicator--1".to_owned(),
        tlp: Some(Tlp::AmberStrict),
        pap: Some(Pap::Red),
        admiralty: Some("C4".parse().unwrap()),
        score: Some(100),
        first_seen: Some(at(-1)),
        last_seen: at(1_700_000_000),
        expires: Some(at(0)),
        is_revoked: true,
        decay: Decay {
            lifetime_days: 9,
            speed_percent: 30,
        },
    }
}

#[test]
fn everything_that_is_said_about_an_indicator_is_kept() {
    let folder = tempfile::tempdir().unwrap();
    let mut builder = SetBuilder::new(folder.path());
    let indicator = Indicator::parse("evil.example.org").unwrap();
    for assertion in [full(), said("phishing/x"), full()] {
        builder.add(&indicator, &assertion).unwrap();
    }
    let (path, summary) = builder.finish().unwrap();
    let set = IndicatorSet::open(&path).unwrap();
    let mut expect = vec![full(), said("phishing/x")];
    expect.sort();
    let mut record = set.get(&indicator).unwrap().unwrap();
    record.assertions.sort();
    assert_eq!(
        record,
        Record {
            indicator,
            assertions: expect
        }
    );
    assert_eq!((summary.indicators, set.records().count()), (1, 1));
    assert_eq!(
        set.get(&Indicator::parse("other.example.org").unwrap())
            .unwrap(),
        None
    );
    set.verify().unwrap();
}

#[test]
fn the_order_in_which_they_are_added_does_not_show() {
    let made = |texts: &[&str]| {
        let (folder, set, _) = set_of(texts);
        let bytes = fs::read(set.path()).unwrap();
        drop(folder);
        (set.id().to_owned(), bytes)
    };
    let one = made(&[
        "a.example",
        "192.0.2.7",
        "@anna",
        "b.example/x",
        "192.0.2.0/24",
    ]);
    let other = made(&[
        "192.0.2.0/24",
        "b.example/x",
        "@anna",
        "a.example",
        "192.0.2.7",
        "a.example",
    ]);
    assert!(one == other);
}

#[test]
fn more_than_waits_in_memory_goes_to_disk_and_comes_back() {
    let folder = tempfile::tempdir().unwrap();
    let mut builder = SetBuilder::new(folder.path());
    let long = Assertion {
        reference: "r".repeat(2_000),
        ..said("malware/x")
    };
    let indicators: Vec<Indicator> = (0..50_000)
        .map(|number| Indicator::parse(&format!("n{number}.example.org")).unwrap())
        .collect();
    for indicator in &indicators {
        builder.add(indicator, &long).unwrap();
    }
    let (path, _) = builder.finish().unwrap();
    let set = IndicatorSet::open(&path).unwrap();
    assert_eq!(set.count(), 50_000);
    for indicator in indicators.iter().step_by(997) {
        assert_eq!(
            set.get(indicator).unwrap().unwrap().assertions,
            vec![long.clone()]
        );
    }
    assert_eq!(
        fs::read_dir(folder.path()).unwrap().count(),
        1,
        "nothing is left beside the set"
    );
}

#[test]
fn a_file_that_is_none_is_cut_off_or_of_another_version_is_refused() {
    let (folder, set, _) = set_of(&["evil.example.org"]);
    let bytes = fs::read(set.path()).unwrap();
    let path = folder.path().join("x");
    fs::write(&path, b"evil.example.org\n").unwrap();
    assert!(matches!(
        IndicatorSet::open(&path),
        Err(SetError::NotASet(_))
    ));
    fs::write(&path, &bytes[..bytes.len() - 1]).unwrap();
    assert!(matches!(
        IndicatorSet::open(&path),
        Err(SetError::Damaged { .. })
    ));
    assert!(matches!(
        IndicatorSet::open(&folder.path().join("none")),
        Err(SetError::File { .. })
    ));
    let text = String::from_utf8_lossy(&bytes).into_owned();
    assert!(text.contains("\"version\":1"));
    let at = bytes
        .windows(11)
        .position(|part| part == b"\"version\":1")
        .unwrap();
    let mut newer = bytes;
    newer[at + 10] = b'2';
    fs::write(&path, newer).unwrap();
    assert!(matches!(
        IndicatorSet::open(&path),
        Err(SetError::OtherVersion { version: 2, .. })
    ));
}

proptest! {
    #[test]
    fn no_damage_goes_unnoticed_where_it_matters_and_none_panics(
        place in any::<prop::sample::Index>(), byte in any::<u8>(),
    ) {
        let (folder, set, indicators) = set_of(&["evil.example.org", "192.0.2.7", "192.0.2.0/24"]);
        let mut bytes = fs::read(set.path()).unwrap();
        let place = place.index(bytes.len());
        prop_assume!(bytes[place] != byte);
        bytes[place] = byte;
        let path = folder.path().join("damaged");
        fs::write(&path, &bytes).unwrap();
        if let Ok(set) = IndicatorSet::open(&path) {
            let told = indicators.iter().any(|indicator| set.get(indicator).is_err());
            let is_other = set.verify().is_err() || set.id() != "";
            prop_assert!(told || is_other);
            for indicator in &indicators {
                if let Ok(Some(record)) = set.get(indicator) {
                    prop_assert_eq!(&record.indicator, indicator);
                }
            }
        }
    }

    #[test]
    fn bytes_that_claim_to_be_a_record_are_read_or_refused(bytes in vec(any::<u8>(), 0..80)) {
        let _ = codec::indicator(&bytes);
        let mut whole = blake3::hash(&bytes).as_bytes()[..4].to_vec();
        whole.extend_from_slice(&bytes);
        let _ = codec::record(&whole);
    }
}

//! 1.3 million real indicators, read where they are.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use avert_model::Timestamp;

use super::super::oracle;
use super::super::{Matcher, ScanError, open_log, scan};
use crate::assertion::Decay;
use crate::input::{self, Defaults};
use crate::normal::Indicator;
use crate::set::{IndicatorSet, SetBuilder};

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

fn defaults() -> Defaults {
    Defaults {
        source: "a feed".to_owned(),
        label: "unnamed".to_owned(),
        tlp: None,
        pap: None,
        admiralty: None,
        score: None,
        last_seen: Timestamp::UNIX_EPOCH,
        decay: Decay::USUAL,
    }
}

/// Every row, as it is written.
fn rows() -> Vec<String> {
    let mut text = Vec::new();
    let mut log = open_log(&data("ioc/indicators.tsv.gz")).unwrap();
    std::io::Read::read_to_end(&mut log, &mut text).unwrap();
    let text = String::from_utf8(text).unwrap();
    text.lines()
        .map(|line| line.split('\t').next().unwrap().to_owned())
        .collect()
}

#[test]
fn each_of_the_real_indicators_is_found_in_a_line_of_its_own_and_nothing_that_is_not_there() {
    let folder = tempfile::tempdir().unwrap();
    let mut builder = SetBuilder::new(folder.path());
    let report = input::read(&data("ioc/indicators.tsv.gz"), &defaults(), &mut builder).unwrap();
    let (path, summary) = builder.finish().unwrap();
    let set = IndicatorSet::open(&path).unwrap();
    // What maltrail itself writes in a form that is none: broken addresses, wildcards, names of one label.
    assert!(
        report.taken + 200 > report.rows && summary.indicators > 1_280_000,
        "{report:?}"
    );
    let rows = rows();
    let mut log = String::new();
    for row in &rows {
        let _ = writeln!(log, "2026-11-29T12:00:00Z gateway: {row} was asked for");
    }
    let lines: Vec<&str> = log.lines().collect();
    let (mut missing, mut at) = (Vec::new(), 0);
    let expect: Vec<Option<Indicator>> =
        rows.iter().map(|row| Indicator::parse(row).ok()).collect();
    let mut check_line = |number: usize, found: &[&Indicator]| {
        if let Some(expect) = &expect[number]
            && !found.contains(&expect)
        {
            missing.push((lines[number], expect.clone()));
        }
        // One in seven lines is looked at again slowly; the rest were, in other forms, by the properties.
        if number.is_multiple_of(7) {
            let found: Vec<Indicator> = found.iter().map(|one| (*one).clone()).collect();
            let there = oracle::find(lines[number].as_bytes(), &found);
            assert_eq!(there.len(), found.len(), "{}", lines[number]);
        }
    };
    let matcher = Matcher::new([&set]);
    scan(&matcher, "log", log.as_bytes(), 2, |hits| {
        for hits in hits.chunk_by(|one, other| one.line == other.line) {
            let number = usize::try_from(hits[0].line).unwrap() - 1;
            for number in at..number {
                check_line(number, &[]);
            }
            let found: Vec<&Indicator> = hits.iter().map(|hit| &hit.record.indicator).collect();
            check_line(number, &found);
            at = number + 1;
        }
        Ok::<bool, ScanError>(true)
    })
    .unwrap();
    for number in at..rows.len() {
        check_line(number, &[]);
    }
    assert!(missing.is_empty(), "{missing:?}");
}

#[test]
fn of_some_real_indicators_in_disguise_every_hit_is_the_oracles() {
    let rows = rows();
    let some: Vec<&str> = rows.iter().step_by(2_903).map(String::as_str).collect();
    let some: Vec<&str> = some
        .into_iter()
        .filter(|row| Indicator::parse(row).is_ok())
        .collect();
    let (_folder, set, indicators) = super::set_of(&some);
    let mut log = String::new();
    for (number, row) in some.iter().enumerate() {
        let line = match number % 8 {
            0 => format!("x {}", row.replace('.', "[.]")),
            1 => format!("{{\"u\":\"{}\"}}", row.replace('/', "\\/")),
            2 => format!("?u={}", row.replace('/', "%2F").replace(':', "%3A")),
            3 => format!("https://www.{row}/x,{row};{row}."),
            4 => row.to_uppercase(),
            5 => format!("a{row} {row}b .{row} {row}:443"),
            6 => format!("({row})“{row}”中{row}文"),
            _ => format!(
                "10.0.0.1 - - [29/Nov/2026:12:00:00 +0000] \"GET {row} HTTP/1.1\" 200 - \"{row}\""
            ),
        };
        log.push_str(&line);
        log.push('\n');
    }
    super::check_against_oracle(log.as_bytes(), &set, &indicators);
    let found = Matcher::new([&set]).find(log.as_bytes()).unwrap();
    assert!(
        found.len() > some.len() / 2,
        "{} of {}",
        found.len(),
        some.len()
    );
}

#[test]
fn the_indicators_of_a_real_operation_are_read_as_stix() {
    let folder = tempfile::tempdir().unwrap();
    let mut builder = SetBuilder::new(folder.path());
    let report = input::read(
        &data("ioc/eset_lazarus_3cx.stix21.json"),
        &defaults(),
        &mut builder,
    )
    .unwrap();
    let (path, _) = builder.finish().unwrap();
    let set = IndicatorSet::open(&path).unwrap();
    assert!(report.left_out.is_empty(), "{report:?}");
    let log = b"GET https://journalide.org/djour.php?x=1\nsha1 3a63477a078ce10e53dfb5639e35d74f93cefa81\n";
    let hits = Matcher::new([&set]).find(log).unwrap();
    assert!(
        hits.iter()
            .any(|hit| hit.record.indicator.value() == "journalide.org/djour.php"),
        "{hits:?}"
    );
}

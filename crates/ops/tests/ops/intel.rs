//! Intelligence is kept as it came: nothing is overwritten, nothing dropped, and what came is in order.

use avert_model::{IntelRecord, Timestamp};
use avert_ops::intel::{self, Batch, Filter, Tally};
use avert_ops::journal;
use avert_ops::store::Store;

use crate::common::{Still, record, store};

#[expect(
    clippy::unnecessary_wraps,
    reason = "it stands where a version may be missing"
)]
fn at(second: i64) -> Option<Timestamp> {
    Some(Timestamp::from_second(second).unwrap())
}

fn take(store: &mut Store, records: Vec<IntelRecord>) -> Tally {
    let batch = Batch {
        records,
        ..Batch::default()
    };
    intel::import(store, &Still, "ines", "a partner", [batch]).unwrap()
}

#[test]
fn every_version_is_kept_and_the_newest_is_found() {
    let mut store = store();
    let tally = take(
        &mut store,
        vec![
            record("tool--1", at(2), "{\"v\":2}"),
            record("tool--1", at(1), "{\"v\":1}"),
            record("url--1", None, "{}"),
        ],
    );
    assert_eq!((tally.new, tally.known, tally.conflicts.len()), (3, 0, 0));
    let versions = intel::versions(&store, "tool--1").unwrap();
    let bodies: Vec<&str> = versions.iter().map(|(_, body)| body.as_str()).collect();
    assert_eq!(bodies, ["{\"v\":2}", "{\"v\":1}"]);
    let (newest, _) = intel::newest(&store, "tool--1").unwrap().unwrap();
    assert_eq!(newest.version, at(2));
    let (url, _) = intel::newest(&store, "url--1").unwrap().unwrap();
    assert_eq!(url.version, None);
    assert_eq!(intel::newest(&store, "tool--9").unwrap(), None);
}

#[test]
fn times_at_which_objects_came_only_ever_go_up_although_the_clock_stands_still() {
    let mut store = store();
    for number in 0..3 {
        let id = |part: i32| format!("url--{number}{part}");
        take(
            &mut store,
            vec![record(&id(0), None, "{}"), record(&id(1), None, "{}")],
        );
    }
    let mut times = Vec::new();
    intel::each_after(&store, None, |found, _| {
        times.push(found.added_at);
        true
    })
    .unwrap();
    assert_eq!(times.len(), 6);
    assert!(times.windows(2).all(|pair| pair[0] < pair[1]), "{times:?}");
    let mut after = 0;
    intel::each_after(&store, Some(times[3]), |_, _| {
        after += 1;
        true
    })
    .unwrap();
    assert_eq!(after, 2);
}

#[test]
fn the_same_again_is_known_and_other_content_is_kept_apart() {
    let mut store = store();
    take(
        &mut store,
        vec![record("tool--1", at(1), r#"{"a":1,"b":2}"#)],
    );
    let tally = take(
        &mut store,
        vec![
            record("tool--1", at(1), r#"{"a":1,"b":2}"#),
            record("tool--1", at(1), r#"{ "b": 2, "a": 1 }"#),
            record("tool--1", at(1), r#"{"a":1,"b":3}"#),
            record("tool--1", at(1), r#"{"a":1,"b":3}"#),
            record("tool--2", at(1), "{}"),
            record("tool--2", at(1), "[]"),
        ],
    );
    assert_eq!((tally.new, tally.known, tally.conflicts.len()), (1, 2, 3));
    assert_eq!(tally.conflicts[0].id, "tool--1");
    assert_eq!(tally.conflicts[0].version, at(1));
    let (_, body) = intel::newest(&store, "tool--1").unwrap().unwrap();
    assert_eq!(body, r#"{"a":1,"b":2}"#);
    assert_eq!(intel::count(&store).unwrap(), 2);
    let again = take(
        &mut store,
        vec![record("tool--1", at(1), r#"{"a":1,"b":3}"#)],
    );
    assert_eq!(again.conflicts.len(), 1, "it is told every time");
}

#[test]
fn an_import_is_one_line_in_the_journal_however_many_batches_it_has() {
    let mut store = store();
    let batches = (0..3).map(|number| Batch {
        records: vec![record(&format!("url--{number}"), None, "{}")],
        refused: 2,
        ..Batch::default()
    });
    let tally = intel::import(&mut store, &Still, "ines", "a partner", batches).unwrap();
    assert_eq!((tally.new, tally.refused), (3, 6));
    let mut rows = Vec::new();
    journal::show(&store, None, |row| rows.push(row)).unwrap();
    let told: Vec<_> = rows
        .iter()
        .map(|row| {
            (
                row.actor.as_str(),
                row.act.as_str(),
                row.subject.as_str(),
                row.detail.as_str(),
            )
        })
        .collect();
    assert_eq!(
        told,
        [(
            "ines",
            "intel/import",
            "a partner",
            r#"{"conflicts":0,"known":0,"new":3,"refused":6}"#
        )]
    );
    journal::verify(&store).unwrap();
}

#[test]
fn what_refers_to_an_object_is_found_by_its_newest_version_only() {
    let mut store = store();
    let refers = |version, to: &str| IntelRecord {
        refs: vec![("target_ref".into(), to.into())],
        ..record("relationship--1", version, &format!("{{\"to\":\"{to}\"}}"))
    };
    take(
        &mut store,
        vec![refers(at(1), "tool--1"), refers(at(2), "tool--2")],
    );
    assert_eq!(intel::referring_to(&store, "tool--1", 9).unwrap(), []);
    let found = intel::referring_to(&store, "tool--2", 9).unwrap();
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].property, "target_ref");
    assert_eq!(found[0].found.id, "relationship--1");
    assert_eq!(intel::referring_to(&store, "tool--2", 0).unwrap(), []);
}

#[test]
fn objects_are_found_by_type_source_name_and_the_ids_of_others() {
    let mut store = store();
    let named = |id: &str, name: &str, external: &str| IntelRecord {
        name: Some(name.into()),
        external_ids: vec![("example".into(), external.into())],
        ..record(id, at(1), "{}")
    };
    take(
        &mut store,
        vec![
            named("tool--1", "Needle 100%", "T1585.001"),
            named("tool--2", "Needle 1000", "T1585"),
            named("malware--1", "ŁÓDKA", "S0366"),
        ],
    );
    let ids = |filter: Filter| {
        let filter = Filter { limit: 9, ..filter };
        let found = intel::search(&store, &filter).unwrap();
        found.into_iter().map(|found| found.id).collect::<Vec<_>>()
    };
    let called = |name: &str| Filter {
        called: Some(name.into()),
        ..Filter::default()
    };
    let contains = |text: &str| Filter {
        contains: Some(text.into()),
        ..Filter::default()
    };
    assert_eq!(ids(called("t1585.001")), ["tool--1"]);
    assert_eq!(ids(called("łódka")), ["malware--1"]);
    assert_eq!(ids(called("needle")), [""; 0]);
    assert_eq!(ids(contains("needle")), ["tool--2", "tool--1"]);
    assert_eq!(
        ids(contains("0%")),
        ["tool--1"],
        "no letter has a meaning of its own"
    );
    let kind = Filter {
        kind: Some("malware".into()),
        ..Filter::default()
    };
    assert_eq!(ids(kind), ["malware--1"]);
    let source = Filter {
        source: Some("nobody".into()),
        ..Filter::default()
    };
    assert_eq!(ids(source), [""; 0]);
}

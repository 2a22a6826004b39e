//! Co-action against the plainest program there is for it.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use avert_events::touches::{Columns, TimeUnit, TouchFiles};
use proptest::prelude::*;

use super::*;

/// Account, object, layer, time.
type Event = (u8, u8, u8, Option<i64>);

/// How many events, and on which objects.
type Coinciding = (u32, BTreeSet<(u8, u8)>);

fn columns() -> Columns {
    Columns {
        account: "who".into(),
        object: "what".into(),
        layer: Some("layer".into()),
        time: Some("when".into()),
    }
}

fn name(account: u8) -> String {
    match account % 3 {
        0 => format!("u{account}"),
        1 => format!("somebody with a long name, number {account}"),
        _ => format!("{account}, \"quoted\""),
    }
}

/// Runs it on a file of these events and gives the file of edges.
fn edges(events: &[Event], plan: &Plan, out: &str) -> (Summary, Vec<u8>) {
    let folder = tempfile::tempdir().unwrap();
    let files = written(folder.path(), events);
    let out = folder.path().join(out);
    let summary = coact(files, plan, &out).unwrap().unwrap();
    (summary, fs::read(out).unwrap())
}

fn written(folder: &Path, events: &[Event]) -> TouchFiles {
    let path: PathBuf = folder.join("events.csv");
    let mut text = "when,who,what,layer\n".to_owned();
    for (who, what, layer, when) in events {
        let when = when.map(|when| when.to_string()).unwrap_or_default();
        let who = name(*who).replace('"', "\"\"");
        let _ = writeln!(text, "{when},\"{who}\",o{what},l{layer}");
    }
    fs::write(&path, text).unwrap();
    TouchFiles::open(&[path], &columns(), TimeUnit::Seconds).unwrap()
}

/// Every pair of events, one after the other.
fn plainly(events: &[Event], window: u64, min_weight: u32) -> String {
    let timed: BTreeSet<u8> = events
        .iter()
        .filter(|event| event.3.is_some())
        .map(|event| event.2)
        .collect();
    let near = |a: &Event, b: &Event| match (a.3, b.3) {
        _ if (a.1, a.2) != (b.1, b.2) => false,
        (Some(a), Some(b)) => a.abs_diff(b) <= window,
        _ => !timed.contains(&a.2),
    };
    let mut found: BTreeMap<(String, String), Coinciding> = BTreeMap::new();
    for event in events {
        let others: BTreeSet<u8> = events
            .iter()
            .filter(|other| other.0 != event.0 && near(event, other))
            .map(|other| other.0)
            .collect();
        for other in others {
            let edge = found.entry((name(event.0), name(other))).or_default();
            edge.0 += 1;
            edge.1.insert((event.1, event.2));
        }
    }
    let quoted = |name: &str| {
        if name.contains(',') {
            format!("\"{}\"", name.replace('"', "\"\""))
        } else {
            name.to_owned()
        }
    };
    let mut text = "account_a,account_b,weight,objects\n".to_owned();
    for ((a, b), (weight, objects)) in found {
        if weight >= min_weight {
            let (a, b, objects) = (quoted(&a), quoted(&b), objects.len());
            let _ = writeln!(text, "{a},{b},{weight},{objects}");
        }
    }
    text
}

fn plan(window: u64, min_weight: u32, workers: usize) -> Plan {
    Plan {
        window,
        min_weight,
        workers,
        cap: 10_000,
        memory: 1 << 30,
        spill: std::env::temp_dir(),
        hosts: None,
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn it_finds_what_the_plainest_program_finds(
        events in prop::collection::vec((0_u8..9, 0_u8..4, 0_u8..2, prop::option::weighted(0.9, 0_i64..100)), 0..80),
        window in 0_u64..40,
        min_weight in 1_u32..4,
        // Nine accounts have eight partners: objects with more touches are counted another way, and
        // nobody is left out.
        cap in prop::sample::select(vec![8, 10_000]),
    ) {
        let expected = plainly(&events, window, min_weight);
        for workers in [1, 2, 4] {
            let plan = Plan { cap, ..plan(window, min_weight, workers) };
            let (summary, text) = edges(&events, &plan, "edges.csv");
            prop_assert_eq!(summary.truncated_events, 0);
            prop_assert_eq!(String::from_utf8(text).unwrap(), expected.clone(), "{} workers", workers);
            prop_assert_eq!(summary.events, events.len() as u64);
        }
    }

    #[test]
    fn the_bytes_are_the_same_for_any_number_of_workers_and_any_order_of_rows(
        events in prop::collection::vec((0_u8..30, 0_u8..6, 0_u8..2, prop::option::of(-5_000_000_000_i64..5_000_000_000)), 0..200),
        window in prop::sample::select(vec![0_u64, 1 << 20, 1 << 33, u64::MAX]),
    ) {
        let (one, first) = edges(&events, &plan(window, 1, 1), "edges.parquet");
        let mut turned = events.clone();
        turned.reverse();
        for (events, workers) in [(&events, 2), (&turned, 1), (&turned, 4)] {
            let (again, bytes) = edges(events, &plan(window, 1, workers), "edges.parquet");
            prop_assert_eq!(&again, &one);
            prop_assert!(bytes == first, "{} workers", workers);
        }
    }
}

/// The same with as little memory as it can do with, in as many rounds as that takes.
fn squeezed(events: &[Event], mut plan: Plan, out: &str) -> (Summary, Vec<u8>) {
    plan.memory = 1;
    let folder = tempfile::tempdir().unwrap();
    let files = written(folder.path(), events);
    let Err(CoactError::Memory { given: 1, more }) = coact(files, &plan, &folder.path().join(out))
    else {
        panic!("one byte is not enough");
    };
    plan.memory += more;
    edges(events, &plan, out)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn what_has_no_room_in_memory_is_counted_from_disk_to_the_same_bytes(
        events in prop::collection::vec((0_u8..30, 0_u8..40, 0_u8..3, prop::option::weighted(0.9, -5_000_000_000_i64..5_000_000_000)), 1..300),
        window in prop::sample::select(vec![1_u64 << 20, 1 << 33]),
        min_weight in 1_u32..4,
        cap in prop::sample::select(vec![1, 3, 10_000]),
    ) {
        let planned = |workers| Plan { cap, ..plan(window, min_weight, workers) };
        let (mut one, bytes) = edges(&events, &planned(1), "edges.parquet");
        prop_assert_eq!(one.spilled_bytes, 0);
        for workers in [1, 3] {
            let (again, same) = squeezed(&events, planned(workers), "edges.parquet");
            one.spilled_bytes = again.spilled_bytes;
            prop_assert_eq!(&again, &one);
            prop_assert!(same == bytes, "{} workers", workers);
        }
    }
}

#[test]
fn several_processes_spill_and_count_in_the_same_rounds() {
    let events: Vec<Event> = (0..3_000_u32)
        .map(|number| {
            let [who, what, ..] = number.wrapping_mul(2_654_435_761).to_be_bytes();
            (who, what, 0, Some(i64::from(number)))
        })
        .collect();
    let plan = Plan {
        cap: 3,
        ..plan(2_000, 1, 2)
    };
    let (alone, expected) = edges(&events, &plan, "edges.parquet");
    assert!(alone.truncated_events > 0);
    let folder = tempfile::tempdir().unwrap();
    // Two processes, here two threads that know nothing of each other.
    let together = |memory: u64| {
        let listeners = [0, 1].map(|_| std::net::TcpListener::bind("127.0.0.1:0").unwrap());
        let addresses = listeners.map(|listener| listener.local_addr().unwrap().to_string());
        std::thread::scope(|scope| {
            let running = [0, 1].map(|process| {
                let hosts = Some(Hosts {
                    addresses: addresses.to_vec(),
                    process,
                });
                let plan = Plan {
                    memory,
                    hosts,
                    ..plan.clone()
                };
                let files = written(folder.path(), &events);
                let out = folder.path().join("edges.parquet");
                scope.spawn(move || coact(files, &plan, &out))
            });
            running.map(|process| process.join().unwrap())
        })
    };
    let missing = together(1).map(|ended| match ended {
        Err(CoactError::Memory { more, .. }) => more,
        other => panic!("one byte is not enough: {other:?}"),
    });
    let [first, second] = together(1 + missing[0].max(missing[1])).map(Result::unwrap);
    let first = first.unwrap();
    assert!(second.is_none() && first.spilled_bytes > 0);
    let told = Summary {
        spilled_bytes: 0,
        ..first
    };
    assert_eq!(told, alone);
    assert!(fs::read(folder.path().join("edges.parquet")).unwrap() == expected);
}

#[test]
fn what_many_rounds_count_adds_up() {
    let events: Vec<Event> = (0..20_000_u32)
        .map(|number| {
            let [who, what, ..] = number.wrapping_mul(2_654_435_761).to_be_bytes();
            (who, what, 0, Some(i64::from(number / 7)))
        })
        .collect();
    let (_, bytes) = edges(&events, &plan(90, 2, 2), "edges.csv");
    let (summary, same) = squeezed(&events, plan(90, 2, 2), "edges.csv");
    assert!(summary.spilled_bytes > 50_000, "{summary:?}");
    assert!(summary.written.edges > 500);
    assert!(same == bytes);
}

/// How many partners each event has, one after the other.
fn partners(events: &[Event], window: u64) -> Vec<u64> {
    let partners = events.iter().map(|(who, what, _, when)| {
        let near = events.iter().filter(|other| {
            other.0 != *who
                && other.1 == *what
                && other.3.unwrap().abs_diff(when.unwrap()) <= window
        });
        near.map(|other| other.0).collect::<BTreeSet<_>>().len() as u64
    });
    partners.collect()
}

#[test]
fn of_too_many_partners_some_stand_for_all() {
    let events: Vec<Event> = (0..6_000_u32)
        .map(|number| {
            let [who, what, when, ..] = number.wrapping_mul(2_654_435_761).to_be_bytes();
            (who % 150, what % 12, 0, Some(i64::from(when)))
        })
        .collect();
    let partners = partners(&events, 40);
    let all: u64 = partners.iter().sum();
    for cap in [20_u32, 60, 149] {
        let plan = Plan {
            cap,
            ..plan(40, 1, 2)
        };
        let (summary, _) = edges(&events, &plan, "edges.csv");
        let cut = partners
            .iter()
            .map(|partners| partners.saturating_sub(cap.into()));
        assert_eq!(summary.truncated_mass, cut.clone().sum::<u64>(), "{cap}");
        assert_eq!(
            summary.truncated_events,
            cut.filter(|cut| *cut > 0).count() as u64
        );
        let share = summary.written.weight.abs_diff(all) * 100 / all;
        assert!(share <= 3, "cap {cap}: {summary:?}, {all} meetings");
    }
}

#[test]
fn whoever_floods_an_object_is_one_partner() {
    // Two accounts take turns for hours: each event has one partner and thousands of events near it.
    let events: Vec<Event> = (0..8_000_u32)
        .map(|number| ((number % 2).to_be_bytes()[3], 0, 0, Some(i64::from(number))))
        .collect();
    let plan = Plan {
        cap: 4,
        ..plan(1_000_000, 1, 2)
    };
    let (summary, text) = edges(&events, &plan, "edges.csv");
    let text = String::from_utf8(text).unwrap();
    assert!(text.contains(",4000,1\n"), "{text}");
    assert_eq!((summary.written.edges, summary.truncated_events), (2, 0));
}

#[test]
fn a_busy_account_is_tallied_like_any_other() {
    // More meetings than are written down at once, with few accounts and then with many.
    for others in [3_u8, 200] {
        let mut events: Vec<Event> = Vec::new();
        for round in 0..40_u8 {
            events.push((0, round, 0, Some(i64::from(round))));
            events.extend((1..=others).map(|who| (who, round, 0, Some(i64::from(round) + 1))));
        }
        let (_, text) = edges(&events, &plan(5, 2, 2), "edges.csv");
        assert_eq!(String::from_utf8(text).unwrap(), plainly(&events, 5, 2));
    }
}

#[test]
fn rows_without_a_name_or_a_time_are_counted() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("events.csv");
    let text = "when,who,what,layer\n1,a,o,l\n2,,o,l\n3,b,,l\n,b,o,l\n5,b,o,l\n";
    fs::write(&path, text).unwrap();
    let files = TouchFiles::open(&[path], &columns(), TimeUnit::Seconds).unwrap();
    let out = folder.path().join("edges.csv");
    let summary = coact(files, &plan(9, 1, 2), &out).unwrap().unwrap();
    let counted = (
        summary.events,
        summary.nameless,
        summary.untimed,
        summary.written.edges,
    );
    assert_eq!(counted, (5, 2, 1, 2));
}

#[test]
fn accounts_whose_names_are_no_text_are_told_apart_and_counted() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("events.csv");
    let text = b"when,who,what,layer\n1,a\xfe,o,l\n1,a\xff,o,l\n1,b,o,l\n";
    fs::write(&path, text).unwrap();
    let files = TouchFiles::open(&[path], &columns(), TimeUnit::Seconds).unwrap();
    let out = folder.path().join("edges.csv");
    let summary = coact(files, &plan(9, 1, 2), &out).unwrap().unwrap();
    assert_eq!((summary.accounts, summary.misspelt), (3, 2));
    assert_eq!(summary.written.edges, 6);
    let written = fs::read_to_string(&out).unwrap();
    assert!(written.contains("a\\xfe,a\\xff,1,1\n"), "{written}");
}

#[test]
fn nothing_is_left_behind_when_it_fails() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("events.csv");
    fs::write(&path, "when,who,what,layer\n1,a,o,l\nlater,b,o,l\n").unwrap();
    let files = TouchFiles::open(&[path], &columns(), TimeUnit::Seconds).unwrap();
    let out = folder.path().join("edges.parquet");
    for workers in [1, 3] {
        let files = TouchFiles::open(
            &[folder.path().join("events.csv")],
            &columns(),
            files.unit(),
        );
        let failed = coact(files.unwrap(), &plan(9, 1, workers), &out).unwrap_err();
        assert!(failed.to_string().contains("row 3"), "{failed}");
    }
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    let files = TouchFiles::open(
        &[folder.path().join("events.csv")],
        &columns(),
        TimeUnit::Seconds,
    );
    let nowhere = folder.path().join("nowhere/edges.csv");
    assert!(coact(files.unwrap(), &plan(9, 1, 1), &nowhere).is_err());
}

//! What lies in collections: in an order that only ever goes on, each version once, and entered when it goes.

use avert_model::{IntelRecord, LedgerEntry, Recipient, Shared, Timestamp};
use avert_ops::intel::{self, Batch};
use avert_ops::sharing::{self, Applied, Asked, Change, Fetch, Offered, Put, Told, Which};
use avert_ops::store::Store;

use crate::common::{self, Still, noon, store};

fn at(second: i64) -> Option<Timestamp> {
    (second > 0).then(|| Timestamp::from_second(second).unwrap())
}

fn put(id: &str, version: i64, body: &str) -> Put {
    Put {
        id: id.into(),
        version: at(version),
        kind: id.split("--").next().unwrap().into(),
        spec_version: "2.1".into(),
        body: body.into(),
        copy_by: String::new(),
        entry: Some(LedgerEntry::Shared(Shared {
            object: id.into(),
            version: String::new(),
            digest: body.into(),
            from: "us".into(),
            to: Recipient::Group("isac".into()),
            channel: "taxii".into(),
            at: noon(),
        })),
    }
}

fn apply(store: &mut Store, number: i64, put: Vec<Put>, ids: &[&str]) -> Applied {
    let told = ids.iter().map(|id| Offered {
        id: (*id).into(),
        told: Told::Whole,
    });
    let ids: Vec<String> = ids.iter().map(|id| (*id).into()).collect();
    let change = Change {
        seen: sharing::seen(store, number, &ids).unwrap(),
        told: told.collect(),
        put,
        ids,
        ..Change::default()
    };
    sharing::apply(store, &Still, number, change).unwrap()
}

/// The texts that are read, and whether there are more.
fn read(store: &Store, number: i64, asked: &Asked, limit: usize) -> (Vec<String>, bool) {
    let mut texts = Vec::new();
    let more = sharing::each(store, number, asked, true, limit, &mut |shown| {
        texts.push(shown.body);
        true
    });
    (texts, more.unwrap())
}

fn last_time(store: &Store, number: i64) -> Timestamp {
    let mut last = None;
    let all = Asked {
        which: Which {
            all: true,
            ..Which::default()
        },
        ..Asked::default()
    };
    sharing::each(store, number, &all, false, 100, &mut |shown| {
        last = Some(shown.added_at);
        true
    })
    .unwrap();
    last.unwrap()
}

#[test]
fn what_is_new_comes_after_everything_before_although_the_clock_stands_still() {
    let mut store = store();
    let number = sharing::collection(&mut store, "one").unwrap().number;
    assert_eq!(
        sharing::collection(&mut store, "one").unwrap().number,
        number
    );
    let first = apply(
        &mut store,
        number,
        vec![put("tool--1", 1, "a"), put("tool--2", 1, "b")],
        &["tool--1", "tool--2"],
    );
    assert_eq!((first.put, first.appeared.len()), (2, 2));
    let before = last_time(&store, number);
    // The same again changes nothing.
    let same = apply(
        &mut store,
        number,
        vec![put("tool--1", 1, "a")],
        &["tool--1"],
    );
    assert_eq!((same.put, same.taken), (0, 0));
    // The last is taken out, and what comes then is later all the same.
    let gone = apply(&mut store, number, Vec::new(), &["tool--2"]);
    assert_eq!(gone.vanished, ["tool--2"]);
    apply(
        &mut store,
        number,
        vec![put("tool--1", 1, "changed")],
        &["tool--1"],
    );
    let newer = Asked {
        after: Some(before),
        ..Asked::default()
    };
    assert_eq!(
        read(&store, number, &newer, 9),
        (vec!["changed".into()], false)
    );
}

#[test]
fn versions_are_found_as_they_are_asked_for() {
    let mut store = store();
    let number = sharing::collection(&mut store, "one").unwrap().number;
    let all = vec![
        put("tool--1", 2, "second"),
        put("tool--1", 1, "first"),
        put("url--1", 0, "without"),
    ];
    apply(&mut store, number, all, &["tool--1", "url--1"]);
    let which = |which: Which| {
        let asked = Asked {
            kinds: vec!["tool".into()],
            which,
            ..Asked::default()
        };
        read(&store, number, &asked, 9).0
    };
    let none = Which::default;
    assert_eq!(which(none()), ["second"], "the last, where nobody says");
    assert_eq!(
        which(Which {
            last: true,
            ..none()
        }),
        ["second"]
    );
    assert_eq!(
        which(Which {
            first: true,
            ..none()
        }),
        ["first"]
    );
    assert_eq!(
        which(Which {
            all: true,
            ..none()
        }),
        ["second", "first"]
    );
    let exactly = vec![at(1).unwrap(), at(7).unwrap()];
    assert_eq!(which(Which { exactly, ..none() }), ["first"]);
    // What has no version is told apart by when it was put in.
    let exactly = vec![last_time(&store, number)];
    let asked = Asked {
        ids: vec!["url--1".into()],
        which: Which { exactly, ..none() },
        ..Asked::default()
    };
    assert_eq!(read(&store, number, &asked, 9).0, ["without"]);
    // Once the second is taken out, the first is the last.
    apply(
        &mut store,
        number,
        vec![put("tool--1", 1, "first")],
        &["tool--1"],
    );
    let tools = Asked {
        kinds: vec!["tool".into()],
        ..Asked::default()
    };
    assert_eq!(read(&store, number, &tools, 9).0, ["first"]);
    assert_eq!(sharing::versions_of(&store, number, "tool--1").unwrap(), 1);
}

#[test]
fn pages_say_whether_there_is_more() {
    let mut store = store();
    let number = sharing::collection(&mut store, "one").unwrap().number;
    let ids: Vec<String> = (0..5).map(|number| format!("tool--{number}")).collect();
    let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
    let all = ids.iter().map(|id| put(id, 1, id)).collect();
    apply(&mut store, number, all, &ids);
    let any = Asked::default();
    assert_eq!(read(&store, number, &any, 2).0, ["tool--0", "tool--1"]);
    assert!(read(&store, number, &any, 4).1 && !read(&store, number, &any, 5).1);
    // Whoever reads may stop earlier.
    let mut given = 0;
    let more = sharing::each(&store, number, &any, true, 5, &mut |_| {
        given += 1;
        given < 3
    });
    assert_eq!((more.unwrap(), given), (true, 3));
}

#[test]
fn who_fetched_something_is_known_while_it_lies_there_and_when_it_is_gone() {
    let mut store = store();
    let number = sharing::collection(&mut store, "one").unwrap().number;
    apply(
        &mut store,
        number,
        vec![put("tool--1", 1, "a")],
        &["tool--1"],
    );
    let time = last_time(&store, number);
    let fetch = |partner: &str| Fetch {
        collection: number,
        partner: partner.into(),
        first_at: time,
        last_at: time,
        revoked: Vec::new(),
    };
    let any = Asked::default();
    sharing::fetched(&mut store, &Still, &fetch("cert"), &any).unwrap();
    let urls = Asked {
        kinds: vec!["url".into()],
        ..Asked::default()
    };
    sharing::fetched(&mut store, &Still, &fetch("bank"), &urls).unwrap();
    let who = |store: &Store| {
        let entries = sharing::with_fetches(store, "tool--1").unwrap();
        let fetched = entries.into_iter().filter_map(|entry| match entry {
            LedgerEntry::Fetched(fetched) => Some(fetched.by.to_string()),
            _ => None,
        });
        fetched.collect::<Vec<_>>()
    };
    assert_eq!(who(&store), ["cert"], "the bank asked for something else");
    apply(&mut store, number, Vec::new(), &["tool--1"]);
    assert_eq!(
        who(&store),
        ["cert"],
        "it is written down before it is forgotten"
    );
    assert_eq!(sharing::of_object(&store, "tool--1").unwrap().len(), 2);
}

fn record(id: &str, version: i64, body: &str) -> IntelRecord {
    common::record(id, at(version), body)
}

fn take(store: &mut Store, from: &str, records: Vec<IntelRecord>) -> intel::Tally {
    let batch = Batch {
        records,
        from: from.into(),
        terms: if from.is_empty() {
            String::new()
        } else {
            format!("of {from}")
        },
        ..Batch::default()
    };
    intel::import(store, &Still, "test", "a source", [batch]).unwrap()
}

/// From whom each text under an id came, and whether it is kept apart.
fn origins(store: &Store, id: &str) -> Vec<(String, String, bool)> {
    let versions = sharing::versions_of_all(store, &[id.to_owned()]).unwrap();
    let mut origins: Vec<_> = versions
        .into_iter()
        .map(|version| (version.body, version.from, version.is_apart))
        .collect();
    origins.sort();
    origins
}

fn origin(body: &str, from: &str, is_apart: bool) -> (String, String, bool) {
    (body.to_owned(), from.to_owned(), is_apart)
}

#[test]
fn an_id_is_whose_it_came_from_first() {
    let mut store = store();
    take(&mut store, "", vec![record("tool--1", 1, "{\"ours\":1}")]);
    let forged = take(
        &mut store,
        "bank",
        vec![record("tool--1", 2, "{\"forged\":1}")],
    );
    assert_eq!((forged.new, forged.conflicts.len()), (0, 1));
    let (newest, _) = intel::newest(&store, "tool--1").unwrap().unwrap();
    assert_eq!(newest.version, at(1));
    // The same text is known, and each has its own of it.
    assert_eq!(
        take(
            &mut store,
            "cert",
            vec![record("tool--1", 1, "{\"ours\":1}")]
        )
        .known,
        1
    );
    assert_eq!(
        origins(&store, "tool--1"),
        [
            origin("{\"forged\":1}", "bank", true),
            origin("{\"ours\":1}", "", false),
            origin("{\"ours\":1}", "cert", true),
        ]
    );
    // Whoever it came from first goes on with it; so may our own people.
    take(&mut store, "bank", vec![record("tool--2", 1, "{\"v\":1}")]);
    assert_eq!(
        take(&mut store, "cert", vec![record("tool--2", 2, "{\"w\":2}")]).new,
        0
    );
    assert_eq!(
        take(&mut store, "bank", vec![record("tool--2", 2, "{\"v\":2}")]).new,
        1
    );
    assert_eq!(
        take(&mut store, "", vec![record("tool--2", 3, "{\"v\":3}")]).new,
        1
    );
    let known = take(&mut store, "", vec![record("tool--2", 1, "{\"v\":1}")]);
    assert_eq!(known.known, 1);
    assert_eq!(
        origins(&store, "tool--2"),
        [
            origin("{\"v\":1}", "", false),
            origin("{\"v\":1}", "bank", false),
            origin("{\"v\":2}", "bank", false),
            origin("{\"v\":3}", "", false),
            origin("{\"w\":2}", "cert", true),
        ]
    );
}

/// The terms of what came from somebody under an id.
fn terms_of(store: &Store, id: &str, from: &str) -> Vec<String> {
    let versions = sharing::versions_of_all(store, &[id.to_owned()]).unwrap();
    let of = versions.into_iter().filter(|version| version.from == from);
    of.map(|version| version.terms).collect()
}

#[test]
fn the_same_again_is_on_the_terms_of_both_times() {
    let mut store = store();
    let mut take = |from: &str, terms: &str| {
        let batch = Batch {
            records: vec![record("tool--1", 1, "{}")],
            from: from.into(),
            terms: terms.into(),
            join: Some(|kept, came| format!("{kept}+{came}")),
            ..Batch::default()
        };
        intel::import(&mut store, &Still, "test", "a source", [batch]).unwrap();
        (
            terms_of(&store, "tool--1", from),
            terms_of(&store, "tool--1", ""),
        )
    };
    assert_eq!(take("", "").0, [""]);
    assert_eq!(take("", "strict").0, ["strict"], "ours becomes stricter");
    assert_eq!(take("", "").0, ["strict"], "and not looser again");
    assert_eq!(take("cert", "a").0, ["a"]);
    assert_eq!(
        take("cert", "b"),
        (vec!["a+b".into()], vec!["strict".into()])
    );
}

#[test]
fn what_is_offered_and_comes_again_is_to_be_judged_again_everywhere() {
    let mut store = store();
    let numbers = ["one", "two"].map(|id| sharing::collection(&mut store, id).unwrap().number);
    take(&mut store, "", vec![record("tool--1", 1, "{}")]);
    for number in numbers {
        let ids = ["tool--1".to_owned()];
        sharing::take_in(&mut store, &Still, (number, ""), Batch::default(), &ids).unwrap();
        assert!(sharing::stale(&store, number).unwrap().is_empty());
    }
    take(
        &mut store,
        "",
        vec![
            record("tool--1", 2, "{\"v\":2}"),
            record("tool--2", 1, "{}"),
        ],
    );
    for number in numbers {
        assert_eq!(sharing::stale(&store, number).unwrap(), ["tool--1"]);
    }
    apply(
        &mut store,
        numbers[0],
        vec![put("tool--1", 2, "{\"v\":2}")],
        &["tool--1"],
    );
    assert!(sharing::stale(&store, numbers[0]).unwrap().is_empty());
    assert_eq!(sharing::stale(&store, numbers[1]).unwrap(), ["tool--1"]);
}

#[test]
fn a_copy_leaves_nothing_in_the_ledger_and_what_was_told_once_is_remembered() {
    let mut store = store();
    let number = sharing::collection(&mut store, "one").unwrap().number;
    let copy = Put {
        copy_by: "cert".into(),
        entry: None,
        ..put("tool--1", 1, "{}")
    };
    let ids = ["tool--1".to_owned()];
    assert_eq!(
        apply(&mut store, number, vec![copy], &["tool--1"]).appeared,
        ids
    );
    let copies = sharing::visible(&store, number, &ids).unwrap();
    assert_eq!(copies["tool--1"].iter().collect::<Vec<_>>(), ["cert"]);
    let fetch = Fetch {
        collection: number,
        partner: "bank".into(),
        first_at: last_time(&store, number),
        last_at: last_time(&store, number),
        revoked: Vec::new(),
    };
    sharing::fetched(&mut store, &Still, &fetch, &Asked::default()).unwrap();
    assert!(sharing::with_fetches(&store, "tool--1").unwrap().is_empty());
    // What came first takes its place: one thing goes, and another comes.
    let first = apply(
        &mut store,
        number,
        vec![put("tool--1", 1, "{}")],
        &["tool--1"],
    );
    assert_eq!(
        (first.appeared.as_slice(), first.vanished.as_slice()),
        (&ids[..], &ids[..])
    );
    let once = sharing::told_once(&store, number, &ids).unwrap();
    assert_eq!(once["tool--1"].iter().collect::<Vec<_>>(), ["cert"]);
    let entries = sharing::with_fetches(&store, "tool--1").unwrap();
    assert_eq!(entries.len(), 1, "{entries:?}");
}

#[test]
fn of_each_partner_what_became_of_the_last_fifty_is_kept() {
    let mut store = store();
    let keep = |store: &mut Store, partner: &str, number: i64| {
        let id = format!("{partner}-{number}");
        let at = at(number + 1).unwrap();
        sharing::keep_status(store, at, (&id, partner), &format!("status of {id}")).unwrap();
    };
    keep(&mut store, "bank", 0);
    for number in 0..51 {
        keep(&mut store, "cert", number);
    }
    let kept = |store: &Store, partner: &str, number: i64| {
        let id = format!("{partner}-{number}");
        sharing::status(store, &id, partner).unwrap()
    };
    assert_eq!(kept(&store, "cert", 0), None, "the oldest of fifty-one");
    for number in 1..51 {
        let status = format!("status of cert-{number}");
        assert_eq!(kept(&store, "cert", number), Some(status));
    }
    assert!(kept(&store, "bank", 0).is_some(), "others keep their own");
    // The newest is kept although the clock stands still.
    for number in 0..60 {
        let id = format!("at-once-{number}");
        sharing::keep_status(&mut store, at(99).unwrap(), (&id, "cert"), "{}").unwrap();
        assert!(sharing::status(&store, &id, "cert").unwrap().is_some());
    }
}

//! Every parser of foreign bytes, given bytes that nobody honest sends: none of them panics, runs on or
//! keeps what it should not.
//!
//! Each target is a function of bytes. What it is given are honest texts, cut, joined, repeated and overwritten by
//! chance; the same number gives the same bytes, so that what breaks can be repeated. `AVERT_FUZZ_CASES` says how
//! many each target gets; a night's worth is some millions.

use std::collections::{BTreeMap, BTreeSet};

use avert_exchange::release::{Definitions, Directory, Item, Rules, Terms, check};
use avert_exchange::stix::pattern::Pattern;
use avert_exchange::stix::{Limits, Object, Reader};
use avert_exchange::taxii::{Query, is_accepted, is_taxii, next_in};
use avert_model::{Partner, Recipient, Timestamp, Tlp};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng as _, SeedableRng as _};
use serde_json::Value;

/// How many cases each target gets, unless somebody says.
const CASES: u64 = 20_000;

fn cases() -> u64 {
    std::env::var("AVERT_FUZZ_CASES").map_or(CASES, |cases| cases.parse().unwrap())
}

const OBJECTS: &[&str] = &[
    r#"{"type":"bundle","id":"bundle--00000000-0000-4000-8000-000000000000","objects":[{"type":"malware","spec_version":"2.1","id":"malware--00000000-0000-4000-8000-000000000001","created":"2026-01-01T00:00:00.000Z","modified":"2026-01-01T00:00:00.000Z","name":"Invented","is_family":true,"object_marking_refs":["marking-definition--bab4a63c-aed9-4cf5-a766-dfca5abac2bb"]}]}"#,
    r#"{"more":true,"next":"7","objects":[{"type":"domain-name","id":"domain-name--3c10e93f-798e-5a26-a0c1-08156efab7f5","value":"example.org"},{}]}"#,
    r#"{"type":"report","spec_version":"2.1","id":"report--00000000-0000-4000-8000-000000000002","created":"2026-01-01T00:00:00Z","modified":"2026-01-01T00:00:00Z","name":"\u0000\ud800","published":"2026-01-01T00:00:00Z","object_refs":["malware--00000000-0000-4000-8000-000000000001"],"granular_markings":[{"marking_ref":"marking-definition--e828b379-4e03-4974-9ac4-e53a884c97c1","selectors":["name","object_refs.[0]","a.b.[99999999999]"]}],"extensions":{"x":{"y":[[[1e999,-0.0,1.5e-7]]]}}}"#,
    "[{},{\"id\":7},null,[[[[]]]]]\n{\"type\":\"x\"}{\"type\":\"y\"}",
];

const PATTERNS: &[&str] = &[
    "[domain-name:value = 'example.org'] FOLLOWEDBY [url:value LIKE '%x_'] WITHIN 5 SECONDS REPEATS 3 TIMES",
    "([file:hashes.'SHA-256' = 'aa'] AND [ipv4-addr:value ISSUBSET '198.51.100.0/24']) START t'2026-01-01T00:00:00Z' STOP t'2026-01-02T00:00:00Z'",
    "[a:b[*].c[0] IN ('x', h'00ff', b'AA==', 1, 1.5, true) AND NOT a:d MATCHES '^(a+)+$' OR EXISTS a:e]",
];

const QUERIES: &[&str] = &[
    "added_after=2026-01-01T00:00:00.000Z&limit=10&next=7&match[type]=a,b&match[version]=all,first",
    "match[id]=malware--00000000-0000-4000-8000-000000000001&match[spec_version]=2.1&limit=18446744073709551616",
];

/// Honest bytes, made dishonest.
fn mangled(seeds: &[&str], random: &mut ChaCha8Rng) -> Vec<u8> {
    let below = |random: &mut ChaCha8Rng, bound: usize| {
        usize::try_from(random.next_u64()).unwrap_or(usize::MAX) % bound.max(1)
    };
    let seed = |random: &mut ChaCha8Rng| seeds[below(random, seeds.len())].as_bytes().to_vec();
    let mut bytes = seed(random);
    for _ in 0..=below(random, 6) {
        let (from, to) = (below(random, bytes.len()), below(random, bytes.len()));
        let (from, to) = (from.min(to), from.max(to));
        match below(random, 7) {
            0 => bytes.truncate(to),
            1 => drop(bytes.drain(from..to)),
            2 => {
                let part = bytes[from..to].to_vec();
                bytes.splice(from..from, part.repeat(1 + below(random, 40)));
            }
            3 => {
                let other = seed(random);
                let cut = below(random, other.len());
                bytes.splice(from..to, other[cut..].iter().copied());
            }
            4 if !bytes.is_empty() => bytes[from] = u8::try_from(below(random, 256)).unwrap(),
            5 => {
                let depth = 1 + below(random, 4_000);
                let bracket = [&b"["[..], b"{\"a\":", b"(", b"NOT "][below(random, 4)];
                bytes.splice(from..from, bracket.repeat(depth));
            }
            _ => {
                let words = [
                    &b"\\u0000"[..],
                    b"\xff\xfe",
                    b"\xe2\x80\xae",
                    b"1e400",
                    b"''",
                    b",,",
                    b"\"",
                    b"--",
                ];
                bytes.splice(
                    from..from,
                    words[below(random, words.len())].iter().copied(),
                );
            }
        }
        // Memory is bounded here too.
        bytes.truncate(1 << 20);
    }
    bytes
}

/// Gives a target its cases.
fn try_on(seeds: &[&str], target: impl Fn(&[u8])) {
    for case in 0..cases() {
        let mut random = ChaCha8Rng::seed_from_u64(case);
        let bytes = mangled(seeds, &mut random);
        let judged = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| target(&bytes)));
        assert!(
            judged.is_ok(),
            "case {case}: {}",
            String::from_utf8_lossy(&bytes)
        );
    }
}

#[test]
fn bundles() {
    let limits = Limits {
        object_bytes: 64 << 10,
        depth: 64,
        objects: 10_000,
    };
    try_on(OBJECTS, |bytes| {
        for received in Reader::new(bytes, limits).flatten() {
            // What is kept is kept as it came, and reads back.
            let text = received.object.as_str().to_owned();
            assert!(text.len() <= limits.object_bytes);
            let (again, _) = Object::parse(text).unwrap();
            assert_eq!(again, received.object);
        }
    });
}

#[test]
fn patterns() {
    try_on(PATTERNS, |bytes| {
        let text = String::from_utf8_lossy(bytes);
        let _ = text.parse::<Pattern>();
    });
}

#[test]
fn envelopes_and_addresses_of_taxii() {
    try_on(OBJECTS, |bytes| drop(next_in(bytes)));
    try_on(QUERIES, |bytes| {
        let text = String::from_utf8_lossy(bytes);
        let pairs = text
            .split('&')
            .map(|pair| pair.split_once('=').unwrap_or((pair, "")));
        if let Ok(query) = Query::read(pairs) {
            assert!(query.limit != Some(0) && query.ids.len() <= 200);
        }
        let _ = (is_taxii(&text), is_accepted(Some(&text)));
    });
}

#[test]
fn the_gate_on_any_json() {
    let us = Partner {
        id: "us".into(),
        name: String::new(),
        organisation: "us".into(),
        community: true,
        limit: Tlp::Red,
        ask_first: false,
    };
    let directory = Directory {
        us: "us".into(),
        our_identities: BTreeSet::new(),
        partners: BTreeMap::from([(us.id.clone(), us)]),
        clients: BTreeMap::new(),
        groups: BTreeMap::new(),
    };
    let none = BTreeSet::new();
    try_on(OBJECTS, |bytes| {
        let values = serde_json::Deserializer::from_slice(bytes).into_iter::<Value>();
        let mut objects: Vec<Value> = values.map_while(Result::ok).take(50).collect();
        let inner = objects
            .iter()
            .filter_map(|value| value["objects"].as_array().cloned());
        let inner: Vec<Value> = inner.flatten().collect();
        objects.extend(inner);
        let definitions = Definitions::read(&objects);
        let rules = Rules {
            directory: &directory,
            definitions: &definitions,
            happened: &[],
            retracted: &none,
            known: &none,
            unmarked: Tlp::Red,
        };
        let items: Vec<Item<Value>> = objects
            .into_iter()
            .map(|object| Item {
                object,
                terms: Terms::default(),
            })
            .collect();
        let release = check(&items, &Recipient::Public, &rules, Timestamp::UNIX_EPOCH).unwrap();
        assert_eq!(release.releasable.level(), Tlp::Clear);
    });
}

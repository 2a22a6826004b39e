//! The scanner against the definition.

use avert_model::Timestamp;
use proptest::collection::vec;
use proptest::prelude::*;
use tempfile::TempDir;

use super::{Matcher, Reading, ScanError, oracle, scan};
use crate::assertion::{Assertion, Decay};
use crate::kind::Kind;
use crate::normal::Indicator;
use crate::set::{IndicatorSet, SetBuilder};

pub(crate) fn said(label: &str) -> Assertion {
    Assertion {
        label: label.to_owned(),
        source: "a list".to_owned(),
        reference: String::new(),
        tlp: None,
        pap: None,
        admiralty: None,
        score: None,
        first_seen: None,
        last_seen: Timestamp::UNIX_EPOCH,
        expires: None,
        is_revoked: false,
        decay: Decay::USUAL,
    }
}

pub(crate) fn set_of(texts: &[&str]) -> (TempDir, IndicatorSet, Vec<Indicator>) {
    let folder = tempfile::tempdir().unwrap();
    let mut builder = SetBuilder::new(folder.path());
    let mut indicators = Vec::new();
    for text in texts {
        let indicator = Indicator::parse(text).unwrap_or_else(|why| panic!("{text}: {why}"));
        builder.add(&indicator, &said("malware/x")).unwrap();
        indicators.push(indicator);
    }
    let (path, _) = builder.finish().unwrap();
    indicators.sort();
    indicators.dedup();
    (folder, IndicatorSet::open(&path).unwrap(), indicators)
}

const INDICATORS: &[&str] = &[
    "evil.example.org",
    "org.example",
    "a.evil.example.org",
    "bücher.example",
    "пример.испытание",
    "例え.テスト",
    "xn--e1afmkfd.example",
    "_dmarc.evil.example",
    "192.0.2.7",
    "198.51.100.0/24",
    "203.0.112.0/20",
    "2001:db8::7",
    "2001:db8:1::/48",
    "::1",
    "192.0.2.8:8080",
    "[2001:db8::9]:443",
    "evil.example.org:444",
    "http://evil.example.org/gate.php",
    "evil.example.org/a/b?c=d",
    "evil.example.org/a",
    "evil.example.org:8080/a",
    "http://192.0.2.9/",
    "http://[2001:db8::7]/x",
    "evil.example.org?x=1",
    "http://bücher.example/kauf",
    "evil.example.org/wiki_(x)",
    "evil.example.org/it's",
    "/gate.php",
    "/a/b?c=d",
    "/x",
    "0123456789abcdef0123456789abcdef",
    "0123456789abcdef0123456789abcdef01234567",
    "anna@evil.example.org",
    "b.c+d@bücher.example",
    "@anna",
    "@anna.k_9",
    "@anna@chat.example.org",
];

fn check_against_oracle(log: &[u8], set: &IndicatorSet, indicators: &[Indicator]) {
    let found = Matcher::new([set]).find(log).unwrap();
    let mut found: Vec<(u64, Indicator)> = found
        .into_iter()
        .map(|hit| (hit.line, hit.record.indicator.clone()))
        .collect();
    found.sort();
    let mut expect = oracle::find(log, indicators);
    expect.sort();
    assert_eq!(found, expect, "{:?}", String::from_utf8_lossy(log));
}

fn check(line: &str, expect: &[&str]) {
    let (_folder, set, indicators) = set_of(INDICATORS);
    let found = Matcher::new([&set]).find(line.as_bytes()).unwrap();
    let mut values: Vec<&str> = found
        .iter()
        .map(|hit| hit.record.indicator.value())
        .collect();
    values.sort_unstable();
    let mut expect = expect.to_vec();
    expect.sort_unstable();
    assert_eq!(values, expect, "{line}");
    check_against_oracle(line.as_bytes(), &set, &indicators);
}

#[test]
fn a_domain_stands_for_what_is_below_it_and_for_nothing_beside_it() {
    check("x evil.example.org y", &["evil.example.org"]);
    check("WWW.EVIL.Example.ORG.", &["evil.example.org"]);
    check(
        "b.a.evil.example.org",
        &["evil.example.org", "a.evil.example.org"],
    );
    check(
        "notevil.example.org evil.example.org.uk evil.example.orgs evil.example.org-x",
        &[],
    );
    check("see...evil.example.org... and", &["evil.example.org"]);
    check(
        "-evil.example.org- (evil.example.org) \"evil.example.org\"",
        &["evil.example.org"],
    );
    check("x%2Fevil.example.org", &["evil.example.org"]);
}

#[test]
fn names_beyond_ascii_are_compared_in_punycode() {
    check("BÜCHER.example", &["xn--bcher-kva.example"]);
    check("www.xn--bcher-kva.example", &["xn--bcher-kva.example"]);
    check("“bücher.example”", &["xn--bcher-kva.example"]);
    check("bücher。example", &["xn--bcher-kva.example"]);
    check("ｅｖｉｌ.example.org", &["evil.example.org"]);
    check("请访问evil.example.org查看", &["evil.example.org"]);
    check("ñevil.example.org evil.example.orgñ", &[]);
    check("例え.テスト", &["xn--r8jz45g.xn--zckzah"]);
}

#[test]
fn addresses_stand_alone_and_networks_for_what_is_in_them() {
    check("192.0.2.7 192.0.2.7:1 192.0.2.7.", &["192.0.2.7"]);
    check("192.0.2.70 1192.0.2.7 192.0.2.7.1 192.0.02.7", &[]);
    check("SRC=198.51.100.200", &["198.51.100.0/24"]);
    check("203.0.112.1 203.0.128.1", &["203.0.112.0/20"]);
    check("203.0.127.255", &["203.0.112.0/20"]);
    check("from 2001:DB8:0:0:0:0:0:7, to", &["2001:db8::7"]);
    check("[2001:db8::7]:80 x2001:db8::7", &["2001:db8::7"]);
    check("2001:db8:1:2::3", &["2001:db8:1::/48"]);
    check("::ffff:192.0.2.7", &["192.0.2.7"]);
    check("17:12:10 a::1b", &[]);
}

#[test]
fn endpoints_and_urls_have_their_port_and_path() {
    check("192.0.2.8:8080", &["192.0.2.8:8080"]);
    check("192.0.2.8:80801 192.0.2.8:8080x 192.0.2.8", &[]);
    check("https://[2001:db8::9]:443/", &["[2001:db8::9]:443"]);
    check(
        "evil.example.org:444.",
        &["evil.example.org", "evil.example.org:444"],
    );
    check(
        "hxxps://u:p@EVIL.example.org:443/gate.php?x=1",
        &["evil.example.org", "evil.example.org/gate.php", "/gate.php"],
    );
    check("evil.example.org/GATE.php", &["evil.example.org"]);
    check(
        "(evil.example.org/a)",
        &["evil.example.org", "evil.example.org/a"],
    );
    check("evil.example.org/ab", &["evil.example.org"]);
    check(
        "x evil.example.org/a...",
        &["evil.example.org", "evil.example.org/a"],
    );
    check(
        "http://evil.example.org:8080/a",
        &["evil.example.org", "evil.example.org:8080/a"],
    );
    check(
        "evil.example.org/wiki_(x) ",
        &["evil.example.org", "evil.example.org/wiki_(x)"],
    );
    check("GET /x HTTP/1.1", &["/x"]);
    check("GET /y/x HTTP/1.1", &[]);
    check("//cdn.example.net/x", &["/x"]);
}

#[test]
fn hashes_mailboxes_and_handles_are_found() {
    check(
        "0123456789ABCDEF0123456789abcdef.exe",
        &["0123456789abcdef0123456789abcdef"],
    );
    check("x0123456789abcdef0123456789abcdef", &[]);
    check(
        "<Anna@EVIL.example.org>",
        &["anna@evil.example.org", "evil.example.org"],
    );
    check("xanna@evil.example.org", &["evil.example.org"]);
    check(
        "anna@a.evil.example.org",
        &["evil.example.org", "a.evil.example.org"],
    );
    check(
        "b.c+d@bücher.example",
        &["b.c+d@xn--bcher-kva.example", "xn--bcher-kva.example"],
    );
    check("by @Anna, and @anna.k_9.", &["@anna", "@anna.k_9"]);
    check(
        "@anna@chat.example.org",
        &["@anna", "@anna@chat.example.org"],
    );
    check(
        "@anna:chat.example.org",
        &["@anna", "@anna@chat.example.org"],
    );
    check("@annabel x@anna", &[]);
}

#[test]
fn what_is_defanged_or_escaped_is_found_and_told_as_such() {
    let (_folder, set, _) = set_of(INDICATORS);
    let matcher = Matcher::new([&set]);
    for (line, reading) in [
        ("hxxp://evil[.]example[.]org/", Reading::Refanged),
        ("evil(dot)example[DOT]org", Reading::Refanged),
        ("evil\\.example\\.org", Reading::Refanged),
        ("u=http%3a%2f%2Fevil%2eexample.org%2f", Reading::Decoded),
        (
            "{\"u\":\"http:\\/\\/evil\\u002eexample.org\\/\"}",
            Reading::Json,
        ),
        ("{\"u\":\"evil.example.org\"}", Reading::AsWritten),
    ] {
        let hits = matcher.find(line.as_bytes()).unwrap();
        let hit = hits
            .iter()
            .find(|hit| hit.record.indicator.kind() == Kind::Domain);
        assert_eq!(
            hit.map(|hit| (hit.reading, hit.text.as_str())),
            Some((reading, "evil.example.org")),
            "{line}"
        );
    }
    check("{\"a\":\"x\\nevil.example.org\"}", &["evil.example.org"]);
    check(
        "anna[@]evil[.]example[.]org 192[.]0.2.7",
        &["anna@evil.example.org", "evil.example.org", "192.0.2.7"],
    );
}

#[test]
fn lines_are_numbered_across_pieces_and_threads_and_told_in_order() {
    let (_folder, set, _) = set_of(INDICATORS);
    let matcher = Matcher::new([&set]);
    let mut log = Vec::new();
    let mut expect = Vec::new();
    for number in 1..=120_000_u64 {
        if number % 997 == 0 {
            log.extend_from_slice(b"a line with evil.example.org and 192.0.2.7 in it\n");
            expect.extend([number, number]);
        } else {
            log.extend_from_slice(format!("line {number} of www.example.net\n").as_bytes());
        }
    }
    for threads in [1, 2, 5] {
        let mut lines = Vec::new();
        let scanned = scan(&matcher, "log", log.as_slice(), threads, |hits| {
            lines.extend(hits.iter().map(|hit| hit.line));
            Ok::<bool, ScanError>(true)
        })
        .unwrap();
        assert_eq!(lines, expect);
        assert_eq!(
            (scanned.lines, scanned.hits, scanned.bytes),
            (120_000, expect.len() as u64, log.len() as u64)
        );
    }
}

#[test]
fn two_sets_say_what_they_say_together() {
    let (_one, one, _) = set_of(&["evil.example.org", "192.0.2.7"]);
    let folder = tempfile::tempdir().unwrap();
    let mut builder = SetBuilder::new(folder.path());
    builder
        .add(
            &Indicator::parse("evil.example.org").unwrap(),
            &said("phishing/y"),
        )
        .unwrap();
    let other = IndicatorSet::open(&builder.finish().unwrap().0).unwrap();
    let hits = Matcher::new([&one, &other])
        .find(b"evil.example.org 192.0.2.7")
        .unwrap();
    let labels: Vec<usize> = hits.iter().map(|hit| hit.record.assertions.len()).collect();
    assert_eq!(labels, [2, 1]);
}

fn around() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec![
        "",
        "",
        "",
        " ",
        ".",
        "..",
        "-",
        "_",
        "/",
        "//",
        ":",
        "@",
        "%",
        "%2F",
        "%40",
        "=",
        "\"",
        "'",
        "(",
        ")",
        "[",
        "]",
        "{",
        "}",
        "\\",
        "\\n",
        "\\/",
        "<",
        ",",
        ";",
        "?",
        "#",
        "&",
        "*",
        "!",
        "x",
        "0",
        "A",
        ":80",
        ":443",
        ":8080",
        ":08",
        "/a",
        "/gate.php",
        "é",
        "中",
        "“",
        "。",
        "[.]",
        "(dot)",
        "[:]",
        "\u{200b}",
        "\t",
        "\r",
        "+",
        "|",
        "http://",
        "hxxp://u@",
        "::",
        "ffff",
        "www.",
        ".org",
        "/a/b?c=d",
        "\n",
        "\n",
        "{\"a\":\"",
        "\\u002e",
        "\"}",
        "[{\"",
        "\u{e9}.",
        "%c3%a9",
    ])
}

/// An indicator, changed a little or not at all.
fn word() -> impl Strategy<Value = Vec<u8>> {
    let text = prop::sample::select(INDICATORS.to_vec());
    (text, 0..10_u8, any::<prop::sample::Index>(), any::<u8>()).prop_map(
        |(text, how, place, byte)| {
            let defanged = text.replace('.', "[.]");
            let mut bytes = match how {
                3 => text.to_uppercase().into_bytes(),
                4 => defanged.into_bytes(),
                5 => text.replace('.', "\\.").into_bytes(),
                6 => text.replace('/', "%2f").replace('.', "%2E").into_bytes(),
                7 => text
                    .replace('/', "\\/")
                    .replace('.', "\\u002e")
                    .into_bytes(),
                _ => text.as_bytes().to_vec(),
            };
            if how == 8 {
                let at = place.index(bytes.len());
                bytes[at] = byte;
            } else if how == 9 {
                bytes.truncate(place.index(bytes.len()) + 1);
            }
            bytes
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 3_000, ..ProptestConfig::default() })]

    #[test]
    fn nothing_is_missed_and_nothing_is_found_that_is_not_there(
        parts in vec((around(), word(), around()), 1..6),
    ) {
        thread_local! {
            static MADE: (TempDir, IndicatorSet, Vec<Indicator>) = set_of(INDICATORS);
        }
        let mut log = Vec::new();
        for (before, word, after) in parts {
            log.extend_from_slice(before.as_bytes());
            log.extend_from_slice(&word);
            log.extend_from_slice(after.as_bytes());
        }
        MADE.with(|(_, set, indicators)| check_against_oracle(&log, set, indicators));
    }

    #[test]
    fn no_bytes_are_too_hostile(log in vec(any::<u8>(), 0..400)) {
        thread_local! {
            static MADE: (TempDir, IndicatorSet, Vec<Indicator>) = set_of(INDICATORS);
        }
        MADE.with(|(_, set, indicators)| check_against_oracle(&log, set, indicators));
    }
}

mod real;

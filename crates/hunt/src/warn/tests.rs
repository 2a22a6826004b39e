//! The gate.

use std::fs;

use proptest::collection::vec;
use proptest::prelude::*;
use tempfile::TempDir;

use super::*;

fn lists(lists: &[(&str, &str, &[&str], &[&str])]) -> (TempDir, Warnings, WarnReport) {
    let folder = tempfile::tempdir().unwrap();
    for (name, kind, attributes, entries) in lists {
        let inner = folder.path().join("lists").join(name);
        fs::create_dir_all(&inner).unwrap();
        let list = serde_json::json!({
            "name": name, "type": kind, "version": 1, "description": "", "list": entries,
            "matching_attributes": attributes,
        });
        fs::write(inner.join("list.json"), list.to_string()).unwrap();
    }
    let paths = [folder.path().join("lists")];
    let (exact, patterns, report) = compile(&paths, folder.path(), Timestamp::UNIX_EPOCH).unwrap();
    let warnings = Warnings::open(&exact, &patterns).unwrap();
    (folder, warnings, report)
}

const HOSTS: &[&str] = &["hostname", "domain", "domain|ip"];

fn check(warnings: &Warnings, text: &str, expect: &[&str]) {
    let indicator = Indicator::parse(text).unwrap();
    assert_eq!(warnings.about(&indicator, None).unwrap(), expect, "{text}");
}

#[test]
fn each_type_of_list_compares_as_misp_says() {
    let (_folder, warnings, report) = lists(&[
        ("cdns", "hostname", HOSTS, &["cdn.example.net"]),
        (
            "popular",
            "string",
            HOSTS,
            &["popular.example", ".dotted.example"],
        ),
        (
            "resolvers",
            "cidr",
            &["ip-src", "ip-dst", "domain|ip"],
            &["192.0.2.0/25", "2001:db8::/32", "198.51.100.1", "nonsense"],
        ),
        (
            "throwaway",
            "substring",
            &["email-src", "email-dst"],
            &["throwaway.example"],
        ),
        (
            "desks",
            "regex",
            &["email-src"],
            &["/^(security|abuse)\\@.*\\..*$/i", "/(/"],
        ),
        (
            "hashes",
            "string",
            &["md5"],
            &["D41D8CD98F00B204E9800998ECF8427E"],
        ),
    ]);
    check(&warnings, "cdn.example.net", &["cdns"]);
    check(&warnings, "a.b.cdn.example.net", &["cdns"]);
    check(&warnings, "http://x.cdn.example.net/evil.js", &["cdns"]);
    check(&warnings, "notcdn.example.net", &[]);
    check(&warnings, "popular.example", &["popular"]);
    check(&warnings, "dotted.example", &["popular"]);
    check(&warnings, "evil.popular.example", &[]);
    check(&warnings, "192.0.2.7", &["resolvers"]);
    check(&warnings, "192.0.2.200", &[]);
    check(&warnings, "198.51.100.1:53", &["resolvers"]);
    check(&warnings, "2001:db8:9::1", &["resolvers"]);
    check(&warnings, "x@throwaway.example", &["throwaway"]);
    check(&warnings, "throwaway.example", &[]);
    check(&warnings, "Abuse@evil.example", &["desks"]);
    check(&warnings, "d41d8cd98f00b204e9800998ecf8427e", &["hashes"]);
    assert_eq!((report.lists, report.entries), (6, 11));
    assert_eq!(
        report.unreadable,
        BTreeMap::from([("desks".to_owned(), 1), ("resolvers".to_owned(), 1)])
    );
}

#[test]
fn of_a_network_the_address_that_was_found_counts_too() {
    let (_folder, warnings, _) = lists(&[("one", "cidr", &["ip-src"], &["192.0.2.77"])]);
    let network = Indicator::parse("192.0.2.0/24").unwrap();
    assert!(warnings.about(&network, None).unwrap().is_empty());
    assert_eq!(
        warnings.about(&network, Some("192.0.2.77")).unwrap(),
        ["one"]
    );
}

#[test]
fn what_is_no_list_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("list.json");
    for text in [
        "",
        "{}",
        r#"{"name":"x","type":"guess","list":[]}"#,
        r#"{"name":"x","type":"string","list":[1]}"#,
    ] {
        fs::write(&path, text).unwrap();
        let made = compile(
            std::slice::from_ref(&path),
            folder.path(),
            Timestamp::UNIX_EPOCH,
        );
        assert!(matches!(made, Err(WarnError::NotAList { .. })), "{text}");
    }
    let empty = folder.path().join("empty");
    fs::create_dir(&empty).unwrap();
    assert!(matches!(
        compile(&[empty], folder.path(), Timestamp::UNIX_EPOCH),
        Err(WarnError::None(_))
    ));
}

proptest! {
    #[test]
    fn no_entry_is_too_hostile(entries in vec("\\PC{0,30}", 0..8), kind in 0..5_usize) {
        let kind = ["string", "substring", "hostname", "cidr", "regex"][kind];
        let entries: Vec<&str> = entries.iter().map(String::as_str).collect();
        let (_folder, warnings, report) = lists(&[("hostile", kind, &[], &entries)]);
        prop_assert_eq!(report.entries, entries.len() as u64);
        for entry in entries {
            if let Ok(indicator) = Indicator::parse(entry) {
                let found = warnings.about(&indicator, None);
                prop_assert!(found.is_ok());
                if kind == "string" {
                    prop_assert_eq!(found.unwrap(), ["hostile"]);
                }
            }
        }
    }
}

//! What a partner is told of one invented case, object by object.
//!
//! After a change that is meant: `AVERT_REWRITE_GOLDEN=1 cargo test -p avert-exchange`, then read
//! the difference.

use std::collections::BTreeSet;
use std::path::Path;

use avert_exchange::stix::{Object, case_objects, tlp_id};
use avert_model::{MemberKind, Tlp};

use crate::fixture;

fn lines(objects: &[Object]) -> String {
    let lines = objects.iter().flat_map(|object| [object.as_str(), "\n"]);
    lines.collect()
}

#[test]
fn a_case_is_told_in_the_same_objects_every_time() {
    let told = lines(&case_objects(&fixture::cell(), "Example Platform"));
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/cell.stix.ndjson");
    if std::env::var_os("AVERT_REWRITE_GOLDEN").is_some() {
        std::fs::write(&path, &told).unwrap();
    }
    let golden = std::fs::read_to_string(&path).unwrap();
    assert_eq!(told, golden);
}

#[test]
fn every_object_is_marked_valid_and_refers_only_to_what_came_before() {
    let dossier = fixture::cell();
    let objects = case_objects(&dossier, "Example Platform");
    let mut known = BTreeSet::new();
    for object in &objects {
        let (_, warnings) = Object::parse(object.as_str()).unwrap();
        let others = warnings
            .iter()
            .filter(|warning| warning.path != "account_type");
        assert_eq!(others.count(), 0, "{warnings:?}");
        let markings = &object.head().marking_refs;
        assert_eq!(markings.len(), 1);
        // Who tells it is no secret; what is told may be one.
        let tlp = match object.kind() {
            "identity" | "extension-definition" => Tlp::Clear,
            _ => dossier.case.tlp,
        };
        assert_eq!(markings[0].as_str(), tlp_id(tlp));
        for of in &object.head().refs {
            assert!(
                known.contains(&of.target),
                "{} refers to {}",
                object.id(),
                of.target
            );
        }
        assert!(
            known.insert(object.id().clone()),
            "{} comes twice",
            object.id()
        );
    }
}

#[test]
fn two_networks_of_one_case_are_told_once_each() {
    let mut dossier = fixture::network_of(40);
    let once = case_objects(&dossier, "Example Platform").len();
    let again = dossier.findings[0].clone();
    dossier.findings.push(again);
    assert_eq!(case_objects(&dossier, "Example Platform").len(), once);
}

#[test]
fn nobody_who_was_reached_and_no_victim_is_told() {
    let dossier = fixture::cell();
    let told = lines(&case_objects(&dossier, "Example Platform"));
    assert!(!dossier.contacts.is_empty());
    for contact in &dossier.contacts {
        let name = format!("\"{}\"", contact.account.as_str());
        assert!(!told.contains(&name), "{name}");
    }
    for member in &dossier.findings[0].members {
        let name = format!("\"{}\"", member.account.as_str());
        assert_eq!(
            told.contains(&name),
            member.kind == MemberKind::Persona,
            "{name}"
        );
    }
}

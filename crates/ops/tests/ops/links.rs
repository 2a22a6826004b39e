//! A case is linked to what others published: by somebody who may, to what is held, as STIX has it, and with a source
//! wherever that says who is behind it.

use crate::common::{CASE, Ground, World, hold, keep, linking, noon, record};
use avert_model::{CaseLink, Explain as _, IntelRecord, Outcome, Relation};
use avert_ops::cases::{self, CaseError, Linking};
use avert_ops::journal;
use avert_ops::store::NEWEST;

fn link(world: &mut World, by: &str, linking: &Linking) -> Result<Vec<CaseLink>, CaseError> {
    world.as_(by, |desk, _| cases::link(desk, CASE(), linking))
}

fn unlink(
    world: &mut World,
    by: &str,
    relation: Relation,
    object: &str,
) -> Result<Vec<CaseLink>, CaseError> {
    world.as_(by, |desk, _| cases::unlink(desk, CASE(), relation, object))
}

/// What the journal has of links: the acts, and what they say.
fn entered(world: &World) -> Vec<(String, String)> {
    let mut rows = Vec::new();
    journal::show(&world.store, None, |row| {
        if row.act.ends_with("link") {
            rows.push((row.act, row.detail));
        }
    })
    .unwrap();
    rows
}

#[test]
fn a_link_says_who_published_it_and_the_journal_has_it_by_its_hashes() {
    let mut world = World::new();
    let object = hold(&mut world.store, "intrusion-set", Some("Example Set"));
    let links = link(
        &mut world,
        "ines",
        &linking(&object, Relation::AttributedTo),
    )
    .unwrap();
    let [one] = &links[..] else {
        panic!("{links:?}")
    };
    assert_eq!(
        (one.kind.as_str(), one.name.as_deref()),
        ("intrusion-set", Some("Example Set"))
    );
    assert_eq!(
        (one.source.as_str(), one.confidence, one.by.as_str()),
        ("https://example.org/report", Some(70), "ines")
    );
    assert!(!one.revoked);
    assert_eq!(cases::links(&world.store, CASE()).unwrap(), links);
    let rows = entered(&world);
    assert_eq!(rows.len(), 1);
    let (act, detail) = &rows[0];
    assert_eq!(act, "case/link");
    assert!(detail.contains(&object) && detail.contains("attributed-to"));
    assert!(
        !detail.contains("example.org") && !detail.contains("page 4"),
        "{detail}"
    );
    journal::verify(&world.store).unwrap();
}

#[test]
fn a_link_is_taken_away_and_others_of_the_same_object_stay() {
    let mut world = World::new();
    let object = hold(&mut world.store, "infrastructure", None);
    for relation in [Relation::Uses, Relation::Compromises] {
        link(&mut world, "ines", &linking(&object, relation)).unwrap();
    }
    let left = unlink(&mut world, "ines", Relation::Uses, &object).unwrap();
    let left: Vec<Relation> = left.iter().map(|link| link.relation).collect();
    assert_eq!(left, [Relation::Compromises]);
    let again = unlink(&mut world, "ines", Relation::Uses, &object).unwrap_err();
    assert_eq!(again.code(), "case/not-linked");
    let acts: Vec<String> = entered(&world).into_iter().map(|(act, _)| act).collect();
    assert_eq!(acts, ["case/link", "case/link", "case/unlink"]);
}

#[test]
fn nobody_but_an_investigator_links_a_case() {
    let mut world = World::new();
    let object = hold(&mut world.store, "malware", None);
    let wanted = linking(&object, Relation::Uses);
    for by in ["omar", "rana"] {
        let refused = link(&mut world, by, &wanted).unwrap_err();
        assert_eq!(refused.code(), "people/role-missing");
    }
    link(&mut world, "ines", &wanted).unwrap();
    let refused = unlink(&mut world, "omar", Relation::Uses, &object).unwrap_err();
    assert_eq!(refused.code(), "people/role-missing");
    assert_eq!(cases::links(&world.store, CASE()).unwrap().len(), 1);
    assert_eq!(entered(&world).len(), 1);
}

#[test]
fn whatever_says_who_is_behind_it_needs_a_source_and_nothing_else_does() {
    let mut world = World::new();
    for (kind, relation, needs) in [
        ("intrusion-set", Relation::AttributedTo, true),
        ("intrusion-set", Relation::RelatedTo, true),
        ("threat-actor", Relation::AttributedTo, true),
        ("threat-actor", Relation::RelatedTo, true),
        ("location", Relation::OriginatesFrom, true),
        ("location", Relation::RelatedTo, false),
        ("malware", Relation::Uses, false),
        ("campaign", Relation::DerivedFrom, false),
        ("course-of-action", Relation::RelatedTo, false),
    ] {
        let object = hold(&mut world.store, kind, None);
        for source in [None, Some("  ".to_owned())] {
            let wanted = Linking {
                source: source.clone(),
                ..linking(&object, relation)
            };
            match (link(&mut world, "ines", &wanted), needs, source) {
                (Err(refused), _, Some(_)) => assert_eq!(refused.code(), "case/no-address"),
                (Err(refused), true, None) => {
                    assert_eq!(refused.code(), "case/no-source");
                    assert_eq!(refused.outcome(), Outcome::Refused);
                    assert!(refused.hint().unwrap().contains("--source"));
                }
                (Ok(_), false, None) => {
                    unlink(&mut world, "ines", relation, &object).unwrap();
                }
                (told, ..) => panic!("{kind} {relation}: {told:?}"),
            }
        }
        link(&mut world, "ines", &linking(&object, relation)).unwrap();
    }
}

#[test]
fn only_the_ways_of_stix_lead_to_an_object_and_the_hint_names_them() {
    let mut world = World::new();
    let malware = hold(&mut world.store, "malware", None);
    let refused = link(
        &mut world,
        "ines",
        &linking(&malware, Relation::AttributedTo),
    )
    .unwrap_err();
    assert_eq!(refused.code(), "case/no-such-link");
    let hint = refused.hint().unwrap();
    assert!(hint.ends_with("lead: uses, related-to"), "{hint}");
    for kind in ["identity", "indicator", "relationship", "x-example"] {
        let object = hold(&mut world.store, kind, None);
        for relation in Relation::ALL {
            let refused = link(&mut world, "ines", &linking(&object, relation)).unwrap_err();
            assert_eq!(refused.code(), "case/no-such-link", "{kind} {relation}");
        }
    }
    assert_eq!(entered(&world), []);
}

#[test]
fn what_is_not_held_was_taken_back_or_is_linked_is_refused() {
    let mut world = World::new();
    let missing = "tool--00000000-0000-4000-8000-000000000009";
    let refused = link(&mut world, "ines", &linking(missing, Relation::Uses)).unwrap_err();
    assert_eq!(refused.code(), "case/no-such-object");
    let revoked = IntelRecord {
        revoked: true,
        ..record(missing, Some(noon()), "{}")
    };
    keep(&mut world.store, revoked);
    let refused = link(&mut world, "ines", &linking(missing, Relation::Uses)).unwrap_err();
    assert_eq!(refused.code(), "case/taken-back");
    let object = hold(&mut world.store, "tool", None);
    link(&mut world, "ines", &linking(&object, Relation::Uses)).unwrap();
    let refused = link(&mut world, "ines", &linking(&object, Relation::Uses)).unwrap_err();
    assert_eq!(refused.code(), "case/linked");
    let hint = refused.hint().unwrap();
    assert!(
        hint.contains(&format!("case unlink case-1 uses {object}")),
        "{hint}"
    );
    assert_eq!(entered(&world).len(), 1);
}

#[test]
fn what_its_maker_takes_back_later_is_marked_so() {
    let mut world = World::new();
    let object = hold(&mut world.store, "campaign", Some("Example Campaign"));
    link(&mut world, "ines", &linking(&object, Relation::RelatedTo)).unwrap();
    let later = noon() + avert_model::SignedDuration::from_hours(1);
    let revoked = IntelRecord {
        revoked: true,
        ..record(&object, Some(later), "{\"revoked\":true}")
    };
    keep(&mut world.store, revoked);
    let links = cases::links(&world.store, CASE()).unwrap();
    assert!(links[0].revoked);
}

#[test]
fn what_is_no_address_no_percentage_or_a_book_is_refused() {
    let mut world = World::new();
    let object = hold(&mut world.store, "malware", None);
    let sound = linking(&object, Relation::Uses);
    let long = format!("https://example.org/{}", "x".repeat(2_000));
    for source in [
        "example.org/report",
        "ftp://example.org/report",
        "https://",
        "https:///report",
        "https://example.org/a report",
        "https://somebody:secret@example.org/report",
        "javascript:alert(1)",
        "",
    ] {
        let wanted = Linking {
            source: Some(source.into()),
            ..sound.clone()
        };
        let refused = link(&mut world, "ines", &wanted).unwrap_err();
        assert_eq!(refused.code(), "case/no-address", "{source}");
        assert!(
            !refused.to_string().contains("secret"),
            "a password stays out of errors"
        );
    }
    for (wanted, code) in [
        (
            Linking {
                source: Some(long),
                ..sound.clone()
            },
            "case/too-long",
        ),
        (
            Linking {
                note: "x".repeat(cases::LONGEST_NOTE + 1),
                ..sound.clone()
            },
            "case/too-long",
        ),
        (
            Linking {
                confidence: Some(101),
                ..sound.clone()
            },
            "case/confidence",
        ),
    ] {
        assert_eq!(link(&mut world, "ines", &wanted).unwrap_err().code(), code);
    }
    assert_eq!(entered(&world), []);
}

#[test]
fn a_closed_case_can_be_linked_since_others_publish_later() {
    let mut world = World::new();
    let object = hold(&mut world.store, "threat-actor", None);
    world
        .as_("ines", |desk, _| cases::close(desk, CASE(), "over"))
        .unwrap();
    link(
        &mut world,
        "ines",
        &linking(&object, Relation::AttributedTo),
    )
    .unwrap();
}

#[test]
fn a_way_back_that_would_lose_links_is_refused_and_an_empty_one_is_taken() {
    let ground = Ground::new();
    let mut world = World::on(ground.open());
    let object = hold(&mut world.store, "malware", None);
    link(&mut world, "ines", &linking(&object, Relation::Uses)).unwrap();
    let refused = ground.open().migrate_down(6).unwrap_err();
    assert_eq!(refused.code(), "store/would-lose");
    assert!(refused.to_string().contains("case_links"), "{refused}");
    assert_eq!(ground.open().schema().unwrap(), NEWEST);
    unlink(&mut world, "ines", Relation::Uses, &object).unwrap();
    ground.open().migrate_down(6).unwrap();
    let tables = ground.rows("SELECT version FROM schema_version ORDER BY 1 DESC");
    assert_eq!(tables[0], ["6"]);
    assert_eq!(ground.open().schema().unwrap(), NEWEST);
    assert_eq!(cases::links(&ground.open(), CASE()).unwrap(), []);
}

//! Sharing told as a story: what goes to whom, and why the rest does not.

use std::path::Path;

use avert_exchange::release::{
    self, Addressees, Item, Origin, Release, ReleaseError, Rules, Terms, tlp,
};
use avert_model::{
    CaseId, Event, Explain, Happened, PartnerId, Recipient, SharingGroupId, Tlp, Until,
};
use serde_json::{Value, json};

use crate::common::{INDICATES, INDICATOR, MALWARE, REPORT, US, World, at, marked, object, to};

/// A report of malware and of an indicator that is for the CERT alone.
fn story() -> Vec<Item<Value>> {
    let mut indicator = object(
        INDICATOR,
        Tlp::AmberStrict,
        &json!({ "pattern": "[domain-name:value = 'example.org']", "pattern_type": "stix", "valid_from": "2026-01-01T00:00:00Z" }),
    );
    indicator.terms.to.partners.insert("cert".into());
    vec![
        object(
            MALWARE,
            Tlp::Green,
            &json!({
                "is_family": true, "name": "example", "description": "what a source said",
                "aliases": ["a secret name", "an old name"],
                "granular_markings": [{ "marking_ref": tlp::marking_id(Tlp::AmberStrict), "selectors": ["aliases.[0]", "description"] }],
            }),
        ),
        indicator,
        object(
            INDICATES,
            Tlp::Green,
            &json!({ "relationship_type": "indicates", "source_ref": INDICATOR, "target_ref": MALWARE }),
        ),
        object(
            REPORT,
            Tlp::Green,
            &json!({ "name": "Report", "published": "2026-01-01T00:00:00Z", "object_refs": [INDICATOR, INDICATES, MALWARE] }),
        ),
    ]
}

/// The same story of other things: each of its ids has this number.
fn story_of(number: usize) -> Vec<Item<Value>> {
    let another = |mut item: Item<Value>| {
        let text = item.object.to_string();
        let other = [MALWARE, INDICATOR, INDICATES, REPORT];
        let text = other.iter().fold(text, |text, id| {
            text.replace(
                id,
                &id.replace("-4000-", &format!("-{:04}-", 4000 + number)),
            )
        });
        item.object = serde_json::from_str(&text).unwrap();
        item
    };
    story().into_iter().map(another).collect()
}

fn ids(release: &Release<Value>) -> Vec<&str> {
    let objects = release.releasable.get().objects.iter();
    objects
        .map(|object| object["id"].as_str().unwrap())
        .collect()
}

#[test]
fn a_thousand_stories_at_once_are_each_told_as_by_itself() {
    let world = World::new();
    let stories: Vec<_> = (0..1_000).map(story_of).collect();
    let together = world.check(&stories.concat(), &to("peer"));
    let alone: Vec<_> = stories
        .iter()
        .map(|story| world.check(story, &to("peer")))
        .collect();
    let objects = alone.iter().flat_map(|one| &one.releasable.get().objects);
    assert!(objects.eq(&together.releasable.get().objects));
    assert!(
        alone
            .iter()
            .flat_map(|one| &one.withheld)
            .eq(&together.withheld)
    );
    assert!(
        alone
            .iter()
            .flat_map(|one| &one.redacted)
            .eq(&together.redacted)
    );
    assert_eq!(together.releasable.get().objects.len(), 2_000);
    let entries = |release: &Release<Value>| {
        release::ledger::entries(&release.releasable, &"us".into(), "here", at(5))
    };
    assert_eq!(
        alone.iter().flat_map(entries).collect::<Vec<_>>(),
        entries(&together)
    );
}

#[test]
fn whoever_may_not_know_an_object_does_not_learn_that_there_is_one() {
    let release = World::new().check(&story(), &to("peer"));
    assert_eq!(ids(&release), [MALWARE, REPORT]);
    let [malware, report] = release.releasable.get().objects.as_slice() else {
        panic!("two objects");
    };
    assert_eq!(report["object_refs"], json!([MALWARE]));
    assert_eq!(malware.get("description"), None);
    assert_eq!(malware["aliases"], json!(["an old name"]));
    assert_eq!(
        malware.get("granular_markings"),
        None,
        "what is not there is not marked"
    );
    let why: Vec<String> = release.withheld.iter().map(ToString::to_string).collect();
    assert_eq!(
        why,
        [
            format!(
                "{INDICATOR} is withheld: it is TLP:AMBER+STRICT, and of it the audience may be given TLP:GREEN at most"
            ),
            format!(
                "{INDICATES} is withheld: it cannot be without 'source_ref', which may not be told: it names {INDICATOR}, which the audience may not know"
            ),
        ]
    );
    let parts = &release.redacted[0].parts;
    assert_eq!(
        parts
            .iter()
            .map(|(part, _)| part.as_str())
            .collect::<Vec<_>>(),
        ["aliases.[0]", "description"]
    );
}

#[test]
fn whoever_may_know_everything_gets_it_as_it_was() {
    let items = story();
    let mut world = World::new();
    let cert = world
        .directory
        .partners
        .get_mut(&PartnerId::from("cert"))
        .unwrap();
    cert.organisation = "ours".into();
    let release = world.check(&items, &to("cert"));
    assert!(release.withheld.is_empty() && release.redacted.is_empty());
    let objects: Vec<&Value> = items.iter().map(|item| &item.object).collect();
    assert_eq!(
        release.releasable.get().objects.iter().collect::<Vec<_>>(),
        objects
    );
    assert_eq!(release.releasable.level(), Tlp::AmberStrict);
    let names: Vec<&str> = release
        .releasable
        .get()
        .markings
        .iter()
        .map(|marking| marking["name"].as_str().unwrap())
        .collect();
    assert_eq!(names, ["TLP:GREEN", "TLP:AMBER+STRICT"]);
}

#[test]
fn white_is_read_and_clear_is_written() {
    let mut item = object(MALWARE, Tlp::Clear, &json!({ "is_family": true }));
    item.object["object_marking_refs"] =
        json!(["marking-definition--613f2e26-407d-48c7-9eca-b8e91df99dc9"]);
    let release = World::new().check(&[item], &Recipient::Public);
    assert_eq!(
        release.releasable.get().objects[0]["object_marking_refs"],
        marked(Tlp::Clear)
    );
}

#[test]
fn a_marking_that_nobody_can_read_is_red_and_told() {
    let mut item = object(MALWARE, Tlp::Clear, &json!({ "is_family": true }));
    let unknown = "marking-definition--00000000-0000-4000-8000-000000000bad";
    item.object["object_marking_refs"] = json!([unknown]);
    item.terms.tags = vec!["tlp:purple".to_owned()];
    let release = World::new().check(&[item], &Recipient::Public);
    assert_eq!(ids(&release), [""; 0]);
    let doubts: Vec<&str> = release
        .doubts
        .iter()
        .map(|doubt| doubt.marking.as_str())
        .collect();
    assert_eq!(doubts, ["tlp:purple", unknown]);
}

#[test]
fn an_embargo_binds_what_leaves_and_says_what_it_waits_for() {
    let closed = Event::CaseClosed(CaseId::from_number(7));
    let mut item = object(MALWARE, Tlp::Clear, &json!({ "is_family": true }));
    item.terms.embargo = vec![Until::Event(closed.clone()), Until::Time(at(3))];
    let items = [item];
    let mut world = World::new();
    let release = world.check(&items, &Recipient::Public);
    assert_eq!(
        release.withheld[0].why.to_string(),
        "it waits until case-7 is closed"
    );
    assert_eq!(
        ids(&world.check(&items, &world.directory.own_team())),
        [MALWARE]
    );
    world.happened.push(Happened {
        event: closed,
        at: at(5),
    });
    assert_eq!(ids(&world.check(&items, &Recipient::Public)), [MALWARE]);
}

#[test]
fn the_chatham_house_rule_keeps_the_source_to_ourselves() {
    let mut item = object(MALWARE, Tlp::Green, &json!({ "is_family": true }));
    item.terms.tags = vec!["tlp:ex:chr".to_owned()];
    let items = [item];
    let world = World::new();
    let told = world.check(&items, &to("peer"));
    assert_eq!(told.releasable.get().objects[0].get("created_by_ref"), None);
    assert!(
        told.releasable.get().chatham_house.contains(MALWARE),
        "who gets it learns that it holds"
    );
    let own = world.check(&items, &world.directory.own_team());
    assert_eq!(own.releasable.get().objects[0]["created_by_ref"], US);
}

#[test]
fn something_whole_goes_to_its_own_team_and_not_beyond_its_label() {
    let world = World::new();
    let whole = |level, audience: &Recipient| {
        release::check_whole(
            "a report",
            "case-7",
            level,
            &Terms::default(),
            audience,
            &world.rules(),
            at(5),
        )
    };
    assert_eq!(
        whole(Tlp::Red, &world.directory.own_team()).unwrap().get(),
        &"a report"
    );
    assert!(whole(Tlp::Clear, &Recipient::Public).is_ok());
    let refused = whole(Tlp::Green, &Recipient::Public).unwrap_err();
    assert_eq!(
        refused.to_string(),
        "case-7 is withheld: it is TLP:GREEN, and of it the audience may be given TLP:CLEAR at most"
    );
    assert_eq!(refused.code(), "release/withheld");
    assert!(refused.hint().unwrap().contains("mark it anew"));
}

#[test]
fn whoever_nobody_knows_is_told_nothing() {
    let mut world = World::new();
    let nothing: [Item<Value>; 0] = [];
    let unknown = |world: &World, audience: Recipient| {
        release::check(&nothing, &audience, &world.rules(), at(5)).unwrap_err()
    };
    assert_eq!(
        unknown(&world, to("nobody")),
        ReleaseError::UnknownPartner("nobody".into())
    );
    assert_eq!(
        unknown(&world, Recipient::Group("none".into())),
        ReleaseError::UnknownGroup("none".into())
    );
    world
        .directory
        .groups
        .get_mut(&SharingGroupId::from("isac"))
        .unwrap()
        .members[0]
        .partner = "gone".into();
    assert_eq!(
        unknown(&world, Recipient::Group("isac".into())),
        ReleaseError::UnknownPartner("gone".into())
    );
}

#[test]
fn no_object_is_too_odd_to_be_withheld() {
    let world = World::new();
    for odd in [
        json!(null),
        json!([]),
        json!({}),
        json!({ "type": "malware", "id": "malware--1" }),
        json!({ "type": "tool", "id": MALWARE }),
        json!({ "type": "malware", "id": MALWARE, "object_marking_refs": 7 }),
        json!({ "type": "malware", "id": MALWARE, "object_marking_refs": marked(Tlp::Clear), "granular_markings": [7] }),
        json!({ "type": "malware", "id": MALWARE, "object_marking_refs": marked(Tlp::Clear), "granular_markings": [{ "selectors": ["id"] }] }),
    ] {
        let item = Item {
            object: odd.clone(),
            terms: Terms::default(),
        };
        let release = world.check(&[item], &Recipient::Public);
        assert_eq!(ids(&release), [""; 0], "{odd}");
        assert_eq!(release.withheld.len(), 1, "{odd}");
    }
}

/// Indicators of a real operation, published without a marking: told as the rule for what is unmarked says; and
/// when one is taken back, nothing names it any more.
#[test]
fn a_published_bundle_goes_whole_or_not_at_all_or_without_what_was_taken_back() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../../shared/data/ioc/eset_lazarus_3cx.stix21.json");
    let text = std::fs::read_to_string(&path).unwrap_or_else(|_| {
        panic!(
            "the reference data is missing: there is no {}",
            path.display()
        )
    });
    let bundle: Value = serde_json::from_str(&text).unwrap();
    let terms = Terms {
        origin: Origin::Public,
        to: Addressees::default(),
        ..Terms::default()
    };
    let items: Vec<Item<Value>> = bundle["objects"]
        .as_array()
        .unwrap()
        .iter()
        .map(|object| Item {
            object: object.clone(),
            terms: terms.clone(),
        })
        .collect();
    let mut world = World::new();
    let told = |world: &World, unmarked| {
        let rules = Rules {
            unmarked,
            ..world.rules()
        };
        let release = release::check(&items, &Recipient::Public, &rules, at(5)).unwrap();
        release.releasable.into_inner().objects
    };
    assert_eq!(told(&world, Tlp::Green).len(), 0);
    let mut all = told(&world, Tlp::Clear);
    for (object, item) in all.iter_mut().zip(&items) {
        assert_eq!(
            object
                .as_object_mut()
                .unwrap()
                .remove("object_marking_refs"),
            Some(marked(Tlp::Clear))
        );
        assert_eq!(*object, item.object);
    }
    assert_eq!(all.len(), 81);
    let indicator = items
        .iter()
        .filter_map(|item| item.object["id"].as_str())
        .find(|id| id.starts_with("indicator--"))
        .unwrap();
    world.retracted.insert(indicator.to_owned());
    let rest = told(&world, Tlp::Clear);
    let naming = items
        .iter()
        .filter(|item| {
            item.object["type"] == "relationship" && item.object.to_string().contains(indicator)
        })
        .count();
    assert_eq!(rest.len(), 81 - 1 - naming);
    assert!(!json!(rest).to_string().contains(indicator));
}

/// An object that whoever sends it makes as costly as it can be: each of these is a cut of its own.
const MANY: usize = 100_000;

#[test]
fn an_object_that_names_very_many_is_judged_like_any_other() {
    let names = json!({
        "type": "file", "spec_version": "2.1", "id": "file--00000000-0000-5000-8000-000000000001",
        "name": "example.exe", "x_refs": vec!["--"; MANY],
        "object_marking_refs": [tlp::marking_id(Tlp::Green)],
    });
    let items = [Item {
        object: names,
        terms: Terms::default(),
    }];
    let release = World::new().check(&items, &to("peer"));
    let told = &release.releasable.get().objects[0];
    assert_eq!(told.get("x_refs"), None, "of an empty list nothing is told");
    assert_eq!(told["name"], "example.exe");
    assert_eq!(release.redacted[0].parts.len(), 1);
}

#[test]
fn parts_are_marked_in_whatever_order() {
    let members: serde_json::Map<String, Value> = (0..MANY)
        .map(|number| (format!("k{number:06}"), json!(number)))
        .collect();
    let in_list = (0..MANY).rev().map(|number| format!("x_list.[{number}]"));
    let in_members = members.keys().map(|key| format!("x_members.{key}"));
    let selectors: Vec<String> = in_list.chain(in_members).collect();
    let marked = object(
        MALWARE,
        Tlp::Green,
        &json!({
            "is_family": false, "name": "example", "x_list": vec![7; MANY + 1], "x_members": members,
            "granular_markings": [{ "marking_ref": tlp::marking_id(Tlp::Red), "selectors": selectors }],
        }),
    );
    let release = World::new().check(&[marked], &to("peer"));
    let told = &release.releasable.get().objects[0];
    assert_eq!(told["x_list"], json!([7]));
    assert_eq!(told.get("x_members"), None);
}

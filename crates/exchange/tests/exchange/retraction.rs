//! Who could read an object, who did, and how it is taken back.

use std::collections::BTreeMap;

use avert_exchange::release::ledger::{self, Access, Has, Ledger, MemoryLedger};
use avert_exchange::release::retraction::{self, ByHand};
use avert_exchange::release::{self, tlp};
use avert_model::{Acknowledged, LedgerEntry, Recipient, Retracted, Shared, Tlp, Told};
use serde_json::{Value, json};

use crate::common::{INDICATOR, MALWARE, US, World, at, marked, object, to};

/// Shared with the CERT, and with the ISAC at second 6; the CERT passes it on to a stranger.
fn shared(world: &World) -> (MemoryLedger, BTreeMap<String, Value>) {
    let mut ledger = MemoryLedger::default();
    let mut sent = BTreeMap::new();
    let items = [object(
        MALWARE,
        Tlp::Green,
        &json!({ "is_family": true, "name": "example", "description": "d" }),
    )];
    for (audience, second) in [(to("cert"), 5), (Recipient::Group("isac".into()), 6)] {
        let release = release::check(&items, &audience, &world.rules(), at(second)).unwrap();
        for object in &release.releasable.get().objects {
            sent.insert(release::digest(object), object.clone());
        }
        let us = &world.directory.us;
        let entries = ledger::entries(&release.releasable, us, "taxii", at(second));
        ledger.append(&entries).unwrap();
    }
    let passed_on = Shared {
        object: MALWARE.to_owned(),
        version: "2026-01-02T00:00:00.000Z".to_owned(),
        digest: "unknown".to_owned(),
        from: "cert".into(),
        to: to("stranger"),
        channel: "mail".to_owned(),
        at: at(7),
    };
    ledger.append(&[LedgerEntry::Shared(passed_on)]).unwrap();
    (ledger, sent)
}

fn retract(ledger: &mut MemoryLedger) {
    let entry = Retracted {
        object: MALWARE.to_owned(),
        reason: "it was a mistake".to_owned(),
        by: "ines".to_owned(),
        at: at(20),
    };
    ledger.append(&[LedgerEntry::Retracted(entry)]).unwrap();
}

#[test]
fn who_did_read_it_is_what_the_ledger_says() {
    let world = World::new();
    let (ledger, _) = shared(&world);
    let entries = ledger.of_object(MALWARE).unwrap();
    let who = |second| ledger::who_did(&entries, &world.directory, at(second));
    let before = BTreeMap::from([(to("cert"), Has::Has), (to("stranger"), Has::Has)]);
    assert_eq!(who(9), before);
    assert_eq!(
        who(10)[&to("peer")],
        Has::MayHave,
        "who joins a group finds what lies there"
    );
}

#[test]
fn a_retraction_follows_an_object_to_everybody_who_has_it() {
    let mut world = World::new();
    let (mut ledger, sent) = shared(&world);
    retract(&mut ledger);
    let entries = ledger.of_object(MALWARE).unwrap();
    let notices = retraction::notices(&entries, &sent, None, &world.directory, at(30));
    let who: Vec<_> = notices.iter().map(|notice| notice.to.clone()).collect();
    assert_eq!(who, [to("cert"), to("peer"), to("stranger")]);
    let revoked = notices[0].revoked.as_ref().unwrap();
    assert_eq!(
        revoked.get(),
        &json!({
            "type": "malware", "id": MALWARE, "spec_version": "2.1", "created": "2026-01-01T00:00:00.000Z",
            "modified": "2026-01-02T00:00:00.001Z", "created_by_ref": US, "is_family": true, "name": "example", "revoked": true,
            "object_marking_refs": marked(Tlp::Green),
        }),
        "what its type requires of what they were given, and nothing else"
    );
    assert_eq!(
        (revoked.audience(), revoked.level()),
        (&to("cert"), Tlp::Green)
    );
    assert_eq!(
        notices[2].revoked,
        Err(ByHand::NotAtHand),
        "the stranger got it from others"
    );

    world.retracted = ledger.retracted().unwrap();
    let again = world.check(
        &[object(MALWARE, Tlp::Clear, &json!({ "is_family": true }))],
        &to("peer"),
    );
    assert_eq!(again.withheld[0].why.to_string(), "it was taken back");
}

#[test]
fn whoever_has_not_acknowledged_is_outstanding() {
    let world = World::new();
    let (mut ledger, _) = shared(&world);
    let acknowledged = |partner: &str, second| {
        LedgerEntry::Acknowledged(Acknowledged {
            object: MALWARE.to_owned(),
            partner: partner.into(),
            receipt: "mail of today".to_owned(),
            at: at(second),
        })
    };
    ledger.append(&[acknowledged("peer", 15)]).unwrap();
    let entries = ledger.of_object(MALWARE).unwrap();
    assert!(
        retraction::progress(&entries, &world.directory, at(19)).is_empty(),
        "nothing is taken back"
    );
    retract(&mut ledger);
    let told = Told {
        object: MALWARE.to_owned(),
        partner: "cert".into(),
        channel: "taxii".to_owned(),
        at: at(21),
    };
    ledger
        .append(&[LedgerEntry::Told(told), acknowledged("cert", 22)])
        .unwrap();
    let entries = ledger.of_object(MALWARE).unwrap();
    let progress = retraction::progress(&entries, &world.directory, at(30));
    let outstanding: Vec<_> = progress
        .iter()
        .filter(|(_, one)| one.acknowledged.is_none())
        .map(|(who, _)| who.clone())
        .collect();
    assert_eq!(
        outstanding,
        [to("peer"), to("stranger")],
        "what was acknowledged before was something else"
    );
    assert_eq!(
        (
            progress[&to("cert")].told,
            progress[&to("cert")].acknowledged
        ),
        (Some(at(21)), Some(at(22)))
    );
}

#[test]
fn what_others_made_is_revoked_as_they_did_or_by_hand() {
    let world = World::new();
    let mut entries = Vec::new();
    let mut sent = BTreeMap::new();
    let mut theirs = object(MALWARE, Tlp::Green, &json!({ "is_family": true })).object;
    theirs["created_by_ref"] = json!("identity--00000000-0000-4000-8000-0000000000ff");
    let url = json!({ "type": "url", "id": "url--00000000-0000-5000-8000-000000000009", "value": "https://example.org/" });
    let notices = |entries: &[LedgerEntry], sent: &BTreeMap<String, Value>, originators| {
        let mut all = retraction::notices(entries, sent, originators, &world.directory, at(30));
        all.remove(0).revoked
    };
    for (body, expect) in [(theirs, ByHand::NotOurs), (url, ByHand::NoVersions)] {
        let digest = release::digest(&body);
        entries.clear();
        entries.push(LedgerEntry::Shared(Shared {
            object: body["id"].as_str().unwrap().to_owned(),
            version: String::new(),
            digest: digest.clone(),
            from: "us".into(),
            to: to("cert"),
            channel: "taxii".to_owned(),
            at: at(1),
        }));
        sent.insert(digest, body);
        assert_eq!(notices(&entries, &sent, None), Err(expect));
        if expect == ByHand::NotOurs {
            let passed_on = notices(&entries, &sent, Some("2026-03-01T00:00:00.000Z")).unwrap();
            assert_eq!(passed_on.get()["modified"], "2026-03-01T00:00:00.000Z");
        }
    }
}

#[test]
fn who_could_read_something_follows_from_the_rules() {
    let world = World::new();
    let part = json!({
        "is_family": true, "description": "d",
        "granular_markings": [{ "marking_ref": tlp::marking_id(Tlp::AmberStrict), "selectors": ["description"] }],
    });
    let mut indicator = object(INDICATOR, Tlp::AmberStrict, &json!({}));
    indicator.terms.to.partners.insert("cert".into());
    let items = [object(MALWARE, Tlp::Green, &part), indicator];
    let who = |id| ledger::who_could(id, &items, &world.rules(), at(5)).unwrap();
    assert_eq!(
        who(MALWARE),
        BTreeMap::from([
            (Recipient::Public, Access::Nothing),
            (to("cert"), Access::Part),
            (to("peer"), Access::Part),
            (to("stranger"), Access::Nothing),
            (to("us"), Access::Whole),
        ])
    );
    assert_eq!(who(INDICATOR)[&to("cert")], Access::Whole);
}

#[test]
fn a_digest_does_not_depend_on_the_order_of_properties() {
    let one: Value = serde_json::from_str(r#"{"a":[1,{"b":"é","c":null}],"d":1.5}"#).unwrap();
    let other: Value = serde_json::from_str(r#"{"d":1.5,"a":[1,{"c":null,"b":"é"}]}"#).unwrap();
    assert_eq!(release::digest(&one), release::digest(&other));
    assert_ne!(
        release::digest(&one),
        release::digest(&json!({ "a": [1, { "b": "e", "c": null }], "d": 1.5 }))
    );
}

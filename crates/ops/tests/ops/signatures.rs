//! An approval is a signature: who can make one, what it is for, and what nobody can make of it.

use std::error::Error as _;

use avert_model::{Explain as _, SignedDuration, Timestamp};
use avert_ops::people::{People, Person, Role, Signatures};
use avert_ops::review::{ApprovalRecord, Assent, Seal, message, sign_with, signed_with};
use avert_ops::takedown::{self, OnFailure, Plan, TakedownError};

use crate::common::{Ground, KeyOf, PLAN, World, assent, key_of, people_who_need};

/// A world whose plan waits for a second person, and where its store is.
fn in_review() -> (Ground, World) {
    let ground = Ground::new();
    let mut world = World::on(ground.open());
    world.draft(OnFailure::Continue).unwrap();
    let submitted = world.as_("ines", |desk, _| takedown::submit(desk, PLAN()));
    submitted.unwrap();
    (ground, world)
}

fn approve_with(world: &mut World, signer: Option<&KeyOf>) -> Result<Plan, TakedownError> {
    let digest = world.plan().header().digest();
    let assent = Assent {
        signer: signer.map(|key| key as _),
        ..assent(&digest, 72)
    };
    world.as_("omar", |desk, _| takedown::approve(desk, PLAN(), &assent))
}

fn given(world: &World) -> ApprovalRecord {
    world.plan().approval().unwrap().clone()
}

/// Writes another approval into the store, as somebody could who can open its file.
fn forge(ground: &Ground, record: &ApprovalRecord) {
    let body = serde_json::json!({ "approval": record, "ending": null, "reason": null });
    let text = body.to_string().replace('\'', "''");
    ground.alter(&format!("UPDATE plans SET body = '{text}'"));
}

#[test]
fn a_name_alone_approves_nothing() {
    let (_ground, mut world) = in_review();
    let refused = approve_with(&mut world, None).unwrap_err();
    assert_eq!(refused.code(), "review/unsigned");
    assert_eq!(world.plan().state(), "in-review");
}

#[test]
fn another_persons_key_is_not_ones_own() {
    let (_ground, mut world) = in_review();
    let refused = approve_with(&mut world, Some(&KeyOf("ada"))).unwrap_err();
    assert_eq!(refused.code(), "review/signature");
    assert_eq!(world.plan().state(), "in-review");
}

#[test]
fn a_signed_approval_says_with_which_key() {
    let (_ground, mut world) = in_review();
    approve_with(&mut world, Some(&KeyOf("omar"))).unwrap();
    let fingerprint = key_of("omar").fingerprint(ssh_key::HashAlg::Sha256);
    assert_eq!(signed_with(&given(&world)), Some(fingerprint.to_string()));
    world.execute().unwrap();
}

#[test]
fn nothing_that_is_written_into_the_store_makes_an_approval() {
    let (ground, mut world) = in_review();
    approve_with(&mut world, Some(&KeyOf("omar"))).unwrap();
    let real = given(&world);
    let unsigned = ApprovalRecord {
        signature: None,
        ..real.clone()
    };
    let of_ada = ApprovalRecord {
        approved_by: "ada".to_owned(),
        ..real.clone()
    };
    let longer = ApprovalRecord {
        expires_at: real.expires_at + SignedDuration::from_hours(1_000),
        ..real.clone()
    };
    let earlier = ApprovalRecord {
        approved_at: Timestamp::UNIX_EPOCH,
        ..real.clone()
    };
    let garbage = ApprovalRecord {
        signature: Some(Seal::Ssh("-----BEGIN SSH SIGNATURE-----".to_owned())),
        ..real.clone()
    };
    let of_another_plan = sign_with(&key_of("omar"), message("tp-2", &real).as_bytes()).unwrap();
    let replayed = ApprovalRecord {
        signature: Some(Seal::Ssh(of_another_plan)),
        ..real.clone()
    };
    for (forged, code) in [
        (unsigned, "review/unsigned"),
        (of_ada, "review/signature"),
        (longer, "review/signature"),
        (earlier, "review/signature"),
        (garbage, "review/signature"),
        (replayed, "review/signature"),
    ] {
        forge(&ground, &forged);
        assert_eq!(world.execute().unwrap_err().code(), code, "{forged:?}");
    }
    assert!(world.platform.effects.borrow().is_empty());
    forge(&ground, &real);
    world.execute().unwrap();
}

/// What is stored of the plan, to be put back later.
fn kept(ground: &Ground) -> Vec<String> {
    let rows = ground.rows("SELECT state, body FROM plans WHERE id = 1");
    rows[0]
        .iter()
        .map(|text| text.replace('\'', "''"))
        .collect()
}

fn put_back(ground: &Ground, kept: &[String]) {
    let [state, body] = kept else {
        panic!("a state and a body");
    };
    ground.alter(&format!(
        "UPDATE plans SET state = '{state}', body = '{body}'"
    ));
    ground.alter("UPDATE plan_steps SET phase = '\"waiting\"', note = '', after = 'null' WHERE remedy <> '\"watch\"'");
}

#[test]
fn a_yes_that_was_taken_back_counts_no_more_whoever_writes_it_back() {
    let (ground, mut world) = in_review();
    approve_with(&mut world, Some(&KeyOf("omar"))).unwrap();
    let old = kept(&ground);
    world
        .as_("omar", |desk, _| takedown::reject(desk, PLAN(), "no"))
        .unwrap();
    put_back(&ground, &old);
    let refused = world.execute().unwrap_err();
    assert_eq!(refused.code(), "review/approval-replayed");
    assert!(
        refused
            .source()
            .unwrap()
            .to_string()
            .contains("takedown/reject")
    );
    assert!(world.platform.effects.borrow().is_empty());
}

#[test]
fn a_yes_is_used_once() {
    let (ground, mut world) = in_review();
    approve_with(&mut world, Some(&KeyOf("omar"))).unwrap();
    let old = kept(&ground);
    world.execute().unwrap();
    world.reverse().unwrap();
    let effects = world.platform.effects.borrow().len();
    put_back(&ground, &old);
    let refused = world.execute().unwrap_err();
    assert_eq!(refused.code(), "review/approval-replayed");
    assert_eq!(world.platform.effects.borrow().len(), effects);
}

#[test]
fn a_yes_given_in_another_store_is_none_here() {
    let (elsewhere, mut other) = in_review();
    approve_with(&mut other, Some(&KeyOf("omar"))).unwrap();
    let (ground, mut world) = in_review();
    let digest = |world: &World| world.plan().header().digest();
    assert_eq!(digest(&world), digest(&other), "the plans say the same");
    put_back(&ground, &kept(&elsewhere));
    let refused = world.execute().unwrap_err();
    assert_eq!(refused.code(), "review/approval-replayed");
    // Nor is it if somebody writes the name of this store into it: that is signed too.
    let own = ground.rows("SELECT id FROM store_identity")[0][0].clone();
    let record = ApprovalRecord {
        store: own,
        ..given(&other)
    };
    forge(&ground, &record);
    assert_eq!(world.execute().unwrap_err().code(), "review/signature");
    assert!(world.platform.effects.borrow().is_empty());
}

#[test]
fn where_the_journal_was_written_over_nothing_begins() {
    let (ground, mut world) = in_review();
    approve_with(&mut world, Some(&KeyOf("omar"))).unwrap();
    ground.alter("UPDATE journal SET actor = 'nobody' WHERE seq = 2");
    assert_eq!(world.execute().unwrap_err().code(), "journal/broken");
    assert!(world.platform.effects.borrow().is_empty());
}

#[test]
fn only_what_was_begun_is_carried_on() {
    // One that is approved and was never begun.
    let (ground, mut world) = in_review();
    approve_with(&mut world, Some(&KeyOf("omar"))).unwrap();
    ground.alter("UPDATE plans SET state = 'executing'");
    let refused = world.resume().unwrap_err();
    assert_eq!(refused.code(), "review/approval-replayed");
    assert!(world.platform.effects.borrow().is_empty());
    // One that is over, with an account that somebody wrote back as waiting.
    let (ground, mut world) = in_review();
    approve_with(&mut world, Some(&KeyOf("omar"))).unwrap();
    world.execute().unwrap();
    let effects = world.platform.effects.borrow().len();
    ground.alter("UPDATE plans SET state = 'executing'");
    ground.alter("UPDATE plan_steps SET phase = '\"waiting\"' WHERE account = 'p1'");
    let refused = world.resume().unwrap_err();
    assert_eq!(refused.code(), "review/approval-replayed");
    assert_eq!(world.platform.effects.borrow().len(), effects);
    // One that was stopped for good, with the row that says so written over.
    let (ground, mut world) = in_review();
    approve_with(&mut world, Some(&KeyOf("omar"))).unwrap();
    world.execute().unwrap();
    world.reverse().unwrap();
    let effects = world.platform.effects.borrow().len();
    ground.alter("UPDATE plans SET state = 'executing'");
    ground.alter("UPDATE plan_steps SET phase = '\"waiting\"' WHERE account = 'p1'");
    ground.alter("UPDATE journal SET act = 'takedown/looked' WHERE act = 'takedown/reverse'");
    assert_eq!(world.resume().unwrap_err().code(), "journal/broken");
    assert_eq!(world.platform.effects.borrow().len(), effects);
}

#[test]
fn what_was_never_done_is_not_undone() {
    let (ground, mut world) = in_review();
    approve_with(&mut world, Some(&KeyOf("omar"))).unwrap();
    let before = world.platform.statuses();
    let disabled = "UPDATE plan_steps SET prior = replace(prior, 'active', 'disabled')";
    for state in ["executed", "reversing"] {
        ground.alter(&format!("UPDATE plans SET state = '{state}'"));
        ground.alter(
            "UPDATE plans SET body = replace(body, '\"ending\":null', '\"ending\":\"reversed\"')",
        );
        ground.alter(disabled);
        let refused = if state == "executed" {
            world.reverse().unwrap_err()
        } else {
            world.resume().unwrap_err()
        };
        let named = match &refused {
            TakedownError::BrokeOff { source, .. } => source.code(),
            other => other.code(),
        };
        assert_eq!(named, "takedown/not-as-executed", "{state}: {refused}");
        assert_eq!(world.platform.statuses(), before, "{state}");
    }
}

#[test]
fn only_what_was_carried_out_is_undone() {
    let (ground, mut world) = in_review();
    approve_with(&mut world, Some(&KeyOf("omar"))).unwrap();
    world.execute().unwrap();
    let before = world.platform.statuses();
    ground.alter("UPDATE plan_steps SET account = 'c1' WHERE account = 'p1'");
    let refused = world.reverse().unwrap_err();
    assert_eq!(refused.code(), "takedown/not-as-executed");
    assert_eq!(world.platform.statuses(), before);
}

#[test]
fn a_key_that_was_taken_away_signs_nothing_any_more() {
    let (_ground, mut world) = in_review();
    approve_with(&mut world, Some(&KeyOf("omar"))).unwrap();
    let with_key = |name: &str, role, key: &str| {
        let person = Person {
            roles: [role].into_iter().collect(),
            keys: vec![key_of(key).public_key().clone()],
            ..Person::default()
        };
        (name.to_owned(), person)
    };
    let people = [
        with_key("rana", Role::Responder, "rana"),
        with_key("omar", Role::Approver, "omar's new one"),
    ];
    world.people = People::new(people, Signatures::Required);
    assert_eq!(world.execute().unwrap_err().code(), "review/signature");
    assert!(world.platform.effects.borrow().is_empty());
}

#[test]
fn names_will_do_only_where_the_configuration_says_so() {
    let (_ground, mut world) = in_review();
    world.people = people_who_need(Signatures::Names);
    approve_with(&mut world, None).unwrap();
    assert_eq!(signed_with(&given(&world)), None);
    world.people = people_who_need(Signatures::Required);
    assert_eq!(world.execute().unwrap_err().code(), "review/unsigned");
    world.people = people_who_need(Signatures::Names);
    world.execute().unwrap();
}

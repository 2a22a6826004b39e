//! A yes that is prepared, signed elsewhere, and handed in: whatever is handed in is checked as if nobody
//! had prepared it.

use avert_model::{Explain as _, SignedDuration, Timestamp};
use avert_ops::people::{People, Person, Role, Signatures};
use avert_ops::review::passkey::{Assertion, challenge};
use avert_ops::review::{ApprovalRecord, Seal, Signed, message, sign_with};
use avert_ops::takedown::{self, Change, OnFailure};
use avert_ops::{journal, notify};

use crate::common::authenticator::Asked;
use crate::common::signing::{
    DAYS, answered, approve, hand_in, in_review, later, people_with, prepared, submit,
};
use crate::common::{self, FakeChannel, LIST, PLAN, World, device_of, key_of};

#[test]
fn asking_what_to_sign_asks_all_that_approving_asks_and_stores_nothing() {
    let (ground, mut world) = in_review();
    let before = ground.rows("SELECT state, body FROM plans");
    let rows = ground.rows("SELECT count(*) FROM journal");
    let unsigned = prepared(&mut world);
    assert_eq!(unsigned.message, message("tp-1", &unsigned.record));
    assert_eq!(unsigned.record.signature, None);
    assert_eq!(ground.rows("SELECT state, body FROM plans"), before);
    assert_eq!(ground.rows("SELECT count(*) FROM journal"), rows);

    let digest = world.plan().header().digest();
    let ask = |world: &mut World, name: &str, reviewed: &str| {
        let asked = world.as_(name, |desk, _| {
            takedown::to_sign(desk, PLAN(), reviewed, DAYS)
        });
        asked.unwrap_err().code()
    };
    assert_eq!(
        ask(&mut world, "omar", &digest[..31]),
        "review/short-digest"
    );
    assert_eq!(
        ask(&mut world, "omar", &"0".repeat(64)),
        "review/other-digest"
    );
    assert_eq!(ask(&mut world, "ines", &digest), "people/role-missing");
    let both = Person {
        roles: [Role::Investigator, Role::Approver].into(),
        ..Person::default()
    };
    world.people = People::new([("ines".to_owned(), both)], Signatures::Required);
    assert_eq!(ask(&mut world, "ines", &digest), "review/own-work");
    world.people = people_with(&device_of("omar").passkey());
    approve(&mut world);
    world.execute().unwrap();
    assert_eq!(ask(&mut world, "omar", &digest), "takedown/wrong-state");
}

#[test]
fn nothing_of_what_is_handed_in_is_believed() {
    let (_ground, mut world) = in_review();
    let unsigned = prepared(&mut world);
    let record = &unsigned.record;
    let minutes = SignedDuration::from_mins;
    for (altered, code) in [
        (
            ApprovalRecord {
                store: "another".to_owned(),
                ..record.clone()
            },
            "review/approval-replayed",
        ),
        (
            ApprovalRecord {
                digest: "0".repeat(64),
                ..record.clone()
            },
            "review/other-digest",
        ),
        (
            ApprovalRecord {
                digest: record.digest[..63].to_owned(),
                ..record.clone()
            },
            "review/not-as-prepared",
        ),
        (
            ApprovalRecord {
                digest: String::new(),
                ..record.clone()
            },
            "review/short-digest",
        ),
        (
            ApprovalRecord {
                approved_by: "ada".to_owned(),
                ..record.clone()
            },
            "review/not-as-prepared",
        ),
        (
            ApprovalRecord {
                expires_at: record.expires_at + minutes(1),
                ..record.clone()
            },
            "review/not-as-prepared",
        ),
        (
            ApprovalRecord {
                expires_at: Timestamp::MAX,
                ..record.clone()
            },
            "review/not-as-prepared",
        ),
        (later(record, minutes(1)), "review/not-as-prepared"),
        (later(record, minutes(-11)), "review/not-as-prepared"),
    ] {
        // Even where it is signed, by the right device.
        let message = message("tp-1", &altered);
        let challenge = challenge(&message);
        let answer = device_of("omar").answer(&challenge, &Asked::rightly());
        let refused = hand_in(&mut world, &altered, answer).unwrap_err();
        assert_eq!(refused.code(), code, "{altered:?}");
        assert_eq!(world.plan().state(), "in-review");
    }
    // Whoever hands it in has to be whoever signed it.
    let (answer, ada) = (answered(&unsigned).into(), "ada");
    let signed = Signed {
        record,
        seal: &answer,
        validity: DAYS,
    };
    let refused = world.as_(ada, |desk, _| {
        takedown::approve_signed(desk, PLAN(), signed)
    });
    assert_eq!(refused.unwrap_err().code(), "review/not-as-prepared");
    // And for as long as the configuration says now.
    let signed = Signed {
        record,
        seal: &answer,
        validity: DAYS - minutes(1),
    };
    let refused = world.as_("omar", |desk, _| {
        takedown::approve_signed(desk, PLAN(), signed)
    });
    assert_eq!(refused.unwrap_err().code(), "review/not-as-prepared");
}

#[test]
fn whoever_takes_longer_than_ten_minutes_has_to_look_again() {
    let (_ground, mut world) = in_review();
    let unsigned = prepared(&mut world);
    world.now += avert_ops::review::TIME_TO_SIGN + SignedDuration::from_nanos(1);
    let refused = hand_in(&mut world, &unsigned.record, answered(&unsigned)).unwrap_err();
    assert_eq!(refused.code(), "review/not-as-prepared");
    world.now -= SignedDuration::from_nanos(1);
    hand_in(&mut world, &unsigned.record, answered(&unsigned)).unwrap();
}

#[test]
fn what_was_signed_is_no_yes_to_what_became_of_the_plan_since() {
    let second = SignedDuration::from_secs(1);
    // It was edited, and edited back: it says the same, and somebody thought again.
    let (_ground, mut world) = in_review();
    world.now += second;
    let unsigned = prepared(&mut world);
    world.now += second;
    for remedy in [
        avert_ops::ports::Remedy::Restrict,
        avert_ops::ports::Remedy::Disable,
    ] {
        let change = [Change::Set("p3".into(), remedy)];
        let edited = world.as_("ines", |desk, platform| {
            takedown::edit(desk, platform, PLAN(), &change, "not sure")
        });
        edited.unwrap();
    }
    submit(&mut world);
    let digest = world.plan().header().digest();
    let refused = hand_in(&mut world, &unsigned.record, answered(&unsigned)).unwrap_err();
    assert_eq!(digest, unsigned.record.digest, "the plans say the same");
    assert_eq!(refused.code(), "review/not-as-prepared");
    assert_eq!(world.plan().state(), "in-review");
    // It was taken, and taken back.
    world.now += second;
    let unsigned = prepared(&mut world);
    hand_in(&mut world, &unsigned.record, answered(&unsigned)).unwrap();
    // At the same moment it is one yes, not two.
    let refused = hand_in(&mut world, &unsigned.record, answered(&unsigned)).unwrap_err();
    assert_eq!(refused.code(), "review/not-as-prepared");
    world.now += second;
    let rejected = world.as_("ada", |desk, _| takedown::reject(desk, PLAN(), "no"));
    rejected.unwrap();
    submit(&mut world);
    let refused = hand_in(&mut world, &unsigned.record, answered(&unsigned)).unwrap_err();
    assert_eq!(refused.code(), "review/not-as-prepared");
    assert_eq!(world.plan().state(), "in-review");
    world.now += second;
    approve(&mut world);
    world.execute().unwrap();
}

#[test]
fn an_ssh_key_may_sign_elsewhere_too() {
    let (_ground, mut world) = in_review();
    world.people = common::people();
    let unsigned = prepared(&mut world);
    let sealed =
        |name: &str| Seal::Ssh(sign_with(&key_of(name), unsigned.message.as_bytes()).unwrap());
    let refused = hand_in(&mut world, &unsigned.record, sealed("ada")).unwrap_err();
    assert_eq!(refused.code(), "review/signature");
    hand_in(&mut world, &unsigned.record, sealed("omar")).unwrap();
    world.execute().unwrap();
}

#[test]
fn a_yes_that_ran_out_on_the_way_can_be_given_again_with_a_passkey() {
    let (_ground, mut world) = in_review();
    approve(&mut world);
    world.platform.broken.borrow_mut().insert("p2".into());
    world.execute().unwrap_err();
    world.platform.broken.borrow_mut().clear();
    world.now += SignedDuration::from_hours(100);
    assert_eq!(
        world.resume().unwrap_err().code(),
        "review/approval-expired"
    );
    approve(&mut world);
    assert_eq!(takedown::totals(&world.resume().unwrap()).done, 3);
    journal::verify(&world.store).unwrap();
}

#[test]
fn a_notice_list_is_approved_with_a_passkey_and_sent() {
    let mut world = World::approved(OnFailure::Continue);
    world.execute().unwrap();
    world.plan_notices().unwrap();
    let digest = world.list().header().digest();
    let prepared = world.as_("omar", |desk, _| {
        notify::to_sign(desk, LIST(), &digest, DAYS)
    });
    let unsigned = prepared.unwrap();
    let record = &unsigned.record;
    let hand_in = |world: &mut World, answer: Assertion| {
        let seal = answer.into();
        let signed = Signed {
            record,
            seal: &seal,
            validity: DAYS,
        };
        world.as_("omar", |desk, _| {
            notify::approve_signed(desk, LIST(), signed)
        })
    };
    let unverified = Asked {
        flags: 0x01,
        ..Asked::rightly()
    };
    let answer = device_of("omar").answer(&unsigned.challenge, &unverified);
    assert_eq!(
        hand_in(&mut world, answer).unwrap_err().code(),
        "review/signature"
    );
    let answer = answered(&unsigned);
    hand_in(&mut world, answer.clone()).unwrap();
    let twice = hand_in(&mut world, answer).unwrap_err();
    assert_eq!(twice.code(), "review/not-as-prepared");
    let channel = FakeChannel::new(true);
    assert_eq!(world.send(&channel).unwrap().state(), "sent");
    assert!(!channel.got().is_empty());
    let asked = world.as_("omar", |desk, _| {
        notify::to_sign(desk, LIST(), &digest, DAYS)
    });
    assert_eq!(asked.unwrap_err().code(), "notify/wrong-state");
}

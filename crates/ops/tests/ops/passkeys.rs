//! An approval can be signed with a passkey: what counts, and what does not.

use avert_model::{Explain as _, SignedDuration, Timestamp};
use avert_ops::journal;
use avert_ops::review::passkey::{Assertion, challenge};
use avert_ops::review::{ApprovalRecord, Seal, Unsigned, message, signed_with};
use proptest::prelude::*;

use crate::common::authenticator::{Asked, Authenticator, VERIFIED};
use crate::common::signing::{
    DAYS, answered, approve, hand_in, in_review, later, people_with, prepared,
};
use crate::common::{self, Ground, World, device_of};

fn given(world: &World) -> ApprovalRecord {
    world.plan().approval().unwrap().clone()
}

fn assertion_of(record: &ApprovalRecord) -> Assertion {
    match &record.signature {
        Some(Seal::Passkey(assertion)) => (**assertion).clone(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_passkeys_yes_counts_at_approval_after_a_restart_and_at_execution() {
    for device in [Authenticator::new(), device_of("omar")] {
        let (ground, mut world) = in_review();
        let passkey = device.passkey();
        world.people = people_with(&passkey);
        let unsigned = prepared(&mut world);
        let answer = device.answer(&unsigned.challenge, &Asked::rightly());
        world.now += SignedDuration::from_mins(2);
        let plan = hand_in(&mut world, &unsigned.record, answer).unwrap();
        assert_eq!(plan.state(), "approved");
        let record = given(&world);
        assert_eq!(record.approved_at, unsigned.record.approved_at);
        assert_eq!(record.expires_at, common::noon() + DAYS);
        let with = format!("passkey {}", passkey.fingerprint());
        assert_eq!(signed_with(&record).as_ref(), Some(&with));
        let rows = ground.rows("SELECT detail FROM journal WHERE act = 'takedown/approve'");
        assert!(rows[0][0].contains(&with), "{rows:?}");

        world.store = ground.open();
        assert_eq!(given(&world), record);
        world.execute().unwrap();
        assert!(!world.platform.effects.borrow().is_empty());
        journal::verify(&world.store).unwrap();
    }
}

/// Answers of the right device that was asked wrongly, and with what words they are refused.
fn asked_wrongly(unsigned: &Unsigned) -> Vec<(Assertion, &'static str)> {
    let (omar, challenge) = (device_of("omar"), &unsigned.challenge);
    let asked = |change: &dyn Fn(&mut Asked)| {
        let mut asked = Asked::rightly();
        change(&mut asked);
        omar.answer(challenge, &asked)
    };
    let (another, inside) = ("https://example.org", r#","crossOrigin":true"#);
    let (no_answer, twice) = (r#","crossOrigin":1"#, r#","type":"webauthn.get""#);
    let creation = Asked {
        purpose: "webauthn.get",
        ..omar.creation()
    };
    vec![
        (omar.answer(&[7; 32], &Asked::rightly()), "challenge"),
        (omar.answer(&[], &Asked::rightly()), "challenge"),
        (asked(&|it| it.origin = another), "given on"),
        (
            asked(&|it| it.origin = "http://avert.example.org"),
            "given on",
        ),
        (asked(&|it| it.party = "avert.example.org"), "relying party"),
        (asked(&|it| it.flags &= !0x01), "anybody was there"),
        (asked(&|it| it.flags &= !0x04), "who was there"),
        (
            asked(&|it| it.purpose = "webauthn.create"),
            "not a webauthn.get",
        ),
        (asked(&|it| it.more = inside), "another site"),
        (asked(&|it| it.more = no_answer), "cannot be read"),
        (asked(&|it| it.more = twice), "cannot be read"),
        (asked(&|it| it.rest = vec![0]), "length"),
        (asked(&|it| it.flags |= 0x80), "length"),
        (asked(&|it| it.flags |= 0x40), "length"),
        (omar.answer(challenge, &creation), "length"),
    ]
}

/// Answers that were changed since, or are another passkey's.
fn altered(unsigned: &Unsigned) -> Vec<(Assertion, &'static str)> {
    let altered = |change: &dyn Fn(&mut Assertion)| {
        let mut answer = answered(unsigned);
        change(&mut answer);
        answer
    };
    let enrolled = |line: &str| altered(&|it| it.passkey = line.parse().unwrap());
    let (omar, ada) = (device_of("omar"), device_of("ada"));
    let line = omar.passkey().to_string();
    let for_another_page = line.replace("avert.example.org", "example.org");
    let by_another_id = line.replacen("eddsa ", "eddsa AAAA", 1);
    let of_ada = ada.answer(&unsigned.challenge, &Asked::rightly());
    let called_omars = Assertion {
        passkey: omar.passkey(),
        ..of_ada.clone()
    };
    vec![
        (altered(&|it| it.authenticator_data.truncate(36)), "length"),
        (altered(&|it| it.authenticator_data.clear()), "length"),
        (altered(&|it| it.authenticator_data[36] = 1), "signature"),
        (altered(&|it| it.client_data.push(b'}')), "cannot be read"),
        (altered(&|it| it.client_data.push(b' ')), "signature"),
        (altered(&|it| it.client_data.clear()), "cannot be read"),
        (altered(&|it| it.signature[9] ^= 1), "signature"),
        (altered(&|it| it.signature.push(0)), "signature"),
        (altered(&|it| it.signature.clear()), "signature"),
        (of_ada, "does not give them"),
        (called_omars, "signature"),
        (enrolled(&for_another_page), "does not give them"),
        (enrolled(&by_another_id), "does not give them"),
    ]
}

#[test]
fn each_single_thing_that_is_wrong_with_an_answer_refuses_it() {
    let (ground, mut world) = in_review();
    let unsigned = prepared(&mut world);
    let before = ground.rows("SELECT state, body FROM plans");
    let wrong = asked_wrongly(&unsigned);
    for (answer, words) in wrong.into_iter().chain(altered(&unsigned)) {
        let text = format!("{answer:?}");
        let refused = hand_in(&mut world, &unsigned.record, answer).unwrap_err();
        assert_eq!(refused.code(), "review/signature", "{words}: {text}");
        let why = std::error::Error::source(&refused).unwrap().to_string();
        assert!(why.contains(words), "{why}: {words}");
        assert_eq!(ground.rows("SELECT state, body FROM plans"), before);
    }
    // Extensions say nothing and are signed with the rest.
    let extended = Asked {
        flags: VERIFIED | 0x80,
        rest: vec![0xa0],
        ..Asked::rightly()
    };
    let answer = device_of("omar").answer(&unsigned.challenge, &extended);
    hand_in(&mut world, &unsigned.record, answer).unwrap();
}

#[test]
fn an_answer_is_good_for_one_plan() {
    let (_ground, mut world) = in_review();
    let unsigned = prepared(&mut world);
    let challenge = challenge(&message("tp-2", &unsigned.record));
    let answer = device_of("omar").answer(&challenge, &Asked::rightly());
    let refused = hand_in(&mut world, &unsigned.record, answer).unwrap_err();
    assert_eq!(refused.code(), "review/signature");
}

#[test]
fn a_passkey_that_was_taken_away_signs_nothing_any_more() {
    let (_ground, mut world) = in_review();
    let unsigned = prepared(&mut world);
    approve(&mut world);
    let another = Authenticator::new().passkey();
    world.people = people_with(&another);
    assert_eq!(world.execute().unwrap_err().code(), "review/signature");
    let refused = hand_in(
        &mut world,
        &later(&unsigned.record, SignedDuration::ZERO),
        answered(&unsigned),
    );
    assert!(refused.is_err());
    assert!(world.platform.effects.borrow().is_empty());
}

#[test]
fn nothing_that_is_written_into_the_store_makes_a_passkeys_yes() {
    let (ground, mut world) = in_review();
    approve(&mut world);
    let real = given(&world);
    let with = |change: &dyn Fn(&mut Assertion)| {
        let mut assertion = assertion_of(&real);
        change(&mut assertion);
        ApprovalRecord {
            signature: Some(assertion.into()),
            ..real.clone()
        }
    };
    // Somebody who can write there has devices of their own.
    let theirs = Authenticator::new();
    let own = theirs.answer(&challenge(&message("tp-1", &real)), &Asked::rightly());
    let forged = [
        with(&|assertion| assertion.client_data[3] ^= 1),
        with(&|assertion| assertion.authenticator_data[32] |= 0x08),
        with(&|assertion| assertion.signature[0] ^= 1),
        with(&|assertion| assertion.passkey = theirs.passkey()),
        ApprovalRecord {
            signature: Some(own.into()),
            ..real.clone()
        },
        ApprovalRecord {
            signature: None,
            ..real.clone()
        },
        ApprovalRecord {
            approved_by: "ada".to_owned(),
            ..real.clone()
        },
        later(&real, SignedDuration::from_hours(1)),
        ApprovalRecord {
            expires_at: Timestamp::MAX,
            ..real.clone()
        },
    ];
    for record in &forged {
        write(&ground, &serde_json::to_value(record).unwrap());
        let code = world.execute().unwrap_err().code();
        assert!(
            ["review/signature", "review/unsigned"].contains(&code),
            "{code}: {record:?}"
        );
    }
    for signature in [
        serde_json::json!(7),
        serde_json::json!({ "passkey": theirs.passkey() }),
        serde_json::json!(["webauthn"]),
    ] {
        let mut record = serde_json::to_value(&real).unwrap();
        record["signature"] = signature;
        write(&ground, &record);
        world.execute().unwrap_err();
    }
    assert!(world.platform.effects.borrow().is_empty());
    write(&ground, &serde_json::to_value(&real).unwrap());
    world.execute().unwrap();
}

/// Writes another approval into the store, as somebody could who can open its file.
fn write(ground: &Ground, record: &serde_json::Value) {
    let body = serde_json::json!({ "approval": record, "ending": null, "reason": null });
    let text = body.to_string().replace('\'', "''");
    ground.alter(&format!("UPDATE plans SET body = '{text}'"));
}

#[test]
fn whatever_bytes_are_handed_in_nothing_stumbles_and_nothing_is_approved() {
    let (_ground, mut world) = in_review();
    let unsigned = prepared(&mut world);
    let real = answered(&unsigned);
    let world = common::shared::RefCell::new(world);
    let bytes = || prop::collection::vec(any::<u8>(), 0..120);
    let whole = (any::<u8>(), bytes(), any::<(usize, u8)>());
    let mut runner = proptest::test_runner::TestRunner::new(ProptestConfig {
        failure_persistence: None,
        ..ProptestConfig::with_cases(300)
    });
    runner
        .run(&whole, |(which, bytes, (place, bits))| {
            let mut answer = real.clone();
            let field = match which % 3 {
                0 => &mut answer.client_data,
                1 => &mut answer.authenticator_data,
                _ => &mut answer.signature,
            };
            if which < 100 {
                *field = bytes;
            } else if which < 150 {
                field.truncate(place % field.len());
            } else {
                let place = place % field.len();
                field[place] ^= bits.max(1);
            }
            let refused = hand_in(&mut world.borrow_mut(), &unsigned.record, answer);
            prop_assert!(refused.is_err());
            Ok(())
        })
        .unwrap();
}

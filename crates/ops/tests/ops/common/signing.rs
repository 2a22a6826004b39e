//! A plan that omar reviews, who signs with a passkey.

use avert_model::SignedDuration;
use avert_ops::people::{Passkey, People, Person, Role, Signatures};
use avert_ops::review::passkey::Assertion;
use avert_ops::review::{ApprovalRecord, Seal, Signed, Unsigned};
use avert_ops::takedown::{self, OnFailure, Plan, TakedownError};

use super::authenticator::Asked;
use super::{Ground, PLAN, World, device_of};

pub(crate) const DAYS: SignedDuration = SignedDuration::from_hours(72);

/// A world whose plan waits for a second person, and where its store is. Nobody has another key than a
/// passkey.
pub(crate) fn in_review() -> (Ground, World) {
    let ground = Ground::new();
    let mut world = World::on(ground.open());
    world.people = people_with(&device_of("omar").passkey());
    world.draft(OnFailure::Continue).unwrap();
    submit(&mut world);
    (ground, world)
}

pub(crate) fn submit(world: &mut World) {
    let submitted = world.as_("ines", |desk, _| takedown::submit(desk, PLAN()));
    submitted.unwrap();
}

/// The people, of whom omar has this passkey.
pub(crate) fn people_with(omars: &Passkey) -> People {
    let person = |name: &str, role: Role, passkey: Passkey| {
        let person = Person {
            roles: [role].into(),
            passkeys: vec![passkey],
            ..Person::default()
        };
        (name.to_owned(), person)
    };
    let people = [
        person("ines", Role::Investigator, device_of("ines").passkey()),
        person("omar", Role::Approver, omars.clone()),
        person("ada", Role::Approver, device_of("ada").passkey()),
        person("rana", Role::Responder, device_of("rana").passkey()),
    ];
    People::new(people, Signatures::Required)
}

/// What omar has to sign.
pub(crate) fn prepared(world: &mut World) -> Unsigned {
    let digest = world.plan().header().digest();
    let prepared = world.as_("omar", |desk, _| {
        takedown::to_sign(desk, PLAN(), &digest, DAYS)
    });
    prepared.unwrap()
}

pub(crate) fn hand_in(
    world: &mut World,
    record: &ApprovalRecord,
    seal: impl Into<Seal>,
) -> Result<Plan, TakedownError> {
    let seal = seal.into();
    let signed = Signed {
        record,
        seal: &seal,
        validity: DAYS,
    };
    world.as_("omar", |desk, _| {
        takedown::approve_signed(desk, PLAN(), signed)
    })
}

/// omar's device answers as it should.
pub(crate) fn answered(unsigned: &Unsigned) -> Assertion {
    device_of("omar").answer(&unsigned.challenge, &Asked::rightly())
}

pub(crate) fn approve(world: &mut World) -> Plan {
    let unsigned = prepared(world);
    hand_in(world, &unsigned.record, answered(&unsigned)).unwrap()
}

/// The yes, moved as a whole.
pub(crate) fn later(record: &ApprovalRecord, by: SignedDuration) -> ApprovalRecord {
    ApprovalRecord {
        approved_at: record.approved_at + by,
        expires_at: record.expires_at + by,
        ..record.clone()
    }
}

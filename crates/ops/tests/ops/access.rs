//! Who may sign in: one-time links, sessions and tokens, of which the store keeps nothing that lets anybody in.

use avert_model::{SignedDuration, Timestamp};
use avert_ops::access::{self, AccessError, Proof, Scope};
use avert_ops::people::{People, Person, Role, Signatures};
use avert_ops::store::Store;

use crate::common::{self, noon};

fn later(minutes: i64) -> Timestamp {
    noon()
        .checked_add(SignedDuration::from_mins(minutes))
        .unwrap()
}

fn people() -> People {
    let person = |role| Person {
        roles: [role].into(),
        ..Person::default()
    };
    People::new(
        [
            ("ines".to_owned(), person(Role::Investigator)),
            ("otto".to_owned(), person(Role::Operator)),
        ],
        Signatures::Names,
    )
}

fn first_link(store: &mut Store, secret: &str) -> Option<String> {
    let until = later(60);
    let proof = Proof::of(secret);
    let invited = access::invite_first(store, &people(), &later(0), &proof, until).unwrap();
    invited.map(|invitation| invitation.person)
}

#[test]
fn the_first_link_is_for_an_operator_and_there_is_none_once_somebody_can_sign_in() {
    let mut store = common::store();
    assert_eq!(first_link(&mut store, "one").as_deref(), Some("otto"));
    // Started again before it was used: the earlier link is worth nothing.
    assert_eq!(first_link(&mut store, "two").as_deref(), Some("otto"));
    let one = Proof::of("one");
    let used = access::accept(&mut store, &people(), &later(1), &one, "hash");
    assert!(matches!(used, Err(AccessError::NoInvitation)));
    access::accept(&mut store, &people(), &later(1), &Proof::of("two"), "hash").unwrap();
    assert_eq!(first_link(&mut store, "three"), None);
    assert_eq!(
        access::password_of(&store, "otto").unwrap().as_deref(),
        Some("hash")
    );
}

#[test]
fn a_link_runs_out() {
    let mut store = common::store();
    first_link(&mut store, "one");
    let late = access::accept(&mut store, &people(), &later(60), &Proof::of("one"), "hash");
    assert!(matches!(late, Err(AccessError::NoInvitation)));
}

fn signed_in(store: &mut Store, secret: &str) {
    let (proof, lasts) = (Proof::of(secret), SignedDuration::from_hours(12));
    access::begin(
        store,
        &people(),
        &later(0),
        ("otto", "password"),
        (&proof, "csrf"),
        lasts,
    )
    .unwrap();
}

fn is_in(store: &mut Store, secret: &str, minutes: i64) -> bool {
    let idle = SignedDuration::from_mins(30);
    let found = access::session(store, &Proof::of(secret), later(minutes), idle);
    found.unwrap().is_some()
}

#[test]
fn a_session_ends_when_it_is_idle_or_old_or_ended() {
    let mut store = common::store();
    signed_in(&mut store, "a");
    assert!(is_in(&mut store, "a", 20));
    assert!(is_in(&mut store, "a", 45), "it was used in between");
    assert!(!is_in(&mut store, "a", 80), "and then was not");
    signed_in(&mut store, "b");
    for minutes in (0..720).step_by(20) {
        assert!(is_in(&mut store, "b", minutes));
    }
    assert!(!is_in(&mut store, "b", 720), "twelve hours are over");
    signed_in(&mut store, "c");
    access::end(&mut store, &Proof::of("c")).unwrap();
    assert!(!is_in(&mut store, "c", 1));
    assert!(!is_in(&mut store, "never", 1));
}

#[test]
fn a_new_password_signs_out_whoever_was_in_under_the_old_one() {
    let mut store = common::store();
    first_link(&mut store, "link");
    signed_in(&mut store, "a");
    access::accept(&mut store, &people(), &later(1), &Proof::of("link"), "hash").unwrap();
    assert!(!is_in(&mut store, "a", 2));
}

#[test]
fn whoever_signs_out_everywhere_is_out_and_the_journal_says_so() {
    let mut world = common::World::new();
    let (proof, lasts) = (Proof::of("d"), SignedDuration::from_hours(12));
    let people = world.people.clone();
    let who = ("ines", "password");
    access::begin(
        &mut world.store,
        &people,
        &noon(),
        who,
        (&proof, "csrf"),
        lasts,
    )
    .unwrap();
    let others = world.as_("omar", |desk, _| access::end_all_of(desk, "ines"));
    assert!(matches!(others, Err(AccessError::People(_))));
    let ended = world.as_("ines", |desk, _| access::end_all_of(desk, "ines"));
    assert_eq!(ended.unwrap(), 1);
    assert!(!is_in(&mut world.store, "d", 1));
}

#[test]
fn looking_whether_a_session_stands_does_not_keep_it_alive() {
    let mut store = common::store();
    signed_in(&mut store, "a");
    let (proof, idle) = (Proof::of("a"), SignedDuration::from_mins(30));
    for minutes in [10, 20, 30] {
        let found = access::standing(&store, &proof, later(minutes), idle);
        assert!(found.unwrap().is_some());
    }
    assert!(
        access::standing(&store, &proof, later(31), idle)
            .unwrap()
            .is_none()
    );
}

#[test]
fn a_token_is_known_until_its_owner_or_an_operator_revokes_it() {
    let mut world = common::World::new();
    let proof = Proof::of("avert_secret");
    let made = world.as_("ines", |desk, _| {
        access::make_token(desk, "help desk", [Scope::Appeals].into(), &proof)
    });
    let made = made.unwrap();
    assert_eq!(
        access::token(&world.store, &proof).unwrap(),
        Some(made.clone())
    );
    assert_eq!(
        access::token(&world.store, &Proof::of("other")).unwrap(),
        None
    );
    let others = world.as_("omar", |desk, _| access::revoke_token(desk, made.id));
    assert!(matches!(others, Err(AccessError::NotTheirs { .. })));
    world
        .as_("ines", |desk, _| access::revoke_token(desk, made.id))
        .unwrap();
    assert_eq!(access::token(&world.store, &proof).unwrap(), None);
    // No secret is the empty one that a revoked token has.
    assert!(access::tokens(&world.store).unwrap().is_empty());
    let next = world.as_("ines", |desk, _| {
        access::make_token(desk, "another", [Scope::Read].into(), &Proof::of("x"))
    });
    assert_eq!(next.unwrap().id, made.id + 1, "a number is not given again");
}

#[test]
fn nobody_is_let_in_by_somebody_who_is_no_operator_nor_whom_the_configuration_does_not_know() {
    let mut world = common::World::new();
    let until = later(60);
    let tried = world.as_("ines", |desk, _| {
        access::invite(desk, "omar", &Proof::of("x"), until)
    });
    assert!(matches!(tried, Err(AccessError::People(_))));
    let mut store = common::store();
    let stranger = access::begin(
        &mut store,
        &people(),
        &later(0),
        ("nobody", "password"),
        (&Proof::of("x"), "csrf"),
        SignedDuration::from_hours(1),
    );
    assert!(matches!(stranger, Err(AccessError::People(_))));
}

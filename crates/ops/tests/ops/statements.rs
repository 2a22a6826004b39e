//! What a plan did to whom and on which facts, as statements of reasons need it.

use avert_model::{Explain as _, Outcome};
use avert_model::{Measure, MemberKind, SignedDuration};
use avert_ops::appeals::Window;
use avert_ops::cases;
use avert_ops::people::{People, Person, Role, Signatures};
use avert_ops::ports::Remedy;
use avert_ops::purge::{self, Keep};
use avert_ops::takedown::{self, Change, OnFailure};

use crate::common::{CASE, PLAN, World, key_of};

#[test]
fn an_account_is_told_with_when_it_was_acted_on_and_when_it_was_given_back() {
    let mut world = World::approved(OnFailure::Continue);
    let begun = world.now;
    world.execute().unwrap();
    let acted = takedown::acted(&world.store, PLAN()).unwrap();
    let accounts: Vec<_> = acted
        .accounts
        .iter()
        .map(|it| it.account.as_str())
        .collect();
    assert_eq!(accounts, ["p1", "p2", "p3"]);
    for account in &acted.accounts {
        assert_eq!(account.kind, MemberKind::Persona);
        assert_eq!(account.measure, Measure::Disable);
        assert_eq!((account.acted_at, account.restored_at), (begun, None));
        let found = account.found.as_ref().unwrap();
        assert_eq!((found.network_accounts, found.people_reached), (4, 4));
    }

    world.now = begun.checked_add(SignedDuration::from_hours(30)).unwrap();
    world.reverse().unwrap();
    let undone = takedown::acted(&world.store, PLAN()).unwrap();
    for (before, after) in acted.accounts.iter().zip(&undone.accounts) {
        assert_eq!(after.restored_at, Some(world.now));
        assert_eq!((&after.key, after.acted_at), (&before.key, before.acted_at));
    }
}

#[test]
fn whoever_was_only_planned_for_watched_or_never_reached_is_not_told() {
    let mut world = World::new();
    world.draft(OnFailure::Continue).unwrap();
    let none = takedown::acted(&world.store, PLAN()).unwrap();
    assert!(none.accounts.is_empty());

    let changes = [
        Change::Set("p2".into(), Remedy::Restrict),
        Change::Drop("p3".into()),
    ];
    let edited = world.as_("ines", |desk, platform| {
        takedown::edit(desk, platform, PLAN(), &changes, "she is real")
    });
    edited.unwrap();
    world
        .as_("ines", |desk, _| takedown::submit(desk, PLAN()))
        .unwrap();
    world.approve().unwrap();
    world.execute().unwrap();
    let acted = takedown::acted(&world.store, PLAN()).unwrap();
    let told: Vec<_> = acted
        .accounts
        .iter()
        .map(|it| (it.account.as_str(), it.measure))
        .collect();
    assert_eq!(told, [("p1", Measure::Disable), ("p2", Measure::Restrict)]);
}

#[test]
fn the_same_account_in_another_store_has_another_key() {
    let key = || {
        let mut world = World::approved(OnFailure::Continue);
        world.execute().unwrap();
        takedown::acted(&world.store, PLAN()).unwrap().accounts[0]
            .key
            .clone()
    };
    let (one, other) = (key(), key());
    assert_eq!(one.len(), 32);
    assert_ne!(one, other);
}

#[test]
fn once_the_facts_are_purged_no_other_statement_is_made_of_what_is_left() {
    let mut world = World::approved(OnFailure::Continue);
    world.execute().unwrap();
    world
        .as_("ines", |desk, _| cases::close(desk, CASE(), "over"))
        .unwrap();
    world.now += SignedDuration::from_hours(24 * 185);
    takedown::acted(&world.store, PLAN()).unwrap();
    let oper = Person {
        roles: [Role::Operator].into(),
        keys: vec![key_of("oper").public_key().clone()],
        ..Person::default()
    };
    world.people = People::new([("oper".to_owned(), oper)], Signatures::Required);
    let keep = Keep::of_days(0, Window::default());
    world
        .as_("oper", |desk, _| purge::purge(desk, CASE(), keep))
        .unwrap();
    let refused = takedown::acted(&world.store, PLAN()).unwrap_err();
    assert_eq!(refused.code(), "statements/purged");
    assert_eq!(refused.outcome(), Outcome::Refused);
    assert!(refused.hint().unwrap().contains("stay valid"));
}

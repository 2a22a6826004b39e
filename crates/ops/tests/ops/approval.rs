//! What an approval is worth: whose it must be, what it covers, and when it ends.

use avert_model::{AccountId, Explain as _, Outcome, SignedDuration};
use avert_ops::journal;
use avert_ops::people::{People, Person, Role, Signatures};
use avert_ops::takedown::{self, Change, Drafting, OnFailure};

use crate::common::{self, CASE, Fault, PLAN, World, assent};

#[test]
fn nothing_acts_without_an_approval() {
    let mut world = World::new();
    world.draft(OnFailure::Continue).unwrap();
    for _ in 0..2 {
        let refused = world.execute().unwrap_err();
        assert_eq!(refused.outcome(), Outcome::Refused);
        let _ = world.as_("ines", |desk, _| takedown::submit(desk, PLAN()));
    }
    assert!(world.platform.effects.borrow().is_empty());
}

#[test]
fn whoever_wrote_a_plan_cannot_approve_it_whatever_their_roles() {
    let mut world = World::new();
    world
        .as_("ada", |desk, platform| {
            takedown::draft(
                desk,
                platform,
                CASE(),
                &Drafting::plain(OnFailure::Continue),
            )
        })
        .unwrap();
    world
        .as_("ines", |desk, _| takedown::submit(desk, PLAN()))
        .unwrap();
    let nobodys = assent("00000000000000000000000000000000", 72);
    let refused = world
        .as_("ada", |desk, _| takedown::approve(desk, PLAN(), &nobodys))
        .unwrap_err();
    assert_eq!(refused.code(), "review/own-work");
    let refused = world
        .as_("ines", |desk, _| takedown::approve(desk, PLAN(), &nobodys))
        .unwrap_err();
    assert_eq!(refused.code(), "people/role-missing");
}

#[test]
fn an_edit_after_approval_voids_it() {
    let mut world = World::approved(OnFailure::Continue);
    let before = world.plan().header().digest();
    let change = [Change::Drop(AccountId::from("p3"))];
    world
        .as_("ines", |desk, platform| {
            takedown::edit(desk, platform, PLAN(), &change, "not sure of p3")
        })
        .unwrap();
    assert_ne!(world.plan().header().digest(), before);
    assert_eq!(world.execute().unwrap_err().code(), "takedown/wrong-state");
    assert!(world.platform.effects.borrow().is_empty());
}

#[test]
fn an_approver_who_reviewed_another_digest_is_refused() {
    let mut world = World::new();
    world.draft(OnFailure::Continue).unwrap();
    world
        .as_("ines", |desk, _| takedown::submit(desk, PLAN()))
        .unwrap();
    for (reviewed, code) in [
        ("00000000000000000000000000000000", "review/other-digest"),
        ("0", "review/short-digest"),
        ("", "review/short-digest"),
    ] {
        let refused = world.as_("omar", |desk, _| {
            takedown::approve(desk, PLAN(), &assent(reviewed, 72))
        });
        assert_eq!(refused.unwrap_err().code(), code, "{reviewed:?}");
    }
    let digest = world.plan().header().digest();
    world
        .as_("omar", |desk, _| {
            takedown::approve(desk, PLAN(), &assent(&digest[..32], 72))
        })
        .unwrap();
}

#[test]
fn an_approval_runs_out() {
    let mut world = World::approved(OnFailure::Continue);
    world.now = common::noon() + SignedDuration::from_hours(72);
    assert_eq!(
        world.execute().unwrap_err().code(),
        "review/approval-expired"
    );
    assert_eq!(world.plan().state(), "expired");
    assert!(world.platform.effects.borrow().is_empty());
    world.approve().unwrap();
    assert_eq!(world.execute().unwrap().state(), "executed");
}

#[test]
fn an_approval_that_ran_out_on_the_way_can_be_given_again() {
    let mut world = World::approved(OnFailure::Continue);
    world
        .platform
        .breaks_at(world.platform.calls.get() + 1, Fault::Before);
    world.execute().unwrap_err();
    world.platform.mends();
    world.now += SignedDuration::from_hours(100);
    assert_eq!(
        world.resume().unwrap_err().code(),
        "review/approval-expired"
    );
    assert_eq!(world.plan().state(), "executing");
    world.approve().unwrap();
    assert_eq!(world.resume().unwrap().state(), "executed");
    journal::verify(&world.store).unwrap();
}

#[test]
fn failed_accounts_can_be_tried_again_after_the_approval_ran_out() {
    let mut world = World::approved(OnFailure::Continue);
    world.platform.broken.borrow_mut().insert("p2".into());
    world.execute().unwrap_err();
    world.platform.broken.borrow_mut().clear();
    world.now += SignedDuration::from_hours(100);
    assert_eq!(
        world.resume().unwrap_err().code(),
        "review/approval-expired"
    );
    world.approve().unwrap();
    assert_eq!(takedown::totals(&world.resume().unwrap()).done, 3);
}

#[test]
fn a_yes_counts_only_while_its_giver_may_still_give_it() {
    let mut world = World::approved(OnFailure::Continue);
    let rana = Person {
        roles: [Role::Responder].into_iter().collect(),
        ..Person::default()
    };
    world.people = People::new([("rana".to_owned(), rana)], Signatures::Required);
    let refused = world.execute().unwrap_err();
    assert_eq!(refused.code(), "people/unknown");
    assert!(world.platform.effects.borrow().is_empty());
    world.people = common::people();
    world.execute().unwrap();
}

//! People say whom a case is about: against what detection proposes, with a reason, and within what it found.
#![expect(
    clippy::unwrap_used,
    reason = "a fixture that cannot be made is a failed test"
)]

mod common;

use avert_ops::cases::{self, Belongs, CaseError, MemberChange};
use avert_ops::takedown::OnFailure;
use common::{CASE, World};

fn change(
    world: &mut World,
    by: &str,
    account: &str,
    belongs: Belongs,
) -> Result<Vec<MemberChange>, CaseError> {
    let changes = [(account.into(), belongs)].into();
    world.as_(by, |desk, _| {
        cases::change_members(desk, CASE(), &changes, "we know her")
    })
}

/// The accounts of a plan, with why each is in it.
fn planned(world: &mut World) -> Vec<(String, String)> {
    let plan = world.draft(OnFailure::Continue).unwrap();
    let steps = plan.header().steps.iter();
    let steps = steps.map(|step| (step.account.to_string(), step.reason.clone()));
    steps.collect()
}

#[test]
fn an_account_that_was_taken_out_is_in_no_plan_and_the_reason_is_a_note() {
    let mut world = World::new();
    change(&mut world, "ines", "p1", Belongs::Removed).unwrap();
    assert!(
        planned(&mut world)
            .iter()
            .all(|(account, _)| account != "p1")
    );
    let case = cases::show(&world.store, CASE()).unwrap();
    assert_eq!(case.notes.last().unwrap().text, "we know her");
    let changes = cases::member_changes(&world.store, CASE()).unwrap();
    assert_eq!(changes[0].reason, "we know her");
}

#[test]
fn an_account_that_was_taken_in_is_planned_in_the_name_of_whoever_took_it_in() {
    let mut world = World::new();
    let before = planned(&mut World::new());
    assert!(before.iter().all(|(account, _)| account != "s1"));
    change(&mut world, "ines", "s1", Belongs::Added).unwrap();
    let after = planned(&mut world);
    let (_, reason) = after.iter().find(|(account, _)| account == "s1").unwrap();
    assert!(
        reason.starts_with("taken in by ines; detection: "),
        "{reason}"
    );
}

#[test]
fn the_last_word_counts() {
    let mut world = World::new();
    let before = planned(&mut World::new());
    change(&mut world, "ines", "p1", Belongs::Removed).unwrap();
    change(&mut world, "ines", "p1", Belongs::Added).unwrap();
    assert_eq!(planned(&mut world), before);
}

#[test]
fn nobody_is_taken_in_whom_nothing_that_was_found_names() {
    let mut world = World::new();
    let error = change(&mut world, "ines", "c1", Belongs::Added).unwrap_err();
    assert!(matches!(error, CaseError::Stranger { .. }), "{error}");
    let error = change(&mut world, "omar", "p1", Belongs::Removed).unwrap_err();
    assert!(matches!(error, CaseError::People(_)), "{error}");
    assert!(
        cases::member_changes(&world.store, CASE())
            .unwrap()
            .is_empty()
    );
}

//! People say whom a case is about: against what detection proposes, with a reason, and within what it found.

use avert_model::{AccountStatus, Belongs, ContactTier, Explain as _, MemberChange, MemberKind};
use avert_ops::cases::{self, CaseError};
use avert_ops::takedown::{self, OnFailure, Phase};
use avert_ops::{findings, journal, notify};

use crate::common::{self, CASE, Ground, PLAN, World};

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

#[test]
fn a_plan_that_has_somebody_whom_the_case_is_not_about_is_neither_submitted_nor_approved() {
    let mut world = World::new();
    world.draft(OnFailure::Continue).unwrap();
    change(&mut world, "ines", "p1", Belongs::Removed).unwrap();
    let refused = world
        .as_("ines", |desk, _| takedown::submit(desk, PLAN()))
        .unwrap_err();
    assert_eq!(refused.code(), "takedown/taken-out");
    let hint = refused.hint().unwrap();
    assert!(hint.contains("takedown edit tp-1 --drop p1"), "{hint}");

    change(&mut world, "ines", "p1", Belongs::Added).unwrap();
    world
        .as_("ines", |desk, _| takedown::submit(desk, PLAN()))
        .unwrap();
    change(&mut world, "ines", "p1", Belongs::Removed).unwrap();
    let refused = world.approve().unwrap_err();
    assert_eq!(refused.code(), "takedown/taken-out");
}

#[test]
fn whoever_is_taken_out_after_the_approval_is_left_alone_and_told_as_changed() {
    let mut world = World::approved(OnFailure::Continue);
    change(&mut world, "ines", "p1", Belongs::Removed).unwrap();
    let plan = world.execute().unwrap();
    assert_eq!(world.platform.status("p1"), AccountStatus::Active);
    assert_eq!(world.platform.status("p2"), AccountStatus::Disabled);
    let steps = &plan.header().steps;
    let step = steps.iter().find(|step| step.account.as_str() == "p1");
    let step = step.unwrap();
    assert_eq!(step.phase, Phase::Drifted);
    assert_eq!(step.note, "ines took it out of the case");
    journal::verify(&world.store).unwrap();
}

#[test]
fn whoever_is_taken_out_between_two_accounts_is_left_alone_by_those_who_are_at_work() {
    let ground = Ground::new();
    let mut world = World::on(ground.open()).with_approval(OnFailure::Continue);
    let mut other = world.again(ground.open());
    // Four calls a step: the first account is done, the second was looked at or is about to be.
    world.platform.when(5, move || {
        for account in ["p1", "p2", "p3"] {
            change(&mut other, "ines", account, Belongs::Removed).unwrap();
        }
    });
    let plan = world.execute().unwrap();
    let steps = plan.header().steps.iter();
    let drifted = steps.filter(|step| step.phase == Phase::Drifted).count();
    let disabled = ["p1", "p2", "p3"]
        .iter()
        .filter(|account| world.platform.status(account) == AccountStatus::Disabled)
        .count();
    assert!(drifted > 0, "{plan:?}");
    assert_eq!(drifted + disabled, 3, "nobody else");
}

#[test]
fn nobody_whom_a_finding_names_is_told_whatever_people_say_of_the_case() {
    // c1 is a suspect, and one of the people reached.
    let contacts = ["c1", "c2"].map(|name| common::contact(name, ContactTier::Saw, "en"));
    let mut world = World::with_contacts(contacts);
    let members = vec![
        common::member("p9", MemberKind::Persona),
        common::suspect("c1"),
    ];
    let id = "fd-0000000009".parse().unwrap();
    let another = common::finding_set(id, members, vec![]);
    findings::keep(&mut world.store, &another, &common::noon()).unwrap();
    let told = |world: &World| -> Vec<String> {
        let reached = notify::reached(&world.store, CASE()).unwrap();
        reached.iter().map(|one| one.account.to_string()).collect()
    };
    assert_eq!(told(&world), ["c2"]);
    change(&mut world, "ines", "p1", Belongs::Removed).unwrap();
    assert_eq!(told(&world), ["c2"]);
}

#[test]
fn a_plan_is_drafted_for_the_case_as_it_is_when_it_is_written() {
    let ground = Ground::new();
    let mut world = World::on(ground.open());
    let mut other = world.again(ground.open());
    world.platform.when(2, move || {
        change(&mut other, "ines", "p1", Belongs::Removed).unwrap();
    });
    let refused = world.draft(OnFailure::Continue).unwrap_err();
    assert_eq!(refused.code(), "takedown/case-changed");
    let plan = world.draft(OnFailure::Continue).unwrap();
    assert!(
        plan.header()
            .steps
            .iter()
            .all(|step| step.account.as_str() != "p1")
    );
}

//! What is kept of a change to a plan, which other plans act on the same accounts, and what ends when a
//! case is closed.

use avert_model::{CaseId, Explain as _, Outcome, PlanId, SignedDuration, Tlp};
use avert_ops::ports::Remedy;
use avert_ops::takedown::{
    self, Change, Drafting, Edited, OnFailure, Plan, Rollout, TakedownError,
};
use avert_ops::{cases, journal, notify};

use crate::common::{self, CASE, LIST, PLAN, World, assent};

fn edit(world: &mut World, changes: &[Change]) -> Result<Plan, TakedownError> {
    world.as_("ines", |desk, platform| {
        takedown::edit(desk, platform, PLAN(), changes, "she vouches for them")
    })
}

#[test]
fn an_edit_says_what_it_changed() {
    let mut world = World::new();
    world.draft(OnFailure::Continue).unwrap();
    let later = Rollout {
        starts_at: Some(world.now + SignedDuration::from_hours(2)),
        ..Rollout::default()
    };
    let changes = [
        Change::Drop("p3".into()),
        Change::Set("p2".into(), Remedy::Restrict),
        Change::Rollout(later.clone()),
    ];
    edit(&mut world, &changes).unwrap();
    edit(&mut world, &[Change::Drop("p2".into())]).unwrap();
    let edits = takedown::edits(&world.store, PLAN()).unwrap();
    let by: Vec<&str> = edits.iter().map(|edit| edit.by.as_str()).collect();
    assert_eq!(by, ["ines", "ines"]);
    assert_eq!(
        edits[0].changes,
        [
            Edited::Remedy {
                account: "p2".into(),
                was: Remedy::Disable,
                is: Remedy::Restrict
            },
            Edited::Dropped {
                account: "p3".into(),
                was: Remedy::Disable
            },
            Edited::Rollout {
                was: Rollout::default(),
                is: later
            },
        ]
    );
    let case = cases::show(&world.store, CASE()).unwrap();
    let note = &case.notes[0].text;
    assert!(
        note.contains("1 dropped, 1 with another remedy, rollout changed"),
        "{note}"
    );
    journal::verify(&world.store).unwrap();
}

#[test]
fn an_edit_that_changes_nothing_is_refused_and_voids_no_approval() {
    let mut world = World::approved(OnFailure::Continue);
    let nothing = [
        vec![],
        vec![Change::Set("p1".into(), Remedy::Disable)],
        vec![Change::Rollout(Rollout::default())],
    ];
    for changes in nothing {
        let refused = edit(&mut world, &changes).unwrap_err();
        assert_eq!(refused.code(), "takedown/nothing-to-change");
        assert_eq!(refused.outcome(), Outcome::NothingChanged);
    }
    assert_eq!(world.plan().state(), "approved");
}

/// A second case of the same findings, with a plan of its own.
fn second(world: &mut World) -> Plan {
    world
        .as_("ines", |desk, _| {
            cases::open(desk, &[common::finding_id()], None, Tlp::Amber)
        })
        .unwrap();
    world
        .as_("ines", |desk, platform| {
            let case = CaseId::from_number(2);
            takedown::draft(desk, platform, case, &Drafting::plain(OnFailure::Continue))
        })
        .unwrap()
}

#[test]
fn a_plan_names_other_plans_of_its_accounts() {
    let mut world = World::approved(OnFailure::Continue);
    let second = second(&mut world);
    let named = |world: &World, plan: &Plan| -> Vec<(PlanId, String, usize)> {
        let found = takedown::elsewhere(&world.store, plan).unwrap();
        let named = found.into_iter();
        named
            .map(|other| (other.plan, other.state, other.accounts.len()))
            .collect()
    };
    assert_eq!(named(&world, &second), [(PLAN(), "approved".into(), 3)]);
    let first = world.plan();
    let draft = (PlanId::from_number(2), "draft".to_owned(), 3);
    assert_eq!(named(&world, &first), [draft], "each names the other");
    world.execute().unwrap();
    assert_eq!(named(&world, &second), [(PLAN(), "executed".into(), 3)]);
    world.reverse().unwrap();
    assert_eq!(named(&world, &second), [], "what was undone stands no more");
}

#[test]
fn accounts_that_a_takedown_gave_back_are_named_in_the_next_plan_of_the_same_case() {
    let mut world = World::approved(OnFailure::Continue);
    world.execute().unwrap();
    world.reverse().unwrap();
    let again = world.draft(OnFailure::Continue).unwrap();
    let blast = world
        .as_("ines", |desk, platform| {
            takedown::blast(desk.store, &again, platform)
        })
        .unwrap();
    let cleared: Vec<(&str, PlanId)> = blast
        .cleared_before
        .iter()
        .map(|cleared| (cleared.account.as_str(), cleared.plan))
        .collect();
    assert_eq!(cleared, [("p1", PLAN()), ("p2", PLAN()), ("p3", PLAN())]);
}

#[test]
fn an_approval_that_would_end_before_the_plan_may_begin_is_refused_at_once() {
    let mut world = World::new();
    let drafting = |hours| Drafting {
        rollout: Rollout {
            starts_at: Some(common::noon() + SignedDuration::from_hours(hours)),
            ..Rollout::default()
        },
        ..Drafting::plain(OnFailure::Continue)
    };
    world
        .as_("ines", |desk, platform| {
            takedown::draft(desk, platform, CASE(), &drafting(72))
        })
        .unwrap();
    world
        .as_("ines", |desk, _| takedown::submit(desk, PLAN()))
        .unwrap();
    let refused = world.approve().unwrap_err();
    assert_eq!(
        (refused.code(), refused.outcome()),
        ("review/approval-ends-before", Outcome::Refused)
    );
    assert_eq!(world.plan().state(), "in-review");
    world.now += SignedDuration::from_hours(1);
    world.approve().unwrap();
}

fn close(world: &mut World) {
    world
        .as_("ines", |desk, _| cases::close(desk, CASE(), "done"))
        .unwrap();
}

#[test]
fn what_has_not_begun_ends_with_its_case() {
    let mut world = World::new();
    world.draft(OnFailure::Continue).unwrap();
    let unfinished = cases::unfinished(&world.store, CASE()).unwrap();
    assert_eq!((unfinished.plans, unfinished.notice_lists), (1, 0));
    close(&mut world);
    let edited = edit(&mut world, &[Change::Drop("p1".into())]).unwrap_err();
    let submitted = world
        .as_("ines", |desk, _| takedown::submit(desk, PLAN()))
        .unwrap_err();
    assert_eq!(
        (edited.code(), submitted.code()),
        ("case/closed", "case/closed")
    );

    let mut world = World::new();
    world.draft(OnFailure::Continue).unwrap();
    world
        .as_("ines", |desk, _| takedown::submit(desk, PLAN()))
        .unwrap();
    close(&mut world);
    assert_eq!(world.approve().unwrap_err().code(), "case/closed");
}

#[test]
fn a_list_in_review_ends_with_its_case() {
    let mut world = World::approved(OnFailure::Continue);
    world.execute().unwrap();
    let list = world.plan_notices().unwrap();
    let unfinished = cases::unfinished(&world.store, CASE()).unwrap();
    assert_eq!((unfinished.plans, unfinished.notice_lists), (0, 1));
    close(&mut world);
    let digest = list.header().digest();
    let refused = world
        .as_("omar", |desk, _| {
            notify::approve(desk, LIST(), &assent(&digest, 72))
        })
        .unwrap_err();
    assert_eq!(refused.code(), "case/closed");
}

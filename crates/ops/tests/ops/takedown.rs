//! What a takedown promises, with the platform failing at every call it makes.

use avert_model::{AccountId, AccountStatus, Explain as _, MemberKind, Outcome};
use avert_ops::ports::{Pace, Remedy};
use avert_ops::takedown::{self, Change, OnFailure, Phase, Plan, Step, TakedownError};
use avert_ops::{cases, journal};

use crate::common::{CASE, Fault, PLAN, World};

const PERSONAS: [&str; 3] = ["p1", "p2", "p3"];

fn phases(plan: &Plan) -> Vec<(String, Phase)> {
    plan.header()
        .steps
        .iter()
        .map(|step| (step.account.to_string(), step.phase))
        .collect()
}

/// The account whose intent is written and whose result is not.
fn under_way(world: &World) -> AccountId {
    let plan = world.plan();
    let mut steps = plan.header().steps.iter();
    let found = steps.find(|step| step.phase == Phase::Intended);
    found.expect("one is under way").account.clone()
}

fn step_of<'a>(plan: &'a Plan, account: &AccountId) -> &'a Step {
    let mut steps = plan.header().steps.iter();
    steps
        .find(|step| step.account == *account)
        .expect("the plan has the account")
}

#[test]
fn personas_are_disabled_and_nobody_else_is_touched() {
    let mut world = World::approved(OnFailure::Continue);
    let plan = world.execute().unwrap();
    assert_eq!(plan.state(), "executed");
    for (account, status) in world.platform.statuses() {
        let expected = if PERSONAS.contains(&account.as_str()) {
            AccountStatus::Disabled
        } else {
            AccountStatus::Active
        };
        assert_eq!(status, expected, "{account}");
    }
    journal::verify(&world.store).unwrap();
}

#[test]
fn a_compromised_account_is_listed_and_left_alone_and_a_suspect_is_not_even_listed() {
    let mut world = World::new();
    let plan = world.draft(OnFailure::Continue).unwrap();
    let steps = &plan.header().steps;
    let victim = steps
        .iter()
        .find(|step| step.account.as_str() == "v1")
        .unwrap();
    assert_eq!(
        (victim.kind, victim.remedy),
        (MemberKind::Compromised, Remedy::Watch)
    );
    assert!(steps.iter().all(|step| step.account.as_str() != "s1"));
}

#[test]
fn an_account_that_changed_since_the_plan_was_drafted_is_not_acted_on() {
    let mut world = World::approved(OnFailure::Continue);
    world.platform.set("p2", AccountStatus::Restricted);
    world
        .platform
        .accounts
        .borrow_mut()
        .remove(&AccountId::from("p3"));
    let plan = world.execute().unwrap();
    assert_eq!(world.platform.status("p2"), AccountStatus::Restricted);
    let drifted: Vec<_> = phases(&plan)
        .into_iter()
        .filter(|(_, phase)| *phase == Phase::Drifted)
        .collect();
    assert_eq!(drifted.len(), 2, "{drifted:?}");
}

#[test]
fn executing_again_changes_nothing() {
    let mut world = World::approved(OnFailure::Continue);
    world.execute().unwrap();
    let (calls, rows) = (
        world.platform.calls.get(),
        journal::summary(&world.store).unwrap().rows,
    );
    world.execute().unwrap();
    world.resume().unwrap();
    assert_eq!(world.platform.calls.get(), calls);
    assert_eq!(journal::summary(&world.store).unwrap().rows, rows);
}

#[test]
fn wherever_the_platform_breaks_off_resuming_ends_in_the_same_state() {
    let mut smooth = World::approved(OnFailure::Continue);
    smooth.execute().unwrap();
    let calls = smooth.platform.calls.get();
    let drafting = 4;
    for fault in [Fault::Before, Fault::After] {
        for call in drafting..calls {
            let mut world = World::approved(OnFailure::Continue);
            world.platform.breaks_at(call, fault);
            let stopped = world.execute().unwrap_err();
            assert!(
                matches!(stopped.outcome(), Outcome::PartWay { .. }),
                "{call}: {stopped}"
            );
            world.platform.mends();
            let plan = world.resume().unwrap();
            assert_eq!(
                phases(&plan),
                phases(&smooth.plan()),
                "{fault:?} at call {call}"
            );
            assert_eq!(world.platform.statuses(), smooth.platform.statuses());
            assert_eq!(
                world.platform.effects.borrow().len(),
                3,
                "an effect happened twice"
            );
            journal::verify(&world.store).unwrap();
        }
    }
}

#[test]
fn reversing_a_takedown_restores_every_account() {
    let mut world = World::approved(OnFailure::Continue);
    let before = world.platform.accounts.borrow().clone();
    world.execute().unwrap();
    let plan = world.reverse().unwrap();
    assert_eq!(plan.state(), "reversed");
    assert_eq!(*world.platform.accounts.borrow(), before);
    world.reverse().unwrap();
    assert_eq!(world.platform.effects.borrow().len(), 6);
}

#[test]
fn wherever_a_reversal_breaks_off_resuming_restores_every_account() {
    for fault in [Fault::Before, Fault::After] {
        for call in 0..9 {
            let mut world = World::approved(OnFailure::Continue);
            let before = world.platform.accounts.borrow().clone();
            world.execute().unwrap();
            world
                .platform
                .breaks_at(world.platform.calls.get() + call, fault);
            let stopped = world.reverse().unwrap_err();
            assert!(
                matches!(stopped.outcome(), Outcome::PartWay { .. }),
                "{call}: {stopped}"
            );
            world.platform.mends();
            assert_eq!(
                world.resume().unwrap().state(),
                "reversed",
                "{fault:?} at call {call}"
            );
            assert_eq!(*world.platform.accounts.borrow(), before);
        }
    }
}

#[test]
fn a_takedown_that_stopped_part_way_can_be_reversed_instead() {
    let mut world = World::approved(OnFailure::Continue);
    let before = world.platform.accounts.borrow().clone();
    world
        .platform
        .breaks_at(world.platform.calls.get() + 4, Fault::After);
    world.execute().unwrap_err();
    world.platform.mends();
    assert!(!world.platform.effects.borrow().is_empty());
    assert_eq!(world.reverse().unwrap().state(), "reversed");
    assert_eq!(*world.platform.accounts.borrow(), before);
}

#[test]
fn an_account_somebody_changed_after_the_takedown_is_not_undone() {
    let mut world = World::approved(OnFailure::Continue);
    world.execute().unwrap();
    world.platform.set("p1", AccountStatus::Restricted);
    let plan = world.reverse().unwrap();
    assert_eq!(world.platform.status("p1"), AccountStatus::Restricted);
    assert_eq!(world.platform.status("p2"), AccountStatus::Active);
    assert_eq!(takedown::totals(&plan).kept_changed, 1);
}

#[test]
fn one_failed_account_is_noted_and_tried_again_on_resume() {
    let mut world = World::approved(OnFailure::Continue);
    world.platform.broken.borrow_mut().insert("p2".into());
    let failed = world.execute().unwrap_err();
    assert!(
        matches!(failed, TakedownError::SomeFailed { failed: 1, .. }),
        "{failed}"
    );
    assert_eq!(world.platform.status("p3"), AccountStatus::Disabled);
    world.platform.broken.borrow_mut().clear();
    world.resume().unwrap();
    assert_eq!(world.platform.status("p2"), AccountStatus::Disabled);
}

/// Sixty accounts on a platform that takes four requests a second: more time than the tries of one.
fn paced(at_once: usize, on_failure: OnFailure) -> World {
    let world = World::with_personas(60).with_approval(on_failure);
    world.platform.pace.set(Pace {
        at_once,
        per_second: Some(4.0),
    });
    world
}

#[test]
fn an_account_that_never_answers_fails_alone_while_others_get_through() {
    for at_once in [1, 4] {
        let mut world = paced(at_once, OnFailure::Continue);
        // The tenth or so that is acted on, after sixty were asked for what they hold.
        let calls = world.platform.calls.get();
        world.platform.falls_silent.set(Some(calls + 60 + 30));
        let failed = world.execute().unwrap_err();
        assert!(
            matches!(failed, TakedownError::SomeFailed { failed: 1, .. }),
            "{at_once} at once: {failed}"
        );
        let silent = std::mem::take(&mut *world.platform.silent.borrow_mut());
        let silent = silent.first().unwrap().to_string();
        assert_eq!(world.platform.status(&silent), AccountStatus::Active);
        world.resume().unwrap();
        assert_eq!(world.platform.status(&silent), AccountStatus::Disabled);
    }
}

#[test]
fn where_nobody_gets_through_any_more_nothing_fails_and_everything_stops() {
    for on_failure in [OnFailure::Continue, OnFailure::RollBack] {
        for (at_once, first) in [(1, 40), (4, 0), (4, 40), (8, 100)] {
            let mut world = paced(at_once, on_failure);
            let first = world.platform.calls.get() + first;
            world.platform.breaks_at(first, Fault::Before);
            let stopped = world.execute().unwrap_err();
            assert!(
                matches!(stopped, TakedownError::Stopped { .. }),
                "{at_once} at once, from call {first}: {stopped}"
            );
            assert_eq!(world.plan().state(), "executing");
            let failed = phases(&world.plan());
            assert!(failed.iter().all(|(_, phase)| *phase != Phase::Failed));
            world.platform.mends();
            world.resume().unwrap();
            let effects = world.platform.effects.borrow().len();
            assert_eq!(effects, 60, "each once");
        }
    }
}

#[test]
fn an_account_that_is_alone_with_its_trouble_fails_when_a_person_says_so() {
    let mut world = World::approved(OnFailure::Continue);
    world.platform.silent.borrow_mut().insert("p2".into());
    let stopped = world.execute().unwrap_err();
    assert_eq!(stopped.code(), "takedown/stopped");
    assert_eq!(world.resume().unwrap_err().code(), "takedown/stopped");
    let failed = world.resume_although_stopped().unwrap_err();
    assert!(
        matches!(failed, TakedownError::SomeFailed { failed: 1, .. }),
        "{failed}"
    );
}

#[test]
fn under_the_roll_back_policy_one_failed_account_undoes_everything() {
    let mut world = World::approved(OnFailure::RollBack);
    let before = world.platform.accounts.borrow().clone();
    world.platform.broken.borrow_mut().insert("p3".into());
    let failed = world.execute().unwrap_err();
    assert!(
        matches!(failed, TakedownError::RolledBack { .. }),
        "{failed}"
    );
    assert_eq!(world.plan().state(), "rolled-back");
    assert_eq!(*world.platform.accounts.borrow(), before);
}

#[test]
fn an_undo_that_fails_is_a_named_state_that_can_be_tried_again() {
    let mut world = World::approved(OnFailure::Continue);
    world.execute().unwrap();
    world.platform.broken.borrow_mut().insert("p2".into());
    let stuck = world.reverse().unwrap_err();
    assert!(
        matches!(stuck, TakedownError::Stuck { stuck: 1, .. }),
        "{stuck}"
    );
    assert_eq!(world.plan().state(), "stuck");
    assert_eq!(world.platform.status("p1"), AccountStatus::Active);
    world.platform.broken.borrow_mut().clear();
    assert_eq!(world.resume().unwrap().state(), "reversed");
    assert_eq!(world.platform.status("p2"), AccountStatus::Active);
}

#[test]
fn totals_add_up_in_every_state() {
    let sum = |plan: &Plan| {
        let totals = takedown::totals(plan);
        totals.waiting
            + totals.done
            + totals.drifted
            + totals.failed
            + totals.restored
            + totals.kept_changed
            + totals.watched
    };
    let mut world = World::approved(OnFailure::Continue);
    assert_eq!(sum(&world.plan()), 4);
    world.platform.broken.borrow_mut().insert("p1".into());
    world.platform.set("p2", AccountStatus::Restricted);
    world.execute().unwrap_err();
    assert_eq!(sum(&world.plan()), 4);
    world.reverse().unwrap();
    assert_eq!(sum(&world.plan()), 4);
}

#[test]
fn a_case_has_one_plan_at_a_time_and_is_not_closed_while_it_moves() {
    let mut world = World::approved(OnFailure::Continue);
    assert_eq!(
        world.draft(OnFailure::Continue).unwrap_err().code(),
        "takedown/already-planned"
    );
    world
        .platform
        .breaks_at(world.platform.calls.get() + 1, Fault::Before);
    world.execute().unwrap_err();
    let refused = world
        .as_("ines", |desk, _| cases::close(desk, CASE(), "done"))
        .unwrap_err();
    assert_eq!(refused.code(), "case/in-motion");
}

#[test]
fn a_plan_of_a_closed_case_is_not_executed() {
    let mut world = World::approved(OnFailure::Continue);
    world
        .as_("ines", |desk, _| {
            cases::close(desk, CASE(), "a misunderstanding")
        })
        .unwrap();
    assert_eq!(world.execute().unwrap_err().code(), "case/closed");
    assert!(world.platform.effects.borrow().is_empty());
}

#[test]
fn failed_accounts_of_a_closed_case_are_not_tried_again() {
    let mut world = World::approved(OnFailure::Continue);
    world.platform.broken.borrow_mut().insert("p2".into());
    world.execute().unwrap_err();
    world
        .as_("ines", |desk, _| cases::close(desk, CASE(), "settled"))
        .unwrap();
    world.platform.broken.borrow_mut().clear();
    assert_eq!(world.resume().unwrap_err().code(), "case/closed");
    assert_eq!(world.platform.status("p2"), AccountStatus::Active);
    // Giving people their accounts back is always possible.
    assert_eq!(world.reverse().unwrap().state(), "reversed");
}

#[test]
fn an_account_that_is_disabled_cannot_be_restricted_instead() {
    let mut world = World::new();
    world.platform.set("p2", AccountStatus::Disabled);
    world.draft(OnFailure::Continue).unwrap();
    let change = [Change::Set("p2".into(), Remedy::Restrict)];
    let refused = world
        .as_("ines", |desk, platform| {
            takedown::edit(desk, platform, PLAN(), &change, "less")
        })
        .unwrap_err();
    assert_eq!(refused.code(), "takedown/cannot-act");
}

#[test]
fn what_others_change_at_the_same_moment_is_told_and_not_overwritten() {
    let mut world = World::approved(OnFailure::Continue);
    // The call has its effect, its answer is lost, and meanwhile somebody suspends the account.
    world
        .platform
        .breaks_at(world.platform.calls.get() + 1, Fault::After);
    world.execute().unwrap_err();
    world.platform.mends();
    let met = under_way(&world);
    let both = |world: &World| {
        let mut accounts = world.platform.accounts.borrow_mut();
        let account = accounts.get_mut(&met).unwrap();
        account.switches.insert("suspended".into(), true);
        assert_eq!(account.status, AccountStatus::Disabled);
        account.clone()
    };
    let found = both(&world);
    let plan = world.resume().unwrap();
    let step = step_of(&plan, &met);
    assert_eq!(step.phase, Phase::Done);
    assert!(step.note.contains("changed it as well"), "{}", step.note);
    let plan = world.reverse().unwrap();
    assert_eq!(step_of(&plan, &met).phase, Phase::KeptChanged);
    assert_eq!(world.platform.accounts.borrow()[&met], found);
}

#[test]
fn reasons_are_in_the_journal_as_their_hash_only() {
    let mut world = World::approved(OnFailure::Continue);
    world
        .as_("omar", |desk, _| {
            takedown::reject(desk, PLAN(), "ask Jane first")
        })
        .unwrap();
    world
        .as_("ines", |desk, platform| {
            takedown::edit(
                desk,
                platform,
                PLAN(),
                &[Change::Drop("p3".into())],
                "Jane vouches for p3",
            )
        })
        .unwrap();
    let mut rows = String::new();
    journal::show(&world.store, None, |row| rows.push_str(&row.detail)).unwrap();
    assert!(
        !rows.contains("Jane") && rows.contains("reason_blake3"),
        "{rows}"
    );
    let case = cases::show(&world.store, CASE()).unwrap();
    assert!(case.notes[0].text.contains("Jane vouches for p3"));
}

#[test]
fn an_account_that_was_never_asked_for_is_not_taken_for_ours() {
    let mut world = World::approved(OnFailure::Continue);
    // No look at p1 succeeds, so nothing is asked of the platform; then somebody disables it.
    world.platform.unseen.borrow_mut().insert("p1".into());
    world.execute().unwrap_err();
    world.platform.unseen.borrow_mut().clear();
    world.platform.set("p1", AccountStatus::Disabled);
    let plan = world.resume().unwrap();
    assert_eq!(step_of(&plan, &"p1".into()).phase, Phase::Drifted);
    world.reverse().unwrap();
    assert_eq!(world.platform.status("p1"), AccountStatus::Disabled);
}

#[test]
fn a_remedy_whose_answer_was_lost_is_never_taken_for_drift() {
    let mut world = World::new();
    world.draft(OnFailure::Continue).unwrap();
    let restrict = [Change::Set("p1".into(), Remedy::Restrict)];
    world
        .as_("ines", |desk, platform| {
            takedown::edit(desk, platform, PLAN(), &restrict, "gently")
        })
        .unwrap();
    world
        .as_("ines", |desk, _| takedown::submit(desk, PLAN()))
        .unwrap();
    world.approve().unwrap();
    // The suspension lands, its answer is lost, and a moderator locks the account as well.
    let p1 = AccountId::from("p1");
    world.platform.dumb.borrow_mut().insert(p1.clone());
    world.execute().unwrap_err();
    world.platform.dumb.borrow_mut().clear();
    world.platform.unseen.borrow_mut().clear();
    {
        let mut accounts = world.platform.accounts.borrow_mut();
        let p1 = accounts.get_mut(&p1).unwrap();
        p1.switches.insert("locked".into(), true);
        p1.status = AccountStatus::Disabled;
    }
    let left = world.resume().unwrap_err();
    assert_eq!(left.code(), "takedown/some-failed");
    let plan = world.reverse().unwrap();
    assert_eq!(
        step_of(&plan, &p1).phase,
        Phase::KeptChanged,
        "reported, and the moderator's lock stays"
    );
    assert_eq!(world.platform.status("p1"), AccountStatus::Disabled);
}

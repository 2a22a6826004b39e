//! How a plan is carried out: many at once, in shares, with stops, and nothing that cannot be undone
//! unless the plan says so.

use std::time::Duration;

use avert_model::{AccountStatus, Explain as _, Outcome, SignedDuration};
use avert_ops::ports::{Pace, Remedy};
use avert_ops::takedown::{
    self, Canary, Change, Drafting, Means, OnFailure, Phase, Plan, Rollout, StopConditions,
    TakedownError,
};
use avert_ops::{freeze, journal};

use crate::common::{self, CASE, Fault, PLAN, Ticker, World, means};

/// A world of so many personas whose plan is approved.
fn approved(personas: usize, rollout: Rollout) -> World {
    World::with_personas(personas).with_plan(&Drafting {
        rollout,
        ..Drafting::plain(OnFailure::Continue)
    })
}

fn with_canary(percent: u8, soak_minutes: u32) -> Rollout {
    Rollout {
        canary: Some(Canary {
            percent,
            soak_minutes,
        }),
        ..Rollout::default()
    }
}

fn done(plan: &Plan) -> u64 {
    takedown::totals(plan).done
}

#[test]
fn many_accounts_are_acted_on_at_once_and_each_exactly_once() {
    let mut world = approved(200, Rollout::default());
    world.platform.pace.set(Pace {
        at_once: 8,
        per_second: None,
    });
    let plan = world.execute().unwrap();
    assert_eq!(done(&plan), 200);
    assert_eq!(world.platform.effects.borrow().len(), 200);
    assert!(world.platform.most_at_once.get() > 1, "they took turns");
    journal::verify(&world.store).unwrap();
    world.reverse().unwrap();
    assert!(
        world
            .platform
            .statuses()
            .values()
            .all(|status| *status == AccountStatus::Active)
    );
}

#[test]
fn however_many_are_under_way_a_platform_that_breaks_leaves_nothing_half() {
    for call in (1..400).step_by(37) {
        let mut world = approved(60, Rollout::default());
        world.platform.pace.set(Pace {
            at_once: 5,
            per_second: None,
        });
        let fault = if call % 2 == 0 {
            Fault::Before
        } else {
            Fault::After
        };
        world
            .platform
            .breaks_at(world.platform.calls.get() + call, fault);
        if let Err(stopped) = world.execute() {
            assert!(
                matches!(stopped.outcome(), Outcome::PartWay { .. }),
                "{stopped}"
            );
            world.platform.mends();
            assert_eq!(done(&world.resume().unwrap()), 60);
        }
        assert_eq!(world.platform.effects.borrow().len(), 60, "call {call}");
    }
}

#[test]
fn a_platform_is_asked_no_faster_than_it_allows() {
    let mut world = approved(30, Rollout::default());
    world.platform.pace.set(Pace {
        at_once: 1,
        per_second: Some(10.0),
    });
    let actor = common::actor("rana");
    let ticker = Ticker::at(world.now);
    let mut desk = avert_ops::desk::Desk {
        store: &mut world.store,
        clock: &ticker,
        pause: &ticker,
        actor: &actor,
        people: &world.people,
    };
    takedown::execute(&mut desk, means(&world.platform), PLAN(), &mut |_, _| {}).unwrap();
    let took = world.now.duration_until(desk.now());
    // Four requests for each account: what the platform holds, a look, the act, and a look.
    assert!(took >= SignedDuration::from_millis(11_600), "{took:?}");
    assert!(took <= SignedDuration::from_millis(12_400), "{took:?}");
}

#[test]
fn whoever_drafts_asks_no_faster_either_and_waits_as_long_as_the_platform_says() {
    let mut world = World::with_personas(30);
    world.platform.pace.set(Pace {
        at_once: 1,
        per_second: Some(10.0),
    });
    let took = |world: &mut World| {
        world.as_("ines", |desk, platform| {
            let begun = desk.now();
            let drafting = Drafting::plain(OnFailure::Continue);
            takedown::draft(desk, platform, CASE(), &drafting)?;
            Ok::<_, TakedownError>(begun.duration_until(desk.now()))
        })
    };
    // Two requests for each account.
    let time = took(&mut world).unwrap();
    assert!(time >= SignedDuration::from_millis(5_800), "{time:?}");
    assert!(time <= SignedDuration::from_millis(6_200), "{time:?}");

    let mut world = World::with_personas(3);
    world.platform.slow_look.set(Some(Duration::from_secs(30)));
    let time = took(&mut world).unwrap();
    assert_eq!(time, SignedDuration::from_secs(30));
    let mut world = World::with_personas(3);
    world.platform.slow_look.set(Some(Duration::from_hours(1)));
    let refused = took(&mut world).unwrap_err();
    assert_eq!(refused.code(), "takedown/platform");
}

#[test]
fn a_platform_that_asks_for_a_pause_gets_it_and_nothing_is_lost() {
    let mut world = approved(5, Rollout::default());
    world.platform.slow_down.set(Some(Duration::from_secs(30)));
    let plan = world.execute().unwrap();
    assert_eq!(done(&plan), 5);
    let mut world = approved(5, Rollout::default());
    world.platform.slow_down.set(Some(Duration::from_hours(1)));
    let stopped = world.execute().unwrap_err();
    assert_eq!(stopped.code(), "takedown/stopped");
    assert_eq!(done(&world.resume().unwrap()), 5);
}

#[test]
fn the_first_share_goes_first_and_the_rest_waits() {
    let mut world = approved(40, with_canary(10, 60));
    let plan = world.execute().unwrap();
    assert_eq!((plan.state(), done(&plan)), ("executing", 4));
    let early = world.resume().unwrap_err();
    assert_eq!(early.code(), "takedown/soaking");
    assert_eq!(done(&world.plan()), 4);
    world.now += SignedDuration::from_mins(61);
    let plan = world.resume().unwrap();
    assert_eq!((plan.state(), done(&plan)), ("executed", 40));
}

#[test]
fn a_first_share_without_a_wait_is_followed_by_the_rest() {
    let mut world = approved(40, with_canary(10, 0));
    assert_eq!(done(&world.execute().unwrap()), 40);
}

#[test]
fn too_many_failures_stop_it_and_a_person_may_go_on() {
    let mut world = approved(60, Rollout::default());
    for account in [
        "n03", "n09", "n14", "n21", "n33", "n41", "n44", "n50", "n55",
    ] {
        world.platform.broken.borrow_mut().insert(account.into());
    }
    let halted = world.execute().unwrap_err();
    assert!(matches!(halted, TakedownError::Halted { .. }), "{halted}");
    assert!(
        takedown::totals(&world.plan()).failed < 9,
        "the last were not tried"
    );
    world.platform.broken.borrow_mut().clear();
    let plan = world
        .as_("rana", |desk, platform| {
            let means = Means {
                although_stopped: true,
                ..means(platform)
            };
            takedown::resume(desk, means, PLAN(), &mut |_, _| {})
        })
        .unwrap();
    assert_eq!(done(&plan), 60);
}

#[test]
fn too_much_drift_stops_it() {
    let rollout = Rollout {
        stop: StopConditions {
            drifted_percent: 10,
            ..Rollout::default().stop
        },
        ..Rollout::default()
    };
    let mut world = approved(60, rollout);
    for number in (0..60).step_by(3) {
        world
            .platform
            .set(&format!("n{number:02}"), AccountStatus::Restricted);
    }
    let halted = world.execute().unwrap_err();
    assert_eq!(halted.code(), "takedown/halted");
    assert!(done(&world.plan()) < 40);
}

#[test]
fn a_plan_does_not_begin_before_its_time() {
    let world = World::new();
    let starts_at = world.now + SignedDuration::from_hours(2);
    let rollout = Rollout {
        starts_at: Some(starts_at),
        ..Rollout::default()
    };
    let mut world = approved(3, rollout);
    assert_eq!(world.execute().unwrap_err().code(), "takedown/too-early");
    assert!(world.platform.effects.borrow().is_empty());
    world.now = starts_at;
    world.execute().unwrap();
}

#[test]
fn its_time_can_be_waited_for_and_the_wait_sees_a_freeze() {
    let soon = |hours| Rollout {
        starts_at: Some(common::noon() + SignedDuration::from_hours(hours)),
        ..Rollout::default()
    };
    let mut world = approved(5, soon(1));
    world.as_("rana", |desk, platform| {
        takedown::wait_for_start(desk, PLAN()).unwrap();
        takedown::execute(desk, means(platform), PLAN(), &mut |_, _| {}).unwrap();
    });
    assert_eq!(done(&world.plan()), 5);
    let mut world = approved(5, soon(1));
    world
        .as_("rana", |desk, _| freeze::freeze(desk, "look first"))
        .unwrap();
    let refused = world
        .as_("rana", |desk, _| takedown::wait_for_start(desk, PLAN()))
        .unwrap_err();
    assert_eq!(refused.code(), "takedown/frozen");
}

#[test]
fn while_everything_is_frozen_nothing_begins_and_what_was_under_way_is_written_down() {
    let mut world = approved(20, Rollout::default());
    world
        .as_("ines", |desk, _| freeze::freeze(desk, "something is odd"))
        .unwrap();
    assert_eq!(world.execute().unwrap_err().code(), "takedown/frozen");
    assert_eq!(world.plan().state(), "approved");
    let refused = world.as_("ines", |desk, _| freeze::thaw(desk, "all well"));
    assert!(refused.is_err(), "an investigator may stop, not let go on");
    world
        .as_("rana", |desk, _| freeze::thaw(desk, "all well"))
        .unwrap();
    world.execute().unwrap();
    world
        .as_("ines", |desk, _| freeze::freeze(desk, "again"))
        .unwrap();
    assert_eq!(world.reverse().unwrap_err().code(), "takedown/frozen");
    assert_eq!(world.plan().state(), "executed");
}

#[test]
fn what_cannot_be_undone_is_named_and_refused_unless_the_plan_says_so() {
    let mut world = World::new();
    let mut drafting = Drafting {
        secure: true,
        ..Drafting::plain(OnFailure::Continue)
    };
    let draft = |world: &mut World, drafting: &Drafting| {
        world.as_("ines", |desk, platform| {
            takedown::draft(desk, platform, CASE(), drafting)
        })
    };
    let refused = draft(&mut world, &drafting).unwrap_err();
    assert_eq!(refused.code(), "takedown/irreversible");
    assert!(refused.to_string().contains("sessions"), "{refused}");
    drafting.rollout.accepts_irreversible = true;
    let plan = draft(&mut world, &drafting).unwrap();
    let victim = plan
        .header()
        .steps
        .iter()
        .find(|step| step.account.as_str() == "v1");
    assert_eq!(victim.unwrap().remedy, Remedy::Secure);
    world
        .as_("ines", |desk, _| takedown::submit(desk, PLAN()))
        .unwrap();
    world.approve().unwrap();
    let plan = world.execute().unwrap();
    assert_eq!(done(&plan), 4);
    assert_eq!(*world.platform.secured.borrow(), [("v1".into(), 1)].into());
    assert_eq!(world.platform.status("v1"), AccountStatus::Active);
    let plan = world.reverse().unwrap();
    let victim = plan
        .header()
        .steps
        .iter()
        .find(|step| step.account.as_str() == "v1");
    assert_eq!(victim.unwrap().phase, Phase::Restored);
    assert!(
        victim.unwrap().note.contains("sessions"),
        "what stays is said"
    );
}

#[test]
fn a_change_of_the_rollout_voids_the_approval() {
    let mut world = approved(3, Rollout::default());
    let change = [Change::Rollout(with_canary(50, 10))];
    world
        .as_("ines", |desk, platform| {
            takedown::edit(desk, platform, PLAN(), &change, "carefully")
        })
        .unwrap();
    assert_eq!(world.execute().unwrap_err().code(), "takedown/wrong-state");
    assert_eq!(world.plan().header().rollout, with_canary(50, 10));
}

#[test]
fn what_the_case_rests_on_is_kept_before_anything_is_touched() {
    let mut world = approved(3, Rollout::default());
    world.execute().unwrap();
    let mut kept = Vec::new();
    takedown::exhibits(&world.store, PLAN(), |exhibit| {
        assert!(exhibit.intact);
        kept.push((exhibit.kind, exhibit.subject, exhibit.hash));
        Ok(())
    })
    .unwrap();
    let subjects: Vec<&str> = kept
        .iter()
        .map(|(_, subject, _)| subject.as_str())
        .collect();
    assert_eq!(subjects, ["fd-0123456789", "n00", "n01", "n02"]);
    let (mut told, mut preserved, mut first_intent) = (String::new(), 0, 0);
    journal::show(&world.store, None, |row| match row.act.as_str() {
        "takedown/preserve" => {
            preserved = row.seq;
            told = row.detail;
        }
        "takedown/intend" if first_intent == 0 => first_intent = row.seq,
        _ => {}
    })
    .unwrap();
    assert!(preserved > 0 && preserved < first_intent);
    for (_, _, hash) in &kept {
        assert!(told.contains(hash.as_str()), "{hash} is not in the journal");
    }
}

//! What stops a takedown on its way: a platform's pause, the switch, appeals.

use std::time::Duration;

use avert_model::{Explain as _, SignedDuration};
use avert_ops::ports::Pace;
use avert_ops::takedown::{self, Drafting, OnFailure, Phase, Plan, Rollout, StopConditions};
use avert_ops::{freeze, journal};

use crate::common::{self, PLAN, Ticker, World, means};

/// A world of so many personas whose plan is approved.
fn approved(personas: usize, rollout: Rollout) -> World {
    World::with_personas(personas).with_plan(&Drafting {
        rollout,
        ..Drafting::plain(OnFailure::Continue)
    })
}

fn done(plan: &Plan) -> u64 {
    takedown::totals(plan).done
}

/// Lets time pass, and notes how often the platform had been called at each time.
struct Watching<'a> {
    ticker: &'a Ticker,
    platform: &'a common::FakePlatform,
    calls: common::shared::RefCell<Vec<(avert_model::Timestamp, usize)>>,
}

impl avert_ops::ports::Pause for Watching<'_> {
    fn pause(&self, duration: Duration) {
        let now = avert_model::Clock::now(self.ticker);
        self.calls
            .borrow_mut()
            .push((now, self.platform.calls.get()));
        avert_ops::ports::Pause::pause(self.ticker, duration);
    }
}

#[test]
fn while_a_platform_has_its_pause_nobody_asks_it_anything() {
    let mut world = approved(60, Rollout::default());
    world.platform.pace.set(Pace {
        at_once: 8,
        per_second: None,
    });
    world.platform.slow_down.set(Some(Duration::from_secs(30)));
    let (actor, ticker) = (common::actor("rana"), Ticker::at(world.now));
    let watching = Watching {
        ticker: &ticker,
        platform: &world.platform,
        calls: common::shared::RefCell::default(),
    };
    let mut desk = avert_ops::desk::Desk {
        store: &mut world.store,
        clock: &ticker,
        pause: &watching,
        actor: &actor,
        people: &world.people,
    };
    let plan =
        takedown::execute(&mut desk, means(&world.platform), PLAN(), &mut |_, _| {}).unwrap();
    assert_eq!(done(&plan), 60);
    let calls = watching.calls.borrow();
    let (first, last) = (calls[0], calls[calls.len() - 1]);
    assert!(first.0.duration_until(last.0) >= SignedDuration::from_secs(29));
    assert_eq!(first.1, last.1, "calls before and after the pause");
    // What was taken back was looked at again and acted on once.
    assert_eq!(world.platform.effects.borrow().len(), 60);
}

#[test]
fn a_freeze_on_the_way_leaves_no_account_of_which_nobody_knows() {
    for call in [70, 90, 120] {
        let ground = common::Ground::new();
        let world = World::with_personas_on(ground.open(), 60);
        world.platform.pace.set(Pace {
            at_once: 4,
            per_second: None,
        });
        let mut world = world.with_approval(OnFailure::Continue);
        let before = world.platform.calls.get();
        // As another server would: another connection to the same store.
        let other = ground.open();
        world.platform.when(before + call, move || {
            let mut store = other;
            let (actor, ticker) = (common::actor("rana"), Ticker::at(common::noon()));
            let mut desk = avert_ops::desk::Desk {
                store: &mut store,
                clock: &ticker,
                pause: &ticker,
                actor: &actor,
                people: &common::people(),
            };
            freeze::freeze(&mut desk, "the list is wrong").unwrap();
        });
        let stopped = world.execute().unwrap_err();
        assert_eq!(stopped.code(), "takedown/frozen", "call {call}");
        let plan = world.plan();
        let steps = &plan.header().steps;
        let count = |phase| steps.iter().filter(|step| step.phase == phase).count();
        let acted = world.platform.effects.borrow().len();
        assert_eq!(count(Phase::Intended), 0, "call {call}");
        assert_eq!(count(Phase::Done), acted, "call {call}");
        assert_eq!(count(Phase::Waiting), 60 - acted, "call {call}");
        assert!(acted < 60, "call {call}");
        world
            .as_("rana", |desk, _| freeze::thaw(desk, "the list was right"))
            .unwrap();
        assert_eq!(done(&world.resume().unwrap()), 60);
        assert_eq!(world.platform.effects.borrow().len(), 60);
        journal::verify(&world.store).unwrap();
    }
}

#[test]
fn appeals_that_come_in_on_the_way_stop_it() {
    let ground = common::Ground::new();
    let drafting = Drafting {
        rollout: Rollout {
            stop: StopConditions {
                appeals: Some(0),
                ..Rollout::default().stop
            },
            ..Rollout::default()
        },
        ..Drafting::plain(OnFailure::Continue)
    };
    let mut world = World::with_personas_on(ground.open(), 60).with_plan(&drafting);
    // One request in four seconds, so that the number of appeals is asked for anew each time.
    world.platform.pace.set(Pace {
        at_once: 1,
        per_second: Some(0.25),
    });
    let other = ground.open();
    let calls = world.platform.calls.get();
    world.platform.when(calls + 90, move || {
        let mut store = other;
        let (actor, ticker) = (common::actor("ines"), Ticker::at(common::noon()));
        let done = takedown::show(&store, PLAN()).unwrap();
        let acted = done
            .header()
            .steps
            .iter()
            .find(|step| step.phase == Phase::Done);
        let account = acted.unwrap().account.clone();
        let mut desk = avert_ops::desk::Desk {
            store: &mut store,
            clock: &ticker,
            pause: &ticker,
            actor: &actor,
            people: &common::people(),
        };
        let intake = avert_ops::appeals::Intake {
            plan: PLAN(),
            account,
            reference: "ticket-1".into(),
            received_at: None,
            text: String::new(),
        };
        let window = avert_ops::appeals::Window::default();
        avert_ops::appeals::file(&mut desk, &intake, window).unwrap();
    });
    let stopped = world.execute().unwrap_err();
    assert_eq!(stopped.code(), "takedown/halted");
    assert!(
        stopped.to_string().contains("appeals came in: 1"),
        "{stopped}"
    );
    assert!(world.platform.effects.borrow().len() < 60);
}

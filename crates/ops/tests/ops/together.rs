//! Several processes at one data folder: who may go on, who stops, and what is left behind.
//!
//! Two processes are two stores open on one file. The second begins while the first is inside a call
//! to the outside, at a call chosen by number.

use std::sync::{Barrier, Mutex, MutexGuard};
use std::thread;

use avert_model::{AccountId, AccountStatus, Explain as _, Outcome};
use avert_ops::desk::Desk;
use avert_ops::journal;
use avert_ops::notify::{self, NotifyError, Route};
use avert_ops::ports::{
    AccountState, Channel, LookUp, OperationKey, OutgoingNotice, Platform, PortError, Receipt,
    Remedy, SendError,
};
use avert_ops::takedown::{self, OnFailure, Plan, TakedownError};

use crate::common::shared::Cell;
use crate::common::{
    self, FakeChannel, FakePlatform, Ground, LIST, LastFirst, PLAN, Ticker, World, means,
};

/// A platform of two threads: both see the same accounts.
struct Shared(Mutex<FakePlatform>);

impl Shared {
    fn of(world: &mut World) -> Self {
        Self(Mutex::new(std::mem::replace(
            &mut world.platform,
            FakePlatform::new(&[]),
        )))
    }

    fn now(&self) -> MutexGuard<'_, FakePlatform> {
        self.0.lock().unwrap()
    }
}

impl Platform for Shared {
    fn name(&self) -> &'static str {
        "fake"
    }

    fn describe(&self, remedy: Remedy) -> Option<String> {
        self.now().describe(remedy)
    }

    fn state(&self, account: &AccountId) -> Result<AccountState, PortError> {
        self.now().state(account)
    }

    fn expected(&self, prior: &AccountState, remedy: Remedy) -> AccountState {
        self.now().expected(prior, remedy)
    }

    fn apply(
        &self,
        account: &AccountId,
        remedy: Remedy,
        key: &OperationKey,
    ) -> Result<(), PortError> {
        self.now().apply(account, remedy, key)
    }

    fn restore(
        &self,
        account: &AccountId,
        prior: &AccountState,
        key: &OperationKey,
    ) -> Result<(), PortError> {
        self.now().restore(account, prior, key)
    }
}

/// A platform or channel during one of whose calls something else happens.
struct During<'a, T> {
    inner: &'a T,
    call: usize,
    calls: Cell<usize>,
    then: &'a (dyn Fn() + Sync),
}

impl<'a, T> During<'a, T> {
    fn new(inner: &'a T, call: usize, then: &'a (dyn Fn() + Sync)) -> Self {
        let calls = Cell::new(0);
        Self {
            inner,
            call,
            calls,
            then,
        }
    }

    fn count(&self) {
        if self.calls.replace(self.calls.get() + 1) == self.call {
            (self.then)();
        }
    }
}

impl Platform for During<'_, Shared> {
    fn name(&self) -> &str {
        self.inner.name()
    }

    fn describe(&self, remedy: Remedy) -> Option<String> {
        self.inner.describe(remedy)
    }

    fn state(&self, account: &AccountId) -> Result<AccountState, PortError> {
        self.inner.state(account)
    }

    fn expected(&self, prior: &AccountState, remedy: Remedy) -> AccountState {
        self.inner.expected(prior, remedy)
    }

    fn apply(
        &self,
        account: &AccountId,
        remedy: Remedy,
        key: &OperationKey,
    ) -> Result<(), PortError> {
        self.count();
        self.inner.apply(account, remedy, key)
    }

    fn restore(
        &self,
        account: &AccountId,
        prior: &AccountState,
        key: &OperationKey,
    ) -> Result<(), PortError> {
        self.inner.restore(account, prior, key)
    }
}

impl Channel for During<'_, FakeChannel> {
    fn name(&self) -> &str {
        self.inner.name()
    }

    fn look_up(&self, notice: &OutgoingNotice, key: &OperationKey) -> Result<LookUp, PortError> {
        self.inner.look_up(notice, key)
    }

    fn send(&self, notice: &OutgoingNotice, key: &OperationKey) -> Result<Receipt, SendError> {
        self.count();
        self.inner.send(notice, key)
    }
}

fn execute(world: &mut World, platform: &dyn Platform) -> Result<Plan, TakedownError> {
    let actor = common::actor("rana");
    let ticker = Ticker::at(world.now);
    let mut desk = Desk {
        store: &mut world.store,
        clock: &ticker,
        pause: &ticker,
        actor: &actor,
        people: &world.people,
    };
    takedown::execute(&mut desk, means(platform), PLAN(), &mut |_, _| {})
}

/// Another process, in which rana does this.
fn elsewhere<T>(ground: &Ground, act: impl FnOnce(&mut Desk<'_>) -> T) -> T {
    let (actor, people, now) = (common::actor("rana"), common::people(), common::noon());
    let mut store = ground.open();
    let mut desk = Desk {
        store: &mut store,
        clock: &now,
        pause: &Ticker::at(now),
        actor: &actor,
        people: &people,
    };
    act(&mut desk)
}

#[test]
fn a_plan_that_is_being_executed_is_not_executed_or_resumed_by_a_second_process() {
    let ground = Ground::new();
    let mut world = World::on(ground.open()).with_approval(OnFailure::Continue);
    let platform = Shared::of(&mut world);
    let second = || {
        elsewhere(&ground, |desk| {
            for begin in [takedown::execute, takedown::resume] {
                let refused = begin(desk, means(&platform), PLAN(), &mut |_, _| {}).unwrap_err();
                assert_eq!(refused.code(), "takedown/busy");
                assert_eq!(refused.outcome(), Outcome::NothingChanged);
            }
        });
    };
    execute(&mut world, &During::new(&platform, 1, &second)).unwrap();
    assert_eq!(platform.now().effects.borrow().len(), 3);
}

#[test]
fn reversing_stops_whoever_executes_and_leaves_no_account_disabled() {
    for call in 0..3 {
        let ground = Ground::new();
        let mut world = World::on(ground.open()).with_approval(OnFailure::Continue);
        let platform = Shared::of(&mut world);
        let before = platform.now().statuses();
        let ready = Barrier::new(2);
        thread::scope(|scope| {
            let undo = scope.spawn(|| {
                ready.wait();
                elsewhere(&ground, |desk| {
                    takedown::reverse(desk, &platform, PLAN(), &mut |_, _| {}).map(|_| ())
                })
            });
            let meanwhile = || {
                ready.wait();
                let watching = ground.open();
                while takedown::show(&watching, PLAN()).unwrap().state() != "reversing" {
                    thread::yield_now();
                }
            };
            let stopped = execute(&mut world, &During::new(&platform, call, &meanwhile));
            let stopped = stopped.unwrap_err();
            assert!(
                matches!(stopped.outcome(), Outcome::PartWay { .. }),
                "{stopped}"
            );
            undo.join().unwrap().unwrap();
        });
        assert_eq!(platform.now().statuses(), before, "call {call}");
        let disabled = platform.now().effects.borrow().len() / 2;
        assert_eq!(disabled, call + 1, "the one under way was the last");
        assert_eq!(world.plan().state(), "reversed");
        journal::verify(&world.store).unwrap();
    }
}

#[test]
fn people_are_told_no_further_once_the_takedown_is_being_reversed() {
    let ground = Ground::new();
    let mut world = World::on(ground.open())
        .with_approval(OnFailure::Continue)
        .with_list();
    let channel = FakeChannel::new(true);
    let platform = Shared::of(&mut world);
    let undo = || {
        elsewhere(&ground, |desk| {
            takedown::reverse(desk, &platform, PLAN(), &mut |_, _| {}).unwrap();
        });
    };
    let sent = send(&mut world, &During::new(&channel, 1, &undo)).unwrap_err();
    assert!(matches!(sent.outcome(), Outcome::PartWay { .. }), "{sent}");
    assert_eq!(channel.got().len(), 2, "the one under way was the last");
    assert_eq!(platform.now().status("p1"), AccountStatus::Active);
    assert_eq!(
        world.resume_sending(&channel).unwrap_err().code(),
        "notify/not-taken-down"
    );
}

#[test]
fn a_list_that_is_being_sent_is_not_sent_or_resumed_by_a_second_process() {
    let ground = Ground::new();
    let mut world = World::on(ground.open())
        .with_approval(OnFailure::Continue)
        .with_list();
    let channel = FakeChannel::new(false);
    let other = FakeChannel::new(false);
    let second = || {
        elsewhere(&ground, |desk| {
            for begin in [notify::send, notify::resume] {
                let route = Route {
                    channels: &[&other],
                    chance: &mut LastFirst,
                };
                let refused = begin(desk, route, LIST(), &mut |_, _| {}).unwrap_err();
                assert_eq!(refused.code(), "notify/busy");
            }
        });
    };
    send(&mut world, &During::new(&channel, 1, &second)).unwrap();
    assert!(other.got().is_empty());
    assert_eq!(channel.got().len(), 4);
}

fn send(world: &mut World, channel: &dyn Channel) -> Result<notify::NoticeList, NotifyError> {
    let actor = common::actor("rana");
    let ticker = Ticker::at(world.now);
    let mut desk = Desk {
        store: &mut world.store,
        clock: &ticker,
        pause: &ticker,
        actor: &actor,
        people: &world.people,
    };
    let route = Route {
        channels: &[channel],
        chance: &mut LastFirst,
    };
    notify::send(&mut desk, route, LIST(), &mut |_, _| {})
}

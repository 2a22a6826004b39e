//! Whom a notice may be sent to: only people who were in contact with accounts that are closed.

use avert_model::{AccountStatus, AppealId, Contact, ContactTier, ContactVia, Explain as _};
use avert_ops::appeals::{self, Decision, Intake, Window};
use avert_ops::notify::{self, NoticeList, NoticePhase};
use avert_ops::ports::{Channel, LookUp, OperationKey, OutgoingNotice, PortError, Receipt, Remedy};
use avert_ops::takedown::{self, Change, OnFailure, Plan, Rollout};

use crate::common::{self, CASE, FakeChannel, Fault, LIST, PLAN, World};

/// Somebody whom these accounts reached.
fn person(account: &str, via: &[(&str, ContactTier)]) -> Contact {
    let tier = via.iter().map(|(_, tier)| *tier).max().unwrap();
    Contact {
        via: via
            .iter()
            .map(|(account, tier)| ContactVia {
                account: (*account).into(),
                tier: *tier,
                first_at: None,
                last_at: None,
            })
            .collect(),
        ..common::contact(account, tier, "en")
    }
}

/// p1 was seen by c1 and c2; p2 sent c1 and c3 a link that they opened.
fn world() -> World {
    World::with_contacts([
        person(
            "c1",
            &[
                ("p1", ContactTier::Saw),
                ("p2", ContactTier::ClickedOrOpened),
            ],
        ),
        person("c2", &[("p1", ContactTier::Saw)]),
        person("c3", &[("p2", ContactTier::ClickedOrOpened)]),
    ])
}

/// A plan that is changed before it is approved.
fn changed(changes: &[Change]) -> World {
    let mut world = world();
    world.draft(OnFailure::Continue).unwrap();
    world
        .as_("ines", |desk, platform| {
            takedown::edit(desk, platform, PLAN(), changes, "not sure of p2")
        })
        .unwrap();
    world
        .as_("ines", |desk, _| takedown::submit(desk, PLAN()))
        .unwrap();
    world.approve().unwrap();
    world
}

fn told(list: &NoticeList) -> Vec<(&str, ContactTier)> {
    let notices = list.header().notices.iter();
    notices
        .map(|notice| (notice.account.as_str(), notice.tier))
        .collect()
}

/// c1 is told of what passed with p1 alone, c3 is told nothing.
fn tells_of_p1_alone(list: &NoticeList) {
    assert_eq!(
        told(list),
        [("c1", ContactTier::Saw), ("c2", ContactTier::Saw)]
    );
    assert_eq!(list.header().by_others_only, 1, "c3 is counted");
    assert_eq!(list.header().accounts_acted_on, 1);
}

#[test]
fn whoever_met_only_accounts_that_are_not_closed_by_the_plan_is_not_told() {
    let accepting = Change::Rollout(Rollout {
        accepts_irreversible: true,
        ..Rollout::default()
    });
    for changes in [
        vec![Change::Drop("p2".into())],
        vec![Change::Set("p2".into(), Remedy::Watch)],
        vec![accepting, Change::Set("p2".into(), Remedy::Secure)],
    ] {
        let mut world = changed(&changes);
        world.execute().unwrap();
        tells_of_p1_alone(&world.plan_notices().unwrap());
        // The number is kept with the list, whatever becomes of it.
        world.approve_notices().unwrap();
        tells_of_p1_alone(&world.list());
        let channel = FakeChannel::new(true);
        world.send(&channel).unwrap();
        assert_eq!(channel.got(), [("c1".into(), 1), ("c2".into(), 1)].into());
        let untold = notify::untold(&world.store, CASE()).unwrap();
        assert_eq!(untold, 0, "c3 is nobody who could be told");
    }
}

#[test]
fn whoever_met_only_accounts_that_others_changed_is_not_told() {
    for status in [AccountStatus::Restricted, AccountStatus::Disabled] {
        let mut world = world().with_approval(OnFailure::Continue);
        world.platform.set("p2", status);
        world.execute().unwrap();
        tells_of_p1_alone(&world.plan_notices_although(true).unwrap());
    }
}

fn grant(world: &mut World, account: &str) {
    let intake = Intake {
        plan: PLAN(),
        account: account.into(),
        reference: format!("ticket-{account}"),
        received_at: None,
        text: "I am a real person".into(),
    };
    world
        .as_("ines", |desk, _| {
            appeals::file(desk, &intake, Window::default())
        })
        .unwrap();
    let appeal = AppealId::from_number(appeals::list(&world.store).unwrap().len() as u64);
    world
        .as_("ada", |desk, platform| {
            appeals::decide(desk, platform, appeal, Decision::Grant, "she is real")
        })
        .unwrap();
}

#[test]
fn whoever_met_only_an_account_whose_appeal_was_granted_is_not_on_a_list() {
    let mut world = world().with_approval(OnFailure::Continue);
    world.execute().unwrap();
    grant(&mut world, "p2");
    tells_of_p1_alone(&world.plan_notices().unwrap());
}

#[test]
fn an_appeal_that_is_granted_after_the_list_was_approved_takes_its_notices_out() {
    let mut world = world().with_approval(OnFailure::Continue).with_list();
    grant(&mut world, "p2");
    let channel = FakeChannel::new(true);
    let list = world.send(&channel).unwrap();
    assert_eq!(channel.got(), [("c2".into(), 1)].into());
    // c3 met nobody else; c1 came closer to the one that went back than to the one that is closed,
    // and what was approved for them would say too much.
    for (account, why) in [("c3", "not closed"), ("c1", "less close")] {
        let mut notices = list.header().notices.iter();
        let left_out = notices.find(|notice| notice.account == account.into());
        let left_out = left_out.unwrap();
        assert_eq!(left_out.phase, NoticePhase::Suppressed, "{account}");
        assert!(left_out.note.contains(why), "{}", left_out.note);
    }
    // Another list tells c1 what is true.
    let other = world.plan_notices().unwrap();
    let told: Vec<&str> = other
        .header()
        .notices
        .iter()
        .map(|notice| notice.account.as_str())
        .collect();
    assert_eq!(told, ["c1"]);
}

#[test]
fn an_appeal_that_is_granted_while_sending_has_stopped_is_seen_when_it_goes_on() {
    let mut world = world().with_approval(OnFailure::Continue).with_list();
    let channel = FakeChannel::new(true);
    channel.fault.set(Some((0, Fault::Before)));
    channel.stays.set(true);
    world.send(&channel).unwrap_err();
    channel.fault.set(None);
    grant(&mut world, "p1");
    let list = world.resume_sending(&channel).unwrap();
    assert_eq!(channel.got(), [("c1".into(), 1), ("c3".into(), 1)].into());
    assert_eq!(notify::totals(&list).suppressed, 1);
}

#[test]
fn where_every_account_went_back_nobody_is_told() {
    let mut world = world().with_approval(OnFailure::Continue).with_list();
    grant(&mut world, "p1");
    grant(&mut world, "p2");
    let channel = FakeChannel::new(true);
    let refused = world.send(&channel);
    assert!(channel.got().is_empty());
    assert_eq!(refused.unwrap_err().code(), "notify/not-taken-down");
}

/// Somebody grants an appeal between one notice and the next, from elsewhere.
struct Meanwhile {
    inner: FakeChannel,
    elsewhere: std::sync::Mutex<Option<World>>,
}

impl Channel for Meanwhile {
    fn name(&self) -> &'static str {
        "letters"
    }

    fn look_up(&self, notice: &OutgoingNotice, key: &OperationKey) -> Result<LookUp, PortError> {
        self.inner.look_up(notice, key)
    }

    fn send(
        &self,
        notice: &OutgoingNotice,
        key: &OperationKey,
    ) -> Result<Receipt, avert_ops::ports::SendError> {
        if let Some(mut other) = self.elsewhere.lock().unwrap().take() {
            grant(&mut other, "p2");
        }
        self.inner.send(notice, key)
    }
}

#[test]
fn an_appeal_that_is_granted_between_two_notices_counts_for_the_next_one() {
    let ground = common::Ground::new();
    let mut world = World::over(
        ground.open(),
        [
            person("c1", &[("p1", ContactTier::Saw)]),
            person("c2", &[("p1", ContactTier::Saw)]),
            person("c3", &[("p2", ContactTier::Saw)]),
        ],
    )
    .with_approval(OnFailure::Continue)
    .with_list();
    let channel = Meanwhile {
        inner: FakeChannel::new(true),
        elsewhere: std::sync::Mutex::new(Some(world.again(ground.open()))),
    };
    let list = world
        .as_("rana", |desk, _| {
            let route = notify::Route {
                channels: &[&channel],
                chance: &mut common::LastFirst,
            };
            notify::send(desk, route, LIST(), &mut |_, _| {})
        })
        .unwrap();
    let got = channel.inner.got();
    assert!(!got.contains_key("c3"), "{got:?}");
    assert_eq!(notify::totals(&list).suppressed, 1);
}

fn blast(world: &mut World) -> takedown::Blast {
    let plan: Plan = world.plan();
    world
        .as_("ines", |desk, platform| {
            takedown::blast(desk.store, &plan, platform)
        })
        .unwrap()
}

#[test]
fn a_plan_counts_only_those_whom_the_accounts_it_acts_on_reached() {
    let mut all = changed(&[Change::Set("p1".into(), Remedy::Restrict)]);
    let contacts = blast(&mut all).contacts;
    let expected = [(ContactTier::Saw, 1), (ContactTier::ClickedOrOpened, 2)];
    assert_eq!(contacts.people, expected.into());
    assert_eq!((contacts.ties, contacts.of_case), (4, 3));

    let mut without = changed(&[Change::Drop("p2".into())]);
    let contacts = blast(&mut without).contacts;
    assert_eq!(contacts.people, [(ContactTier::Saw, 2)].into());
    assert_eq!((contacts.ties, contacts.of_case), (2, 3));
}

#[test]
fn what_the_platform_does_not_say_is_counted_as_unknown() {
    let mut world = changed(&[Change::Drop("p2".into())]);
    let blast = blast(&mut world);
    assert!(blast.verified.is_empty() && blast.languages.is_empty());
    assert_eq!(
        (
            blast.verified_unknown,
            blast.languages_unknown,
            blast.countries_unknown
        ),
        (1, 1, 1)
    );
}

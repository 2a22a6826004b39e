//! How notices leave: many at once, by lanes and fallbacks, one for each person, and what is learnt
//! about them afterwards.

use std::collections::BTreeMap;
use std::time::Duration;

use avert_model::{AccountId, ContactTier, Email, Explain as _, Outcome, SignedDuration};
use avert_ops::desk::Desk;
use avert_ops::notify::{
    self, InDoubtPolicy, NoticeList, NoticePhase, NotifyError, Returned, Route, Telling, Trace,
};
use avert_ops::ports::{Channel, OperationKey, Pace};
use avert_ops::takedown::OnFailure;
use avert_ops::{freeze, journal};

use crate::common::{self, CASE, FakeChannel, Fault, LIST, LastFirst, Ticker, World, assent};

/// A world whose network reached these accounts, with a list that is approved.
fn ready(contacts: &[(&str, ContactTier, &str, &str)], fallback: &[String]) -> World {
    let mut world = World::with_contacts(
        contacts
            .iter()
            .map(|(account, tier, language, _)| common::contact(account, *tier, language)),
    );
    world = world.with_approval(OnFailure::Continue);
    world.execute().unwrap();
    let addresses: BTreeMap<AccountId, Email> = contacts
        .iter()
        .filter(|(_, _, _, email)| !email.is_empty())
        .map(|(account, _, _, email)| ((*account).into(), Email::new((*email).to_owned())))
        .collect();
    let telling = Telling {
        channel: "letters",
        fallback,
        service: "Example Chat",
        addresses: &addresses,
        although_awake: false,
    };
    world
        .as_("ines", |desk, _| notify::plan(desk, CASE(), &telling))
        .unwrap();
    let digest = world.list().header().digest();
    world
        .as_("omar", |desk, _| {
            notify::approve(desk, LIST(), &assent(&digest, 72))
        })
        .unwrap();
    world
}

/// So many people, each with an address of their own.
fn many(count: usize) -> World {
    let names: Vec<(String, String)> = (0..count)
        .map(|number| (format!("c{number:03}"), format!("c{number:03}@example.org")))
        .collect();
    let contacts: Vec<_> = names
        .iter()
        .map(|(account, email)| (account.as_str(), ContactTier::Talked, "en", email.as_str()))
        .collect();
    ready(&contacts, &[])
}

type Begin = fn(
    &mut Desk<'_>,
    Route<'_>,
    avert_model::NoticeListId,
    &mut dyn FnMut(u64, u64),
) -> Result<NoticeList, NotifyError>;

fn by(
    world: &mut World,
    begin: Begin,
    channels: &[&dyn Channel],
) -> Result<NoticeList, NotifyError> {
    world.as_("rana", |desk, _| {
        let route = Route {
            channels,
            chance: &mut LastFirst,
        };
        begin(desk, route, LIST(), &mut |_, _| {})
    })
}

fn of_ten(channel: &FakeChannel) {
    channel.pace.set(Pace {
        at_once: 10,
        per_second: None,
    });
}

fn key_of(world: &World, account: &str) -> OperationKey {
    let position = |key: &&(OperationKey, String)| key.1 == account;
    let keys = keys(world);
    keys.iter().find(position).unwrap().0.clone()
}

/// The keys of all notices, learnt from a channel that was handed them.
fn keys(world: &World) -> Vec<(OperationKey, String)> {
    let delivered = world.delivered.borrow();
    delivered
        .iter()
        .map(|(key, notice)| (key.clone(), notice.account.to_string()))
        .collect()
}

#[test]
fn many_are_told_at_once_and_each_once() {
    let mut world = many(300);
    let channel = FakeChannel::new(true);
    of_ten(&channel);
    let list = by(&mut world, notify::send, &[&channel]).unwrap();
    assert_eq!(notify::totals(&list).sent, 300);
    assert!(channel.got().values().all(|count| *count == 1));
    assert!(channel.most_at_once.get() > 1, "they took turns");
    journal::verify(&world.store).unwrap();
}

#[test]
fn however_many_are_under_way_nobody_is_told_twice_or_missed() {
    for (call, fault) in [(3, Fault::Before), (17, Fault::After), (40, Fault::After)] {
        for keeps_record in [true, false] {
            let mut world = many(60);
            let channel = FakeChannel::new(keeps_record);
            of_ten(&channel);
            channel.fault.set(Some((call, fault)));
            // One that failed or is in doubt is told of; a resume settles what the channel knows.
            let first = by(&mut world, notify::send, &[&channel]);
            assert!(matches!(
                first.unwrap_err().outcome(),
                Outcome::PartWay { .. }
            ));
            channel.fault.set(None);
            let ended = by(&mut world, notify::resume, &[&channel]);
            assert!(
                channel.got().values().all(|count| *count == 1),
                "{fault:?} at {call}"
            );
            assert_eq!(channel.got().len(), 60);
            let totals = notify::totals(&world.list());
            let known = totals.sent + totals.in_doubt;
            assert_eq!(known, 60);
            let in_doubt = !keeps_record && matches!(fault, Fault::After);
            assert_eq!(totals.in_doubt, u64::from(in_doubt));
            assert_eq!(ended.is_err(), in_doubt);
        }
    }
}

#[test]
fn one_person_with_several_accounts_is_told_once_of_what_came_closest() {
    let mut world = ready(
        &[
            ("a1", ContactTier::Saw, "en", "Jo.Public@example.org"),
            (
                "a2",
                ContactTier::ClickedOrOpened,
                "pl",
                "jo.public@EXAMPLE.org",
            ),
            ("a3", ContactTier::Talked, "en", "someone@example.org"),
            ("a4", ContactTier::Talked, "en", ""),
            ("a5", ContactTier::Talked, "en", ""),
        ],
        &[],
    );
    let list = world.list();
    let told: Vec<(&str, usize)> = list
        .header()
        .notices
        .iter()
        .map(|notice| (notice.account.as_str(), notice.others.len()))
        .collect();
    assert_eq!(told, [("a2", 1), ("a3", 0), ("a4", 0), ("a5", 0)]);
    assert_eq!(list.header().notices[0].language, "pl");
    let channel = FakeChannel::new(true);
    by(&mut world, notify::send, &[&channel]).unwrap();
    let again = world.plan_notices().unwrap_err();
    assert_eq!(
        again.code(),
        "notify/nobody-to-tell",
        "no account of theirs is told again"
    );
}

#[test]
fn who_asks_for_a_language_without_a_text_gets_another_and_is_counted() {
    let world = ready(
        &[
            ("a1", ContactTier::Saw, "ka", ""),
            ("a2", ContactTier::Saw, "pl-PL", ""),
        ],
        &[],
    );
    assert_eq!(world.list().header().untranslated, 1);
    assert_eq!(world.list().header().notices[0].language, "en");
}

#[test]
fn whom_one_channel_cannot_reach_the_next_one_tells_once() {
    let fallback = ["post".to_owned()];
    let mut world = ready(
        &[
            ("a1", ContactTier::Saw, "en", "a1@example.org"),
            ("a2", ContactTier::Saw, "en", "a2@example.org"),
            ("a3", ContactTier::Saw, "en", "a3@example.org"),
        ],
        &fallback,
    );
    let first = FakeChannel::new(true);
    let second = FakeChannel {
        named: "post",
        ..FakeChannel::new(true)
    };
    first.refuses.borrow_mut().insert("a1".into());
    first.refuses.borrow_mut().insert("a2".into());
    second.refuses.borrow_mut().insert("a2".into());
    let only = by(&mut world, notify::send, &[&first]).unwrap_err();
    assert_eq!(only.code(), "notify/other-channel");
    let list = by(&mut world, notify::send, &[&first, &second]).unwrap();
    let totals = notify::totals(&list);
    assert_eq!((totals.sent, totals.undeliverable), (2, 1));
    assert_eq!(first.got(), [("a3".to_owned(), 1)].into());
    assert_eq!(second.got(), [("a1".to_owned(), 1)].into());
}

#[test]
fn lanes_keep_their_own_pace() {
    let mut world = ready(
        &[
            ("a1", ContactTier::Saw, "en", "a1@example.org"),
            ("a2", ContactTier::Saw, "en", "a2@example.org"),
            ("a3", ContactTier::Saw, "en", "a3@example.org"),
            ("b1", ContactTier::Saw, "en", "b1@example.net"),
        ],
        &[],
    );
    let channel = FakeChannel::new(true);
    channel.lanes.set(Some(Pace {
        at_once: 1,
        per_second: Some(0.1),
    }));
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
        channels: &[&channel],
        chance: &mut LastFirst,
    };
    notify::send(&mut desk, route, LIST(), &mut |_, _| {}).unwrap();
    let took = world.now.duration_until(desk.now());
    assert!(
        took >= SignedDuration::from_secs(20),
        "three to one domain: {took:?}"
    );
    assert!(
        took < SignedDuration::from_secs(25),
        "the other domain waits for none: {took:?}"
    );
}

#[test]
fn a_channel_that_asks_for_a_pause_gets_it() {
    let mut world = many(5);
    let channel = FakeChannel::new(true);
    channel.slow_down.set(Some(Duration::from_mins(1)));
    let list = by(&mut world, notify::send, &[&channel]).unwrap();
    assert_eq!(notify::totals(&list).sent, 5);
}

#[test]
fn while_everything_is_frozen_nobody_is_told() {
    let mut world = many(5);
    let channel = FakeChannel::new(true);
    world
        .as_("ines", |desk, _| freeze::freeze(desk, "wait"))
        .unwrap();
    let refused = by(&mut world, notify::send, &[&channel]).unwrap_err();
    assert_eq!(
        (refused.code(), refused.outcome()),
        ("notify/frozen", Outcome::Refused)
    );
    assert!(channel.got().is_empty());
}

/// A channel that knows people by their account, after one that writes to addresses.
fn with_a_second() -> (FakeChannel, FakeChannel) {
    let second = FakeChannel {
        named: "post",
        goes_to_address: false,
        ..FakeChannel::new(true)
    };
    (FakeChannel::new(false), second)
}

fn hear(world: &mut World, returned: &[(OperationKey, Returned)]) -> (NoticeList, notify::Heard) {
    let returned: Vec<_> = returned
        .iter()
        .map(|(key, what)| (key.clone(), *what, "5.1.1".to_owned()))
        .collect();
    world
        .as_("rana", |desk, _| notify::hear(desk, LIST(), &returned))
        .unwrap()
}

const TWO: [(&str, ContactTier, &str, &str); 2] = [
    ("a1", ContactTier::Saw, "en", "a1@example.org"),
    ("a2", ContactTier::Saw, "en", "a2@example.org"),
];

#[test]
fn a_bounce_goes_to_the_next_channel_once_and_a_complaint_to_none() {
    let mut world = ready(&TWO, &["post".to_owned()]);
    let (first, second) = with_a_second();
    by(&mut world, notify::send, &[&first, &second]).unwrap();
    world.delivered = common::copied(&first);
    let (a1, a2) = (key_of(&world, "a1"), key_of(&world, "a2"));
    let stranger = OperationKey::new("a", "b", "c");
    let returned = [
        (a1, Returned::Bounced),
        (a2, Returned::Complained),
        (stranger, Returned::Bounced),
    ];
    let (list, heard) = hear(&mut world, &returned);
    assert_eq!((heard.rerouted, heard.complaints, heard.unknown), (1, 1, 1));
    assert_eq!(list.state(), "sending");
    let (_, again) = hear(&mut world, &returned[..1]);
    assert_eq!((again.rerouted, again.unknown), (0, 1));

    let list = by(&mut world, notify::resume, &[&first, &second]).unwrap();
    assert_eq!(list.state(), "sent");
    assert_eq!(second.got(), [("a1".to_owned(), 1)].into());
    // The same mail bounces once more: the second channel's notice has not.
    let (list, again) = hear(&mut world, &returned[..1]);
    assert_eq!((again.unknown, list.state()), (1, "sent"));
    by(&mut world, notify::resume, &[&first, &second]).unwrap();
    assert_eq!((first.got()["a1"], second.got()["a1"]), (1, 1));
}

#[test]
fn an_address_that_bounced_is_not_written_to_by_the_next_channel_either() {
    let mut world = ready(&TWO, &["post".to_owned()]);
    let (first, second) = with_a_second();
    let second = FakeChannel {
        goes_to_address: true,
        ..second
    };
    by(&mut world, notify::send, &[&first, &second]).unwrap();
    world.delivered = common::copied(&first);
    let bounced = key_of(&world, "a1");
    hear(&mut world, &[(bounced, Returned::Bounced)]);
    let list = by(&mut world, notify::resume, &[&first, &second]).unwrap();
    assert_eq!(notify::totals(&list).suppressed, 1);
    assert!(second.got().is_empty());
}

#[test]
fn a_bounce_of_a_notice_in_doubt_says_that_it_did_not_arrive() {
    let mut world = ready(&TWO, &["post".to_owned()]);
    let (first, second) = with_a_second();
    first.fault.set(Some((1, Fault::After)));
    by(&mut world, notify::send, &[&first, &second]).unwrap_err();
    world.delivered = common::copied(&first);
    let notices = world.list().header().notices.clone();
    let doubted = notices
        .iter()
        .find(|notice| notice.phase == NoticePhase::InDoubt)
        .unwrap()
        .account
        .to_string();
    let key = key_of(&world, &doubted);
    let (_, heard) = hear(&mut world, &[(key.clone(), Returned::Complained)]);
    assert_eq!(heard.unknown, 1, "a complaint settles no doubt");
    let (_, heard) = hear(&mut world, &[(key.clone(), Returned::Bounced)]);
    assert_eq!((heard.rerouted, heard.unknown), (1, 0));
    let list = by(&mut world, notify::resume, &[&first, &second]).unwrap();
    assert_eq!(list.state(), "sent");
    assert_eq!(second.got(), [(doubted, 1)].into());
    let (_, again) = hear(&mut world, &[(key, Returned::Bounced)]);
    assert_eq!(again.unknown, 1);
}

#[test]
fn a_list_ends_when_its_last_notice_in_doubt_bounces_and_no_channel_is_left() {
    let mut world = ready(&TWO[..1], &[]);
    let channel = FakeChannel::new(false);
    channel.fault.set(Some((0, Fault::After)));
    by(&mut world, notify::send, &[&channel]).unwrap_err();
    world.delivered = common::copied(&channel);
    let key = key_of(&world, "a1");
    let (list, heard) = hear(&mut world, &[(key, Returned::Bounced)]);
    assert_eq!((heard.undeliverable, list.state()), (1, "sent"));
}

#[test]
fn what_a_log_knows_settles_what_is_in_doubt_and_policy_settles_the_rest() {
    for policy in [InDoubtPolicy::Hold, InDoubtPolicy::Resend] {
        let mut world = many(4);
        let channel = FakeChannel::new(false);
        channel.pace.set(Pace {
            at_once: 4,
            per_second: None,
        });
        channel.stays.set(true);
        channel.fault.set(Some((0, Fault::After)));
        by(&mut world, notify::send, &[&channel]).unwrap_err();
        channel.fault.set(None);
        let open = notify::attempts_in_doubt(&world.store, LIST()).unwrap();
        assert!(open.values().all(|at| *at == world.now));
        let open: Vec<OperationKey> = open.into_keys().collect();
        assert!(
            (2..=4).contains(&open.len()),
            "at most one for each connection: {open:?}"
        );
        let mut look = |key: &OperationKey| {
            if *key == open[0] {
                Trace::Arrived("queue-7".into())
            } else if *key == open[1] {
                Trace::NeverLeft
            } else {
                Trace::Unknown
            }
        };
        let (list, found) = world
            .as_("rana", |desk, _| {
                notify::reconcile(desk, LIST(), policy, &mut look)
            })
            .unwrap();
        assert_eq!((found.sent, found.not_sent), (1, 1));
        let rest = open.len() as u64 - 2;
        let expected = match policy {
            InDoubtPolicy::Hold => (0, rest),
            InDoubtPolicy::Resend => (rest, 0),
        };
        assert_eq!((found.resent, found.held), expected);
        let totals = notify::totals(&list);
        assert_eq!(totals.sent + totals.in_doubt + totals.waiting, 4);
        assert!(
            list.header()
                .notices
                .iter()
                .all(|notice| notice.phase != NoticePhase::Claimed)
        );
    }
}

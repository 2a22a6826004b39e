//! What notices promise: nobody too early, nobody twice, nobody silently not at all.

use std::collections::BTreeMap;

use avert_model::{AccountId, AccountStatus, ContactTier, Explain as _, Outcome, SignedDuration};
use avert_ops::notify::{self, NoticePhase, NotifyError, Resolution};
use avert_ops::ports::{LookUp, OperationKey, OutgoingNotice};
use avert_ops::takedown::{Drafting, OnFailure};
use avert_ops::{cases, findings, journal};

use crate::common::{self, FakeChannel, Fault, LIST, World, contact, finding_set, suspect};

fn once_each() -> BTreeMap<String, usize> {
    ["c1", "c2", "c3", "c4"]
        .map(|id| (id.to_owned(), 1))
        .into_iter()
        .collect()
}

#[test]
fn everybody_the_network_reached_is_told_once_and_no_member_or_suspect_is() {
    let mut world = World::ready_to_tell();
    let channel = FakeChannel::new(false);
    let list = world.send(&channel).unwrap();
    assert_eq!(list.state(), "sent");
    assert_eq!(channel.got(), once_each());
    assert_eq!(notify::totals(&list).sent, 4);
    journal::verify(&world.store).unwrap();
}

#[test]
fn sending_again_tells_nobody_twice() {
    let mut world = World::ready_to_tell();
    let channel = FakeChannel::new(false);
    world.send(&channel).unwrap();
    world.send(&channel).unwrap();
    world.resume_sending(&channel).unwrap();
    assert_eq!(channel.got(), once_each());
}

#[test]
fn nobody_is_told_before_the_takedown_or_after_its_reversal() {
    let mut world = World::approved(OnFailure::Continue);
    assert_eq!(
        world.plan_notices().unwrap_err().code(),
        "notify/not-taken-down"
    );
    world.platform.broken.borrow_mut().insert("p2".into());
    world.execute().unwrap_err();
    assert_eq!(
        world.plan_notices().unwrap_err().code(),
        "notify/not-taken-down"
    );

    let mut world = World::ready_to_tell();
    world.reverse().unwrap();
    let channel = FakeChannel::new(false);
    assert_eq!(
        world.send(&channel).unwrap_err().code(),
        "notify/not-taken-down"
    );
    assert!(channel.got().is_empty());
}

#[test]
fn a_list_needs_a_second_person_too() {
    let mut world = World::approved(OnFailure::Continue);
    world.execute().unwrap();
    world.plan_notices().unwrap();
    let channel = FakeChannel::new(false);
    assert_eq!(
        world.send(&channel).unwrap_err().code(),
        "notify/wrong-state"
    );
    let nobodys = common::assent("00000000000000000000000000000000", 1);
    let refused = world
        .as_("ines", |desk, _| notify::approve(desk, LIST(), &nobodys))
        .unwrap_err();
    assert_eq!(refused.code(), "people/role-missing");
    assert!(channel.got().is_empty());
}

#[test]
fn an_approved_list_that_waited_too_long_is_not_sent() {
    let mut world = World::ready_to_tell();
    world.now += SignedDuration::from_hours(73);
    let channel = FakeChannel::new(false);
    assert_eq!(
        world.send(&channel).unwrap_err().code(),
        "review/approval-expired"
    );
    assert_eq!(world.list().state(), "expired");
    assert!(channel.got().is_empty());
}

#[test]
fn a_channel_that_can_tell_reaches_everybody_exactly_once_wherever_it_breaks_off() {
    for fault in [Fault::Before, Fault::After] {
        for call in 0..4 {
            let mut world = World::ready_to_tell();
            let channel = FakeChannel::new(true);
            channel.fault.set(Some((call, fault)));
            let stopped = world.send(&channel).unwrap_err();
            assert!(
                matches!(stopped.outcome(), Outcome::PartWay { .. }),
                "{stopped}"
            );
            assert_eq!(world.resume_sending(&channel).unwrap().state(), "sent");
            assert_eq!(channel.got(), once_each(), "{fault:?} at call {call}");
        }
    }
}

#[test]
fn a_channel_that_cannot_tell_never_repeats_a_notice_of_which_nobody_knows() {
    for call in 0..4 {
        let mut world = World::ready_to_tell();
        let channel = FakeChannel::new(false);
        channel.fault.set(Some((call, Fault::After)));
        world.send(&channel).unwrap_err();
        let left = world.resume_sending(&channel).unwrap_err();
        assert!(
            matches!(
                left,
                NotifyError::Unsettled {
                    waiting: 0,
                    in_doubt: 1,
                    ..
                }
            ),
            "{left}"
        );
        assert_eq!(channel.got(), once_each(), "call {call}");
        let totals = notify::totals(&world.list());
        assert_eq!((totals.sent, totals.in_doubt), (3, 1));
    }
}

#[test]
fn a_notice_in_doubt_is_settled_by_a_person() {
    for (resolution, expected) in [(Resolution::Sent, 3), (Resolution::NotSent, 4)] {
        let mut world = World::ready_to_tell();
        let channel = FakeChannel::new(false);
        channel.fault.set(Some((3, Fault::Before)));
        world.send(&channel).unwrap_err();
        channel.fault.set(Some((4, Fault::After)));
        channel.delivered.borrow_mut().clear();
        world.resume_sending(&channel).unwrap_err();
        let doubted = channel.delivered.borrow()[0].1.account.clone();
        // Suppose that it was lost on the way after all.
        channel.delivered.borrow_mut().clear();
        world
            .as_("rana", |desk, _| {
                notify::resolve(desk, LIST(), &doubted, resolution, "asked the server")
            })
            .unwrap();
        let list = world.resume_sending(&channel).unwrap();
        assert_eq!(list.state(), "sent");
        assert_eq!(channel.got().len(), expected - 3, "{resolution:?}");
        assert_eq!(notify::totals(&list).sent, 4);
    }
}

#[test]
fn a_notice_that_cannot_be_delivered_is_counted_and_the_others_go_out() {
    let mut world = World::ready_to_tell();
    let channel = FakeChannel::new(false);
    channel.refuses.borrow_mut().insert("c2".into());
    let list = world.send(&channel).unwrap();
    let totals = notify::totals(&list);
    assert_eq!((totals.sent, totals.undeliverable), (3, 1));
}

#[test]
fn a_person_found_to_belong_to_a_network_after_approval_is_not_told() {
    let mut world = World::ready_to_tell();
    let late = finding_set(
        "fd-aaaaaaaaaa".parse().unwrap(),
        vec![suspect("c4")],
        vec![],
    );
    findings::keep(&mut world.store, &late, &common::noon()).unwrap();
    let channel = FakeChannel::new(false);
    let list = world.send(&channel).unwrap();
    assert!(!channel.got().contains_key("c4"));
    assert_eq!(notify::totals(&list).suppressed, 1);
}

#[test]
fn members_of_any_network_are_never_on_a_list_and_it_says_how_many_were_left_out() {
    let mut world = World::approved(OnFailure::Continue);
    let other = finding_set(
        "fd-bbbbbbbbbb".parse().unwrap(),
        vec![suspect("c1")],
        vec![contact("p1", ContactTier::Talked, "en")],
    );
    findings::keep(&mut world.store, &other, &common::noon()).unwrap();
    world.execute().unwrap();
    let list = world.plan_notices().unwrap();
    let told: Vec<&str> = list
        .header()
        .notices
        .iter()
        .map(|notice| notice.account.as_str())
        .collect();
    assert_eq!(told, ["c2", "c3", "c4"]);
    assert_eq!(list.header().left_out, 1, "c1, but not the case's own");
}

#[test]
fn the_text_is_the_same_for_all_of_a_tier_and_language_and_names_no_persona() {
    let mut world = World::ready_to_tell();
    let channel = FakeChannel::new(false);
    world.send(&channel).unwrap();
    for (_, notice) in channel.delivered.borrow().iter() {
        assert!(
            !notice.body.contains("p1") && !notice.body.contains("http"),
            "{}",
            notice.body
        );
        assert!(notice.body.contains("case-1"));
        assert_eq!(notice.right_to_left, notice.language == "ar");
    }
    let languages: Vec<String> = notify::preview(&world.list())
        .into_iter()
        .map(|text| text.language)
        .collect();
    assert_eq!(languages, ["en", "ar", "pl", "en"]);
}

#[test]
fn a_notice_whose_process_died_before_the_receipt_is_in_doubt_and_not_repeated() {
    let mut world = World::ready_to_tell();
    let channel = Dying(FakeChannel::new(false));
    let died = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        let mut chance = common::LastFirst;
        world.as_("rana", |desk, _| {
            let route = notify::Route {
                channels: &[&channel],
                chance: &mut chance,
            };
            notify::send(desk, route, LIST(), &mut |_, _| {})
        })
    }));
    assert!(died.is_err());
    let left = world.resume_sending(&channel.0).unwrap_err();
    assert!(
        matches!(
            left,
            NotifyError::Unsettled {
                waiting: 0,
                in_doubt: 1,
                ..
            }
        ),
        "{left}"
    );
    assert_eq!(channel.0.got(), once_each());
}

/// Hands the first notice over and dies before it can say so.
struct Dying(FakeChannel);

impl avert_ops::ports::Channel for Dying {
    fn name(&self) -> &'static str {
        "letters"
    }

    fn look_up(
        &self,
        _: &OutgoingNotice,
        _: &OperationKey,
    ) -> Result<LookUp, avert_ops::ports::PortError> {
        Ok(LookUp::CannotTell)
    }

    fn send(
        &self,
        notice: &OutgoingNotice,
        key: &OperationKey,
    ) -> Result<avert_ops::ports::Receipt, avert_ops::ports::SendError> {
        self.0.send(notice, key)?;
        panic!("the power went out");
    }
}

#[test]
fn resolving_a_notice_that_is_not_in_doubt_is_refused() {
    let mut world = World::ready_to_tell();
    let channel = FakeChannel::new(false);
    channel.fault.set(Some((0, Fault::Before)));
    world.send(&channel).unwrap_err();
    let account = AccountId::from("c1");
    let refused = world
        .as_("rana", |desk, _| {
            notify::resolve(desk, LIST(), &account, Resolution::Sent, "guess")
        })
        .unwrap_err();
    assert_eq!(refused.code(), "notify/not-open");
}

#[test]
fn nobody_is_told_while_an_account_somebody_changed_is_awake_unless_people_decide_so() {
    let mut world = World::approved(OnFailure::Continue);
    world.platform.set("p2", AccountStatus::Restricted);
    world.execute().unwrap();
    assert_eq!(
        world.plan_notices().unwrap_err().code(),
        "notify/still-awake"
    );
    let list = world.plan_notices_although(true).unwrap();
    assert_eq!(list.header().although_awake, 1, "the approver is told");
    world.approve_notices().unwrap();
    let channel = FakeChannel::new(false);
    world.send(&channel).unwrap();
    assert_eq!(channel.got(), once_each());
}

#[test]
fn an_account_somebody_else_disabled_is_not_awake() {
    let mut world = World::approved(OnFailure::Continue);
    world.platform.set("p2", AccountStatus::Disabled);
    world.execute().unwrap();
    assert_eq!(world.plan_notices().unwrap().header().although_awake, 0);
}

#[test]
fn whoever_could_not_be_reached_by_one_list_can_be_by_another() {
    let mut world = World::ready_to_tell();
    let channel = FakeChannel::new(false);
    channel.refuses.borrow_mut().insert("c2".into());
    world.send(&channel).unwrap();
    let second = world.plan_notices().unwrap();
    let left: Vec<&str> = second
        .header()
        .notices
        .iter()
        .map(|notice| notice.account.as_str())
        .collect();
    assert_eq!(left, ["c2"]);
}

#[test]
fn a_channel_that_refuses_everybody_is_not_asked_for_long() {
    let mut world = World::new();
    let many: Vec<String> = (0..50).map(|number| format!("m{number:02}")).collect();
    let contacts = many
        .iter()
        .map(|id| contact(id, ContactTier::Talked, "en"))
        .collect();
    let set = finding_set("fd-cccccccccc".parse().unwrap(), vec![], contacts);
    findings::keep(&mut world.store, &set, &common::noon()).unwrap();
    world
        .as_("ines", |desk, _| {
            cases::open(
                desk,
                &["fd-cccccccccc".parse().unwrap(), common::finding_id()],
                None,
                avert_model::Tlp::Amber,
            )
        })
        .unwrap();
    let case = avert_model::CaseId::from_number(2);
    world
        .as_("ines", |desk, platform| {
            avert_ops::takedown::draft(desk, platform, case, &Drafting::plain(OnFailure::Continue))
        })
        .unwrap();
    world
        .as_("ines", |desk, _| {
            avert_ops::takedown::submit(desk, common::PLAN())
        })
        .unwrap();
    world.approve().unwrap();
    world.execute().unwrap();
    let telling = notify::Telling {
        channel: "letters",
        fallback: &[],
        service: "Example Chat",
        addresses: &BTreeMap::new(),
        although_awake: false,
    };
    world
        .as_("ines", |desk, _| notify::plan(desk, case, &telling))
        .unwrap();
    world.approve_notices().unwrap();
    let channel = FakeChannel::new(false);
    channel
        .refuses
        .borrow_mut()
        .extend(many.iter().map(|id| AccountId::from(id.as_str())));
    let stopped = world.send(&channel).unwrap_err();
    assert!(matches!(stopped, NotifyError::Stopped { .. }), "{stopped}");
    assert!(channel.calls.get() <= 24, "{} calls", channel.calls.get());
}

#[test]
fn a_notice_that_keeps_failing_can_be_given_up() {
    let mut world = World::ready_to_tell();
    let channel = FakeChannel::new(false);
    channel.fault.set(Some((2, Fault::Server)));
    world.send(&channel).unwrap_err();
    let open: Vec<AccountId> = world
        .list()
        .header()
        .notices
        .iter()
        .filter(|notice| notice.phase == NoticePhase::Planned)
        .map(|notice| notice.account.clone())
        .collect();
    assert_eq!(open.len(), 1);
    let list = world
        .as_("rana", |desk, _| {
            notify::resolve(
                desk,
                LIST(),
                &open[0],
                Resolution::GivenUp,
                "left the service",
            )
        })
        .unwrap();
    assert_eq!(list.state(), "sent");
    assert_eq!(notify::totals(&list).undeliverable, 1);
}

#[test]
fn an_approval_that_ran_out_while_sending_can_be_given_again() {
    let mut world = World::ready_to_tell();
    let channel = FakeChannel::new(false);
    channel.fault.set(Some((1, Fault::Before)));
    world.send(&channel).unwrap_err();
    world.now += SignedDuration::from_hours(100);
    assert_eq!(
        world.resume_sending(&channel).unwrap_err().code(),
        "review/approval-expired"
    );
    world.approve_notices().unwrap();
    assert_eq!(world.resume_sending(&channel).unwrap().state(), "sent");
    assert_eq!(channel.got(), once_each());
}

#[test]
fn it_is_known_how_many_people_have_not_been_told() {
    let mut world = World::approved(OnFailure::Continue);
    let untold = |world: &World| notify::untold(&world.store, common::CASE()).unwrap();
    assert_eq!(untold(&world), 0, "nothing is in effect yet");
    world.execute().unwrap();
    assert_eq!(untold(&world), 4);
    world.plan_notices().unwrap();
    world.approve_notices().unwrap();
    world.send(&FakeChannel::new(false)).unwrap();
    assert_eq!(untold(&world), 0);
}

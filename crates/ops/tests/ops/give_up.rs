//! A list that was sent in part can be ended, and whoever was not told can be told by another.

use std::collections::BTreeMap;

use avert_model::{AccountId, Explain as _};
use avert_ops::notify::{self, NoticeList, NotifyError, Resolution, Telling};
use avert_ops::takedown::{self, Drafting, OnFailure};
use avert_ops::{cases, journal};

use crate::common::{self, CASE, FakeChannel, Fault, LIST, World};

/// A list of four of whom one was told, one more may have been where `fault` says so, and the channel
/// is gone.
fn half_sent(fault: Fault) -> (World, FakeChannel) {
    let mut world = World::ready_to_tell();
    let channel = FakeChannel::new(false);
    channel.fault.set(Some((1, fault)));
    channel.stays.set(true);
    world.send(&channel).unwrap_err();
    channel.fault.set(None);
    (world, channel)
}

fn give_up(world: &mut World, by: &str) -> Result<NoticeList, NotifyError> {
    world.as_(by, |desk, _| notify::give_up(desk, LIST(), "it was undone"))
}

#[test]
fn a_list_whose_takedown_was_undone_on_the_way_is_ended_and_the_case_can_be_closed() {
    let (mut world, channel) = half_sent(Fault::Before);
    world.reverse().unwrap();
    let refused = world.resume_sending(&channel).unwrap_err();
    assert_eq!(refused.code(), "notify/not-taken-down");
    let in_motion = world
        .as_("ines", |desk, _| cases::close(desk, CASE(), "done"))
        .unwrap_err();
    for hint in [refused.hint(), in_motion.hint()] {
        let hint = hint.unwrap();
        assert!(hint.contains("notify give-up nl-1"), "{hint}");
    }

    let ended = give_up(&mut world, "rana").unwrap();
    assert_eq!(ended.state(), "sent");
    let totals = notify::totals(&ended);
    assert_eq!((totals.sent, totals.suppressed, totals.waiting), (1, 3, 0));
    assert_eq!(channel.got().len(), 1, "nobody was told by ending it");
    world
        .as_("ines", |desk, _| cases::close(desk, CASE(), "done"))
        .unwrap();
    journal::verify(&world.store).unwrap();
}

#[test]
fn whoever_was_not_told_can_be_told_by_another_list_and_nobody_twice() {
    let (mut world, channel) = half_sent(Fault::Before);
    let already = world.plan_notices().unwrap_err();
    assert_eq!(already.code(), "notify/already-planned");
    assert!(already.hint().unwrap().contains("notify give-up nl-1"));
    world.reverse().unwrap();
    give_up(&mut world, "rana").unwrap();

    // Taken down anew, by another plan.
    let again = avert_model::PlanId::from_number(2);
    world
        .as_("ines", |desk, platform| {
            takedown::draft(
                desk,
                platform,
                CASE(),
                &Drafting::plain(OnFailure::Continue),
            )
        })
        .unwrap();
    world
        .as_("ines", |desk, _| takedown::submit(desk, again))
        .unwrap();
    let digest = takedown::show(&world.store, again)
        .unwrap()
        .header()
        .digest();
    world
        .as_("omar", |desk, _| {
            takedown::approve(desk, again, &common::assent(&digest, 72))
        })
        .unwrap();
    world
        .as_("rana", |desk, platform| {
            takedown::execute(desk, common::means(platform), again, &mut |_, _| {})
        })
        .unwrap();
    let telling = Telling {
        channel: "letters",
        fallback: &[],
        service: "Example Chat",
        addresses: &BTreeMap::new(),
        although_awake: false,
    };
    let second = world
        .as_("ines", |desk, _| notify::plan(desk, CASE(), &telling))
        .unwrap();
    let known: Vec<AccountId> = channel
        .delivered
        .borrow()
        .iter()
        .map(|(_, notice)| notice.account.clone())
        .collect();
    let notices = &second.header().notices;
    assert_eq!(notices.len(), 3);
    assert!(
        notices
            .iter()
            .all(|notice| !known.contains(&notice.account))
    );
}

#[test]
fn notices_of_which_nobody_knows_stay_in_doubt_until_a_person_says() {
    let mut world = World::ready_to_tell();
    let channel = FakeChannel::new(false);
    channel.fault.set(Some((1, Fault::After)));
    channel.stays.set(true);
    world.send(&channel).unwrap_err();
    let in_doubt = notify::totals(&world.list()).in_doubt;
    assert!(in_doubt > 0);
    world.reverse().unwrap();
    let list = give_up(&mut world, "rana").unwrap();
    assert_eq!(list.state(), "sending");
    let totals = notify::totals(&list);
    assert_eq!((totals.waiting, totals.in_doubt), (0, in_doubt));

    let open: Vec<AccountId> = list
        .header()
        .notices
        .iter()
        .filter(|notice| notice.phase == notify::NoticePhase::InDoubt)
        .map(|notice| notice.account.clone())
        .collect();
    for account in open {
        world
            .as_("rana", |desk, _| {
                notify::resolve(desk, LIST(), &account, Resolution::Sent, "she says so")
            })
            .unwrap();
    }
    assert_eq!(world.list().state(), "sent");
}

#[test]
fn giving_up_again_changes_nothing_and_what_has_not_begun_is_rejected_instead() {
    let mut world = World::ready_to_tell();
    let approved = give_up(&mut world, "rana").unwrap_err();
    assert_eq!(approved.code(), "notify/wrong-state");
    assert!(approved.hint().unwrap().contains("notify reject nl-1"));

    let (mut world, _) = half_sent(Fault::Before);
    let refused = give_up(&mut world, "ines").unwrap_err();
    assert_eq!(refused.code(), "people/role-missing");
    let begun = world
        .as_("omar", |desk, _| notify::reject(desk, LIST(), "no"))
        .unwrap_err();
    assert!(begun.hint().unwrap().contains("notify give-up nl-1"));
    let once = give_up(&mut world, "rana").unwrap();
    assert_eq!(give_up(&mut world, "rana").unwrap(), once);
}

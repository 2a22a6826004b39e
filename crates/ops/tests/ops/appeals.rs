//! Whoever was acted on may object, and somebody who did not approve it decides.

use avert_model::{AccountStatus, AppealId, Email, Explain as _, Outcome, SignedDuration};
use avert_ops::appeals::{
    self, Addressee, Appeal, AppealError, AppealFilter, AppealState, Decision, Heard, Intake,
    Taken, Told, Voice, Window,
};
use avert_ops::takedown::{OnFailure, Phase};

use crate::common::{self, FakeChannel, Fault, PLAN, World};

const FIRST: fn() -> AppealId = || AppealId::from_number(1);

fn taken_down() -> World {
    let mut world = World::approved(OnFailure::Continue);
    world.execute().unwrap();
    world
}

fn file(world: &mut World, account: &str, reference: &str) -> Result<Taken, AppealError> {
    let intake = Intake {
        plan: PLAN(),
        account: account.into(),
        reference: reference.into(),
        received_at: None,
        text: "I am a real person".into(),
    };
    world.as_("ines", |desk, _| {
        appeals::file(desk, &intake, Window::default())
    })
}

fn decide(world: &mut World, by: &str, decision: Decision) -> Result<Appeal, AppealError> {
    world.as_(by, |desk, platform| {
        appeals::decide(desk, platform, FIRST(), decision, "we looked again")
    })
}

#[test]
fn the_same_appeal_is_taken_in_once() {
    let mut world = taken_down();
    assert!(matches!(
        file(&mut world, "p1", "ticket-1").unwrap(),
        Taken::New(_)
    ));
    assert!(matches!(
        file(&mut world, "p1", "ticket-1").unwrap(),
        Taken::Known(_)
    ));
    assert_eq!(appeals::list(&world.store).unwrap().len(), 1);
}

#[test]
fn only_what_was_done_can_be_appealed() {
    let mut world = taken_down();
    for account in ["c1", "v1", "nobody"] {
        let refused = file(&mut world, account, "ticket-1").unwrap_err();
        assert_eq!(refused.code(), "appeal/not-acted-on", "{account}");
    }
    assert_eq!(
        file(&mut world, "p1", "").unwrap_err().code(),
        "appeal/no-reference"
    );
}

#[test]
fn appeals_are_taken_in_for_six_months_at_least() {
    let mut world = taken_down();
    world.now += SignedDuration::from_hours(24 * 180);
    file(&mut world, "p1", "ticket-1").unwrap();
    world.now += SignedDuration::from_hours(24 * 5);
    assert_eq!(
        file(&mut world, "p2", "ticket-2").unwrap_err().code(),
        "appeal/too-late"
    );
    assert_eq!(Window::of_days(1), Window::default());
}

#[test]
fn nobody_judges_their_own_work() {
    let mut world = taken_down();
    file(&mut world, "p1", "ticket-1").unwrap();
    let refused = decide(&mut world, "omar", Decision::Grant).unwrap_err();
    assert_eq!(refused.code(), "appeal/own-work");
    let refused = decide(&mut world, "ines", Decision::Grant).unwrap_err();
    assert_eq!(refused.code(), "people/role-missing");
}

#[test]
fn a_granted_appeal_puts_that_account_back_and_no_other() {
    let mut world = taken_down();
    file(&mut world, "p1", "ticket-1").unwrap();
    let granted = decide(&mut world, "ada", Decision::Grant).unwrap();
    assert_eq!(granted.state, AppealState::Granted);
    assert_eq!(world.platform.status("p1"), AccountStatus::Active);
    assert_eq!(world.platform.status("p2"), AccountStatus::Disabled);
    let effects = world.platform.effects.borrow().len();
    assert_eq!(decide(&mut world, "ada", Decision::Grant).unwrap(), granted);
    assert_eq!(world.platform.effects.borrow().len(), effects);
    let tallies = appeals::tallies(&world.store).unwrap();
    assert_eq!(tallies.len(), 1);
    assert_eq!((tallies[0].acted_on, tallies[0].granted), (3, 1));
    let labels = appeals::labels(&world.store).unwrap();
    assert_eq!(labels.len(), 1);
    assert!(!labels[0].hostile);
}

#[test]
fn an_account_that_had_changed_before_is_not_counted_as_acted_on() {
    let mut world = World::approved(OnFailure::Continue);
    world.platform.set("p2", AccountStatus::Disabled);
    world.execute().unwrap();
    let tallies = appeals::tallies(&world.store).unwrap();
    assert_eq!(tallies[0].acted_on, 2);
}

#[test]
fn an_account_that_was_decided_both_ways_has_both_labels() {
    let mut world = taken_down();
    file(&mut world, "p1", "ticket-1").unwrap();
    decide(&mut world, "ada", Decision::Reject).unwrap();
    file(&mut world, "p1", "ticket-2").unwrap();
    world
        .as_("ada", |desk, platform| {
            let second = avert_model::AppealId::from_number(2);
            appeals::decide(desk, platform, second, Decision::Grant, "a real choir")
        })
        .unwrap();
    let labels = appeals::labels(&world.store).unwrap();
    let hostile: Vec<bool> = labels.iter().map(|label| label.hostile).collect();
    assert_eq!(hostile, [false, true]);
}

#[test]
fn a_rejected_appeal_changes_nothing_and_is_not_decided_otherwise_later() {
    let mut world = taken_down();
    file(&mut world, "p1", "ticket-1").unwrap();
    let rejected = decide(&mut world, "ada", Decision::Reject).unwrap();
    assert_eq!(rejected.state, AppealState::Rejected);
    assert_eq!(world.platform.status("p1"), AccountStatus::Disabled);
    let refused = decide(&mut world, "ada", Decision::Grant).unwrap_err();
    assert_eq!(refused.code(), "appeal/decided");
    assert!(appeals::labels(&world.store).unwrap()[0].hostile);
}

#[test]
fn who_approved_it_once_does_not_judge_it_after_somebody_else_approved_it_anew() {
    let mut world = World::approved(OnFailure::Continue);
    world.platform.broken.borrow_mut().insert("p2".into());
    world.execute().unwrap_err();
    world.platform.broken.borrow_mut().clear();
    let digest = world.plan().header().digest();
    let signer = common::KeyOf("ada");
    let assent = avert_ops::review::Assent {
        signer: Some(&signer),
        ..common::assent(&digest, 72)
    };
    world
        .as_("ada", |desk, _| {
            avert_ops::takedown::approve(desk, PLAN(), &assent)
        })
        .unwrap();
    file(&mut world, "p1", "ticket-1").unwrap();
    for approver in ["omar", "ada"] {
        let refused = decide(&mut world, approver, Decision::Reject).unwrap_err();
        assert_eq!(refused.code(), "appeal/own-work", "{approver}");
    }
}

#[test]
fn a_reference_is_one_appeals_and_nobodys_else() {
    let mut world = taken_down();
    file(&mut world, "p1", "ticket-1").unwrap();
    let refused = file(&mut world, "p2", "ticket-1").unwrap_err();
    assert_eq!(refused.code(), "appeal/other-account");
    assert_eq!(appeals::list(&world.store).unwrap().len(), 1);
}

#[test]
fn what_was_granted_is_not_rejected_by_another_appeal() {
    let mut world = taken_down();
    file(&mut world, "p1", "ticket-1").unwrap();
    file(&mut world, "p1", "ticket-2").unwrap();
    decide(&mut world, "ada", Decision::Grant).unwrap();
    let second = AppealId::from_number(2);
    let mut decide_second = |decision, reason: &str| {
        world.as_("ada", |desk, platform| {
            appeals::decide(desk, platform, second, decision, reason)
        })
    };
    let refused = decide_second(Decision::Reject, "no").unwrap_err();
    assert_eq!(refused.code(), "appeal/granted-already");
    decide_second(Decision::Grant, "as the first").unwrap();
    let refused = decide_second(Decision::Grant, "in other words").unwrap_err();
    assert_eq!(refused.code(), "appeal/decided");
}

#[test]
fn it_does_not_stand_what_was_undone() {
    let mut world = taken_down();
    file(&mut world, "p1", "ticket-1").unwrap();
    world.reverse().unwrap();
    let refused = decide(&mut world, "ada", Decision::Reject).unwrap_err();
    assert_eq!(refused.code(), "appeal/is-back");
    decide(&mut world, "ada", Decision::Grant).unwrap();
}

#[test]
fn a_granted_appeal_is_heeded_by_a_takedown_that_is_not_over() {
    // One of three was not reached, and appeals: the others are acted on, and it is not.
    let mut world = World::approved(OnFailure::Continue);
    world.platform.broken.borrow_mut().insert("p1".into());
    world.execute().unwrap_err();
    world.platform.broken.borrow_mut().clear();
    file(&mut world, "p1", "ticket-1").unwrap();
    let granted = decide(&mut world, "ada", Decision::Grant).unwrap();
    assert_eq!(granted.state, AppealState::Granted);
    world.resume().unwrap();
    assert_eq!(world.platform.status("p1"), AccountStatus::Active);
    assert_eq!(world.platform.status("p2"), AccountStatus::Disabled);
    // The first share of a plan whose rest waits can appeal at once.
    let drafting = avert_ops::takedown::Drafting {
        rollout: avert_ops::takedown::Rollout {
            canary: Some(avert_ops::takedown::Canary {
                percent: 30,
                soak_minutes: 60,
            }),
            ..avert_ops::takedown::Rollout::default()
        },
        ..avert_ops::takedown::Drafting::plain(OnFailure::Continue)
    };
    let mut world = World::new().with_plan(&drafting);
    let plan = world.execute().unwrap();
    let mut steps = plan.header().steps.iter();
    let first = steps.find(|step| step.phase == Phase::Done).unwrap();
    let first = first.account.to_string();
    file(&mut world, &first, "ticket-1").unwrap();
    decide(&mut world, "ada", Decision::Grant).unwrap();
    assert_eq!(world.platform.status(&first), AccountStatus::Active);
    world.now += SignedDuration::from_hours(2);
    world.resume().unwrap();
    assert_eq!(world.platform.status(&first), AccountStatus::Active);
}

#[test]
fn a_dry_run_is_refused_as_the_decision_would_be() {
    let mut world = taken_down();
    file(&mut world, "p1", "ticket-1").unwrap();
    for (by, code) in [("omar", "appeal/own-work"), ("ines", "people/role-missing")] {
        let actor = common::actor(by);
        let refused = appeals::would_decide(&world.store, &actor, FIRST(), Decision::Reject, "no");
        assert_eq!(refused.unwrap_err().code(), code, "{by}");
    }
    let actor = common::actor("ada");
    appeals::would_decide(&world.store, &actor, FIRST(), Decision::Reject, "no").unwrap();
    assert_eq!(
        appeals::show(&world.store, FIRST()).unwrap().state,
        AppealState::Open
    );
}

#[test]
fn an_account_that_cannot_be_put_back_is_told_and_tried_again() {
    let mut world = taken_down();
    file(&mut world, "p1", "ticket-1").unwrap();
    world.platform.broken.borrow_mut().insert("p1".into());
    let stuck = decide(&mut world, "ada", Decision::Grant).unwrap_err();
    assert_eq!(stuck.code(), "appeal/not-put-back");
    assert!(matches!(stuck.outcome(), Outcome::PartWay { .. }));
    let plan = world.plan();
    let step = plan
        .header()
        .steps
        .iter()
        .find(|step| step.account.as_str() == "p1");
    assert_eq!(step.unwrap().phase, Phase::Stuck);
    world.platform.broken.borrow_mut().clear();
    let granted = decide(&mut world, "ada", Decision::Grant).unwrap();
    assert_eq!(granted.state, AppealState::Granted);
    assert_eq!(world.platform.status("p1"), AccountStatus::Active);
}

fn tell(world: &mut World, channel: &FakeChannel, resend: bool) -> Result<Appeal, AppealError> {
    let addressee = Addressee {
        email: Some(Email::new("p1@example.org")),
        language: Some("pl".into()),
    };
    world.as_("ada", |desk, _| {
        let voice = Voice {
            service: "Example Chat",
            channels: &[channel],
        };
        appeals::tell(desk, voice, &addressee, FIRST(), resend)
    })
}

fn decided(decision: Decision) -> World {
    let mut world = taken_down();
    file(&mut world, "p1", "ticket-1").unwrap();
    decide(&mut world, "ada", decision).unwrap();
    world
}

#[test]
fn an_outcome_is_told_once_in_the_persons_language() {
    for (decision, word) in [
        (Decision::Grant, "zostało uwzględnione"),
        (Decision::Reject, "nie zostało uwzględnione"),
    ] {
        let mut world = decided(decision);
        let channel = FakeChannel::new(false);
        let told = tell(&mut world, &channel, false).unwrap();
        assert_eq!(told.told, Some(Told::Sent));
        assert_eq!(told.receipt, "letter-0");
        tell(&mut world, &channel, false).unwrap();
        tell(&mut world, &channel, true).unwrap();
        let delivered = channel.delivered.borrow();
        let [(_, notice)] = delivered.as_slice() else {
            panic!("{} were delivered", delivered.len());
        };
        assert!(notice.subject.contains(word), "{}", notice.subject);
        assert!(notice.body.contains("we looked again"), "{}", notice.body);
    }
}

#[test]
fn nothing_is_told_of_an_appeal_that_nobody_has_decided() {
    let mut world = taken_down();
    file(&mut world, "p1", "ticket-1").unwrap();
    let channel = FakeChannel::new(true);
    let refused = tell(&mut world, &channel, false).unwrap_err();
    assert_eq!(refused.code(), "appeal/not-decided");
    assert_eq!(channel.calls.get(), 0);
}

#[test]
fn an_outcome_that_did_not_leave_is_tried_again() {
    let mut world = decided(Decision::Reject);
    let channel = FakeChannel::new(false);
    channel.fault.set(Some((0, Fault::Before)));
    let failed = tell(&mut world, &channel, false).unwrap_err();
    assert_eq!(failed.code(), "appeal/not-told");
    assert_eq!(appeals::show(&world.store, FIRST()).unwrap().told, None);
    tell(&mut world, &channel, false).unwrap();
    assert_eq!(channel.got()["p1"], 1);
}

#[test]
fn an_outcome_that_may_have_arrived_is_looked_up_and_never_sent_twice_by_itself() {
    for keeps_record in [true, false] {
        let mut world = decided(Decision::Grant);
        let channel = FakeChannel::new(keeps_record);
        channel.fault.set(Some((0, Fault::After)));
        tell(&mut world, &channel, false).unwrap_err();
        let appeal = appeals::show(&world.store, FIRST()).unwrap();
        assert_eq!(appeal.told, Some(Told::InDoubt));
        let again = tell(&mut world, &channel, false);
        if keeps_record {
            assert_eq!(again.unwrap().told, Some(Told::Sent));
        } else {
            assert_eq!(again.unwrap_err().code(), "appeal/in-doubt");
        }
        assert_eq!(channel.got()["p1"], 1);
        if !keeps_record {
            let resent = tell(&mut world, &channel, true).unwrap();
            assert_eq!(resent.told, Some(Told::Sent));
            assert_eq!(channel.got()["p1"], 2, "a person said so");
        }
    }
}

fn resolve(world: &mut World, heard: Heard) -> Result<Appeal, AppealError> {
    world.as_("ada", |desk, _| {
        appeals::resolve(desk, FIRST(), heard, "the relay's log says so")
    })
}

#[test]
fn a_person_says_what_became_of_an_outcome_where_no_channel_can_tell() {
    for heard in [Heard::Arrived, Heard::NotArrived] {
        let mut world = decided(Decision::Reject);
        let channel = FakeChannel::new(false);
        channel.fault.set(Some((0, Fault::After)));
        tell(&mut world, &channel, false).unwrap_err();
        let in_doubt = tell(&mut world, &channel, false).unwrap_err();
        assert!(in_doubt.hint().unwrap().contains("appeal resolve ap-1"));
        resolve(&mut world, heard).unwrap();
        let told = tell(&mut world, &channel, false).unwrap();
        assert_eq!(told.told, Some(Told::Sent));
        let mails = if heard == Heard::Arrived { 1 } else { 2 };
        assert_eq!(channel.got()["p1"], mails, "{heard:?}");
    }
}

#[test]
fn who_was_told_otherwise_is_not_told_again_and_nobody_is_told_who_waits_for_a_decision() {
    let mut world = decided(Decision::Reject);
    let refused = resolve(&mut world, Heard::NotArrived).unwrap_err();
    assert_eq!(refused.code(), "appeal/not-in-doubt");
    let resolved = resolve(&mut world, Heard::Arrived).unwrap();
    assert_eq!(resolve(&mut world, Heard::Arrived).unwrap(), resolved);
    let channel = FakeChannel::new(true);
    tell(&mut world, &channel, false).unwrap();
    assert_eq!(channel.calls.get(), 0);

    let mut world = taken_down();
    file(&mut world, "p1", "ticket-1").unwrap();
    let refused = resolve(&mut world, Heard::Arrived).unwrap_err();
    assert_eq!(refused.code(), "appeal/not-decided");
}

fn named(named: &'static str) -> FakeChannel {
    FakeChannel {
        named,
        ..FakeChannel::new(true)
    }
}

#[test]
fn a_doubt_is_asked_of_the_channel_that_it_is_about() {
    let mut world = decided(Decision::Reject);
    let first = named("first");
    first.fault.set(Some((0, Fault::After)));
    tell(&mut world, &first, false).unwrap_err();
    // Another channel knows nothing of it.
    let other = named("other");
    let refused = tell(&mut world, &other, false).unwrap_err();
    assert_eq!(refused.code(), "appeal/in-doubt");
    assert!(other.got().is_empty());
    assert_eq!(
        tell(&mut world, &first, false).unwrap().told,
        Some(Told::Sent)
    );
    assert_eq!(first.got()["p1"], 1);
}

#[test]
fn whom_no_channel_reaches_is_noted() {
    let mut world = decided(Decision::Reject);
    let channel = FakeChannel::new(true);
    channel.refuses.borrow_mut().insert("p1".into());
    let told = tell(&mut world, &channel, false).unwrap();
    assert_eq!(told.told, Some(Told::Undeliverable));
}

#[test]
fn no_outcome_is_told_while_everything_is_stopped() {
    let mut world = decided(Decision::Reject);
    world
        .as_("ines", |desk, _| avert_ops::freeze::freeze(desk, "wait"))
        .unwrap();
    let channel = FakeChannel::new(true);
    let refused = tell(&mut world, &channel, false).unwrap_err();
    assert_eq!(refused.code(), "appeal/frozen");
    assert_eq!(channel.calls.get(), 0);
}

#[test]
fn appeals_come_by_the_page_those_that_wait_first_and_each_once() {
    let mut world = taken_down();
    for account in ["p1", "p2", "p3"] {
        file(&mut world, account, &format!("ticket-{account}")).unwrap();
    }
    decide(&mut world, "ada", Decision::Reject).unwrap();
    let all = appeals::list(&world.store).unwrap();
    for limit in 1..=4 {
        let mut filter = AppealFilter {
            limit,
            ..AppealFilter::default()
        };
        let mut found = Vec::new();
        loop {
            let page = appeals::page(&world.store, &filter).unwrap();
            assert!(page.items.len() <= limit);
            found.extend(page.items);
            let Some(next) = page.next else { break };
            filter.after = Some(next.parse().unwrap());
        }
        assert_eq!(found, all, "by {limit}");
    }
    let of = |state, case| AppealFilter {
        state,
        case,
        limit: 10,
        ..AppealFilter::default()
    };
    let count = |filter| appeals::page(&world.store, &filter).unwrap().items.len();
    assert_eq!(count(of(Some(AppealState::Open), None)), 2);
    assert_eq!(count(of(None, Some(common::CASE()))), 3);
    assert_eq!(
        count(of(None, Some(avert_model::CaseId::from_number(9)))),
        0
    );
}

//! What a case no longer needs goes, and the proof that it existed stays.

use avert_model::{CaseId, CaseState, Explain as _, Relation, SignedDuration, Tlp};
use avert_ops::appeals::{self, Decision, Heard, Intake, Window};
use avert_ops::notify::NoticeList;
use avert_ops::people::{People, Person, Role, Signatures};
use avert_ops::purge::{self, Keep, PurgeError, Purged};
use avert_ops::takedown::{OnFailure, Plan};
use avert_ops::{cases, dossier, findings, intel, journal, notify, takedown};

use crate::common::{self, CASE, FakeChannel, Ground, LIST, PLAN, World, finding_id, key_of};

/// A case that went all the way and is closed, with somebody who may purge.
fn closed() -> World {
    closed_through(World::ready_to_tell(), &FakeChannel::new(true))
}

fn closed_through(world: World, channel: &FakeChannel) -> World {
    let mut world = world;
    world.send(channel).unwrap();
    world
        .as_("ines", |desk, _| {
            cases::note(desk, CASE(), "Jane asked about p1")
        })
        .unwrap();
    let intake = Intake {
        plan: PLAN(),
        account: "p1".into(),
        reference: "ticket-1".into(),
        received_at: None,
        text: "I am Jane".into(),
    };
    world
        .as_("ines", |desk, _| {
            appeals::file(desk, &intake, Window::default())
        })
        .unwrap();
    world
        .as_("ines", |desk, _| cases::close(desk, CASE(), "over"))
        .unwrap();
    let person = |name: &str, roles: &[Role]| {
        let person = Person {
            roles: roles.iter().copied().collect(),
            keys: vec![key_of(name).public_key().clone()],
            ..Person::default()
        };
        (name.to_owned(), person)
    };
    world.people = People::new(
        [
            person("olga", &[Role::Operator]),
            person("ada", &[Role::Approver]),
            person("ines", &[Role::Investigator]),
        ],
        Signatures::Required,
    );
    world
}

fn decide(world: &mut World) {
    world
        .as_("ada", |desk, platform| {
            let first = avert_model::AppealId::from_number(1);
            appeals::decide(desk, platform, first, Decision::Reject, "Jane is no person")
        })
        .unwrap();
}

fn tell(world: &mut World) {
    let first = avert_model::AppealId::from_number(1);
    world
        .as_("ada", |desk, _| {
            appeals::resolve(desk, first, Heard::Arrived, "told on the phone")
        })
        .unwrap();
}

/// After half a year, with nothing left to do.
fn ripe() -> World {
    ripened(closed())
}

fn ripened(world: World) -> World {
    let mut world = world;
    decide(&mut world);
    tell(&mut world);
    world.now += SignedDuration::from_hours(24 * 185);
    world
}

fn purge(world: &mut World, by: &str) -> Result<Purged, PurgeError> {
    world.as_(by, |desk, _| {
        purge::purge(desk, CASE(), Keep::of_days(0, Window::default()))
    })
}

#[test]
fn nothing_goes_before_its_time() {
    let mut world = closed();
    assert_eq!(
        purge(&mut world, "ines").unwrap_err().code(),
        "people/role-missing"
    );
    assert_eq!(
        purge(&mut world, "olga").unwrap_err().code(),
        "purge/too-early"
    );
    world.now += SignedDuration::from_hours(24 * 185);
    assert_eq!(
        purge(&mut world, "olga").unwrap_err().code(),
        "purge/open-appeals"
    );
    let keep = Keep::of_days(0, Window::default());
    decide(&mut world);
    assert_eq!(
        purge(&mut world, "olga").unwrap_err().code(),
        "purge/open-appeals",
        "nobody has told them"
    );
    let (goes, refused) = purge::would_purge(&world.store, CASE(), keep, world.now).unwrap();
    assert_eq!(refused.unwrap().code(), "purge/open-appeals");
    assert!(goes.exhibits > 0 && goes.addresses == 3 && goes.notes == 1);
}

#[test]
fn what_goes_is_gone_and_what_proves_it_stays() {
    let mut world = closed();
    let mut hashes = Vec::new();
    takedown::exhibits(&world.store, PLAN(), |kept| {
        assert!(kept.body.is_some());
        hashes.push(kept.hash);
        Ok(())
    })
    .unwrap();
    decide(&mut world);
    tell(&mut world);
    world.now += SignedDuration::from_hours(24 * 185);
    let purged = purge(&mut world, "olga").unwrap();
    assert_eq!(purged.exhibits, hashes.len() as u64);
    let mut left = Vec::new();
    takedown::exhibits(&world.store, PLAN(), |kept| {
        assert!(kept.body.is_none() && kept.intact);
        left.push(kept.hash);
        Ok(())
    })
    .unwrap();
    assert_eq!(left, hashes, "the hashes stay");
    let list = notify::show(&world.store, LIST()).unwrap();
    assert!(
        list.header()
            .notices
            .iter()
            .all(|notice| notice.email.is_none())
    );
    assert_eq!(notify::totals(&list).sent, 4, "what was done stays");
    let finding = findings::show(&world.store, &finding_id()).unwrap();
    assert!(finding.contacts.is_empty());
    assert_eq!(
        finding.members.len(),
        5,
        "they are still never told anything"
    );
    let case = cases::show(&world.store, CASE()).unwrap();
    assert!(case.notes.iter().all(|note| note.text.is_empty()));
    let appeal = &appeals::list(&world.store).unwrap()[0];
    assert!(appeal.text.is_empty() && appeal.reason.is_empty());
    let mut told = String::new();
    journal::show(&world.store, None, |row| told.push_str(&row.detail)).unwrap();
    assert!(!told.contains("Jane"), "{told}");
    journal::verify(&world.store).unwrap();
    assert_eq!(purge(&mut world, "olga").unwrap(), Purged::default());
}

#[test]
fn a_purged_case_is_linked_to_nothing_and_the_object_stays() {
    let mut world = closed();
    let object = common::hold(&mut world.store, "intrusion-set", Some("Example Set"));
    let linking = common::linking(&object, Relation::AttributedTo);
    world
        .as_("ines", |desk, _| cases::link(desk, CASE(), &linking))
        .unwrap();
    let mut world = ripened(world);
    let keep = Keep::of_days(0, Window::default());
    let (goes, _) = purge::would_purge(&world.store, CASE(), keep, world.now).unwrap();
    assert_eq!(goes.links, 1);
    assert_eq!(purge(&mut world, "olga").unwrap().links, 1);
    assert_eq!(cases::links(&world.store, CASE()).unwrap(), []);
    assert!(intel::newest(&world.store, &object).unwrap().is_some());
    let mut told = String::new();
    journal::show(&world.store, None, |row| told.push_str(&row.detail)).unwrap();
    assert!(
        told.contains(&object) && !told.contains("example.org/report"),
        "{told}"
    );
    assert_eq!(purge(&mut world, "olga").unwrap(), Purged::default());
}

#[test]
fn what_people_and_servers_said_goes_wherever_it_stands() {
    let ground = Ground::new();
    let channel = FakeChannel::new(true);
    channel.refuses.borrow_mut().insert("c1".into());
    let world = World::on(ground.open()).with_approval(OnFailure::Continue);
    let mut world = ripened(closed_through(world.with_list(), &channel));
    ground.alter(
        "UPDATE notices SET note = 'resolved by ravi: Jane called' WHERE account = 'c2'; \
         INSERT INTO plans (id, case_id, platform, on_failure, state, body) VALUES \
         (2, 1, 'chat.example.org', '\"continue\"', 'rejected', '{\"approval\":null,\"ending\":null,\"reason\":\"Jane is real\"}'); \
         INSERT INTO notice_lists (id, case_id, plan_id, channel, service, accounts_acted_on, although_awake, \
         left_out, state, body) VALUES \
         (2, 1, 1, 'letters', 'Chat', 3, 0, 0, 'rejected', '{\"approval\":null,\"reason\":\"Jane knows\"}')",
    );
    let note = |world: &World, account: &str| -> String {
        let list = notify::show(&world.store, LIST()).unwrap();
        let mut notices = list.header().notices.iter();
        let notice = notices.find(|notice| notice.account.as_str() == account);
        notice.unwrap().note.clone()
    };
    assert!(!note(&world, "c1").is_empty());
    let receipt = note(&world, "c3");
    assert!(!receipt.is_empty());
    // Two notices, two reasons of refusals, why it was closed, and who said that the outcome arrived.
    assert_eq!(purge(&mut world, "olga").unwrap().words, 6);
    assert_eq!(note(&world, "c1") + &note(&world, "c2"), "");
    assert_eq!(
        note(&world, "c3"),
        receipt,
        "a channel's receipt is nobody's words"
    );
    let case = cases::show(&world.store, CASE()).unwrap();
    assert!(matches!(case.state, CaseState::Closed { reason, .. } if reason.is_empty()));
    assert!(appeals::list(&world.store).unwrap()[0].receipt.is_empty());
    let plans = takedown::list(&world.store, CASE()).unwrap();
    assert!(matches!(&plans[1], Plan::Rejected(plan) if plan.reason.is_empty()));
    let lists = notify::list(&world.store, CASE()).unwrap();
    assert!(matches!(&lists[1], NoticeList::Rejected(list) if list.reason.is_empty()));
    assert_eq!(purge(&mut world, "olga").unwrap(), Purged::default());
}

#[test]
fn what_is_left_says_that_there_was_more_and_which_digest_was_approved() {
    let mut world = ripe();
    let told = |world: &World| dossier::dossier(&world.store, CASE(), &common::noon()).unwrap();
    let before = told(&world);
    assert_eq!(before.purged_at, None);
    purge(&mut world, "olga").unwrap();
    let after = told(&world);
    assert_eq!(after.purged_at, Some(world.now));
    assert_eq!(after.notice_lists[0].digest, before.notice_lists[0].digest);
    let finding = findings::show(&world.store, &finding_id()).unwrap();
    let at = purge::finding_purged_at(&world.store, &finding).unwrap();
    assert_eq!(at, Some(world.now));
}

#[test]
fn what_two_cases_share_stays_while_an_appeal_is_open_in_the_other() {
    let mut world = closed();
    let other = again(&mut world);
    world
        .as_("ines", |desk, _| cases::close(desk, other, "over"))
        .unwrap();
    world.now += SignedDuration::from_hours(24 * 185);
    let keep = Keep::of_days(0, Window::default());
    // The first still has an appeal that nobody decided: it needs what the other shares with it.
    let purged = world.as_("olga", |desk, _| purge::purge(desk, other, keep));
    assert_eq!(purged.unwrap().findings, 0);
    assert!(contacts(&world) > 0);
    decide(&mut world);
    tell(&mut world);
    let purged = world.as_("olga", |desk, _| purge::purge(desk, other, keep));
    assert_eq!(purged.unwrap().findings, 1);
}

/// Another case about the same finding.
fn again(world: &mut World) -> CaseId {
    let finding = [finding_id()];
    let opened = world.as_("ines", |desk, _| {
        cases::open(desk, &finding, None, Tlp::Amber)
    });
    opened.unwrap().id
}

fn contacts(world: &World) -> usize {
    let finding = findings::show(&world.store, &finding_id()).unwrap();
    finding.contacts.len()
}

#[test]
fn what_two_cases_share_goes_with_the_last_of_them() {
    let mut world = ripe();
    let other = again(&mut world);
    let first = purge(&mut world, "olga").unwrap();
    assert_eq!(first.findings, 0, "{first:?}");
    assert!(contacts(&world) > 0);
    world
        .as_("ines", |desk, _| cases::close(desk, other, "over"))
        .unwrap();
    assert_eq!(
        purge(&mut world, "olga").unwrap().findings,
        0,
        "it is kept still"
    );
    world.now += SignedDuration::from_hours(24 * 185);
    // The first can be purged once more, or the other: what they share has become nobody's.
    assert_eq!(purge(&mut world, "olga").unwrap().findings, 1);
    assert_eq!(contacts(&world), 0);
}

#[test]
fn a_finding_that_was_emptied_and_is_found_anew_is_whole_again_and_can_go_again() {
    let mut world = ripe();
    let found = findings::show(&world.store, &finding_id()).unwrap();
    let found = common::finding_set(finding_id(), found.members, found.contacts);
    purge(&mut world, "olga").unwrap();
    assert_eq!(contacts(&world), 0);
    findings::keep(&mut world.store, &found, &common::noon()).unwrap();
    assert!(contacts(&world) > 0);
    let expected = Purged {
        findings: 1,
        ..Purged::default()
    };
    assert_eq!(purge(&mut world, "olga").unwrap(), expected);
    assert_eq!(contacts(&world), 0);
}

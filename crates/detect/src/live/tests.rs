//! What is watched comes to what a search of the same events finds.

use std::collections::BTreeMap;

use avert_events::ActionRow;
use avert_model::{AccountId, Action, FindingSet, MemberKind, SnapshotId, Timestamp};

use super::{Change, Live, Untaken};
use crate::tests::platform::Platform;
use crate::{DETECTOR, Known, Settings};

/// A network for comparing: who is in it, as what, proposed or not, and how surely (in millionths).
type Seen = Vec<(AccountId, MemberKind, bool, String)>;

fn in_millionths(probability: avert_model::Probability) -> String {
    format!("{:.6}", probability.get())
}

fn watched(live: &Live) -> Vec<Seen> {
    let mut networks: Vec<Seen> = live
        .networks()
        .map(|network| {
            let members = network.members.iter();
            let mut seen: Seen = members
                .map(|one| {
                    let sure = in_millionths(one.probability);
                    (one.account.clone(), one.kind, one.proposed, sure)
                })
                .collect();
            seen.sort();
            seen
        })
        .collect();
    networks.sort();
    networks
}

fn searched(platform: &Platform, known: &Known) -> Vec<Seen> {
    let snapshot = SnapshotId::from_digest(&"7".repeat(64)).unwrap();
    let settings = Settings::default();
    let world = platform.world();
    let found = crate::run::search(
        &world,
        &snapshot,
        "small",
        known,
        &settings,
        &mut |_, _, _| {},
    );
    of_co_action(&found.findings)
}

fn of_co_action(found: &FindingSet) -> Vec<Seen> {
    let own = found.findings.iter().filter(|one| one.detector == DETECTOR);
    let mut networks: Vec<Seen> = own
        .map(|finding| {
            let members = finding.members.iter();
            let mut seen: Seen = members
                .map(|one| {
                    let sure = in_millionths(one.probability);
                    (one.account.clone(), one.kind, one.proposed, sure)
                })
                .collect();
            seen.sort();
            seen
        })
        .collect();
    networks.sort();
    networks
}

/// Ordinary people, offices, families, recruiters, and cells of both kinds.
fn everything() -> Platform {
    let mut platform = Platform::of_ordinary_people();
    platform.add_family();
    platform.add_office();
    platform.add_recruiters();
    platform.add_careless_cell();
    platform.add_careful_cell();
    platform
}

fn in_order_of_time(platform: &Platform) -> Vec<Action> {
    let mut actions = platform.actions.clone();
    actions.sort_by_key(|action| action.at);
    actions
}

fn watch(platform: &Platform, known: &Known, actions: &[Action], at_once: usize) -> Live {
    let mut live = Live::new(known.clone(), Settings::default()).unwrap();
    for account in &platform.accounts {
        live.account(account).unwrap();
    }
    for some in actions.chunks(at_once) {
        for action in some {
            live.action(&ActionRow::from(action)).unwrap();
        }
        live.update();
    }
    live.settle();
    live
}

#[test]
fn what_is_watched_comes_to_what_a_search_finds() {
    let platform = everything();
    let nothing = Known::nothing();
    let searched = searched(&platform, &nothing);
    assert!(searched.len() >= 2, "two cells at least");
    let actions = in_order_of_time(&platform);
    for at_once in [1_000_000, 997, 50] {
        let live = watch(&platform, &nothing, &actions, at_once);
        assert_eq!(watched(&live), searched, "{at_once} events at once");
    }
}

#[test]
fn the_order_in_which_events_come_does_not_matter() {
    let platform = everything();
    let nothing = Known::nothing();
    let searched = searched(&platform, &nothing);
    let mut actions = in_order_of_time(&platform);
    actions.reverse();
    assert_eq!(
        watched(&watch(&platform, &nothing, &actions, 500)),
        searched
    );
    actions.sort_by_key(|action| {
        blake3::hash(format!("{action:?}").as_bytes())
            .to_hex()
            .to_string()
    });
    assert_eq!(
        watched(&watch(&platform, &nothing, &actions, 300)),
        searched
    );
}

#[test]
fn accounts_may_be_told_of_before_or_after_they_act_and_change() {
    let platform = everything();
    let nothing = Known::nothing();
    let mut live = Live::new(nothing.clone(), Settings::default()).unwrap();
    for some in in_order_of_time(&platform).chunks(2_000) {
        for action in some {
            live.action(&ActionRow::from(action)).unwrap();
        }
        live.update();
    }
    for account in &platform.accounts {
        let mut before = account.clone();
        before.avatar = Some("ffffffffffffffff".to_owned());
        before.email = Some(avert_model::Email::new(
            "somebody@mail.example.org".to_owned(),
        ));
        live.account(&before).unwrap();
    }
    live.update();
    for account in &platform.accounts {
        live.account(account).unwrap();
    }
    live.settle();
    assert_eq!(watched(&live), searched(&platform, &nothing));
}

#[test]
fn an_account_that_was_taken_over_is_seen_as_one() {
    let mut platform = everything();
    let victim = platform.add_compromised();
    let nothing = Known::nothing();
    let searched = searched(&platform, &nothing);
    let is_victim = |one: &&(AccountId, MemberKind, bool, String)| one.0 == victim;
    let seen = searched.iter().flatten().find(is_victim).unwrap();
    assert_eq!(seen.1, MemberKind::Compromised);
    let actions = in_order_of_time(&platform);
    assert_eq!(
        watched(&watch(&platform, &nothing, &actions, 100)),
        searched
    );
}

#[test]
fn seeds_hubs_and_cleared_accounts_count_as_in_a_search() {
    let mut platform = everything();
    platform.add_newcomers_on_one_machine();
    let actions = in_order_of_time(&platform);
    let parse = |text: &str| crate::Seeds::parse(text, "list").unwrap();
    let hostile = Known {
        hostile: parse("zb03\ndevice:cell-laptop"),
        ..Known::nothing()
    };
    let hubs = Known {
        hubs: parse("device:cell-laptop\nip:192.0.2.77\nza01"),
        ..Known::nothing()
    };
    let cleared = Known {
        cleared: parse("za02\nzb01"),
        ..Known::nothing()
    };
    for known in [hostile, hubs, cleared] {
        let searched = searched(&platform, &known);
        assert_ne!(searched, self::searched(&platform, &Known::nothing()));
        assert_eq!(watched(&watch(&platform, &known, &actions, 700)), searched);
    }
}

#[test]
fn what_is_forgotten_was_never_there() {
    let platform = everything();
    let nothing = Known::nothing();
    let actions = in_order_of_time(&platform);
    let last = actions.last().unwrap().at.unwrap();
    for kept_days in [30, 60, 75] {
        let horizon = last.as_microsecond() - kept_days * crate::input::DAY;
        let horizon = Timestamp::from_microsecond(horizon).unwrap();
        let mut live = watch(&platform, &nothing, &actions, 3_000);
        // In steps, as days go by.
        for days in (0..=kept_days).rev().map(|step| step + kept_days) {
            let step = last.as_microsecond() - days * crate::input::DAY;
            live.forget_before(Timestamp::from_microsecond(step).unwrap());
            live.update();
        }
        live.forget_before(horizon);
        live.settle();
        let midnight = horizon.as_microsecond().div_euclid(crate::input::DAY) * crate::input::DAY;
        let mut left = everything();
        left.actions
            .retain(|action| action.at.unwrap().as_microsecond() >= midnight);
        assert_eq!(live.watched().actions, left.actions.len() as u64);
        assert_eq!(
            watched(&live),
            searched(&left, &nothing),
            "{kept_days} days"
        );
        let old = ActionRow::from(&actions[0]);
        assert_eq!(live.action(&old), Err(Untaken::TooOld));
    }
}

#[test]
fn an_action_without_a_time_is_not_taken() {
    let mut live = Live::new(Known::nothing(), Settings::default()).unwrap();
    let row = ActionRow::new("a", avert_model::Verb::SignIn);
    assert_eq!(live.action(&row), Err(Untaken::NoTime));
    assert_eq!(live.watched(), super::Watched::default());
}

/// Feeds actions with ten updates a day, and keeps what was told.
fn told(live: &mut Live, actions: &[Action]) -> Vec<Change> {
    let mut told = Vec::new();
    for some in actions.chunks(200) {
        for action in some {
            live.action(&ActionRow::from(action)).unwrap();
        }
        told.extend(live.update());
    }
    told
}

/// The networks that somebody has in mind who heard every change and nothing else.
fn heard(told: &[Change]) -> BTreeMap<u64, Vec<AccountId>> {
    let mut networks = BTreeMap::new();
    for change in told {
        match change {
            Change::Opened { network, .. } | Change::Updated { network, .. } => {
                networks.insert(network.number, ids(network));
            }
            Change::Merged { network, absorbed } => {
                for number in absorbed {
                    assert!(
                        networks.remove(number).is_some(),
                        "{number} was never told of"
                    );
                }
                networks.insert(network.number, ids(network));
            }
            Change::Retracted { number, members } => {
                let known = networks.remove(number).unwrap();
                assert_eq!(&known, members);
            }
        }
    }
    networks
}

fn ids(network: &super::LiveNetwork) -> Vec<AccountId> {
    let mut ids: Vec<AccountId> = network
        .members
        .iter()
        .map(|one| one.account.clone())
        .collect();
    ids.sort();
    ids
}

#[test]
fn who_hears_every_change_knows_every_network() {
    let platform = everything();
    let mut live = Live::new(Known::nothing(), Settings::default()).unwrap();
    for account in &platform.accounts {
        live.account(account).unwrap();
    }
    let mut all = told(&mut live, &in_order_of_time(&platform));
    all.extend(live.settle());
    let expected: BTreeMap<u64, Vec<AccountId>> = live
        .networks()
        .map(|network| (network.number, ids(network)))
        .collect();
    assert_eq!(heard(&all), expected);
    assert!(expected.len() >= 2);
    assert_eq!(live.settle(), [], "what was told is not told again");
}

#[test]
fn clearing_an_account_takes_it_out_and_clearing_all_retracts_the_network() {
    let platform = everything();
    let actions = in_order_of_time(&platform);
    let mut live = watch(&platform, &Known::nothing(), &actions, 5_000);
    live.clear(&AccountId::from("za03"));
    let changes = live.update();
    let [Change::Updated { left, joined, .. }] = changes.as_slice() else {
        panic!("one network changed: {changes:?}");
    };
    assert_eq!(
        (left.as_slice(), joined.len()),
        (&[AccountId::from("za03")][..], 0)
    );
    for number in [0, 1, 2, 4, 5] {
        live.clear(&AccountId::from(format!("za{number:02}").as_str()));
    }
    let changes = live.update();
    let [Change::Retracted { members, .. }] = changes.as_slice() else {
        panic!("the network is gone: {changes:?}");
    };
    assert_eq!(members.len(), 5);
}

/// Everything, watched, with the careless cell taken down.
fn careless_cell_taken_down() -> Live {
    let platform = everything();
    let actions = in_order_of_time(&platform);
    let mut live = watch(&platform, &Known::nothing(), &actions, 5_000);
    for number in 0..6 {
        let id = AccountId::from(format!("za{number:02}").as_str());
        live.taken_down(&id, "case-1 (careless)");
    }
    live.update();
    live
}

/// What is told of networks that somebody is said to come back with.
fn returns(live: &Live) -> Vec<&super::LiveNetwork> {
    let networks = live.networks();
    networks
        .filter(|network| !network.return_of.is_empty())
        .collect()
}

#[test]
fn where_nobody_came_back_nothing_is_a_return_and_nobody_is_proposed_again() {
    let mut live = careless_cell_taken_down();
    live.settle();
    assert_eq!(returns(&live), Vec::<&super::LiveNetwork>::new());
    let mut known = 0;
    for member in live.networks().flat_map(|network| &network.members) {
        let was_taken_down = member.account.as_str().starts_with("za");
        let case = was_taken_down.then_some("case-1 (careless)");
        assert_eq!(member.taken_down.as_deref(), case);
        assert!(!(was_taken_down && member.proposed));
        known += u32::from(was_taken_down);
    }
    assert_eq!(known, 6, "they are known members, and told as such");
}

#[test]
fn who_comes_back_with_new_accounts_is_recognised() {
    let mut live = careless_cell_taken_down();
    let mut later = Platform::empty();
    for name in ["zy00", "zy01"] {
        later.account(name, 81);
        later.sign_in(name, 82, "192.0.2.99", "cell-laptop");
        later.sign_in(name, 84, "192.0.2.99", "cell-laptop");
        for number in 0..8 {
            let target = crate::tests::platform::person(500 + 4 * number);
            later.to(avert_model::Verb::RequestContact, name, &target, 85);
            let mut lure = later.actions.last().unwrap().clone();
            lure.verb = avert_model::Verb::ShareLink;
            lure.object = Some("https://papers.example.org/agenda.doc".to_owned());
            later.actions.push(lure);
        }
    }
    for account in &later.accounts {
        live.account(account).unwrap();
    }
    told(&mut live, &in_order_of_time(&later));
    let [back] = returns(&live)[..] else {
        panic!("one network came back, and the other cell is nobody's return");
    };
    assert!(ids(back).contains(&AccountId::from("zy00")));
    assert_eq!(back.return_of, ["case-1 (careless)"]);
    let proposed: Vec<&str> = back
        .members
        .iter()
        .filter(|member| member.proposed)
        .map(|member| member.account.as_str())
        .collect();
    assert!(proposed.contains(&"zy00"), "{proposed:?}");
}

#[test]
fn who_shares_one_address_with_a_network_taken_down_is_not_its_return() {
    let mut live = careless_cell_taken_down();
    let mut later = Platform::empty();
    // Honest people, and one of another network.
    for name in ["p0007", "p0008", "p0100", "zb00"] {
        later.sign_in(name, 82, "192.0.2.77", name);
        later.sign_in(name, 84, "192.0.2.77", name);
    }
    told(&mut live, &in_order_of_time(&later));
    live.settle();
    let other = live
        .networks()
        .find(|network| ids(network).contains(&AccountId::from("zb00")));
    assert!(other.is_some(), "the other cell is a network still");
    assert_eq!(returns(&live), Vec::<&super::LiveNetwork>::new());
}

#[test]
fn pictures_are_grouped_as_in_a_list_however_they_come_and_go() {
    use super::pictures::Pictures;
    use crate::trace::avatar::groups;
    let mut dice = 1_u64;
    let mut roll = |bound: u64| {
        dice = dice
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(99_991);
        (dice >> 33) % bound
    };
    let mut pictures = Pictures::default();
    let mut has: BTreeMap<u32, String> = BTreeMap::new();
    let mut places = std::collections::BTreeSet::new();
    for _ in 0..400 {
        let account = u32::try_from(roll(40)).unwrap();
        // Chains of small changes to three pictures, so that groups touch and fall apart.
        let bits = [0_u64, 0x00ff_00ff, 0xffff_0000_0000][usize::try_from(roll(3)).unwrap()];
        let flipped = (0..roll(7)).fold(bits, |bits, _| bits ^ (1 << roll(12)));
        let new = (roll(4) > 0).then(|| format!("{flipped:016x}"));
        let old = has.remove(&account);
        let changed = pictures.change(account, old.as_deref(), new.as_deref());
        for (place, came) in changed {
            assert!(if came {
                places.insert(place)
            } else {
                places.remove(&place)
            });
        }
        has.extend(new.map(|new| (account, new)));
        let (accounts, hashes): (Vec<u32>, Vec<&str>) = has
            .iter()
            .map(|(account, hash)| (*account, hash.as_str()))
            .unzip();
        let listed: Vec<Vec<u32>> = groups(&hashes)
            .into_iter()
            .map(|group| group.into_iter().map(|index| accounts[index]).collect())
            .collect();
        let mut kept: BTreeMap<u64, Vec<u32>> = BTreeMap::new();
        for (group, account) in &places {
            kept.entry(*group).or_default().push(*account);
        }
        let mut kept: Vec<Vec<u32>> = kept.into_values().collect();
        kept.sort();
        assert_eq!(kept, listed);
    }
}

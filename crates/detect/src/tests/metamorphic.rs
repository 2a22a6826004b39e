//! What must not matter: the order of rows, names, the clock; and what honest people can only add to.

use std::collections::{BTreeMap, BTreeSet};

use avert_model::{Account, AccountId, FindingSet, MemberKind, Timestamp};
use proptest::prelude::*;

use super::platform::Platform;
use super::search;

/// A platform with everything on it.
fn full() -> Platform {
    let mut platform = Platform::of_ordinary_people();
    platform.add_family();
    platform.add_office();
    platform.add_recruiters();
    platform.add_careless_cell();
    platform.add_careful_cell();
    platform.add_compromised();
    platform
}

/// A platform where some come to the same things nearly at once, and nothing else ties them.
fn of_posters() -> Platform {
    let mut platform = Platform::of_ordinary_people();
    platform.add_posters();
    platform
}

/// Puts the rows in another order.
fn shuffle(platform: &mut Platform, seed: u64) {
    let mut dice = seed;
    for place in (1..platform.actions.len()).rev() {
        dice = dice.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        let other = usize::try_from(dice >> 33).unwrap() % (place + 1);
        platform.actions.swap(place, other);
    }
}

/// Another name. An odd factor keeps names apart and shuffles their order.
fn other_name(account: &AccountId, factor: u64) -> AccountId {
    let number = account.as_str().bytes().fold(0_u64, |sum, byte| {
        sum.wrapping_mul(131).wrapping_add(u64::from(byte))
    });
    AccountId::new(format!("{:020}", number.wrapping_mul(2 * factor + 1)))
}

fn rename(platform: &mut Platform, factor: u64) {
    let name = |account: &AccountId| other_name(account, factor);
    for account in &mut platform.accounts {
        account.id = name(&account.id);
    }
    for action in &mut platform.actions {
        action.account = name(&action.account);
        action.target = action.target.as_ref().map(name);
    }
}

/// Puts every clock ahead or back.
fn shift(platform: &mut Platform, seconds: i64) {
    let shifted = |at: Timestamp| Timestamp::from_second(at.as_second() + seconds).unwrap();
    for account in &mut platform.accounts {
        account.created_at = account.created_at.map(shifted);
    }
    for action in &mut platform.actions {
        action.at = action.at.map(shifted);
    }
}

/// Who is taken for what, how surely to a millionth, by network.
type Networks = BTreeSet<BTreeMap<AccountId, (MemberKind, bool, String)>>;

fn networks(found: &FindingSet) -> Networks {
    let networks = found.findings.iter().map(|finding| {
        let members = finding.members.iter().map(|member| {
            let sure = format!("{:.6}", member.probability.get());
            (member.account.clone(), (member.kind, member.proposed, sure))
        });
        members.collect()
    });
    networks.collect()
}

/// The same, after every account was given another name.
fn renamed(networks: &Networks, name: impl Fn(&AccountId) -> AccountId) -> Networks {
    let networks = networks.iter().map(|network| {
        let members = network.iter();
        members
            .map(|(account, seen)| (name(account), seen.clone()))
            .collect()
    });
    networks.collect()
}

#[test]
fn the_platform_of_these_tests_has_networks() {
    let networks = networks(&search(&full()));
    assert_eq!(networks.len(), 2);
    let members = networks.iter().flat_map(BTreeMap::values);
    assert!(
        members
            .clone()
            .any(|seen| seen.0 == MemberKind::Compromised)
    );
    assert!(members.filter(|seen| seen.1).count() >= 10);
}

#[test]
fn the_platform_of_posters_has_a_network_by_timing() {
    let mut platform = Platform::of_ordinary_people();
    let cell = platform.add_posters();
    let found = search(&platform);
    let [finding] = &found.findings[..] else {
        panic!("one network, not {}", found.findings.len());
    };
    assert_eq!(finding.detector, "timing");
    let members: BTreeSet<_> = finding.members.iter().map(|one| &one.account).collect();
    assert_eq!(members, cell.iter().collect());
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, ..ProptestConfig::default() })]

    #[test]
    fn rows_in_any_order_give_the_same_bytes(seed: u64) {
        let mut platform = full();
        let told = serde_json::to_string(&search(&platform)).unwrap();
        shuffle(&mut platform, seed);
        prop_assert_eq!(serde_json::to_string(&search(&platform)).unwrap(), told);
    }

    #[test]
    fn accounts_of_other_names_are_the_same_networks(factor in 1_u64..1_000_000) {
        let mut platform = full();
        let before = networks(&search(&platform));
        rename(&mut platform, factor);
        let name = |account: &AccountId| other_name(account, factor);
        prop_assert_eq!(networks(&search(&platform)), renamed(&before, name));
    }

    #[test]
    fn clocks_that_are_all_ahead_or_behind_give_the_same_networks(seconds in -170_000_000_i64..86_000_000) {
        let mut platform = full();
        let before = networks(&search(&platform));
        shift(&mut platform, seconds);
        prop_assert_eq!(networks(&search(&platform)), before);
    }

    #[test]
    fn more_honest_people_take_nothing_from_what_is_known_of_personas(circles in 1_usize..30) {
        let mut platform = full();
        let before = search(&platform);
        platform.add_circles(circles);
        let after = search(&platform);
        for member in before.findings.iter().flat_map(|finding| &finding.members) {
            let again = after
                .findings
                .iter()
                .flat_map(|finding| &finding.members)
                .find(|other| other.account == member.account);
            let Some(again) = again else {
                return Err(TestCaseError::fail(format!("{} is gone", member.account)));
            };
            prop_assert_eq!(again.kind, member.kind);
            prop_assert!(again.proposed >= member.proposed);
            let (now, then) = (again.probability.get(), member.probability.get());
            prop_assert!(now >= then - 1e-6, "{}: {now} after {then}", member.account);
        }
        let new = |account: &Account| account.id.as_str().starts_with('q');
        prop_assert!(platform.accounts.iter().any(new));
    }

    #[test]
    fn networks_by_timing_depend_on_neither_rows_nor_names_nor_clocks(
        seed: u64,
        factor in 1_u64..1_000_000,
        seconds in -170_000_000_i64..86_000_000,
    ) {
        let mut platform = of_posters();
        let before = search(&platform);
        shuffle(&mut platform, seed);
        let told = serde_json::to_string(&before).unwrap();
        prop_assert_eq!(serde_json::to_string(&search(&platform)).unwrap(), told);
        shift(&mut platform, seconds);
        rename(&mut platform, factor);
        let name = |account: &AccountId| other_name(account, factor);
        prop_assert_eq!(networks(&search(&platform)), renamed(&networks(&before), name));
    }
}

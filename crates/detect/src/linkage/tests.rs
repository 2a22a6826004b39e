//! What is found among a few thousand purses.

use avert_model::{Account, AccountId, FactCode, FindingSet, Layer, Verb};

use super::Linkage;
use crate::tests::platform::Platform;
use crate::{Known, Seeds, Settings};

/// Ordinary holders who pay shops and now and then each other, and a farm of as many purses as asked
/// for, each fed by the one before.
fn purses(farm: usize) -> Platform {
    let mut platform = Platform::empty();
    for number in 0..900_usize {
        let id = format!("h{number:04}");
        platform.account(&id, i64::try_from(number * 7919 % 400).unwrap());
        for step in 0..(number * 31 % 17) {
            let shop = format!("shop{}", (number * 13 + step * 5) % 9);
            platform.to(Verb::Transfer, &id, &shop, 1);
        }
        if number % 5 == 0 {
            let other = format!("h{:04}", (number * 77 + 13) % 900);
            platform.to(Verb::Transfer, &id, &other, 1);
        }
    }
    for number in 0..farm {
        let id = format!("z{number:04}");
        platform.account(&id, 100);
        for step in 0..25 {
            platform.to(Verb::Transfer, &id, &format!("shop{}", step % 9), 1);
        }
        if number > 0 {
            platform.to(Verb::Transfer, &format!("z{:04}", number - 1), &id, 1);
        }
    }
    platform
}

fn found(platform: &Platform) -> FindingSet {
    let snapshot = "sn-0123456789abcdef".parse().unwrap();
    crate::run::search(
        &platform.world(),
        &snapshot,
        "purses",
        &Known::nothing(),
        &Settings::default(),
        &mut |_, _, _| {},
    )
    .findings
}

fn proposed(platform: &Platform) -> Vec<AccountId> {
    let found = found(platform);
    let members = found.findings.iter().flat_map(|finding| &finding.members);
    let proposed = members.filter(|member| member.proposed);
    let mut proposed: Vec<AccountId> = proposed.map(|member| member.account.clone()).collect();
    proposed.sort();
    proposed
}

#[test]
fn a_farm_of_purses_is_found_whole_and_its_neighbours_are_left_alone() {
    let farm: Vec<AccountId> = (0..40)
        .map(|number| AccountId::from(format!("z{number:04}").as_str()))
        .collect();
    assert_eq!(proposed(&purses(40)), farm);
}

#[test]
fn facts_say_without_which_kinds_of_evidence_a_farm_would_not_be_proposed() {
    let found = found(&purses(40));
    let [finding] = &found.findings[..] else {
        panic!("{} findings", found.findings.len());
    };
    // Money and times of registration are enough for so large a farm; likeness is not needed.
    let is_needed = |layer: &Layer| *layer != Layer::Activity;
    let mut told = 0;
    for fact in finding.members.iter().flat_map(|member| &member.facts) {
        if let Some(layer) = &fact.layer {
            told += 1;
            let would = if is_needed(layer) {
                "would not"
            } else {
                "would still"
            };
            let expected = format!("Without layer {layer} it {would} be proposed");
            assert_eq!(fact.counterfactual.as_ref(), Some(&expected));
        }
    }
    assert!(told >= 2 * 40, "two kinds each, at least: {told}");
    for fact in &finding.facts {
        let layer = fact.layer.as_ref().unwrap();
        let expected =
            format!("Without layer {layer}, 0 of the 40 proposed accounts would still be proposed");
        assert_eq!(fact.counterfactual.as_ref(), Some(&expected));
    }
}

#[test]
fn facts_say_whom_it_had_to_do_with_and_when() {
    let found = found(&purses(40));
    let finding = &found.findings[0];
    let second = AccountId::from("z0001");
    let member = finding.members.iter().find(|one| one.account == second);
    let facts = &member.unwrap().facts;
    let of = |layer: Layer| {
        facts
            .iter()
            .find(|fact| fact.layer == Some(layer.clone()))
            .unwrap()
    };
    let money = of(Layer::Money);
    assert_eq!(
        money.objects,
        ["z0002", "z0000"],
        "who has to do with most of it first"
    );
    assert_eq!(money.object_count, 2);
    assert!(money.first_at.is_some() && money.first_at <= money.last_at);
    let registered = of(Layer::Registration);
    let hours = |fact: &avert_model::Fact| {
        let (first, last) = (fact.first_at.unwrap(), fact.last_at.unwrap());
        (last.as_second() - first.as_second()) / 3_600
    };
    assert!(hours(registered) < 24, "on the same day");
    let alike = &of(Layer::Activity).text;
    assert!(
        alike.starts_with("It made 26 payments and received 1; "),
        "{alike}"
    );
    let all = finding
        .facts
        .iter()
        .find(|fact| fact.layer == Some(Layer::Money))
        .unwrap();
    assert_eq!((all.objects.len(), all.object_count), (8, 40));
    let together = finding
        .facts
        .iter()
        .find(|fact| fact.code == FactCode::RegisteredTogether);
    assert!(hours(together.unwrap()) < 24);
}

#[test]
fn one_person_with_four_purses_is_not_proposed() {
    let mut platform = purses(40);
    for number in 0..4 {
        let id = format!("y{number}");
        platform.account(&id, 222);
        for step in 0..5 {
            platform.to(Verb::Transfer, &id, &format!("shop{step}"), 1);
        }
        if number > 0 {
            platform.to(Verb::Transfer, &format!("y{}", number - 1), &id, 1);
        }
    }
    let linkage = Linkage::find(&platform.world(), &[]);
    assert!(linkage.networks.iter().any(|network| network.len() == 4));
    assert!(
        proposed(&platform)
            .iter()
            .all(|id| id.as_str() < "y" || id.as_str() >= "z")
    );
}

#[test]
fn the_order_of_payments_does_not_matter() {
    let mut platform = purses(20);
    let found = Linkage::find(&platform.world(), &[]).pairs;
    platform.actions.reverse();
    assert_eq!(Linkage::find(&platform.world(), &[]).pairs, found);
    assert!(found.len() > 100);
}

#[test]
fn what_passes_through_a_hub_ties_nobody() {
    let mut platform = purses(0);
    // It is on the list of accounts, and nobody knows since when.
    platform
        .accounts
        .push(Account::bare(AccountId::from("exchange")));
    for number in 0..25 {
        let id = format!("h{number:04}");
        platform.to(Verb::Transfer, "exchange", &id, 1);
    }
    let world = platform.world();
    let is_hub: Vec<bool> = (0..world.ids.len())
        .map(|number| world.ids.text(u32::try_from(number).unwrap()) == "exchange")
        .collect();
    let with = Linkage::find(&world, &[]).pairs.len();
    let without = Linkage::find(&world, &is_hub).pairs.len();
    assert!(with >= without + 250, "{with} {without}");
}

#[test]
fn too_few_pairs_teach_nothing_and_that_is_said() {
    let mut platform = Platform::empty();
    for id in ["a", "b"] {
        platform.account(id, 3);
    }
    platform.to(Verb::Transfer, "a", "b", 1);
    let linkage = Linkage::find(&platform.world(), &[]);
    assert!(linkage.too_few && linkage.networks.is_empty());
}

#[test]
fn hubs_in_a_layer_leave_no_trace() {
    let mut platform = Platform::of_ordinary_people();
    platform.add_newcomers_on_one_machine();
    let world = platform.world();
    let history = crate::history::History::new(&world);
    let mut layers = crate::trace::collect(&world, &history);
    let traces = |layers: &[crate::trace::LayerTraces]| -> usize {
        layers.iter().map(|layer| layer.traces.len()).sum()
    };
    let before = traces(&layers);
    let hubs = Seeds::parse("device:library\nzn0", "hubs").unwrap();
    let is_hub = crate::hubs::leave_out(&world, &mut layers, &hubs);
    assert_eq!(is_hub.iter().filter(|hub| **hub).count(), 1);
    // Three accounts by three days on the machine, and one of them at its address.
    assert_eq!(before - traces(&layers), 12);
}

//! Who else, when some are known: ranked by what they share with them.

use avert_model::AccountId;

use super::platform::{Platform, person};
use crate::{Known, Near, Seeds, Settings};

fn near(platform: &Platform, seeds: &str) -> Vec<Near> {
    let snapshot = "sn-0123456789abcdef".parse().unwrap();
    let known = Known {
        hostile: Seeds::parse(seeds, "seeds").unwrap(),
        ..Known::nothing()
    };
    let settings = Settings::default();
    let world = platform.world();
    let found = crate::run::search(
        &world,
        &snapshot,
        "small",
        &known,
        &settings,
        &mut |_, _, _| {},
    );
    found.near
}

#[test]
fn whoever_shares_most_with_the_seeds_comes_first_and_by_whom_is_said() {
    let mut platform = Platform::of_ordinary_people();
    platform.add_office();
    platform.add_recruiters();
    let cell = platform.add_careless_cell();
    let near = near(&platform, cell[0].as_str());
    assert!(near[0].is_seed);
    let first: Vec<&AccountId> = near
        .iter()
        .take(cell.len())
        .map(|one| &one.account)
        .collect();
    assert!(
        cell.iter().all(|member| first.contains(&member)),
        "{first:?}"
    );
    for one in &near[1..cell.len()] {
        assert!(!one.is_seed);
        assert!(cell.contains(one.through.as_ref().unwrap()));
        assert!(!one.layers.is_empty());
        assert!(one.nearness > 10.0, "{}", one.nearness);
    }
    // Whoever shares nothing with anybody who does is not there.
    assert!(near.iter().all(|one| one.account.as_str() != person(10)));
}

#[test]
fn a_thing_that_is_known_to_be_hostile_is_a_seed_too() {
    let mut platform = Platform::of_ordinary_people();
    let cell = platform.add_careful_cell();
    platform.sign_in(cell[0].as_str(), 9, "192.0.2.99", "own");
    platform.sign_in(&person(7), 9, "192.0.2.99", "own-7");
    let near = near(&platform, "ip:192.0.2.99");
    let mut seeds: Vec<&AccountId> = near
        .iter()
        .filter(|one| one.is_seed)
        .map(|one| &one.account)
        .collect();
    seeds.sort();
    assert_eq!(seeds, [&AccountId::from(person(7).as_str()), &cell[0]]);
    assert!(near.iter().any(|one| cell[1..].contains(&one.account)));
}

#[test]
fn trust_goes_where_ordinary_people_answer() {
    let mut platform = Platform::of_ordinary_people();
    let cell = platform.add_careless_cell();
    let without = near(&platform, cell[0].as_str());
    assert!(
        without.iter().all(|one| one.trust.is_none()),
        "nobody is verified"
    );
    // One of each circle of friends is.
    for account in platform.accounts.iter_mut().step_by(20).take(30) {
        account.verified = Some(true);
    }
    let world = platform.world();
    let history = crate::history::History::new(&world);
    let trust = crate::near::trust(&world, &history).unwrap();
    let of = |id: &str| trust[world.ids.find(id).unwrap() as usize];
    let ordinary = (0..100).map(|number| of(&person(number))).sum::<f64>() / 100.0;
    let personas = cell.iter().map(|id| of(id.as_str())).sum::<f64>() / cell.len() as f64;
    assert!(ordinary > 0.9, "{ordinary}");
    assert!(personas < 0.8 * ordinary, "{personas} of {ordinary}");
}

#[test]
fn without_seeds_nobody_is_near() {
    let mut platform = Platform::of_ordinary_people();
    platform.add_careless_cell();
    assert_eq!(near(&platform, ""), []);
}

//! Snapshots and knowledge that are odd: a counted, reported treatment, never a panic or silence.

use avert_model::{Action, Layer, Timestamp, Verb};

use super::platform::{Platform, person};
use super::{search, search_for};
use crate::{LayerSettings, Seeds, Settings};

fn caveats(platform: &Platform) -> Vec<String> {
    search(platform).caveats
}

fn told(caveats: &[String], what: &str) -> bool {
    caveats.iter().any(|caveat| caveat.contains(what))
}

/// Posts of many accounts: the first number is the account's, the second the thing's.
fn posts(pairs: impl Iterator<Item = (usize, usize)>, at: impl Fn(usize) -> i64) -> Platform {
    let mut platform = Platform::empty();
    let mut accounts = 0;
    for (number, (account, thing)) in pairs.enumerate() {
        accounts = accounts.max(account + 1);
        for layer in [Layer::Link, Layer::Hashtag] {
            platform.actions.push(Action {
                object: Some(format!("thing-{thing}")),
                layer: Some(layer),
                ..Action::new(
                    person(account).as_str().into(),
                    Verb::Post,
                    Some(Timestamp::from_second(at(number)).unwrap()),
                )
            });
        }
    }
    for number in 0..accounts {
        platform.account(&person(number), 0);
    }
    platform
}

#[test]
fn actions_without_a_time_are_counted() {
    let mut platform = Platform::of_ordinary_people();
    for action in &mut platform.actions {
        action.at = None;
    }
    let count = platform.actions.len();
    let caveats = caveats(&platform);
    assert!(
        told(&caveats, &format!("{count} actions carry no time")),
        "{caveats:?}"
    );
}

#[test]
fn actions_of_1970_and_of_the_far_future_are_counted() {
    let mut platform = Platform::of_ordinary_people();
    platform.actions[0].at = Some(Timestamp::from_second(0).unwrap());
    platform.actions[1].at = Some(Timestamp::from_second(250_000_000_000).unwrap());
    let caveats = caveats(&platform);
    assert!(told(&caveats, "1 actions are dated before"), "{caveats:?}");
    assert!(
        told(&caveats, "1 actions are dated more than"),
        "{caveats:?}"
    );
}

#[test]
fn everything_in_one_second_proposes_nobody_and_is_told() {
    let pairs =
        (0..200).flat_map(|account| (0..8).map(move |thing| (account, (account + thing) % 30)));
    let found = search(&posts(pairs, |_| 1_500_000_000));
    assert!(
        told(&found.caveats, "within one second"),
        "{:?}",
        found.caveats
    );
    let members = found.findings.iter().flat_map(|finding| &finding.members);
    assert_eq!(members.filter(|member| member.proposed).count(), 0);
}

#[test]
fn a_thing_that_everybody_touched_is_left_out_and_counted() {
    let found = search(&posts((0..20_000).map(|account| (account, 7)), |number| {
        1_500_000_000 + i64::try_from(number).unwrap()
    }));
    assert!(
        told(&found.caveats, "layer link: 1 objects that more than"),
        "{:?}",
        found.caveats
    );
    assert!(found.findings.is_empty());
}

#[test]
fn an_account_that_touched_everything_is_no_network() {
    let found = search(&posts((0..20_000).map(|thing| (0, thing)), |number| {
        1_500_000_000 + i64::try_from(number).unwrap()
    }));
    assert!(found.findings.is_empty());
}

#[test]
fn seeds_and_settings_that_have_nothing_to_do_with_the_snapshot_are_told() {
    let platform = Platform::of_ordinary_people();
    let seeds = Seeds::parse("p0001\nnobody\ndevice:own-3\nip:203.0.113.250", "seeds").unwrap();
    let mut settings = Settings::default();
    let layer: Layer = "x-order-book".parse().unwrap();
    settings
        .layers
        .insert(layer, LayerSettings::of(&Layer::Link));
    let caveats = search_for(&platform, &settings, &seeds).caveats;
    assert!(
        told(&caveats, "1 of 2 known-hostile accounts"),
        "{caveats:?}"
    );
    assert!(told(&caveats, "1 of 2 known-hostile things"), "{caveats:?}");
    assert!(told(&caveats, "layer x-order-book is set"), "{caveats:?}");
}

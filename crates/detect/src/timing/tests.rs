use std::collections::BTreeMap;

use proptest::prelude::*;

use super::touches::mix;
use super::{TimedLayer, TimedNetwork, Timing, networks};
use crate::Trace;

const SECOND: i64 = 1_000_000;
/// Links, hashtags, pictures, and the domains of the links.
const GROUPS: [(usize, bool); 4] = [(0, true), (1, true), (2, true), (0, false)];
/// The first account of the cell.
const CELL: u32 = 5_000;

type Layers = Vec<Vec<Trace>>;

/// Numbers that look drawn.
struct Draw(u64);

impl Draw {
    fn below(&mut self, bound: u32) -> u32 {
        self.0 += 1;
        u32::try_from(mix(self.0, 7) % u64::from(bound)).unwrap()
    }

    fn time_within(&mut self, seconds: u32) -> i64 {
        i64::from(self.below(seconds)) * SECOND
    }
}

/// People who touch things of 30 days; each thing is touched by eight, within a day or three.
fn people(draw: &mut Draw) -> Layers {
    let mut layers = vec![Vec::new(); GROUPS.len()];
    for (number, layer) in (0_u16..).zip(layers.iter_mut().take(3)) {
        for object in 0..150 {
            let begin = draw.time_within(30 * 86_400);
            let lasts = 86_400 * (1 + draw.below(3));
            for _ in 0..8 {
                let at = begin + draw.time_within(lasts);
                layer.push(Trace::new(number, object, draw.below(400), Some(at)));
            }
        }
    }
    layers
}

/// A cell that takes up ten things together, each within `spread` seconds.
fn act(layers: &mut Layers, draw: &mut Draw, members: u32, spread: u32) {
    for occasion in 0..10 {
        let number = u16::try_from(occasion % 2).unwrap();
        let begin = draw.time_within(30 * 86_400);
        let object = 1_000 + occasion;
        let mut touch = |account, at| {
            layers[usize::from(number)].push(Trace::new(number, object, account, Some(at)));
        };
        for member in 0..members {
            touch(CELL + member, begin + draw.time_within(spread));
        }
        for _ in 0..2 {
            touch(draw.below(400), begin + draw.time_within(86_400));
        }
    }
}

/// Links have domains.
fn with_domains(mut layers: Layers) -> Layers {
    let links = layers[0].iter();
    let domains = links.map(|link| Trace::new(3, link.object % 20, link.account, link.at()));
    layers[3] = domains.collect();
    layers
}

fn town(seed: u64, members: u32, spread: u32) -> Layers {
    let mut draw = Draw(seed << 32);
    let mut layers = people(&mut draw);
    act(&mut layers, &mut draw, members, spread);
    with_domains(layers)
}

/// A town where some are so many at one object that only a few of them are compared, and where posts
/// have several objects.
fn crowd(seed: u64) -> Layers {
    let mut draw = Draw(seed << 32);
    let mut layers = people(&mut draw);
    act(&mut layers, &mut draw, 40, 900);
    for object in 300..304 {
        let begin = draw.time_within(30 * 86_400);
        for _ in 0..90 {
            let at = begin + draw.time_within(86_400);
            layers[1].push(Trace::new(1, object, draw.below(400), Some(at)));
        }
    }
    // Who posts a hashtag of the cell posts a second one with it.
    let again: Vec<Trace> = layers[1]
        .iter()
        .filter(|hashtag| hashtag.object >= 1_000)
        .map(|one| Trace::new(1, one.object + 500, one.account, one.at()))
        .collect();
    layers[1].extend(again);
    with_domains(layers)
}

fn found_with(layers: &Layers, settings: &Timing) -> super::Timed {
    let layers: Vec<TimedLayer<'_>> = layers
        .iter()
        .zip(GROUPS)
        .map(|(traces, (group, in_stage_two))| TimedLayer {
            group,
            in_stage_two,
            traces,
        })
        .collect();
    networks(&layers, settings)
}

fn found(layers: &Layers) -> Vec<TimedNetwork> {
    found_with(layers, &Timing::default()).networks
}

fn accounts(networks: &[TimedNetwork]) -> Vec<Vec<u32>> {
    let members = networks.iter().map(|network| &network.members);
    members
        .map(|members| members.iter().map(|member| member.account).collect())
        .collect()
}

fn map(layers: &Layers, with: impl Fn(&Trace) -> Trace) -> Layers {
    let layer = |traces: &Vec<Trace>| traces.iter().map(&with).collect();
    layers.iter().map(layer).collect()
}

#[test]
fn a_cell_that_acts_within_minutes_is_found_and_nobody_else() {
    for seed in 0..10 {
        let networks = found(&town(seed, 5, 600));
        assert_eq!(accounts(&networks), [[5_000, 5_001, 5_002, 5_003, 5_004]]);
        let network = &networks[0];
        assert!(network.p < 1e-6);
        for member in &network.members {
            let groups: Vec<usize> = member.evidence.iter().map(|own| own.group).collect();
            assert_eq!(groups, [0, 1], "links and hashtags");
            assert!(member.p < 0.01);
            assert!(member.evidence.iter().all(|own| own.objects == 5));
            let nats: f64 = member.evidence.iter().map(|own| own.nats).sum();
            assert!(nats > 20.0, "of ten objects, 10 nats are chance: {nats}");
        }
        for edge in &network.edges {
            assert!(edge.a < edge.b && edge.a >= CELL && edge.p < 0.05);
        }
    }
}

#[test]
fn a_crowd_that_acts_as_one_is_found() {
    let cell: Vec<u32> = (CELL..CELL + 40).collect();
    assert_eq!(accounts(&found(&crowd(5))), [cell]);
}

#[test]
fn friends_who_share_the_same_things_in_their_own_time_are_not_found() {
    for seed in 0..10 {
        let networks = found(&town(seed, 5, 2 * 86_400));
        assert_eq!(accounts(&networks), [[0_u32; 0]; 0]);
    }
}

#[test]
fn a_cell_that_shares_one_kind_of_thing_only_is_not_found() {
    // Links and their domains are of one group.
    let mut layers = town(3, 5, 600);
    layers[1].retain(|hashtag| hashtag.account < CELL);
    assert_eq!(accounts(&found(&layers)), [[0_u32; 0]; 0]);
}

#[test]
fn what_has_no_time_is_left_out_and_counted() {
    let timed = town(1, 5, 600);
    let mut some = timed.clone();
    some[1].extend((0..50).map(|account| Trace::new(1, 3, account, None)));
    let report = found_with(&some, &Timing::default());
    assert_eq!(report.statistics.without_time, 50);
    assert_eq!(report.networks, found(&timed));
    let never = map(&timed, |trace| {
        Trace::new(trace.layer, trace.object, trace.account, None)
    });
    let report = found_with(&never, &Timing::default());
    assert!(report.networks.is_empty() && report.statistics.meetings == 0);
}

#[test]
fn nothing_is_found_in_nothing() {
    assert_eq!(networks(&[], &Timing::default()), super::Timed::default());
    assert_eq!(found(&vec![Vec::new(); 4]), []);
}

#[test]
fn an_object_that_everybody_touches_at_once_is_left_out_and_hides_nobody() {
    let quiet = town(2, 5, 600);
    let mut busy = quiet.clone();
    busy[1].extend((0..3_000).map(|account| Trace::new(1, 9_999, account, Some(0))));
    let report = found_with(&busy, &Timing::default());
    assert_eq!(report.statistics.crowded_objects, 1);
    assert_eq!(accounts(&report.networks), accounts(&found(&quiet)));
}

#[test]
fn a_layer_with_too_many_meetings_loses_its_busiest_objects() {
    let town = town(2, 5, 600);
    let all = found_with(&town, &Timing::default());
    let fewer = Timing {
        most_meetings: all.statistics.meetings / 20,
        ..Timing::default()
    };
    let some = found_with(&town, &fewer);
    assert!(some.statistics.crowded_objects > 0);
    // Each of the four layers has so many at most.
    assert!(some.statistics.meetings <= 4 * fewer.most_meetings);
}

#[test]
fn settings_are_read_and_unknown_ones_are_refused() {
    let read = |json: &str| serde_json::from_str::<Timing>(json);
    assert_eq!(read("{}").unwrap(), Timing::default());
    assert!(read(r#"{"resolutoin": 0.5}"#).is_err());
}

/// Somewhat random numbers in the order of something else.
fn shuffled<T>(items: &mut [T], seed: u64) {
    let mut draw = Draw(seed);
    for end in (1..items.len()).rev() {
        let to = draw.below(u32::try_from(end).unwrap() + 1);
        items.swap(end, usize::try_from(to).unwrap());
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn the_order_of_traces_does_not_matter(seed in 0_u64..1_000, order in any::<u32>()) {
        let town = crowd(seed);
        let mut other = town.clone();
        for layer in &mut other {
            shuffled(layer, u64::from(order));
        }
        prop_assert_eq!(found_with(&town, &Timing::default()), found_with(&other, &Timing::default()));
    }

    #[test]
    fn clocks_that_are_off_change_nothing(seed in 0_u64..1_000, seconds in -2_000_000_000_i64..2_000_000_000) {
        let town = crowd(seed);
        let shifted = map(&town, |trace| {
            let at = trace.at().map(|at| at + seconds * SECOND);
            Trace::new(trace.layer, trace.object, trace.account, at)
        });
        prop_assert_eq!(found(&town), found(&shifted));
    }

    #[test]
    fn other_numbers_for_objects_change_nothing(seed in 0_u64..1_000, order in any::<u32>()) {
        let town = crowd(seed);
        let mut number: Vec<u32> = (0..2_000).collect();
        shuffled(&mut number, u64::from(order));
        let renumbered = map(&town, |trace| {
            let object = number[trace.object as usize];
            Trace::new(trace.layer, object, trace.account, trace.at())
        });
        prop_assert_eq!(found(&town), found(&renumbered));
    }

    #[test]
    fn other_numbers_for_accounts_give_the_same_networks(seed in 0_u64..1_000, order in any::<u32>()) {
        let town = crowd(seed);
        let mut number: Vec<u32> = (0..CELL + 100).collect();
        shuffled(&mut number, u64::from(order));
        let name: BTreeMap<u32, u32> = (0..).zip(&number).map(|(old, new)| (*new, old)).collect();
        let renamed = map(&town, |trace| {
            let account = number[trace.account as usize];
            Trace::new(trace.layer, trace.object, account, trace.at())
        });
        let mut back = found(&renamed);
        for network in &mut back {
            for member in &mut network.members {
                member.account = name[&member.account];
            }
            network.members.sort_by_key(|member| member.account);
            for edge in &mut network.edges {
                let ends = [name[&edge.a], name[&edge.b]];
                (edge.a, edge.b) = (ends[0].min(ends[1]), ends[0].max(ends[1]));
            }
            network.edges.sort_by_key(|edge| (edge.a, edge.b, edge.group));
        }
        prop_assert_eq!(found(&town), back);
    }
}

fn any_time() -> impl Strategy<Value = Option<i64>> {
    prop_oneof![
        Just(None),
        Just(Some(0)),
        Just(Some(i64::MAX)),
        Just(Some(i64::MIN + 1)),
        (0_i64..40_000).prop_map(|seconds| Some(seconds * SECOND)),
        any::<i64>().prop_map(Some),
    ]
}

fn any_traces() -> impl Strategy<Value = Vec<Trace>> {
    let trace = (0_u32..5, prop_oneof![0_u32..8, Just(u32::MAX)], any_time());
    let trace = trace.prop_map(|(object, account, at)| Trace::new(0, object, account, at));
    proptest::collection::vec(trace, 0..120)
}

proptest! {
    #[test]
    fn whatever_is_given_what_is_found_makes_sense(
        layers in proptest::collection::vec(any_traces(), 4),
        q in prop_oneof![Just(0.05), Just(1.0), Just(f64::NAN), Just(1e9)],
    ) {
        let lenient = Timing {
            false_discoveries: q,
            false_communities: q,
            member_alpha: 1.0,
            resolution: 0.01,
            ..Timing::default()
        };
        for network in found_with(&layers, &lenient).networks {
            let members: Vec<u32> = network.members.iter().map(|member| member.account).collect();
            prop_assert!(members.len() >= 3 && members.is_sorted_by(|one, next| one < next));
            prop_assert!((0.0..=1.0).contains(&network.p));
            for edge in &network.edges {
                prop_assert!(edge.a < edge.b);
                prop_assert!(members.contains(&edge.a) && members.contains(&edge.b));
            }
            for member in &network.members {
                prop_assert!((0.0..=1.0).contains(&member.p));
                let own = network.edges.iter().filter(|edge| [edge.a, edge.b].contains(&member.account));
                let groups: std::collections::BTreeSet<usize> = own.map(|edge| edge.group).collect();
                prop_assert!(groups.len() >= 2);
            }
        }
    }
}

//! What the members of a network came to, and how near in time: what its facts name.

use std::collections::{BTreeMap, HashMap};

use crate::input::World;
use crate::score::Seen;
use crate::trace::LayerTraces;

/// How many things a fact names at most.
const NAMED: usize = 8;

/// A thing that several members of a network came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Sighting {
    /// Which group of layers it is of.
    pub(super) group: usize,
    /// How it is called, where its name may be shown.
    name: Option<String>,
    /// By member that came to it, how near it came to another one.
    pub(super) near: BTreeMap<u32, Near>,
}

/// A member and the other one that came to a thing nearest in time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Near {
    /// Microseconds between the two.
    gap: u64,
    /// When the earlier came, in microseconds UTC.
    first: i64,
    /// When the later did.
    last: i64,
}

/// What members of each network have come to together, by network, in no order that says anything.
///
/// `network_of` has the network of every member.
/// Cost: O(traces + n log n) of the traces of members, which it holds.
pub(super) fn sightings(
    world: &World,
    layers: &[(usize, &LayerTraces)],
    network_of: &HashMap<u32, usize>,
    networks: usize,
) -> Vec<Vec<Sighting>> {
    let mut found = vec![Vec::new(); networks];
    for (group, layer) in layers {
        let mut touches: Vec<(usize, u32, i64, u32)> = layer
            .traces
            .iter()
            .filter_map(|trace| {
                let network = *network_of.get(&trace.account)?;
                Some((network, trace.object, trace.at()?, trace.account))
            })
            .collect();
        touches.sort_unstable();
        for same in touches.chunk_by(|one, next| (one.0, one.1) == (next.0, next.1)) {
            let near = nearest(same.iter().map(|(_, _, at, account)| (*at, *account)));
            if !near.is_empty() {
                found[same[0].0].push(Sighting {
                    group: *group,
                    name: layer.name_of(world, same[0].1),
                    near,
                });
            }
        }
    }
    found
}

/// By account, its touch that is nearest to one of another's. `touches` are in the order of time.
///
/// The nearest to a touch is the last before it that is another's, or the first after it, for which it
/// is the last before.
fn nearest(touches: impl Iterator<Item = (i64, u32)>) -> BTreeMap<u32, Near> {
    let mut near: BTreeMap<u32, Near> = BTreeMap::new();
    let mut previous: Option<(i64, u32)> = None;
    let mut of_another = None;
    for (at, account) in touches {
        if previous.is_some_and(|(_, own)| own != account) {
            of_another = previous;
        }
        previous = Some((at, account));
        let Some((first, other)) = of_another else {
            continue;
        };
        let met = Near {
            gap: at.abs_diff(first),
            first,
            last: at,
        };
        for account in [account, other] {
            near.entry(account)
                .and_modify(|known| *known = met.min(*known))
                .or_insert(met);
        }
    }
    near
}

/// Some sightings as they are told: the nearest first.
pub(super) struct Told {
    /// What the fact names, how many there are, and when.
    pub(super) seen: Seen,
    /// In microseconds, how near the nearest is.
    pub(super) nearest_within: u64,
    /// How near half of them are.
    pub(super) half_within: u64,
    /// How near those are that are named, in the same order.
    pub(super) named_within: Vec<u64>,
}

/// What is told of things, each with how near in time members came to it; nothing if there are none.
pub(super) fn told<'a>(seen: impl Iterator<Item = (&'a Sighting, Near)>) -> Option<Told> {
    let mut all: Vec<(Near, &Option<String>)> = seen
        .map(|(sighting, near)| (near, &sighting.name))
        .collect();
    all.sort_unstable();
    let half_within = all.get((all.len().checked_sub(1)?) / 2)?.0.gap;
    let named = || {
        let named = all
            .iter()
            .filter_map(|(near, name)| Some((near, name.as_ref()?)));
        named.take(NAMED)
    };
    Some(Told {
        nearest_within: all.first()?.0.gap,
        half_within,
        named_within: named().map(|(near, _)| near.gap).collect(),
        seen: Seen {
            objects: named().map(|(_, name)| name.clone()).collect(),
            object_count: all.len() as u64,
            first_at: all.iter().map(|(near, _)| near.first).min(),
            last_at: all.iter().map(|(near, _)| near.last).max(),
        },
    })
}

/// The nearest that any two members came to each other at a thing.
pub(super) fn closest(sighting: &Sighting) -> Option<Near> {
    sighting.near.values().min().copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn gaps(touches: &[(i64, u32)]) -> Vec<(u32, u64)> {
        let near = nearest(touches.iter().copied());
        near.into_iter()
            .map(|(account, near)| (account, near.gap))
            .collect()
    }

    #[test]
    fn the_nearest_is_the_nearest_of_another_before_or_after() {
        assert_eq!(
            gaps(&[(0, 1), (10, 2), (11, 2), (40, 1), (45, 3)]),
            [(1, 5), (2, 10), (3, 5)]
        );
    }

    #[test]
    fn nobody_is_near_oneself() {
        assert_eq!(gaps(&[(0, 1), (1, 1), (2, 1)]), []);
    }

    #[test]
    fn the_nearest_things_are_named_first_and_all_are_counted() {
        let sighting = |name: &str, first: i64, gap: u64| Sighting {
            group: 0,
            name: Some(name.to_owned()),
            near: [1, 2]
                .map(|account| {
                    let last = first.saturating_add_unsigned(gap);
                    (account, Near { gap, first, last })
                })
                .into(),
        };
        let mut all: Vec<Sighting> = (0..20)
            .map(|number| sighting(&format!("thing {number}"), 100 - number, 1_000))
            .collect();
        all.push(sighting("the nearest", 50, 3));
        let seen = all.iter().filter_map(|one| Some((one, closest(one)?)));
        let told = told(seen).unwrap();
        assert_eq!(told.seen.objects.len(), NAMED);
        assert_eq!(told.seen.objects[0], "the nearest");
        assert_eq!(told.seen.object_count, 21);
        assert_eq!(
            (told.seen.first_at, told.seen.last_at),
            (Some(50), Some(1_100))
        );
        assert_eq!((told.half_within, told.named_within[0]), (1_000, 3));
        assert!(super::told(std::iter::empty()).is_none());
    }
}

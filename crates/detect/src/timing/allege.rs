//! What is alleged of accounts that act as one in time, and the facts behind it.

use std::collections::{BTreeMap, HashMap};

use avert_model::{FactCode, Layer};

use super::sightings::{Sighting, Told, closest, sightings, told};
use super::{Timed, TimedEdge, TimedEvidence, TimedLayer, TimedNetwork, Timing, networks};
use crate::input::World;
use crate::score::{Alleged, AllegedEdge, AllegedFact, AllegedMember, Seen, Tied, duration, words};
use crate::trace::LayerTraces;

/// The detector's name in findings and facts.
const DETECTOR: &str = "timing";

/// Its version; a change in judgement changes it.
const DETECTOR_VERSION: &str = "2";

/// Log-odds that a member of such a network acts for it.
///
/// Measured where cells were planted in published election posts: of 100 accounts in networks that were
/// not there before the planting, 96 to 98 were of a cell.
pub(crate) const LOG_ODDS: f64 = 3.0;

/// A p-value says no more than so many nats: its law is known no better than that.
const MOST: f64 = 12.0;

/// What was found by timing, with the layers it was found in.
pub(crate) struct InTime {
    timed: Timed,
    /// By network, what its members came to.
    seen: Vec<Vec<Sighting>>,
    /// By group, the layer that stands for it.
    layers: BTreeMap<usize, Layer>,
}

/// Groups of layers in which the same act shows: a link and its domain.
fn group(layer: &Layer, number: usize) -> Option<usize> {
    match layer {
        Layer::Link | Layer::Domain => Some(0),
        Layer::Hashtag => Some(1),
        Layer::SharedContent => Some(2),
        Layer::File => Some(3),
        Layer::Custom(_) => Some(4 + number),
        _ => None,
    }
}

impl InTime {
    /// Judges the timing of everything that is handed out or posted. `layers` have every trace with its
    /// time.
    pub(crate) fn find(world: &World, layers: &[LayerTraces]) -> Self {
        let mut names = BTreeMap::new();
        let mut timed = Vec::new();
        let mut judged = Vec::new();
        for (number, layer) in layers.iter().enumerate() {
            let Some(group) = group(&layer.layer, number) else {
                continue;
            };
            names.entry(group).or_insert_with(|| layer.layer.clone());
            let in_stage_two = layer.layer != Layer::Domain;
            timed.push(TimedLayer {
                group,
                in_stage_two,
                traces: &layer.traces,
            });
            if in_stage_two {
                judged.push((group, layer));
            }
        }
        // One kind of thing alone proposes nobody, so that nothing is looked for in it.
        let timed = if names.len() < 2 {
            Timed::default()
        } else {
            networks(&timed, &Timing::default())
        };
        let members = timed
            .networks
            .iter()
            .enumerate()
            .flat_map(|(number, network)| {
                let members = network.members.iter();
                members.map(move |member| (member.account, number))
            });
        let network_of: HashMap<u32, usize> = members.collect();
        Self {
            seen: sightings(world, &judged, &network_of, timed.networks.len()),
            timed,
            layers: names,
        }
    }

    /// Everybody who is in a network.
    pub(crate) fn members(&self) -> impl Iterator<Item = u32> {
        let members = self.timed.networks.iter().flat_map(|one| &one.members);
        members.map(|member| member.account)
    }

    /// What was left out.
    pub(crate) fn caveats(&self) -> Vec<String> {
        let of = self.timed.statistics;
        [
            (
                of.crowded_objects,
                "things on which too much happened at once were left out of the search for accounts that meet",
            ),
            (
                of.pairs_left_out,
                "pairs that meet more often than explained were too many to be looked at",
            ),
        ]
        .into_iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, what)| format!("timing: {count} {what}"))
        .collect()
    }

    /// The networks as they are to be told, without those who are in a finding already.
    pub(crate) fn allege(
        &self,
        is_taken: impl Fn(u32) -> bool,
        log_odds: impl Fn(u32) -> f64,
    ) -> Vec<Alleged> {
        let networks = self.timed.networks.iter().zip(&self.seen);
        networks
            .map(|(network, seen)| self.one(network, seen, &is_taken, &log_odds))
            .filter(|alleged| alleged.members.len() > 1)
            .collect()
    }

    fn one(
        &self,
        network: &TimedNetwork,
        seen: &[Sighting],
        is_taken: &impl Fn(u32) -> bool,
        log_odds: &impl Fn(u32) -> f64,
    ) -> Alleged {
        let things = by_account(seen);
        let free = || network.members.iter().filter(|one| !is_taken(one.account));
        let members = free()
            .map(|member| {
                let ties = self.ties(network, member.account);
                let facts = member.evidence.iter().filter_map(|evidence| {
                    let layer = self.layers.get(&evidence.group)?;
                    let with: Vec<u32> = network
                        .edges
                        .iter()
                        .filter(|edge| edge.group == evidence.group)
                        .filter_map(|edge| edge.other(member.account))
                        .chain([member.account])
                        .collect();
                    let own = things.get(&(evidence.group, member.account));
                    let near = own.into_iter().flatten().filter_map(|place| {
                        let thing = &seen[*place];
                        Some((thing, *thing.near.get(&member.account)?))
                    });
                    Some(of_member(evidence, layer, with, told(near)?))
                });
                AllegedMember {
                    account: member.account,
                    log_odds: log_odds(member.account),
                    facts: facts.collect(),
                    layers: ties,
                    needs: Vec::new(),
                }
            })
            .collect();
        let edges = network
            .edges
            .iter()
            .filter_map(|edge| {
                Some(AllegedEdge {
                    a: edge.a,
                    b: edge.b,
                    layer: self.layers.get(&edge.group)?.clone(),
                    weight: nats(edge.p),
                    objects: shared(&things, edge),
                })
            })
            .collect();
        Alleged {
            detector: (DETECTOR, DETECTOR_VERSION),
            called: (
                "account that acts as one with others",
                "accounts that act as one",
            ),
            facts: self.of_network(network, seen),
            members,
            edges,
        }
    }

    /// What is told of all of them.
    fn of_network(&self, network: &TimedNetwork, seen: &[Sighting]) -> Vec<AllegedFact> {
        let members = network.members.len();
        let accounts = network.members.iter().map(|one| one.account).collect();
        let mut facts = vec![AllegedFact {
            code: FactCode::IndependentLayers,
            text: format!(
                "Its {members} members come to the same things nearer in time than the timing of everybody else explains, in at least two kinds of things, counting what they post at once only once; among communities that share as much, chance gives that with a probability of {:.1e}. How sure it is of a member is not worked out from that: unless the account's own conduct or a model of yours says otherwise, it is the same {:.0} % in every network by timing",
                network.p,
                100.0 / (1.0 + (-LOG_ODDS).exp()),
            ),
            layer: None,
            weight: nats(network.p),
            accounts,
            seen: Seen::default(),
        }];
        for (group, layer) in &self.layers {
            let things = || seen.iter().filter(|thing| thing.group == *group);
            let Some(told) = told(things().filter_map(|thing| Some((thing, closest(thing)?))))
            else {
                continue;
            };
            let mut accounts: Vec<u32> = things()
                .flat_map(|thing| thing.near.keys().copied())
                .collect();
            accounts.sort_unstable();
            accounts.dedup();
            let evidence = network.members.iter().flat_map(|member| &member.evidence);
            let weights = evidence.filter(|one| one.group == *group).map(weight);
            facts.push(AllegedFact {
                code: FactCode::SharedObjects,
                text: format!(
                    "{} of its {members} members came to {} that others of them came to, too: {}",
                    accounts.len(),
                    number_of(told.seen.object_count, layer),
                    how_near(&told, "of each other"),
                ),
                layer: Some(layer.clone()),
                weight: weights.sum::<f64>() / members as f64,
                accounts,
                seen: told.seen,
            });
        }
        facts
    }

    /// In which kinds of things an account meets the others, and how little that is chance.
    fn ties(&self, network: &TimedNetwork, account: u32) -> Vec<Tied> {
        let mut strongest: BTreeMap<usize, f64> = BTreeMap::new();
        for edge in &network.edges {
            if edge.other(account).is_some() {
                let most = strongest.entry(edge.group).or_default();
                *most = most.max(nats(edge.p));
            }
        }
        strongest
            .into_iter()
            .filter_map(|(group, nats)| {
                let layer = self.layers.get(&group)?.clone();
                Some(Tied { layer, group, nats })
            })
            .collect()
    }
}

/// What one group of layers says of a member.
fn of_member(evidence: &TimedEvidence, layer: &Layer, with: Vec<u32>, told: Told) -> AllegedFact {
    let weight = weight(evidence);
    AllegedFact {
        code: FactCode::SharedObjects,
        text: format!(
            "It came to {} that other members came to, too{}: {}",
            number_of(told.seen.object_count, layer),
            if weight > 0.0 {
                ", nearer in time than the timing of everybody else explains"
            } else {
                ""
            },
            how_near(&told, "of one of them"),
        ),
        layer: Some(layer.clone()),
        weight,
        accounts: with,
        seen: told.seen,
    }
}

/// By how much the surprise is above what chance gives.
fn weight(evidence: &TimedEvidence) -> f64 {
    (evidence.nats - f64::from(evidence.objects)).clamp(0.0, MOST)
}

fn number_of(number: u64, layer: &Layer) -> String {
    let (one, several) = words(layer);
    let what = if number == 1 { one } else { several };
    format!("{number} {what}")
}

/// How near in time; the things that are named are told one by one.
fn how_near(told: &Told, of_whom: &str) -> String {
    let share = match told.seen.object_count {
        1 => String::new(),
        _ => format!(
            "half of them within {} {of_whom}, ",
            duration(told.half_within)
        ),
    };
    let each: Vec<String> = told.named_within.iter().copied().map(duration).collect();
    match each.len() {
        0 => format!(
            "{share}the nearest within {} {of_whom}",
            duration(told.nearest_within)
        ),
        1 => format!("{share}the one that is named within {} {of_whom}", each[0]),
        _ => format!("{share}those that are named within {}", each.join(", ")),
    }
}

/// By group and account, the things it came to, by their places in order.
fn by_account(seen: &[Sighting]) -> BTreeMap<(usize, u32), Vec<usize>> {
    let mut things: BTreeMap<(usize, u32), Vec<usize>> = BTreeMap::new();
    for (place, thing) in seen.iter().enumerate() {
        for account in thing.near.keys() {
            things
                .entry((thing.group, *account))
                .or_default()
                .push(place);
        }
    }
    things
}

/// How many things both ends of a tie came to.
fn shared(things: &BTreeMap<(usize, u32), Vec<usize>>, edge: &TimedEdge) -> u32 {
    let of = |account| {
        things
            .get(&(edge.group, account))
            .map_or(&[][..], Vec::as_slice)
    };
    let theirs = of(edge.b);
    let both = of(edge.a)
        .iter()
        .filter(|place| theirs.binary_search(place).is_ok());
    // A tie may be by web domains alone, which are not named.
    u32::try_from(both.count()).unwrap_or(u32::MAX).max(1)
}

fn nats(p: f64) -> f64 {
    (-p.max(1e-300).ln()).clamp(0.0, MOST)
}

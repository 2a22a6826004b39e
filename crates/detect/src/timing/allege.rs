//! What is alleged of accounts that act as one in time, and the facts behind it.

use std::collections::BTreeMap;

use avert_model::{FactCode, Layer};

use super::{Timed, TimedLayer, TimedNetwork, Timing, networks};
use crate::score::{Alleged, AllegedEdge, AllegedFact, AllegedMember, Tied, Without, words};
use crate::trace::LayerTraces;

/// The detector's name in findings and facts.
const DETECTOR: &str = "timing";

/// Its version; a change in judgement changes it.
const DETECTOR_VERSION: &str = "1";

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
    pub(crate) fn find(layers: &[LayerTraces]) -> Self {
        let mut names = BTreeMap::new();
        let mut timed = Vec::new();
        for (number, layer) in layers.iter().enumerate() {
            let Some(group) = group(&layer.layer, number) else {
                continue;
            };
            names.entry(group).or_insert_with(|| layer.layer.clone());
            timed.push(TimedLayer {
                group,
                in_stage_two: layer.layer != Layer::Domain,
                traces: &layer.traces,
            });
        }
        // One kind of thing alone proposes nobody, so that nothing is looked for in it.
        let timed = if names.len() < 2 {
            Timed::default()
        } else {
            networks(&timed, &Timing::default())
        };
        Self {
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
        let networks = self.timed.networks.iter();
        networks
            .map(|network| self.one(network, &is_taken, &log_odds))
            .filter(|alleged| alleged.members.len() > 1)
            .collect()
    }

    fn one(
        &self,
        network: &TimedNetwork,
        is_taken: &impl Fn(u32) -> bool,
        log_odds: &impl Fn(u32) -> f64,
    ) -> Alleged {
        let all: Vec<u32> = network.members.iter().map(|one| one.account).collect();
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
                    let (one, several) = words(layer);
                    let what = if evidence.objects == 1 { one } else { several };
                    Some(AllegedFact {
                        code: FactCode::SharedObjects,
                        text: format!(
                            "It came to {} {what} nearer in time to other members than the timing of everybody else explains",
                            evidence.objects
                        ),
                        layer: Some(layer.clone()),
                        weight: (evidence.nats - f64::from(evidence.objects)).clamp(0.0, MOST),
                        accounts: with,
                    })
                });
                AllegedMember {
                    account: member.account,
                    log_odds: log_odds(member.account),
                    facts: facts.collect(),
                    layers: ties,
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
                    objects: 1,
                })
            })
            .collect();
        Alleged {
            detector: (DETECTOR, DETECTOR_VERSION),
            called: (
                "account that acts as one with others",
                "accounts that act as one",
            ),
            without: Without::TheRest,
            facts: vec![AllegedFact {
                code: FactCode::IndependentLayers,
                text: format!(
                    "Its {} members come to the same things nearer in time than the timing of everybody else explains, in at least two kinds of things, counting what they post at once only once; among communities that share as much, chance gives that with a probability of {:.1e}",
                    all.len(),
                    network.p
                ),
                layer: None,
                weight: nats(network.p),
                accounts: all,
            }],
            members,
            edges,
        }
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

fn nats(p: f64) -> f64 {
    (-p.max(1e-300).ln()).clamp(0.0, MOST)
}

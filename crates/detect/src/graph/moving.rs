//! Moving nodes, one at a time, to where they raise quality most.

use std::collections::VecDeque;

use super::Graph;

/// A difference of quality below which two places are as good. Sums of weights are this exact.
const NOTHING: f64 = 1e-9;

/// A division of a graph's nodes into communities.
pub(super) struct Partition {
    of: Vec<u32>,
    /// By community, the sum of its nodes' masses.
    masses: Vec<f64>,
    sizes: Vec<u32>,
    /// Communities without nodes.
    empty: Vec<u32>,
}

impl Partition {
    /// Communities are numbered anew, in the order of their smallest nodes.
    pub(super) fn new(mass_of: &[f64], mut of: Vec<u32>) -> Self {
        const UNSEEN: u32 = u32::MAX;
        let known = of.iter().max().map_or(0, |most| *most as usize + 1);
        let mut number = vec![UNSEEN; known];
        let mut count = 0;
        let mut masses = vec![0.0; mass_of.len()];
        let mut sizes = vec![0; mass_of.len()];
        for (community, mass) in of.iter_mut().zip(mass_of) {
            let number = &mut number[*community as usize];
            if *number == UNSEEN {
                *number = count;
                count += 1;
            }
            *community = *number;
            masses[*number as usize] += mass;
            sizes[*number as usize] += 1;
        }
        let nodes = u32::try_from(mass_of.len()).expect("nodes are numbered by 32 bits");
        Self {
            of,
            masses,
            sizes,
            empty: (count..nodes).rev().collect(),
        }
    }

    /// The community of each node.
    pub(super) fn of(&self) -> &[u32] {
        &self.of
    }

    /// How many communities have a node.
    pub(super) fn communities(&self) -> usize {
        self.sizes.len() - self.empty.len()
    }
}

/// Moves nodes while any of them is better off elsewhere. Whoever has a neighbour that moved is looked
/// at again. The first look is in the order of nodes, which follows the graph: that is as good as any
/// other order and waits less for memory.
///
/// A node of a mass belongs to a community of a mass if it is tied to it more strongly than `chance`
/// times both.
pub(super) fn move_nodes(graph: &Graph, masses: &[f64], partition: &mut Partition, chance: f64) {
    if graph.total <= 0.0 {
        return;
    }
    let mut waits = vec![true; graph.nodes()];
    let mut queue: VecDeque<u32> = graph.numbers().collect();
    let mut tally = Tally::new(graph.nodes());
    while let Some(node) = queue.pop_front() {
        let here = node as usize;
        waits[here] = false;
        let own = partition.of[here];
        let mass = masses[here];
        let (others, weights) = graph.adjacent(node);
        tally.count(others, weights, |other| Some(partition.of[other as usize]));
        partition.masses[own as usize] -= mass;
        let worth =
            |community: u32, tied: f64| tied - chance * mass * partition.masses[community as usize];
        let mut best = (own, worth(own, tally.of(own)));
        for (community, tied) in tally.iter() {
            let worth = worth(community, tied);
            if worth > best.1 + NOTHING {
                best = (community, worth);
            }
        }
        let alone = partition.sizes[own as usize] == 1;
        if best.1 < -NOTHING
            && !alone
            && let Some(empty) = partition.empty.last()
        {
            best = (*empty, 0.0);
        }
        tally.clear();
        let (community, _) = best;
        partition.masses[community as usize] += mass;
        if community == own {
            continue;
        }
        partition.of[here] = community;
        if partition.sizes[community as usize] == 0 {
            partition.empty.pop();
        }
        partition.sizes[community as usize] += 1;
        partition.sizes[own as usize] -= 1;
        if alone {
            partition.masses[own as usize] = 0.0;
            partition.empty.push(own);
        }
        for other in others {
            let there = *other as usize;
            if !waits[there] && partition.of[there] != community {
                waits[there] = true;
                queue.push_back(*other);
            }
        }
    }
}

/// How strongly one node is tied to each community.
///
/// Few neighbours are tallied in a short list, which stays in the processor's nearest cache; many in a
/// table with a place for every community.
pub(super) struct Tally {
    few: Vec<(u32, f64)>,
    /// Where the neighbours are; [`NOWHERE`] for those that are not counted.
    places: Vec<u32>,
    many: Vec<f64>,
    met: Vec<u32>,
}

/// No place: there are fewer nodes.
const NOWHERE: u32 = u32::MAX;

/// Up to how many neighbours a list is searched through.
const FEW: usize = 24;

impl Tally {
    pub(super) fn new(communities: usize) -> Self {
        Self {
            few: Vec::with_capacity(FEW),
            places: Vec::new(),
            many: vec![0.0; communities],
            met: Vec::new(),
        }
    }

    /// Tallies neighbours under what `place` gives for them; of those it gives nothing for, none.
    pub(super) fn count(
        &mut self,
        others: &[u32],
        weights: &[f32],
        place: impl Fn(u32) -> Option<u32>,
    ) {
        // All places are looked up before any is searched for: so the processor waits for memory once and
        // not for each.
        self.places.clear();
        self.places
            .extend(others.iter().map(|other| place(*other).unwrap_or(NOWHERE)));
        for (place, weight) in self.places.iter().zip(weights) {
            let place = *place;
            if place == NOWHERE {
                continue;
            }
            let weight = f64::from(*weight);
            if others.len() <= FEW {
                match self.few.iter_mut().find(|(known, _)| *known == place) {
                    Some((_, tied)) => *tied += weight,
                    None => self.few.push((place, weight)),
                }
            } else {
                let tied = &mut self.many[place as usize];
                if *tied == 0.0 {
                    self.met.push(place);
                }
                *tied += weight;
            }
        }
    }

    /// How strongly it is tied to one.
    pub(super) fn of(&self, place: u32) -> f64 {
        let few = self.few.iter().find(|(known, _)| *known == place);
        few.map_or(self.many[place as usize], |(_, tied)| *tied)
    }

    /// Everything it is tied to, in the order in which it was met.
    pub(super) fn iter(&self) -> impl Iterator<Item = (u32, f64)> + '_ {
        let many = self.met.iter().map(|met| (*met, self.many[*met as usize]));
        self.few.iter().copied().chain(many)
    }

    pub(super) fn clear(&mut self) {
        self.few.clear();
        for met in self.met.drain(..) {
            self.many[met as usize] = 0.0;
        }
    }
}

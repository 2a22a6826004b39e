//! Moving nodes, one at a time, to where they raise quality most.

use std::collections::VecDeque;

use super::Graph;
use super::threads::{in_ranges, shares};

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
/// at again. Who wants to move at first is asked on all threads; they move in the order of nodes, which
/// follows the graph: that is as good as any other order and waits less for memory.
///
/// A node of a mass belongs to a community of a mass if it is tied to it more strongly than `chance`
/// times both.
pub(super) fn move_nodes(graph: &Graph, masses: &[f64], partition: &mut Partition, chance: f64) {
    if graph.total <= 0.0 {
        return;
    }
    let mut moving = Moving {
        graph,
        mass_of: masses,
        chance,
        first: 0,
        of: &mut partition.of,
        masses: &mut partition.masses,
        sizes: &mut partition.sizes,
        empty: &mut partition.empty,
    };
    let asked = in_ranges(shares(&graph.begins), |nodes| {
        let mut tally = Tally::new(graph.nodes());
        let nodes = nodes.map(|node| u32::try_from(node).expect("nodes are numbered by 32 bits"));
        nodes
            .filter(|node| moving.best(*node, &mut tally).is_some())
            .collect::<Vec<u32>>()
    });
    moving.settle(asked.into_iter().flatten().collect());
}

/// Nodes from which on a graph is worth dividing among threads.
const WORTH_DIVIDING: usize = 1 << 12;

/// Into how many parts. A constant, so that nothing depends on how many threads there are.
const PARTS: usize = 8;

/// The communities of nodes that were alone, each half of the nodes by itself: whoever is in the other
/// half does not count. That leaves less to be moved one at a time.
pub(super) fn begin(graph: &Graph, masses: &[f64], chance: f64) -> Partition {
    let nodes = graph.nodes();
    let mut partition = Partition::new(masses, graph.numbers().collect());
    if nodes < WORTH_DIVIDING || graph.total <= 0.0 {
        return partition;
    }
    let length = nodes.div_ceil(PARTS);
    let of = partition.of.chunks_mut(length);
    let sums = partition.masses.chunks_mut(length);
    let sizes = partition.sizes.chunks_mut(length);
    let mut empty: Vec<u32> = std::thread::scope(|scope| {
        let parts: Vec<_> = of
            .zip(sums)
            .zip(sizes)
            .enumerate()
            .map(|(part, ((of, masses_here), sizes))| {
                scope.spawn(move || {
                    let mut empty = Vec::new();
                    let mut moving = Moving {
                        graph,
                        mass_of: masses,
                        chance,
                        first: part * length,
                        of,
                        masses: masses_here,
                        sizes,
                        empty: &mut empty,
                    };
                    moving.settle_all();
                    empty
                })
            })
            .collect();
        let parts = parts.into_iter().flat_map(|part| match part.join() {
            Ok(empty) => empty,
            Err(panic) => std::panic::resume_unwind(panic),
        });
        parts.collect()
    });
    partition.empty.append(&mut empty);
    partition
}

/// Nodes that follow each other, while they move among their own communities.
struct Moving<'a> {
    graph: &'a Graph,
    mass_of: &'a [f64],
    chance: f64,
    /// The first of the nodes. Their communities are numbered from it, too.
    first: usize,
    of: &'a mut [u32],
    masses: &'a mut [f64],
    sizes: &'a mut [u32],
    empty: &'a mut Vec<u32>,
}

impl Moving<'_> {
    /// Lets all nodes move, one after the other.
    fn settle_all(&mut self) {
        let number = |node: usize| u32::try_from(node).expect("nodes are numbered by 32 bits");
        self.settle((number(self.first)..number(self.first + self.of.len())).collect());
    }

    /// Lets those who wait move, in their order, and whoever has a reason to after that.
    fn settle(&mut self, mut queue: VecDeque<u32>) {
        let (first, count) = (self.first, self.of.len());
        let mut waits = vec![false; count];
        for node in &queue {
            waits[*node as usize - first] = true;
        }
        let mut tally = Tally::new(first + count);
        while let Some(node) = queue.pop_front() {
            waits[node as usize - first] = false;
            let Some(community) = self.best(node, &mut tally) else {
                continue;
            };
            self.move_to(node, community);
            for other in self.graph.adjacent(node).0 {
                let there = (*other as usize).wrapping_sub(first);
                if there < count && !waits[there] && self.of[there] != community {
                    waits[there] = true;
                    queue.push_back(*other);
                }
            }
        }
    }

    /// Where a node is better off than where it is.
    fn best(&self, node: u32, tally: &mut Tally) -> Option<u32> {
        let first = self.first;
        let own = self.of[node as usize - first];
        let home = own as usize - first;
        let mass = self.mass_of[node as usize];
        let (others, weights) = self.graph.adjacent(node);
        tally.count(others, weights, |other| {
            self.of.get((other as usize).wrapping_sub(first)).copied()
        });
        let worth = |tied: f64, masses: f64| tied - self.chance * mass * masses;
        let stay = worth(tally.of(own), self.masses[home] - mass);
        let mut best = (own, stay);
        for (community, tied) in tally.iter().filter(|(community, _)| *community != own) {
            let worth = worth(tied, self.masses[community as usize - first]);
            if worth > best.1 + NOTHING {
                best = (community, worth);
            }
        }
        tally.clear();
        if best.1 < -NOTHING
            && self.sizes[home] > 1
            && let Some(empty) = self.empty.last()
        {
            return Some(*empty);
        }
        (best.0 != own).then_some(best.0)
    }

    fn move_to(&mut self, node: u32, community: u32) {
        let here = node as usize - self.first;
        let home = self.of[here] as usize - self.first;
        let there = community as usize - self.first;
        let mass = self.mass_of[node as usize];
        self.masses[home] -= mass;
        self.masses[there] += mass;
        if self.sizes[there] == 0 {
            self.empty.pop();
        }
        self.sizes[there] += 1;
        self.sizes[home] -= 1;
        if self.sizes[home] == 0 {
            self.masses[home] = 0.0;
            self.empty.push(self.of[here]);
        }
        self.of[here] = community;
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

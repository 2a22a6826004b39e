//! Taking communities apart into parts that hold together.
//!
//! Communities have nothing to do with each other here: each is refined by itself, among its own nodes,
//! which stay in the processor's cache meanwhile.

use super::aggregate::members;
use super::moving::{Partition, Tally};
use super::threads::{in_ranges, shares};
use super::{Draw, Graph};

/// The part of each node, named by one of its nodes: nodes of one part are in one community and connected
/// within it.
///
/// Every node begins alone. Whoever is still alone, and tied well enough to the rest of the community,
/// joins the part where that raises quality most, if that part is tied well enough itself. `seed` decides
/// in what order they are asked.
pub(super) fn refine(
    graph: &Graph,
    mass_of: &[f64],
    partition: &Partition,
    chance: f64,
    seed: u64,
) -> Vec<u32> {
    let (begins, members) = members(partition.of(), graph.nodes());
    let mut place = vec![0_u32; members.len()];
    for (at, node) in (0..).zip(&members) {
        place[*node as usize] = at;
    }
    let largest = begins.windows(2).map(|ends| ends[1] - ends[0]).max();
    let refined = in_ranges(shares(&begins), |communities| {
        let mut parts = Vec::new();
        let mut room = Room::new(largest.unwrap_or(0));
        for community in communities {
            let range = begins[community]..begins[community + 1];
            match members[range.clone()] {
                [] => continue,
                [node] => {
                    parts.push(node);
                    continue;
                }
                _ => {}
            }
            let community = Community {
                graph,
                place: &place,
                first: range.start,
                members: &members[range],
                chance,
            };
            let named = community.refine(mass_of, seed, &mut room);
            parts.extend(named);
        }
        parts
    });
    let mut part = vec![0; members.len()];
    for (node, to) in members.iter().zip(refined.into_iter().flatten()) {
        part[*node as usize] = to;
    }
    part
}

/// One community and where its nodes are.
struct Community<'a> {
    graph: &'a Graph,
    /// By node: its place in the list of the nodes of all communities.
    place: &'a [u32],
    /// The place of this community's first node.
    first: usize,
    members: &'a [u32],
    chance: f64,
}

/// What is used again for every community. All of it is by a member's number within the community.
struct Room {
    part: Vec<u32>,
    masses: Vec<f64>,
    is_alone: Vec<bool>,
    /// By part, how strongly it is tied to the rest of the community.
    tied_to_rest: Vec<f64>,
    order: Vec<u32>,
    tally: Tally,
}

impl Room {
    fn new(largest: usize) -> Self {
        Self {
            part: Vec::new(),
            masses: Vec::new(),
            is_alone: Vec::new(),
            tied_to_rest: Vec::new(),
            order: Vec::new(),
            tally: Tally::new(largest),
        }
    }
}

impl Community<'_> {
    /// A node's number within the community, if it is in it.
    fn number(&self, node: u32) -> Option<u32> {
        let number = (self.place[node as usize] as usize).wrapping_sub(self.first);
        let number = u32::try_from(number).ok()?;
        ((number as usize) < self.members.len()).then_some(number)
    }

    /// The part of each of its nodes.
    fn refine<'r>(
        &'r self,
        mass_of: &[f64],
        seed: u64,
        room: &'r mut Room,
    ) -> impl Iterator<Item = u32> + 'r {
        let Room {
            part,
            masses,
            is_alone,
            tied_to_rest,
            order,
            tally,
        } = room;
        let size = u32::try_from(self.members.len()).expect("nodes are numbered by 32 bits");
        part.clear();
        part.extend(0..size);
        order.clear();
        order.extend(0..size);
        masses.clear();
        masses.extend(self.members.iter().map(|node| mass_of[*node as usize]));
        is_alone.clear();
        is_alone.resize(self.members.len(), true);
        tied_to_rest.clear();
        tied_to_rest.extend(self.members.iter().map(|node| self.tied_within(*node)));
        let all: f64 = masses.iter().sum();
        Draw(seed ^ u64::from(self.members[0]).wrapping_mul(0x9E37_79B9_7F4A_7C15)).shuffle(order);
        for number in order.iter().copied() {
            let here = number as usize;
            if !is_alone[here] {
                continue;
            }
            let node = self.members[here];
            let mass = mass_of[node as usize];
            if tied_to_rest[here] < self.chance * mass * (all - mass) {
                continue;
            }
            let (others, weights) = self.graph.adjacent(node);
            tally.count(others, weights, |other| {
                self.number(other).map(|other| part[other as usize])
            });
            let mut best = (number, 0.0, 0.0);
            for (to, tied) in tally.iter() {
                let theirs = masses[to as usize];
                let is_well_tied =
                    tied_to_rest[to as usize] >= self.chance * theirs * (all - theirs);
                let worth = tied - self.chance * mass * theirs;
                if is_well_tied && worth > best.1 {
                    best = (to, worth, tied);
                }
            }
            tally.clear();
            let (to, _, tied) = best;
            if to != number {
                part[here] = to;
                is_alone[here] = false;
                is_alone[to as usize] = false;
                masses[to as usize] += mass;
                tied_to_rest[to as usize] += tied_to_rest[here] - 2.0 * tied;
            }
        }
        part.iter().map(|part| self.members[*part as usize])
    }

    /// How strongly a node is tied to the others.
    fn tied_within(&self, node: u32) -> f64 {
        let others = self.graph.around(node);
        let within = others.filter(|(other, _)| self.number(*other).is_some());
        within.map(|(_, weight)| f64::from(weight)).sum()
    }
}

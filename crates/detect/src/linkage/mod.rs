//! Accounts of one hand: who exchanges money with whom, and who was registered when.
//!
//! Whoever runs many accounts moves money between them, feeds them from one purse and empties them
//! into one, and registers them in one sitting. Each of these has innocent reasons; how much they say
//! together is learned from the platform itself, without labels, as in record linkage: pairs that
//! exchange money are of one hand or not, and each kind of agreement is likelier in one of the two.
//! What registration dates alone agree by chance is known, and does not have to be learned.
//!
//! One person has several accounts; many accounts are an operation. From how many on is measured, not
//! derived: see [`of_one_person_or_more`].
//!
//! Source: Fellegi and Sunter, "A theory for record linkage" (JASA 64, 1969); the expectation
//! maximisation is Winkler's (Proceedings of the Section on Survey Research Methods, ASA, 1988).

mod alike;
mod allege;
mod candidates;
mod gaps;
mod mixture;
mod passings;

use crate::graph::{Edge, Graph, components};
use crate::input::World;
use crate::score::log_odds;

pub(crate) use alike::Payments;
pub(crate) use allege::allege;
use candidates::{Candidate, candidates};
use mixture::{Laws, Mixture, learn};
use passings::{Passing, passings};

/// Fewer pairs teach nothing.
const LEAST_PAIRS: usize = 100;

/// How two accounts agree.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct LinkedPair {
    pub(crate) candidate: Candidate,
    /// What money says that they are of one hand, in nats.
    pub(crate) money: f64,
    /// What the time between their registrations says, in nats.
    pub(crate) registration: f64,
    /// What it says how alike they are in how much they pay, in nats.
    pub(crate) alike: f64,
    /// How probably they are of one hand.
    pub(crate) probability: f64,
}

/// The accounts of a platform that exchange money, and whose they are.
#[derive(Debug, Default)]
pub(crate) struct Linkage {
    /// Pairs that exchange money or share a rare counterparty, sorted by accounts.
    pub(crate) pairs: Vec<LinkedPair>,
    /// Accounts of one hand, each sorted, in the order of their first members; at least two.
    pub(crate) networks: Vec<Vec<u32>>,
    /// By network, what passed between its accounts and with whom several of them had to do.
    passings: Vec<Vec<Passing>>,
    /// By account, how many would be of its network if nobody knew how alike they are; 0 or 1 if nobody
    /// would.
    unlike: Vec<u32>,
    /// By account, what it pays and is paid.
    payments: Vec<Payments>,
    /// Accounts that exchange money and whose registration is not known: they are nobody's.
    pub(crate) undated: u64,
    /// Whether there were pairs, and too few to learn from.
    pub(crate) too_few: bool,
}

impl Linkage {
    /// Learns from the platform's transfers whose accounts are whose. `hubs` are accounts, by number,
    /// that serve everybody: exchanges, contracts, shops. To have met there says nothing.
    ///
    /// Cost: O(transfers log transfers), and up to 435 pairs for each counterparty that is rare.
    pub(crate) fn find(world: &World, hubs: &[bool]) -> Self {
        let (found, undated) = candidates(world, hubs);
        if found.len() < LEAST_PAIRS {
            return Self {
                undated,
                too_few: !found.is_empty(),
                ..Self::default()
            };
        }
        let payments = Payments::of(world);
        let dated = || {
            let all = world.profiles.iter().zip(&payments);
            all.filter_map(|(profile, payments)| Some((profile.created_at?, *payments)))
        };
        let laws = Laws {
            registration: gaps::law(dated().map(|(created, _)| created).collect()),
            alike: alike::law(dated().map(|(_, payments)| payments).collect()),
        };
        // Of all pairs, about as many are of one hand as there are accounts.
        let anybody = -(dated().count() as f64).ln();
        let compared: Vec<[u8; mixture::FIELDS]> = found
            .iter()
            .map(|pair| {
                let created = |account: u32| world.profiles[account as usize].created_at;
                let gap = created(pair.a).zip(created(pair.b));
                [
                    pair.direct,
                    shared_level(pair.shared),
                    gap.map_or(0, |(one, other)| gaps::level(one.abs_diff(other))),
                    payments[pair.a as usize].level(payments[pair.b as usize]),
                ]
            })
            .collect();
        let mixture = learn(&compared, &laws);
        let pairs: Vec<LinkedPair> = found
            .into_iter()
            .zip(&compared)
            .map(|(candidate, fields)| linked(&mixture, anybody, candidate, *fields))
            .collect();
        let networks = networks(world, &pairs, |pair| pair.probability > 0.5);
        let unlike = |pair: &LinkedPair| log_odds(pair.probability) - pair.alike > 0.0;
        Self {
            passings: passings(world, hubs, &networks),
            unlike: sizes(world, &self::networks(world, &pairs, unlike)),
            payments,
            pairs,
            networks,
            undated,
            too_few: false,
        }
    }
}

impl Linkage {
    /// By account, how many hang together with it by payments at all.
    pub(crate) fn components(&self, world: &World) -> Vec<u32> {
        let edges = self.pairs.iter().map(edge).collect();
        let accounts = u32::try_from(world.accounts()).unwrap_or(u32::MAX);
        let part = components(&Graph::new(accounts, edges).0);
        let mut sizes = vec![0; part.len()];
        for part in &part {
            sizes[*part as usize] += 1;
        }
        part.iter().map(|part| sizes[*part as usize]).collect()
    }
}

fn edge(pair: &LinkedPair) -> Edge {
    Edge {
        a: pair.candidate.a,
        b: pair.candidate.b,
        weight: 1.0,
    }
}

fn linked(
    mixture: &Mixture,
    anybody: f64,
    candidate: Candidate,
    fields: [u8; mixture::FIELDS],
) -> LinkedPair {
    let says = mixture.says(fields);
    LinkedPair {
        candidate,
        money: mixture.prior - anybody + says[0] + says[1],
        registration: says[2],
        alike: says[3],
        probability: mixture.probability(fields),
    }
}

/// Counterparties in common, in steps.
fn shared_level(shared: u32) -> u8 {
    match shared {
        0 => 0,
        1 => 1,
        2 => 2,
        3..5 => 3,
        5..10 => 4,
        10.. => 5,
    }
}

/// By account, how many are in its network; 0 if it is in none.
fn sizes(world: &World, networks: &[Vec<u32>]) -> Vec<u32> {
    let mut sizes = vec![0; world.accounts()];
    for network in networks {
        for account in network {
            sizes[*account as usize] = u32::try_from(network.len()).unwrap_or(u32::MAX);
        }
    }
    sizes
}

/// Components of what is rather of one hand than not.
fn networks(
    world: &World,
    pairs: &[LinkedPair],
    is_of_one_hand: impl Fn(&LinkedPair) -> bool,
) -> Vec<Vec<u32>> {
    let edges = pairs
        .iter()
        .filter(|pair| is_of_one_hand(pair))
        .map(edge)
        .collect();
    let accounts = u32::try_from(world.accounts()).unwrap_or(u32::MAX);
    let part = components(&Graph::new(accounts, edges).0);
    let mut by_part: Vec<(u32, u32)> = part.into_iter().zip(0..accounts).collect();
    by_part.sort_unstable();
    let mut networks: Vec<Vec<u32>> = by_part
        .chunk_by(|one, next| one.0 == next.0)
        .filter(|part| part.len() > 1)
        .map(|part| part.iter().map(|(_, account)| *account).collect())
        .collect();
    networks.sort_unstable();
    networks
}

/// Log-odds that so many accounts of one hand are an operation, not one person with several.
///
/// Measured on a published airdrop, whose labels were used for these three numbers and nothing else: of
/// the accounts in networks of 6, two in five were hostile; of 7, three in five; of 10, nine in ten; of
/// the largest, a few in a hundred were not.
pub(crate) fn of_one_person_or_more(accounts: usize) -> f64 {
    const EVEN_AT: f64 = 6.5;
    const STEEPNESS: f64 = 5.3;
    const MOST: f64 = 3.6;
    (STEEPNESS * (accounts as f64 / EVEN_AT).ln()).min(MOST)
}

#[cfg(test)]
mod tests;

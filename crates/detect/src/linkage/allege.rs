//! What is alleged of accounts of one hand, and the facts behind it.

use avert_model::{FactCode, Layer};

use super::candidates::Candidate;
use super::{Linkage, LinkedPair};
use crate::fusion::Group;
use crate::input::{DAY, World};
use crate::score::{Alleged, AllegedEdge, AllegedFact, AllegedMember, Tied, Without};

/// The detector's name in findings and facts.
const DETECTOR: &str = "linkage";

/// Its version; a change in judgement changes it.
const DETECTOR_VERSION: &str = "1";

/// What one account has to do with the others of its network.
#[derive(Debug, Clone, Default)]
struct Bonds {
    /// The strongest of its pairs, by what money says.
    money: f64,
    /// The strongest of its pairs, by what registration says.
    registration: f64,
    /// The strongest of its pairs, by how alike they are in how much they pay.
    alike: f64,
    /// Who is most alike.
    most_alike: Vec<u32>,
    /// Whom it paid, or who paid it.
    direct: Vec<u32>,
    /// With whom it shares a rare counterparty.
    elsewhere: Vec<u32>,
    /// Who was registered nearest to it, and how far from it in microseconds.
    nearest: Option<(u64, u32)>,
}

/// The networks of one hand as they are to be told. `is_taken` says who is in a finding already;
/// `log_odds` says how sure it is that an account is hostile.
pub(crate) fn allege(
    world: &World,
    linkage: &Linkage,
    is_taken: impl Fn(u32) -> bool,
    log_odds: impl Fn(u32) -> f64,
) -> Vec<Alleged> {
    let mut network_of = vec![None; world.accounts()];
    for (number, network) in linkage.networks.iter().enumerate() {
        for account in network {
            network_of[*account as usize] = Some(number);
        }
    }
    let mut within: Vec<Vec<&LinkedPair>> = vec![Vec::new(); linkage.networks.len()];
    for pair in &linkage.pairs {
        let (a, b) = (pair.candidate.a as usize, pair.candidate.b as usize);
        if let Some(number) = network_of[a].filter(|_| network_of[a] == network_of[b]) {
            within[number].push(pair);
        }
    }
    let networks = linkage.networks.iter().zip(&within);
    networks
        .filter_map(|(network, pairs)| {
            let free: Vec<u32> = network.iter().copied().filter(|a| !is_taken(*a)).collect();
            (free.len() > 1).then(|| one(world, network, &free, pairs, &log_odds))
        })
        .collect()
}

/// One network, without those who are in another finding.
fn one(
    world: &World,
    network: &[u32],
    free: &[u32],
    pairs: &[&LinkedPair],
    log_odds: &impl Fn(u32) -> f64,
) -> Alleged {
    let bonds = bonds(world, network, pairs);
    let is_free = |account: u32| free.binary_search(&account).is_ok();
    let members: Vec<AllegedMember> = network
        .iter()
        .zip(&bonds)
        .filter(|(account, _)| is_free(**account))
        .map(|(account, bonds)| member(*account, bonds, log_odds(*account), network.len()))
        .collect();
    let edges = pairs
        .iter()
        .filter(|pair| is_free(pair.candidate.a) && is_free(pair.candidate.b))
        .flat_map(|pair| {
            let edge = |layer, weight, objects| AllegedEdge {
                a: pair.candidate.a,
                b: pair.candidate.b,
                layer,
                weight,
                objects,
            };
            let counterparties = pair.candidate.shared + u32::from(pair.candidate.direct > 0);
            let money = edge(Layer::Money, pair.money, counterparties);
            let registration = edge(Layer::Registration, pair.registration, 1);
            [money, registration, edge(Layer::Activity, pair.alike, 1)]
        })
        .filter(|edge| edge.weight > 0.0)
        .collect();
    Alleged {
        detector: (DETECTOR, DETECTOR_VERSION),
        called: ("account of one hand", "accounts of one hand"),
        // Pairs are accounts with money between them whose registration is known; and money and
        // registration without activity are right too seldom for anybody to be proposed.
        without: Without::Nobody,
        facts: network_facts(world, network, &bonds),
        members,
        edges,
    }
}

fn bonds(world: &World, network: &[u32], pairs: &[&LinkedPair]) -> Vec<Bonds> {
    let created = |account: u32| world.profiles[account as usize].created_at;
    let mut bonds = vec![Bonds::default(); network.len()];
    for pair in pairs {
        let Candidate { a, b, .. } = pair.candidate;
        let gap = created(a).zip(created(b)).map(|(a, b)| a.abs_diff(b));
        for (here, there) in [(a, b), (b, a)] {
            let Ok(place) = network.binary_search(&here) else {
                continue;
            };
            let bond = &mut bonds[place];
            bond.money = bond.money.max(pair.money);
            bond.registration = bond.registration.max(pair.registration);
            if pair.alike > bond.alike {
                bond.alike = pair.alike;
                bond.most_alike = vec![there];
            }
            if pair.candidate.direct > 0 {
                bond.direct.push(there);
            }
            if pair.candidate.shared > 0 {
                bond.elsewhere.push(there);
            }
            if let Some(gap) = gap {
                let nearest = (gap, there);
                bond.nearest = Some(bond.nearest.map_or(nearest, |known| known.min(nearest)));
            }
        }
    }
    bonds
}

fn member(account: u32, bonds: &Bonds, log_odds: f64, accounts: usize) -> AllegedMember {
    let mut facts = vec![AllegedFact {
        code: FactCode::SharedObjects,
        text: format!(
            "It exchanged money with {}, and has rare counterparties in common with {}, of {} accounts",
            bonds.direct.len(),
            bonds.elsewhere.len(),
            accounts - 1
        ),
        layer: Some(Layer::Money),
        weight: bonds.money,
        accounts: both(&bonds.direct, &bonds.elsewhere, account),
    }];
    if let Some((gap, nearest)) = bonds.nearest {
        facts.push(AllegedFact {
            code: FactCode::RegisteredTogether,
            text: format!(
                "It was registered {} before or after another account that it has to do with",
                duration(gap)
            ),
            layer: Some(Layer::Registration),
            weight: bonds.registration,
            accounts: both(&[account], &[nearest], account),
        });
    }
    if bonds.alike > 0.0 {
        facts.push(AllegedFact {
            code: FactCode::SharedObjects,
            text: "It makes and receives nearly as many payments as another account that it has to do with"
                .to_owned(),
            layer: Some(Layer::Activity),
            weight: bonds.alike,
            accounts: both(&[account], &bonds.most_alike, account),
        });
    }
    AllegedMember {
        account,
        log_odds,
        layers: vec![
            tied(Layer::Money, bonds.money),
            tied(Layer::Registration, bonds.registration),
            tied(Layer::Activity, bonds.alike),
        ],
        facts,
    }
}

fn tied(layer: Layer, nats: f64) -> Tied {
    Tied {
        group: Group::of(&layer) as usize,
        layer,
        nats,
    }
}

fn network_facts(world: &World, network: &[u32], bonds: &[Bonds]) -> Vec<AllegedFact> {
    let paid = bonds.iter().filter(|bond| !bond.direct.is_empty()).count();
    let nets = |what: fn(&Bonds) -> f64| bonds.iter().map(what).sum::<f64>() / bonds.len() as f64;
    let mut created: Vec<i64> = network
        .iter()
        .filter_map(|account| world.profiles[*account as usize].created_at)
        .collect();
    created.sort_unstable();
    // The shortest time in which half of them were registered.
    let half = created.len().div_ceil(2).max(1);
    let shortest = created
        .windows(half)
        .map(|some| some[half - 1].abs_diff(some[0]))
        .min()
        .unwrap_or(0);
    vec![
        AllegedFact {
            code: FactCode::SharedObjects,
            text: format!(
                "{paid} of its {} accounts exchanged money with each other; the others have rare counterparties in common",
                network.len()
            ),
            layer: Some(Layer::Money),
            weight: nets(|bond| bond.money),
            accounts: network.to_vec(),
        },
        AllegedFact {
            code: FactCode::RegisteredTogether,
            text: format!(
                "{half} of them were registered within {}",
                duration(shortest)
            ),
            layer: Some(Layer::Registration),
            weight: nets(|bond| bond.registration),
            accounts: network.to_vec(),
        },
    ]
}

fn both(one: &[u32], other: &[u32], also: u32) -> Vec<u32> {
    let mut all: Vec<u32> = one.iter().chain(other).copied().chain([also]).collect();
    all.sort_unstable();
    all.dedup();
    all
}

/// A time as people say it.
fn duration(micros: u64) -> String {
    let minutes = micros / 60_000_000;
    let day = DAY.unsigned_abs();
    if minutes < 2 {
        format!("{} seconds", micros / 1_000_000)
    } else if minutes < 120 {
        format!("{minutes} minutes")
    } else if micros < 2 * day {
        format!("{} hours", minutes / 60)
    } else {
        format!("{} days", micros / day)
    }
}

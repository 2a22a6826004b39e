//! What is alleged of accounts of one hand, and the facts behind it.

use avert_model::{FactCode, Layer, Verb};

use super::candidates::Candidate;
use super::passings::{Passing, seen};
use super::{Linkage, LinkedPair, of_one_person_or_more};
use crate::fusion::Group;
use crate::input::{NO_TIME, World};
use crate::score::{Alleged, AllegedEdge, AllegedFact, AllegedMember, Seen, Tied, duration};

/// The detector's name in findings and facts.
const DETECTOR: &str = "linkage";

/// Its version; a change in judgement changes it.
const DETECTOR_VERSION: &str = "2";

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
/// `log_odds` says how sure it is that an account is hostile and by how much a model stretches what the
/// detector says; from `propose_at` on, in log-odds, an account is proposed.
pub(crate) fn allege(
    world: &World,
    linkage: &Linkage,
    is_taken: impl Fn(u32) -> bool,
    log_odds: impl Fn(u32) -> (f64, f64),
    propose_at: f64,
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
    let teller = Teller {
        world,
        linkage,
        propose_at,
    };
    let networks = linkage.networks.iter().zip(&within).enumerate();
    networks
        .filter_map(|(number, (network, pairs))| {
            let free: Vec<u32> = network.iter().copied().filter(|a| !is_taken(*a)).collect();
            (free.len() > 1).then(|| teller.one(number, &free, pairs, &log_odds))
        })
        .collect()
}

/// What is the same for every network.
struct Teller<'a> {
    world: &'a World,
    linkage: &'a Linkage,
    propose_at: f64,
}

impl Teller<'_> {
    /// One network, without those who are in another finding.
    fn one(
        &self,
        number: usize,
        free: &[u32],
        pairs: &[&LinkedPair],
        log_odds: &impl Fn(u32) -> (f64, f64),
    ) -> Alleged {
        let network = &self.linkage.networks[number];
        let passings = &self.linkage.passings[number];
        let bonds = bonds(self.world, network, pairs);
        let is_free = |account: u32| free.binary_search(&account).is_ok();
        let members: Vec<AllegedMember> = network
            .iter()
            .zip(&bonds)
            .filter(|(account, _)| is_free(**account))
            .map(|(account, bonds)| AllegedMember {
                account: *account,
                log_odds: log_odds(*account).0,
                layers: vec![
                    tied(Layer::Money, bonds.money),
                    tied(Layer::Registration, bonds.registration),
                    tied(Layer::Activity, bonds.alike),
                ],
                needs: self.needs(*account, network.len(), log_odds(*account)),
                facts: self.member_facts(*account, bonds, passings, network.len()),
            })
            .collect();
        Alleged {
            detector: (DETECTOR, DETECTOR_VERSION),
            called: ("account of one hand", "accounts of one hand"),
            facts: self.network_facts(network, &bonds, passings),
            members,
            edges: edges(pairs, is_free),
        }
    }

    /// Without which layers it would not be proposed. Pairs are accounts with money between them whose
    /// registration is known, so that without either there is nobody.
    fn needs(&self, account: u32, accounts: usize, (log_odds, slope): (f64, f64)) -> Vec<Layer> {
        let unlike = self.linkage.unlike[account as usize] as usize;
        let mut needs = vec![Layer::Money, Layer::Registration];
        let lost = of_one_person_or_more(accounts) - of_one_person_or_more(unlike.max(1));
        if unlike < 2 || log_odds - slope * lost < self.propose_at {
            needs.push(Layer::Activity);
        }
        needs
    }

    fn member_facts(
        &self,
        account: u32,
        bonds: &Bonds,
        passings: &[Passing],
        accounts: usize,
    ) -> Vec<AllegedFact> {
        let from = passings.partition_point(|one| one.account < account);
        let own = passings[from..]
            .iter()
            .take_while(|one| one.account == account);
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
            seen: seen(self.world, own.copied()),
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
                seen: self.registered(&[account, nearest]),
            });
        }
        if let Some(alike) = bonds.most_alike.first().filter(|_| bonds.alike > 0.0) {
            let counts = |account: u32| self.linkage.payments[account as usize].counts();
            let ((made, received), (other_made, other_received)) =
                (counts(account), counts(*alike));
            facts.push(AllegedFact {
                code: FactCode::SharedObjects,
                text: format!(
                    "It made {made} payments and received {received}; another account that it has to do with, {other_made} and {other_received}"
                ),
                layer: Some(Layer::Activity),
                weight: bonds.alike,
                accounts: both(&[account], &bonds.most_alike, account),
                seen: self.active(account),
            });
        }
        facts
    }

    fn network_facts(
        &self,
        network: &[u32],
        bonds: &[Bonds],
        passings: &[Passing],
    ) -> Vec<AllegedFact> {
        let paid = bonds.iter().filter(|bond| !bond.direct.is_empty()).count();
        let nets =
            |what: fn(&Bonds) -> f64| bonds.iter().map(what).sum::<f64>() / bonds.len() as f64;
        let mut created: Vec<(i64, u32)> = network
            .iter()
            .filter_map(|account| Some((self.created(*account)?, *account)))
            .collect();
        created.sort_unstable();
        // The shortest time in which half of them were registered.
        let half = created.len().div_ceil(2).max(1);
        let shortest = created
            .windows(half)
            .min_by_key(|some| some[half - 1].0.abs_diff(some[0].0))
            .unwrap_or_default();
        let together: Vec<u32> = shortest.iter().map(|(_, account)| *account).collect();
        let within = shortest
            .last()
            .zip(shortest.first())
            .map_or(0, |(last, first)| last.0.abs_diff(first.0));
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
                seen: seen(self.world, passings.iter().copied()),
            },
            AllegedFact {
                code: FactCode::RegisteredTogether,
                text: format!("{half} of them were registered within {}", duration(within)),
                layer: Some(Layer::Registration),
                weight: nets(|bond| bond.registration),
                accounts: network.to_vec(),
                seen: self.registered(&together),
            },
        ]
    }

    fn created(&self, account: u32) -> Option<i64> {
        self.world.profiles[account as usize].created_at
    }

    /// From when to when accounts were registered.
    fn registered(&self, accounts: &[u32]) -> Seen {
        let created = || accounts.iter().filter_map(|account| self.created(*account));
        Seen {
            first_at: created().min(),
            last_at: created().max(),
            ..Seen::default()
        }
    }

    /// From when to when an account paid somebody.
    fn active(&self, account: u32) -> Seen {
        let rows = self.world.rows_of(account).iter();
        let paid = rows.filter(|row| row.verb == Verb::Transfer && row.at != NO_TIME);
        let times: Vec<i64> = paid.map(|row| row.at).collect();
        Seen {
            first_at: times.iter().min().copied(),
            last_at: times.iter().max().copied(),
            ..Seen::default()
        }
    }
}

/// What ties whom, by layer.
fn edges(pairs: &[&LinkedPair], is_free: impl Fn(u32) -> bool) -> Vec<AllegedEdge> {
    pairs
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
        .collect()
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

fn tied(layer: Layer, nats: f64) -> Tied {
    Tied {
        group: Group::of(&layer) as usize,
        layer,
        nats,
    }
}

fn both(one: &[u32], other: &[u32], also: u32) -> Vec<u32> {
    let mut all: Vec<u32> = one.iter().chain(other).copied().chain([also]).collect();
    all.sort_unstable();
    all.dedup();
    all
}

//! Weighs the accounts around which something happened, as the search of a snapshot weighs all.

use std::collections::{BTreeMap, BTreeSet};

use rustc_hash::FxHashSet;

use super::networks::Judged;
use super::things::Sum;
use super::{Change, Live};
use crate::calibrate::alone;
use crate::examine::{CLEARED, Shared, judged_again, judged_beside, tie};
use crate::fusion::{self, LayerTie, bond, fuse};
use crate::network::{Assessed, Graph, grow_among, own_pull, pull};
use crate::score::{Judge, Readings};

/// A pair that is so much below what makes a network is watched all the same, in nats: it may have grown
/// stronger since it was weighed, as more accounts came and each of the two did more.
const MARGIN: f64 = 0.02;

/// An account whose own evidence moved by less has its pairs left as they were weighed, in nats.
pub(super) const MOVED: f32 = 0.05;

/// A pair whose tie moved by less, and an account whose own evidence did, is not judged anew, in nats.
pub(super) const NOTED: f32 = 0.05;

/// Another account to which one is tied strongly enough for a network, or nearly.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Near {
    other: u32,
    /// How strongly, in nats, when that was last worth noting.
    pull: f32,
}

/// What was noted of an account when it was last judged.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Noted {
    /// What its own conduct says, and what seeds add to it.
    pub(super) own: f32,
    /// How many things it shares with accounts that have a place in a network, or nearly, or are hostile.
    shared: u32,
}

/// After so many updates every account has been weighed anew.
const IN_TURNS: usize = 1_024;

/// The accounts that hang together with some, and everything that ties them.
struct Around {
    /// Sorted.
    accounts: Vec<u32>,
    ties: Vec<LayerTie>,
}

impl Live {
    /// Judges the networks around these accounts.
    pub(super) fn judge(&mut self, places: FxHashSet<u32>) -> Vec<Change> {
        let mut starts: Vec<u32> = places
            .into_iter()
            .filter(|account| !self.is_weak(*account))
            .collect();
        if starts.is_empty() {
            return Vec::new();
        }
        starts.sort_unstable();
        let mut around = self.around(starts);
        let networks = self.judged(&mut around);
        let judged: Vec<Judged> = networks
            .into_iter()
            .map(|members| {
                let return_of = self.return_of(&members);
                Judged::new(&self.world, &members, return_of, |account| {
                    self.taken_down_in(account).map(str::to_owned)
                })
            })
            .collect();
        let world = &self.world;
        self.networks
            .replace(&around.accounts, judged, |account| world.id(account))
    }

    /// Everything that hangs together with these accounts, and with the networks that they are in.
    fn around(&self, starts: Vec<u32>) -> Around {
        let mut seen: FxHashSet<u32> = starts.iter().copied().collect();
        let mut waiting = starts;
        let mut next = 0;
        while let Some(account) = waiting.get(next).copied() {
            next += 1;
            let mut join = |account: u32| {
                if seen.insert(account) {
                    waiting.push(account);
                }
            };
            if let Some(network) = self.networks.of(account) {
                let theirs = self.networks.accounts(network);
                theirs.iter().copied().for_each(&mut join);
            }
            let near = self.near[account as usize].iter();
            near.map(|near| near.other).for_each(join);
        }
        waiting.sort_unstable();
        let mut ties = Vec::new();
        for account in &waiting {
            let sums = self.shared_by(*account);
            let others = sums.chunk_by(|a, b| a.other == b.other);
            // What ties two of them is met twice.
            for sums in others.filter(|sums| {
                *account < sums[0].other || waiting.binary_search(&sums[0].other).is_err()
            }) {
                self.ties(*account, sums, &mut ties);
            }
        }
        Around {
            accounts: waiting,
            ties,
        }
    }

    /// Whether an account is tied to nobody strongly and in no network.
    fn is_weak(&self, account: u32) -> bool {
        self.near[account as usize].is_empty() && self.networks.of(account).is_none()
    }

    /// What an account shares with others, but for pairs of people who are both cleared of being made up.
    fn shared_by(&self, account: u32) -> Vec<Sum> {
        let is_open = self.own[account as usize] > CLEARED;
        let wanted = |other: u32| is_open || self.own[other as usize] > CLEARED;
        self.things.shared_by(account, wanted)
    }

    /// Weighs the ties of every account that touched something.
    pub(super) fn weigh_unsettled(&mut self) {
        let mut accounts: Vec<u32> = self.unsettled.ties.drain().collect();
        accounts.sort_unstable();
        let in_turn = std::mem::take(&mut self.unsettled.in_turn);
        for account in accounts {
            self.weigh(account, in_turn.contains(&account));
        }
    }

    /// Has the next few accounts weighed anew: with every account on the platform, what is shared
    /// becomes a little rarer.
    pub(super) fn weigh_in_turn(&mut self) {
        for _ in 0..self.listed.len().div_ceil(IN_TURNS) {
            self.turn = (self.turn + 1) % self.listed.len();
            let account = u32::try_from(self.turn).unwrap_or(0);
            self.unsettled.ties.insert(account);
            self.unsettled.in_turn.insert(account);
        }
    }

    /// Notes to whom an account is tied strongly enough to be in one network, or nearly. If that is news, or
    /// its turn has come, it is judged with the networks that it has to do with.
    fn weigh(&mut self, account: u32, in_turn: bool) {
        let place = account as usize;
        self.own_weighed[place] = self.own[place];
        let sums = self.shared_by(account);
        let mut near = Vec::new();
        let mut shared = 0_u32;
        let mut ties = Vec::new();
        let mut networks: BTreeMap<u64, BTreeSet<u16>> = BTreeMap::new();
        for sums in sums.chunk_by(|a, b| a.other == b.other) {
            let other = sums[0].other;
            if let Some(network) = self.networks.of(other) {
                let layers = networks.entry(network).or_default();
                layers.extend(sums.iter().map(|sum| sum.layer));
            }
            if !self.is_weak(other) || self.hostile.contains_key(&other) {
                let things = sums.iter().map(|sum| sum.things);
                shared = things.fold(shared, u32::wrapping_add);
            }
            if self.may_be_strong(account, sums) {
                ties.clear();
                self.ties(account, sums, &mut ties);
                if !ties.is_empty() {
                    let bond = bond(&ties, 0, &self.layers, self.settings.share_of_weaker);
                    let pull = pull(&bond, &self.own);
                    if pull >= self.settings.tie_at - MARGIN {
                        #[expect(clippy::cast_possible_truncation, reason = "a few nats")]
                        let pull = pull as f32;
                        near.push(Near { other, pull });
                    }
                }
            }
        }
        let noted = self.noted[place];
        let is_news = self.draw_near(account, near)
            || noted.shared != shared
            || (noted.own - self.own[place]).abs() > NOTED;
        if !(is_news || in_turn) {
            return;
        }
        self.noted[place] = Noted {
            own: self.own[place],
            shared,
        };
        self.unsettled.places.insert(account);
        // Whoever was taken over is tied to a network less than its members are, but in two ways, and
        // approaches strangers.
        let approaches = self.history.approaches(account);
        if !approaches.iter().any(|approach| approach.stranger) {
            return;
        }
        for (network, layers) in networks {
            if layers.len() > 1 && self.networks.of(account) != Some(network) {
                let member = self.networks.accounts(network).first();
                self.unsettled.places.extend(member);
            }
        }
    }

    /// Notes who is near an account now, on both sides; whether that is another than was noted before.
    fn draw_near(&mut self, account: u32, near: Vec<Near>) -> bool {
        let place = account as usize;
        let old = std::mem::take(&mut self.near[place]);
        let is_same = old.len() == near.len()
            && old
                .iter()
                .zip(&near)
                .all(|(old, new)| old.other == new.other && (old.pull - new.pull).abs() <= NOTED);
        if is_same {
            // What it was is kept: what moves a little again and again is news at some time.
            self.near[place] = old;
            return false;
        }
        let find = |list: &[Near], other: u32| list.binary_search_by_key(&other, |one| one.other);
        for gone in old.iter().filter(|one| find(&near, one.other).is_err()) {
            self.near[gone.other as usize].retain(|one| one.other != account);
            self.unsettled.places.insert(gone.other);
        }
        for Near { other, pull } in &near {
            let (theirs, pull) = (&mut self.near[*other as usize], *pull);
            match find(theirs, account) {
                Ok(known) => theirs[known].pull = pull,
                Err(missing) => theirs.insert(
                    missing,
                    Near {
                        other: account,
                        pull,
                    },
                ),
            }
        }
        self.near[place] = near;
        true
    }

    /// Whether two accounts can be tied strongly at all, by the layers in which they share something.
    fn may_be_strong(&self, account: u32, sums: &[Sum]) -> bool {
        let layers = sums.iter().map(|sum| &self.layers[usize::from(sum.layer)]);
        let most: f64 = layers.map(fusion::most_evidence).sum();
        let own = |account: u32| self.own[account as usize];
        own_pull(own(account), own(sums[0].other)) + most >= self.settings.tie_at - MARGIN
    }

    /// What ties two accounts, layer by layer.
    pub(super) fn ties(&self, account: u32, sums: &[Sum], into: &mut Vec<LayerTie>) {
        let population = self.world.population();
        into.extend(sums.iter().filter_map(|sum| {
            let shared = Shared {
                a: account.min(sum.other),
                b: account.max(sum.other),
                objects: sum.things,
                rarity: sum.rarity(population),
            };
            let number = usize::from(sum.layer);
            tie(
                &self.sought,
                population,
                number,
                &self.layers[number],
                &shared,
            )
        }));
    }

    fn judged(&self, around: &mut Around) -> Vec<Vec<Assessed>> {
        let bonds = fuse(
            &mut around.ties,
            &self.layers,
            self.settings.share_of_weaker,
        );
        let graph = Graph::new(&bonds, self.world.accounts());
        let nothing = BTreeMap::new();
        let mut judge = Judge {
            world: &self.world,
            history: &self.history,
            settings: &self.settings,
            layers: &self.layers,
            ties: &around.ties,
            bonds: &bonds,
            graph: &graph,
            sought: &self.sought,
            touches: &nothing,
            own: &self.own,
            readings: None,
        };
        let grown = grow_among(&judge, around.accounts.clone());
        let settled: BTreeSet<u32> = self.networks.beside(&around.accounts);
        let first = judged_beside(&judge, &grown, settled.clone());
        let readings = self.readings(&judge, &first);
        judge.readings = Some(&readings);
        judged_again(&judge, &grown, first, settled)
    }

    /// How the model reads what is said of members.
    fn readings(&self, judge: &Judge<'_>, networks: &[Vec<Assessed>]) -> Readings {
        let accounts = self.world.accounts();
        let mut readings = Readings {
            log_odds: vec![0.0; accounts],
            slope: vec![0.0; accounts],
            shift: vec![0.0; accounts],
        };
        for network in networks {
            for one in network {
                let number = one.verdict.account as usize;
                let mut features = alone(judge, number);
                features.belong(one, network.len());
                let log_odds = self.model.log_odds(&features);
                let slope = self.model.slope(features.detector);
                readings.log_odds[number] = log_odds;
                readings.slope[number] = slope;
                readings.shift[number] = log_odds - slope * features.log_odds;
            }
        }
        readings
    }
}

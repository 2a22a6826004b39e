//! The networks that are being watched: their numbers, and what became of them.

use std::collections::{BTreeMap, BTreeSet};

use avert_model::{AccountId, MemberKind, Probability};

use super::change::{Change, LiveMember, LiveNetwork};
use crate::input::World;
use crate::network::Assessed;
use crate::score::{network_probability, strongest_layers};

/// So many networks to which nothing happened are weighed anew at each update.
const IN_TURN: usize = 1;

/// A probability that moves by less is no news.
const NO_NEWS: f64 = 0.05;

/// A network as it was just judged.
pub(super) struct Judged {
    /// Sorted.
    accounts: Vec<u32>,
    probability: Probability,
    members: Vec<LiveMember>,
    return_of: Vec<String>,
}

impl Judged {
    /// `taken_down` says with which network an account was taken down.
    pub(super) fn new(
        world: &World,
        assessed: &[Assessed],
        return_of: Vec<String>,
        taken_down: impl Fn(u32) -> Option<String>,
    ) -> Self {
        let mut accounts: Vec<u32> = assessed.iter().map(|one| one.verdict.account).collect();
        accounts.sort_unstable();
        let mut members: Vec<LiveMember> = assessed
            .iter()
            .map(|one| {
                let taken_down = taken_down(one.verdict.account);
                LiveMember {
                    account: world.id(one.verdict.account),
                    kind: one.kind,
                    proposed: one.proposed && taken_down.is_none(),
                    taken_down,
                    probability: Probability::from_log_odds(one.verdict.log_odds),
                    layers: strongest_layers(&one.verdict.layers),
                }
            })
            .collect();
        members.sort_by(|a, b| {
            let surest = b.probability.get().total_cmp(&a.probability.get());
            surest.then_with(|| a.account.cmp(&b.account))
        });
        Self {
            accounts,
            probability: network_probability(assessed),
            members,
            return_of,
        }
    }

    fn numbered(&self, number: u64) -> LiveNetwork {
        LiveNetwork {
            number,
            probability: self.probability,
            members: self.members.clone(),
            return_of: self.return_of.clone(),
        }
    }
}

/// A network, and the numbers of its accounts.
struct Kept {
    accounts: Vec<u32>,
    network: LiveNetwork,
}

/// All networks.
#[derive(Default)]
pub(super) struct Networks {
    kept: BTreeMap<u64, Kept>,
    /// By account: the network it is in; 0 for none. As long as the highest that was ever in one.
    of: Vec<u64>,
    last: u64,
    turn: u64,
}

impl Networks {
    pub(super) fn iter(&self) -> impl Iterator<Item = &LiveNetwork> {
        self.kept.values().map(|kept| &kept.network)
    }

    /// The network that an account is in.
    pub(super) fn of(&self, account: u32) -> Option<u64> {
        self.of
            .get(account as usize)
            .copied()
            .filter(|number| *number > 0)
    }

    /// The accounts of a network, sorted.
    pub(super) fn accounts(&self, network: u64) -> &[u32] {
        self.kept.get(&network).map_or(&[], |kept| &kept.accounts)
    }

    /// The accounts of networks that have none of these accounts, which are sorted.
    pub(super) fn beside(&self, accounts: &[u32]) -> BTreeSet<u32> {
        let is_beside = |kept: &&Kept| {
            let mut theirs = kept.accounts.iter();
            !theirs.any(|account| accounts.binary_search(account).is_ok())
        };
        let beside = self.kept.values().filter(is_beside);
        beside.flat_map(|kept| &kept.accounts).copied().collect()
    }

    /// The accounts of the networks whose turn it is to be weighed anew.
    pub(super) fn take_turn(&mut self) -> Vec<u32> {
        let after = self.kept.range(self.turn + 1..);
        let some: Vec<u64> = after.map(|(number, _)| *number).take(IN_TURN).collect();
        self.turn = some
            .last()
            .copied()
            .filter(|_| some.len() == IN_TURN)
            .unwrap_or(0);
        let accounts = some.iter().flat_map(|number| self.accounts(*number));
        accounts.copied().collect()
    }

    /// Puts what was just judged in the place of every network that has one of these accounts, which
    /// are sorted, and says what changed.
    pub(super) fn replace(
        &mut self,
        accounts: &[u32],
        judged: Vec<Judged>,
        id: impl Fn(u32) -> AccountId,
    ) -> Vec<Change> {
        let touched = accounts.iter().filter_map(|account| self.of(*account));
        let numbers: BTreeSet<u64> = touched.collect();
        let mut old = BTreeMap::new();
        for number in numbers {
            if let Some(kept) = self.kept.remove(&number) {
                for account in &kept.accounts {
                    self.of[*account as usize] = 0;
                }
                old.insert(number, kept);
            }
        }
        let heirs = heirs(&old, &judged);
        let mut changes = Vec::new();
        for (place, judged) in judged.into_iter().enumerate() {
            let parts: Vec<u64> = old
                .iter()
                .filter(|(_, kept)| overlap(&kept.accounts, &judged.accounts) > 0)
                .map(|(number, _)| *number)
                .collect();
            let heir = heirs.iter().find(|(_, heir)| **heir == place);
            let heir = heir.map(|(number, _)| *number);
            let number = heir.unwrap_or_else(|| {
                self.last += 1;
                self.last
            });
            let network = judged.numbered(number);
            // Of what goes up in this network, that which nobody else inherits.
            let absorbed: Vec<u64> = parts
                .iter()
                .copied()
                .filter(|part| Some(*part) != heir && !heirs.contains_key(part))
                .collect();
            if heir.is_none() {
                let from = parts.first().copied();
                changes.push(Change::Opened {
                    network: network.clone(),
                    from,
                });
            } else if !absorbed.is_empty() {
                changes.push(Change::Merged {
                    network: network.clone(),
                    absorbed,
                });
            } else if let Some(before) = old.get(&number)
                && is_news(&before.network, &network)
            {
                let without = |these: &[u32], those: &[u32]| {
                    let left = these.iter().filter(|one| those.binary_search(one).is_err());
                    left.map(|account| id(*account)).collect()
                };
                changes.push(Change::Updated {
                    network: network.clone(),
                    joined: without(&judged.accounts, &before.accounts),
                    left: without(&before.accounts, &judged.accounts),
                });
            }
            for account in &judged.accounts {
                let place = *account as usize;
                self.of.resize(self.of.len().max(place + 1), 0);
                self.of[place] = number;
            }
            let accounts = judged.accounts;
            self.kept.insert(number, Kept { accounts, network });
        }
        let kept = |kept: &Kept| {
            kept.accounts
                .iter()
                .any(|account| self.of(*account).is_some())
        };
        for (number, gone) in old.iter().filter(|(number, _)| !heirs.contains_key(number)) {
            if !kept(gone) {
                changes.push(Change::Retracted {
                    number: *number,
                    members: gone.accounts.iter().map(|account| id(*account)).collect(),
                });
            }
        }
        changes
    }
}

/// Which of the networks just judged goes on under the number of which old one: where most of it is.
fn heirs(old: &BTreeMap<u64, Kept>, judged: &[Judged]) -> BTreeMap<u64, usize> {
    let mut overlaps = Vec::new();
    for (number, kept) in old {
        for (place, judged) in judged.iter().enumerate() {
            let common = overlap(&kept.accounts, &judged.accounts);
            if common > 0 {
                overlaps.push((std::cmp::Reverse(common), *number, place));
            }
        }
    }
    overlaps.sort_unstable();
    let mut heirs = BTreeMap::new();
    let mut taken = BTreeSet::new();
    for (_, number, place) in overlaps {
        if !heirs.contains_key(&number) && !taken.contains(&place) {
            heirs.insert(number, place);
            taken.insert(place);
        }
    }
    heirs
}

fn overlap(one: &[u32], other: &[u32]) -> usize {
    let common = one
        .iter()
        .filter(|account| other.binary_search(account).is_ok());
    common.count()
}

/// Whether somebody who watches wants to hear of it.
fn is_news(before: &LiveNetwork, now: &LiveNetwork) -> bool {
    before.return_of != now.return_of
        || (before.probability.get() - now.probability.get()).abs() >= NO_NEWS
        || seen_as(before) != seen_as(now)
}

/// What every member is taken for.
fn seen_as(network: &LiveNetwork) -> Vec<(&AccountId, MemberKind, bool, Option<&str>)> {
    let members = network.members.iter();
    let mut seen: Vec<_> = members
        .map(|member| {
            let case = member.taken_down.as_deref();
            (&member.account, member.kind, member.proposed, case)
        })
        .collect();
    seen.sort_by(|a, b| a.0.cmp(b.0));
    seen
}

//! What passed between the accounts of one hand, and with whom else several of them had to do: what
//! their facts name.

use std::cmp::Reverse;

use avert_model::Verb;

use super::candidates::RARE;
use crate::input::{NO_TIME, NOTHING, World};
use crate::score::Seen;

/// How many counterparties a fact names at most.
const NAMED: usize = 8;

/// An account had to do with somebody with whom others of its network had to do, too, or who is of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Passing {
    pub(super) account: u32,
    counterparty: u32,
    /// Whether the counterparty is of the network.
    is_inside: bool,
    /// How many of the network had to do with it.
    members: u32,
    /// The first and last payment whose time is known, in microseconds UTC.
    times: Option<(i64, i64)>,
}

/// By network and sorted by account, who in it paid whom or was paid by whom: each other, or a rare counterparty of several.
///
/// Cost: O(payments + n log n) of the payments of members, which it holds meanwhile.
pub(super) fn passings(world: &World, hubs: &[bool], networks: &[Vec<u32>]) -> Vec<Vec<Passing>> {
    let mut network_of = vec![None; world.accounts()];
    for (number, network) in networks.iter().enumerate() {
        for account in network {
            network_of[*account as usize] = Some(number);
        }
    }
    let of = |account: u32| network_of.get(account as usize).copied().flatten();
    let mut paid: Vec<(usize, u32, u32, i64)> = Vec::new();
    for (from, to, at) in payments(world, hubs) {
        for (account, counterparty) in [(from, to), (to, from)] {
            if let Some(network) = of(account) {
                paid.push((network, counterparty, account, at));
            }
        }
    }
    paid.sort_unstable();
    let mut found: Vec<Vec<Passing>> = vec![Vec::new(); networks.len()];
    for same in paid.chunk_by(|one, next| (one.0, one.1) == (next.0, next.1)) {
        let (network, counterparty, ..) = same[0];
        let by_account = || same.chunk_by(|one, next| one.2 == next.2);
        let members = u32::try_from(by_account().count()).unwrap_or(u32::MAX);
        let is_inside = of(counterparty) == Some(network);
        if is_inside || members > 1 {
            found[network].extend(by_account().map(|payments| Passing {
                account: payments[0].2,
                counterparty,
                is_inside,
                members,
                times: times(payments.iter().map(|payment| payment.3)),
            }));
        }
    }
    let serves_many = serve_many(world, hubs, &found);
    for network in &mut found {
        network
            .retain(|one| one.is_inside || serves_many.binary_search(&one.counterparty).is_err());
        network.sort_unstable_by_key(|one| (one.account, one.counterparty));
    }
    found
}

/// Who paid whom, and when; nothing that passed through hubs.
fn payments<'a>(world: &'a World, hubs: &'a [bool]) -> impl Iterator<Item = (u32, u32, i64)> + 'a {
    let is_hub = |account: u32| hubs.get(account as usize).copied().unwrap_or(false);
    let transfers = world.rows.iter().filter(move |row| {
        row.verb == Verb::Transfer
            && row.target != NOTHING
            && row.target != row.account
            && !is_hub(row.account)
            && !is_hub(row.target)
    });
    transfers.map(|row| (row.account, row.target, row.at))
}

/// Of these counterparties, those with whom so many had to do that it says nothing; sorted.
fn serve_many(world: &World, hubs: &[bool], found: &[Vec<Passing>]) -> Vec<u32> {
    let outside = found.iter().flatten().filter(|one| !one.is_inside);
    let mut asked: Vec<u32> = outside.map(|one| one.counterparty).collect();
    asked.sort_unstable();
    asked.dedup();
    let is_dated = |account: u32| {
        let profile = world.profiles.get(account as usize);
        profile.is_some_and(|profile| profile.created_at.is_some())
    };
    let mut met: Vec<(u32, u32)> = payments(world, hubs)
        .flat_map(|(from, to, _)| [(from, to), (to, from)])
        .filter(|(counterparty, account)| {
            is_dated(*account) && asked.binary_search(counterparty).is_ok()
        })
        .collect();
    met.sort_unstable();
    met.dedup();
    met.chunk_by(|one, next| one.0 == next.0)
        .filter(|accounts| accounts.len() > RARE)
        .map(|accounts| accounts[0].0)
        .collect()
}

fn times(all: impl Iterator<Item = i64>) -> Option<(i64, i64)> {
    all.filter(|at| *at != NO_TIME)
        .map(|at| (at, at))
        .reduce(|(first, last), (at, _)| (first.min(at), last.max(at)))
}

/// These as they are told: accounts of the network first, then who had to do with most of it.
pub(super) fn seen(world: &World, passings: impl Iterator<Item = Passing>) -> Seen {
    let mut times_seen = None;
    let mut all: Vec<(bool, Reverse<u32>, String)> = Vec::new();
    for one in passings {
        times_seen = match (times_seen, one.times) {
            (Some((first, last)), Some((from, to))) => Some((from.min(first), to.max(last))),
            (known, new) => known.or(new),
        };
        let name = world.id(one.counterparty).as_str().to_owned();
        all.push((!one.is_inside, Reverse(one.members), name));
    }
    all.sort_unstable();
    all.dedup();
    Seen {
        object_count: all.len() as u64,
        objects: all.into_iter().take(NAMED).map(|(.., name)| name).collect(),
        first_at: times_seen.map(|(first, _)| first),
        last_at: times_seen.map(|(_, last)| last),
    }
}

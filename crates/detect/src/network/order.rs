//! An order of accounts that comes from what ties them, not from how they are numbered or called.
//!
//! Where a choice hangs on who comes first, the search of a snapshot, a watch that met the accounts in
//! another order and a platform that calls them otherwise have to choose the same.

use super::grow::pull;
use crate::score::Judge;

/// By account, a hash of how strongly it and its neighbours are tied among these accounts, which are
/// sorted. Accounts with the same hang in the network in the same way.
pub(super) fn signatures(judge: &Judge<'_>, accounts: &[u32]) -> Vec<u64> {
    let mut signatures = vec![0_u64; accounts.len()];
    for _ in 0..3 {
        signatures = accounts
            .iter()
            .map(|account| {
                let own = u64::from(judge.own[*account as usize].to_bits());
                let around = judge.graph.neighbours(*account).iter();
                // A sum, so that the order of neighbours does not matter.
                around
                    .filter_map(|(other, bond)| {
                        let place = accounts.binary_search(other).ok()?;
                        let strength = pull(&judge.bonds[*bond as usize], judge.own);
                        Some(mix(strength.to_bits(), signatures[place]))
                    })
                    .fold(mix(own, 1), u64::wrapping_add)
            })
            .collect();
    }
    signatures
}

/// These accounts in the order of what ties them; twins in all of it, by what they are called.
pub(super) fn ordered(judge: &Judge<'_>, accounts: &[u32]) -> Vec<u32> {
    let signatures = signatures(judge, accounts);
    let mut order: Vec<(u64, u32)> = signatures
        .into_iter()
        .zip(accounts.iter().copied())
        .collect();
    order.sort_by(|one, other| {
        let names = || judge.world.id(one.1).cmp(&judge.world.id(other.1));
        one.0.cmp(&other.0).then_with(names)
    });
    order.into_iter().map(|(_, account)| account).collect()
}

/// Parts of a network, the largest first; those as large, in the order of what ties them.
pub(super) fn order_parts(judge: &Judge<'_>, parts: &mut [Vec<u32>]) {
    parts.sort_by_cached_key(|part| {
        let sum = signatures(judge, part)
            .into_iter()
            .fold(0, u64::wrapping_add);
        let first = part.iter().map(|account| judge.world.id(*account)).min();
        (std::cmp::Reverse(part.len()), sum, first)
    });
}

/// Two numbers as one that says little about either. Source: the finaliser of `SplitMix64`.
fn mix(one: u64, other: u64) -> u64 {
    let mut mixed = one
        .wrapping_mul(0x9e37_79b9_7f4a_7c15)
        .wrapping_add(other.rotate_left(32));
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}

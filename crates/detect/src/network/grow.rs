//! Components of strong bonds, taken apart where they grow too large, then peeled.

use super::communities::communities;
use super::divide::divide;
use crate::Settings;
use crate::fusion::Bond;
use crate::score::{Judge, log_odds};

/// How much `tie_at` rises when a component is too large.
const RISE: f64 = 0.5;

/// Networks of accounts, each sorted by number, in the order of their first members.
pub(crate) fn grow(judge: &Judge<'_>) -> Vec<Vec<u32>> {
    let everyone = (0..judge.world.accounts()).filter_map(|number| u32::try_from(number).ok());
    grow_among(judge, everyone.collect())
}

/// The networks among these accounts, sorted; of a component they are all or none.
///
/// Bonds count with what is known of the accounts at their ends, so that two people of an office
/// are not drawn together by what would draw two strangers together. Whoever falls below
/// `suspect_at` is peeled off, weakest first, until everybody left holds.
pub(crate) fn grow_among(judge: &Judge<'_>, accounts: Vec<u32>) -> Vec<Vec<u32>> {
    let mut networks = Vec::new();
    let mut waiting = vec![(accounts, judge.settings.tie_at)];
    while let Some((accounts, tie_at)) = waiting.pop() {
        for component in components(judge, &accounts, tie_at) {
            let peeled = peel(judge, component);
            if peeled.len() < judge.settings.smallest_network.max(2) {
                continue;
            }
            if peeled.len() > judge.settings.largest_network {
                let parts = communities(judge, &peeled, tie_at);
                // What is one community at this strength is asked again at a higher one.
                let rise = if parts.len() > 1 { 0.0 } else { RISE };
                waiting.extend(parts.into_iter().map(|part| (part, tie_at + rise)));
            } else {
                networks.extend(
                    divide(judge, peeled, tie_at)
                        .into_iter()
                        .map(|part| peel(judge, part))
                        .filter(|part| part.len() >= judge.settings.smallest_network.max(2)),
                );
            }
        }
    }
    networks.sort_unstable();
    networks
}

/// Connected accounts among these, which are sorted, each component sorted.
pub(super) fn components(judge: &Judge<'_>, accounts: &[u32], tie_at: f64) -> Vec<Vec<u32>> {
    let mut seen = vec![false; accounts.len()];
    let everybody = accounts.len() == judge.world.accounts();
    let place_of = |account: u32| {
        if everybody {
            return Some(account as usize);
        }
        accounts.binary_search(&account).ok()
    };
    let mut components: Vec<Vec<u32>> = Vec::new();
    for (place, start) in accounts.iter().enumerate() {
        if std::mem::replace(&mut seen[place], true) {
            continue;
        }
        let mut members = vec![*start];
        let mut next = 0;
        while let Some(account) = members.get(next).copied() {
            next += 1;
            for (other, bond) in judge.graph.neighbours(account) {
                if let Some(place) = place_of(*other)
                    && !seen[place]
                    && pull(&judge.bonds[*bond as usize], judge.own) >= tie_at
                {
                    seen[place] = true;
                    members.push(*other);
                }
            }
        }
        if members.len() > 1 {
            members.sort_unstable();
            components.push(members);
        }
    }
    components
}

/// How strongly a bond pulls, with what speaks for and against both ends.
pub(crate) fn pull(bond: &Bond, own: &[f32]) -> f64 {
    bond.strength() + own_pull(own[bond.a as usize], own[bond.b as usize])
}

/// What speaks for and against both ends adds to a bond.
pub(crate) fn own_pull(one: f32, other: f32) -> f64 {
    0.5 * (f64::from(one) + f64::from(other)).min(Settings::MOST_PULL)
}

/// Takes off the weakest member until nobody is left below `suspect_at`.
fn peel(judge: &Judge<'_>, mut members: Vec<u32>) -> Vec<u32> {
    let least = log_odds(judge.settings.suspect_at);
    loop {
        let crowd = judge.crowd(&members);
        let weighed: Vec<f64> = members
            .iter()
            .map(|account| judge.weigh(*account, &crowd, None).log_odds)
            .collect();
        let Some(weakest) = weighed.iter().copied().reduce(f64::min) else {
            return members;
        };
        if weakest >= least {
            return members;
        }
        // Far below: all at once, or a crowd would take a pass for each of its members.
        let cut = weakest + 0.5 * (least - weakest);
        let mut odds = weighed.iter();
        members.retain(|_| odds.next().is_some_and(|odds| *odds >= cut));
    }
}

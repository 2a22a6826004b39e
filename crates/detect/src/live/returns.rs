//! Whose return a network is: what its new members share with accounts that were taken down.

use std::collections::{BTreeMap, BTreeSet};

use avert_model::MemberKind;

use super::Live;
use crate::fusion::{GROUPS, bond};
use crate::network::Assessed;
use crate::score::COUNTS_FROM;

impl Live {
    /// What the network was called with which an account was taken down.
    pub(super) fn taken_down_in(&self, account: u32) -> Option<&str> {
        self.hostile.get(&account)?.as_deref()
    }

    /// What the networks were called that were taken down and whose return this one is.
    ///
    /// That rests on what a proposal rests on. One address that somebody shared with whoever was taken down
    /// says nothing of a network, and accounts that were taken down themselves did not return.
    pub(super) fn return_of(&self, members: &[Assessed]) -> Vec<String> {
        let mut names = BTreeSet::new();
        for one in members {
            let account = one.verdict.account;
            let is_persona = one.proposed || one.kind == MemberKind::Persona;
            // Whoever shares nothing at all with them was not raised by that.
            if is_persona
                && self.taken_down_in(account).is_none()
                && self.raised.contains_key(&account)
            {
                names.extend(self.comes_back_from(account));
            }
        }
        names.into_iter().map(str::to_owned).collect()
    }

    /// The networks taken down with whose accounts this one shares things of enough independent groups of
    /// layers, each group with as much evidence as counts. Several accounts of a network may give it.
    fn comes_back_from(&self, account: u32) -> Vec<&str> {
        let was_taken_down = |other: u32| self.taken_down_in(other).is_some();
        let sums = self.things.shared_by(account, was_taken_down);
        let mut strongest: BTreeMap<&str, [f32; GROUPS]> = BTreeMap::new();
        let mut ties = Vec::new();
        for sums in sums.chunk_by(|a, b| a.other == b.other) {
            ties.clear();
            self.ties(account, sums, &mut ties);
            let Some(name) = self.taken_down_in(sums[0].other) else {
                continue;
            };
            if ties.is_empty() {
                continue;
            }
            let bond = bond(&ties, 0, &self.layers, self.settings.share_of_weaker);
            let groups = strongest.entry(name).or_default();
            for (most, sum) in groups.iter_mut().zip(bond.groups) {
                *most = most.max(sum);
            }
        }
        let least = self.settings.independent_groups.max(2);
        let counts = |sum: &&f32| f64::from(**sum) >= COUNTS_FROM;
        strongest.retain(|_, groups| groups.iter().filter(counts).count() >= least);
        strongest.into_keys().collect()
    }
}

//! Weighs one account within one network.

use std::collections::BTreeMap;

use avert_model::Layer;

use super::account::{self, account_evidence};
use super::crowd::{Crowd, Field};
use crate::Settings;
use crate::fusion::{self, Bond, GROUPS, Group, LayerTie, Sought, within_group};
use crate::history::History;
use crate::input::World;
use crate::network::Graph;
use crate::seed::{EXONERATED, Touch};

/// From so many nats on a group counts as a tie.
pub(crate) const COUNTS_FROM: f64 = 0.7;

/// What the second and third neighbour add to the first, within a group.
const SHARE_OF_FURTHER: f64 = 0.3;

/// Weighs accounts.
pub(crate) struct Judge<'a> {
    pub(crate) world: &'a World,
    pub(crate) history: &'a History,
    pub(crate) settings: &'a Settings,
    pub(crate) layers: &'a [Layer],
    pub(crate) ties: &'a [LayerTie],
    pub(crate) bonds: &'a [Bond],
    pub(crate) graph: &'a Graph,
    pub(crate) sought: &'a Sought,
    pub(crate) touches: &'a BTreeMap<u32, Touch>,
    /// What each account's own conduct says, and what seeds add to it.
    pub(crate) own: &'a [f32],
    /// What a model makes of it; without one, log-odds stand as they are.
    pub(crate) readings: Option<&'a Readings>,
}

/// How a model reads what the detector says of accounts.
pub(crate) struct Readings {
    /// By account: log-odds, everything considered.
    pub(crate) log_odds: Vec<f64>,
    /// By account: how much the detector's log-odds are stretched.
    pub(crate) slope: Vec<f64>,
    /// By account: what is added then.
    pub(crate) shift: Vec<f64>,
}

/// What one account comes to within a network.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Verdict {
    pub(crate) account: u32,
    /// Evidence by layer, from its ties to the others.
    pub(crate) layers: Vec<(Layer, f64)>,
    /// Evidence by group.
    pub(crate) groups: [f64; GROUPS],
    /// Whom it approached, in comparison to the others.
    pub(crate) field: Field,
    /// What speaks against membership in that.
    pub(crate) apart: f64,
    /// Log-odds of being a persona of the network.
    pub(crate) log_odds: f64,
}

impl Verdict {
    /// How many groups of layers tie it to the network.
    pub(crate) fn independent_groups(&self) -> usize {
        self.groups
            .iter()
            .filter(|sum| **sum >= COUNTS_FROM)
            .count()
    }
}

impl Judge<'_> {
    /// These log-odds of an account as the model reads them.
    pub(crate) fn read(&self, account: u32, log_odds: f64) -> f64 {
        self.readings.map_or(log_odds, |readings| {
            readings.slope[account as usize] * log_odds + readings.shift[account as usize]
        })
    }

    /// The accounts that somebody looked at and found honest.
    pub(crate) fn exonerated(&self) -> impl Iterator<Item = u32> {
        let own = (0_u32..).zip(self.own);
        own.filter(|(_, own)| **own <= EXONERATED)
            .map(|(account, _)| account)
    }

    /// The log-odds that an account's own conduct gives, for every listed account.
    pub(crate) fn own_evidence(world: &World, history: &History, settings: &Settings) -> Vec<f32> {
        (0..world.accounts())
            .map(|number| {
                let account = u32::try_from(number).unwrap_or(u32::MAX);
                let evidence =
                    account_evidence(history.conduct(account), &world.profiles[number], settings);
                #[expect(clippy::cast_possible_truncation, reason = "a few nats")]
                {
                    account::total(&evidence) as f32
                }
            })
            .collect()
    }

    /// What an account's own conduct says, without what seeds add to it.
    pub(crate) fn conduct_of(&self, account: u32) -> f64 {
        let profile = &self.world.profiles[account as usize];
        let conduct = self.history.conduct(account);
        account::total(&account_evidence(conduct, profile, self.settings))
    }

    /// These accounts, ready to be weighed against; sorted.
    pub(crate) fn crowd(&self, members: &[u32]) -> Crowd {
        Crowd::new(members, self.world, self.history, self.sought)
    }

    /// Weighs an account by its ties to others, without one layer if that is asked.
    pub(crate) fn weigh(&self, account: u32, crowd: &Crowd, without: Option<&Layer>) -> Verdict {
        let mut by_layer = vec![[0.0_f64; 3]; self.layers.len()];
        for (other, bond) in self.graph.neighbours(account) {
            if *other == account || !crowd.contains(*other) {
                continue;
            }
            let (from, to) = self.bonds[*bond as usize].ties;
            for tie in &self.ties[from..to] {
                keep_highest(
                    &mut by_layer[usize::from(tie.layer)],
                    f64::from(tie.evidence),
                );
            }
        }
        let field = crowd.field(account, self.world, self.history, self.sought);
        let population = self.world.population();
        let layers: Vec<(Layer, f64)> = self
            .layers
            .iter()
            .zip(&by_layer)
            .map(|(layer, [first, second, third])| {
                let by_pairs = first + SHARE_OF_FURTHER * (second + third);
                let evidence = if *layer == Layer::ContactedPerson {
                    by_pairs.max(fusion::evidence(layer, field.in_common(), population))
                } else {
                    by_pairs
                };
                (layer.clone(), evidence)
            })
            .filter(|(layer, evidence)| *evidence > 0.0 && Some(layer) != without)
            .collect();
        let mut groups = [0.0; GROUPS];
        for (group, sum) in groups.iter_mut().enumerate() {
            let evidence = layers
                .iter()
                .filter(|(layer, _)| Group::of(layer) as usize == group)
                .map(|(_, evidence)| *evidence);
            *sum = within_group(evidence, self.settings.share_of_weaker);
        }
        let apart = if without == Some(&Layer::ContactedPerson) {
            0.0
        } else {
            let of_a_member =
                fusion::evidence(&Layer::ContactedPerson, field.of_a_member(), population);
            field.apart(groups[Group::Targeting as usize], of_a_member)
        };
        Verdict {
            account,
            log_odds: self.settings.prior
                + f64::from(self.own[account as usize])
                + groups.iter().sum::<f64>()
                + apart,
            layers,
            field,
            apart,
            groups,
        }
    }
}

fn keep_highest(highest: &mut [f64; 3], new: f64) {
    if new > highest[0] {
        *highest = [new, highest[0], highest[1]];
    } else if new > highest[1] {
        *highest = [highest[0], new, highest[1]];
    } else if new > highest[2] {
        highest[2] = new;
    }
}

//! Known-hostile accounts and indicators raise what they touch.
//!
//! A seed convicts nobody: it moves an account's log-odds once, by the most that any one thing says,
//! however much is touched, and an account still needs ties in independent groups to be proposed.
//!
//! A thing that is itself known to be hostile says that by a fixed amount. What a hostile account
//! touched says less: it has touched honest things, too. Whom it approached says nothing, because
//! others who approach the same people are as often its victims as its like; and of the rest only
//! what few touch, by how few.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use avert_model::Layer;

use crate::coaction::LayerPlan;
use crate::fusion::{evidence, most_evidence};
use crate::input::World;
use crate::trace::LayerTraces;
use crate::{Seeds, Settings};

/// Known-hostile accounts are raised by so many times the weight of a touch.
pub(crate) const FOR_ITSELF: f64 = 3.0;

/// What a hostile account touched raises the others who did by at most this share of what a thing does
/// that is itself known to be hostile.
const BY_A_HOSTILE_ACCOUNT: f64 = 0.5;

/// What more accounts touch than this passes on nothing of a hostile account among them.
const FEW: usize = 10;

/// Log-odds of accounts that somebody looked at and found honest: nothing outweighs that.
pub(crate) const EXONERATED: f32 = -100.0;

/// Why an account was raised.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Touch {
    /// How far, in nats.
    pub(crate) weight: f64,
    /// What it touched; `None` when it is a known-hostile account itself.
    pub(crate) thing: Option<(Layer, Option<String>)>,
    /// Whether it is known to be hostile or touched a thing that is, not only one that a hostile
    /// account touched, too.
    pub(crate) is_seed: bool,
    /// Why that is known, if somebody said so.
    pub(crate) why: Option<String>,
}

impl Touch {
    fn says_more_than(&self, other: &Self) -> bool {
        (self.is_seed, self.weight) > (other.is_seed, other.weight)
    }
}

/// What part of a seed's weight raises each of so many accounts that touched a thing: all of it where
/// the thing is an indicator, less where a hostile account touched it, too, and nothing where that is
/// what strangers have in common.
pub(crate) fn share_of_raise(layer: &Layer, is_indicator: bool, touched: usize) -> f64 {
    if is_indicator {
        return 1.0;
    }
    if *layer == Layer::ContactedPerson || !(2..=FEW).contains(&touched) {
        return 0.0;
    }
    // Rarity by how many touch it alone: the evidence does not depend on how large the platform is, and
    // so stands while accounts are added.
    let rarity = -(touched as f64).ln();
    BY_A_HOSTILE_ACCOUNT * evidence(layer, rarity, 1) / most_evidence(layer)
}

/// The accounts that are seeds or touch one, and why.
pub(crate) fn touches(
    world: &World,
    layers: &[LayerTraces],
    plans: &[LayerPlan],
    seeds: &Seeds,
    settings: &Settings,
) -> BTreeMap<u32, Touch> {
    let mut touches = BTreeMap::new();
    if seeds.is_empty() {
        return touches;
    }
    let hostile: Vec<bool> = (0..world.ids.len())
        .map(|number| {
            let id = u32::try_from(number).map_or("", |number| world.ids.text(number));
            seeds.has_account(id)
        })
        .collect();
    for (layer, plan) in layers.iter().zip(plans) {
        for object in layer.traces.chunk_by(|a, b| a.object == b.object) {
            let name = layer.name_of(world, object[0].object);
            let is_indicator = name
                .as_deref()
                .is_some_and(|name| seeds.has_object(&layer.layer, name));
            let is_touched = || object.iter().any(|trace| hostile[trace.account as usize]);
            if !is_indicator && !is_touched() {
                continue;
            }
            let mut accounts: Vec<u32> = object.iter().map(|trace| trace.account).collect();
            accounts.sort_unstable();
            accounts.dedup();
            // What everybody touches says nothing about anybody, whoever else touched it.
            if accounts.len() > plan.cap as usize {
                continue;
            }
            let share = share_of_raise(&layer.layer, is_indicator, accounts.len());
            if share <= 0.0 {
                continue;
            }
            for account in accounts {
                let touch = Touch {
                    weight: settings.seed_weight * share,
                    thing: Some((layer.layer.clone(), name.clone())),
                    is_seed: is_indicator,
                    why: name
                        .as_deref()
                        .filter(|_| is_indicator)
                        .and_then(|name| seeds.reason(Some(&layer.layer), name))
                        .map(str::to_owned),
                };
                match touches.entry(account) {
                    Entry::Vacant(place) => {
                        place.insert(touch);
                    }
                    // One thing counts: what says most.
                    Entry::Occupied(mut place) if touch.says_more_than(place.get()) => {
                        place.insert(touch);
                    }
                    Entry::Occupied(_) => {}
                }
            }
        }
    }
    for account in (0..world.accounts()).filter(|account| hostile[*account]) {
        if let Ok(account) = u32::try_from(account) {
            touches.insert(
                account,
                Touch {
                    weight: settings.seed_weight * FOR_ITSELF,
                    thing: None,
                    is_seed: true,
                    why: seeds
                        .reason(None, world.id(account).as_str())
                        .map(str::to_owned),
                },
            );
        }
    }
    touches
}

/// Adds what seeds say to what is known of each account.
#[expect(clippy::cast_possible_truncation, reason = "a few nats")]
pub(crate) fn raise(own: &mut [f32], touches: &BTreeMap<u32, Touch>) {
    for (account, touch) in touches {
        own[*account as usize] += touch.weight as f32;
    }
}

/// Puts aside the accounts that somebody found honest.
pub(crate) fn clear(own: &mut [f32], world: &World, cleared: &Seeds) {
    let numbers = cleared.accounts().iter();
    for account in numbers.filter_map(|id| world.ids.find(id.as_str())) {
        if let Some(own) = own.get_mut(account as usize) {
            *own = EXONERATED;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whom_a_hostile_account_approached_raises_nobody_and_what_few_touch_raises_less_than_an_indicator()
     {
        let of = |layer: &Layer, touched| share_of_raise(layer, false, touched);
        assert!(of(&Layer::ContactedPerson, 2).abs() < 1e-12);
        assert!(of(&Layer::Device, FEW + 1).abs() < 1e-12);
        assert!(of(&Layer::Device, 2) > of(&Layer::Device, 8));
        assert!(of(&Layer::Device, 8) > 0.0);
        for layer in Layer::KNOWN {
            assert!(of(layer, 2) <= BY_A_HOSTILE_ACCOUNT);
            assert!((share_of_raise(layer, true, 500) - 1.0).abs() < 1e-12);
        }
    }
}

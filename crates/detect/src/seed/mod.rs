//! Known-hostile accounts and indicators raise what they touch.
//!
//! A seed convicts nobody: it moves an account's log-odds by a fixed amount once, however often it
//! is touched, and an account still needs ties in independent groups to be proposed.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use avert_model::Layer;

use crate::coaction::LayerPlan;
use crate::input::World;
use crate::trace::LayerTraces;
use crate::{Seeds, Settings};

/// Known-hostile accounts are raised by so many times the weight of a touch.
pub(crate) const FOR_ITSELF: f64 = 3.0;

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
            for account in accounts {
                let touch = Touch {
                    weight: settings.seed_weight,
                    thing: Some((layer.layer.clone(), name.clone())),
                    is_seed: is_indicator,
                };
                match touches.entry(account) {
                    Entry::Vacant(place) => {
                        place.insert(touch);
                    }
                    // What is hostile itself says more than what a hostile account touched.
                    Entry::Occupied(mut place) if is_indicator && !place.get().is_seed => {
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

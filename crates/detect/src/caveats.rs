//! What is odd about a snapshot, or about what is known of it, and what was done about it.

use crate::input::{DAY, Micros, NO_TIME, World};
use crate::linkage::Linkage;
use crate::trace::LayerTraces;
use crate::{Known, Settings};

/// 2000-01-01, in microseconds: no platform that is searched today has records from before.
const EARLIEST: Micros = 946_684_800_000_000;

/// So far beyond nearly all others lies no time that a clock showed.
const BEYOND: Micros = 365 * DAY;

/// One second.
const SECOND: Micros = 1_000_000;

/// What is odd about actions and their times.
pub(crate) fn of_actions(world: &World) -> Vec<String> {
    let mut caveats = Vec::new();
    if world.untimed > 0 {
        caveats.push(format!(
            "{} actions carry no time: they count in layers without a window only",
            world.untimed
        ));
    }
    if world.unlisted > 0 {
        caveats.push(format!(
            "{} actions were done by accounts that are not listed: they were left out",
            world.unlisted
        ));
    }
    let mut times: Vec<Micros> = world
        .rows
        .iter()
        .map(|row| row.at)
        .filter(|at| *at != NO_TIME)
        .collect();
    let Some(least) = times.iter().copied().min() else {
        return caveats;
    };
    let early = times.iter().filter(|at| **at < EARLIEST).count();
    if early > 0 {
        caveats.push(format!(
            "{early} actions are dated before the year 2000: look at the mapping's unit of time; they count as they stand"
        ));
    }
    // All but a thousandth of them are earlier than this.
    let place = times.len() - 1 - times.len() / 1000;
    let usual = *times.select_nth_unstable(place).1;
    let late = times
        .iter()
        .filter(|at| **at > usual.saturating_add(BEYOND))
        .count();
    if late > 0 {
        caveats.push(format!(
            "{late} actions are dated more than a year after nearly all others: they count as they stand"
        ));
    }
    let most = times.iter().copied().max().unwrap_or(least);
    if times.len() > 1 && most.saturating_sub(least) < SECOND {
        caveats.push(format!(
            "all {} actions with a time are within one second: times tell nobody apart",
            times.len()
        ));
    }
    caveats
}

/// What was said beforehand and has nothing to do with this snapshot.
pub(crate) fn of_knowledge(
    world: &World,
    layers: &[LayerTraces],
    known: &Known,
    settings: &Settings,
) -> Vec<String> {
    let mut caveats = Vec::new();
    let accounts = known.hostile.accounts();
    let strange = accounts
        .iter()
        .filter(|account| world.ids.find(account.as_str()).is_none())
        .count();
    if strange > 0 {
        caveats.push(format!(
            "seeds: {strange} of {} known-hostile accounts are not in this snapshot",
            accounts.len()
        ));
    }
    let objects = known.hostile.objects();
    let is_here = |object: &str| {
        world.objects.find(object).is_some()
            || world.ids.find(object).is_some()
            || layers.iter().any(|layer| layer.has_own_name(object))
    };
    let strange = objects
        .iter()
        .filter(|(_, object)| !is_here(object))
        .count();
    if strange > 0 {
        caveats.push(format!(
            "seeds: {strange} of {} known-hostile things are not in this snapshot",
            objects.len()
        ));
    }
    for layer in settings.layers.keys() {
        if !layers.iter().any(|here| here.layer == *layer) {
            caveats.push(format!(
                "layer {layer} is set in the configuration, and nothing here leaves a trace in it"
            ));
        }
    }
    caveats
}

/// What payments were not looked at.
pub(crate) fn of_payments(linkage: &Linkage) -> Vec<String> {
    let mut caveats = Vec::new();
    if linkage.undated > 0 {
        caveats.push(format!(
            "money: {} accounts that paid somebody were left out, because their registration is not known",
            linkage.undated
        ));
    }
    if linkage.too_few {
        caveats.push(
            "money: too few accounts have to do with each other to learn from; payments were left out"
                .to_owned(),
        );
    }
    caveats
}

//! Which ties of co-action are beyond chance.

use avert_model::Layer;

use super::poisson::poisson_tail;
use super::{Chance, discovery_rates};
use crate::coaction::LayerPlan;
use crate::score::Judge;
use crate::trace::LayerTraces;

/// A tie is beyond chance where at most this share of those as strong in its layer are not.
pub(crate) const BEYOND: f64 = 0.05;

/// By tie, at which false-discovery rate of its layer it is beyond chance.
///
/// How many strangers two accounts both approached is held against how sought people of each profession
/// are; everything else against [`Chance`].
/// Cost: O(traces log traces + ties log ties); some 40 bytes a tie.
pub(crate) fn of_ties(judge: &Judge<'_>, layers: &[LayerTraces], plans: &[LayerPlan]) -> Vec<f64> {
    let mut rates = vec![1.0; judge.ties.len()];
    let mut by_layer: Vec<Vec<usize>> = vec![Vec::new(); layers.len()];
    for (place, tie) in judge.ties.iter().enumerate() {
        by_layer[usize::from(tie.layer)].push(place);
    }
    for ((layer, plan), places) in layers.iter().zip(plans).zip(by_layer) {
        if places.is_empty() {
            continue;
        }
        let mut chance = Chance::new(&layer.traces, plan, judge.world.accounts());
        let ln_p: Vec<f64> = places
            .iter()
            .map(|place| {
                let tie = &judge.ties[*place];
                if layer.layer == Layer::ContactedPerson {
                    let expected = judge.sought.expected(tie.a, tie.b);
                    return poisson_tail(u64::from(tie.objects), expected).ln();
                }
                chance.ln_p((tie.a, tie.b), f64::from(tie.rarity))
            })
            .collect();
        let found = discovery_rates(&ln_p, chance.possible_pairs());
        for (place, rate) in places.into_iter().zip(found) {
            rates[place] = rate;
        }
    }
    rates
}

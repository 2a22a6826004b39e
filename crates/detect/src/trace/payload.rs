//! Layers `link`, `file` and `shared-content`, and every layer that actions name themselves.
//!
//! Who passes on what was sent to him is no origin of it: such traces are left out.

use std::collections::BTreeMap;

use avert_model::{Layer, Verb};
use rustc_hash::FxHashMap;

use super::{LayerTraces, Naming, Trace};
use crate::history::History;
use crate::input::{Micros, NO_TIME, NOTHING, Row, World};

/// Every time an account came to an object.
pub(crate) fn collect(world: &World, _history: &History) -> Vec<LayerTraces> {
    let received = received(world);
    let mut by_layer: BTreeMap<Layer, Vec<Trace>> = BTreeMap::new();
    for row in &world.rows {
        let Some(layer) = layer_of(world, row) else {
            continue;
        };
        let passed_on = received
            .get(&(row.account, row.object))
            .is_some_and(|at| *at <= row.at);
        if !passed_on {
            by_layer.entry(layer).or_default().push(Trace {
                object: row.object,
                layer: 0,
                account: row.account,
                at: row.at,
            });
        }
    }
    by_layer
        .into_iter()
        .map(|(layer, mut traces)| {
            traces.sort_unstable();
            LayerTraces {
                layer,
                naming: Naming::Text,
                traces,
                unreadable: 0,
            }
        })
        .collect()
}

/// When somebody was first sent something.
fn received(world: &World) -> FxHashMap<(u32, u32), Micros> {
    let mut received = FxHashMap::default();
    for row in &world.rows {
        if row.target != NOTHING
            && row.object != NOTHING
            && row.at != NO_TIME
            && matches!(row.verb, Verb::ShareLink | Verb::ShareFile)
        {
            received
                .entry((row.target, row.object))
                .and_modify(|at: &mut Micros| *at = row.at.min(*at))
                .or_insert(row.at);
        }
    }
    received
}

/// What kind of thing a row's object is, if the row is one that leaves a trace.
pub(crate) fn layer_of(world: &World, row: &Row) -> Option<Layer> {
    if row.object == NOTHING {
        return None;
    }
    match (world.named_layer(row), row.verb) {
        (Some(layer), _) => Some(layer.clone()),
        (None, Verb::ShareLink) => Some(Layer::Link),
        (None, Verb::ShareFile) => Some(Layer::File),
        (None, Verb::Post) => Some(Layer::SharedContent),
        (None, Verb::Transfer) => Some(Layer::Money),
        (None, _) => None,
    }
}

//! Layers `ip` and `device`: where sign-ins and everything else came from.
//!
//! One trace an account, object and day: how often somebody came by in a day says nothing more.

use avert_model::Layer;

use super::{LayerTraces, Naming, Trace};
use crate::input::{DAY, NOTHING, Row, World};

/// Network addresses.
pub(crate) fn addresses(world: &World) -> LayerTraces {
    collect(world, Layer::Ip, |row| row.ip)
}

/// Machines and installations.
pub(crate) fn devices(world: &World) -> LayerTraces {
    collect(world, Layer::Device, |row| row.device)
}

fn collect(world: &World, layer: Layer, object: impl Fn(&Row) -> u32) -> LayerTraces {
    let mut traces: Vec<Trace> = world
        .rows
        .iter()
        .filter(|row| object(row) != NOTHING)
        .map(|row| Trace {
            object: object(row),
            layer: 0,
            account: row.account,
            at: row.at,
        })
        .collect();
    traces.sort_unstable();
    traces.dedup_by_key(|trace| (trace.object, trace.account, trace.at.div_euclid(DAY)));
    traces.shrink_to_fit();
    LayerTraces {
        layer,
        naming: Naming::Text,
        traces,
        unreadable: 0,
    }
}

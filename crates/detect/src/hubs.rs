//! What serves everybody and ties nobody.

use crate::Seeds;
use crate::input::World;
use crate::trace::LayerTraces;

/// Takes what hubs left out of the layers: traces on hubs, and traces of hubs. By number of account,
/// whether it is one.
pub(crate) fn leave_out(world: &World, layers: &mut [LayerTraces], hubs: &Seeds) -> Vec<bool> {
    if hubs.is_empty() {
        return Vec::new();
    }
    let is_hub: Vec<bool> = (0..world.ids.len())
        .map(|number| {
            let id = u32::try_from(number).map_or("", |number| world.ids.text(number));
            hubs.has_account(id)
        })
        .collect();
    for layer in layers {
        let mut keep = Vec::with_capacity(layer.traces.len());
        for object in layer.traces.chunk_by(|a, b| a.object == b.object) {
            let name = layer.name_of(world, object[0].object);
            let serves = name.is_some_and(|name| {
                hubs.has_object(&layer.layer, &name)
                    || layer.names_accounts() && hubs.has_account(&name)
            });
            keep.extend(
                object
                    .iter()
                    .map(|trace| !serves && !is_hub[trace.account as usize]),
            );
        }
        let mut keep = keep.into_iter();
        layer
            .traces
            .retain(|_| keep.next().is_some_and(|keep| keep));
    }
    is_hub
}

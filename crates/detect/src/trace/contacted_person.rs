//! Layer `contacted-person`: strangers whom an account approached on its own initiative.
//!
//! People who were approached through somebody known are left out: two colleagues who befriend the
//! same newcomer share an office, not a purpose.

use avert_model::Layer;

use super::{LayerTraces, Naming, Trace};
use crate::history::History;
use crate::input::World;

/// One trace an approach of a stranger.
pub(crate) fn collect(world: &World, history: &History) -> LayerTraces {
    let mut traces = Vec::new();
    for account in 0..world.accounts() {
        let Ok(number) = u32::try_from(account) else {
            break;
        };
        for approach in history.approaches(number) {
            if approach.stranger {
                traces.push(Trace {
                    object: approach.target,
                    layer: 0,
                    account: number,
                    at: approach.at,
                });
            }
        }
    }
    LayerTraces {
        layer: Layer::ContactedPerson,
        naming: Naming::Account,
        traces,
        unreadable: 0,
    }
}

//! Known-hostile accounts and indicators raise what they touch.

use crate::input::World;
use crate::trace::LayerTraces;
use crate::{Seeds, Settings};

/// Raises the log-odds of accounts that are seeds or touch one.
pub(crate) fn raise(
    _own: &mut [f32],
    _world: &World,
    _layers: &[LayerTraces],
    _seeds: &Seeds,
    _settings: &Settings,
) {
}

//! Pictures as inline SVG. Owns where ink goes; colours are the style sheet's, by class, so that
//! light, dark and paper each get their own. No picture speaks by colour alone, and each stands
//! beside a table that says the same.

mod bars;
mod heatmap;
mod layout;
mod network;

pub(super) use bars::bar;
pub(super) use heatmap::{Levels, heatmap};
pub(super) use network::{NODES, legend, network, shape};

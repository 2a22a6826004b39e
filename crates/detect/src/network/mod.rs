//! From ties to networks: who belongs together, and who only looks as if.

mod attach;
mod change;
mod communities;
mod divide;
mod graph;
mod grow;
mod kinds;
mod order;

pub(crate) use attach::taken_over;
pub(crate) use change::Change;
pub(crate) use graph::Graph;
pub(crate) use grow::{grow, grow_among, own_pull, pull};
pub(crate) use kinds::{Assessed, assess, name_kinds};

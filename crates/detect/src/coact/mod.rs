//! Co-action over any table of events: who touched the same things at nearly the same time.
//!
//! For accounts A ≠ B the weight of A → B is the number of A's events that have at least one event of
//! B on the same object, and layer, at most a window apart; `objects` is on how many distinct objects.
//! Exact. It owns the way from files of events to a file of edges, at any size, on the threads of one
//! process or of several; what the edges mean is for others to judge.

mod dataflow;
mod error;
mod gather;
mod names;
mod output;
mod sweep;

pub use dataflow::{Plan, Summary, coact};
pub use error::CoactError;
pub use output::Written;

#[cfg(test)]
mod tests;

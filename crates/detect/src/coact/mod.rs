//! Co-action over any table of events: who touched the same things at nearly the same time.
//!
//! For accounts A ≠ B the weight of A → B is the number of A's events that have at least one event of
//! B on the same object, and layer, at most a window apart; `objects` is on how many distinct objects.
//! Exact. It owns the way from files of events to a file of edges, at any size, on the threads of one
//! process or of several; what the edges mean is for others to judge.

mod count;
mod dataflow;
mod error;
mod gate;
mod gather;
mod hot;
mod keys;
mod mail;
mod meet;
mod names;
mod numbers;
mod ordered;
mod output;
mod partitions;
mod reading;
mod roll;
mod rounds;
mod runs;
mod shared;
mod sorting;
mod spill;
mod sweep;

pub use dataflow::coact;
pub use error::CoactError;
pub use output::{Written, remove_begun};

use std::path::PathBuf;

/// What to count, and with what.
#[derive(Debug, Clone)]
pub struct Plan {
    /// How far apart two events may be, in the unit of the files' times.
    pub window: u64,
    /// The least weight that is kept.
    pub min_weight: u32,
    /// With how many partners an event is counted exactly. Of more, so many are drawn by lot, and
    /// stand for all.
    pub cap: u32,
    /// How many threads.
    pub workers: usize,
    /// How many bytes events and accounts may take in this process. What has no room goes to disk.
    pub memory: u64,
    /// Where it goes.
    pub spill: PathBuf,
    /// The processes that work together, if there are several.
    pub hosts: Option<Hosts>,
}

/// Processes that work together. Each is given the same files and options.
#[derive(Debug, Clone)]
pub struct Hosts {
    /// Where each listens: `host:port`.
    pub addresses: Vec<String>,
    /// Which of them this one is.
    pub process: usize,
}

/// What came of it.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Summary {
    /// Rows read.
    pub events: u64,
    /// Distinct accounts.
    pub accounts: u64,
    /// Accounts whose names are no UTF-8; what is none of it is written as `\xfe`, byte by byte.
    pub misspelt: u64,
    /// Rows without an account or an object; left out.
    pub nameless: u64,
    /// Rows without a time on a layer that has times; left out.
    pub untimed: u64,
    /// How many events had more partners than the cap.
    pub truncated_events: u64,
    /// How many partners they had beyond it. Those who were met stand for them in the weights.
    pub truncated_mass: u64,
    /// How many bytes went to the disk of this process for want of memory.
    pub spilled_bytes: u64,
    /// What was written.
    #[serde(flatten)]
    pub written: Written,
}

#[cfg(test)]
mod tests;

//! From a snapshot to findings: traces, co-action, fusion, networks, scores.
//!
//! It owns the judgement which accounts act as one, and says why in facts that can be checked. It
//! reads a snapshot and nothing else, and never acts: a person makes a case of a finding first.
//! The same snapshot and settings give the same bytes.

mod calibrate;
mod caveats;
mod chance;
pub mod coact;
mod coaction;
mod contacts;
mod error;
pub mod evaluate;
mod examine;
mod fusion;
pub mod graph;
mod history;
mod hubs;
mod input;
mod known;
mod linkage;
pub mod live;
mod near;
mod network;
mod run;
mod score;
mod seed;
mod seeds;
mod settings;
pub mod timing;
mod trace;

pub use calibrate::{
    CalibrateError, Detector, FEATURES, Feature, Lessons, MODEL_VERSION, Measured, Model,
    ModelError, Reading, calibrate,
};
pub use coaction::{CoAction, LayerPlan, Pair, pairs};
pub use error::DetectError;
pub use known::Known;
pub use near::Near;
pub use run::{Detected, detect};
pub use seeds::{SeedProblem, Seeds, SeedsError};
pub use settings::{LayerSettings, Settings};
pub use trace::Trace;

/// The detector's name in findings and facts.
pub const DETECTOR: &str = "co-action";

/// Its version; a change in judgement changes it.
pub const DETECTOR_VERSION: &str = "1";

#[cfg(test)]
mod tests;

//! Reports, bundles and what may be told to whom, held against recorded ones and against other people's rules.
//!
//! One program and not one for each file: every one of them would be linked anew with everything.
#![expect(
    clippy::unwrap_used,
    reason = "a fixture that cannot be made is a failed test"
)]

mod clear;
mod common;
mod dsa;
mod fixture;
mod fuzz;
mod gate;
mod golden;
mod invented_events;
mod linked;
mod misp;
mod misp_export;
mod misp_parts;
mod misp_properties;
mod ocsf;
mod ours;
mod public;
mod related;
mod release;
mod retraction;
mod rules;
mod seeded;
mod sharing;
mod stix;
mod stix_case;
mod stix_real_data;

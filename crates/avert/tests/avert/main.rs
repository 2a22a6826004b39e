//! The binary as people and other software use it: commands, pages and the API, each file on one matter.
//!
//! One program and not one for each file: every one of them would be linked anew with everything.
#![expect(
    clippy::unwrap_used,
    reason = "a fixture that cannot be made is a failed test"
)]

mod appeals;
#[path = "../../../ops/tests/ops/common/authenticator.rs"]
mod authenticator;
mod calibrate;
mod cases;
mod coact;
mod common;
mod exports;
mod indicators;
mod intel;
mod links;
mod oidc;
mod partners;
mod passkeys;
mod personal_data;
mod public_report;
mod pulling;
mod purge;
mod refusals;
mod rollout;
mod serve;
mod sharing_bounds;
mod signatures;
mod story;
mod taxii;
mod watch;

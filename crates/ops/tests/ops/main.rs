//! Cases, review, takedowns, notices and the journal, against a platform and a channel that tests can steer.
//!
//! One program and not one for each file: every one of them would be linked anew with everything.
#![expect(
    clippy::unwrap_used,
    reason = "a fixture that cannot be made is a failed test"
)]

mod access;
mod appeals;
mod approval;
mod common;
mod editing;
mod enrolment;
mod give_up;
mod intel;
mod journal;
mod links;
mod members;
mod migrations;
mod notify;
mod overview;
mod passkeys;
mod permission;
mod prepared;
mod purge;
mod reach;
mod rollout;
mod sending;
mod settling;
mod sharing;
mod signatures;
mod statements;
mod steps;
mod stops;
mod takedown;
mod together;

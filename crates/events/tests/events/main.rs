//! Exports and live data read into snapshots, and snapshots read.
//!
//! One program and not one for each file: every one of them would be linked anew with everything. Only
//! `tests/memory.rs` stays alone, which measures its whole process.
#![expect(
    clippy::unwrap_used,
    reason = "a fixture that cannot be made is a failed test"
)]

mod bad_formats;
mod bad_input;
mod hostile;
mod real_data;
mod snapshots;
mod support;
mod touches;

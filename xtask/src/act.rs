//! Whether takedowns and notices survive anything: whoever works is killed again and again, and what
//! became of it is judged from outside.
//!
//! The platform, the receiver of webhooks and the mail server are in this process ([`crate::faulty`],
//! [`crate::sink`]); only the binary, and PostgreSQL under it, are killed. `cargo xtask check` runs short
//! trials, `cargo xtask bench act` the long ones.

mod freeze;
mod ground;
mod judge;
mod killer;
mod notices;
mod pace;
mod postfix;
mod takedown;

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context, Result};
use serde_json::Value;

pub(crate) use freeze::Freeze;
pub(crate) use ground::{Ground, Size};
pub(crate) use notices::{Channel, Notices};
pub(crate) use pace::{mails, opened, takedowns};
pub(crate) use takedown::Takedown;

/// Which process is killed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Killed {
    /// `avert` itself, on a store that is a file.
    Avert,
    /// The PostgreSQL under it.
    Postgres,
}

/// What a trial came to.
#[derive(Debug)]
pub(crate) struct Outcome {
    /// What was done and counted, for the record.
    pub(crate) run: Value,
    /// What is wrong, each as a sentence.
    pub(crate) faults: Vec<String>,
}

/// The phase of everything in a status' list, by the account it is about.
fn phases(status: &Value, list: &str) -> Result<BTreeMap<String, String>> {
    let rows = status[list].as_array().context("a status without rows")?;
    let phase = |row: &Value| {
        let account = row["account"]
            .as_str()
            .context("a row without an account")?;
        let phase = row["phase"].as_str().context("a row without a phase")?;
        Ok((account.to_owned(), phase.to_owned()))
    };
    rows.iter().map(phase).collect()
}

/// A fault for each kind of sentence, and how many more there are.
fn shortened(faults: Vec<String>) -> Vec<String> {
    const SHOWN: usize = 5;
    let more = faults.len().saturating_sub(SHOWN);
    let mut shown: Vec<String> = faults.into_iter().take(SHOWN).collect();
    if more > 0 {
        shown.push(format!("and {more} more"));
    }
    shown
}

/// A log of a trial, beside its data folder.
fn log_of(data: &Path) -> std::path::PathBuf {
    data.with_extension("log")
}

//! `cargo xtask bench`: measures, and writes the run down.

use anyhow::{Result, bail};
use clap::{Args, ValueEnum};

/// What can be measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum What {
    Ingest,
}

/// How.
#[derive(Debug, Args)]
pub(crate) struct Options {}

pub(crate) fn run(_what: What, _options: &Options) -> Result<()> {
    bail!("not there yet")
}

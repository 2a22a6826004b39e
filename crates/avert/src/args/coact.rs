//! `avert coact …` as typed.

use std::path::PathBuf;

use avert_model::SignedDuration;
use clap::{Args, ValueEnum};

/// `avert coact …`
#[derive(Debug, Args)]
pub(crate) struct Coact {
    /// Files of events: Parquet, or CSV with a header
    #[arg(required = true, value_name = "EVENTS")]
    pub(crate) events: Vec<PathBuf>,
    /// The column that says who
    #[arg(long, value_name = "COLUMN")]
    pub(crate) account: String,
    /// The column that says what was touched
    #[arg(long, value_name = "COLUMN")]
    pub(crate) object: String,
    /// The column that says when; without it there is no window
    #[arg(long, value_name = "COLUMN", requires = "window")]
    pub(crate) time: Option<String>,
    /// What a whole number in that column counts
    #[arg(long, value_enum, default_value_t = Unit::S)]
    pub(crate) time_unit: Unit,
    /// The column that says on which layer: the same object on two layers is two objects
    #[arg(long, value_name = "COLUMN")]
    pub(crate) layer: Option<String>,
    /// How far apart two events may be: 60s, 5m, 1h
    #[arg(long, value_name = "DURATION")]
    pub(crate) window: Option<SignedDuration>,
    /// Leave out edges that weigh less
    #[arg(long, value_name = "N", default_value_t = 2)]
    pub(crate) min_weight: u32,
    /// How many threads [default: one for each processor]
    #[arg(long, value_name = "N")]
    pub(crate) workers: Option<usize>,
    /// Work together with other processes: a file with a line host:port for each
    #[arg(long, value_name = "FILE", requires = "process")]
    pub(crate) hosts: Option<PathBuf>,
    /// Which line of that file this process is, counted from 0; the first writes the edges
    #[arg(long, value_name = "I", requires = "hosts")]
    pub(crate) process: Option<usize>,
    /// Where the edges go: .parquet, or else CSV
    #[arg(long, value_name = "EDGES")]
    pub(crate) out: PathBuf,
}

/// What a whole number counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Unit {
    /// Seconds since 1970
    S,
    /// Milliseconds since 1970
    Ms,
    /// Microseconds since 1970
    Us,
}

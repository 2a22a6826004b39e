//! `avert watch`

use std::path::PathBuf;

use clap::Args;

/// `avert watch`
#[derive(Debug, Args)]
#[command(group = clap::ArgGroup::new("source"))]
pub(crate) struct Watch {
    /// Read events from the files *.ndjson in this folder, as they are written to
    #[arg(long, group = "source", value_name = "DIR")]
    pub(crate) folder: Option<PathBuf>,
    /// Read a live platform named in avert.toml again and again
    #[arg(long, group = "source", value_name = "NAME")]
    pub(crate) platform: Option<String>,
    /// How many seconds lie between two readings of a live platform
    #[arg(
        long,
        value_name = "SECONDS",
        default_value_t = 60,
        requires = "platform"
    )]
    pub(crate) every: u64,
    /// The name of this watch, and of its log under watch/ in the data folder
    #[arg(long, value_name = "NAME", default_value = "events")]
    pub(crate) name: String,
    /// The standard input begins again from its first event: leave out what was taken before
    #[arg(long)]
    pub(crate) from_the_start: bool,
    /// How many days actions are remembered
    #[arg(long, value_name = "DAYS", default_value_t = 400, value_parser = clap::value_parser!(u32).range(2..=36_500))]
    pub(crate) keep: u32,
    /// Bring networks up to date this often, or as long apart as an update takes, in milliseconds
    #[arg(long, value_name = "MS", default_value_t = 250, value_parser = clap::value_parser!(u64).range(10..=60_000))]
    pub(crate) tick: u64,
    /// End when no event has come for so many seconds
    #[arg(long, value_name = "SECONDS")]
    pub(crate) until_idle: Option<u64>,
    /// Make a snapshot and findings of everything remembered every so many minutes, not at the end only
    #[arg(long, value_name = "MINUTES")]
    pub(crate) seal_every: Option<u64>,
    /// Make no snapshot at the end
    #[arg(long)]
    pub(crate) no_seal: bool,
    /// Known-hostile accounts and things, as for `avert detect`
    #[arg(long, value_name = "FILE")]
    pub(crate) seeds: Option<PathBuf>,
    /// Accounts and things that serve everybody, as for `avert detect`
    #[arg(long, value_name = "FILE")]
    pub(crate) hubs: Option<PathBuf>,
    /// Accounts that somebody looked at and found honest, one a line
    #[arg(long, value_name = "FILE")]
    pub(crate) cleared: Option<PathBuf>,
    /// How what is seen becomes a probability [default: what ships]
    #[arg(long, value_name = "MODEL.toml")]
    pub(crate) model: Option<PathBuf>,
    /// Write one row an update to this CSV file: events taken so far, when its changes had been told (in
    /// microseconds since 1970), how long its oldest event had waited, how long it took
    #[arg(long, value_name = "FILE.csv")]
    pub(crate) timings: Option<PathBuf>,
}

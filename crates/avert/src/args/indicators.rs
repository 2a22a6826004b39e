//! `avert match` and `avert indicators`

use std::path::PathBuf;

use avert_hunt::{Admiralty, Pap};
use avert_model::{Timestamp, Tlp};
use clap::{Args, Subcommand};

/// `avert match`
#[derive(Debug, Args)]
pub(crate) struct Match {
    /// What to look for: a set, a list, a table or a STIX bundle; `in-use` for what the data folder uses
    #[arg(value_name = "INDICATORS")]
    pub(crate) indicators: PathBuf,
    /// Where: text, JSON lines, CSV, packed by gzip or not [default: standard input, which is also -]
    #[arg(value_name = "LOG")]
    pub(crate) logs: Vec<PathBuf>,
    /// Look for these besides
    #[arg(long = "and", value_name = "INDICATORS")]
    pub(crate) and: Vec<PathBuf>,
    /// Tell only hits of at least this score, 0 to 100
    ///
    /// What was revoked, has expired or is worn out has the score 0, and is counted
    #[arg(long, value_name = "SCORE", default_value_t = 1.0, value_parser = score)]
    pub(crate) min_score: f64,
    /// Judge as of this time, and not by what people said after it [default: now]
    #[arg(long, value_name = "TIME")]
    pub(crate) at: Option<Timestamp>,
    /// How many threads look [default: as many as there are cores]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub(crate) threads: Option<u16>,
}

fn score(text: &str) -> Result<f64, String> {
    let score: f64 = text
        .parse()
        .map_err(|_| "a score is a number from 0 to 100".to_owned())?;
    if (0.0..=100.0).contains(&score) {
        Ok(score)
    } else {
        Err("a score is a number from 0 to 100".to_owned())
    }
}

/// `avert indicators …`
#[derive(Debug, Subcommand)]
pub(crate) enum Indicators {
    /// Make a set of lists, tables, STIX bundles and other sets, and put it to use
    Compile(Compile),
    /// Read MISP's warning lists: what stands on one is not acted on without a person's say
    Warninglists {
        /// Folders of lists, or single list.json files
        #[arg(value_name = "PATH", required = true)]
        paths: Vec<PathBuf>,
    },
    /// What is in use
    List {
        /// Read all of it, and check every hash
        #[arg(long)]
        verify: bool,
    },
    /// What is known of an indicator: who says so, what it is worth, what stands against it
    Show {
        /// The indicator, defanged or not
        #[arg(value_name = "INDICATOR")]
        indicator: String,
        /// As of this time [default: now]
        #[arg(long, value_name = "TIME")]
        at: Option<Timestamp>,
    },
    /// Add one by hand
    Add {
        #[command(flatten)]
        say: Say,
        #[command(flatten)]
        said: Said,
    },
    /// Say that it was seen in hostile use, which makes its score young again
    Sighting {
        #[command(flatten)]
        say: Say,
        /// When it was seen [default: now]
        #[arg(long, value_name = "TIME")]
        seen: Option<Timestamp>,
    },
    /// Say that it hit something honest, which lowers its score
    FalsePositive(Say),
    /// Take it back: its score is 0 until it is added again
    Revoke(Say),
    /// Let it be acted on although it stands on a warning list, as an approver
    Allow(Say),
    /// Take that back
    Disallow(Say),
    /// What people said about indicators, oldest first
    Remarks,
}

/// Something that somebody says about an indicator.
#[derive(Debug, Args)]
pub(crate) struct Say {
    /// The indicator, defanged or not
    #[arg(value_name = "INDICATOR")]
    pub(crate) indicator: String,
    /// Why
    #[arg(long)]
    pub(crate) reason: String,
}

/// What a source says, for whatever the input does not say itself.
#[derive(Debug, Clone, Args)]
pub(crate) struct Said {
    /// What they are indicators of
    #[arg(long, value_name = "TEXT", default_value = "unnamed")]
    pub(crate) label: String,
    /// Who says so [default: the file's name, or whoever adds it]
    #[arg(long, value_name = "NAME")]
    pub(crate) source: Option<String>,
    /// How far they may be told (TLP 2.0)
    #[arg(long)]
    pub(crate) tlp: Option<Tlp>,
    /// What may be done with them (PAP): clear, green, amber or red
    #[arg(long)]
    pub(crate) pap: Option<Pap>,
    /// How reliable the source is, A to F, and how credible what it says, 1 to 6
    #[arg(long, value_name = "CODE")]
    pub(crate) admiralty: Option<Admiralty>,
    /// Their score, 0 to 100 [default: what the Admiralty code is worth, or 50]
    #[arg(long, value_name = "SCORE", value_parser = clap::value_parser!(u8).range(0..=100))]
    pub(crate) score: Option<u8>,
    /// When they were last seen [default: now]
    #[arg(long, value_name = "TIME")]
    pub(crate) last_seen: Option<Timestamp>,
    /// After so many days without a sighting nothing is left of the score
    #[arg(long, value_name = "DAYS", default_value_t = 180, value_parser = clap::value_parser!(u32).range(1..=36_500))]
    pub(crate) lifetime: u32,
    /// How the score falls: 1 evenly, less late, more early
    #[arg(long, value_name = "SPEED", default_value = "1", value_parser = speed)]
    pub(crate) speed: u32,
}

/// A speed, in hundredths.
fn speed(text: &str) -> Result<u32, String> {
    avert_hunt::input::speed_percent(text)
        .ok_or_else(|| "a speed is a number from 0.01 to 100".to_owned())
}

/// `avert indicators compile`
#[derive(Debug, Args)]
pub(crate) struct Compile {
    /// The files
    #[arg(value_name = "FILE", required = true)]
    pub(crate) files: Vec<PathBuf>,
    /// Write the set into this folder, and put it to no use
    #[arg(long, value_name = "DIR")]
    pub(crate) out: Option<PathBuf>,
    /// Use it besides what is in use, and not instead
    #[arg(long, conflicts_with = "out")]
    pub(crate) besides: bool,
    #[command(flatten)]
    pub(crate) said: Said,
}

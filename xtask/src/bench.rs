//! `cargo xtask bench`: measures, writes the run down under `bench/runs`, and fails when a goal is
//! missed.

mod act;
mod api;
mod build;
mod camouflage;
mod coact;
mod console;
mod demo;
mod detect;
mod hop;
mod ingest;
mod layout;
mod leiden;
mod matching;
mod measure;
mod planted;
mod record;
mod release;
mod stix;
mod tables;
mod taxii;
mod watch;

use std::path::PathBuf;

use anyhow::{Result, bail};
use clap::{Args, ValueEnum};
use serde_json::Value;

use crate::talk::say;

/// What can be measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum What {
    /// Rows of CSV ingested a second on one core, and the memory that takes
    Ingest,
    /// Precision and recall on simulated platforms, and what detection costs
    Detect,
    /// A published airdrop whose claimants were labelled: without labels, and learned from them
    Hop,
    /// Cells planted in published posts, beside what others use, and posts whose times are drawn anew
    Planted,
    /// How much camouflage costs how much recall, on 50 simulated platforms for each strength
    Camouflage,
    /// The whole demo on two cores, without a network
    Demo,
    /// Co-action beside the programs that others use, with the same results
    Coact,
    /// Watching events as they come: how long each waits, and whether it finds what a search finds
    Watch,
    /// Communities in a large graph beside the programs that others use
    Leiden,
    /// Where to draw the nodes of a large graph, beside the programs that others use
    Layout,
    /// Ten million indicators in memory and in a log, beside the ways of others, with the same hits
    Match,
    /// The console's map of a large case: how long until it is there, and how smoothly it moves
    Console,
    /// Takedowns and notices with whoever works on them killed again and again, and how fast they are
    Act,
    /// What the API takes to show the console's first pages, of a thousand cases and a million findings
    Api,
    /// What may be told, held against a second implementation of the rules in a million worlds
    Release,
    /// ATT&CK taken in on one core, beside the programs that others use
    Stix,
    /// What comes in and goes out by TAXII, on a store of a million objects
    Taxii,
    /// Instructions of the engine, noted for `cargo xtask check` to hold later ones against
    Instructions,
    /// A clean release build of the binary on two cores
    Build,
}

/// How.
#[derive(Debug, Args)]
pub(crate) struct Options {
    /// `ingest`: how many rows, in millions; may be given several times
    #[arg(long, value_name = "N", default_values_t = [1, 5, 10])]
    millions: Vec<u64>,
    /// `detect`: the first seed
    #[arg(long, value_name = "N", default_value_t = 1)]
    first_seed: u64,
    /// `detect`: the last seed
    #[arg(long, value_name = "N", default_value_t = 10)]
    last_seed: u64,
    /// `watch`: for how long events are sent; the goals are promised for 600
    #[arg(long, value_name = "SECONDS", default_value_t = 600)]
    seconds: u32,
    /// `api`: how many findings; the goal is promised for a million, and fewer than 3,000 are too few
    #[arg(long, value_name = "N", default_value_t = 1_000_000)]
    findings: u64,
    /// `taxii`: how many objects; the goals are promised for a million
    #[arg(long, value_name = "N", default_value_t = 1_000_000)]
    objects: u64,
    #[command(flatten)]
    act: act::How,
    /// Measure this binary instead of building one
    #[arg(long, value_name = "FILE")]
    binary: Option<PathBuf>,
    /// Write the record into this folder
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
}

/// What a measurement gave.
struct Measured {
    /// How it was measured, for whoever repeats it.
    how: String,
    /// One object a run.
    runs: Vec<Value>,
    /// The goals that were missed, each as a sentence.
    missed: Vec<String>,
}

/// Measures one thing.
pub(crate) fn run(what: What, options: &Options) -> Result<()> {
    let measured = match what {
        What::Ingest => ingest::measure(&options.millions)?,
        What::Detect => {
            let binary = binary(options)?;
            detect::measure(&binary, options.first_seed..=options.last_seed)?
        }
        What::Hop => hop::measure(&binary(options)?)?,
        What::Planted => planted::measure(&binary(options)?)?,
        What::Camouflage => camouflage::measure(&binary(options)?)?,
        What::Demo => demo::measure(&binary(options)?)?,
        What::Coact => coact::measure(&binary(options)?)?,
        What::Watch => watch::measure(&binary(options)?, options.seconds)?,
        What::Leiden => leiden::measure()?,
        What::Layout => layout::measure()?,
        What::Match => matching::measure()?,
        What::Console => console::measure(options.out.as_deref())?,
        What::Act => act::measure(&binary(options)?, &options.act)?,
        What::Api => api::measure(&binary(options)?, options.findings)?,
        What::Release => release::measure()?,
        What::Stix => stix::measure(&binary(options)?)?,
        What::Taxii => taxii::measure(&binary(options)?, options.objects)?,
        What::Instructions => return crate::check::instructions::note(),
        What::Build => build::measure()?,
    };
    let name = what
        .to_possible_value()
        .map_or_else(String::new, |value| value.get_name().to_owned());
    let path = record::write(&name, &measured, options.out.as_deref())?;
    say(&format!("\nwritten to {}", path.display()));
    if !measured.missed.is_empty() {
        bail!("missed:\n{}", measured.missed.join("\n"));
    }
    say("every goal is met");
    Ok(())
}

fn binary(options: &Options) -> Result<PathBuf> {
    match &options.binary {
        Some(binary) => Ok(std::path::absolute(binary)?),
        None => crate::workspace::release_binary(),
    }
}

/// Two digits after the point: what is beyond is noise.
fn rounded(value: f64) -> f64 {
    (value * 100.0).round() / 100.0
}

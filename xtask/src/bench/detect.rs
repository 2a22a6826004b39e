//! How right detection is on simulated platforms, and what it costs.

use std::ops::RangeInclusive;
use std::path::Path;

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};

use super::measure::{self, Conditions, Cost};
use super::{Measured, rounded};
use crate::check::quality::broken_promises;
use crate::goals;
use crate::talk::say;
use crate::trial::{self, Quality};

/// Simulates, ingests, detects and evaluates for each seed.
pub(super) fn measure(binary: &Path, seeds: RangeInclusive<u64>) -> Result<Measured> {
    let mut runs = Vec::new();
    let mut missed = Vec::new();
    for seed in seeds {
        let (quality, cost) = one(binary, seed)?;
        say(&format!(
            "seed {seed}: {quality}; {:.1} s, {:.0} MiB",
            cost.seconds, cost.peak_rss_mib
        ));
        missed.extend(broken_promises(seed, &quality));
        runs.push(run(seed, &quality, &cost));
    }
    Ok(Measured {
        how: format!(
            "avert simulate --accounts {} --seed S --out D; avert --data D ingest D/mapping.toml; \
             avert --data D --format json detect > findings.json; \
             avert --format json evaluate findings.json --truth D/truth.csv; \
             seconds and peak are those of detect",
            goals::ACCOUNTS
        ),
        runs,
        missed,
    })
}

fn one(binary: &Path, seed: u64) -> Result<(Quality, Cost)> {
    let folder = tempfile::Builder::new()
        .prefix("avert-bench-")
        .tempdir()
        .context("cannot make a temporary folder")?;
    let folder = folder.path();
    trial::prepare(binary, folder, goals::ACCOUNTS, seed)?;
    let findings = trial::findings(folder);
    let conditions = Conditions {
        output: Some(&findings),
        ..Conditions::default()
    };
    let cost = measure::run(binary, &trial::detect_arguments(folder), &conditions)?;
    ensure!(
        matches!(cost.exit_code, 0 | 1),
        "avert detect ended with code {}",
        cost.exit_code
    );
    Ok((trial::evaluate(binary, folder)?, cost))
}

fn run(seed: u64, quality: &Quality, cost: &Cost) -> Value {
    json!({
        "seed": seed,
        "accounts": goals::ACCOUNTS,
        "precision": quality.precision,
        "recall": quality.recall,
        "honest_hit": quality.honest_hit,
        "detect_seconds": rounded(cost.seconds),
        "detect_peak_rss_mib": rounded(cost.peak_rss_mib),
    })
}

//! `cargo xtask train`: makes the model that ships, of simulated platforms alone.

use std::ops::RangeInclusive;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result};
use serde_json::Value;

use crate::talk::say;
use crate::workspace;

/// Seeds that no test and no benchmark uses.
const SEEDS: RangeInclusive<u64> = 200..=211;

const ACCOUNTS: &str = "20000";

/// Where the model is kept.
const MODEL: &str = "crates/detect/src/calibrate/default-model.toml";

/// Simulates, learns how what the detector says is to be read, and writes the model into the source.
pub(crate) fn run() -> Result<()> {
    let binary = workspace::release_binary()?;
    let folder = tempfile::tempdir().context("cannot make a temporary folder")?;
    let data = folder.path().join("data");
    workspace::read(Command::new(&binary).arg("init").arg(&data))?;
    let mut calibrate = Command::new(&binary);
    calibrate.args(["--quiet", "--format", "json", "--data"]);
    calibrate.arg(&data).arg("calibrate");
    for seed in SEEDS {
        let platform = folder.path().join(seed.to_string());
        let snapshot = simulated(&binary, &data, &platform, seed)?;
        calibrate.arg(snapshot);
        calibrate.arg("--labels").arg(platform.join("truth.csv"));
        say(&format!("simulated seed {seed}"));
    }
    let model = workspace::root().join(MODEL);
    calibrate.arg("--readings-only").arg("--out").arg(&model);
    say(&workspace::read(&mut calibrate)?);
    say(&format!("written to {}", model.display()));
    Ok(())
}

/// The id of a snapshot of a simulated platform.
fn simulated(binary: &Path, data: &Path, platform: &Path, seed: u64) -> Result<String> {
    let mut simulate = Command::new(binary);
    simulate.args(["--quiet", "simulate", "--accounts", ACCOUNTS, "--seed"]);
    workspace::read(simulate.arg(seed.to_string()).arg("--out").arg(platform))?;
    let mut ingest = Command::new(binary);
    ingest.args(["--quiet", "--format", "json", "--data"]);
    ingest.arg(data).arg("ingest");
    let text = workspace::read(ingest.arg(platform.join("mapping.toml")))?;
    let told: Value = serde_json::from_str(&text).context("`avert ingest` wrote no JSON")?;
    let id = told["manifest"]["id"].as_str();
    id.map(str::to_owned)
        .context("`avert ingest` names no snapshot")
}

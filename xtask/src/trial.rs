//! One trial of detection: a simulated platform, what was found on it, and how right that was.

use std::fmt;
use std::fs::{self, File};
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};
use serde::{Deserialize, Serialize};

use crate::workspace;

/// What `avert evaluate` says; its other keys are for people.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Quality {
    /// None when nobody was proposed.
    pub(crate) precision: Option<f64>,
    pub(crate) recall: Option<f64>,
    /// Honest accounts that were proposed.
    pub(crate) honest_hit: u64,
}

impl fmt::Display for Quality {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let share = |value: Option<f64>| value.map_or("none".to_owned(), |v| format!("{v:.3}"));
        write!(
            f,
            "precision {}, recall {}, {} honest hit",
            share(self.precision),
            share(self.recall),
            self.honest_hit
        )
    }
}

/// Simulates a platform in a folder and ingests it.
pub(crate) fn prepare(binary: &Path, folder: &Path, accounts: u32, seed: u64) -> Result<()> {
    let (accounts, seed) = (accounts.to_string(), seed.to_string());
    let mut simulate = avert(binary);
    simulate.args([
        "simulate",
        "--accounts",
        &accounts,
        "--seed",
        &seed,
        "--out",
    ]);
    silent(simulate.arg(folder))?;
    let mut ingest = avert(binary);
    ingest.arg("--data").arg(folder).arg("ingest");
    silent(ingest.arg(folder.join("mapping.toml")))
}

/// The command that detects; its standard output is what `evaluate` reads.
pub(crate) fn detect_arguments(folder: &Path) -> Vec<std::ffi::OsString> {
    let mut arguments = vec!["--quiet".into(), "--data".into(), folder.into()];
    arguments.extend(["--format", "json", "detect"].map(Into::into));
    arguments
}

/// Where the findings go.
pub(crate) fn findings(folder: &Path) -> std::path::PathBuf {
    folder.join("findings.json")
}

/// Detects, and keeps the findings.
pub(crate) fn detect(binary: &Path, folder: &Path) -> Result<()> {
    let path = findings(folder);
    let output = File::create(&path).with_context(|| format!("cannot make {}", path.display()))?;
    let status = Command::new(binary)
        .args(detect_arguments(folder))
        .stdin(Stdio::null())
        .stdout(output)
        .status()
        .context("cannot start avert")?;
    // Finding nothing is an answer, which the evaluation judges.
    if !matches!(status.code(), Some(0 | 1)) {
        bail!("avert detect ended with {status}");
    }
    Ok(())
}

/// Holds the findings against the truth.
pub(crate) fn evaluate(binary: &Path, folder: &Path) -> Result<Quality> {
    let mut evaluate = avert(binary);
    evaluate.args(["--format", "json", "evaluate"]);
    evaluate.arg(findings(folder)).arg("--truth");
    let text = workspace::read(evaluate.arg(folder.join("truth.csv")))?;
    fs::write(folder.join("evaluation.json"), &text)?;
    serde_json::from_str(&text).context("`avert evaluate` wrote something unexpected")
}

fn avert(binary: &Path) -> Command {
    let mut command = Command::new(binary);
    command.arg("--quiet");
    command
}

/// Runs a command whose results are in files.
fn silent(command: &mut Command) -> Result<()> {
    workspace::run(command.stdout(Stdio::null()))
}

//! A clean release build, as somebody who has just cloned and fetched does it.

use std::path::PathBuf;

use anyhow::{Context, Result, ensure};
use serde_json::json;

use super::measure::{self, Conditions};
use super::{Measured, rounded};
use crate::talk::{say, spell};
use crate::{goals, workspace};

/// Builds into a new folder. Fetching is not in the figure: it measures the network.
pub(super) fn measure() -> Result<Measured> {
    workspace::run(&mut workspace::cargo(&["fetch", "--locked"]))?;
    let folder = tempfile::Builder::new()
        .prefix("avert-build-")
        .tempdir()
        .context("cannot make a temporary folder")?;
    let cargo = std::env::var_os("CARGO").map_or_else(|| PathBuf::from("cargo"), PathBuf::from);
    let mut arguments: Vec<std::ffi::OsString> = [
        "build",
        "--release",
        "--locked",
        "--package",
        "avert",
        "--jobs",
        "2",
        "--target-dir",
    ]
    .map(Into::into)
    .to_vec();
    arguments.push(folder.path().into());
    let conditions = Conditions {
        cores: (cores() >= 2).then_some("0,1"),
        folder: Some(workspace::root()),
        ..Conditions::default()
    };
    let cost = measure::run(&cargo, &arguments, &conditions)?;
    ensure!(cost.exit_code == 0, "avert does not build");
    let binary = folder.path().join("release").join("avert");
    let size_mib = std::fs::metadata(&binary)
        .with_context(|| format!("cargo built no {}", binary.display()))?
        .len() as f64
        / (1024.0 * 1024.0);
    say(&format!(
        "clean release build: {}; the binary has {size_mib:.1} MiB",
        spell(std::time::Duration::from_secs_f64(cost.seconds))
    ));
    Ok(Measured {
        how: "cargo build --release --package avert --jobs 2 into a new folder, pinned to two cores with taskset, \
              everything fetched before"
            .to_owned(),
        runs: vec![json!({
            "seconds": rounded(cost.seconds),
            "peak_rss_mib_of_one_process": rounded(cost.peak_rss_mib),
            "binary_mib": rounded(size_mib),
        })],
        missed: (cost.seconds > goals::BUILD_SECONDS)
            .then(|| {
                format!(
                    "the build took {:.0} s, and at most {:.0} s is promised",
                    cost.seconds,
                    goals::BUILD_SECONDS
                )
            })
            .into_iter()
            .collect(),
    })
}

fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, std::num::NonZero::get)
}

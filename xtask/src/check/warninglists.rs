//! Every one of MISP's published warning lists is read, and holds back what is on it: judged by a second reading of
//! the lists, by their own publisher's package.

use std::path::PathBuf;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};
use serde_json::Value;

use crate::{python, workspace};

/// Fails when a list cannot be read, or when something that the publisher's package finds on a list is not held back.
pub(crate) fn check() -> Result<()> {
    let folder = folder();
    let python = python()?;
    let binary = workspace::test_binary()?;
    let place = tempfile::tempdir().context("cannot make a temporary folder")?;
    let data = place.path().join("data");
    workspace::run(
        Command::new(&binary)
            .args(["--quiet", "init"])
            .arg(&data)
            .stdout(Stdio::null()),
    )?;
    let expected = place.path().join("expected.json");
    let feed = place.path().join("feed.txt");
    let told = Command::new(&python)
        .arg(folder.join("warninglists.py"))
        .args([&feed, &expected])
        .stderr(Stdio::inherit())
        .output()
        .context("Python cannot be started")?;
    if !told.status.success() {
        bail!("xtask/hunt/warninglists.py failed");
    }
    let lists = String::from_utf8_lossy(&told.stdout).trim().to_owned();
    let run = |arguments: &[&str]| -> Result<Vec<u8>> {
        let output = Command::new(&binary)
            .args(arguments)
            .arg("--data")
            .arg(&data)
            .stderr(Stdio::inherit())
            .output()
            .context("avert cannot be started")?;
        // 1 is "nothing was found".
        if !matches!(output.status.code(), Some(0 | 1)) {
            bail!("avert {} failed", arguments.join(" "));
        }
        Ok(output.stdout)
    };
    let report: Value = serde_json::from_slice(&run(&[
        "--format",
        "json",
        "indicators",
        "warninglists",
        &lists,
    ])?)?;
    let expected: Value = serde_json::from_slice(&std::fs::read(&expected)?)?;
    let mut faults = Vec::new();
    for what in ["lists", "entries"] {
        if report[what] != expected[what] {
            faults.push(format!(
                "{what}: {} read of {}",
                report[what], expected[what]
            ));
        }
    }
    if report["unreadable"]
        .as_object()
        .is_none_or(|unreadable| !unreadable.is_empty())
    {
        faults.push(format!(
            "entries that can be compared with nothing: {}",
            report["unreadable"]
        ));
    }
    let text = feed.to_string_lossy();
    let hits = run(&["--quiet", "--format", "ndjson", "match", &text, &text])?;
    let mut held = std::collections::BTreeMap::new();
    for line in hits
        .split(|byte| *byte == b'\n')
        .filter(|line| !line.is_empty())
    {
        let hit: Value = serde_json::from_slice(line)?;
        let key = (
            hit["line"].as_u64().unwrap_or(0),
            hit["indicator"].as_str().unwrap_or_default().to_owned(),
        );
        held.insert(key, hit);
    }
    let rows = expected["rows"].as_array().context("no rows")?;
    for row in rows {
        let (number, list) = (
            row["line"].as_u64().unwrap_or(0),
            row["list"].as_str().unwrap_or_default(),
        );
        let of_line = held.range((number, String::new())..(number + 1, String::new()));
        let is_held = of_line.into_iter().any(|(_, hit)| {
            let lists = hit["warning_lists"].as_array();
            lists.is_some_and(|lists| lists.iter().any(|name| name == list))
                && hit["may_act"] == false
        });
        if !is_held {
            faults.push(format!(
                "line {number} of the feed, {}: not held back by '{list}'",
                row["value"]
            ));
        }
    }
    if faults.is_empty() && !rows.is_empty() {
        return Ok(());
    }
    faults.truncate(20);
    bail!("{} entries tried\n{}", rows.len(), faults.join("\n"))
}

/// What they need, installed if need be.
pub(super) fn python() -> Result<PathBuf> {
    python::with_packages_of(&folder().join("requirements.txt"))
}

fn folder() -> PathBuf {
    workspace::root().join("xtask/hunt")
}

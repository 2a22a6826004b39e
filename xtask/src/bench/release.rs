//! The gate of releases held against a second implementation of its rules, in a million worlds.

use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};

use super::{Measured, rounded};
use crate::metadata::Metadata;
use crate::talk::say;
use crate::{goals, workspace};

/// Beyond the worlds that every test run draws.
const FIRST: u64 = 1_000_000;
/// How many processes share them.
const PROCESSES: u64 = 2;

/// Draws the worlds and counts where the gate and the oracle differ.
pub(super) fn measure() -> Result<Measured> {
    let program = example()?;
    let each = goals::RELEASE_WORLDS / PROCESSES;
    let begun: Vec<Child> = (0..PROCESSES)
        .map(|share| {
            let first = FIRST + share * each;
            let mut command = Command::new(&program);
            command
                .args([first.to_string(), each.to_string()])
                .stdout(Stdio::piped());
            command.spawn().context("the worlds cannot be drawn")
        })
        .collect::<Result<_>>()?;
    let mut runs = Vec::new();
    for child in begun {
        let output = child.wait_with_output()?;
        ensure!(
            output.status.success(),
            "drawing worlds ended with {}",
            output.status
        );
        let mut told: Value =
            serde_json::from_slice(&output.stdout).context("an answer is not JSON")?;
        for name in ["seconds", "micros_a_check"] {
            told[name] = json!(rounded(told[name].as_f64().unwrap_or(f64::NAN)));
        }
        say(&told.to_string());
        runs.push(told);
    }
    Ok(Measured {
        how: format!(
            "{} worlds drawn from seeds beyond those of the tests, by {PROCESSES} processes: partners, groups, \
             markings in all encodings, embargoes, retractions and objects that name each other; leaks and needless \
             withholdings are differences from a second implementation of the rules, retractions_amiss whom a retraction missed \
             or reached for nothing; micros_a_check is the gate alone",
            goals::RELEASE_WORLDS
        ),
        missed: missed(&runs),
        runs,
    })
}

fn missed(runs: &[Value]) -> Vec<String> {
    let sum = |name: &str| {
        runs.iter()
            .map(|run| run[name].as_u64().unwrap_or(0))
            .sum::<u64>()
    };
    let mut missed = Vec::new();
    for name in ["leaks", "needless", "retractions_amiss"] {
        // What is not told is not nothing.
        let is_told = runs.iter().all(|run| run[name].is_u64());
        if sum(name) > 0 || !is_told {
            missed.push(format!("{name}: {}, and none is promised", sum(name)));
        }
    }
    if sum("worlds") < goals::RELEASE_WORLDS {
        missed.push(format!(
            "{} worlds, and {} are promised",
            sum("worlds"),
            goals::RELEASE_WORLDS
        ));
    }
    missed
}

/// The optimised example, built if it is not there or is stale.
fn example() -> Result<PathBuf> {
    let build = [
        "build",
        "--release",
        "--package",
        "avert-exchange",
        "--example",
        "release",
    ];
    workspace::run(&mut workspace::cargo(&build)).context("the example does not build")?;
    let folder: PathBuf = Metadata::of_workspace()?.target_directory;
    Ok(folder.join("release/examples/release"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_leak_in_a_million_worlds_is_a_missed_goal() {
        let run = |leaks: u64, worlds: u64| json!({ "leaks": leaks, "needless": 0, "retractions_amiss": 0, "worlds": worlds });
        assert!(missed(&[run(0, goals::RELEASE_WORLDS)]).is_empty());
        assert_eq!(missed(&[run(1, goals::RELEASE_WORLDS)]).len(), 1);
        assert_eq!(missed(&[run(0, 1)]).len(), 1);
        assert_eq!(
            missed(&[json!({ "worlds": goals::RELEASE_WORLDS })]).len(),
            3
        );
    }
}

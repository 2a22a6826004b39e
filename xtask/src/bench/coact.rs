//! `avert coact` beside the programs that others use for the same, on the same files, with the same
//! results.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};

use super::measure::{self, Conditions, Cost};
use super::{Measured, rounded};
use crate::talk::say;
use crate::{goals, python, workspace};

/// One file of events and one window.
struct Case {
    name: &'static str,
    events: &'static str,
    mild: bool,
    file: &'static str,
    window_seconds: u32,
    /// What avert is given as `--memory`.
    memory: Option<&'static str>,
    runs: usize,
    peers: &'static [&'static str],
    goal: goals::Coact,
}

const CASES: [Case; 4] = [
    Case {
        name: "1M events, 3600 s",
        events: "1000000",
        mild: false,
        file: "hard-1m.csv",
        window_seconds: 3600,
        memory: None,
        runs: 5,
        peers: &["duckdb", "cnt"],
        goal: goals::COACT_1M,
    },
    Case {
        name: "10M events, 60 s",
        events: "10000000",
        mild: false,
        file: "hard-10m.parquet",
        window_seconds: 60,
        memory: None,
        runs: 5,
        peers: &["duckdb"],
        goal: goals::COACT_10M,
    },
    Case {
        name: "10M mild events, 60 s",
        events: "10000000",
        mild: true,
        file: "mild-10m.parquet",
        window_seconds: 60,
        memory: None,
        runs: 5,
        peers: &["duckdb"],
        goal: goals::COACT_10M_MILD,
    },
    Case {
        name: "100M mild events, 60 s, 4 GiB",
        events: "100000000",
        mild: true,
        file: "mild-100m.parquet",
        window_seconds: 60,
        memory: Some("4GiB"),
        runs: 2,
        peers: &[],
        goal: goals::COACT_100M_MILD,
    },
];

/// Makes the events, and runs everybody on them.
pub(super) fn measure(binary: &Path) -> Result<Measured> {
    let python = python::with_packages_of(&workspace::root().join("xtask/bench/requirements.txt"))?;
    let folder = tempfile::tempdir().context("cannot make a temporary folder")?;
    let mut runs = Vec::new();
    let mut missed = Vec::new();
    for case in &CASES {
        let events = make(&python, case)?;
        let edges = folder.path().join("avert.parquet");
        let mut costs = Vec::new();
        for _ in 0..case.runs {
            costs.push(ours(binary, &events, case, &edges)?);
        }
        costs.sort_by(|one, other| one.seconds.total_cmp(&other.seconds));
        let (best, middle) = (&costs[0], &costs[case.runs / 2]);
        let memory = costs
            .iter()
            .map(|cost| cost.peak_rss_mib)
            .fold(0.0, f64::max);
        say(&format!(
            "{}: avert {:.2} s at best, {:.2} s in the middle, {memory:.0} MiB",
            case.name, best.seconds, middle.seconds
        ));
        missed.extend(case.missed(best.seconds, memory));
        let mut others = Vec::new();
        for peer in case.peers {
            others.push(theirs(&python, peer, &events, case, &edges)?);
        }
        runs.push(json!({
            "case": case.name,
            "avert": {
                "command": case.command(),
                "seconds": rounded(best.seconds),
                "seconds_median": rounded(middle.seconds),
                "seconds_all": costs.iter().map(|cost| rounded(cost.seconds)).collect::<Vec<_>>(),
                "peak_rss_mib": rounded(memory),
            },
            "peers": others,
        }));
    }
    Ok(Measured {
        how: String::from(
            "whole processes on two cores, CSV or Parquet in, Parquet out; avert the best of several \
             runs, whatever else the machine does only adds, and the others once; every peer's edges \
             were compared with avert's and are the same",
        ),
        runs,
        missed,
    })
}

impl Case {
    /// What is run, as it would be typed.
    fn command(&self) -> String {
        let memory = self
            .memory
            .map_or_else(String::new, |memory| format!(" --memory {memory}"));
        format!(
            "avert coact {} --account user_id --object repost_id --time timestamp --window {}s --workers 2{memory} \
             --out edges.parquet",
            self.file, self.window_seconds
        )
    }

    fn missed(&self, seconds: f64, memory: f64) -> Option<String> {
        let goals::Coact {
            seconds: most_seconds,
            peak_rss_mib,
        } = self.goal;
        (seconds > most_seconds || memory > peak_rss_mib).then(|| {
            format!(
                "{}: {seconds:.2} s and {memory:.0} MiB, and at most {most_seconds} s and \
                 {peak_rss_mib} MiB are promised",
                self.name
            )
        })
    }
}

/// The events, made once and kept.
fn make(python: &Path, case: &Case) -> Result<PathBuf> {
    let generator = workspace::root().join("../shared/tools/gen_events.py");
    ensure!(
        generator.exists(),
        "{} is missing, which makes the events",
        generator.display()
    );
    let folder = python::cache()?.join("events");
    std::fs::create_dir_all(&folder)
        .with_context(|| format!("cannot make {}", folder.display()))?;
    let events = folder.join(case.file);
    if !events.exists() {
        say(&format!("{}: making {}", case.name, events.display()));
        let begun = folder.join(format!("begun-{}", case.file));
        let mut command = Command::new(python);
        command.arg(generator).arg(case.events).arg(&begun);
        if case.mild {
            command.arg("--mild");
        }
        workspace::read(&mut command)?;
        std::fs::rename(&begun, &events)?;
    }
    Ok(events)
}

fn ours(binary: &Path, events: &Path, case: &Case, edges: &Path) -> Result<Cost> {
    let window = format!("{}s", case.window_seconds);
    let mut arguments: Vec<OsString> = vec!["coact".into(), events.into()];
    let columns = [
        "--account",
        "user_id",
        "--object",
        "repost_id",
        "--time",
        "timestamp",
    ];
    arguments.extend(columns.map(Into::into));
    arguments.extend([
        "--window".into(),
        window.into(),
        "--workers".into(),
        "2".into(),
    ]);
    if let Some(memory) = case.memory {
        arguments.extend(["--memory".into(), memory.into()]);
    }
    arguments.extend(["--out".into(), edges.into()]);
    done(binary, &arguments)
}

/// Runs another program, and makes sure that it found the same.
fn theirs(python: &Path, peer: &str, events: &Path, case: &Case, edges: &Path) -> Result<Value> {
    let script = workspace::root().join("xtask/bench/peers.py");
    let found = edges.with_file_name(format!("{peer}.parquet"));
    let window = case.window_seconds.to_string();
    let arguments: Vec<OsString> = vec![
        script.clone().into(),
        peer.into(),
        events.into(),
        window.clone().into(),
        found.clone().into(),
    ];
    let cost = done(python, &arguments)?;
    let mut same = Command::new(python);
    same.arg(script).arg("same").arg(edges).arg(&found);
    let same = workspace::read(&mut same).with_context(|| {
        format!(
            "the edges of {peer} are not those of avert in {}",
            case.name
        )
    })?;
    say(&format!(
        "{}: {peer} {:.1} s, {:.0} MiB, the same edges ({})",
        case.name,
        cost.seconds,
        cost.peak_rss_mib,
        same.trim()
    ));
    Ok(json!({
        "peer": peer,
        "command": format!("peers.py {peer} {} {window} edges.parquet", case.file),
        "seconds": rounded(cost.seconds),
        "peak_rss_mib": rounded(cost.peak_rss_mib),
        "edges_and_weight": same.trim(),
    }))
}

fn done(program: &Path, arguments: &[OsString]) -> Result<Cost> {
    let conditions = Conditions {
        cores: Some("0,1"),
        ..Conditions::default()
    };
    let cost = measure::run(program, arguments, &conditions)?;
    ensure!(
        cost.exit_code == 0,
        "{} ended with code {}",
        program.display(),
        cost.exit_code
    );
    Ok(cost)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn too_slow_or_too_large_is_a_missed_goal() {
        let case = &CASES[0];
        assert_eq!(case.missed(1.0, 100.0), None);
        assert!(case.missed(60.0, 100.0).unwrap().contains("60.00 s"));
        assert!(case.missed(1.0, 9000.0).unwrap().contains("9000 MiB"));
    }
}

//! Ten million indicators: what they take in memory, and how fast a log is looked through for them, beside the ways of others.
//!
//! Speed is told by the time that a core was had as well as by the clock: on a machine that others use the clock tells of them.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};

use super::{Measured, rounded};
use crate::metadata::Metadata;
use crate::talk::say;
use crate::{goals, python, workspace};

const INDICATORS: &str = "10000000";
/// So many for the peers that take three hundred bytes an indicator.
const FEWER: &str = "1500000";
const LOG_BYTES: &str = "1000000000";
/// The peers get the beginning of the log.
const PEER_BYTES: &str = "100000000";
/// What iocextract gets, at 0.04 MB a second.
const SLICE_BYTES: &str = "500000";
/// How often ours runs; the best counts, since whatever else the machine does only adds.
const RUNS: usize = 5;

/// Makes sets and logs, and has everybody look.
pub(super) fn measure() -> Result<Measured> {
    let real = workspace::root().join("../shared/data/ioc/indicators.tsv.gz");
    if !real.is_file() {
        bail!(
            "the reference data is missing: there is no {}",
            real.display()
        );
    }
    let bench = example("match_bench")?;
    let peers = example("match_peers")?;
    let folder = tempfile::tempdir().context("cannot make a temporary folder")?;
    let place = folder.path();
    let make = |count: &str, log_bytes: &str, name: &str| -> Result<Made> {
        let made = answer(
            Command::new(&bench)
                .args(["set", count])
                .arg(&real)
                .arg(place),
        )?;
        let set = PathBuf::from(made["path"].as_str().context("no path")?);
        let log = place.join(name);
        let log_made = answer(
            Command::new(&bench)
                .arg("log")
                .arg(&set)
                .arg(log_bytes)
                .arg(&log),
        )?;
        Ok((
            set,
            log,
            json!({ "set": made["set"], "log": log_made, "seconds_to_compile": made["seconds"] }),
        ))
    };
    let (set, log, how) = make(INDICATORS, LOG_BYTES, "large.log")?;
    let mut runs = vec![how];
    let opened = answer(Command::new(&bench).arg("open").arg(&set))?;
    let resident_mb = opened["rss_kib"].as_f64().unwrap_or(f64::INFINITY) * 1024.0 / 1e6;
    say(&format!(
        "{INDICATORS} indicators opened: {resident_mb:.0} MB"
    ));
    runs.push(json!({ "opened": opened, "resident_mb": rounded(resident_mb) }));
    let hits = place.join("hits");
    let mut best: Option<Value> = None;
    let mut all = Vec::new();
    for _ in 0..RUNS {
        let mut scan = Command::new("taskset");
        scan.args(["--cpu-list", "0"])
            .arg(&bench)
            .arg("scan")
            .arg(&set)
            .arg(&log)
            .arg("1")
            .arg(&hits);
        let run = answer(&mut scan)?;
        all.push(rounded(speed(&run)));
        if best.as_ref().is_none_or(|best| speed(&run) > speed(best)) {
            best = Some(run);
        }
    }
    let best = best.context("it did not run")?;
    say(&format!("avert {:.0} MB a second of a core", speed(&best)));
    let ours = speed(&best);
    runs.push(json!({ "who": "avert", "best": best, "mb_per_cpu_second_all": all }));
    runs.extend(beside(&bench, &peers, &make, place)?);
    let mut missed = Vec::new();
    if resident_mb > goals::MATCH_RESIDENT_MB {
        missed.push(format!(
            "{resident_mb:.0} MB resident, and at most {} are promised",
            goals::MATCH_RESIDENT_MB
        ));
    }
    if ours < goals::MATCH_MB_PER_SECOND {
        missed.push(format!(
            "{ours:.0} MB a second, and {} are promised",
            goals::MATCH_MB_PER_SECOND
        ));
    }
    Ok(Measured {
        how: format!(
            "{INDICATORS} indicators, of which 1.3 million real and the rest made up; the memory of a process that opened them; a log of \
             {LOG_BYTES} bytes of web, resolver, firewall and application lines, one in a thousand with an indicator, on one core, the best of {RUNS} \
             runs by the core's time; the others on {FEWER} indicators and {PEER_BYTES} bytes (iocextract {SLICE_BYTES}), reading indicators not \
             counted; the lines with a hit of a domain, address, endpoint or hash are the same"
        ),
        runs,
        missed,
    })
}

/// A set, a log, and how they were made.
type Made = (PathBuf, PathBuf, Value);

/// The others, on less of everything, and whether they find what ours finds there.
fn beside(
    bench: &Path,
    peers: &Path,
    make: &dyn Fn(&str, &str, &str) -> Result<Made>,
    place: &Path,
) -> Result<Vec<Value>> {
    let (set, log, how) = make(FEWER, PEER_BYTES, "small.log")?;
    let mut runs = vec![how];
    let hits = place.join("hits-small");
    let ours = answer(
        Command::new(bench)
            .arg("scan")
            .arg(&set)
            .arg(&log)
            .arg("1")
            .arg(&hits),
    )?;
    let expect = lines(&hits)?;
    runs.push(json!({ "who": "avert", "indicators": FEWER, "run": ours }));
    for who in ["aho", "hashset"] {
        let out = place.join(who);
        let told = answer(Command::new(peers).arg(who).arg(&set).arg(&log).arg(&out))?;
        let found = lines(&out)?;
        if found != expect {
            bail!(
                "{who} finds {} lines and avert {}; first difference: {:?}",
                found.len(),
                expect.len(),
                found.symmetric_difference(&expect).next()
            );
        }
        say(&format!(
            "{who} {:.1} MB a second",
            told["mb_per_second"].as_f64().unwrap_or(0.0)
        ));
        runs.push(json!({ "who": who, "indicators": FEWER, "run": told, "same_lines": true }));
    }
    let python = python::with_packages_of(&workspace::root().join("xtask/hunt/requirements.txt"))?;
    let values = place.join("values");
    workspace::run(
        Command::new(peers)
            .arg("values")
            .arg(&set)
            .arg(&values)
            .arg(FEWER),
    )?;
    let slice = place.join("slice.log");
    let text = std::fs::read(&log)?;
    let end = text.len().min(SLICE_BYTES.parse()?);
    std::fs::write(&slice, &text[..end])?;
    let mut peer = Command::new(&python);
    peer.arg(workspace::root().join("xtask/hunt/peers.py"))
        .arg(&values)
        .arg(&slice)
        .arg(place.join("iocextract"));
    let told = answer(&mut peer)?;
    say(&format!("iocextract {told}"));
    runs.push(json!({ "who": "iocextract", "indicators": FEWER, "run": told }));
    Ok(runs)
}

/// MB of log for each second of a core.
fn speed(run: &Value) -> f64 {
    run["mb_per_cpu_second"].as_f64().unwrap_or(0.0)
}

/// The numbers of the lines with a hit, of those kinds that everybody looks for.
fn lines(path: &Path) -> Result<BTreeSet<u64>> {
    let text = std::fs::read_to_string(path)?;
    let number = |line: &str| -> Option<u64> {
        let mut cells = line.split('\t');
        let number = cells.next()?.parse().ok()?;
        match cells.next() {
            None | Some("domain" | "address" | "endpoint" | "hash") => Some(number),
            Some(_) => None,
        }
    };
    Ok(text.lines().filter_map(number).collect())
}

fn answer(command: &mut Command) -> Result<Value> {
    let text = workspace::read(command)?;
    serde_json::from_str(&text).context("an answer is not JSON")
}

fn example(name: &str) -> Result<PathBuf> {
    workspace::run(&mut workspace::cargo(&[
        "build",
        "--release",
        "--locked",
        "--quiet",
        "--package",
        "avert-hunt",
        "--example",
        name,
    ]))?;
    Ok(Metadata::of_workspace()?
        .target_directory
        .join("release/examples")
        .join(name))
}

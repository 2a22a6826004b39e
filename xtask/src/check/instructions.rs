//! How many instructions the engine takes, held against what it took before.
//!
//! Seconds depend on the machine and on whatever else it does; instructions hardly do, so that a change
//! which makes the engine slower is noticed by whoever makes it. They are counted by Valgrind's
//! callgrind, in the tests' build, on small inputs that are the same everywhere.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

use crate::talk::say;
use crate::{trial, workspace};

/// How many percent more are put up with. Machines differ in which vector instructions they offer
/// to BLAKE3 and the C library.
const MOST_PERCENT_MORE: u64 = 5;

/// By workload, in millions.
type Counts = BTreeMap<String, u64>;

/// Counts, and fails when a workload takes more than what was noted.
pub(crate) fn check() -> Result<()> {
    let noted: Counts = serde_json::from_slice(&fs::read(baseline())?)
        .with_context(|| format!("{} says something unexpected", baseline().display()))?;
    let counted = count()?;
    let faults = grown(&noted, &counted);
    if !faults.is_empty() {
        bail!("{}", faults.join("\n"));
    }
    Ok(())
}

/// Counts, and notes what was counted.
pub(crate) fn note() -> Result<()> {
    let counted = count()?;
    let mut text = serde_json::to_string_pretty(&counted)?;
    text.push('\n');
    fs::write(baseline(), text).context("cannot note what was counted")?;
    say(&format!("noted in {}", baseline().display()));
    Ok(())
}

fn baseline() -> PathBuf {
    workspace::root().join("bench").join("instructions.json")
}

/// What takes more than was noted, or was never noted, each as a sentence.
fn grown(noted: &Counts, counted: &Counts) -> Vec<String> {
    let mut faults = Vec::new();
    for (name, now) in counted {
        match noted.get(name) {
            None => faults.push(format!("{name}: {now} M instructions, and none are noted")),
            Some(before) if *now * 100 > before * (100 + MOST_PERCENT_MORE) => {
                faults.push(format!(
                    "{name}: {now} M instructions, and {before} M were noted"
                ));
            }
            Some(before) => say(&format!(
                "   {name}: {now} M instructions ({before} M noted)"
            )),
        }
    }
    faults
}

fn count() -> Result<Counts> {
    install_valgrind()?;
    let binary = workspace::test_binary()?;
    let folder = tempfile::Builder::new()
        .prefix("avert-instructions-")
        .tempdir()
        .context("cannot make a temporary folder")?;
    let platform = folder.path().join("platform");
    trial::prepare(&binary, &platform, 1_000, 1)?;
    let mut counts = Counts::new();
    for (name, arguments) in [
        ("coact", coact(folder.path())?),
        ("ingest", ingest(&platform)),
        ("detect", trial::detect_arguments(&platform)),
    ] {
        let millions = instructions(&binary, &arguments)? / 1_000_000;
        counts.insert(name.to_owned(), millions);
    }
    Ok(counts)
}

/// Co-action in a hundred thousand events, on busy objects and quiet ones.
fn coact(folder: &Path) -> Result<Vec<OsString>> {
    let events = folder.join("events.csv");
    let mut text = "user,thing,second\n".to_owned();
    let mut state = 7_u64;
    for second in 0..100_000 {
        // Knuth's MMIX generator; its upper bits are good enough for traffic.
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        let (user, thing) = ((state >> 40) & 0x1FFF, state >> 53);
        let thing = (thing * thing) >> 12;
        writeln!(text, "u{user},t{thing},{second}").context("memory is enough")?;
    }
    fs::write(&events, text)?;
    let mut arguments: Vec<OsString> = vec!["--quiet".into(), "coact".into(), events.into()];
    let rest = "--account user --object thing --time second --window 20m --workers 1 --out";
    arguments.extend(rest.split(' ').map(Into::into));
    arguments.push(folder.join("edges.parquet").into());
    Ok(arguments)
}

fn ingest(platform: &Path) -> Vec<OsString> {
    vec![
        "--quiet".into(),
        "--data".into(),
        platform.into(),
        "ingest".into(),
        platform.join("mapping.toml").into(),
    ]
}

/// How many instructions a run of the binary takes.
fn instructions(binary: &Path, arguments: &[OsString]) -> Result<u64> {
    let output = Command::new("valgrind")
        .args(["--tool=callgrind", "--callgrind-out-file=/dev/null"])
        .arg(binary)
        .args(arguments)
        .stdin(Stdio::null())
        .output()
        .context("valgrind cannot be started")?;
    let said = String::from_utf8_lossy(&output.stderr);
    if !matches!(output.status.code(), Some(0 | 1)) {
        bail!(
            "under valgrind, avert ended with {}:\n{said}",
            output.status
        );
    }
    collected(&said).with_context(|| format!("callgrind did not say what it counted:\n{said}"))
}

fn collected(said: &str) -> Option<u64> {
    let line = said.lines().find(|line| line.contains("Collected"))?;
    let (_, number) = line.split_once(':')?;
    number.trim().parse().ok()
}

/// Valgrind is a package of Debian and Ubuntu.
pub(super) fn install_valgrind() -> Result<()> {
    let is_there = || {
        Command::new("valgrind")
            .arg("--version")
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status()
            .is_ok_and(|status| status.success())
    };
    if is_there() {
        return Ok(());
    }
    crate::debian::install("valgrind", "it counts instructions")?;
    if !is_there() {
        bail!("valgrind was installed and cannot be started");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counts(of: &[(&str, u64)]) -> Counts {
        let of = of.iter();
        of.map(|(name, count)| ((*name).to_owned(), *count))
            .collect()
    }

    #[test]
    fn five_percent_more_pass_and_six_do_not() {
        let noted = counts(&[("coact", 1_000), ("detect", 1_000)]);
        let now = counts(&[("coact", 1_050), ("detect", 200)]);
        assert_eq!(grown(&noted, &now), [""; 0]);
        let now = counts(&[("coact", 1_060), ("detect", 1_000), ("new", 5)]);
        assert_eq!(
            grown(&noted, &now),
            [
                "coact: 1060 M instructions, and 1000 M were noted",
                "new: 5 M instructions, and none are noted"
            ]
        );
    }

    #[test]
    fn the_count_is_read_from_what_callgrind_says() {
        let said = "==5== Events    : Ir\n==5== Collected : 1234567890\n==5==\n";
        assert_eq!(collected(said), Some(1_234_567_890));
        assert_eq!(collected("valgrind: no such file"), None);
    }
}

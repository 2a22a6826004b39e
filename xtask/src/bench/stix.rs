//! ATT&CK taken in: read, judged, told apart, indexed and on the disk, on one core, beside the programs that
//! others read it with.

use std::ffi::OsString;
use std::fs::{self, File};
use std::io::{BufWriter, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};

use super::measure::{self, Conditions};
use super::{Measured, rounded};
use crate::metadata::Metadata;
use crate::talk::say;
use crate::{goals, python, workspace};

const ATTACK: &str = "../shared/data/attack/enterprise-attack-18.1.stix21.json.gz";
const OBJECTS: u64 = 24_771;
/// So many indicators make a bundle of more than a gigabyte.
const LARGE_OBJECTS: u64 = 1_700_000;
/// How often each runs; the best counts, since whatever else the machine does only adds.
const RUNS: usize = 5;
const CORE: &str = "0";

const STIX2: &str = "
import json, sys, time
import stix2
began = time.perf_counter()
bundle = stix2.parse(open(sys.argv[1], encoding='utf-8'), allow_custom=True)
print(json.dumps({'objects': len(bundle.objects), 'seconds': time.perf_counter() - began}))
";

/// Takes it in with Avert and reads it with others.
pub(super) fn measure(binary: &Path) -> Result<Measured> {
    let folder = tempfile::tempdir().context("cannot make a temporary folder")?;
    let bundle = folder.path().join("attack.json");
    unpack(&bundle)?;
    let (import, seconds) = imported(binary, folder.path(), &bundle)?;
    let mut runs = vec![import];
    let read = answer(Command::new(example()?).arg(&bundle))?;
    say(&format!(
        "reading and judging alone, and serde_json: {read}"
    ));
    ensure!(
        read["objects"] == OBJECTS,
        "the reader saw {}",
        read["objects"]
    );
    runs.push(json!({ "who": "the same text in one process", "measured": read }));
    let (large, peak) = large(binary, folder.path())?;
    runs.push(large);
    runs.push(json!({ "who": "stix2 3.0.2, reading alone", "measured": stix2(&bundle)? }));
    Ok(Measured {
        how: "`avert intel import` of the unpacked file into a new SQLite store, the whole process, pinned to one core \
              with taskset; the best of five runs. `crates/exchange/examples/stix_bench.rs` reads the same text \
              without a store, and has serde_json alone make values of it. The large bundle is made here and taken in once, on \
              both cores"
            .to_owned(),
        missed: missed(seconds, peak),
        runs,
    })
}

/// How long stix2 takes to read ATT&CK, in seconds: by this, records of a slow machine and of a fast one compare.
pub(super) fn yardstick() -> Result<f64> {
    let folder = tempfile::tempdir().context("cannot make a temporary folder")?;
    let bundle = folder.path().join("attack.json");
    unpack(&bundle)?;
    let seconds = stix2(&bundle)?["seconds"].as_f64();
    seconds.context("stix2 says no seconds")
}

/// What stix2 makes of ATT&CK.
fn stix2(bundle: &Path) -> Result<Value> {
    let python = python::with_packages_of(&workspace::root().join("xtask/stix/requirements.txt"))?;
    let stix2 = answer(Command::new(python).args(["-c", STIX2]).arg(bundle))?;
    say(&format!("stix2: {stix2}"));
    ensure!(
        stix2["objects"] == OBJECTS,
        "stix2 saw {}",
        stix2["objects"]
    );
    Ok(stix2)
}

/// The best of several imports, each into a store of its own.
fn imported(binary: &Path, folder: &Path, bundle: &Path) -> Result<(Value, f64)> {
    let mut seconds = Vec::new();
    let mut peak = 0.0_f64;
    for run in 0..RUNS {
        let data = folder.join(format!("data-{run}"));
        let output = folder.join(format!("said-{run}.json"));
        let (arguments, conditions) = import(&data, bundle, &output, Some(CORE))?;
        let cost = measure::run(binary, &arguments, &conditions)?;
        ensure!(
            cost.exit_code == 0,
            "the import ended with code {}",
            cost.exit_code
        );
        let said: Value = serde_json::from_slice(&fs::read(&output)?)?;
        ensure!(said["new"] == OBJECTS, "the import kept {}", said["new"]);
        say(&format!(
            "avert {:.2} s, {:.0} MiB",
            cost.seconds, cost.peak_rss_mib
        ));
        seconds.push(cost.seconds);
        peak = peak.max(cost.peak_rss_mib);
    }
    let best = seconds.iter().copied().fold(f64::INFINITY, f64::min);
    let all: Vec<f64> = seconds.into_iter().map(rounded).collect();
    let run = json!({ "who": "avert intel import", "objects": OBJECTS, "seconds": rounded(best),
        "seconds_all": all, "peak_rss_mib": rounded(peak) });
    Ok((run, best))
}

/// A bundle of more than a gigabyte, of which no more is held than there is room for.
fn large(binary: &Path, folder: &Path) -> Result<(Value, f64)> {
    let bundle = folder.join("large.json");
    write_large(&bundle)?;
    let data = folder.join("data-large");
    let output = folder.join("large-said.json");
    let (arguments, conditions) = import(&data, &bundle, &output, None)?;
    let cost = measure::run(binary, &arguments, &conditions)?;
    ensure!(
        cost.exit_code == 0,
        "the large import ended with code {}",
        cost.exit_code
    );
    let said: Value = serde_json::from_slice(&fs::read(&output)?)?;
    ensure!(
        said["new"] == LARGE_OBJECTS,
        "the large import kept {}",
        said["new"]
    );
    let bytes = fs::metadata(&bundle)?.len();
    ensure!(bytes > 1_000_000_000, "the large bundle has {bytes} bytes");
    fs::remove_file(&bundle)?;
    say(&format!(
        "{bytes} bytes: {:.1} s, {:.0} MiB",
        cost.seconds, cost.peak_rss_mib
    ));
    let run = json!({ "who": "avert intel import of a large bundle", "objects": LARGE_OBJECTS,
        "bytes": bytes, "seconds": rounded(cost.seconds), "peak_rss_mib": rounded(cost.peak_rss_mib) });
    Ok((run, cost.peak_rss_mib))
}

fn write_large(path: &Path) -> Result<()> {
    let mut file = BufWriter::new(File::create(path).context("cannot make a temporary file")?);
    let description = "An invented indicator of an invented operation. ".repeat(6);
    write!(
        file,
        "{{\"type\":\"bundle\",\"id\":\"bundle--00000000-0000-4000-8000-000000000000\",\"objects\":["
    )?;
    for number in 0..LARGE_OBJECTS {
        let comma = if number == 0 { "" } else { "," };
        write!(
            file,
            "{comma}{{\"type\":\"indicator\",\"spec_version\":\"2.1\",\"id\":\"indicator--00000000-0000-4000-8000-{number:012}\",\
             \"created\":\"2026-01-01T00:00:00.000Z\",\"modified\":\"2026-01-01T00:00:00.000Z\",\
             \"name\":\"Invented {number}\",\"description\":\"{description}\",\"pattern_type\":\"stix\",\
             \"pattern\":\"[domain-name:value = 'n{number}.example.org']\",\"valid_from\":\"2026-01-01T00:00:00Z\"}}"
        )?;
    }
    write!(file, "]}}")?;
    Ok(file.flush()?)
}

/// How a bundle is taken in, into a store of its own.
fn import<'a>(
    data: &Path,
    bundle: &Path,
    output: &'a Path,
    cores: Option<&'a str>,
) -> Result<(Vec<OsString>, Conditions<'a>)> {
    fs::create_dir(data)?;
    fs::write(
        data.join("avert.toml"),
        "[people]\nlena = { roles = [\"liaison\"] }\n",
    )?;
    let arguments = [
        "--as", "lena", "--format", "ndjson", "intel", "import", "--data",
    ];
    let mut arguments: Vec<OsString> = arguments.into_iter().map(Into::into).collect();
    arguments.extend([data.as_os_str().to_owned(), bundle.as_os_str().to_owned()]);
    let conditions = Conditions {
        cores,
        output: Some(output),
        ..Conditions::default()
    };
    Ok((arguments, conditions))
}

fn missed(seconds: f64, large_mib: f64) -> Vec<String> {
    let mut missed = Vec::new();
    if seconds > goals::STIX_IMPORT_SECONDS {
        missed.push(format!(
            "ATT&CK took {seconds:.2} s, and at most {:.2} is promised",
            goals::STIX_IMPORT_SECONDS
        ));
    }
    if large_mib > goals::STIX_LARGE_MIB {
        missed.push(format!(
            "a large bundle took {large_mib:.0} MiB, and at most {:.0} is promised",
            goals::STIX_LARGE_MIB
        ));
    }
    missed
}

fn unpack(into: &Path) -> Result<()> {
    let packed = workspace::root().join(ATTACK);
    let file = File::create(into).context("cannot make a temporary file")?;
    let mut gzip = Command::new("gzip");
    gzip.args(["--decompress", "--stdout"])
        .arg(&packed)
        .stdout(Stdio::from(file));
    workspace::run(&mut gzip).with_context(|| format!("{} cannot be unpacked", packed.display()))
}

/// The JSON that a program prints, pinned to the core.
fn answer(command: &mut Command) -> Result<Value> {
    let mut pinned = Command::new("taskset");
    pinned
        .args(["--cpu-list", CORE])
        .arg(command.get_program())
        .args(command.get_args());
    let output = pinned
        .stderr(Stdio::inherit())
        .output()
        .context("taskset cannot be started (util-linux)")?;
    ensure!(
        output.status.success(),
        "{} failed",
        command.get_program().display()
    );
    Ok(serde_json::from_slice(&output.stdout)?)
}

fn example() -> Result<PathBuf> {
    let build = [
        "build",
        "--release",
        "--package",
        "avert-exchange",
        "--example",
        "stix_bench",
    ];
    workspace::run(&mut workspace::cargo(&build)).context("the example does not build")?;
    let target = Metadata::of_workspace()?.target_directory;
    Ok(target.join("release/examples/stix_bench"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_import_that_takes_too_long_or_too_much_is_a_missed_goal() {
        assert!(missed(0.99, 100.0).is_empty());
        assert_eq!(missed(1.01, 100.0).len(), 1);
        assert_eq!(missed(0.99, 1_000.0).len(), 1);
    }
}

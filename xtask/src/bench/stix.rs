//! ATT&CK taken in: read, judged, told apart, indexed and on the disk, on one core, beside the programs that
//! others read it with.

use std::fs::{self, File};
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
    let python = python::with_packages_of(&workspace::root().join("xtask/stix/requirements.txt"))?;
    let stix2 = answer(Command::new(python).args(["-c", STIX2]).arg(&bundle))?;
    say(&format!("stix2: {stix2}"));
    ensure!(
        stix2["objects"] == OBJECTS,
        "stix2 saw {}",
        stix2["objects"]
    );
    runs.push(json!({ "who": "stix2 3.0.2, reading alone", "measured": stix2 }));
    Ok(Measured {
        how: "`avert intel import` of the unpacked file into a new SQLite store, the whole process, pinned to one core \
              with taskset; the best of five runs. `crates/exchange/examples/stix_bench.rs` reads the same text \
              without a store, and has serde_json alone make values of it"
            .to_owned(),
        missed: missed(seconds),
        runs,
    })
}

/// The best of several imports, each into a store of its own.
fn imported(binary: &Path, folder: &Path, bundle: &Path) -> Result<(Value, f64)> {
    let mut seconds = Vec::new();
    let mut peak = 0.0_f64;
    for run in 0..RUNS {
        let data = folder.join(format!("data-{run}"));
        fs::create_dir(&data)?;
        fs::write(
            data.join("avert.toml"),
            "[people]\nlena = { roles = [\"liaison\"] }\n",
        )?;
        let output = data.join("said.json");
        let arguments = [
            "--as", "lena", "--format", "ndjson", "intel", "import", "--data",
        ];
        let mut arguments: Vec<_> = arguments.into_iter().map(Into::into).collect();
        arguments.extend([data.clone().into_os_string(), bundle.as_os_str().to_owned()]);
        let conditions = Conditions {
            cores: Some(CORE),
            output: Some(&output),
            ..Conditions::default()
        };
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

fn missed(seconds: f64) -> Vec<String> {
    if seconds <= goals::STIX_IMPORT_SECONDS {
        return Vec::new();
    }
    vec![format!(
        "ATT&CK took {seconds:.2} s, and at most {:.2} is promised",
        goals::STIX_IMPORT_SECONDS
    )]
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
    fn an_import_that_takes_too_long_is_a_missed_goal() {
        assert!(missed(0.99).is_empty());
        assert_eq!(missed(1.01).len(), 1);
    }
}

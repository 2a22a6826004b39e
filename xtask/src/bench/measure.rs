//! Runs a program and says how long it took and how much memory it had at its peak.

use std::ffi::OsString;
use std::fs::{self, File};
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context, Result};
use serde::Deserialize;

use crate::workspace;

/// What one run cost.
#[derive(Debug, Deserialize)]
pub(super) struct Cost {
    pub(super) seconds: f64,
    pub(super) peak_rss_mib: f64,
    pub(super) exit_code: i32,
}

/// Where and how a program runs.
#[derive(Debug, Default)]
pub(super) struct Conditions<'a> {
    /// Which cores it may use, as `taskset` names them; all if none.
    pub(super) cores: Option<&'a str>,
    /// Whether it is cut off from every network, its own machine's included.
    pub(super) offline: bool,
    /// Where it runs.
    pub(super) folder: Option<&'a Path>,
    /// Where its standard output goes; nowhere if none.
    pub(super) output: Option<&'a Path>,
}

/// Runs a program to its end and measures it. The wrappers (`taskset`, `unshare`) replace
/// themselves by the program, so they are not in the figures.
pub(super) fn run(
    program: &Path,
    arguments: &[OsString],
    conditions: &Conditions<'_>,
) -> Result<Cost> {
    let record = tempfile::NamedTempFile::new().context("cannot make a temporary file")?;
    let mut command = Command::new("python3");
    command
        .arg(workspace::root().join("xtask").join("measure.py"))
        .arg(record.path());
    if let Some(cores) = conditions.cores {
        command.args(["taskset", "--cpu-list", cores]);
    }
    if conditions.offline {
        command.args(OFFLINE);
    }
    command.arg(program).args(arguments).stdin(Stdio::null());
    if let Some(folder) = conditions.folder {
        command.current_dir(folder);
    }
    command.stdout(match conditions.output {
        Some(path) => Stdio::from(
            File::create(path).with_context(|| format!("cannot make {}", path.display()))?,
        ),
        None => Stdio::null(),
    });
    command
        .status()
        .context("python3 cannot be started, which measures")?;
    let text = fs::read(record.path())?;
    serde_json::from_slice(&text).with_context(|| {
        format!(
            "{} could not be measured: is taskset installed (util-linux)?",
            program.display()
        )
    })
}

/// A network namespace of its own: no interface is up in it. As nobody in particular, so that it
/// needs no privilege where the kernel lets everybody make namespaces.
const OFFLINE: [&str; 3] = ["unshare", "--net", "--map-root-user"];

/// Whether this machine lets us cut a program off from the network.
pub(super) fn can_go_offline() -> bool {
    Command::new(OFFLINE[0])
        .args(&OFFLINE[1..])
        .arg("true")
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_is_measured_with_its_exit_code_and_output() {
        let folder = tempfile::tempdir().unwrap();
        let output = folder.path().join("output");
        let conditions = Conditions {
            folder: Some(folder.path()),
            output: Some(&output),
            ..Conditions::default()
        };
        let script = "x = bytearray(64 * 1024 * 1024); print(len(x)); raise SystemExit(3)";
        let arguments = ["-c".into(), script.into()];
        let cost = run(Path::new("python3"), &arguments, &conditions).unwrap();
        assert_eq!(cost.exit_code, 3);
        assert!(cost.peak_rss_mib > 64.0, "{cost:?}");
        assert!(cost.seconds > 0.0, "{cost:?}");
        assert_eq!(fs::read_to_string(output).unwrap(), "67108864\n");
    }
}

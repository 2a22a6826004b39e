//! A run as it is kept: what was measured, how, on which machine, from which commit.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};
use serde_json::{Value, json};

use super::{Measured, tables};
use crate::workspace;

/// Writes `bench/runs/DATE/WHAT.json` and the same as tables in `WHAT.md`, or both into the folder that
/// is named, and gives the path of the tables.
pub(super) fn write(what: &str, measured: &Measured, folder: Option<&Path>) -> Result<PathBuf> {
    let date = read("date", &["+%Y-%m-%d"])?;
    let record = json!({
        "what": what,
        "date": date,
        "commit": commit(),
        "machine": machine()?,
        "how": measured.how,
        "runs": measured.runs,
        "missed": measured.missed,
    });
    let folder = self::folder(folder)?;
    fs::create_dir_all(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
    let raw = folder.join(format!("{what}.json"));
    let text = serde_json::to_string_pretty(&record)? + "\n";
    fs::write(&raw, text).with_context(|| format!("cannot write {}", raw.display()))?;
    let tables = folder.join(format!("{what}.md"));
    fs::write(&tables, tables::page(&record))
        .with_context(|| format!("cannot write {}", tables.display()))?;
    Ok(tables)
}

/// Where the record goes: into the folder that is named, or the day's.
pub(super) fn folder(named: Option<&Path>) -> Result<PathBuf> {
    if let Some(named) = named {
        return std::path::absolute(named).context("the folder cannot be named");
    }
    let date = read("date", &["+%Y-%m-%d"])?;
    Ok(workspace::root().join("bench").join("runs").join(date))
}

/// The commit that was measured, marked when the files are not quite it.
fn commit() -> Value {
    read("git", &["describe", "--always", "--dirty", "--abbrev=12"])
        .map_or(Value::Null, Value::from)
}

/// What the figures depend on.
fn machine() -> Result<Value> {
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    Ok(json!({
        "cores": cores,
        "cpu": cpu_model(&fs::read_to_string("/proc/cpuinfo").unwrap_or_default()),
        "memory_mib": memory_mib(&fs::read_to_string("/proc/meminfo").unwrap_or_default()),
        "rustc": read("rustc", &["--version"])?,
    }))
}

fn cpu_model(cpuinfo: &str) -> Option<String> {
    cpuinfo
        .lines()
        .find_map(|line| line.strip_prefix("model name"))
        .and_then(|rest| rest.split_once(':'))
        .map(|(_, model)| model.trim().to_owned())
}

fn memory_mib(meminfo: &str) -> Option<u64> {
    meminfo
        .lines()
        .find_map(|line| line.strip_prefix("MemTotal:"))
        .and_then(|rest| rest.split_whitespace().next())
        .and_then(|kib| kib.parse::<u64>().ok())
        .map(|kib| kib / 1024)
}

fn read(program: &str, arguments: &[&str]) -> Result<String> {
    let mut command = Command::new(program);
    command.args(arguments).current_dir(workspace::root());
    workspace::read(&mut command).map(|text| text.trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_machine_is_read_from_what_the_kernel_tells() {
        let cpuinfo = "processor\t: 0\nmodel name\t: Example CPU 9000 @ 3 GHz\n";
        assert_eq!(cpu_model(cpuinfo).unwrap(), "Example CPU 9000 @ 3 GHz");
        assert_eq!(memory_mib("MemTotal:        2048 kB\n"), Some(2));
        assert_eq!(cpu_model(""), None);
    }

    #[test]
    fn a_record_names_its_date_and_carries_the_runs() {
        let folder = tempfile::tempdir().unwrap();
        let measured = Measured {
            how: "by hand".to_owned(),
            runs: vec![json!({ "seconds": 1.5 })],
            missed: vec!["too slow".to_owned()],
        };
        let path = write("build", &measured, Some(folder.path())).unwrap();
        assert!(fs::read_to_string(&path).unwrap().contains("| 1.5 |"));
        let raw = fs::read_to_string(path.with_extension("json")).unwrap();
        let record: Value = serde_json::from_str(&raw).unwrap();
        assert_eq!(record["runs"][0]["seconds"], 1.5);
        assert_eq!(record["missed"][0], "too slow");
        assert!(
            record["machine"]["rustc"]
                .as_str()
                .unwrap()
                .starts_with("rustc ")
        );
    }
}

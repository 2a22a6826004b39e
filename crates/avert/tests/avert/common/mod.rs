//! Runs the binary as a user would: exit code, standard output, standard error.

pub(crate) mod hub;
pub(crate) mod masked;
pub(crate) mod provider;
pub(crate) mod server;
pub(crate) mod shapes;

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use serde_json::Value;

/// What a command gave.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Ran {
    /// Its standard output as JSON.
    pub(crate) fn json(&self) -> Value {
        assert_eq!(self.code, 0, "{}", self.stderr);
        serde_json::from_str(&self.stdout).unwrap()
    }

    /// Exit code and both streams in one text, without what differs from run to run.
    pub(crate) fn told(&self, folder: &Path) -> String {
        let told = format!(
            "exit {}\n--- stdout\n{}--- stderr\n{}",
            self.code, self.stdout, self.stderr
        );
        told.replace(&folder.display().to_string(), "DIR")
    }
}

/// Runs `avert` with these arguments, in this folder.
pub(crate) fn avert(folder: &Path, arguments: &[&str]) -> Ran {
    avert_with(folder, arguments, &[])
}

/// The same, with something in its environment.
pub(crate) fn avert_with(folder: &Path, arguments: &[&str], environment: &[(&str, &str)]) -> Ran {
    let output = Command::new(env!("CARGO_BIN_EXE_avert"))
        .args(arguments)
        .current_dir(folder)
        .env_clear()
        .env("PATH", "/usr/bin:/bin")
        .envs(environment.iter().copied())
        .output()
        .unwrap();
    let ran = Ran {
        code: output.status.code().unwrap_or(-1),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    };
    let named = masked::found_in(&ran.stderr, &masked::planted(folder));
    assert_eq!(
        named, None,
        "avert {arguments:?} names somebody on standard error"
    );
    ran
}

/// Runs it and expects success.
pub(crate) fn done(folder: &Path, arguments: &[&str]) -> Ran {
    let ran = avert(folder, arguments);
    assert_eq!(
        ran.code, 0,
        "avert {arguments:?}\n{}{}",
        ran.stdout, ran.stderr
    );
    ran
}

/// A simulated platform, made once for all tests and copied for each.
pub(crate) fn platform() -> tempfile::TempDir {
    static MADE: OnceLock<tempfile::TempDir> = OnceLock::new();
    let made = MADE.get_or_init(|| {
        let folder = tempfile::tempdir().unwrap();
        let simulate = [
            "simulate",
            "--accounts",
            "3000",
            "--seed",
            "3",
            "--camouflage",
            "light",
            "--out",
            ".",
        ];
        done(folder.path(), &simulate);
        done(folder.path(), &["ingest", "mapping.toml"]);
        done(folder.path(), &["detect", "--out", "findings.json"]);
        folder
    });
    let copy = tempfile::tempdir().unwrap();
    copy_folder(made.path(), copy.path());
    copy
}

fn copy_folder(from: &Path, to: &Path) {
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target: PathBuf = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            std::fs::create_dir_all(&target).unwrap();
            copy_folder(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
}

/// The ids of the findings that propose somebody.
pub(crate) fn proposing(folder: &Path) -> Vec<String> {
    let findings = done(folder, &["--format", "json", "finding", "list"]).json();
    findings
        .as_array()
        .unwrap()
        .iter()
        .filter(|finding| {
            finding["members"]
                .as_array()
                .unwrap()
                .iter()
                .any(|member| member["proposed"] == true)
        })
        .map(|finding| finding["id"].as_str().unwrap().to_owned())
        .collect()
}

/// Opens a case on all of them.
pub(crate) fn open_case(folder: &Path) {
    let found = proposing(folder);
    assert!(!found.is_empty(), "the platform of the tests has findings");
    let mut open = vec![
        "--as",
        "ines",
        "case",
        "open",
        "--title",
        "Friendly strangers",
        "--from",
    ];
    open.extend(found.iter().map(String::as_str));
    done(folder, &open);
}

/// Reads a plan or list, and has omar approve exactly that.
pub(crate) fn approve(folder: &Path, what: &str, id: &str) {
    let read = if what == "takedown" { "show" } else { "status" };
    let shown = done(folder, &["--format", "json", what, read, id]).json();
    let digest = shown["digest"].as_str().unwrap();
    done(
        folder,
        &["--as", "omar", what, "approve", id, "--digest", digest],
    );
}

/// Adds olga to the people, with one role.
pub(crate) fn add_olga(folder: &Path, role: &str) {
    let path = folder.join("avert.toml");
    let config = std::fs::read_to_string(&path).unwrap();
    let olga = format!("[people.olga]\nroles = [\"{role}\"]\n\n[people.omar]");
    std::fs::write(path, config.replacen("[people.omar]", &olga, 1)).unwrap();
}

/// With a takedown that was carried out.
pub(crate) fn take_down(folder: &Path) {
    open_case(folder);
    done(folder, &["--as", "ines", "takedown", "plan", "case-1"]);
    done(folder, &["--as", "ines", "takedown", "submit", "tp-1"]);
    approve(folder, "takedown", "tp-1");
    done(
        folder,
        &["--as", "rana", "takedown", "execute", "tp-1", "--execute"],
    );
}

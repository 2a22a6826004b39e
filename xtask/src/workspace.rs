//! Where things are, and how cargo is called.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;

use anyhow::{Context, Result, bail};

use crate::metadata::Metadata;

/// The clone's top folder: of the clone that cargo was called in, since clones that share a build
/// cache share this program, too.
pub(crate) fn root() -> &'static Path {
    static ROOT: OnceLock<PathBuf> = OnceLock::new();
    ROOT.get_or_init(|| {
        let xtask = std::env::var_os("CARGO_MANIFEST_DIR")
            .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")), PathBuf::from);
        xtask
            .parent()
            .expect("xtask lies in a folder of the workspace")
            .to_owned()
    })
}

/// A cargo command in the workspace, with the cargo that runs us.
///
/// What `cargo run` tells us of our own package is not handed on: the build script of ring asks to be run
/// anew when it changes, so that a build from here and one from a terminal would take turns in undoing
/// each other's, with everything that needs ring.
pub(crate) fn cargo(arguments: &[&str]) -> Command {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| OsString::from("cargo"));
    let mut command = Command::new(cargo);
    command.args(arguments).current_dir(root());
    for (name, _) in std::env::vars_os() {
        if name.to_str().is_some_and(of_the_package) {
            command.env_remove(name);
        }
    }
    command
}

fn of_the_package(variable: &str) -> bool {
    variable.starts_with("CARGO_PKG_") || variable.starts_with("CARGO_MANIFEST_")
}

/// Runs a command that talks to the terminal itself, with nothing to read.
pub(crate) fn run(command: &mut Command) -> Result<()> {
    let name = command.get_program().to_string_lossy().into_owned();
    let status = command
        .stdin(Stdio::null())
        .status()
        .with_context(|| format!("cannot start {name}"))?;
    if !status.success() {
        bail!("{name} ended with {status}");
    }
    Ok(())
}

/// Runs a command and gives what it wrote to standard output.
pub(crate) fn read(command: &mut Command) -> Result<String> {
    let name = command.get_program().to_string_lossy().into_owned();
    let output = command
        .stdin(Stdio::null())
        .stderr(Stdio::inherit())
        .output()
        .with_context(|| format!("cannot start {name}"))?;
    if !output.status.success() {
        bail!("{name} ended with {}", output.status);
    }
    String::from_utf8(output.stdout)
        .with_context(|| format!("{name} wrote something else than text"))
}

/// The tests' build of the binary, built if it is not there or is stale.
///
/// The whole workspace with its tests is asked for, because that is what the test stage builds:
/// another selection would turn on other features and build the dependencies a second time.
pub(crate) fn test_binary() -> Result<PathBuf> {
    run(&mut cargo(&[
        "build",
        "--quiet",
        "--workspace",
        "--all-targets",
    ]))
    .context("Avert does not build")?;
    binary("debug")
}

/// An example in the tests' build.
pub(crate) fn test_example(name: &str) -> Result<PathBuf> {
    Ok(test_binary()?.with_file_name("examples").join(name))
}

/// The optimised binary, built if it is not there or is stale.
pub(crate) fn release_binary() -> Result<PathBuf> {
    run(&mut cargo(&["build", "--release", "--package", "avert"]))
        .context("Avert does not build")?;
    binary("release")
}

fn binary(profile: &str) -> Result<PathBuf> {
    let path = Metadata::of_workspace()?
        .target_directory
        .join(profile)
        .join("avert");
    if !path.is_file() {
        bail!("cargo built no {}", path.display());
    }
    Ok(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cargo_is_not_told_of_the_package_that_calls_it() {
        let removed = ["CARGO_PKG_NAME", "CARGO_MANIFEST_DIR"];
        assert!(removed.into_iter().all(of_the_package));
        let kept = ["CARGO_HOME", "CARGO_TARGET_DIR", "PATH"];
        assert!(!kept.into_iter().any(of_the_package));
        let cargo = cargo(&["build"]);
        // Whatever runs this test is a cargo that said so of xtask.
        let told = cargo.get_envs().filter(|(_, value)| value.is_none());
        let told: Vec<_> = told.map(|(name, _)| name.to_owned()).collect();
        for name in removed {
            assert_eq!(
                std::env::var_os(name).is_some(),
                told.contains(&name.into()),
                "{name}"
            );
        }
    }
}

//! The parts of Rust's toolchain that the check needs beyond the compiler.
//!
//! rustup reads `rust-toolchain.toml` and usually has them already; a distribution's own Rust may not.

use std::process::{Command, Stdio};

use anyhow::{Result, bail};

use crate::talk::say;
use crate::workspace;

/// Cargo's subcommand, and what rustup calls the component.
const NEEDED: &[(&str, &str)] = &[("fmt", "rustfmt"), ("clippy", "clippy")];

/// Installs what is missing through rustup, or fails with the reason.
pub(crate) fn check() -> Result<()> {
    let missing: Vec<&str> = NEEDED
        .iter()
        .filter(|(subcommand, _)| !answers(workspace::cargo(&[subcommand, "--version"])))
        .map(|(_, component)| *component)
        .collect();
    if missing.is_empty() {
        return Ok(());
    }
    let names = missing.join(" and ");
    say(&format!("   installing {names} with rustup"));
    let mut rustup = Command::new("rustup");
    rustup
        .args(["component", "add"])
        .args(&missing)
        .current_dir(workspace::root());
    if let Err(error) = workspace::run(&mut rustup) {
        bail!("{names} is missing from this Rust and rustup cannot add it: {error:#}");
    }
    Ok(())
}

fn answers(mut command: Command) -> bool {
    command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}

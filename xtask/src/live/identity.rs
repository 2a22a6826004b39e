//! A certified identity provider on this machine.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use anyhow::{Context, Result, ensure};

use crate::workspace;

/// What the provider gave Avert.
pub(crate) const SECRET: &str = "of this run: only";

/// How a provider does it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Habits {
    /// What it signs with.
    pub(crate) algorithm: &'static str,
    /// Whether its ID tokens say everything (`full`), or the rest is said elsewhere (`thin`).
    pub(crate) claims: &'static str,
    /// How it is shown the secret.
    pub(crate) authentication: &'static str,
}

/// A running provider. It ends with the value: its standard input closes then, which the kernel does for us
/// in whatever way we end.
pub(crate) struct Identity {
    process: Child,
}

impl Identity {
    /// Starts one that sends people back to this address, with keys that it never had before.
    pub(crate) fn start(
        packages: &Path,
        log: &Path,
        port: u16,
        redirect: &str,
        habits: Habits,
    ) -> Result<Self> {
        let log = std::fs::OpenOptions::new()
            .create(true)
            .append(true)
            .open(log)
            .with_context(|| format!("cannot write {}", log.display()))?;
        let process = Command::new("node")
            .arg(workspace::root().join("xtask/oidc/provider.mjs"))
            .arg(packages)
            .args([&port.to_string(), redirect, SECRET])
            .args([habits.algorithm, habits.claims, habits.authentication])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(log)
            .spawn()
            .context("node cannot be started")?;
        let mut identity = Self { process };
        let said = identity.process.stdout.as_mut();
        let mut line = String::new();
        BufReader::new(said.context("standard output is piped")?).read_line(&mut line)?;
        ensure!(
            line.trim() == "ready",
            "the provider does not start: {line}"
        );
        Ok(identity)
    }
}

impl Drop for Identity {
    fn drop(&mut self) {
        drop(self.process.stdin.take());
        let _ = self.process.wait();
    }
}

//! The events that `avert journal export` writes are valid OCSF: judged by the published schema, on one
//! event of every kind and on the journal of a whole story.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result};

use crate::{python, workspace};

/// One event of every kind, as the tests of `avert-exchange` compare them.
const EVERY_KIND: &str = "crates/exchange/tests/golden/ocsf.jsonl";

/// Few accounts, since it is the journal that is looked at.
const ACCOUNTS: &str = "1500";

/// Fails with every fault of every event.
pub(crate) fn check() -> Result<()> {
    let folder = folder();
    let python = python()?;
    let validate = |events: &Path| {
        workspace::run(
            Command::new(&python)
                .arg(folder.join("validate.py"))
                .arg(events),
        )
        .with_context(|| format!("{} is not valid OCSF", events.display()))
    };
    validate(&workspace::root().join(EVERY_KIND))?;

    let binary = workspace::test_binary()?;
    let story = tempfile::tempdir().context("cannot make a temporary folder")?;
    let data = story.path().join("demo");
    let mut demo = Command::new(&binary);
    demo.args(["--quiet", "demo", "--once", "--accounts", ACCOUNTS, "--dir"])
        .arg(&data);
    workspace::run(demo.stdout(Stdio::null()))?;
    let events = story.path().join("events.jsonl");
    let mut export = Command::new(&binary);
    export
        .args(["--quiet", "--format", "ocsf", "journal", "export", "--data"])
        .arg(&data)
        .arg("--out")
        .arg(&events);
    workspace::run(&mut export)?;
    validate(&events)
}

/// What they need, installed if need be.
pub(super) fn python() -> Result<PathBuf> {
    python::with_packages_of(&folder().join("requirements.txt"))
}

fn folder() -> PathBuf {
    workspace::root().join("xtask/ocsf")
}

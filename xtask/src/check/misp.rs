//! Avert's mapping between MISP and STIX, held against MISP's own tools: `PyMISP` and misp-stix.

use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result};

use crate::{python, workspace};

/// A case as objects, as the tests of `avert-exchange` compare them.
const CASE: &str = "crates/exchange/tests/golden/cell.stix.ndjson";

/// Fails where they say otherwise and `xtask/misp/differ.py` does not say why.
pub(crate) fn check() -> Result<()> {
    let folder = folder();
    let python = python()?;
    let example = workspace::test_example("misp")?;
    workspace::run(
        Command::new(&python)
            .arg(folder.join("compare.py"))
            .arg(example)
            .arg(workspace::root().join(CASE)),
    )
    .context("Avert and MISP's tools differ")
}

/// What they need, installed if need be.
pub(super) fn python() -> Result<PathBuf> {
    python::with_packages_of(&folder().join("requirements.txt"))
}

fn folder() -> PathBuf {
    workspace::root().join("xtask/misp")
}

//! Avert's mapping between MISP and STIX, held against MISP's own tools: `pymisp` and `misp-stix`.

use std::process::Command;

use anyhow::{Context, Result};

use crate::{python, workspace};

/// A case as objects, as the tests of `avert-exchange` compare them.
const CASE: &str = "crates/exchange/tests/golden/cell.stix.ndjson";

/// Fails where they say otherwise and `xtask/misp/differ.py` does not say why.
pub(crate) fn check() -> Result<()> {
    let folder = workspace::root().join("xtask/misp");
    let python = python::with_packages_of(&folder.join("requirements.txt"))?;
    let binary = workspace::test_binary()?;
    let example = binary
        .parent()
        .context("the binary lies in no folder")?
        .join("examples/misp");
    workspace::run(
        Command::new(&python)
            .arg(folder.join("compare.py"))
            .arg(example)
            .arg(workspace::root().join(CASE)),
    )
    .context("Avert and MISP's tools differ")
}

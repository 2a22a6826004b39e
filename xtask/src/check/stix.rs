//! What OASIS's own tools say of patterns is still what the tests of `avert-exchange` hold Avert's verdicts against.

use std::process::Command;

use anyhow::{Context, Result};

use crate::{python, workspace};

const VERDICTS: &str = "crates/exchange/tests/golden/stix";

/// Fails where they would say otherwise.
pub(crate) fn check() -> Result<()> {
    let folder = workspace::root().join("xtask/stix");
    let python = python::with_packages_of(&folder.join("requirements.txt"))?;
    workspace::run(
        Command::new(&python)
            .arg(folder.join("judge.py"))
            .arg("check")
            .arg(workspace::root().join(VERDICTS)),
    )
    .with_context(|| format!("{VERDICTS} is not what the tools say"))
}

//! What OASIS's own tools say: of patterns, what the tests of `avert-exchange` hold Avert's verdicts against, and of the
//! bundles that Avert writes, that they are right.

use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result};

use crate::{python, workspace};

/// Every bundle that the tests compare byte for byte.
const BUNDLES: [&str; 4] = [
    "crates/exchange/tests/golden/cell.stix.ndjson",
    "crates/exchange/tests/golden/cell.public.stix.json",
    "crates/exchange/tests/golden/linked.stix.json",
    "crates/exchange/tests/golden/linked.public.stix.json",
];

const VERDICTS: &str = "crates/exchange/tests/golden/stix";

/// Fails where they would say otherwise.
pub(crate) fn check() -> Result<()> {
    workspace::run(
        Command::new(python()?)
            .arg(folder().join("judge.py"))
            .arg("check")
            .arg(workspace::root().join(VERDICTS)),
    )
    .with_context(|| format!("{VERDICTS} is not what the tools say"))?;
    validate(&BUNDLES.map(|bundle| workspace::root().join(bundle)))
}

/// Runs OASIS's validator and stix2 over bundles, as they are published.
pub(super) fn validate(bundles: &[PathBuf]) -> Result<()> {
    let mut validate = Command::new(python()?);
    validate.arg(folder().join("validate.py")).args(bundles);
    workspace::run(&mut validate).context("OASIS's tools find faults in what Avert writes")
}

/// What they need, installed if need be.
pub(super) fn python() -> Result<PathBuf> {
    python::with_packages_of(&folder().join("requirements.txt"))
}

fn folder() -> PathBuf {
    workspace::root().join("xtask/stix")
}

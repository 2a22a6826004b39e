//! The tests of `avert-ops` once more, on a PostgreSQL that the check starts itself.

use std::fs;

use anyhow::{Context, Result};

use crate::postgres::Postgres;
use crate::workspace::{cargo, root, run};

pub(super) fn check() -> Result<()> {
    let server = Postgres::start(false)?;
    let mut arguments = vec!["test", "--locked", "--quiet", "--workspace"];
    // By name and not by package: another choice of packages would be another build.
    let tests = names()?;
    for test in &tests {
        arguments.extend(["--test", test]);
    }
    run(cargo(&arguments).env("AVERT_TEST_POSTGRES", server.url()))
}

/// Every test file of the crate.
fn names() -> Result<Vec<String>> {
    let folder = root().join("crates/ops/tests");
    let mut names = Vec::new();
    for entry in fs::read_dir(&folder).with_context(|| format!("no {}", folder.display()))? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "rs") {
            names.extend(
                path.file_stem()
                    .map(|name| name.to_string_lossy().into_owned()),
            );
        }
    }
    names.sort();
    Ok(names)
}

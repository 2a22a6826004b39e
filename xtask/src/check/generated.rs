//! References under docs/ that the binary writes from its own code.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::{talk, workspace};

/// What `avert reference` is asked for, and the file that holds the answer.
const REFERENCES: &[(&str, &str)] = &[
    ("commands", "docs/reference/commands.md"),
    ("tables", "docs/reference/tables.md"),
    ("configuration", "docs/reference/configuration.md"),
];

/// Fails when a reference is not what the code says today.
pub(crate) fn check() -> Result<()> {
    let binary = workspace::test_binary()?;
    let mut stale = Vec::new();
    for (which, file) in REFERENCES {
        let path = workspace::root().join(file);
        if fs::read_to_string(&path).ok().as_deref() != Some(&generate(&binary, which)?) {
            stale.push(format!(
                "{file} is not what `avert reference {which}` writes"
            ));
        }
    }
    if !stale.is_empty() {
        bail!("{}", stale.join("\n"));
    }
    Ok(())
}

/// Writes every reference anew.
pub(crate) fn write() -> Result<()> {
    let binary = workspace::test_binary()?;
    for (which, file) in REFERENCES {
        let path = workspace::root().join(file);
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)
                .with_context(|| format!("cannot make {}", folder.display()))?;
        }
        fs::write(&path, generate(&binary, which)?)
            .with_context(|| format!("cannot write {file}"))?;
        talk::say(&format!("wrote {file}"));
    }
    Ok(())
}

fn generate(binary: &Path, which: &str) -> Result<String> {
    workspace::read(Command::new(binary).args(["reference", which]))
}

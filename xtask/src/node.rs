//! Packages from npm for test servers, in a cache outside the clone, as [`crate::python`] has them for Python.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

use crate::talk::say;
use crate::{python, workspace};

/// Says whether this Node is new enough, and names a cache after it and the list of packages.
const WHO_ARE_YOU: &str = "
const { createHash } = require('node:crypto');
const lock = require('node:fs').readFileSync(process.argv[1]);
const [major, minor] = process.versions.node.split('.').map(Number);
console.log(major > 20 || (major === 20 && minor >= 19) ? 'ok' : 'old', process.versions.node,
  createHash('sha256').update(lock).digest('hex').slice(0, 16));
";

/// A folder with `node_modules`, as the `package-lock.json` of this folder has them to the byte.
pub(crate) fn with_packages_of(folder: &Path) -> Result<PathBuf> {
    let key = key_of(&folder.join("package-lock.json"))?;
    let cache = python::cache()?;
    let home = cache.join(format!("node-{key}"));
    if home.join("node_modules").exists() {
        return Ok(home);
    }
    say(&format!(
        "   installing npm packages into {} (once)",
        home.display()
    ));
    fs::create_dir_all(&cache).with_context(|| format!("cannot make {}", cache.display()))?;
    // Built under another name and renamed when whole: a run that is killed leaves no half of it.
    let half = tempfile::Builder::new()
        .prefix("half-")
        .tempdir_in(&cache)
        .with_context(|| format!("cannot write to {}", cache.display()))?;
    for name in ["package.json", "package-lock.json"] {
        fs::copy(folder.join(name), half.path().join(name))
            .with_context(|| format!("cannot copy {name}"))?;
    }
    // No package's own scripts: nothing that was downloaded runs here but the server.
    let mut npm = Command::new("npm");
    npm.args([
        "ci",
        "--ignore-scripts",
        "--no-audit",
        "--no-fund",
        "--silent",
    ]);
    workspace::run(npm.current_dir(half.path())).context(
        "the test server's packages cannot be installed: npm says why above; it needs the network this once",
    )?;
    let half = half.keep();
    if let Err(error) = fs::rename(&half, &home) {
        // Another run may have finished first, and its folder is as good.
        let _ = fs::remove_dir_all(&half);
        if !home.join("node_modules").exists() {
            return Err(error).with_context(|| format!("cannot make {}", home.display()));
        }
    }
    Ok(home)
}

fn key_of(lock: &Path) -> Result<String> {
    let output = Command::new("node")
        .args(["-e", WHO_ARE_YOU])
        .arg(lock)
        .stderr(Stdio::inherit())
        .output()
        .context("node cannot be started: install Node 20.19 or newer with npm")?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    match text.split_whitespace().collect::<Vec<_>>()[..] {
        ["ok", version, digest] => Ok(format!("{version}-{digest}")),
        ["old", version, ..] => {
            bail!("node is {version}, and the live tests need 20.19 or newer")
        }
        _ => bail!("node does not run a simple script"),
    }
}

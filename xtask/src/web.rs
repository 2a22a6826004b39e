//! The console: built by Node from `web/`, so that what cargo builds afterwards has it inside.
//!
//! Nothing is built twice: what was installed and built is noted beside it, in a folder that goes when it goes. The
//! target folder would be no place for that, since several clones may share one.

use std::fs;
use std::hash::{DefaultHasher, Hasher as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

use crate::talk::say;
use crate::workspace;

/// The oldest Node that the build's tools run on.
const OLDEST: (u32, u32) = (20, 19);

/// What decides which packages are installed.
const PACKAGES: &[&str] = &["package.json", "package-lock.json"];

/// What decides what is built from them.
const SOURCES: &[&str] = &[
    "package-lock.json",
    "index.html",
    "tsconfig.json",
    "vite.config.ts",
    "public",
    "src",
];

/// `web/`, or something in it.
pub(crate) fn path(name: &str) -> PathBuf {
    workspace::root().join("web").join(name)
}

/// Installs what the console is built and tested with, if that is not there.
pub(crate) fn install() -> Result<()> {
    node_is_there()?;
    let wanted = digest(PACKAGES)?;
    let note = path("node_modules").join(".avert-installed");
    if is_noted(&note, &wanted) {
        return Ok(());
    }
    say("   installing the console's packages with npm (once)");
    run(npm(&["ci", "--no-audit", "--no-fund", "--loglevel=error"]))
        .context("npm says why above; it needs the network this once")?;
    fs::write(&note, wanted).with_context(|| format!("cannot write {}", note.display()))
}

/// Builds the console, unless it is built of the same sources already.
pub(crate) fn build() -> Result<()> {
    install()?;
    let wanted = digest(SOURCES)?;
    let note = path("node_modules").join(".avert-built");
    if path("dist").join("index.html").is_file() && is_noted(&note, &wanted) {
        return Ok(());
    }
    say("   building the console");
    run(npm(&["run", "--silent", "build"])).context("the console does not build")?;
    fs::write(&note, wanted).with_context(|| format!("cannot write {}", note.display()))
}

/// A script of `web/package.json`, to be run there.
pub(crate) fn npm(arguments: &[&str]) -> Command {
    let mut npm = Command::new("npm");
    npm.args(arguments)
        .current_dir(path(""))
        // The tests take Debian's browser.
        .env("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1")
        .env("npm_config_update_notifier", "false");
    npm
}

/// Runs a command; what it wrote is shown if it failed, and only then.
fn run(mut command: Command) -> Result<()> {
    let output = command
        .stdin(Stdio::null())
        .output()
        .context("cannot start npm: it comes with Node")?;
    if !output.status.success() {
        for stream in [&output.stdout, &output.stderr] {
            say(String::from_utf8_lossy(stream).trim_end());
        }
        bail!("npm ended with {}", output.status);
    }
    Ok(())
}

fn node_is_there() -> Result<()> {
    let (major, minor) = OLDEST;
    let wanted = format!("Node {major}.{minor} or newer with npm is needed for the console");
    let mut node = Command::new("node");
    let Ok(output) = node.arg("--version").stdin(Stdio::null()).output() else {
        bail!("{wanted}, and there is none: see https://nodejs.org");
    };
    let version = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    if parsed(&version).is_none_or(|version| version < OLDEST) {
        bail!("{wanted}, and `node --version` says '{version}'");
    }
    Ok(())
}

/// Of `v20.19.2` the first two numbers.
fn parsed(version: &str) -> Option<(u32, u32)> {
    let mut numbers = version.strip_prefix('v')?.split('.');
    let mut next = || numbers.next()?.parse().ok();
    Some((next()?, next()?))
}

fn is_noted(note: &Path, wanted: &str) -> bool {
    fs::read_to_string(note).is_ok_and(|noted| noted == wanted)
}

/// Changes whenever one of these files does, or one of these folders has another file.
fn digest(names: &[&str]) -> Result<String> {
    let mut files = Vec::new();
    for name in names {
        collect(&path(name), &mut files)?;
    }
    files.sort();
    let mut hasher = DefaultHasher::new();
    for file in files {
        let bytes = fs::read(&file).with_context(|| format!("cannot read {}", file.display()))?;
        hasher.write(file.as_os_str().as_encoded_bytes());
        hasher.write_usize(bytes.len());
        hasher.write(&bytes);
    }
    Ok(format!("{:016x}", hasher.finish()))
}

fn collect(path: &Path, files: &mut Vec<PathBuf>) -> Result<()> {
    if !path.is_dir() {
        files.push(path.to_owned());
        return Ok(());
    }
    let entries = fs::read_dir(path).with_context(|| format!("cannot read {}", path.display()))?;
    for entry in entries {
        collect(&entry?.path(), files)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_of_node_are_compared_as_numbers() {
        assert_eq!(parsed("v20.19.2"), Some((20, 19)));
        assert!(parsed("v9.11.2") < Some(OLDEST));
        assert!(parsed("v24.1.0") > Some(OLDEST));
        assert_eq!(parsed("20"), None);
    }
}

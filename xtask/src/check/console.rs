//! The console: what its sources promise, and what people meet in a real browser on a real server.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::{debian, web, workspace};

/// Debian's browser. Where the package is another, `AVERT_CHROMIUM` names the program.
const CHROMIUM: &str = "/usr/bin/chromium";

/// Types, formatting, lints and unit tests; and it is built, so that what cargo builds next has it inside.
pub(super) fn sources() -> Result<()> {
    web::build()?;
    workspace::run(&mut web::npm(&["run", "--silent", "check"]))
}

/// Everything under `web/tests/e2e`.
pub(super) fn in_a_browser() -> Result<()> {
    let folder = tempfile::Builder::new()
        .prefix("avert-console-")
        .tempdir()
        .context("cannot make a temporary folder")?;
    let tried = workspace::run(playwright()?.env("AVERT_E2E_OUTPUT", folder.path()));
    if tried.is_err() {
        // Kept for whoever looks for the reason.
        crate::talk::say(&format!("   see {}", folder.keep().display()));
    }
    tried
}

/// Takes the pictures of `docs/tour` anew.
pub(crate) fn tour() -> Result<()> {
    let pictures = workspace::root().join("docs").join("tour");
    let mut playwright = playwright()?;
    playwright.args(["--", "tour"]).env("AVERT_TOUR", pictures);
    workspace::run(&mut playwright)
}

fn playwright() -> Result<Command> {
    web::build()?;
    // Whoever named a program has built it.
    let binary = match std::env::var_os("AVERT_BINARY") {
        Some(named) => std::path::absolute(named)?,
        None => workspace::test_binary()?,
    };
    let mut playwright = web::npm(&["run", "--silent", "e2e"]);
    playwright
        .env("AVERT_BINARY", binary)
        .env("AVERT_CHROMIUM", chromium()?);
    Ok(playwright)
}

pub(crate) fn chromium() -> Result<PathBuf> {
    if let Some(named) = std::env::var_os("AVERT_CHROMIUM").map(PathBuf::from) {
        if !named.is_file() {
            bail!("AVERT_CHROMIUM is {}, which is no file", named.display());
        }
        return Ok(named);
    }
    let chromium = Path::new(CHROMIUM);
    if !chromium.is_file() {
        debian::install("chromium", "the console is tested in it")?;
    }
    if !chromium.is_file() {
        bail!("there is no {CHROMIUM}: install Chromium and name it in AVERT_CHROMIUM");
    }
    Ok(chromium.to_owned())
}

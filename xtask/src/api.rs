//! The server under attack: what a hostile page, a colleague with too few roles, a program and a crowd can try
//! on the API, each asserted from outside. Nothing leaves this machine, and everything is bounded.

pub(crate) mod client;
mod crowd;
mod faults;
mod forged;
mod matrix;
mod paths;
mod rules;
pub(crate) mod scene;
mod schema;
pub(crate) mod served;
mod wire;

use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::{Context, Result, bail};
use clap::ValueEnum;
use serde_json::Value;

pub(crate) use self::schema::python;

use self::scene::Scene;
use self::served::Served;
use crate::talk::{say, spell};
use crate::workspace;

/// What is tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Part {
    /// Every operation, by everybody, in every way in which they can show who they are
    Matrix,
    /// Other sites' pages, planted sessions, names that point here, guesses
    Forged,
    /// Odd paths, bodies without end, framing that can be read in two ways
    Wire,
    /// Many at once: the slow, the listening, the deaf
    Crowd,
    /// What schemathesis thinks of
    Schema,
}

/// Attacks a binary, the tests' own unless one is named.
pub(crate) fn run(part: Option<Part>, binary: Option<PathBuf>) -> Result<()> {
    let binary = match binary {
        Some(binary) => std::path::absolute(binary)?,
        None => workspace::test_binary()?,
    };
    let folder = tempfile::Builder::new()
        .prefix("avert-api-")
        .tempdir()
        .context("cannot make a temporary folder")?;
    let failed = attack(part, &binary, folder.path())?;
    if failed.is_empty() {
        return Ok(());
    }
    // Kept for whoever looks for the reason.
    say(&format!("   see {}", folder.keep().display()));
    bail!("{}", failed.join("\n\n"))
}

/// Tries everything, each part on a server of its own, and says what is wrong.
fn attack(part: Option<Part>, binary: &Path, folder: &Path) -> Result<Vec<String>> {
    let ground = folder.join("ground");
    std::fs::create_dir_all(&ground)?;
    let scene = scene::make(binary, &ground)?;
    let mut failed = Vec::new();
    for each in Part::value_variants() {
        if part.is_some_and(|wanted| wanted != *each) {
            continue;
        }
        let name = format!("{each:?}").to_lowercase();
        let place = folder.join(&name);
        scene::copy(&ground, &place)?;
        let begun = Instant::now();
        match each.tried(binary, &place, &scene) {
            Ok(found) => say(&format!("   {name}: {found} ({})", spell(begun.elapsed()))),
            Err(error) => failed.push(format!("{name}: {error:#}")),
        }
    }
    Ok(failed)
}

impl Part {
    fn tried(self, binary: &Path, place: &Path, scene: &Scene) -> Result<Value> {
        let served = Served::start(binary, place)?;
        match self {
            Self::Matrix => matrix::try_all(&served, place, scene),
            Self::Forged => forged::try_all(&served, place),
            Self::Wire => wire::try_all(&served),
            Self::Crowd => crowd::try_all(&served),
            Self::Schema => schema::try_all(&served, scene),
        }
    }
}

//! `cargo xtask demo`: builds the binary as users get it, then lets it tell its own story.

use std::path::Path;
use std::process::Command;
use std::time::Instant;

use anyhow::{Context, Result};

use crate::talk::{say, spell};
use crate::workspace;

/// Builds, then runs `avert demo`. What the demo made is gone afterwards unless it is to be kept.
pub(crate) fn run(keep: Option<&Path>) -> Result<()> {
    say("building Avert, optimised; the first time takes some minutes, and no later time does");
    let begun = Instant::now();
    let binary = workspace::release_binary()?;
    say(&format!("built in {}\n", spell(begun.elapsed())));
    let mut demo = Command::new(binary);
    demo.arg("demo");
    if let Some(folder) = keep {
        demo.arg("--dir").arg(std::path::absolute(folder)?);
    }
    workspace::run(demo.current_dir(workspace::root())).context("the demo did not reach its end")
}

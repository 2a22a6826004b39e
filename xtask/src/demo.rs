//! `cargo xtask demo`: builds the binary as users get it, then lets it tell its own story.

use std::ffi::OsString;
use std::process::Command;
use std::time::Instant;

use anyhow::{Context, Result};

use crate::talk::{say, spell};
use crate::workspace;

/// Builds, then runs `avert demo` where the user is, with what the user added.
pub(crate) fn run(arguments: &[OsString]) -> Result<()> {
    say("building Avert, optimised; the first time takes some minutes, and no later time does");
    let begun = Instant::now();
    let binary = workspace::release_binary()?;
    say(&format!("built in {}\n", spell(begun.elapsed())));
    let mut demo = Command::new(binary);
    demo.arg("demo").args(arguments);
    workspace::run(&mut demo).context("the demo did not reach its end")
}

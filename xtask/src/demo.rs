//! `cargo xtask demo`: builds the binary as users get it, console and all, then lets it tell its own story.

use std::ffi::OsString;
use std::process::Command;
use std::time::Instant;

use anyhow::{Context, Result};

use crate::talk::{say, spell};
use crate::{web, workspace};

/// Builds, then runs `avert demo` where the user is, with what the user added.
pub(crate) fn run(arguments: &[OsString]) -> Result<()> {
    say("building Avert, optimised; the first time takes some minutes, and no later time does");
    let begun = Instant::now();
    if let Err(error) = web::build() {
        // The story can be told without it, and the API is served all the same.
        say(&format!("   the console is left out: {error:#}"));
    }
    let binary = workspace::release_binary()?;
    say(&format!("built in {}\n", spell(begun.elapsed())));
    let mut demo = Command::new(binary);
    demo.arg("demo").args(arguments);
    workspace::run(&mut demo).context("the demo did not reach its end")
}

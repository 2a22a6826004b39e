//! The `avert` binary: reads the command line, runs one command, and exits by how it ended.

mod args;
mod clock;
mod commands;
mod config;
mod context;
mod evidence;
mod failure;
mod printer;
mod progress;
mod serve;
mod sharing;
mod signer;
mod taxii;
mod text;
mod view;

use std::process::ExitCode;

use clap::Parser as _;

use crate::args::Cli;
use crate::commands::Answer;
use crate::printer::Printer;

/// What is read and judged is many small texts and trees: with the system's allocator a fifth of the time of taking
/// objects in went into it.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let cli = Cli::parse();
    let printer = Printer::new(cli.global.format, cli.global.quiet);
    match commands::run(cli, &printer) {
        Ok(Answer::Done) => ExitCode::SUCCESS,
        Ok(Answer::No) => ExitCode::from(1),
        Err(failure) => {
            printer.failure(&failure);
            ExitCode::from(failure.exit_code())
        }
    }
}

//! The commands of the README: `demo`, `check`, and for developers `live`, `attack`, `bench` and `generate`.
//!
//! It starts other programs, times them and says what they did. It depends on no crate of the
//! product: what it tests, it drives from outside as a user would.

mod act;
mod api;
mod bench;
mod chance;
mod check;
mod debian;
mod demo;
mod faulty;
mod goals;
mod http_server;
mod live;
mod masked;
mod metadata;
mod node;
mod postgres;
mod python;
mod sink;
mod talk;
mod train;
mod trial;
mod web;
mod workspace;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

#[derive(Debug, Parser)]
#[command(
    name = "cargo xtask",
    bin_name = "cargo xtask",
    disable_help_subcommand = true
)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

/// What can be asked for.
#[derive(Debug, Subcommand)]
enum Command {
    /// Build Avert and run the whole story on a simulated platform
    Demo {
        /// What `avert demo` takes: --dir DIR, --accounts N, --seed N, --once
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        arguments: Vec<std::ffi::OsString>,
    },
    /// Everything that must hold before a change is taken: what .ci/run calls
    Check {
        /// Only these stages
        #[arg(long, value_name = "STAGE", value_enum)]
        only: Vec<check::Stage>,
        /// All stages but these
        #[arg(long, value_name = "STAGE", value_enum)]
        skip: Vec<check::Stage>,
    },
    /// Drive Avert against real servers on this machine
    Live {
        /// Which server; each unless one is named
        #[arg(value_enum)]
        server: Option<live::Server>,
        /// Keep the servers' folders and logs here
        #[arg(long, value_name = "DIR")]
        keep: Option<PathBuf>,
        /// Drive this binary instead of building one
        #[arg(long, value_name = "FILE")]
        binary: Option<PathBuf>,
    },
    /// Attack the API of a server from outside
    Attack {
        /// What is tried; all of it unless something is named
        #[arg(value_enum)]
        part: Option<api::Part>,
        /// Attack this binary instead of building one
        #[arg(long, value_name = "FILE")]
        binary: Option<PathBuf>,
    },
    /// Measure, and write the run down under bench/runs
    Bench {
        /// What to measure
        #[arg(value_enum)]
        what: bench::What,
        #[command(flatten)]
        options: bench::Options,
    },
    /// Make the model that ships, of simulated platforms alone, and write it into the source
    Train,
    /// Write the generated references under docs/ anew
    Generate,
    /// Take the pictures under docs/tour anew, in a browser
    Tour,
}

fn main() -> ExitCode {
    let done = match Cli::parse().command {
        Command::Demo { arguments } => demo::run(&arguments),
        Command::Check { only, skip } => check::run(&only, &skip),
        Command::Live {
            server,
            keep,
            binary,
        } => live::run(server, keep.as_deref(), binary),
        Command::Attack { part, binary } => api::run(part, binary),
        Command::Bench { what, options } => bench::run(what, &options),
        Command::Train => train::run(),
        Command::Generate => check::generated::write(),
        Command::Tour => check::console::tour(),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            talk::say(&format!("\nerror: {error:#}"));
            ExitCode::FAILURE
        }
    }
}

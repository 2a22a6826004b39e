//! `cargo xtask check`: everything that must hold, stage by stage, stopping at the first failure.

mod act;
mod arrows;
pub(crate) mod console;
mod fetching;
pub(crate) mod generated;
pub(crate) mod instructions;
mod licences;
mod misp;
mod ocsf;
mod postgres;
mod public;
pub(crate) mod quality;
mod spdx;
mod stix;
mod tidy;
mod toolchain;
mod warninglists;

use std::time::{Duration, Instant};

use anyhow::{Result, bail};
use clap::ValueEnum;

use fetching::Fetching;

use crate::api;
use crate::live::{self, Server};
use crate::talk::{say, spell};
use crate::workspace::{cargo, run as run_command};

/// The stages, in the order in which they run: what is quick and fails often comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Stage {
    /// rustfmt and Clippy are there, installed if need be
    Toolchain,
    /// The code is formatted
    Format,
    /// Short files, no stray white space, every crate on the map
    Tidy,
    /// Crates know only whom the design lets them know
    Arrows,
    /// Dependencies have licences and sources that deny.toml allows
    Licences,
    /// The console: types, formatting, lints and unit tests; and it is built
    Web,
    /// Clippy finds nothing
    Lints,
    /// The documentation builds without a warning
    Docs,
    /// All tests
    Tests,
    /// The console in a real browser, against a real server
    Console,
    /// The tests of whatever writes to the store, on a real PostgreSQL
    Postgres,
    /// Takedowns and notices survive that whoever works on them is killed
    Act,
    /// What can be tried on the server is refused: forged and odd requests, crowds, schemathesis
    Api,
    /// References generated from the code are up to date
    Generated,
    /// The journal's events are valid OCSF
    Ocsf,
    /// Every published warning list is read, and holds back what is on it
    Warninglists,
    /// What OASIS's tools say of STIX patterns is what the tests say they do, and of our bundles that they are right
    Stix,
    /// Nothing that is withheld is in a public report, on paper neither, and other tools read all forms of it
    Public,
    /// MISP's own tools read and write what Avert does
    Misp,
    /// Detection keeps its promises on simulated platforms
    Quality,
    /// The engine takes no more instructions than it took
    Instructions,
    /// Notices through a real SMTP server
    LiveSmtp,
    /// A takedown and back on a real SCIM server
    LiveScim,
    /// Signing in with a real `OpenID` provider
    LiveOidc,
    /// What partners read and send, with real TAXII clients
    LiveTaxii,
    /// The whole way on a real Matrix Synapse
    LiveSynapse,
}

impl Stage {
    fn name(self) -> String {
        self.to_possible_value()
            .map_or_else(String::new, |value| value.get_name().to_owned())
    }

    fn run(self) -> Result<()> {
        match self {
            Self::Toolchain => toolchain::check(),
            Self::Format => run_command(&mut cargo(&["fmt", "--all", "--check"])),
            Self::Tidy => tidy::check(),
            Self::Arrows => arrows::check(),
            Self::Licences => licences::check(),
            Self::Lints => run_command(&mut cargo(&[
                "clippy",
                "--locked",
                "--quiet",
                "--workspace",
                "--all-targets",
                "--",
                "-D",
                "warnings",
            ])),
            Self::Docs => run_command(
                cargo(&[
                    "doc",
                    "--locked",
                    "--quiet",
                    "--workspace",
                    "--no-deps",
                    "--document-private-items",
                ])
                .env("RUSTDOCFLAGS", "-D warnings"),
            ),
            Self::Tests => run_command(&mut cargo(&["test", "--locked", "--quiet", "--workspace"])),
            Self::Web => console::sources(),
            Self::Console => console::in_a_browser(),
            Self::Postgres => postgres::check(),
            Self::Act => act::check(),
            Self::Api => api::run(None, None),
            Self::Generated => generated::check(),
            Self::Ocsf => ocsf::check(),
            Self::Stix => stix::check(),
            Self::Public => public::check(),
            Self::Misp => misp::check(),
            Self::Warninglists => warninglists::check(),
            Self::Quality => quality::check(),
            Self::Instructions => instructions::check(),
            Self::LiveSynapse => live::run(Some(Server::Synapse), None, None),
            Self::LiveSmtp => live::run(Some(Server::Smtp), None, None),
            Self::LiveScim => live::run(Some(Server::Scim), None, None),
            Self::LiveOidc => live::run(Some(Server::Oidc), None, None),
            Self::LiveTaxii => live::run(Some(Server::Taxii), None, None),
        }
    }

    /// What to do when it failed.
    fn remedy(self) -> &'static str {
        match self {
            Self::Toolchain => {
                "install Rust with rustup (https://rustup.rs), which keeps these beside it"
            }
            Self::Format => "run `cargo fmt --all`",
            Self::Tidy => "mend the lines named above",
            Self::Arrows => {
                "let the two crates meet through `avert-model`, or wire them together in `avert`"
            }
            Self::Licences => {
                "choose another dependency, or argue for a line in deny.toml (CONTRIBUTING.md)"
            }
            Self::Lints => {
                "mend what clippy names; #[expect(lint, reason = \"…\")] where it is wrong"
            }
            Self::Docs => "mend the documentation comments named above",
            Self::Tests => "run the named test alone with `cargo test --package CRATE NAME`",
            Self::Web => {
                "run `npm run check` in web/; `npx biome check --write .` mends most of it"
            }
            Self::Console => {
                "run `cargo xtask check --only console` again for that alone; `npx playwright show-trace` shows what the browser saw (docs/develop/testing.md)"
            }
            Self::Postgres => {
                "start one yourself and run the named test with AVERT_TEST_POSTGRES=postgres://…"
            }
            Self::Act => {
                "look into the folder named above: a data folder for each trial, and beside it what its commands said"
            }
            Self::Api => {
                "mend crates/avert/src/serve; an operation that is new needs a rule in xtask/src/api/rules.rs"
            }
            Self::Generated => "run `cargo xtask generate` and look at the difference",
            Self::Ocsf => {
                "mend crates/exchange/src/ocsf; https://schema.ocsf.io has every class with its attributes"
            }
            Self::Stix => {
                "verdicts: write them anew with xtask/stix/judge.py, and read what the tests of avert-exchange say then; bundles: mend crates/exchange/src/stix/case"
            }
            Self::Public => {
                "run the example public_report of avert-exchange, and look at what it writes with pdftotext and pdftoppm"
            }
            Self::Misp => {
                "mend crates/exchange/src/misp, or say in xtask/misp/differ.py why it differs on purpose"
            }
            Self::Warninglists => "mend crates/hunt/src/warn",
            Self::Quality => {
                "run `cargo xtask bench detect`, and `avert evaluate` on one of its platforms, to see which cells and accounts"
            }
            Self::Instructions => {
                "find what has become slower with `valgrind --tool=callgrind`; if it is worth its price, run `cargo xtask bench instructions` and say so in the commit"
            }
            Self::LiveSynapse => {
                "run `cargo xtask live synapse --keep DIR` and look into DIR: data folder, server and logs"
            }
            Self::LiveSmtp => {
                "run `cargo xtask live smtp --keep DIR` and look into DIR: data folder, mails and logs"
            }
            Self::LiveScim => {
                "run `cargo xtask live scim --keep DIR` and look into DIR: data folder and logs"
            }
            Self::LiveOidc => {
                "run `cargo xtask live oidc --keep DIR` and look into DIR: data folder and the provider's log"
            }
            Self::LiveTaxii => {
                "run `cargo xtask live taxii --keep DIR` and look into DIR: data folders of both sides"
            }
        }
    }
}

/// Runs the stages that are asked for.
pub(crate) fn run(only: &[Stage], skip: &[Stage]) -> Result<()> {
    let begun = Instant::now();
    let mut took: Vec<(Stage, Duration)> = Vec::new();
    let stages: Vec<Stage> = Stage::value_variants()
        .iter()
        .copied()
        .filter(|stage| (only.is_empty() || only.contains(stage)) && !skip.contains(stage))
        .collect();
    let mut fetching = Fetching::begin(&stages);
    for stage in &stages {
        let stage_begun = Instant::now();
        say(&format!("── {} …", stage.name()));
        fetching.await_for(*stage);
        let result = stage.run();
        let duration = stage_begun.elapsed();
        took.push((*stage, duration));
        if let Err(error) = result {
            say(&format!("{error:#}"));
            let name = stage.name();
            bail!(
                "the check failed at '{name}' after {}\n\nhint: {}",
                spell(duration),
                stage.remedy()
            );
        }
        say(&format!(
            "── {} passed in {}",
            stage.name(),
            spell(duration)
        ));
    }
    let list: Vec<String> = took
        .iter()
        .map(|(stage, time)| format!("{} {}", stage.name(), spell(*time)))
        .collect();
    say(&format!(
        "\ncheck passed: {} of {} stages in {} ({})",
        stages.len(),
        Stage::value_variants().len(),
        spell(begun.elapsed()),
        list.join(", ")
    ));
    Ok(())
}

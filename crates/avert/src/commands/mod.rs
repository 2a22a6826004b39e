//! One module a verb. A command resolves what it needs, calls the stage, and prints its result.

pub(crate) mod appeal;
mod calibrate;
mod case;
mod coact;
mod config;
mod demo;
mod detect;
mod documents;
mod evaluate;
mod finding;
mod freeze;
mod indicators;
mod ingest;
mod init;
mod intel;
mod journal;
mod match_logs;
pub(crate) mod notify;
mod purge;
mod report;
pub(crate) mod share;
mod simulate;
mod snapshot;
mod store;
pub(crate) mod takedown;
mod watch;

use crate::args::{Cli, Command, Format, Intel, Journal};
use crate::context::Context;
use crate::failure::{CommandError, Failure};
use crate::printer::Printer;

/// How a command that did not fail ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Answer {
    /// It did what was asked.
    Done,
    /// The answer is no: nothing matched, or something does not hold.
    No,
}

/// Runs one command.
pub(crate) fn run(cli: Cli, printer: &Printer) -> Result<Answer, Failure> {
    let Cli { global, command } = cli;
    let has_format = match global.format {
        Format::Text | Format::Json | Format::Ndjson => true,
        Format::Md | Format::Html => matches!(command, Command::Report(_)),
        Format::Ocsf => matches!(command, Command::Journal(Journal::Export { .. })),
        Format::Stix | Format::Csv | Format::KillchainCsv => match &command {
            Command::Report(args) => args.public,
            command => matches!(command, Command::Intel(Intel::Export(_))),
        },
        Format::Pdf => matches!(&command, Command::Report(args) if args.public),
        Format::Misp => matches!(command, Command::Intel(Intel::Export(_))),
    };
    if !has_format {
        return Err(CommandError::OtherFormat.into());
    }
    // Commands that need no data folder come first.
    let command = match command {
        Command::Init { dir } => return init::run(&dir, printer),
        Command::Serve(args) => return crate::serve::run(&args, &global, printer.clone()),
        Command::Simulate(args) => return simulate::run(&args, printer),
        Command::Coact(args) => return coact::run(&args, printer),
        Command::Match(args) => return match_logs::run(&args, &global, printer),
        Command::Indicators(verb) => return indicators::run(&verb, &global, printer),
        Command::Evaluate(args) => return evaluate::run(&args, printer),
        Command::Demo(args) => return demo::run(&args, &global, printer),
        Command::Completions { shell } => return documents::completions(shell, printer),
        Command::Man { out } => return documents::man(out.as_deref(), printer),
        Command::Reference { which } => return documents::reference(which, printer),
        other => other,
    };
    let context = Context::resolve(&global, printer)?;
    match command {
        Command::Ingest(args) => ingest::run(&args, &context),
        Command::Calibrate(args) => calibrate::run(&args, &context),
        Command::Watch(args) => watch::run(&args, &context),
        Command::Detect(args) => detect::run(&args, &context),
        Command::Snapshot(verb) => snapshot::run(&verb, &context),
        Command::Finding(verb) => finding::run(&verb, &context),
        Command::Case(verb) => case::run(verb, &context),
        Command::Takedown(verb) => takedown::run(verb, &context),
        Command::Notify(verb) => notify::run(verb, &context),
        Command::Appeal(verb) => appeal::run(verb, &context),
        Command::Intel(verb) => intel::run(&verb, global.format, &context),
        Command::Share(verb) => share::run(verb, &context),
        Command::Freeze { reason } => freeze::run(freeze::Turn::On, &reason, &context),
        Command::Thaw { reason } => freeze::run(freeze::Turn::Off, &reason, &context),
        Command::Purge(args) => purge::run(&args, &context),
        Command::Report(args) => report::run(&args, global.format, &context),
        Command::Journal(verb) => journal::run(&verb, global.format, &context),
        Command::Store(verb) => store::run(&verb, &context),
        Command::Config(verb) => config::run(&verb, &context),
        Command::Init { .. }
        | Command::Serve(_)
        | Command::Simulate(_)
        | Command::Coact(_)
        | Command::Match(_)
        | Command::Indicators(_)
        | Command::Evaluate(_)
        | Command::Demo(_)
        | Command::Completions { .. }
        | Command::Man { .. }
        | Command::Reference { .. } => unreachable!("handled before the data folder was resolved"),
    }
}

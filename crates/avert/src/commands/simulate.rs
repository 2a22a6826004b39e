//! `avert simulate`: a platform with hostile operations planted in it, ready to be worked on.

use avert_simulate::Scenario;

use super::Answer;
use crate::args::Simulate;
use crate::config::TEMPLATE;
use crate::failure::{CommandError, Failure};
use crate::printer::Printer;
use crate::progress::Progress;
use crate::text::count;

pub(super) fn run(args: &Simulate, printer: &Printer) -> Result<Answer, Failure> {
    if std::fs::read_dir(&args.out).is_ok_and(|mut entries| entries.next().is_some()) {
        return Err(CommandError::NotEmpty(args.out.clone()).into());
    }
    let scenario = Scenario {
        camouflage: args.camouflage,
        ..Scenario::new(args.accounts, args.seed)
    };
    let progress = Progress::new(printer);
    let summary = avert_simulate::simulate(&scenario, &args.out, &mut |done, total| {
        progress.at("writing the platform", done, total);
    })?;
    drop(progress);
    // The folder is a data folder at once: what `init` would write, if it is not there already.
    let config = args.out.join("avert.toml");
    if !config.exists() {
        std::fs::write(&config, TEMPLATE).map_err(|source| CommandError::File {
            what: "write",
            path: config.clone(),
            source,
        })?;
    }
    printer.result(&summary, |summary| {
        format!(
            "{} and {} in {}\nplanted: {} in {}, and {}; who they are stands in truth.csv\n\n\
             next: avert --data {2} ingest {2}/mapping.toml\n",
            count(summary.accounts, "account", "accounts"),
            count(summary.actions, "action", "actions"),
            args.out.display(),
            count(summary.personas.into(), "persona", "personas"),
            count(summary.cells.into(), "cell", "cells"),
            count(
                summary.compromised.into(),
                "compromised account",
                "compromised accounts"
            ),
        )
    })?;
    Ok(Answer::Done)
}

//! `avert detect`: from a snapshot to findings, kept in the store.

use std::fmt::Write as _;
use std::path::Path;

use avert_detect::{Detected, Known, Model, Seeds};
use avert_model::{AccountId, Finding, FindingSet, MemberKind, Probability};

use super::Answer;
use crate::args::Detect;
use crate::clock::SystemClock;
use crate::context::Context;
use crate::failure::{CommandError, Failure, may_write};
use crate::progress::Progress;
use crate::text::{Table, count, percent};

pub(super) fn run(args: &Detect, context: &Context<'_>) -> Result<Answer, Failure> {
    let snapshot = context.snapshot(args.snapshot.as_ref())?;
    // What people will be judged by is checked before it is read.
    snapshot.verify()?;
    let known = Known {
        hostile: list(args.seeds.as_deref())?,
        hubs: list(args.hubs.as_deref())?,
        model: match &args.model {
            Some(path) => Model::load(path)?,
            None => Model::shipped(),
        },
    };
    if let Some(path) = &args.out {
        may_write(path, &["json"])?;
    }
    let progress = Progress::new(context.printer);
    if let Some(path) = &args.scores {
        may_write(path, &["csv"])?;
    }
    let Detected {
        findings: set,
        scores,
    } = avert_detect::detect(
        &snapshot,
        &known,
        &context.config.detect,
        &mut |what, done, total| {
            progress.at(what.to_owned(), done, total);
        },
    )?;
    drop(progress);
    avert_ops::findings::keep(&mut context.store()?, &set, &SystemClock)?;
    if let Some(path) = &args.out {
        let text = serde_json::to_string_pretty(&set)
            .map_err(|source| CommandError::Unwritable("the findings", source))?;
        std::fs::write(path, text + "\n").map_err(|source| CommandError::File {
            what: "write",
            path: path.clone(),
            source,
        })?;
    }
    if let Some(path) = &args.scores {
        write_scores(path, &scores)?;
    }
    context.printer.result(&set, set_text)?;
    Ok(if set.findings.is_empty() {
        Answer::No
    } else {
        Answer::Done
    })
}

fn write_scores(path: &Path, scores: &[(AccountId, Probability)]) -> Result<(), Failure> {
    let failed = |source| CommandError::File {
        what: "write",
        path: path.to_owned(),
        source,
    };
    let mut writer = csv::Writer::from_path(path).map_err(|error| failed(error.into()))?;
    writer
        .write_record(["account", "probability"])
        .map_err(|error| failed(error.into()))?;
    for (account, probability) in scores {
        let probability = format!("{:.6}", probability.get());
        writer
            .write_record([account.as_str(), &probability])
            .map_err(|error| failed(error.into()))?;
    }
    writer.flush().map_err(failed)?;
    Ok(())
}

/// What a file lists, if there is one.
pub(super) fn list(path: Option<&Path>) -> Result<Seeds, Failure> {
    path.map_or_else(
        || Ok(Seeds::none()),
        |path| {
            let text = avert_events::lines(path)?;
            Ok(Seeds::parse(&text, &path.display().to_string())?)
        },
    )
}

fn set_text(set: &FindingSet) -> String {
    let mut text = format!(
        "looked at {} and {} of {}\n\n{}",
        count(set.accounts, "account", "accounts"),
        count(set.actions, "action", "actions"),
        set.snapshot,
        table(&set.findings),
    );
    for caveat in &set.caveats {
        let _ = writeln!(text, "caveat: {caveat}");
    }
    if let Some(first) = set.findings.first() {
        let _ = write!(text, "\nnext: avert finding show {}\n", first.id);
    }
    text
}

/// One line a finding.
pub(super) fn table(findings: &[Finding]) -> String {
    let mut table = Table::new(&["finding", "sure", "accounts", "proposed", "reached", "what"]);
    for finding in findings {
        let proposed = finding
            .members
            .iter()
            .filter(|member| member.proposed)
            .count();
        let firm = finding
            .members
            .iter()
            .filter(|member| member.kind != MemberKind::Suspect)
            .count();
        table.row([
            finding.id.to_string(),
            percent(finding.probability.get()),
            firm.to_string(),
            proposed.to_string(),
            finding.contacts.len().to_string(),
            finding.title.clone(),
        ]);
    }
    table.render("no network was found\n")
}

//! `avert detect`: from a snapshot to findings, kept in the store.

mod indicators;

use std::fmt::Write as _;
use std::path::Path;

use avert_detect::{Detected, Known, Model, Near, Seeds};
use avert_model::{Finding, FindingSet, MemberKind};

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
    let mut hostile = list(args.seeds.as_deref())?;
    if let Some(indicators) = &args.indicators {
        hostile = indicators::hit(indicators, args.min_score, &snapshot, &hostile, context)?;
    }
    let known = Known {
        hostile,
        hubs: list(args.hubs.as_deref())?,
        cleared: list(args.cleared.as_deref())?,
        model: match &args.model {
            Some(path) => Model::load(path)?,
            None => Model::shipped(),
        },
    };
    let results = [
        (&args.out, "json"),
        (&args.scores, "csv"),
        (&args.near, "csv"),
    ];
    let mut named = Vec::new();
    for (path, kind) in results {
        let Some(path) = path else { continue };
        may_write(path, &[kind])?;
        if named.contains(&path) {
            return Err(CommandError::NamedTwice(path.clone()).into());
        }
        named.push(path);
    }
    let progress = Progress::new(context.printer);
    let Detected {
        findings: set,
        scores,
        near,
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
        let rows = scores.iter().map(|(account, probability)| {
            [account.to_string(), format!("{:.6}", probability.get())]
        });
        write_table(path, ["account", "probability"], rows)?;
    }
    if let Some(path) = &args.near {
        write_table(path, NEAR, (1..).zip(&near).map(near_row))?;
    }
    context.printer.result(&set, set_text)?;
    Ok(if set.findings.is_empty() {
        Answer::No
    } else {
        Answer::Done
    })
}

/// The columns of `--near`.
const NEAR: [&str; 8] = [
    "rank",
    "account",
    "seed",
    "nearness",
    "trust",
    "probability",
    "through",
    "layers",
];

fn near_row((rank, near): (u64, &Near)) -> [String; 8] {
    let layers: Vec<&str> = near.layers.iter().map(avert_model::Layer::as_str).collect();
    [
        rank.to_string(),
        near.account.to_string(),
        if near.is_seed { "yes" } else { "no" }.to_owned(),
        format!("{:.3}", near.nearness),
        near.trust
            .map_or_else(String::new, |trust| format!("{trust:.3}")),
        format!("{:.6}", near.probability.get()),
        near.through
            .as_ref()
            .map_or_else(String::new, ToString::to_string),
        layers.join(" "),
    ]
}

fn write_table<const COLUMNS: usize>(
    path: &Path,
    columns: [&str; COLUMNS],
    rows: impl Iterator<Item = [String; COLUMNS]>,
) -> Result<(), Failure> {
    let failed = |source| CommandError::File {
        what: "write",
        path: path.to_owned(),
        source,
    };
    let mut writer = csv::Writer::from_path(path).map_err(|error| failed(error.into()))?;
    writer
        .write_record(columns)
        .map_err(|error| failed(error.into()))?;
    for row in rows {
        writer
            .write_record(row)
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
        table(&set.findings, false),
    );
    for caveat in &set.caveats {
        let _ = writeln!(text, "caveat: {caveat}");
    }
    if let Some(first) = set.findings.first() {
        let _ = write!(text, "\nnext: avert finding show {}\n", first.id);
    }
    text
}

/// Findings as a table; `with_runs` says by which detector and in which snapshot each was found.
pub(super) fn table(findings: &[Finding], with_runs: bool) -> String {
    let headings = [
        "finding", "sure", "accounts", "proposed", "reached", "what", "detector", "snapshot",
    ];
    let columns = if with_runs { headings.len() } else { 6 };
    let mut table = Table::new(&headings[..columns]);
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
        let cells = [
            finding.id.to_string(),
            percent(finding.probability.get()),
            firm.to_string(),
            proposed.to_string(),
            finding.contacts.len().to_string(),
            finding.title.clone(),
            format!("{} {}", finding.detector, finding.detector_version),
            finding.snapshot.to_string(),
        ];
        table.row(cells.into_iter().take(columns));
    }
    table.render("no network was found\n")
}

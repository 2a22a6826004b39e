//! `avert match`: indicators in logs.

use std::fmt::Write as _;
use std::io;
use std::path::Path;

use avert_hunt::scan::{self, ScanError, Scanned};
use avert_hunt::{Hit, Judge, Judged, Kind, Matcher, Pap, Reading};
use avert_model::{Clock as _, Timestamp, Tlp};
use serde::Serialize;

use super::Answer;
use super::indicators::open;
use crate::args::{Global, Match};
use crate::clock::SystemClock;
use crate::context::Context;
use crate::failure::Failure;
use crate::printer::{Printer, harmless};
use crate::text::count;

/// A hit as it is told.
#[derive(Debug, Serialize)]
struct Told {
    file: String,
    line: u64,
    indicator: String,
    kind: Kind,
    text: String,
    reading: Reading,
    label: String,
    labels: Vec<String>,
    source: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    reference: String,
    score: f64,
    tlp: Option<Tlp>,
    pap: Option<Pap>,
    admiralty: Option<avert_hunt::Admiralty>,
    first_seen: Option<Timestamp>,
    last_seen: Timestamp,
    expires: Option<Timestamp>,
    warning_lists: Vec<String>,
    allowed_by: Option<String>,
    may_act: bool,
    line_text: String,
}

/// What is counted over all logs.
#[derive(Debug, Default)]
struct Counted {
    told: u64,
    below: u64,
    held: u64,
    scanned: Scanned,
}

pub(super) fn run(args: &Match, global: &Global, printer: &Printer) -> Result<Answer, Failure> {
    let (data, _) = Context::places(global);
    let at = args.at.unwrap_or_else(|| SystemClock.now());
    let names: Vec<&Path> = std::iter::once(&args.indicators)
        .chain(&args.and)
        .map(AsRef::as_ref)
        .collect();
    let opened = open(&names, &data, at, printer)?;
    let indicators = &opened.indicators;
    let matcher = Matcher::new(indicators.sets());
    let judge = indicators.judge();
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let threads = args.threads.map_or(cores, usize::from);
    let mut counted = Counted::default();
    let stdin = ["-".into()];
    let logs = if args.logs.is_empty() {
        &stdin[..]
    } else {
        &args.logs
    };
    for log in logs {
        let name = if log == Path::new("-") {
            "standard input".into()
        } else {
            log.display().to_string()
        };
        let reader = if log == Path::new("-") {
            scan::unpacked(io::stdin()).map_err(|source| ScanError::Open {
                path: name.clone().into(),
                source,
            })?
        } else {
            scan::open_log(log)?
        };
        let scanned = scan::scan::<Failure>(&matcher, &name, reader, threads, |hits| {
            let mut told = Vec::new();
            for hit in &hits {
                let hit = tell(&name, hit, &judge)?;
                if hit.score < args.min_score {
                    counted.below += 1;
                    continue;
                }
                counted.told += 1;
                counted.held += u64::from(!hit.may_act);
                told.push(hit);
            }
            printer.stream(&told, told_text)?;
            Ok(true)
        })?;
        counted.scanned.lines += scanned.lines;
        counted.scanned.bytes += scanned.bytes;
        counted.scanned.blind_cuts += scanned.blind_cuts;
    }
    printer.talk(&summary(&counted, args.min_score, indicators.warns()));
    Ok(if counted.told == 0 {
        Answer::No
    } else {
        Answer::Done
    })
}

fn tell(file: &str, hit: &Hit, judge: &Judge<'_>) -> Result<Told, Failure> {
    let judged = judge.judge(&hit.record, Some(&hit.text))?;
    let may_act = judged.may_act();
    let Judged {
        score,
        said,
        warning_lists,
        pap,
        allowed,
    } = judged;
    let mut labels: Vec<String> = hit
        .record
        .assertions
        .iter()
        .map(|one| one.label.clone())
        .collect();
    labels.sort_unstable();
    labels.dedup();
    Ok(Told {
        file: file.to_owned(),
        line: hit.line,
        indicator: hit.record.indicator.value().to_owned(),
        kind: hit.record.indicator.kind(),
        text: hit.text.clone(),
        reading: hit.reading,
        label: said.label,
        labels,
        source: said.source,
        reference: said.reference,
        score: (score * 100.0).round() / 100.0,
        tlp: said.tlp,
        pap,
        admiralty: said.admiralty,
        first_seen: said.first_seen,
        last_seen: said.last_seen,
        expires: said.expires,
        warning_lists,
        allowed_by: allowed.map(|(by, _)| by),
        may_act,
        line_text: hit.line_text.to_string(),
    })
}

fn told_text(hit: &Told) -> String {
    let tlp = hit.tlp.map_or_else(String::new, |tlp| format!(" {tlp}"));
    let warned = match (&hit.warning_lists[..], &hit.allowed_by) {
        ([], _) => String::new(),
        (lists, None) => format!("\n  not to be acted on: it stands on {}", lists.join("; ")),
        (lists, Some(by)) => format!("\n  it stands on {}, and {by} allowed it", lists.join("; ")),
    };
    let warned = if warned.is_empty() {
        warned
    } else {
        format!("\n  {}", harmless(warned.trim_start()))
    };
    let pap = match hit.pap {
        Some(pap) if !pap.allows_action() => {
            format!("\n  nothing is to be done that can be noticed outside: {pap}")
        }
        Some(pap) => format!(" {pap}"),
        None => String::new(),
    };
    format!(
        "{}:{}: {} {} {} score {:.0}{tlp}{pap}{warned}\n  {}\n",
        harmless(&hit.file),
        hit.line,
        hit.kind,
        harmless(&hit.indicator),
        harmless(&hit.labels.join(", ")),
        hit.score,
        harmless(&hit.line_text),
    )
}

fn summary(counted: &Counted, min_score: f64, warns: bool) -> String {
    let scanned = &counted.scanned;
    let mut text = format!(
        "{} in {} ({} bytes)",
        count(counted.told, "hit", "hits"),
        count(scanned.lines, "line", "lines"),
        scanned.bytes,
    );
    if counted.below > 0 {
        let _ = write!(
            text,
            "; {} of a score below {min_score} left out",
            count(counted.below, "hit", "hits")
        );
    }
    if counted.held > 0 {
        let _ = write!(text, "; {} not to be acted on", counted.held);
    }
    if !warns {
        text += "; no warning lists are in use";
    }
    if scanned.blind_cuts > 0 {
        let _ = write!(
            text,
            "; {} where something may stand across was not looked at",
            count(
                scanned.blind_cuts,
                "cut through a long line",
                "cuts through long lines"
            )
        );
    }
    text
}

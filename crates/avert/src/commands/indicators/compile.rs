//! Making sets, and opening whatever somebody names as indicators.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use avert_hunt::input::{self, Defaults, Report};
use avert_hunt::{IndicatorSet, Indicators, SetBuilder, SetSummary, StoreFolder, warn};
use avert_model::{Clock as _, Timestamp};
use serde::Serialize;
use tempfile::TempDir;

use super::{decay, means_in_use, whole_seconds};
use crate::args::{Compile, Said};
use crate::clock::SystemClock;
use crate::commands::Answer;
use crate::failure::{CommandError, Failure};
use crate::printer::Printer;
use crate::text::count;

/// What came of a file.
#[derive(Debug, Serialize)]
struct FromFile {
    file: PathBuf,
    rows: u64,
    taken: u64,
    left_out: Vec<LeftOut>,
}

/// Rows that were left out.
#[derive(Debug, Serialize)]
struct LeftOut {
    why: String,
    count: u64,
    first_row: u64,
}

/// What came of it all.
#[derive(Debug, Serialize)]
struct Made {
    set: SetSummary,
    path: PathBuf,
    files: Vec<FromFile>,
}

impl FromFile {
    fn new(file: &Path, report: &Report) -> Self {
        Self {
            file: file.to_owned(),
            rows: report.rows,
            taken: report.taken,
            left_out: report
                .left_out
                .iter()
                .map(|(why, (count, first_row))| LeftOut {
                    why: why.to_string(),
                    count: *count,
                    first_row: *first_row,
                })
                .collect(),
        }
    }
}

pub(super) fn elsewhere(args: &Compile, printer: &Printer) -> Result<Answer, Failure> {
    let folder = args.out.clone().unwrap_or_default();
    std::fs::create_dir_all(&folder).map_err(|source| CommandError::File {
        what: "make",
        path: folder.clone(),
        source,
    })?;
    let made = make(args, &folder)?;
    tell(&made, printer)
}

pub(super) fn run(
    args: &Compile,
    folder: &StoreFolder,
    printer: &Printer,
) -> Result<Answer, Failure> {
    folder.make()?;
    let made = make(args, folder.path())?;
    folder.put_to_use(&made.path, args.besides)?;
    tell(&made, printer)
}

fn tell(made: &Made, printer: &Printer) -> Result<Answer, Failure> {
    printer.result(made, |made| {
        let mut text = String::new();
        for file in &made.files {
            text += &taken_text(file);
        }
        let set = &made.set;
        let kinds: Vec<String> = set
            .kinds
            .iter()
            .map(|(kind, count)| format!("{count} {kind}"))
            .collect();
        text + &format!(
            "\n{}: {} ({})\n{} bytes on disk, {} in memory when in use\n{}\n",
            set.id,
            count(set.indicators, "indicator", "indicators"),
            kinds.join(", "),
            set.file_bytes,
            set.resident_bytes,
            made.path.display(),
        )
    })?;
    Ok(Answer::Done)
}

fn taken_text(file: &FromFile) -> String {
    let mut text = format!(
        "{}: {} of {} taken\n",
        file.file.display(),
        file.taken,
        count(file.rows, "row", "rows")
    );
    for left in &file.left_out {
        let _ = writeln!(
            text,
            "  {} left out: {} (first in row {})",
            left.count, left.why, left.first_row
        );
    }
    text
}

fn make(args: &Compile, folder: &Path) -> Result<Made, Failure> {
    let mut builder = SetBuilder::new(folder);
    let mut files = Vec::new();
    for file in &args.files {
        files.push(FromFile::new(file, &take(file, &args.said, &mut builder)?));
    }
    let (path, set) = builder.finish()?;
    Ok(Made { set, path, files })
}

/// Adds a file's indicators, or another set's.
fn take(file: &Path, said: &Said, builder: &mut SetBuilder) -> Result<Report, Failure> {
    if IndicatorSet::is_one(file) {
        let set = IndicatorSet::open(file)?;
        let mut report = Report::default();
        for record in set.records() {
            let record = record?;
            report.rows += 1;
            for assertion in &record.assertions {
                builder.add(&record.indicator, assertion)?;
                report.taken += 1;
            }
        }
        return Ok(report);
    }
    let name = file
        .file_name()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned();
    let defaults = Defaults {
        source: said.source.clone().unwrap_or(name),
        label: said.label.clone(),
        tlp: said.tlp,
        pap: said.pap,
        admiralty: said.admiralty,
        score: said.score,
        last_seen: said
            .last_seen
            .unwrap_or_else(|| whole_seconds(SystemClock.now())),
        decay: decay(said),
    };
    Ok(input::read(file, &defaults, builder)?)
}

pub(super) fn warning_lists(
    paths: &[PathBuf],
    folder: &StoreFolder,
    printer: &Printer,
) -> Result<Answer, Failure> {
    folder.make()?;
    let (exact, patterns, report) =
        warn::compile(paths, folder.path(), whole_seconds(SystemClock.now()))?;
    folder.warn_by(&exact, &patterns)?;
    printer.result(&report, |report| {
        let mut text = format!(
            "{} with {} read and in use\n",
            count(report.lists, "warning list", "warning lists"),
            count(report.entries, "entry", "entries"),
        );
        for (list, entries) in &report.unreadable {
            let _ = writeln!(
                text,
                "  {} of '{list}' can be compared with nothing",
                count(*entries, "entry", "entries")
            );
        }
        text
    })?;
    Ok(Answer::Done)
}

/// What somebody named as indicators, with what the data folder knows about them.
pub(crate) struct Opened {
    pub(crate) indicators: Indicators,
    /// Sets made of lists for this once go when this does.
    _folder: Option<TempDir>,
}

/// Opens whatever these name. `data` need not be a data folder: without one nobody said anything, and there are
/// no warning lists.
pub(crate) fn open(
    names: &[&Path],
    data: &Path,
    at: Timestamp,
    printer: &Printer,
) -> Result<Opened, Failure> {
    let in_use = StoreFolder::of(data).open(at)?;
    let mut sets = Vec::new();
    let mut lists = Vec::new();
    for name in names {
        if means_in_use(name) {
            continue;
        }
        if IndicatorSet::is_one(name) {
            sets.push(IndicatorSet::open(name)?);
        } else {
            lists.push(*name);
        }
    }
    let mut folder = None;
    if !lists.is_empty() {
        let made = tempfile::tempdir().map_err(|source| CommandError::File {
            what: "make a folder in",
            path: std::env::temp_dir(),
            source,
        })?;
        let mut builder = SetBuilder::new(made.path());
        for list in lists {
            let report = take(list, &usual(at), &mut builder)?;
            let taken = FromFile::new(list, &report);
            if !taken.left_out.is_empty() {
                printer.talk(taken_text(&taken).trim_end());
            }
        }
        sets.push(IndicatorSet::open(&builder.finish()?.0)?);
        folder = Some(made);
    }
    let indicators = if names.iter().any(|name| means_in_use(name)) {
        if in_use.sets().is_empty() {
            return Err(CommandError::NoIndicators(data.to_owned()).into());
        }
        in_use.with_sets(sets)
    } else {
        in_use.with_sets_only(sets)
    };
    Ok(Opened {
        indicators,
        _folder: folder,
    })
}

/// What holds for lists that are read for this once: they were handed in now.
fn usual(at: Timestamp) -> Said {
    Said {
        label: "unnamed".to_owned(),
        source: None,
        tlp: None,
        pap: None,
        admiralty: None,
        score: None,
        last_seen: Some(at),
        lifetime: avert_hunt::Decay::USUAL.lifetime_days,
        speed: avert_hunt::Decay::USUAL.speed_percent,
    }
}

//! `avert ingest`: a platform's exports, or a live platform, into a snapshot.

use std::fmt::Write as _;

use avert_events::snapshot::{OriginKind, Place};
use avert_events::{
    ActionRow, IngestOptions, IngestReport, Manifest, Mapping, OnBadRow, Origin, SnapshotWriter,
};
use avert_model::{Account, Action, Clock as _};
use avert_ops::ports::{RecordSink, SinkError, SourceError};
use serde::Serialize;

use super::Answer;
use crate::args::{BadRow, Ingest};
use crate::clock::SystemClock;
use crate::context::Context;
use crate::failure::{Failure, LiveError};
use crate::progress::Progress;
use crate::text::{count, moment_or_unknown};

pub(super) fn run(args: &Ingest, context: &Context<'_>) -> Result<Answer, Failure> {
    match (&args.mapping, &args.platform) {
        (Some(mapping), _) => {
            let mapping = Mapping::load(mapping)?;
            let report = exports(&mapping, args.on_bad_row, context)?;
            context.printer.result(&report, report_text)?;
        }
        (None, Some(platform)) => {
            let manifest = live(platform, context)?;
            context.printer.result(
                &Live {
                    manifest: &manifest,
                },
                |live| manifest_text(live.manifest) + &next(live.manifest),
            )?;
        }
        (None, None) => unreachable!("the command line asks for one of the two"),
    }
    Ok(Answer::Done)
}

#[derive(Serialize)]
struct Live<'a> {
    manifest: &'a Manifest,
}

fn exports(
    mapping: &Mapping,
    on_bad_row: BadRow,
    context: &Context<'_>,
) -> Result<IngestReport, Failure> {
    let options = IngestOptions {
        snapshots_dir: context.snapshots_dir(),
        rejects_dir: context.rejects_dir(),
        on_bad_row: match on_bad_row {
            BadRow::Stop => OnBadRow::Stop,
            BadRow::Skip => OnBadRow::Skip,
        },
        taken_at: SystemClock.now(),
    };
    let progress = Progress::new(context.printer);
    let report = avert_events::ingest(mapping, &options, &mut |_, read, total| {
        progress.at("reading (bytes)", read, total);
    })?;
    Ok(report)
}

fn report_text(report: &IngestReport) -> String {
    let mut text = manifest_text(&report.manifest);
    let skipped: u64 = report.skipped.values().sum();
    if skipped > 0 {
        let _ = write!(text, "\nleft out: {}\n", count(skipped, "row", "rows"));
        for (reason, rows) in &report.skipped {
            let _ = writeln!(text, "  {}: {reason}", count(*rows, "row", "rows"));
        }
        if let Some(rejects) = &report.rejects {
            let _ = writeln!(text, "  they are kept in {}", rejects.display());
        }
    }
    for note in &report.notes {
        let _ = writeln!(text, "note: {note}");
    }
    text + &next(&report.manifest)
}

fn next(manifest: &Manifest) -> String {
    format!("\nnext: avert detect {}\n", manifest.id)
}

pub(super) fn manifest_text(manifest: &Manifest) -> String {
    format!(
        "snapshot {}\nplatform {}\n{}, {}\nfrom {} to {}\n",
        manifest.id,
        manifest.platform,
        count(manifest.accounts, "account", "accounts"),
        count(manifest.actions, "action", "actions"),
        moment_or_unknown(manifest.first_at),
        moment_or_unknown(manifest.last_at),
    )
}

/// Reads a live platform into a snapshot.
fn live(name: &str, context: &Context<'_>) -> Result<Manifest, Failure> {
    let source = context.source(name)?;
    let mut sink = Sink {
        writer: SnapshotWriter::create(&context.snapshots_dir(), name)?,
        progress: Progress::new(context.printer),
        rows: 0,
    };
    source.read(&mut sink).map_err(|source| match source {
        SourceError::Port(source) => LiveError::Platform {
            name: name.to_owned(),
            source,
        },
        SourceError::Sink(source) => LiveError::Store {
            name: name.to_owned(),
            source,
        },
    })?;
    let origin = Origin {
        kind: OriginKind::Live,
        name: name.to_owned(),
        rows: sink.rows,
        blake3: None,
    };
    let snapshot = sink.writer.finish(vec![origin], SystemClock.now())?;
    Ok(snapshot.manifest().clone())
}

struct Sink {
    writer: SnapshotWriter,
    progress: Progress,
    rows: u64,
}

impl RecordSink for Sink {
    fn account(&mut self, account: Account) -> Result<(), SinkError> {
        self.rows += 1;
        Ok(self.writer.account(&account, Place::default())?)
    }

    fn action(&mut self, action: Action) -> Result<(), SinkError> {
        self.rows += 1;
        Ok(self.writer.action(&ActionRow::from(&action))?)
    }

    fn progress(&mut self, rows: u64) {
        self.progress.at("reading the platform", rows, 0);
    }
}

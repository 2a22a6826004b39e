//! `avert calibrate`: from labelled accounts to a model.

use std::fmt::Write as _;

use avert_detect::evaluate::Truth;
use avert_detect::{Known, Lessons, Measured, calibrate};

use super::Answer;
use super::detect::list;
use crate::args::Calibrate;
use crate::context::Context;
use crate::failure::{CommandError, Failure, may_write};
use crate::progress::Progress;
use crate::text::count;

pub(super) fn run(args: &Calibrate, context: &Context<'_>) -> Result<Answer, Failure> {
    may_write(&args.out, &["toml"])?;
    let snapshots = if args.snapshots.is_empty() {
        vec![context.snapshot(None)?]
    } else {
        let named = args.snapshots.iter();
        named
            .map(|id| context.snapshot(Some(id)))
            .collect::<Result<_, _>>()?
    };
    if snapshots.len() != args.labels.len() {
        return Err(CommandError::LabelsAndSnapshots {
            labels: args.labels.len(),
            snapshots: snapshots.len(),
        }
        .into());
    }
    let columns = args.columns.columns();
    let truths = args
        .labels
        .iter()
        .map(|path| Truth::load(path, &columns))
        .collect::<Result<Vec<_>, _>>()?;
    let known = Known {
        hubs: list(args.hubs.as_deref())?,
        ..Known::nothing()
    };
    let lessons: Vec<Lessons<'_>> = snapshots
        .iter()
        .zip(&truths)
        .map(|(snapshot, truth)| Lessons {
            snapshot,
            truth,
            known: &known,
        })
        .collect();
    let mut platforms: Vec<&str> = snapshots
        .iter()
        .map(|snapshot| snapshot.manifest().platform.as_str())
        .collect();
    platforms.dedup();
    let trained_on = format!(
        "labelled accounts of {}, {}",
        platforms.join(", "),
        count(snapshots.len() as u64, "snapshot", "snapshots"),
    );
    let progress = Progress::new(context.printer);
    let model = calibrate(
        &lessons,
        &context.config.detect,
        args.readings_only,
        trained_on,
        &mut |what, done, total| progress.at(what.to_owned(), done, total),
    )?;
    drop(progress);
    std::fs::write(&args.out, model.text()).map_err(|source| CommandError::File {
        what: "write",
        path: args.out.clone(),
        source,
    })?;
    context.printer.result(&model.measured, |measured| {
        let mut text = measured.as_ref().map_or_else(String::new, measured_text);
        let _ = write!(
            text,
            "\nnext: avert detect --model {}\n",
            args.out.display()
        );
        text
    })?;
    Ok(Answer::Done)
}

fn measured_text(measured: &Measured) -> String {
    format!(
        "learned from {}, {} of them hostile, in {}\n\
         on accounts it had not seen, with nobody who has to do with them on the other side:\n\
         average precision {:.3} ({:.3} by the detectors alone), calibration error {:.3}\n\
         at even odds: precision {:.3}, recall {:.3}\n",
        count(measured.accounts, "account", "accounts"),
        measured.hostile,
        count(measured.groups, "group", "groups"),
        measured.average_precision,
        measured.average_precision_without,
        measured.calibration_error,
        measured.precision,
        measured.recall,
    )
}

//! `avert evaluate`: findings against what the accounts are.

use std::fmt::Write as _;

use avert_detect::evaluate::{Evaluation, Scores, Truth, evaluate, evaluate_scored};
use avert_model::FindingSet;

use super::Answer;
use crate::args::Evaluate;
use crate::failure::{CommandError, Failure};
use crate::printer::Printer;
use crate::text::Table;

pub(super) fn run(args: &Evaluate, printer: &Printer) -> Result<Answer, Failure> {
    let text = std::fs::read_to_string(&args.findings).map_err(|source| CommandError::File {
        what: "read",
        path: args.findings.clone(),
        source,
    })?;
    let set: FindingSet =
        serde_json::from_str(&text).map_err(|source| CommandError::NotFindings {
            path: args.findings.clone(),
            source,
        })?;
    let truth = Truth::load(&args.truth, &args.columns.columns())?;
    let evaluation = match &args.scores {
        Some(path) => evaluate_scored(&set, &truth, &Scores::load(path)?),
        None => evaluate(&set, &truth),
    };
    printer.result(&evaluation, evaluation_text)?;
    Ok(Answer::Done)
}

fn share(value: Option<f64>) -> String {
    value.map_or_else(|| "none proposed".to_owned(), |value| format!("{value:.3}"))
}

fn known(value: Option<f64>) -> String {
    value.map_or_else(
        || "nobody to tell by".to_owned(),
        |value| format!("{value:.3}"),
    )
}

/// How many missed accounts of a cell are named.
const NAMED: usize = 8;

fn evaluation_text(evaluation: &Evaluation) -> String {
    let mut text = format!(
        "precision {}  of {} accounts proposed for takedown, {} are personas\n\
         recall    {}  of {} planted personas\n\
         F1        {}\n\
         at even odds or more: precision {}, recall {}, F1 {}\n\
         average precision {}, expected calibration error {}\n\
         compromised accounts recognised: {}\n\
         honest accounts that would have been hit: {}\n\
         compromised accounts that would have been hit: {}\n\n",
        share(evaluation.precision),
        evaluation.proposed,
        evaluation.proposed
            - evaluation.honest_hit
            - evaluation.compromised_hit
            - evaluation.unknown_hit
            - evaluation.unlabelled_hit,
        share(evaluation.recall),
        evaluation.personas,
        share(evaluation.f1),
        share(evaluation.likely.precision),
        share(evaluation.likely.recall),
        share(evaluation.likely.f1),
        known(evaluation.average_precision),
        known(evaluation.calibration_error),
        known(evaluation.compromised_recognised),
        evaluation.honest_hit,
        evaluation.compromised_hit,
    );
    let mut table = Table::new(&["cell", "personas", "proposed", "found at all", "missed"]);
    for cell in &evaluation.cells {
        let mut missed: Vec<String> = cell
            .missed
            .iter()
            .take(NAMED)
            .map(ToString::to_string)
            .collect();
        if cell.missed.len() > NAMED {
            missed.push(format!("and {} more", cell.missed.len() - NAMED));
        }
        table.row([
            cell.cell.clone(),
            cell.personas.to_string(),
            cell.proposed.to_string(),
            cell.found.to_string(),
            missed.join(" "),
        ]);
    }
    text.push_str(&table.render("the truth has no cells\n"));
    for note in &evaluation.notes {
        let _ = writeln!(text, "note: {note}");
    }
    text
}

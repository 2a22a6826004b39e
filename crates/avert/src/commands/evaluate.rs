//! `avert evaluate`: findings against the truth of a simulated platform.

use avert_detect::evaluate::{Evaluation, Truth, evaluate};
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
    let truth = Truth::load(&args.truth)?;
    let evaluation = evaluate(&set, &truth);
    printer.result(&evaluation, evaluation_text)?;
    Ok(Answer::Done)
}

fn share(value: Option<f64>) -> String {
    value.map_or_else(|| "none proposed".to_owned(), |value| format!("{value:.3}"))
}

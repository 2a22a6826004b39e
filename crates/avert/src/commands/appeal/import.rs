//! Many appeals at once, from a sheet or from another program.
//!
//! The whole file is read before the first appeal is taken in, so a fault in its form changes nothing.
//! An appeal that may not be taken in is named and left out, and the others are taken in.

use std::fmt::Write as _;
use std::io::Read as _;
use std::path::Path;

use avert_model::{AccountId, Explain as _};
use avert_ops::appeals::{self, Intake, Taken};
use serde::{Deserialize, Serialize};

use super::window;
use crate::args::ImportAppeals;
use crate::commands::Answer;
use crate::context::Context;
use crate::failure::{CommandError, Failure};
use crate::text::Table;

/// The columns of a sheet; all have to be there, in any order.
const COLUMNS: [&str; 5] = ["plan", "account", "reference", "received_at", "text"];

/// One appeal of a file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Line {
    plan: String,
    account: String,
    reference: String,
    #[serde(default)]
    received_at: Option<String>,
    #[serde(default)]
    text: String,
}

/// What became of a file.
#[derive(Serialize)]
struct Imported {
    new: u64,
    known: u64,
    refused: Vec<Refused>,
}

/// An appeal that was not taken in.
#[derive(Serialize)]
struct Refused {
    row: u64,
    plan: String,
    account: String,
    reference: String,
    code: &'static str,
    why: String,
}

pub(super) fn run(args: &ImportAppeals, context: &Context<'_>) -> Result<Answer, Failure> {
    let (path, intakes) = match (&args.csv, &args.json) {
        (Some(path), _) => (path, sheet(path)?),
        (None, Some(path)) => (path, lines(path)?),
        (None, None) => unreachable!("one of the two is required"),
    };
    let imported = context.at_desk(|desk| {
        let mut imported = Imported {
            new: 0,
            known: 0,
            refused: Vec::new(),
        };
        for (row, intake) in &intakes {
            match appeals::file(desk, intake, window(context)) {
                Ok(Taken::New(_)) => imported.new += 1,
                Ok(Taken::Known(_)) => imported.known += 1,
                Err(error) if is_about_the_row(&error) => imported.refused.push(Refused {
                    row: *row,
                    plan: intake.plan.to_string(),
                    account: intake.account.to_string(),
                    reference: intake.reference.clone(),
                    code: error.code(),
                    why: error.to_string(),
                }),
                Err(source) => {
                    return Err(CommandError::ImportBrokeOff {
                        path: path.clone(),
                        row: *row,
                        source: Box::new(source),
                    });
                }
            }
        }
        Ok(imported)
    })??;
    context.printer.result(&imported, told)?;
    Ok(if imported.refused.is_empty() {
        Answer::Done
    } else {
        Answer::No
    })
}

/// Whether the next row may fare better.
fn is_about_the_row(error: &appeals::AppealError) -> bool {
    use appeals::AppealError;
    match error {
        AppealError::NoReference
        | AppealError::NotActedOn { .. }
        | AppealError::OtherAccount { .. }
        | AppealError::NotYet { .. }
        | AppealError::TooLate { .. } => true,
        AppealError::Takedown(error) => error.code() == "takedown/unknown",
        _ => false,
    }
}

fn told(imported: &Imported) -> String {
    let mut text = format!(
        "{} new, {} known already, {} refused\n",
        imported.new,
        imported.known,
        imported.refused.len()
    );
    if !imported.refused.is_empty() {
        let mut table = Table::new(&["row", "plan", "account", "reference", "why"]);
        for refused in &imported.refused {
            table.row([
                refused.row.to_string(),
                refused.plan.clone(),
                refused.account.clone(),
                refused.reference.clone(),
                format!("{} [{}]", refused.why, refused.code),
            ]);
        }
        let _ = write!(text, "\n{}", table.render(""));
    }
    text
}

/// The rows of a CSV file, each with its number as an editor of sheets shows it: the header is 1.
fn sheet(path: &Path) -> Result<Vec<(u64, Intake)>, CommandError> {
    let text = whole(path)?;
    let mut reader = csv::ReaderBuilder::new()
        .flexible(false)
        .from_reader(text.as_bytes());
    let fault = |row: u64, detail: String| CommandError::AppealRow {
        path: path.to_owned(),
        row,
        detail,
    };
    let header = reader
        .headers()
        .map_err(|error| fault(1, error.to_string()))?
        .clone();
    for column in COLUMNS {
        if !header.iter().any(|found| found == column) {
            let wanted = COLUMNS.join(",");
            return Err(fault(
                1,
                format!("there is no column '{column}'; the first row has to be {wanted}"),
            ));
        }
    }
    let place = |column: &str| header.iter().position(|found| found == column);
    let mut intakes = Vec::new();
    for (row, record) in (2..).zip(reader.records()) {
        let record = record.map_err(|error| fault(row, error.to_string()))?;
        let cell = |column: &str| {
            let value = place(column).and_then(|place| record.get(place));
            value.unwrap_or_default().to_owned()
        };
        let received_at = cell("received_at");
        let line = Line {
            plan: cell("plan"),
            account: cell("account"),
            reference: cell("reference"),
            received_at: (!received_at.is_empty()).then_some(received_at),
            text: cell("text"),
        };
        intakes.push((row, intake(line).map_err(|detail| fault(row, detail))?));
    }
    Ok(intakes)
}

/// The lines of a file of JSON, each with its number.
fn lines(path: &Path) -> Result<Vec<(u64, Intake)>, CommandError> {
    let text = whole(path)?;
    let mut intakes = Vec::new();
    for (row, line) in (1..).zip(text.lines()) {
        if line.trim().is_empty() {
            continue;
        }
        let read = serde_json::from_str::<Line>(line).map_err(|error| error.to_string());
        let taken = read.and_then(intake);
        let taken = taken.map_err(|detail| CommandError::AppealRow {
            path: path.to_owned(),
            row,
            detail,
        })?;
        intakes.push((row, taken));
    }
    Ok(intakes)
}

fn intake(line: Line) -> Result<Intake, String> {
    if line.account.is_empty() {
        return Err("it names no account".into());
    }
    let received_at = line.received_at.map(|text| {
        text.parse()
            .map_err(|_| format!("received_at '{text}' is no moment such as 2030-01-31T08:00:00Z"))
    });
    Ok(Intake {
        plan: line
            .plan
            .parse()
            .map_err(|error: avert_model::InvalidId| error.to_string())?,
        account: AccountId::new(line.account),
        reference: line.reference,
        received_at: received_at.transpose()?,
        text: line.text,
    })
}

/// A whole file; - is standard input.
pub(super) fn whole(path: &Path) -> Result<String, CommandError> {
    let read = if path == Path::new("-") {
        let mut text = String::new();
        std::io::stdin()
            .lock()
            .read_to_string(&mut text)
            .map(|_| text)
    } else {
        std::fs::read_to_string(path)
    };
    read.map_err(|source| CommandError::File {
        what: "read",
        path: path.to_owned(),
        source,
    })
}

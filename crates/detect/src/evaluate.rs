//! How good findings are, where the truth is known: on platforms made by simulation.
//!
//! It owns the counting. Detection never reads a truth; nothing here is called by it.

mod ranking;

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use avert_model::{AccountId, Explain, FindingSet, MemberKind, Outcome};
use serde::Serialize;

use ranking::{Stated, average_precision, calibration_error};

/// What the accounts of a platform really are.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Truth {
    accounts: BTreeMap<AccountId, Really>,
}

/// What one account really is.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Really {
    Honest,
    /// Made up by the cell of this name.
    Persona(String),
    /// Taken over by a cell.
    Compromised,
}

/// Findings measured against a truth.
///
/// Only accounts proposed for takedown count as hits; one that several findings propose counts
/// once.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Evaluation {
    /// Personas among the proposed accounts; `null` when nothing is proposed, which is no success.
    pub precision: Option<f64>,
    /// Proposed accounts among the personas; `null` when the truth has no personas.
    pub recall: Option<f64>,
    /// Honest people's own accounts that are proposed.
    pub honest_hit: u64,
    /// The harmonic mean of precision and recall; `null` when either is.
    pub f1: Option<f64>,
    /// How well probabilities rank all accounts of the truth, hostile ones first; `null` when none is
    /// hostile. Personas are, and accounts taken over.
    pub average_precision: Option<f64>,
    /// How far the probabilities of the accounts that findings name are from what comes true; `null`
    /// when they name none.
    pub calibration_error: Option<f64>,
    /// Accounts taken over that are recognised as such, among all that are; `null` when none is.
    pub compromised_recognised: Option<f64>,
    /// Accounts proposed for takedown.
    pub proposed: u64,
    /// Personas on the platform.
    pub personas: u64,
    /// Honest people's accounts, taken over by a cell, that are proposed.
    pub compromised_hit: u64,
    /// Proposed accounts that the truth does not list. They count against precision.
    pub unknown_hit: u64,
    /// The cells, by name.
    pub cells: Vec<CellEvaluation>,
    /// What the figures do not say by themselves, in plain words.
    pub notes: Vec<String>,
}

/// How much of one cell was found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CellEvaluation {
    /// The cell's name in the truth.
    pub cell: String,
    /// Its personas.
    pub personas: u64,
    /// Those that are in a finding, as whatever kind of member.
    pub found: u64,
    /// Those that are proposed for takedown.
    pub proposed: u64,
    /// Those that are not proposed, sorted.
    pub missed: Vec<AccountId>,
}

/// Measures findings against the truth about the same platform.
pub fn evaluate(set: &FindingSet, truth: &Truth) -> Evaluation {
    let members = || set.findings.iter().flat_map(|finding| &finding.members);
    let found: BTreeSet<&AccountId> = members().map(|member| &member.account).collect();
    let proposed: BTreeSet<&AccountId> = members()
        .filter(|member| member.proposed)
        .map(|member| &member.account)
        .collect();
    let (mut hits, mut honest_hit, mut compromised_hit, mut unknown_hit) = (0, 0, 0, 0);
    for account in &proposed {
        match truth.accounts.get(*account) {
            Some(Really::Persona(_)) => hits += 1,
            Some(Really::Honest) => honest_hit += 1,
            Some(Really::Compromised) => compromised_hit += 1,
            None => unknown_hit += 1,
        }
    }
    let stated = stated(set, truth);
    let cells = cells(truth, &found, &proposed);
    let personas = cells.iter().map(|cell| cell.personas).sum();
    let precision = share(hits, proposed.len() as u64);
    let recall = share(hits, personas);
    Evaluation {
        precision,
        recall,
        honest_hit,
        f1: precision.zip(recall).map(|(precision, recall)| {
            if hits == 0 {
                0.0
            } else {
                2.0 * precision * recall / (precision + recall)
            }
        }),
        average_precision: average_precision(&stated),
        calibration_error: calibration_error(&stated),
        compromised_recognised: recognised(set, truth),
        proposed: proposed.len() as u64,
        personas,
        compromised_hit,
        unknown_hit,
        notes: notes(proposed.len(), personas, unknown_hit),
        cells,
    }
}

/// Every account of the truth with the highest probability that a finding gives it.
fn stated(set: &FindingSet, truth: &Truth) -> Vec<Stated> {
    let mut probability: BTreeMap<&AccountId, f64> = BTreeMap::new();
    for member in set.findings.iter().flat_map(|finding| &finding.members) {
        let highest = probability.entry(&member.account).or_default();
        *highest = highest.max(member.probability.get());
    }
    let accounts = truth.accounts.iter();
    accounts
        .map(|(account, really)| Stated {
            probability: probability.get(account).copied().unwrap_or(0.0),
            hostile: *really != Really::Honest,
        })
        .collect()
}

/// Of the accounts taken over, the share that findings take for that.
fn recognised(set: &FindingSet, truth: &Truth) -> Option<f64> {
    let taken: BTreeSet<&AccountId> = set
        .findings
        .iter()
        .flat_map(|finding| &finding.members)
        .filter(|member| member.kind == MemberKind::Compromised)
        .map(|member| &member.account)
        .collect();
    let really = truth
        .accounts
        .iter()
        .filter(|(_, really)| **really == Really::Compromised);
    let (all, known) = really.fold((0, 0), |(all, known), (account, _)| {
        (all + 1, known + u64::from(taken.contains(account)))
    });
    share(known, all)
}

fn cells(
    truth: &Truth,
    found: &BTreeSet<&AccountId>,
    proposed: &BTreeSet<&AccountId>,
) -> Vec<CellEvaluation> {
    let mut cells: BTreeMap<&str, CellEvaluation> = BTreeMap::new();
    for (account, really) in &truth.accounts {
        let Really::Persona(name) = really else {
            continue;
        };
        let cell = cells.entry(name).or_insert_with(|| CellEvaluation {
            cell: name.clone(),
            personas: 0,
            found: 0,
            proposed: 0,
            missed: Vec::new(),
        });
        cell.personas += 1;
        cell.found += u64::from(found.contains(account));
        if proposed.contains(account) {
            cell.proposed += 1;
        } else {
            cell.missed.push(account.clone());
        }
    }
    let mut cells: Vec<CellEvaluation> = cells.into_values().collect();
    // Cells are mostly numbered: 2 comes before 10.
    cells.sort_by(|a, b| {
        a.cell
            .len()
            .cmp(&b.cell.len())
            .then_with(|| a.cell.cmp(&b.cell))
    });
    cells
}

fn notes(proposed: usize, personas: u64, unknown_hit: u64) -> Vec<String> {
    let mut notes = Vec::new();
    if proposed == 0 {
        notes.push("nothing is proposed, so there is no precision to speak of".to_owned());
    }
    if personas == 0 {
        notes.push("the truth has no personas, so there is no recall to speak of".to_owned());
    }
    if unknown_hit > 0 {
        notes.push(format!(
            "the truth does not list {unknown_hit} of the proposed accounts: is it of this platform?"
        ));
    }
    notes
}

/// The part of a whole, where there is one.
fn share(part: u64, whole: u64) -> Option<f64> {
    (whole > 0).then(|| part as f64 / whole as f64)
}

impl Truth {
    /// Reads a truth: a CSV file with the columns `account`, `kind` (`honest`, also with something
    /// after a hyphen; `persona`; `compromised`) and `cell`, in any order, others ignored.
    ///
    /// # Errors
    /// [`EvaluateError`], with the file and the line.
    pub fn load(path: &Path) -> Result<Self, EvaluateError> {
        let file = File::open(path).map_err(|source| EvaluateError::Unreadable {
            path: path.to_owned(),
            source,
        })?;
        Self::read(file, path)
    }

    fn read(input: impl Read, path: &Path) -> Result<Self, EvaluateError> {
        let mut reader = csv::ReaderBuilder::new()
            .trim(csv::Trim::All)
            .from_reader(input);
        let bad_row = |source: csv::Error| EvaluateError::BadRow {
            path: path.to_owned(),
            line: source.position().map_or(1, csv::Position::line),
            source,
        };
        let header = reader.headers().map_err(bad_row)?;
        let column = |name: &'static str| {
            header
                .iter()
                .position(|cell| cell.trim_start_matches('\u{feff}') == name)
                .ok_or_else(|| EvaluateError::MissingColumn {
                    path: path.to_owned(),
                    column: name,
                })
        };
        let (account, kind, cell) = (column("account")?, column("kind")?, column("cell")?);
        let mut truth = Self::default();
        let mut row = csv::StringRecord::new();
        while reader.read_record(&mut row).map_err(bad_row)? {
            let line = row.position().map_or(0, csv::Position::line);
            // Rows of another length were refused above.
            let text = |column: usize| row.get(column).unwrap_or_default();
            let really = match text(kind) {
                "persona" => Really::Persona(text(cell).to_owned()),
                "compromised" => Really::Compromised,
                "honest" => Really::Honest,
                word if word.starts_with("honest-") => Really::Honest,
                word => {
                    return Err(EvaluateError::UnknownKind {
                        path: path.to_owned(),
                        line,
                        kind: word.to_owned(),
                    });
                }
            };
            let id = AccountId::new(text(account));
            if truth.accounts.insert(id.clone(), really).is_some() {
                return Err(EvaluateError::Twice {
                    path: path.to_owned(),
                    line,
                    account: id,
                });
            }
        }
        Ok(truth)
    }
}

/// The truth could not be read. Nothing was measured.
#[derive(Debug, thiserror::Error)]
pub enum EvaluateError {
    /// The file could not be opened.
    #[error("could not open {}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// The header lacks a column.
    #[error("{}, line 1: there is no column '{column}'", path.display())]
    MissingColumn {
        /// The file.
        path: PathBuf,
        /// The column.
        column: &'static str,
    },
    /// A row could not be read.
    #[error("{}, line {line}: could not read the row", path.display())]
    BadRow {
        /// The file.
        path: PathBuf,
        /// The line, counted from 1.
        line: u64,
        /// Why.
        #[source]
        source: csv::Error,
    },
    /// A kind of account that does not exist.
    #[error("{}, line {line}: '{kind}' is not a kind of account", path.display())]
    UnknownKind {
        /// The file.
        path: PathBuf,
        /// The line, counted from 1.
        line: u64,
        /// What stands there.
        kind: String,
    },
    /// An account is listed twice.
    #[error("{}, line {line}: account {account} was listed before", path.display())]
    Twice {
        /// The file.
        path: PathBuf,
        /// The line, counted from 1.
        line: u64,
        /// The account.
        account: AccountId,
    },
}

impl Explain for EvaluateError {
    fn code(&self) -> &'static str {
        match self {
            Self::Unreadable { .. } => "evaluate/truth-unreadable",
            Self::MissingColumn { .. } => "evaluate/missing-column",
            Self::BadRow { .. } => "evaluate/bad-row",
            Self::UnknownKind { .. } => "evaluate/unknown-kind",
            Self::Twice { .. } => "evaluate/duplicate-account",
        }
    }

    fn hint(&self) -> Option<String> {
        Some(
            match self {
                Self::Unreadable { .. } => {
                    "hand in the truth.csv that `avert simulate` wrote beside the exports"
                }
                Self::MissingColumn { .. } | Self::BadRow { .. } => {
                    "a truth is a CSV file with the columns account, kind and cell"
                }
                Self::UnknownKind { .. } => "use honest, persona or compromised",
                Self::Twice { .. } => "take out one of the two lines",
            }
            .to_owned(),
        )
    }

    fn outcome(&self) -> Outcome {
        Outcome::NothingChanged
    }
}

#[cfg(test)]
mod tests;

//! How probably each account is hostile, as `avert detect --scores` writes it.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::Read;
use std::path::Path;

use avert_model::AccountId;

use super::{EvaluateError, Truth};

/// The probability of every account, whether a finding names it or not.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Scores(BTreeMap<AccountId, f64>);

impl Scores {
    /// Reads a CSV file with the columns `account` and `probability`, in any order, others ignored.
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

    pub(super) fn read(input: impl Read, path: &Path) -> Result<Self, EvaluateError> {
        let mut reader = csv::ReaderBuilder::new()
            .trim(csv::Trim::All)
            .from_reader(input);
        let bad_row = |source: csv::Error| EvaluateError::BadRow {
            path: path.to_owned(),
            line: source.position().map_or(1, csv::Position::line),
            source,
        };
        let header = reader.headers().map_err(bad_row)?;
        let column = |name: &str| {
            header
                .iter()
                .position(|cell| cell.trim_start_matches('\u{feff}') == name)
                .ok_or_else(|| EvaluateError::MissingColumn {
                    path: path.to_owned(),
                    column: name.to_owned(),
                })
        };
        let (account, probability) = (column("account")?, column("probability")?);
        let mut scores = Self::default();
        let mut row = csv::StringRecord::new();
        while reader.read_record(&mut row).map_err(bad_row)? {
            let line = row.position().map_or(0, csv::Position::line);
            let text = |column: usize| row.get(column).unwrap_or_default();
            let stated: Option<f64> = text(probability).parse().ok();
            let Some(stated) = stated.filter(|stated| (0.0..=1.0).contains(stated)) else {
                return Err(EvaluateError::NoProbability {
                    path: path.to_owned(),
                    line,
                    text: text(probability).to_owned(),
                });
            };
            let id = AccountId::new(text(account));
            if scores.0.insert(id.clone(), stated).is_some() {
                return Err(EvaluateError::Twice {
                    path: path.to_owned(),
                    line,
                    account: id,
                });
            }
        }
        Ok(scores)
    }

    /// How many accounts of the truth have a score.
    pub(super) fn of_truth(&self, truth: &Truth) -> usize {
        let known = truth.accounts.keys();
        known
            .filter(|account| self.0.contains_key(*account))
            .count()
    }

    /// What is stated of an account; 0 of one that is not listed.
    pub(super) fn of(&self, account: &AccountId) -> f64 {
        self.0.get(account).copied().unwrap_or(0.0)
    }
}

//! How probably each account is hostile, as `avert detect --scores` writes it.

use std::collections::BTreeMap;
use std::io::Read;
use std::path::Path;

use avert_model::AccountId;

use super::sheet::{Sheet, open};
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
        Self::read(open(path)?, path)
    }

    pub(super) fn read(input: impl Read, path: &Path) -> Result<Self, EvaluateError> {
        let mut sheet = Sheet::new(input, path)?;
        let (account, probability) = (sheet.column("account")?, sheet.column("probability")?);
        let mut scores = Self::default();
        while let Some(row) = sheet.next()? {
            let line = row.line;
            let text = |column: usize| row.text(column);
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

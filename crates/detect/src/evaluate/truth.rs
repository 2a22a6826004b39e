//! What accounts really are, as a file says.

use std::collections::BTreeMap;
use std::io::Read;
use std::path::{Path, PathBuf};

use avert_model::{AccountId, Explain, Outcome};

use super::sheet::{Sheet, open};

/// What the accounts of a platform really are.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Truth {
    pub(super) accounts: BTreeMap<AccountId, Really>,
}

/// What one account really is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Really {
    Honest,
    /// Made up by the cell of this name.
    Persona(String),
    /// Taken over by a cell.
    Compromised,
    /// Nobody knows: it counts neither for nor against anything.
    Unknown,
}

/// How a file says what accounts are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TruthColumns {
    /// The column of the account's id.
    pub account: String,
    /// The column that says what it is: `honest` (also with something after a hyphen), `persona`,
    /// `compromised` or `unknown`.
    pub kind: String,
    /// The column of its cell: accounts of one cell are of one operation.
    pub cell: Option<String>,
    /// Other words for hostile accounts. With words of its own, whatever the file says else is unknown.
    pub hostile: Vec<String>,
    /// Other words for honest ones.
    pub honest: Vec<String>,
}

impl Default for TruthColumns {
    /// As `avert simulate` writes them.
    fn default() -> Self {
        Self {
            account: "account".to_owned(),
            kind: "kind".to_owned(),
            cell: Some("cell".to_owned()),
            hostile: Vec::new(),
            honest: Vec::new(),
        }
    }
}

impl TruthColumns {
    fn has_own_words(&self) -> bool {
        !self.hostile.is_empty() || !self.honest.is_empty()
    }
}

impl Truth {
    /// What an account really is, if the truth says so.
    pub(crate) fn of(&self, account: &AccountId) -> Option<&Really> {
        self.accounts
            .get(account)
            .filter(|really| **really != Really::Unknown)
    }

    /// Reads a truth: a CSV file with columns for the account, its kind and its cell, in any order, others
    /// ignored.
    ///
    /// # Errors
    /// [`EvaluateError`], with the file and the line.
    pub fn load(path: &Path, columns: &TruthColumns) -> Result<Self, EvaluateError> {
        Self::read(open(path)?, path, columns)
    }

    pub(super) fn read(
        input: impl Read,
        path: &Path,
        columns: &TruthColumns,
    ) -> Result<Self, EvaluateError> {
        let mut sheet = Sheet::new(input, path)?;
        let (account, kind) = (
            sheet.column(&columns.account)?,
            sheet.column(&columns.kind)?,
        );
        let cell = columns.cell.as_deref();
        let cell = cell.map(|name| sheet.column(name)).transpose()?;
        let mut truth = Self::default();
        while let Some(row) = sheet.next()? {
            let line = row.line;
            let text = |column: usize| row.text(column);
            let cell = || Really::Persona(cell.map_or("", text).to_owned());
            let really = match text(kind) {
                word if columns.hostile.iter().any(|hostile| hostile == word) => cell(),
                word if columns.honest.iter().any(|honest| honest == word) => Really::Honest,
                _ if columns.has_own_words() => Really::Unknown,
                "persona" => cell(),
                "compromised" => Really::Compromised,
                "honest" => Really::Honest,
                "unknown" => Really::Unknown,
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
        column: String,
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
    /// A probability that is none.
    #[error("{}, line {line}: '{text}' is not a probability", path.display())]
    NoProbability {
        /// The file.
        path: PathBuf,
        /// The line, counted from 1.
        line: u64,
        /// What stands there.
        text: String,
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
            Self::NoProbability { .. } => "evaluate/no-probability",
            Self::Twice { .. } => "evaluate/duplicate-account",
        }
    }

    fn hint(&self) -> Option<String> {
        Some(
            match self {
                Self::Unreadable { .. } => {
                    "hand in the truth.csv that `avert simulate` wrote beside the exports, and scores that \
                     `avert detect --scores` wrote"
                }
                Self::MissingColumn { .. } | Self::BadRow { .. } => {
                    "a truth is a CSV file with the columns account, kind and cell; scores have account and \
                     probability"
                }
                Self::UnknownKind { .. } => "use honest, persona or compromised",
                Self::NoProbability { .. } => {
                    "hand in what `avert detect --scores` wrote: an account and a number from 0 to 1"
                }
                Self::Twice { .. } => "take out one of the two lines",
            }
            .to_owned(),
        )
    }

    fn outcome(&self) -> Outcome {
        Outcome::NothingChanged
    }
}

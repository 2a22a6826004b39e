//! Why no platform was made.

use std::path::PathBuf;

use avert_model::Explain;

use crate::Scenario;

/// Why [`crate::simulate`] made no platform, or only part of one.
#[derive(Debug, thiserror::Error)]
pub enum SimulateError {
    /// The scenario asks for something no simulated platform can have.
    #[error("a platform cannot have {what}: use {least} to {most}")]
    OutOfRange {
        /// What it asks for, with its number.
        what: String,
        /// The least that works.
        least: u32,
        /// The most that works.
        most: u32,
    },
    /// A file or the folder could not be written.
    #[error("could not write {}", path.display())]
    Write {
        /// Which.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
}

impl Explain for SimulateError {
    fn code(&self) -> &'static str {
        match self {
            Self::OutOfRange { .. } => "simulate/out-of-range",
            Self::Write { .. } => "simulate/cannot-write",
        }
    }

    fn hint(&self) -> Option<String> {
        match self {
            Self::OutOfRange { .. } => None,
            Self::Write { .. } => Some(
                "make room or choose another folder, then run it again: files that are there \
                 already are overwritten"
                    .to_owned(),
            ),
        }
    }
}

impl Scenario {
    /// Whether a platform of this scenario can exist.
    pub(crate) fn check(&self) -> Result<(), SimulateError> {
        let most_cells = self.accounts / 80;
        let asked = [
            ("accounts", self.accounts, Self::LEAST, Self::MOST),
            ("days", self.days, 30, 365),
            ("cells", self.cells, 0, most_cells),
            (
                "compromised accounts",
                self.compromised,
                0,
                self.accounts / 50,
            ),
        ];
        for (noun, number, least, most) in asked {
            if !(least..=most).contains(&number) {
                return Err(SimulateError::OutOfRange {
                    what: format!("{number} {noun}"),
                    least,
                    most,
                });
            }
        }
        Ok(())
    }
}

//! What people say in the report of a case, beside what Avert says of it.

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// What somebody wrote for the report of a case, and which parts they leave out of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct ReportWords {
    /// How many versions of it there are, this one counted.
    pub version: u64,
    /// What the report is called; the case's own title, if empty.
    pub title: String,
    /// What it says before anything else: paragraphs with an empty line between them.
    pub text: String,
    /// The parts that are left out. The report says which.
    pub leaves_out: BTreeSet<ReportPart>,
    /// Who wrote it.
    pub by: String,
    /// When.
    pub at: Timestamp,
}

/// A part of a report that can be left out. What it does not show, and how it can be checked, cannot.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, schemars::JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum ReportPart {
    /// The accounts one by one, and what ties them.
    Network,
    /// How it is known.
    Evidence,
    /// Whom the network reached, in numbers.
    Reach,
    /// What was done, and who decided it.
    Actions,
}

impl ReportPart {
    /// All of them, in the report's order.
    pub const ALL: [Self; 4] = [Self::Network, Self::Evidence, Self::Reach, Self::Actions];

    /// Its name: `network`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Network => "network",
            Self::Evidence => "evidence",
            Self::Reach => "reach",
            Self::Actions => "actions",
        }
    }
}

impl fmt::Display for ReportPart {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for ReportPart {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let mut all = Self::ALL.into_iter();
        let found = all.find(|part| part.as_str() == text);
        found.ok_or_else(|| {
            format!("a report has no part '{text}': network, evidence, reach or actions")
        })
    }
}

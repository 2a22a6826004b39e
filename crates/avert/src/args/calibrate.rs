//! `avert calibrate` and `avert evaluate`: what is known of accounts, and what it is good for.

use std::path::PathBuf;

use avert_detect::evaluate::TruthColumns;
use avert_model::SnapshotId;
use clap::Args;

/// How a file says what accounts are.
#[derive(Debug, Args)]
#[command(next_help_heading = "How the file says what accounts are")]
pub(crate) struct LabelColumns {
    /// The column of the account's id
    #[arg(long, value_name = "COLUMN", default_value = "account")]
    account: String,
    /// The column that says what it is: honest, persona, compromised or unknown
    #[arg(long, value_name = "COLUMN", default_value = "kind")]
    label: String,
    /// The column of its cell, if the file has one: accounts of one cell stay together [default: cell,
    /// unless the file has words of its own]
    #[arg(long, value_name = "COLUMN")]
    cell: Option<String>,
    /// The file's own word for hostile accounts; whatever it has no word for is unknown
    #[arg(long, value_name = "WORD")]
    hostile: Vec<String>,
    /// The file's own word for honest accounts
    #[arg(long, value_name = "WORD")]
    honest: Vec<String>,
}

impl LabelColumns {
    pub(crate) fn columns(&self) -> TruthColumns {
        let has_own_words = !self.hostile.is_empty() || !self.honest.is_empty();
        let usual = (!has_own_words).then(|| "cell".to_owned());
        TruthColumns {
            account: self.account.clone(),
            kind: self.label.clone(),
            cell: self.cell.clone().or(usual),
            hostile: self.hostile.clone(),
            honest: self.honest.clone(),
        }
    }
}

/// `avert calibrate`
#[derive(Debug, Args)]
pub(crate) struct Calibrate {
    /// The snapshots that the labels are about, one for each file of labels [default: the newest]
    #[arg(value_name = "SNAPSHOT")]
    pub(crate) snapshots: Vec<SnapshotId>,
    /// What accounts turned out to be: a CSV file; may be given several times
    #[arg(long, value_name = "FILE", required = true)]
    pub(crate) labels: Vec<PathBuf>,
    /// Where to write the model
    #[arg(long, value_name = "MODEL.toml")]
    pub(crate) out: PathBuf,
    /// Learn only how what detectors say is to be read, nothing of features
    #[arg(long)]
    pub(crate) readings_only: bool,
    /// Accounts and things that serve everybody, as for detect
    #[arg(long, value_name = "FILE")]
    pub(crate) hubs: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) columns: LabelColumns,
}

/// `avert evaluate`
#[derive(Debug, Args)]
pub(crate) struct Evaluate {
    /// What `avert --format json detect` wrote
    #[arg(value_name = "FINDINGS.json")]
    pub(crate) findings: PathBuf,
    /// What the accounts are: a simulated platform's truth.csv, or a list of your own
    #[arg(long, value_name = "FILE")]
    pub(crate) truth: PathBuf,
    /// What `avert detect --scores` wrote: ranking, calibration and the figures at even odds are of all
    /// accounts, not of those alone that findings name
    #[arg(long, value_name = "FILE")]
    pub(crate) scores: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) columns: LabelColumns,
}

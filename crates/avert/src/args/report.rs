//! `avert report`

use std::path::PathBuf;

use avert_exchange::report::public::Rounding;
use avert_model::CaseId;
use clap::Args;

/// `avert report`: Markdown unless `--format` or the file's name says html or json
#[derive(Debug, Args)]
pub(crate) struct Report {
    /// The case
    pub(crate) case: CaseId,
    /// Write to this file rather than to standard output
    #[arg(long, value_name = "FILE")]
    pub(crate) out: Option<PathBuf>,
    /// List the accounts of the people reached, which a report otherwise only counts
    #[arg(long, conflicts_with = "public")]
    pub(crate) list_contacts: bool,
    /// What everybody may read: of a case that is TLP:CLEAR, without people, victims, your own team and ids
    ///
    /// Also as pdf, stix, csv and killchain-csv. Whatever is withheld is in no form of it
    #[arg(long)]
    pub(crate) public: bool,
    /// Enter in the ledger of sharing that everybody has it: when it is published, and not for a draft. Takes a liaison
    #[arg(long, requires = "public")]
    pub(crate) publish: bool,
    /// Under which name it is published [default: as avert.toml says under sharing]
    #[arg(long, value_name = "NAME", requires = "public")]
    pub(crate) author: Option<String>,
    /// How exactly numbers are told: exact, to-5, to-10, two-digits or fewer-than-10 [default: as avert.toml says under sharing]
    #[arg(long, value_name = "HOW", requires = "public")]
    pub(crate) round: Option<Rounding>,
}

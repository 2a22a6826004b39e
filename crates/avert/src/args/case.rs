//! `avert case`

use std::path::PathBuf;

use avert_model::{CaseId, FindingId, Relation, ReportPart, Tlp};
use clap::{Args, Subcommand};

/// `avert case …`
#[derive(Debug, Subcommand)]
pub(crate) enum Case {
    /// Open a case from findings
    Open {
        /// The findings
        #[arg(long = "from", value_name = "FINDING", num_args = 1.., required = true)]
        findings: Vec<FindingId>,
        /// One line that says what it is about [default: the first finding's title]
        #[arg(long)]
        title: Option<String>,
        /// How far it may be told (TLP 2.0)
        #[arg(long, default_value = "amber")]
        tlp: Tlp,
    },
    /// One line a case
    List,
    /// A case with its findings, contacts and what was done
    Show {
        /// The case
        id: CaseId,
    },
    /// Write a note on a case
    Note {
        /// The case
        id: CaseId,
        /// The note
        text: String,
    },
    /// Say anew how far a case may be told, with a note why
    ///
    /// What was told before under another label is with whoever was told
    Mark {
        /// The case
        id: CaseId,
        /// The label (TLP 2.0); only what is clear can be told to everybody
        #[arg(long)]
        tlp: Tlp,
        /// Why; stays here
        #[arg(long)]
        reason: String,
    },
    /// Write for the report of a case: its title, what it says first, and which parts it leaves out
    ///
    /// Without anything to write, shows what was written. Every version is kept; what is not given stays as it was.
    Words {
        /// The case
        id: CaseId,
        /// What the report is called; the case's own title, if empty
        #[arg(long)]
        title: Option<String>,
        /// A file with what it says before anything else, `-` for standard input
        #[arg(long, value_name = "FILE")]
        text: Option<PathBuf>,
        /// A part that is left out: network, evidence, reach or actions
        #[arg(long, value_name = "PART", num_args = 1..)]
        leave_out: Vec<ReportPart>,
        /// Leave nothing out
        #[arg(long, conflicts_with = "leave_out")]
        whole: bool,
    },
    Link(LinkCase),
    /// Take away what a case was linked to
    ///
    /// What was told before is with whoever was told
    Unlink {
        /// The case
        id: CaseId,
        /// How it is linked
        relation: Relation,
        /// The object, as it was given to `link`
        object: String,
    },
    /// Close a case
    Close {
        /// The case
        id: CaseId,
        /// Why
        #[arg(long)]
        reason: String,
        /// Close it although people have not been told of a takedown that is in effect
        #[arg(long)]
        although_untold: bool,
    },
}

/// Say what others published of a case: who is said to be behind it, what it uses, what it is akin to
///
/// The object is one that `avert intel import` took in. Reports and bundles tell it with its source, as far as its marking
/// allows. Avert attributes nothing by itself
#[derive(Debug, Args)]
pub(crate) struct LinkCase {
    /// The case
    pub(crate) id: CaseId,
    /// How it relates to the object: attributed-to, originates-from, uses, compromises, targets, derived-from, duplicate-of
    /// or related-to
    pub(crate) relation: Relation,
    /// The object: its id, or a name or id that others gave (G0032) if one object alone has it
    pub(crate) object: String,
    /// Where it was published; needed for whatever says who is behind the case
    #[arg(long, value_name = "URL")]
    pub(crate) source: Option<String>,
    /// How sure you are, from 0 to 100
    #[arg(long, value_name = "0..100")]
    pub(crate) confidence: Option<u8>,
    /// What your own team should know of it; stays here
    #[arg(
        long,
        value_name = "TEXT",
        default_value = "",
        hide_default_value = true
    )]
    pub(crate) note: String,
}

//! `avert intel …`

use std::path::PathBuf;

use avert_model::{CaseId, Tlp};
use clap::{Args, Subcommand, ValueEnum};

/// `avert intel …`
#[derive(Debug, Subcommand)]
pub(crate) enum Intel {
    /// Take objects in: bundles, lists, one object a line, and events of MISP, plain or as .gz
    ///
    /// What is wrong is told by its place, id and path, and everything else is kept, as it came. What was
    /// taken in before is known; other content under the same id and version is kept apart
    Import(ImportIntel),
    /// An object with what it refers to and what refers to it
    Show {
        /// Its id, or the id that others gave it, as T1585.001, or its name
        id: String,
        /// Every version of it, newest first
        #[arg(long)]
        versions: bool,
    },
    /// Objects by name, type and source, newest first
    Search(SearchIntel),
    /// A case as objects: a STIX 2.1 bundle, with --format misp an event of MISP, or with --format csv or killchain-csv the
    /// tables of its public report
    ///
    /// Who was reached is not in it, nor are victims and suspects. Nothing is sent
    Export(ExportIntel),
    /// Read what is new in partners' TAXII collections, which avert.toml names under sharing.server
    ///
    /// Each page is kept before the next is asked for; stopped or broken off, it goes on where it was
    Pull(PullIntel),
    /// Send a partner's TAXII server what that partner may have; a dry run without --execute
    ///
    /// What it took before is not sent again
    Push(PushIntel),
}

/// `avert intel pull`
#[derive(Debug, Args)]
pub(crate) struct PullIntel {
    /// The servers, by their names in avert.toml [default: all of them]
    #[arg(value_name = "SERVER")]
    pub(crate) servers: Vec<String>,
    /// Read everything again, from the beginning
    #[arg(long)]
    pub(crate) anew: bool,
}

/// `avert intel push`
#[derive(Debug, Args)]
pub(crate) struct PushIntel {
    /// The server, by its name in avert.toml
    pub(crate) server: String,
    /// A case, or ids of objects that are here
    #[arg(required = true, value_name = "CASE|ID")]
    pub(crate) what: Vec<String>,
    /// Do it; without this only tells what would be sent
    #[arg(long)]
    pub(crate) execute: bool,
}

/// `avert intel import`
#[derive(Debug, Args)]
pub(crate) struct ImportIntel {
    /// Files, or addresses that begin with http:// or https://
    #[arg(value_name = "FILE|URL", required = true)]
    pub(crate) from: Vec<String>,
    /// Where it is from, in words [default: the file's name or the address]
    #[arg(long, value_name = "NAME")]
    pub(crate) source: Option<String>,
    /// What it is, if how it begins is not to say so
    #[arg(long, value_enum, value_name = "WHAT")]
    pub(crate) read_as: Option<ReadAs>,
    /// How far what is not marked may be told (TLP 2.0); the objects themselves stay as they are
    #[arg(long)]
    pub(crate) tlp: Option<Tlp>,
    /// Which partner of avert.toml it came from: its rules go with it
    #[arg(long, value_name = "PARTNER", conflicts_with = "published")]
    pub(crate) partner: Option<String>,
    /// It was published for everybody: its markings alone say how far it may be told
    #[arg(long)]
    pub(crate) published: bool,
}

/// What a text holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ReadAs {
    /// Objects of STIX
    Stix,
    /// Events of MISP, which become objects
    Misp,
}

/// `avert intel search`
#[derive(Debug, Args)]
pub(crate) struct SearchIntel {
    /// What the name, or an id that others gave, has in it
    pub(crate) text: Option<String>,
    /// Only objects of this type: indicator, malware …
    #[arg(long, value_name = "TYPE")]
    pub(crate) kind: Option<String>,
    /// Only objects from this source
    #[arg(long, value_name = "NAME")]
    pub(crate) source: Option<String>,
    /// How many at most
    #[arg(long, value_name = "N", default_value_t = 50)]
    pub(crate) limit: usize,
}

/// `avert intel export`
#[derive(Debug, Args)]
pub(crate) struct ExportIntel {
    /// The case
    pub(crate) case: CaseId,
    /// Under which name it is told [default: as avert.toml says under sharing]
    #[arg(long, value_name = "NAME")]
    pub(crate) author: Option<String>,
    /// Write to this file rather than to standard output
    #[arg(long, value_name = "FILE")]
    pub(crate) out: Option<PathBuf>,
}

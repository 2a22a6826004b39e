//! The command line as typed. Verbs are the stages of the work; what they resolve to is in
//! [`crate::context`].

mod appeal;
mod calibrate;
mod case;
mod coact;
mod indicators;
mod intel;
mod notify;
mod report;
mod rollout;
mod share;
mod store;
mod takedown;
mod watch;

use std::path::PathBuf;

use avert_model::{CaseId, FindingId, SnapshotId};
use avert_simulate::Camouflage;
use clap::{Args, Parser, Subcommand, ValueEnum};

pub(crate) use appeal::{Appeal, Decision as WhatIsDecided, FileAppeal, ImportAppeals};
pub(crate) use calibrate::{Calibrate, Evaluate};
pub(crate) use case::{Case, LinkCase};
pub(crate) use coact::{Coact, Unit};
pub(crate) use indicators::{Compile, Indicators, Match, Said, Say};
pub(crate) use intel::{
    ExportIntel, ImportIntel, Intel, PullIntel, PushIntel, ReadAs, SearchIntel,
};
pub(crate) use notify::{ActOnList, DoubtOutcome, DoubtPolicy, Notify};
pub(crate) use report::Report;
pub(crate) use share::{PutShared, Share};
pub(crate) use store::Store;
pub(crate) use takedown::{Execute, OnFailure, RemedyChoice, Resume, Takedown};
pub(crate) use watch::Watch;

/// Finds hostile operations on a platform, takes them down, and warns everyone they touched.
#[derive(Debug, Parser)]
#[command(
    name = "avert",
    version,
    propagate_version = true,
    disable_help_subcommand = true
)]
#[command(after_help = "\
Exit codes: 0 done; 1 the answer is no; 2 error, nothing was changed; 3 stopped part-way, and the \
message says which command resumes.\n\
Whatever acts on the outside is a dry run that prints the plan unless --execute is given.\n\
New here? `avert demo` shows the whole way on a simulated platform.")]
pub(crate) struct Cli {
    #[command(flatten)]
    pub(crate) global: Global,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// `serve`
#[derive(Debug, Clone, Args)]
pub(crate) struct Serve {
    /// Where to listen
    #[arg(long, value_name = "ADDRESS:PORT", default_value = "127.0.0.1:8080")]
    pub(crate) listen: String,
}

/// Options that every command takes.
#[derive(Debug, Clone, Args)]
pub(crate) struct Global {
    /// The data folder [default: the current folder]
    #[arg(long, global = true, value_name = "DIR", env = "AVERT_DATA")]
    pub(crate) data: Option<PathBuf>,
    /// The configuration file [default: avert.toml in the data folder]
    #[arg(long, global = true, value_name = "FILE", env = "AVERT_CONFIG")]
    pub(crate) config: Option<PathBuf>,
    /// How results are written to standard output
    #[arg(long, global = true, value_enum, default_value_t = Format::Text)]
    pub(crate) format: Format,
    /// Who acts: a person of avert.toml
    #[arg(long = "as", global = true, value_name = "NAME", env = "AVERT_AS")]
    pub(crate) actor: Option<String>,
    /// No talk on standard error but errors
    #[arg(long, global = true)]
    pub(crate) quiet: bool,
}

/// How results are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// For people
    Text,
    /// One JSON value
    Json,
    /// One JSON value a line
    #[value(alias = "jsonl")]
    Ndjson,
    /// Markdown; `report` only
    Md,
    /// One HTML file with pictures; `report` only
    Html,
    /// OCSF events, one a line; `journal export` only
    Ocsf,
    /// A STIX 2.1 bundle; `intel export` and `report --public` only
    Stix,
    /// PDF; `report --public` only
    Pdf,
    /// Accounts and indicators as a table; `report --public` and `intel export` only
    Csv,
    /// The phases of the operation as a table, as Meta publishes them; `report --public` and `intel export` only
    KillchainCsv,
    /// An event of MISP; `intel export` only
    Misp,
}

/// The verbs.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Make a data folder and a commented avert.toml
    Init {
        /// The folder to make
        dir: PathBuf,
    },
    /// Make a platform with hostile operations planted in it, and truth.csv
    Simulate(Simulate),
    /// Read a platform's exports, or a live platform, into a snapshot
    Ingest(Ingest),
    /// Count who touched the same things at nearly the same time, in any table of events
    Coact(Coact),
    /// Look for hostile networks in a snapshot
    Detect(Detect),
    /// Take events as they come and keep networks up to date
    Watch(Watch),
    /// Find indicators in logs
    Match(Match),
    /// Keep indicators: what they are worth, and whether they may be acted on
    #[command(subcommand)]
    Indicators(Indicators),
    /// Learn from labelled accounts how sure detection may be
    Calibrate(Calibrate),
    /// Compare findings with what the accounts are
    Evaluate(Evaluate),
    /// List and show findings
    #[command(subcommand)]
    Finding(Finding),
    /// List and show snapshots
    #[command(subcommand)]
    Snapshot(Snapshot),
    /// Decide what to look into
    #[command(subcommand)]
    Case(Case),
    /// Disable a network's accounts, with a second pair of eyes, and undo it
    #[command(subcommand)]
    Takedown(Takedown),
    /// Tell the people a network reached
    #[command(subcommand)]
    Notify(Notify),
    /// Take in and decide the appeals of those who were acted on
    #[command(subcommand)]
    Appeal(Appeal),
    /// Take in, find and give out intelligence: STIX 2.1
    #[command(subcommand)]
    Intel(Intel),
    /// Share with partners: what lies where, who may come for it, who has what
    #[command(subcommand)]
    Share(Share),
    /// Serve the console and the API, and TAXII for partners
    Serve(Serve),
    /// Stop everything at once: nothing begins outside until it is thawed
    Freeze {
        /// Why
        reason: String,
    },
    /// Let things begin again after a freeze
    Thaw {
        /// Why
        reason: String,
    },
    /// Forget what a closed case no longer needs; a dry run without --execute
    Purge(Purge),
    /// Write a case down
    Report(Report),
    /// Read and check the journal of everything that was done
    #[command(subcommand)]
    Journal(Journal),
    /// Where everything is kept
    #[command(subcommand)]
    Store(Store),
    /// Show the configuration and where each value comes from
    #[command(subcommand)]
    Config(Config),
    /// Run the whole story on a simulated platform; no service, no network
    Demo(Demo),
    /// Print a shell's completion script
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
    /// Print the manual page
    Man {
        /// Write one page a command into this folder instead
        #[arg(long, value_name = "DIR")]
        out: Option<PathBuf>,
    },
    /// Print a reference generated from the code
    Reference {
        /// Which reference
        #[arg(value_enum)]
        which: Reference,
    },
}

/// References that docs/ carries and `cargo xtask check` compares.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum Reference {
    /// Every command and option
    Commands,
    /// Every column of the canonical tables
    Tables,
    /// The commented avert.toml
    Configuration,
}

/// `avert purge`
#[derive(Debug, Args)]
pub(crate) struct Purge {
    /// The case
    #[arg(value_name = "CASE")]
    pub(crate) case: CaseId,
    /// Do it; without this only counts what would go
    #[arg(long)]
    pub(crate) execute: bool,
}

/// `avert simulate`
#[derive(Debug, Args)]
pub(crate) struct Simulate {
    /// How many accounts the platform has
    #[arg(long, default_value_t = 5_000, value_parser = clap::value_parser!(u32).range(500..=2_000_000))]
    pub(crate) accounts: u32,
    /// The seed: the same seed gives the same platform, byte for byte
    #[arg(long, default_value_t = 1)]
    pub(crate) seed: u64,
    /// How well the operations hide: mixed, none, light, medium, heavy, or a number from 0 to 1
    ///
    /// none (0): they share everything; light (0.25): a little less; medium (0.75): own addresses,
    /// paraphrased texts; heavy (1): own machines and pictures too, slow and chatty; mixed: each cell
    /// another of these. Between two words habits are between theirs
    #[arg(long, value_name = "STRENGTH", default_value = "mixed")]
    pub(crate) camouflage: Camouflage,
    /// The folder to write to; made if missing
    #[arg(long, value_name = "DIR")]
    pub(crate) out: PathBuf,
}

/// `avert ingest`
#[derive(Debug, Args)]
#[command(group = clap::ArgGroup::new("from").required(true))]
pub(crate) struct Ingest {
    /// The mapping file that says which column is which
    #[arg(group = "from", value_name = "MAPPING.toml")]
    pub(crate) mapping: Option<PathBuf>,
    /// A live platform named in avert.toml
    #[arg(long, group = "from", value_name = "NAME")]
    pub(crate) platform: Option<String>,
    /// What to do with a row that cannot be read: stop, or leave it out, count it and keep it in a rejects file
    #[arg(long, value_enum, default_value_t = BadRow::Stop)]
    pub(crate) on_bad_row: BadRow,
}

/// What to do with a row that cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum BadRow {
    /// End with an error; nothing is stored
    Stop,
    /// Leave it out, count it, keep it in a rejects file
    Skip,
}

/// `avert detect`
#[derive(Debug, Args)]
pub(crate) struct Detect {
    /// The snapshot [default: the newest]
    pub(crate) snapshot: Option<SnapshotId>,
    /// Known-hostile accounts and things, one a line: an account id, or layer:object
    #[arg(long, value_name = "FILE")]
    pub(crate) seeds: Option<PathBuf>,
    /// Take for known-hostile what these indicators hit: a set, a list, a table or a STIX bundle; `in-use` for
    /// what the data folder uses. What stands on a warning list counts only if a person allowed it
    #[arg(long, value_name = "INDICATORS")]
    pub(crate) indicators: Option<PathBuf>,
    /// Of the indicators only those of at least this score, 0 to 100
    #[arg(long, value_name = "SCORE", default_value_t = 25, requires = "indicators", value_parser = clap::value_parser!(u8).range(1..=100))]
    pub(crate) min_score: u8,
    /// Accounts and things that serve everybody (exchanges, relays), one a line as for --seeds, or the
    /// first column of a Parquet file: to have met there says nothing
    #[arg(long, value_name = "FILE")]
    pub(crate) hubs: Option<PathBuf>,
    /// Accounts that somebody looked at and found honest, one a line: they are no members of anything
    #[arg(long, value_name = "FILE")]
    pub(crate) cleared: Option<PathBuf>,
    /// How what is seen becomes a probability: what `avert calibrate` wrote [default: what ships]
    #[arg(long, value_name = "MODEL.toml")]
    pub(crate) model: Option<PathBuf>,
    /// Also write how probably each account of the snapshot is hostile to this CSV file
    #[arg(long, value_name = "FILE.csv")]
    pub(crate) scores: Option<PathBuf>,
    /// Also rank who else is near the seeds, whether a finding names them or not, in this CSV file
    #[arg(long, value_name = "FILE.csv", requires = "seeds")]
    pub(crate) near: Option<PathBuf>,
    /// Also write the findings to this file, as `--format json` prints them
    #[arg(long, value_name = "FILE")]
    pub(crate) out: Option<PathBuf>,
}

/// `avert finding …`
#[derive(Debug, Subcommand)]
pub(crate) enum Finding {
    /// One line a finding
    List {
        /// Only those of this snapshot
        #[arg(long)]
        snapshot: Option<SnapshotId>,
    },
    /// A finding as a brief to decide on
    Show {
        /// The finding
        id: FindingId,
    },
}

/// `avert snapshot …`
#[derive(Debug, Subcommand)]
pub(crate) enum Snapshot {
    /// One line a snapshot, newest first
    List,
    /// What a snapshot holds and where it came from, after checking every file's hash
    Show {
        /// The snapshot
        id: SnapshotId,
    },
    /// A snapshot as a stream of events in order of time, as `avert watch` reads it
    Events {
        /// The snapshot [default: the newest]
        id: Option<SnapshotId>,
        /// Write to this file rather than to standard output
        #[arg(long, value_name = "FILE.ndjson")]
        out: Option<PathBuf>,
    },
}

/// `avert journal …`
#[derive(Debug, Subcommand)]
pub(crate) enum Journal {
    /// The journal's rows, oldest first
    Show {
        /// Only the last N rows
        #[arg(long, value_name = "N")]
        last: Option<usize>,
    },
    /// Check that every row follows from the one before
    Verify {
        /// And that the journal is the one that this checkpoint was taken of; may be given several times
        #[arg(long, value_name = "FILE")]
        checkpoint: Vec<PathBuf>,
    },
    /// Check every row, and write down how far the journal has come: keep it elsewhere
    ///
    /// Whoever can rewrite the whole store can rewrite the whole chain, and cannot make it fit a
    /// checkpoint that somebody else keeps. Sign it with `ssh-keygen -Y sign` if it travels
    Checkpoint {
        /// Write to this file rather than to standard output
        #[arg(long, value_name = "FILE")]
        out: Option<PathBuf>,
    },
    /// The rows as they are, one JSON value a line; with --format ocsf as OCSF events
    ///
    /// OCSF 1.7.0: what was done to accounts as Account Change (3001), findings as Detection Finding
    /// (2004). Rows that no class of OCSF means are left out and counted
    Export {
        /// Write to this file rather than to standard output
        #[arg(long, value_name = "FILE.jsonl")]
        out: Option<PathBuf>,
    },
}

/// `avert config …`
#[derive(Debug, Subcommand)]
pub(crate) enum Config {
    /// Every value with its source
    Show,
}

/// `avert demo`
#[derive(Debug, Args)]
pub(crate) struct Demo {
    /// Where the demo's data folder is made
    #[arg(long, value_name = "DIR", default_value = "avert-demo")]
    pub(crate) dir: PathBuf,
    /// How many accounts the simulated platform has
    #[arg(long, default_value_t = 4_000, value_parser = clap::value_parser!(u32).range(500..=200_000))]
    pub(crate) accounts: u32,
    /// The simulated platform's seed
    #[arg(long, default_value_t = 1)]
    pub(crate) seed: u64,
    /// End with the story, instead of serving the console on it
    #[arg(long)]
    pub(crate) once: bool,
    /// Where the console is served; any free port of this machine, if it is taken
    #[arg(
        long,
        value_name = "ADDRESS:PORT",
        default_value = "127.0.0.1:8080",
        conflicts_with = "once"
    )]
    pub(crate) listen: String,
}

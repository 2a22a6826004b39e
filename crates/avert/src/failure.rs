//! How commands fail: any error that can explain itself becomes a [`Failure`], which the printer
//! writes and the process exits by.

use std::error::Error;
use std::path::{Path, PathBuf};

use avert_model::{Explain, Outcome};

/// An error on its way to the reader, with what the reader needs.
#[derive(Debug)]
pub(crate) struct Failure {
    pub(crate) error: Box<dyn Error + Send + Sync>,
    pub(crate) code: &'static str,
    pub(crate) hint: Option<String>,
    pub(crate) outcome: Outcome,
}

impl<E: Explain + Send + Sync + 'static> From<E> for Failure {
    fn from(error: E) -> Self {
        Self {
            code: error.code(),
            hint: error.hint(),
            outcome: error.outcome(),
            error: Box::new(error),
        }
    }
}

impl Failure {
    /// The process's exit code.
    pub(crate) fn exit_code(&self) -> u8 {
        match self.outcome {
            Outcome::Refused => 1,
            Outcome::NothingChanged => 2,
            Outcome::PartWay { .. } => 3,
        }
    }

    /// The error and everything that caused it, outermost first.
    pub(crate) fn chain(&self) -> impl Iterator<Item = String> {
        let first: &(dyn Error + 'static) = self.error.as_ref();
        let mut next = Some(first);
        std::iter::from_fn(move || {
            let error = next?;
            next = error.source();
            Some(error.to_string())
        })
    }
}

/// What the binary itself can fail with; every stage has errors of its own.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CommandError {
    #[error("cannot {what} {}", path.display())]
    File {
        what: &'static str,
        path: PathBuf,
        #[source]
        source: std::io::Error,
    },
    #[error("{} is not a data folder: it has no avert.toml", .0.display())]
    NoDataFolder(PathBuf),
    #[error("{} exists and is not empty", .0.display())]
    NotEmpty(PathBuf),
    #[error("this command acts in somebody's name, and none was given")]
    NoActor,
    #[error("'{0}' is no time zone")]
    NoTimeZone(String),
    #[error("there is no snapshot yet")]
    NoSnapshot,
    #[error("snapshot {0} is not in this data folder")]
    UnknownSnapshot(avert_model::SnapshotId),
    #[error("{} is not what `avert --format json detect` writes", path.display())]
    NotFindings {
        path: PathBuf,
        #[source]
        source: serde_json::Error,
    },
    #[error("{} is not what `avert journal checkpoint` writes", path.display())]
    NotCheckpoint {
        path: PathBuf,
        #[source]
        source: serde_json::Error,
    },
    #[error("the avert.toml has no [platform.{0}]")]
    UnknownPlatform(String),
    #[error("the avert.toml has no [channel.{0}]")]
    UnknownChannel(String),
    #[error("platform '{0}' keeps no history that could be read")]
    NotLive(String),
    #[error("platform '{0}' has no notices of its own")]
    TellsNobody(String),
    #[error("the avert.toml does not say which channel notices go out on")]
    NoNoticeChannel,
    #[error("{} names {hosts} processes, and there is no process {process} among them", path.display())]
    NoSuchProcess {
        path: PathBuf,
        process: usize,
        hosts: usize,
    },
    #[error("{} gives {address} to two processes", path.display())]
    SameAddress { path: PathBuf, address: String },
    #[error(
        "{} MiB of memory are too little for {workers} threads: it takes at least {} MiB",
        given.div_ceil(1 << 20),
        least.div_ceil(1 << 20)
    )]
    TooLittleMemory {
        given: u64,
        workers: usize,
        least: u64,
    },
    #[error("{} is there already and is nothing that this command writes", .0.display())]
    WouldOverwrite(PathBuf),
    #[error("{} is named for two results, and one would overwrite the other", .0.display())]
    NamedTwice(PathBuf),
    #[error("a report cannot be written as {}", .0.display())]
    UnknownReport(PathBuf),
    #[error(
        "{people} people whom {case} reached have not been told that its accounts are disabled"
    )]
    Untold {
        case: avert_model::CaseId,
        people: usize,
    },
    #[error("nothing was found for the demo to take down")]
    DemoFoundNothing,
    #[error(
        "files of labels: {labels}, snapshots: {snapshots}; each snapshot needs labels of its own"
    )]
    LabelsAndSnapshots { labels: usize, snapshots: usize },
    #[error(
        "--format md and html are for `avert report`, ocsf for `avert journal export`, stix for `avert intel export`"
    )]
    OtherFormat,
    #[error("--soak is the wait after a first share, and the plan has none")]
    SoakAlone,
    #[error("row {row} of {} cannot be read as an appeal: {detail}", path.display())]
    AppealRow {
        path: PathBuf,
        row: u64,
        detail: String,
    },
    #[error("taking in {} broke off at row {row}", path.display())]
    ImportBrokeOff {
        path: PathBuf,
        row: u64,
        #[source]
        source: Box<avert_ops::appeals::AppealError>,
    },
    #[error("appeals were decided about several snapshots: {}", snapshots.join(", "))]
    SeveralSnapshots { snapshots: Vec<String> },
    #[error("it could not {what}")]
    Serve {
        what: &'static str,
        #[source]
        source: std::io::Error,
    },
    #[error("{address} cannot be listened on")]
    Listen {
        address: String,
        #[source]
        source: std::io::Error,
    },
    #[error("the certificate or key {} cannot be used: {detail}", path.display())]
    Certificate { path: PathBuf, detail: String },
    #[error("'{text}' is no indicator")]
    NotAnIndicator {
        text: String,
        #[source]
        source: avert_hunt::NotAnIndicator,
    },
    #[error("no indicators are in use in {}", .0.display())]
    NoIndicators(PathBuf),
    #[error("{0} is in the future, and nothing was seen then")]
    SeenInFuture(avert_model::Timestamp),
    #[error("{0} cannot be written as JSON")]
    Unwritable(&'static str, #[source] serde_json::Error),
}

/// Refuses to write over a file that is none of what the command writes: a data folder's own files
/// lie where people work.
pub(crate) fn may_write(path: &Path, extensions: &[&str]) -> Result<(), CommandError> {
    let extension = path.extension().and_then(|extension| extension.to_str());
    let is_ours = extension.is_some_and(|found| {
        extensions
            .iter()
            .any(|known| known.eq_ignore_ascii_case(found))
    });
    if path.exists() && !is_ours {
        return Err(CommandError::WouldOverwrite(path.to_owned()));
    }
    Ok(())
}

/// Refuses as [`may_write`] does, and a file of the right kind too unless `is_ours` knows it as one that this
/// command wrote before. An empty file holds nothing to lose.
pub(crate) fn may_replace(
    path: &Path,
    extensions: &[&str],
    is_ours: impl FnOnce(&str) -> bool,
) -> Result<(), CommandError> {
    may_write(path, extensions)?;
    match std::fs::read_to_string(path) {
        Ok(text) if text.is_empty() || is_ours(&text) => Ok(()),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(()),
        Ok(_) => Err(CommandError::WouldOverwrite(path.to_owned())),
        // What is no text is nothing that Avert wrote here.
        Err(error) if error.kind() == std::io::ErrorKind::InvalidData => {
            Err(CommandError::WouldOverwrite(path.to_owned()))
        }
        Err(source) => Err(CommandError::File {
            what: "read",
            path: path.to_owned(),
            source,
        }),
    }
}

impl Explain for CommandError {
    fn code(&self) -> &'static str {
        match self {
            Self::File { .. } => "file",
            Self::NoDataFolder(_) => "data/missing",
            Self::NotEmpty(_) => "data/not-empty",
            Self::NoActor => "people/nobody",
            Self::NotAnIndicator { .. } => "indicators/not-an-indicator",
            Self::NoIndicators(_) => "indicators/none",
            Self::SeenInFuture(_) => "indicators/seen-in-future",
            Self::NoSnapshot | Self::UnknownSnapshot(_) => "snapshot/missing",
            Self::NotFindings { .. } => "evaluate/not-findings",
            Self::NotCheckpoint { .. } => "journal/not-checkpoint",
            Self::UnknownPlatform(_) => "config/no-platform",
            Self::UnknownChannel(_) => "config/no-channel",
            Self::NotLive(_) => "ingest/not-live",
            Self::TellsNobody(_) => "config/no-notices",
            Self::NoTimeZone(_) => "command/no-time-zone",
            Self::NoNoticeChannel => "config/no-notice-channel",
            Self::NoSuchProcess { .. } => "coact/no-such-process",
            Self::SameAddress { .. } => "coact/same-address",
            Self::TooLittleMemory { .. } => "coact/too-little-memory",
            Self::WouldOverwrite(_) => "output/would-overwrite",
            Self::NamedTwice(_) => "output/named-twice",
            Self::UnknownReport(_) => "output/unknown-report",
            Self::Untold { .. } => "case/untold",
            Self::DemoFoundNothing => "demo/nothing-found",
            Self::LabelsAndSnapshots { .. } => "calibrate/labels-and-snapshots",
            Self::SoakAlone => "takedown/soak-alone",
            Self::AppealRow { .. } => "appeal/row",
            Self::ImportBrokeOff { .. } => "appeal/import-broke-off",
            Self::SeveralSnapshots { .. } => "appeal/several-snapshots",
            Self::OtherFormat => "output/format",
            Self::Serve { .. } => "serve/failed",
            Self::Listen { .. } => "serve/listen",
            Self::Certificate { .. } => "serve/certificate",
            Self::Unwritable(..) => "output/unwritable",
        }
    }

    fn hint(&self) -> Option<String> {
        match self {
            Self::File { .. }
            | Self::Unwritable(..)
            | Self::NotCheckpoint { .. }
            | Self::Serve { .. } => None,
            Self::Certificate { .. } => Some(
                "under [serve.tls], both are files in PEM: the certificate first, then those above it; and its own key"
                    .into(),
            ),
            Self::Listen { .. } => {
                Some("is another program there? name another one: --listen 127.0.0.1:8081".into())
            }
            Self::NotLive(_) => {
                Some("read its exports instead: `avert ingest MAPPING.toml`".into())
            }
            Self::TellsNobody(_) => {
                Some("tell people by mail: give the channel kind = \"smtp\"".into())
            }
            Self::NoTimeZone(_) => Some("name it as in Europe/Warsaw".into()),
            Self::NoNoticeChannel => {
                Some("set channel under [notify] to one of the [channel.NAME] sections".into())
            }
            Self::NoSuchProcess { .. } => {
                Some("processes are counted from 0, in the order of the lines".into())
            }
            Self::SameAddress { .. } => {
                Some("give each process a line of its own, with its machine and a free port".into())
            }
            Self::TooLittleMemory { .. } => {
                Some("give more with --memory, or take fewer threads with --workers".into())
            }
            Self::NamedTwice(_) => Some("give each a name of its own".into()),
            Self::WouldOverwrite(_) => {
                Some("choose another name, or remove the file yourself".into())
            }
            Self::UnknownReport(_) => Some("name it .md, .html or .json, or say --format".into()),
            Self::Untold { case, .. } => Some(format!(
                "tell them first: `avert notify plan {case}`; or close it all the same with \
                 --although-untold. A closed case acts no more"
            )),
            Self::DemoFoundNothing => {
                Some("try more accounts: `avert demo --accounts 4000`".into())
            }
            Self::LabelsAndSnapshots { .. } => {
                Some("name the snapshots in the order of the --labels".into())
            }
            Self::SoakAlone => Some("give the first share too: --canary PERCENT".into()),
            Self::AppealRow { .. } => {
                Some("mend the row; what came in before is known and is not taken in twice".into())
            }
            Self::ImportBrokeOff { source, .. } => source.hint(),
            Self::SeveralSnapshots { .. } => {
                Some("say which one the labels are for: --snapshot SNAPSHOT".into())
            }
            Self::OtherFormat => Some("use text, json or ndjson here".into()),
            Self::NoDataFolder(_) => {
                Some("make one with `avert init DIR`, then go there or pass --data DIR".into())
            }
            Self::NotEmpty(_) => Some(
                "choose a folder that does not exist yet: --out for `simulate`, --dir for `demo`"
                    .into(),
            ),
            Self::NotAnIndicator { .. } => Some(
                "write a domain, an address, a network, a URL, a path, a hash, a mailbox or a @handle, defanged or not"
                    .into(),
            ),
            Self::NoIndicators(_) => {
                Some("put some to use with `avert indicators compile FILE…`".into())
            }
            Self::SeenInFuture(_) => Some("say when it was seen, as in 2026-11-29T12:00:00Z".into()),
            Self::NoActor => {
                Some("say who acts: --as NAME, a name under [people] in avert.toml".into())
            }
            Self::NoSnapshot => Some("make one with `avert ingest MAPPING.toml`".into()),
            Self::UnknownSnapshot(_) => Some("list them with `avert snapshot list`".into()),
            Self::NotFindings { .. } => {
                Some("write it with `avert --format json detect > findings.json`".into())
            }
            Self::UnknownPlatform(name) => Some(format!(
                "add a [platform.{name}] section; `avert reference configuration` shows one of each kind"
            )),
            Self::UnknownChannel(name) => Some(format!(
                "add a [channel.{name}] section; `avert reference configuration` shows one of each kind"
            )),
        }
    }

    fn outcome(&self) -> Outcome {
        match self {
            Self::Untold { .. } => Outcome::Refused,
            Self::ImportBrokeOff { path, .. } => Outcome::PartWay {
                resume: format!("avert appeal import {}", path.display()),
            },
            _ => Outcome::NothingChanged,
        }
    }
}

/// Why a live platform could not be read into a snapshot.
#[derive(Debug, thiserror::Error)]
pub(crate) enum LiveError {
    #[error("platform '{name}' could not be read to the end")]
    Platform {
        name: String,
        #[source]
        source: avert_ops::ports::PortError,
    },
    #[error("the rows of platform '{name}' could not be stored")]
    Store {
        name: String,
        #[source]
        source: avert_ops::ports::SinkError,
    },
}

impl Explain for LiveError {
    fn code(&self) -> &'static str {
        match self {
            Self::Platform { .. } => "ingest/platform",
            Self::Store { .. } => "ingest/store",
        }
    }

    fn hint(&self) -> Option<String> {
        match self {
            Self::Platform { source, .. } => Some(avert_ops::ports::hint(source)),
            Self::Store { .. } => {
                Some("is there room on the disk, and may you write there?".into())
            }
        }
    }
}

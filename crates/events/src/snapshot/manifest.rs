//! What a snapshot holds and where it came from.

use avert_model::{SnapshotId, Timestamp};
use serde::{Deserialize, Serialize};

/// `manifest.json`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// The snapshot's id: the hash of everything below but `taken_at`.
    pub id: SnapshotId,
    /// The version of the canonical tables.
    pub schema: u32,
    /// The platform, by its name in the configuration.
    pub platform: String,
    /// How many rows `accounts` has.
    pub accounts: u64,
    /// How many rows `actions` has.
    pub actions: u64,
    /// The time of the earliest action that has one.
    pub first_at: Option<Timestamp>,
    /// The time of the latest action that has one.
    pub last_at: Option<Timestamp>,
    /// Its files.
    pub files: Vec<FileEntry>,
    /// Where its rows came from.
    pub origins: Vec<Origin>,
    /// When it was made. Not part of the id.
    pub taken_at: Timestamp,
}

/// One file of a snapshot.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FileEntry {
    /// Its name within the folder.
    pub name: String,
    /// How many rows it has.
    pub rows: u64,
    /// How many bytes it has.
    pub bytes: u64,
    /// BLAKE3 of its bytes, in hexadecimal.
    pub blake3: String,
}

/// Where rows came from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Origin {
    /// What kind of source it was.
    pub kind: OriginKind,
    /// The file's name without its folders, or the platform's name.
    pub name: String,
    /// How many rows were read from it.
    pub rows: u64,
    /// BLAKE3 of the file's bytes; none of a live platform.
    pub blake3: Option<String>,
}

/// What kind of source rows came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum OriginKind {
    /// An exported file.
    File,
    /// A live platform.
    Live,
}

impl Manifest {
    /// The id that its content gives.
    pub(super) fn content_id(&self) -> SnapshotId {
        let content = (
            self.schema,
            &self.platform,
            self.accounts,
            self.actions,
            self.first_at,
            self.last_at,
            &self.files,
            &self.origins,
        );
        let text = serde_json::to_string(&content).expect("a manifest is plain data");
        let digest = blake3::hash(text.as_bytes()).to_hex();
        SnapshotId::from_digest(&digest).expect("BLAKE3 gives enough hexadecimal digits")
    }
}

//! Reading a snapshot.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use arrow_array::cast::AsArray as _;
use arrow_array::types::{TimestampMicrosecondType, UInt8Type, UInt32Type};
use arrow_array::{Array as _, RecordBatch, StringArray};
use avert_model::{
    Account, AccountId, AccountStatus, DisplayName, Email, Handle, SnapshotId, Timestamp, Verb,
};
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{
    ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReader,
    ParquetRecordBatchReaderBuilder,
};

use super::ActionRow;
use super::error::SnapshotError;
use super::manifest::Manifest;
use super::write::digest;
use crate::guard::guarded;
use crate::schema;

pub(super) const ACCOUNTS_FILE: &str = "accounts.parquet";
pub(super) const ACTIONS_FILE: &str = "actions.parquet";
pub(super) const MANIFEST_FILE: &str = "manifest.json";

/// Rows read at once.
const BATCH_ROWS: usize = 8 * 1024;

/// A finished snapshot.
#[derive(Debug, Clone)]
pub struct Snapshot {
    folder: PathBuf,
    manifest: Manifest,
}

/// The columns of `actions` that are read only if they are asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ActionColumn {
    /// The account it was done to.
    Target,
    /// The thing it was done with.
    Object,
    /// What kind of thing that is.
    Layer,
    /// When.
    At,
    /// The network address.
    Ip,
    /// The device.
    Device,
    /// What the client called itself.
    UserAgent,
    /// The words.
    Text,
    /// How many times.
    Count,
}

impl ActionColumn {
    /// All of them.
    pub const ALL: &'static [Self] = &[
        Self::Target,
        Self::Object,
        Self::Layer,
        Self::At,
        Self::Ip,
        Self::Device,
        Self::UserAgent,
        Self::Text,
        Self::Count,
    ];

    /// Its position in the schema.
    fn position(self) -> usize {
        self as usize + 2
    }
}

impl Snapshot {
    /// Opens a snapshot: reads its manifest and checks that the id is the hash of it.
    pub fn open(snapshots_dir: &Path, id: &SnapshotId) -> Result<Self, SnapshotError> {
        let folder = snapshots_dir.join(id.as_str());
        if !folder.is_dir() {
            return Err(SnapshotError::Missing {
                id: id.clone(),
                path: snapshots_dir.to_owned(),
            });
        }
        let path = folder.join(MANIFEST_FILE);
        let manifest = read_manifest(&path)?;
        if manifest.content_id() != *id || manifest.id != *id {
            let detail = "its content does not give the snapshot's id".to_owned();
            return Err(SnapshotError::Altered { path, detail });
        }
        Ok(Self { folder, manifest })
    }

    /// The manifests of all snapshots in the folder, newest first.
    pub fn list(snapshots_dir: &Path) -> Result<Vec<Manifest>, SnapshotError> {
        let entries = match fs::read_dir(snapshots_dir) {
            Ok(entries) => entries,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(source) => {
                return Err(SnapshotError::File {
                    what: "list",
                    path: snapshots_dir.to_owned(),
                    source,
                });
            }
        };
        let mut manifests = Vec::new();
        for entry in entries {
            let entry = entry.map_err(SnapshotError::file("list", snapshots_dir))?;
            if let Ok(id) = entry.file_name().to_string_lossy().parse::<SnapshotId>() {
                manifests.push(Self::open(snapshots_dir, &id)?.manifest);
            }
        }
        manifests.sort_by(|a, b| b.taken_at.cmp(&a.taken_at).then_with(|| a.id.cmp(&b.id)));
        Ok(manifests)
    }

    /// The snapshot's id.
    pub fn id(&self) -> &SnapshotId {
        &self.manifest.id
    }

    /// What it holds and where it came from.
    pub fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// Checks every file's length and hash. Cost: reads everything once.
    pub fn verify(&self) -> Result<(), SnapshotError> {
        let mut names: Vec<&str> = self.manifest.files.iter().map(|file| &*file.name).collect();
        names.sort_unstable();
        if names != [ACCOUNTS_FILE, ACTIONS_FILE] {
            return Err(SnapshotError::Altered {
                path: self.folder.join(MANIFEST_FILE),
                detail: format!("it lists {names:?} instead of the two tables"),
            });
        }
        for entry in &self.manifest.files {
            let path = self.folder.join(&entry.name);
            let (bytes, blake3) = digest(&path)?;
            let detail = if bytes != entry.bytes {
                format!("it has {bytes} bytes instead of {}", entry.bytes)
            } else if blake3 != entry.blake3 {
                "its bytes do not give the hash in the manifest".to_owned()
            } else {
                continue;
            };
            return Err(SnapshotError::Altered { path, detail });
        }
        Ok(())
    }

    /// Every account, sorted by id. Memory: one batch of rows.
    pub fn accounts(&self) -> Result<Accounts, SnapshotError> {
        let path = self.folder.join(ACCOUNTS_FILE);
        let reader = open(&path, &schema::accounts(), None)?;
        Ok(Accounts {
            path,
            reader: Some(reader),
            batch: None,
            row: 0,
        })
    }

    /// Gives every action to `each` with its row number, in order; columns that were not asked for
    /// are absent. Memory: one batch of rows.
    pub fn each_action(
        &self,
        columns: &[ActionColumn],
        mut each: impl FnMut(u64, &ActionRow<'_>),
    ) -> Result<(), SnapshotError> {
        let path = self.folder.join(ACTIONS_FILE);
        let mut wanted: Vec<usize> = columns.iter().map(|column| column.position()).collect();
        wanted.extend([0, 1]);
        let mut number = 0;
        let mut reader = open(&path, &schema::actions(), Some(&wanted))?;
        while let Some(batch) = next_batch(&mut reader, &path)? {
            let corrupt = |detail: &str| SnapshotError::Parquet {
                path: path.clone(),
                detail: detail.to_owned(),
            };
            let text = |name: &str| {
                batch
                    .column_by_name(name)
                    .and_then(|column| column.as_string_opt::<i32>())
            };
            let account = text("account").ok_or_else(|| corrupt("no column 'account'"))?;
            let verb = batch
                .column_by_name("verb")
                .and_then(|column| column.as_dictionary_opt::<UInt8Type>())
                .ok_or_else(|| corrupt("no column 'verb'"))?;
            let words = verb
                .values()
                .as_string_opt::<i32>()
                .ok_or_else(|| corrupt("verbs are not text"))?;
            let verbs = words
                .iter()
                .map(|word| word.and_then(|word| word.parse::<Verb>().ok()))
                .collect::<Option<Vec<Verb>>>()
                .ok_or_else(|| corrupt("it has a verb that is none"))?;
            let [target, object, layer, ip, device, user_agent, words] = [
                "target",
                "object",
                "layer",
                "ip",
                "device",
                "user_agent",
                "text",
            ]
            .map(text);
            let at = batch
                .column_by_name("at")
                .and_then(|column| column.as_primitive_opt::<TimestampMicrosecondType>());
            let count = batch
                .column_by_name("count")
                .and_then(|column| column.as_primitive_opt::<UInt32Type>());
            for row in 0..batch.num_rows() {
                let key = usize::from(verb.keys().value(row));
                let action = ActionRow {
                    account: account.value(row),
                    verb: *verbs
                        .get(key)
                        .ok_or_else(|| corrupt("it has a verb that is none"))?,
                    target: value(target, row),
                    object: value(object, row),
                    layer: value(layer, row),
                    at: at.filter(|at| at.is_valid(row)).map(|at| at.value(row)),
                    ip: value(ip, row),
                    device: value(device, row),
                    user_agent: value(user_agent, row),
                    text: value(words, row),
                    count: count.map_or(1, |count| count.value(row)),
                };
                each(number, &action);
                number += 1;
            }
        }
        Ok(())
    }
}

fn value(column: Option<&StringArray>, row: usize) -> Option<&str> {
    column
        .filter(|column| column.is_valid(row))
        .map(|column| column.value(row))
}

fn read_manifest(path: &Path) -> Result<Manifest, SnapshotError> {
    #[derive(serde::Deserialize)]
    struct Version {
        schema: u32,
    }
    let text = fs::read_to_string(path).map_err(SnapshotError::file("read", path))?;
    let malformed = |error: serde_json::Error| SnapshotError::Manifest {
        path: path.to_owned(),
        detail: error.to_string(),
    };
    // The version first: another version's manifest may have other fields.
    let Version { schema: found } = serde_json::from_str(&text).map_err(malformed)?;
    if found != schema::VERSION {
        return Err(SnapshotError::Version {
            path: path.to_owned(),
            found,
            known: schema::VERSION,
        });
    }
    serde_json::from_str(&text).map_err(malformed)
}

/// A table being read, one row group after the other: the writer bounds what a row group takes in
/// memory, and a batch over several of them would have no bound.
struct Reader {
    file: File,
    metadata: ArrowReaderMetadata,
    mask: ProjectionMask,
    group: usize,
    rows: Option<ParquetRecordBatchReader>,
}

impl Reader {
    fn next(&mut self) -> Result<Option<RecordBatch>, String> {
        loop {
            let batch = self.rows.as_mut().and_then(Iterator::next).transpose();
            if let Some(batch) = batch.map_err(|error| error.to_string())? {
                return Ok(Some(batch));
            }
            if self.group == self.metadata.metadata().num_row_groups() {
                return Ok(None);
            }
            let file = self.file.try_clone().map_err(|error| error.to_string())?;
            let rows =
                ParquetRecordBatchReaderBuilder::new_with_metadata(file, self.metadata.clone())
                    .with_projection(self.mask.clone())
                    .with_row_groups(vec![self.group])
                    .with_batch_size(BATCH_ROWS)
                    .build();
            self.rows = Some(rows.map_err(|error| error.to_string())?);
            self.group += 1;
        }
    }
}

fn open(
    path: &Path,
    expected: &arrow_schema::SchemaRef,
    columns: Option<&[usize]>,
) -> Result<Reader, SnapshotError> {
    let file = File::open(path).map_err(SnapshotError::file("read", path))?;
    let damaged = |detail: String| SnapshotError::Parquet {
        path: path.to_owned(),
        detail,
    };
    let metadata = guarded(|| {
        ArrowReaderMetadata::load(&file, ArrowReaderOptions::default())
            .map_err(|error| error.to_string())
    })
    .map_err(damaged)?;
    if metadata.schema().fields() != expected.fields() {
        return Err(damaged(
            "its columns are not those of the canonical table".to_owned(),
        ));
    }
    let mask = match columns {
        None => ProjectionMask::all(),
        Some(columns) => ProjectionMask::roots(metadata.parquet_schema(), columns.iter().copied()),
    };
    Ok(Reader {
        file,
        metadata,
        mask,
        group: 0,
        rows: None,
    })
}

fn next_batch(reader: &mut Reader, path: &Path) -> Result<Option<RecordBatch>, SnapshotError> {
    guarded(|| reader.next()).map_err(|detail| SnapshotError::Parquet {
        path: path.to_owned(),
        detail,
    })
}

/// The accounts of a snapshot, one after the other.
pub struct Accounts {
    path: PathBuf,
    /// None after an error: what failed once is not asked again.
    reader: Option<Reader>,
    batch: Option<RecordBatch>,
    row: usize,
}

impl Iterator for Accounts {
    type Item = Result<Account, SnapshotError>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some(batch) = &self.batch
                && self.row < batch.num_rows()
            {
                self.row += 1;
                return Some(Ok(account(batch, self.row - 1)));
            }
            match next_batch(self.reader.as_mut()?, &self.path) {
                Ok(Some(batch)) => (self.batch, self.row) = (Some(batch), 0),
                Ok(None) => return None,
                Err(error) => {
                    (self.reader, self.batch) = (None, None);
                    return Some(Err(error));
                }
            }
        }
    }
}

fn account(batch: &RecordBatch, row: usize) -> Account {
    // The schema was checked when the file was opened.
    let text =
        |column: usize| value(batch.column(column).as_string_opt::<i32>(), row).map(str::to_owned);
    let created_at = batch.column(3).as_primitive::<TimestampMicrosecondType>();
    let verified = batch.column(11).as_boolean();
    Account {
        id: AccountId::new(text(0).unwrap_or_default()),
        handle: text(1).map(Handle::new),
        display_name: text(2).map(DisplayName::new),
        created_at: created_at
            .is_valid(row)
            .then(|| Timestamp::from_microsecond(created_at.value(row)).ok())
            .flatten(),
        email: text(4).map(Email::new),
        avatar: text(5),
        bio: text(6),
        profession: text(7),
        place: text(8),
        time_zone: text(9),
        language: text(10),
        verified: verified.is_valid(row).then(|| verified.value(row)),
        status: text(12).and_then(|word| {
            AccountStatus::ALL
                .into_iter()
                .find(|status| status.as_str() == word)
        }),
    }
}

//! Writing a snapshot.

use std::fs::{self, File};
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow_array::{ArrayRef, RecordBatch};
use arrow_schema::SchemaRef;
use avert_model::{Account, SnapshotId, Timestamp};
use parquet::arrow::ArrowWriter;
use parquet::basic::Compression;
use parquet::file::properties::WriterProperties;
use tempfile::TempDir;

use super::ActionRow;
use super::batch::{AccountBatch, ActionBatch};
use super::error::SnapshotError;
use super::manifest::{FileEntry, Manifest, Origin};
use super::read::{self, Snapshot};
use super::sort::{Place, Sorter};
use crate::schema;

/// Rows in one batch.
pub(super) const BATCH_ROWS: usize = 16 * 1024;
/// Bytes of text in one batch, so that long texts do not make a batch huge.
pub(super) const BATCH_BYTES: usize = 8 << 20;
/// Rows in one Parquet row group.
const GROUP_ROWS: usize = 256 * 1024;
/// Bytes of encoded Parquet held before a row group is written.
const GROUP_BYTES: usize = 48 << 20;
/// Bytes of text in one row group as it is in memory: what repeats takes little room in the file and
/// all of it when it is read.
const GROUP_TEXT_BYTES: usize = 256 << 20;
/// Memory for sorting accounts.
const SORT_BYTES: usize = 64 << 20;
/// The file number of accounts that no table lists and that were made from an action's actor: a
/// row that lists the account comes before it and wins.
pub(crate) const DERIVED: u32 = u32::MAX;

/// Writes a snapshot into a temporary folder beside the final one. Dropped unfinished, it leaves
/// nothing.
pub struct SnapshotWriter {
    snapshots_dir: PathBuf,
    platform: String,
    folder: TempDir,
    accounts: Sorter,
    actions: Table,
    batch: ActionBatch,
    times: Option<(i64, i64)>,
}

impl SnapshotWriter {
    /// Begins a snapshot of this platform.
    pub fn create(snapshots_dir: &Path, platform: &str) -> Result<Self, SnapshotError> {
        fs::create_dir_all(snapshots_dir).map_err(SnapshotError::file("make", snapshots_dir))?;
        let folder = tempfile::Builder::new()
            .prefix(".unfinished-")
            .tempdir_in(snapshots_dir)
            .map_err(SnapshotError::file("write to", snapshots_dir))?;
        Ok(Self {
            snapshots_dir: snapshots_dir.to_owned(),
            platform: platform.to_owned(),
            accounts: Sorter::new(folder.path(), "accounts", SORT_BYTES),
            actions: Table::create(&folder.path().join(read::ACTIONS_FILE), schema::actions())?,
            folder,
            batch: ActionBatch::default(),
            times: None,
        })
    }

    /// A folder for whoever fills the snapshot to spill into; it goes when the writer goes.
    pub fn scratch(&self) -> &Path {
        self.folder.path()
    }

    /// Takes an account, in any order. `place` is for the error about a second one of its id.
    pub fn account(&mut self, account: &Account, place: Place) -> Result<(), SnapshotError> {
        let payload = serde_json::to_vec(account).expect("an account is plain data");
        self.accounts.push(account.id.as_str(), place, payload)
    }

    /// Takes an action; actions keep the order in which they come.
    pub fn action(&mut self, row: &ActionRow<'_>) -> Result<(), SnapshotError> {
        if let Some(at) = row.at {
            self.times = Some(
                self.times
                    .map_or((at, at), |(first, last)| (first.min(at), last.max(at))),
            );
        }
        self.batch.push(row);
        if self.batch.is_full() {
            let bytes = self.batch.bytes;
            self.actions.write(self.batch.take(), bytes)
        } else {
            Ok(())
        }
    }

    /// Ends the snapshot. If there is one with the same content already, that one stays as it is.
    pub fn finish(
        self,
        origins: Vec<Origin>,
        taken_at: Timestamp,
    ) -> Result<Snapshot, SnapshotError> {
        self.finish_with(origins, taken_at, &mut Strict)
    }

    /// Ends the snapshot; `watch` sees every account id in order and may refuse before anything is
    /// named.
    pub fn finish_with<W: Watch>(
        mut self,
        origins: Vec<Origin>,
        taken_at: Timestamp,
        watch: &mut W,
    ) -> Result<Snapshot, W::Error> {
        let bytes = self.batch.bytes;
        self.actions.write(self.batch.take(), bytes)?;
        let actions = self.actions.finish()?;
        let path = self.folder.path().join(read::ACCOUNTS_FILE);
        let mut table = Table::create(&path, schema::accounts())?;
        let mut sorted = self.accounts.finish()?;
        let mut batch = AccountBatch::default();
        let mut previous: Option<(Box<str>, Place)> = None;
        while let Some((id, place, payload)) = sorted.pop()? {
            if let Some((known, first)) = &previous
                && *known == id
            {
                if place.file != DERIVED {
                    watch.twice(&id, *first, place, &payload)?;
                }
                continue;
            }
            watch.seen(&id)?;
            let account: Account =
                serde_json::from_slice(&payload).expect("the sorter gives back what it was given");
            batch.push(&account);
            if batch.rows >= BATCH_ROWS || batch.bytes >= BATCH_BYTES {
                let bytes = batch.bytes;
                table.write(batch.take(), bytes)?;
            }
            previous = Some((id, place));
        }
        drop(sorted);
        watch.end()?;
        let bytes = batch.bytes;
        table.write(batch.take(), bytes)?;
        let accounts = table.finish()?;
        let mut manifest = Manifest {
            id: SnapshotId::from_digest(&"0".repeat(64)).expect("noughts are hexadecimal digits"),
            schema: schema::VERSION,
            platform: self.platform,
            accounts: accounts.rows,
            actions: actions.rows,
            first_at: self
                .times
                .and_then(|(first, _)| Timestamp::from_microsecond(first).ok()),
            last_at: self
                .times
                .and_then(|(_, last)| Timestamp::from_microsecond(last).ok()),
            files: vec![accounts, actions],
            origins,
            taken_at,
        };
        manifest.id = manifest.content_id();
        Ok(publish(&self.snapshots_dir, self.folder, &manifest)?)
    }
}

/// Watches a snapshot being finished.
pub trait Watch {
    /// What refusing looks like.
    type Error: From<SnapshotError>;

    /// Sees an account's id; ids come sorted, each once.
    fn seen(&mut self, id: &str) -> Result<(), Self::Error>;

    /// Sees that an id is listed a second time; the second row is dropped if this says `Ok`. `row` is
    /// that row, as JSON.
    fn twice(
        &mut self,
        id: &str,
        first: Place,
        second: Place,
        row: &[u8],
    ) -> Result<(), Self::Error>;

    /// All ids were seen.
    fn end(&mut self) -> Result<(), Self::Error>;
}

/// Refuses an id that is listed twice.
struct Strict;

impl Watch for Strict {
    type Error = SnapshotError;

    fn seen(&mut self, _: &str) -> Result<(), SnapshotError> {
        Ok(())
    }

    fn twice(
        &mut self,
        id: &str,
        first: Place,
        second: Place,
        _: &[u8],
    ) -> Result<(), SnapshotError> {
        Err(SnapshotError::Duplicate {
            id: id.to_owned(),
            first,
            second,
        })
    }

    fn end(&mut self) -> Result<(), SnapshotError> {
        Ok(())
    }
}

/// Gives the finished folder its name.
fn publish(
    snapshots_dir: &Path,
    folder: TempDir,
    manifest: &Manifest,
) -> Result<Snapshot, SnapshotError> {
    let target = snapshots_dir.join(manifest.id.as_str());
    if target.is_dir() {
        // One that was damaged since must not pass for what was just read.
        let known = Snapshot::open(snapshots_dir, &manifest.id)?;
        known.verify()?;
        return Ok(known);
    }
    for entry in fs::read_dir(folder.path()).map_err(SnapshotError::file("list", folder.path()))? {
        let path = entry
            .map_err(SnapshotError::file("list", folder.path()))?
            .path();
        if path.extension().is_some_and(|extension| extension == "run") {
            fs::remove_file(&path).map_err(SnapshotError::file("remove", &path))?;
        }
    }
    let path = folder.path().join(read::MANIFEST_FILE);
    let text = serde_json::to_string_pretty(manifest).expect("a manifest is plain data");
    fs::write(&path, text + "\n").map_err(SnapshotError::file("write", &path))?;
    for name in [read::ACCOUNTS_FILE, read::ACTIONS_FILE, read::MANIFEST_FILE] {
        let path = folder.path().join(name);
        let file = File::open(&path).map_err(SnapshotError::file("open", &path))?;
        file.sync_all()
            .map_err(SnapshotError::file("write", &path))?;
        let mut permissions = file
            .metadata()
            .map_err(SnapshotError::file("look at", &path))?
            .permissions();
        permissions.set_readonly(true);
        fs::set_permissions(&path, permissions).map_err(SnapshotError::file("protect", &path))?;
    }
    flush(folder.path())?;
    let finished = folder.keep();
    match fs::rename(&finished, &target) {
        Ok(()) => {}
        // Another process finished the same content first.
        Err(_) if target.is_dir() => {
            fs::remove_dir_all(&finished).map_err(SnapshotError::file("remove", &finished))?;
        }
        Err(source) => {
            return Err(SnapshotError::File {
                what: "name",
                path: target,
                source,
            });
        }
    }
    flush(snapshots_dir)?;
    Snapshot::open(snapshots_dir, &manifest.id)
}

/// Waits until a folder's names are on disk, so that a power cut leaves a whole snapshot or none.
fn flush(folder: &Path) -> Result<(), SnapshotError> {
    File::open(folder)
        .and_then(|folder| folder.sync_all())
        .map_err(SnapshotError::file("write", folder))
}

/// One Parquet file being written.
struct Table {
    path: PathBuf,
    writer: ArrowWriter<File>,
    schema: SchemaRef,
    rows: u64,
    group_rows: usize,
    group_text_bytes: usize,
}

impl Table {
    fn create(path: &Path, schema: SchemaRef) -> Result<Self, SnapshotError> {
        let file = File::create(path).map_err(SnapshotError::file("write", path))?;
        let properties = WriterProperties::builder()
            .set_compression(Compression::SNAPPY)
            // The writer's version must not change the bytes, hence not the snapshot's id.
            .set_created_by("avert".to_owned())
            .set_max_row_group_row_count(Some(GROUP_ROWS))
            .build();
        let writer = ArrowWriter::try_new(file, Arc::clone(&schema), Some(properties))
            .map_err(SnapshotError::parquet(path))?;
        Ok(Self {
            path: path.to_owned(),
            writer,
            schema,
            rows: 0,
            group_rows: 0,
            group_text_bytes: 0,
        })
    }

    fn write(&mut self, columns: Vec<ArrayRef>, text_bytes: usize) -> Result<(), SnapshotError> {
        let batch = RecordBatch::try_new(Arc::clone(&self.schema), columns)
            .map_err(SnapshotError::arrow(&self.path))?;
        self.rows += batch.num_rows() as u64;
        self.group_rows += batch.num_rows();
        self.group_text_bytes += text_bytes;
        if self.group_rows >= GROUP_ROWS {
            // The writer has ended the row group by itself.
            self.group_rows %= GROUP_ROWS;
            self.group_text_bytes = text_bytes;
        }
        self.writer
            .write(&batch)
            .map_err(SnapshotError::parquet(&self.path))?;
        if self.writer.in_progress_size() > GROUP_BYTES || self.group_text_bytes > GROUP_TEXT_BYTES
        {
            self.writer
                .flush()
                .map_err(SnapshotError::parquet(&self.path))?;
            self.group_rows = 0;
            self.group_text_bytes = 0;
        }
        Ok(())
    }

    fn finish(self) -> Result<FileEntry, SnapshotError> {
        self.writer
            .close()
            .map_err(SnapshotError::parquet(&self.path))?;
        let (bytes, blake3) = digest(&self.path)?;
        let name = self
            .path
            .file_name()
            .expect("tables are files")
            .to_string_lossy()
            .into_owned();
        Ok(FileEntry {
            name,
            rows: self.rows,
            bytes,
            blake3,
        })
    }
}

/// A file's length and BLAKE3.
pub(crate) fn digest(path: &Path) -> Result<(u64, String), SnapshotError> {
    let read = || SnapshotError::file("read", path);
    let mut file = File::open(path).map_err(read())?;
    let mut hasher = blake3::Hasher::new();
    let mut buffer = vec![0; 1 << 16];
    let mut bytes = 0;
    loop {
        match file.read(&mut buffer).map_err(read())? {
            0 => return Ok((bytes, hasher.finalize().to_hex().to_string())),
            length => {
                hasher.update(&buffer[..length]);
                bytes += length as u64;
            }
        }
    }
}

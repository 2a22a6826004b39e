//! The file of edges: rows in the order of accounts, whoever counted them and in whatever order.
//!
//! Whoever hands rows over may be asked to encode a group of them, so that encoding takes as many
//! threads as counting. Groups have the same rows however many threads there are, hence the file has
//! the same bytes. It appears under its name only when it is whole.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use arrow_array::builder::StringBuilder;
use arrow_array::{ArrayRef, UInt32Array};
use arrow_schema::{DataType, Field, Schema, SchemaRef};
use parquet::arrow::ArrowSchemaConverter;
use parquet::arrow::arrow_writer::{ArrowColumnChunk, ArrowRowGroupWriterFactory, compute_leaves};
use parquet::basic::Compression;
use parquet::errors::ParquetError;
use parquet::file::metadata::KeyValue;
use parquet::file::properties::WriterProperties;
use parquet::file::writer::SerializedFileWriter;
use tempfile::NamedTempFile;

use super::error::CoactError;
use super::roll::Roll;
use super::sweep::Edge;

/// How the names of files end that are not whole yet.
const BEGUN: &str = ".begun";

/// How the names of files begin that will get this name when they are whole.
fn begun(path: &Path) -> String {
    let name = path.file_name().unwrap_or_default();
    format!(".{}.", name.to_string_lossy())
}

fn folder(path: &Path) -> &Path {
    path.parent()
        .filter(|folder| !folder.as_os_str().is_empty())
        .unwrap_or(Path::new("."))
}

/// Removes what was begun under this name by a process that cannot finish it.
pub fn remove_begun(path: &Path) {
    let prefix = begun(path);
    let entries = std::fs::read_dir(folder(path))
        .into_iter()
        .flatten()
        .flatten();
    for entry in entries {
        let name = entry.file_name();
        let name = name.to_string_lossy();
        if name.starts_with(&prefix) && name.ends_with(BEGUN) {
            // Whoever cannot remove it leaves a file that says what it is.
            let _ = std::fs::remove_file(entry.path());
        }
    }
}

/// Under what name a Parquet file says what was left out of it.
const NOTE: &str = "avert.coact";

/// How such a note begins.
pub(super) const NOTE_BEGINS: &str = r#"{"cap":"#;

/// Rows encoded as one.
const GROUP_ROWS: usize = 1 << 19;

/// Rows of some accounts that follow each other in rank.
#[derive(Debug, Default, Clone, serde::Serialize, serde::Deserialize)]
pub(super) struct Block {
    /// Each account, and how many edges are its.
    pub(super) accounts: Vec<(u32, u32)>,
    pub(super) edges: Vec<Edge>,
}

/// The file, shared by all threads of a process.
pub(super) struct Output {
    path: PathBuf,
    roll: Arc<Roll>,
    encoder: Encoder,
    state: Mutex<State>,
}

/// What has come so far.
struct State {
    next_block: usize,
    early_blocks: BTreeMap<usize, Block>,
    /// Rows that are in order and not yet encoded.
    open: Block,
    next_group: usize,
    next_written: usize,
    early_groups: BTreeMap<usize, Encoded>,
    file: Writer,
    rows: u64,
    weight: u64,
}

enum Encoder {
    Parquet {
        schema: SchemaRef,
        factory: ArrowRowGroupWriterFactory,
    },
    Csv,
}

enum Encoded {
    Parquet(Vec<ArrowColumnChunk>),
    Csv(Vec<u8>),
}

enum Writer {
    Parquet(Box<SerializedFileWriter<NamedTempFile>>),
    Csv(NamedTempFile),
}

/// What was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
pub struct Written {
    /// How many edges.
    pub edges: u64,
    /// The sum of their weights.
    pub weight: u64,
}

impl Output {
    /// Begins a file; nothing is seen under its name yet. `.parquet` is Parquet, anything else CSV.
    pub(super) fn create(path: &Path, roll: Arc<Roll>) -> Result<Self, CoactError> {
        let failed = |source| CoactError::Write {
            path: path.to_owned(),
            source,
        };
        let file = tempfile::Builder::new()
            .prefix(&begun(path))
            .suffix(BEGUN)
            .tempfile_in(folder(path))
            .map_err(failed)?;
        let is_parquet = path
            .extension()
            .is_some_and(|extension| extension.eq_ignore_ascii_case("parquet"));
        let (encoder, file) = if is_parquet {
            parquet(path, file)?
        } else {
            let mut file = file;
            file.write_all(b"account_a,account_b,weight,objects\n")
                .map_err(failed)?;
            (Encoder::Csv, Writer::Csv(file))
        };
        Ok(Self {
            path: path.to_owned(),
            roll,
            encoder,
            state: Mutex::new(State {
                next_block: 0,
                early_blocks: BTreeMap::new(),
                open: Block::default(),
                next_group: 0,
                next_written: 0,
                early_groups: BTreeMap::new(),
                file,
                rows: 0,
                weight: 0,
            }),
        })
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes the block of this number, and encodes what is now complete.
    pub(super) fn put(&self, number: usize, block: Block) -> Result<(), CoactError> {
        let mut state = self.state();
        state.early_blocks.insert(number, block);
        state.line_up();
        drop(state);
        self.encode_while(|state| state.open.edges.len() >= GROUP_ROWS)
    }

    /// Encodes the rest and gives the file its name. `note` goes into the footer of a Parquet file, and
    /// beside a CSV file.
    pub(super) fn finish(self, note: Option<String>) -> Result<Written, CoactError> {
        self.encode_while(|state| !state.open.edges.is_empty())?;
        let Self { path, state, .. } = self;
        let state = state.into_inner().unwrap_or_else(PoisonError::into_inner);
        let failed = |source| CoactError::Write {
            path: path.clone(),
            source,
        };
        let file = match state.file {
            Writer::Csv(file) => {
                beside(&path, note).map_err(failed)?;
                file
            }
            Writer::Parquet(mut writer) => {
                if let Some(note) = note {
                    let note = KeyValue::new(NOTE.to_owned(), note);
                    writer.append_key_value_metadata(note);
                }
                writer
                    .into_inner()
                    .map_err(|error| encoding(&path, error))?
            }
        };
        file.as_file().sync_all().map_err(failed)?;
        file.persist(&path).map_err(|error| failed(error.error))?;
        Ok(Written {
            edges: state.rows,
            weight: state.weight,
        })
    }

    fn encode_while(&self, more: impl Fn(&State) -> bool) -> Result<(), CoactError> {
        loop {
            let mut state = self.state();
            if !more(&state) {
                return Ok(());
            }
            let (number, group) = state.next_group();
            drop(state);
            let encoded = self.encode(number, &group)?;
            drop(group);
            let mut state = self.state();
            state.early_groups.insert(number, encoded);
            state.write(&self.path)?;
        }
    }

    fn encode(&self, number: usize, group: &Block) -> Result<Encoded, CoactError> {
        match &self.encoder {
            Encoder::Csv => Ok(Encoded::Csv(self.csv(group))),
            Encoder::Parquet { schema, factory } => self
                .columns(number, group, schema, factory)
                .map(Encoded::Parquet)
                .map_err(|error| encoding(&self.path, error)),
        }
    }

    fn columns(
        &self,
        number: usize,
        group: &Block,
        schema: &Schema,
        factory: &ArrowRowGroupWriterFactory,
    ) -> Result<Vec<ArrowColumnChunk>, ParquetError> {
        let rows = group.edges.len();
        let mut one = StringBuilder::with_capacity(rows, rows * 12);
        for (account, edges) in &group.accounts {
            let name = self.roll.name(*account);
            for _ in 0..*edges {
                one.append_value(name);
            }
        }
        let mut other = StringBuilder::with_capacity(rows, rows * 12);
        for edge in &group.edges {
            other.append_value(self.roll.name(edge.other));
        }
        let number_of = |field: fn(&Edge) -> u32| -> ArrayRef {
            Arc::new(UInt32Array::from_iter_values(group.edges.iter().map(field)))
        };
        let columns: [ArrayRef; 4] = [
            Arc::new(one.finish()),
            Arc::new(other.finish()),
            number_of(Edge::estimate),
            number_of(|edge| edge.objects),
        ];
        let writers = factory.create_column_writers(number)?;
        let mut chunks = Vec::with_capacity(columns.len());
        for ((mut writer, column), field) in writers.into_iter().zip(columns).zip(schema.fields()) {
            for leaf in compute_leaves(field, &column)? {
                writer.write(&leaf)?;
            }
            chunks.push(writer.close()?);
        }
        Ok(chunks)
    }

    fn csv(&self, group: &Block) -> Vec<u8> {
        let mut text = Vec::with_capacity(group.edges.len() * 24);
        let mut edges = group.edges.iter();
        let mut digits = itoa::Buffer::new();
        for (account, count) in &group.accounts {
            for edge in edges.by_ref().take(*count as usize) {
                cell(&mut text, self.roll.name(*account));
                text.push(b',');
                cell(&mut text, self.roll.name(edge.other));
                text.push(b',');
                text.extend_from_slice(digits.format(edge.estimate()).as_bytes());
                text.push(b',');
                text.extend_from_slice(digits.format(edge.objects).as_bytes());
                text.push(b'\n');
            }
        }
        text
    }
}

/// Writes what there is to say of a CSV file, which has no place for it, and removes what an earlier
/// one of this name had to say.
fn beside(path: &Path, note: Option<String>) -> std::io::Result<()> {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".json");
    let place = folder(path).join(name);
    let is_there = place.exists();
    let is_ours = is_there && std::fs::read(&place)?.starts_with(NOTE_BEGINS.as_bytes());
    match note {
        Some(_) if is_there && !is_ours => Err(std::io::Error::other(format!(
            "{} is there already and says something else",
            place.display()
        ))),
        Some(note) => std::fs::write(place, note + "\n"),
        None if is_ours => std::fs::remove_file(place),
        None => Ok(()),
    }
}

/// Writes a name as RFC 4180 has it.
fn cell(text: &mut Vec<u8>, name: &str) {
    if !name.contains([',', '"', '\r', '\n']) {
        text.extend_from_slice(name.as_bytes());
        return;
    }
    text.push(b'"');
    text.extend_from_slice(name.replace('"', "\"\"").as_bytes());
    text.push(b'"');
}

impl State {
    /// Moves blocks whose turn it is to the open rows.
    fn line_up(&mut self) {
        while let Some(block) = self.early_blocks.remove(&self.next_block) {
            self.next_block += 1;
            self.rows += block.edges.len() as u64;
            self.weight += block
                .edges
                .iter()
                .map(|edge| u64::from(edge.estimate()))
                .sum::<u64>();
            self.open.accounts.extend(block.accounts);
            self.open.edges.extend(block.edges);
        }
    }

    /// Cuts the next group off the open rows.
    fn next_group(&mut self) -> (usize, Block) {
        let number = self.next_group;
        self.next_group += 1;
        if self.open.edges.len() <= GROUP_ROWS {
            return (number, std::mem::take(&mut self.open));
        }
        let rest = self.open.edges.split_off(GROUP_ROWS);
        let mut group = Block {
            accounts: Vec::new(),
            edges: std::mem::replace(&mut self.open.edges, rest),
        };
        let mut wanted = u32::try_from(GROUP_ROWS).expect("a small constant");
        let mut whole = 0;
        for (account, edges) in &mut self.open.accounts {
            let taken = wanted.min(*edges);
            group.accounts.push((*account, taken));
            wanted -= taken;
            *edges -= taken;
            whole += usize::from(*edges == 0);
            if wanted == 0 {
                break;
            }
        }
        self.open.accounts.drain(..whole);
        (number, group)
    }

    /// Writes groups whose turn it is.
    fn write(&mut self, path: &Path) -> Result<(), CoactError> {
        while let Some(group) = self.early_groups.remove(&self.next_written) {
            self.next_written += 1;
            match (&mut self.file, group) {
                (Writer::Csv(file), Encoded::Csv(text)) => {
                    file.write_all(&text).map_err(|source| CoactError::Write {
                        path: path.to_owned(),
                        source,
                    })?;
                }
                (Writer::Parquet(file), Encoded::Parquet(chunks)) => {
                    append(file, chunks).map_err(|error| encoding(path, error))?;
                }
                _ => unreachable!("a file has one encoder"),
            }
        }
        Ok(())
    }
}

fn append(
    file: &mut SerializedFileWriter<NamedTempFile>,
    chunks: Vec<ArrowColumnChunk>,
) -> Result<(), ParquetError> {
    let mut group = file.next_row_group()?;
    for chunk in chunks {
        chunk.append_to_row_group(&mut group)?;
    }
    group.close().map(drop)
}

fn parquet(path: &Path, file: NamedTempFile) -> Result<(Encoder, Writer), CoactError> {
    let failed = |error| encoding(path, error);
    let schema = Arc::new(Schema::new(vec![
        Field::new("account_a", DataType::Utf8, false),
        Field::new("account_b", DataType::Utf8, false),
        Field::new("weight", DataType::UInt32, false),
        Field::new("objects", DataType::UInt32, false),
    ]));
    let properties = WriterProperties::builder()
        .set_compression(Compression::SNAPPY)
        // The writer's version must not change the bytes.
        .set_created_by("avert".to_owned())
        .build();
    let types = ArrowSchemaConverter::new()
        .convert(&schema)
        .map_err(failed)?;
    let writer = SerializedFileWriter::new(file, types.root_schema_ptr(), Arc::new(properties))
        .map_err(failed)?;
    let factory = ArrowRowGroupWriterFactory::new(&writer, Arc::clone(&schema));
    Ok((
        Encoder::Parquet { schema, factory },
        Writer::Parquet(Box::new(writer)),
    ))
}

fn encoding(path: &Path, error: ParquetError) -> CoactError {
    CoactError::Write {
        path: path.to_owned(),
        source: std::io::Error::other(error),
    }
}

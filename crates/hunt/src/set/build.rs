//! Makes a set. Memory does not grow with the number of indicators beyond what the finished set keeps in it, eight bytes
//! for each of the hosts that they are at, and one of 64 parts: they wait in files, divided by fingerprint.

use std::fs::File;
use std::io::{BufWriter, Read as _, Seek as _, SeekFrom, Write};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use super::bloom::Bloom;
use super::codec::{put_assertion, put_indicator, put_record};
use super::footer::{Footer, MAGIC, Part, VERSION, id};
use super::networks::Hints;
use super::open::IndicatorSet;
use super::table::Table;
use super::{SetError, codec};
use crate::assertion::Assertion;
use crate::fingerprint;
use crate::kind::{Kind, Kinds};
use crate::normal::{Indicator, address};

/// Indicators are divided by so many upper bits of their fingerprints.
const PARTS_BITS: u32 = 6;
/// What of a part waits in memory.
const WAITING_BYTES: usize = 1 << 20;
const MOST: u64 = 4_000_000_000;

/// Takes indicators in any order, each as often as something is said about it.
#[derive(Debug)]
pub struct SetBuilder {
    folder: PathBuf,
    waiting: Vec<Waiting>,
    added: u64,
}

#[derive(Debug, Default)]
struct Waiting {
    bytes: Vec<u8>,
    file: Option<File>,
}

/// What a set holds.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct SetSummary {
    /// Its id, and the name of its file without the ending.
    pub id: String,
    /// How many indicators it holds.
    pub indicators: u64,
    /// How many of each kind there are, without those that there are none of.
    pub kinds: Vec<(Kind, u64)>,
    /// How large the file is.
    pub file_bytes: u64,
    /// How much of it is kept in memory once it is opened.
    pub resident_bytes: u64,
}

impl SetBuilder {
    /// For a set that will be written into this folder.
    pub fn new(folder: &Path) -> Self {
        Self {
            folder: folder.to_owned(),
            waiting: (0..1 << PARTS_BITS).map(|_| Waiting::default()).collect(),
            added: 0,
        }
    }

    /// How many were added, repetitions included.
    pub fn added(&self) -> u64 {
        self.added
    }

    /// Adds what somebody says about an indicator.
    pub fn add(&mut self, indicator: &Indicator, assertion: &Assertion) -> Result<(), SetError> {
        let fingerprint = indicator.fingerprint();
        let part = usize::try_from(fingerprint >> (64 - PARTS_BITS)).unwrap_or(0);
        let Waiting { bytes, file } = &mut self.waiting[part];
        bytes.extend_from_slice(&fingerprint.to_le_bytes());
        put_block(bytes, |out| put_indicator(indicator, out));
        put_block(bytes, |out| put_assertion(assertion, out));
        self.added += 1;
        if bytes.len() >= WAITING_BYTES {
            let failed = |source| SetError::File {
                what: "write to",
                path: self.folder.clone(),
                source,
            };
            let file = match file {
                Some(file) => file,
                None => file.insert(tempfile::tempfile_in(&self.folder).map_err(failed)?),
            };
            file.write_all(bytes).map_err(failed)?;
            bytes.clear();
        }
        Ok(())
    }

    /// Writes the set under its own name, `ID.indicators`, visible whole or not at all.
    ///
    /// The same indicators give the same bytes, in whatever order they were added.
    pub fn finish(self) -> Result<(PathBuf, SetSummary), SetError> {
        let folder = self.folder.clone();
        let failed = |source| SetError::File {
            what: "write to",
            path: folder.clone(),
            source,
        };
        let half = NamedTempFile::new_in(&folder).map_err(failed)?;
        let (half, id) = self.write(half).map_err(|error| match error {
            Failed::Io(source) => failed(source),
            Failed::TooMany => SetError::TooMany,
        })?;
        let path = folder.join(format!("{id}.indicators"));
        half.as_file().sync_all().map_err(failed)?;
        half.persist(&path).map_err(|error| SetError::File {
            what: "write",
            path: path.clone(),
            source: error.error,
        })?;
        File::open(&folder)
            .and_then(|folder| folder.sync_all())
            .map_err(failed)?;
        let summary = IndicatorSet::open(&path)?.summary();
        Ok((path, summary))
    }

    fn write(mut self, half: NamedTempFile) -> Result<(NamedTempFile, String), Failed> {
        let mut out = Out::new(half);
        out.write(MAGIC)?;
        let mut offsets = tempfile::tempfile_in(&self.folder).map(BufWriter::new)?;
        let mut fingerprints = tempfile::tempfile_in(&self.folder).map(BufWriter::new)?;
        let mut kept = Kept::default();
        let begin = out.at;
        for waiting in std::mem::take(&mut self.waiting) {
            let bytes = waiting.all()?;
            let mut rows = rows(&bytes);
            rows.sort_unstable();
            rows.dedup();
            let mut record = Vec::new();
            for same in rows.chunk_by(|one, other| (one.0, one.1) == (other.0, other.1)) {
                let (fingerprint, indicator, _) = same[0];
                let assertions: Vec<&[u8]> = same.iter().map(|row| row.2).collect();
                record.clear();
                put_record(indicator, &assertions, &mut record);
                offsets.write_all(&(out.at - begin).to_le_bytes())?;
                fingerprints.write_all(&fingerprint.to_le_bytes())?;
                out.write(&record)?;
                kept.note(indicator);
            }
            if kept.count > MOST {
                return Err(Failed::TooMany);
            }
        }
        offsets.write_all(&(out.at - begin).to_le_bytes())?;
        let records = out.part();
        out.copy(offsets)?;
        let offsets = out.part();
        kept.settle();
        let (bloom, table) = index(fingerprints, kept.count, &kept.hosts)?;
        out.write_words(bloom.words().iter().map(|word| word.to_le_bytes()))?;
        let bloom = out.part();
        out.write_words(table.buckets().iter().map(|word| word.to_le_bytes()))?;
        let buckets = out.part();
        out.write_words(table.entries().iter().map(|word| word.to_le_bytes()))?;
        let entries = out.part();
        out.write_words(kept.hints.words().iter().map(|word| word.to_le_bytes()))?;
        let hints = out.part();
        let footer = Footer {
            version: VERSION,
            count: kept.count,
            kinds: kept.kinds.bits(),
            of_kind: kept.of_kind.to_vec(),
            records,
            offsets,
            bloom,
            buckets,
            entries,
            hints,
        };
        let footer = serde_json::to_vec(&footer).map_err(std::io::Error::from)?;
        out.write(&footer)?;
        out.write(&(footer.len() as u64).to_le_bytes())?;
        out.write(MAGIC)?;
        Ok((out.finish()?, id(&footer)))
    }
}

/// Why a set was not written.
enum Failed {
    Io(std::io::Error),
    TooMany,
}

impl From<std::io::Error> for Failed {
    fn from(error: std::io::Error) -> Self {
        Self::Io(error)
    }
}

/// What is noted on the way.
struct Kept {
    count: u64,
    /// Fingerprints of hosts that something is at or below: the filter knows them, so that a scanner may stop at a host
    /// that it does not know.
    hosts: Vec<u64>,
    /// How many of them are sorted and distinct.
    settled: usize,
    kinds: Kinds,
    of_kind: [u64; Kind::ALL.len()],
    hints: Hints,
}

impl Default for Kept {
    fn default() -> Self {
        Self {
            count: 0,
            hosts: Vec::new(),
            settled: 0,
            kinds: Kinds::default(),
            of_kind: [0; Kind::ALL.len()],
            hints: Hints::none(),
        }
    }
}

impl Kept {
    fn note(&mut self, indicator: &[u8]) {
        let Ok(indicator) = codec::indicator(indicator) else {
            return;
        };
        self.count += 1;
        self.kinds = self.kinds.with(indicator.kind());
        self.of_kind[usize::from(indicator.kind().number())] += 1;
        match (indicator.kind(), indicator.host()) {
            // What it is itself is in the filter anyhow.
            (Kind::Domain, Some(name)) => {
                self.hints.add_last_label(name);
                self.note_host(name.split_once('.').map_or("", |(_, above)| above));
            }
            (Kind::Address, _) | (_, None) => {}
            (_, Some(host)) => self.note_host(host),
        }
        if indicator.kind() == Kind::Network
            && let Some((first, bits)) = indicator.value().split_once('/')
            && let (Some(first), Ok(bits)) = (address(first), bits.parse())
        {
            self.hints.add_network(first, bits);
        }
    }
}

impl Kept {
    fn note_host(&mut self, host: &str) {
        if let Some(address) = address(host) {
            self.hosts.push(fingerprint::address(address));
        } else {
            self.hints.add_last_label(host);
            let mut rest = host;
            while rest.contains('.') {
                self.hosts.push(fingerprint::name(rest));
                rest = rest.split_once('.').map_or("", |(_, above)| above);
            }
        }
        // Most are named again and again: what is kept does not grow with how often.
        if self.hosts.len() > 2 * self.settled + (1 << 16) {
            self.settle();
        }
    }

    fn settle(&mut self) {
        self.hosts.sort_unstable();
        self.hosts.dedup();
        self.settled = self.hosts.len();
    }
}

fn index(
    fingerprints: BufWriter<File>,
    count: u64,
    hosts: &[u64],
) -> std::io::Result<(Bloom, Table)> {
    let mut file = fingerprints.into_inner()?;
    file.seek(SeekFrom::Start(0))?;
    let mut reader = std::io::BufReader::new(file);
    let (mut bloom, mut table) = (
        Bloom::for_count(count + hosts.len() as u64),
        Table::builder(count),
    );
    for host in hosts {
        bloom.add(*host);
    }
    let mut word = [0; 8];
    for _ in 0..count {
        reader.read_exact(&mut word)?;
        let fingerprint = u64::from_le_bytes(word);
        bloom.add(fingerprint);
        table.add(fingerprint);
    }
    Ok((bloom, table.finish()))
}

/// Bytes with their length before them.
fn put_block(bytes: &mut Vec<u8>, put: impl FnOnce(&mut Vec<u8>)) {
    let at = bytes.len();
    bytes.extend_from_slice(&[0; 4]);
    put(bytes);
    let length = u32::try_from(bytes.len() - at - 4).unwrap_or(u32::MAX);
    bytes[at..at + 4].copy_from_slice(&length.to_le_bytes());
}

/// What one thing said about an indicator: fingerprint, indicator, assertion.
type Row<'a> = (u64, &'a [u8], &'a [u8]);

/// The rows that [`SetBuilder::add`] wrote.
fn rows(mut bytes: &[u8]) -> Vec<Row<'_>> {
    let mut rows = Vec::new();
    let block = |bytes: &mut &'_ [u8]| -> Option<std::ops::Range<usize>> {
        let length = u32::from_le_bytes(*bytes.first_chunk()?) as usize;
        Some(4..4 + length)
    };
    while let Some(fingerprint) = bytes.first_chunk() {
        let fingerprint = u64::from_le_bytes(*fingerprint);
        let mut rest = &bytes[8..];
        let Some(one) = block(&mut rest) else { break };
        let (indicator, mut after) = (&rest[one.clone()], &rest[one.end..]);
        let Some(other) = block(&mut after) else {
            break;
        };
        rows.push((fingerprint, indicator, &after[other.clone()]));
        bytes = &after[other.end..];
    }
    rows
}

impl Waiting {
    fn all(self) -> std::io::Result<Vec<u8>> {
        let Some(mut file) = self.file else {
            return Ok(self.bytes);
        };
        let mut all = Vec::new();
        file.seek(SeekFrom::Start(0))?;
        file.read_to_end(&mut all)?;
        all.extend_from_slice(&self.bytes);
        Ok(all)
    }
}

/// The file on its way, hashed part by part.
struct Out {
    file: BufWriter<NamedTempFile>,
    at: u64,
    part_at: u64,
    hasher: blake3::Hasher,
}

impl Out {
    fn new(file: NamedTempFile) -> Self {
        Self {
            file: BufWriter::with_capacity(1 << 18, file),
            at: 0,
            part_at: MAGIC.len() as u64,
            hasher: blake3::Hasher::new(),
        }
    }

    fn write(&mut self, bytes: &[u8]) -> std::io::Result<()> {
        self.file.write_all(bytes)?;
        if self.at > 0 {
            self.hasher.update(bytes);
        }
        self.at += bytes.len() as u64;
        Ok(())
    }

    fn write_words<const N: usize>(
        &mut self,
        words: impl Iterator<Item = [u8; N]>,
    ) -> std::io::Result<()> {
        let mut block = Vec::with_capacity(1 << 16);
        for word in words {
            block.extend_from_slice(&word);
            if block.len() >= 1 << 16 {
                self.write(&block)?;
                block.clear();
            }
        }
        self.write(&block)
    }

    fn copy(&mut self, from: BufWriter<File>) -> std::io::Result<()> {
        let mut from = from.into_inner()?;
        from.seek(SeekFrom::Start(0))?;
        let mut block = vec![0; 1 << 16];
        loop {
            let count = from.read(&mut block)?;
            if count == 0 {
                return Ok(());
            }
            self.write(&block[..count])?;
        }
    }

    /// Ends the part that was being written.
    fn part(&mut self) -> Part {
        let hash = std::mem::replace(&mut self.hasher, blake3::Hasher::new()).finalize();
        let part = Part {
            at: self.part_at,
            bytes: self.at - self.part_at,
            blake3: hash.to_hex().to_string(),
        };
        self.part_at = self.at;
        part
    }

    fn finish(self) -> std::io::Result<NamedTempFile> {
        self.file
            .into_inner()
            .map_err(std::io::IntoInnerError::into_error)
    }
}

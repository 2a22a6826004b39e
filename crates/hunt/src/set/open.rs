//! A set that was opened.

use std::fs::File;
use std::io::{BufReader, Read as _};
use std::ops::Range;
use std::os::unix::fs::FileExt as _;
use std::path::{Path, PathBuf};

use super::bloom::Bloom;
use super::codec::{Damaged, Record, record};
use super::footer::{Footer, LONGEST_FOOTER, MAGIC, Part, VERSION, id};
use super::networks::Hints;
use super::table::Table;
use super::{SetError, SetSummary};
use crate::kind::{Kind, Kinds};
use crate::normal::Indicator;

/// No record is longer: what claims to be is damaged.
const LONGEST_RECORD: u64 = 1 << 26;

/// A set that was opened: what tells strangers apart in memory, the rest on disk.
#[derive(Debug)]
pub struct IndicatorSet {
    path: PathBuf,
    file: File,
    footer: Footer,
    id: String,
    bloom: Bloom,
    table: Table,
    hints: Hints,
}

impl IndicatorSet {
    /// Whether the file begins as a set does.
    pub fn is_one(path: &Path) -> bool {
        let mut start = [0; MAGIC.len()];
        File::open(path)
            .is_ok_and(|mut file| file.read_exact(&mut start).is_ok() && start == *MAGIC)
    }

    /// Opens a set, and checks whatever is kept in memory.
    ///
    /// Cost: one reading of about 7 bytes an indicator, which is also the memory it keeps.
    pub fn open(path: &Path) -> Result<Self, SetError> {
        let damaged = |what: &str| SetError::Damaged {
            path: path.to_owned(),
            what: what.to_owned(),
        };
        let failed = |source| SetError::File {
            what: "read",
            path: path.to_owned(),
            source,
        };
        if !Self::is_one(path) {
            File::open(path).map_err(failed)?;
            return Err(SetError::NotASet(path.to_owned()));
        }
        let file = File::open(path).map_err(failed)?;
        let length = file.metadata().map_err(failed)?.len();
        let mut end = [0; 16];
        let end_at = length
            .checked_sub(16)
            .ok_or_else(|| damaged("it is cut off"))?;
        file.read_exact_at(&mut end, end_at).map_err(failed)?;
        let (size, magic) = end.split_at(8);
        if magic != MAGIC {
            return Err(damaged("it is cut off"));
        }
        let size = u64::from_le_bytes(*size.first_chunk().expect("eight bytes are eight"));
        let footer_at = end_at.checked_sub(size).filter(|_| size <= LONGEST_FOOTER);
        let footer_at = footer_at.ok_or_else(|| damaged("its footer"))?;
        let mut footer = vec![0; usize::try_from(size).unwrap_or(0)];
        file.read_exact_at(&mut footer, footer_at).map_err(failed)?;
        let id = id(&footer);
        let footer: Footer = serde_json::from_slice(&footer).map_err(|_| damaged("its footer"))?;
        if footer.version != VERSION {
            return Err(SetError::OtherVersion {
                path: path.to_owned(),
                version: footer.version,
                known: VERSION,
            });
        }
        let words = |part: &Part, what: &str| -> Result<Vec<u64>, SetError> {
            let mut words =
                Vec::with_capacity(usize::try_from(part.bytes.min(footer_at) / 8).unwrap_or(0));
            read_part(&file, part, footer_at, |eight| {
                if let Some(word) = eight.first_chunk() {
                    words.push(u64::from_le_bytes(*word));
                }
            })
            .map_err(failed)?
            .ok_or_else(|| damaged(what))?;
            Ok(words)
        };
        let halves = |part: &Part, what: &str| -> Result<Vec<u32>, SetError> {
            let mut halves =
                Vec::with_capacity(usize::try_from(part.bytes.min(footer_at) / 4).unwrap_or(0));
            read_part(&file, part, footer_at, |eight| {
                for half in eight.as_chunks::<4>().0 {
                    halves.push(u32::from_le_bytes(*half));
                }
            })
            .map_err(failed)?
            .ok_or_else(|| damaged(what))?;
            Ok(halves)
        };
        let bloom = Bloom::of_words(words(&footer.bloom, "its filter")?)
            .ok_or_else(|| damaged("its filter"))?;
        let buckets = halves(&footer.buckets, "its buckets")?;
        let entries = halves(&footer.entries, "its entries")?;
        let table = Table::of_parts(buckets, entries).ok_or_else(|| damaged("its table"))?;
        let hints = Hints::of_words(&words(&footer.hints, "its hints")?)
            .ok_or_else(|| damaged("its hints"))?;
        let holds = table.entries().len() as u64 == footer.count
            && footer.offsets.bytes == (footer.count + 1) * 8
            && footer.of_kind.len() == Kind::ALL.len();
        if !holds {
            return Err(damaged("its parts do not fit together"));
        }
        Ok(Self {
            path: path.to_owned(),
            file,
            footer,
            id,
            bloom,
            table,
            hints,
        })
    }

    /// Its id: the hash of its content.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// How many indicators it holds.
    pub fn count(&self) -> u64 {
        self.footer.count
    }

    /// What it holds.
    pub fn summary(&self) -> SetSummary {
        let kinds = Kind::ALL
            .into_iter()
            .zip(self.footer.of_kind.iter().copied());
        let parts = [
            &self.footer.bloom,
            &self.footer.buckets,
            &self.footer.entries,
            &self.footer.hints,
        ];
        SetSummary {
            id: self.id.clone(),
            indicators: self.footer.count,
            kinds: kinds.filter(|(_, count)| *count > 0).collect(),
            file_bytes: self.file.metadata().map_or(0, |metadata| metadata.len()),
            resident_bytes: parts.iter().map(|part| part.bytes).sum(),
        }
    }

    pub(crate) fn kinds(&self) -> Kinds {
        Kinds::of_bits(self.footer.kinds)
    }

    pub(crate) fn hints(&self) -> &Hints {
        &self.hints
    }

    /// Whether there may be an indicator with this fingerprint.
    #[inline]
    pub(crate) fn may_have(&self, fingerprint: u64) -> bool {
        self.bloom.may_have(fingerprint)
    }

    /// The records that may be of this fingerprint.
    #[inline]
    pub(crate) fn places(&self, fingerprint: u64) -> Range<u32> {
        self.table.find(fingerprint)
    }

    /// What is said about an indicator, if it is in the set.
    pub fn get(&self, indicator: &Indicator) -> Result<Option<Record>, SetError> {
        let fingerprint = indicator.fingerprint();
        if !self.may_have(fingerprint) {
            return Ok(None);
        }
        for place in self.places(fingerprint) {
            let record = self.record(place)?;
            if record.indicator == *indicator {
                return Ok(Some(record));
            }
        }
        Ok(None)
    }

    /// The record at a place, 0 to `count` − 1, in the order of fingerprints.
    pub fn record(&self, place: u32) -> Result<Record, SetError> {
        let mut offsets = [0; 16];
        self.read(&mut offsets, self.footer.offsets.at + u64::from(place) * 8)?;
        let (begin, end) = offsets.split_at(8);
        let [begin, end] = [begin, end].map(|half| {
            half.first_chunk()
                .map_or(0, |half| u64::from_le_bytes(*half))
        });
        let length = end
            .checked_sub(begin)
            .filter(|length| *length <= LONGEST_RECORD && end <= self.footer.records.bytes);
        let length = length.ok_or_else(|| self.damaged(place))?;
        let mut bytes = vec![0; usize::try_from(length).unwrap_or(0)];
        self.read(&mut bytes, self.footer.records.at + begin)?;
        record(&bytes).map_err(|Damaged| self.damaged(place))
    }

    /// Every record, in the order of fingerprints.
    pub fn records(&self) -> impl Iterator<Item = Result<Record, SetError>> + '_ {
        let count = u32::try_from(self.footer.count).unwrap_or(u32::MAX);
        (0..count).map(|place| self.record(place))
    }

    /// Reads all of it, and checks every hash.
    pub fn verify(&self) -> Result<(), SetError> {
        let footer = &self.footer;
        for (part, what) in [
            (&footer.records, "its records"),
            (&footer.offsets, "its offsets"),
            (&footer.bloom, "its filter"),
            (&footer.buckets, "its buckets"),
            (&footer.entries, "its entries"),
            (&footer.hints, "its hints"),
        ] {
            let read = read_part(&self.file, part, u64::MAX, |_| {});
            let read = read.map_err(|source| SetError::File {
                what: "read",
                path: self.path.clone(),
                source,
            })?;
            read.ok_or_else(|| SetError::Damaged {
                path: self.path.clone(),
                what: what.to_owned(),
            })?;
        }
        Ok(())
    }

    fn read(&self, bytes: &mut [u8], at: u64) -> Result<(), SetError> {
        self.file
            .read_exact_at(bytes, at)
            .map_err(|source| SetError::File {
                what: "read",
                path: self.path.clone(),
                source,
            })
    }

    fn damaged(&self, place: u32) -> SetError {
        SetError::Damaged {
            path: self.path.clone(),
            what: format!("record {place}"),
        }
    }
}

/// Reads a part, eight bytes at a time, and gives `None` if it is not what was written.
fn read_part(
    file: &File,
    part: &Part,
    end: u64,
    mut eight: impl FnMut(&[u8]),
) -> std::io::Result<Option<()>> {
    if part
        .at
        .checked_add(part.bytes)
        .is_none_or(|part_end| part_end > end)
    {
        return Ok(None);
    }
    let mut hasher = blake3::Hasher::new();
    let mut reader = BufReader::with_capacity(1 << 18, At { file, at: part.at });
    let mut left = part.bytes;
    let mut block = vec![0; 1 << 16];
    while left > 0 {
        let size = usize::try_from(left.min(1 << 16)).unwrap_or(1 << 16);
        match reader.read_exact(&mut block[..size]) {
            Err(error) if error.kind() == std::io::ErrorKind::UnexpectedEof => return Ok(None),
            other => other?,
        }
        hasher.update(&block[..size]);
        block[..size].chunks(8).for_each(&mut eight);
        left -= size as u64;
    }
    Ok((hasher.finalize().to_hex().as_str() == part.blake3).then_some(()))
}

/// Reads a file from somewhere on without moving anybody else's place in it.
struct At<'a> {
    file: &'a File,
    at: u64,
}

impl std::io::Read for At<'_> {
    fn read(&mut self, bytes: &mut [u8]) -> std::io::Result<usize> {
        let count = self.file.read_at(bytes, self.at)?;
        self.at += count as u64;
        Ok(count)
    }
}

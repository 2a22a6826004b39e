//! Sorting more than fits in memory: sorted runs on disk, merged.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::fs::File;
use std::io::{BufReader, BufWriter, Read, Write};
use std::path::{Path, PathBuf};

use super::error::SnapshotError;

/// Where a row came from: the how-manieth source file, and the row or line in it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// The file's number in the order of the mapping.
    pub file: u32,
    /// The row or line, from 1; 0 where there is none.
    pub row: u64,
}

type Entry = (Box<str>, Place, Box<[u8]>);

/// Takes `(key, place, payload)` in any order and gives them back sorted by key, then place.
///
/// Memory: about `limit_bytes`, however much is put in.
pub struct Sorter {
    folder: PathBuf,
    name: &'static str,
    limit_bytes: usize,
    held_bytes: usize,
    held: Vec<Entry>,
    runs: Vec<PathBuf>,
}

/// What an entry costs in memory besides its bytes.
const OVERHEAD: usize = 64;

impl Sorter {
    /// A sorter that spills into `folder`, whose owner removes it.
    pub fn new(folder: &Path, name: &'static str, limit_bytes: usize) -> Self {
        Self {
            folder: folder.to_owned(),
            name,
            limit_bytes,
            held_bytes: 0,
            held: Vec::new(),
            runs: Vec::new(),
        }
    }

    /// Puts an entry in.
    pub fn push(&mut self, key: &str, place: Place, payload: Vec<u8>) -> Result<(), SnapshotError> {
        self.held_bytes += key.len() + payload.len() + OVERHEAD;
        self.held
            .push((key.into(), place, payload.into_boxed_slice()));
        if self.held_bytes >= self.limit_bytes {
            self.spill()
        } else {
            Ok(())
        }
    }

    fn spill(&mut self) -> Result<(), SnapshotError> {
        self.held.sort_unstable();
        let path = self
            .folder
            .join(format!("{}-{}.run", self.name, self.runs.len()));
        let write = || SnapshotError::file("write", &path);
        let mut file = BufWriter::new(File::create(&path).map_err(write())?);
        for (key, place, payload) in self.held.drain(..) {
            let mut put = |bytes: &[u8]| file.write_all(bytes).map_err(write());
            put(&(key.len() as u64).to_le_bytes())?;
            put(key.as_bytes())?;
            put(&place.file.to_le_bytes())?;
            put(&place.row.to_le_bytes())?;
            put(&(payload.len() as u64).to_le_bytes())?;
            put(&payload)?;
        }
        file.flush().map_err(write())?;
        self.held_bytes = 0;
        self.runs.push(path);
        Ok(())
    }

    /// The entries, sorted.
    pub fn finish(mut self) -> Result<Sorted, SnapshotError> {
        self.held.sort_unstable();
        let mut runs = vec![Run::Held(std::mem::take(&mut self.held).into_iter())];
        for path in &self.runs {
            let file = File::open(path).map_err(SnapshotError::file("read", path))?;
            runs.push(Run::File(path.clone(), BufReader::new(file)));
        }
        let mut sorted = Sorted {
            runs,
            heads: BinaryHeap::new(),
        };
        for index in 0..sorted.runs.len() {
            sorted.advance(index)?;
        }
        Ok(sorted)
    }
}

enum Run {
    Held(std::vec::IntoIter<Entry>),
    File(PathBuf, BufReader<File>),
}

/// Entries in order, merged from their runs.
pub struct Sorted {
    runs: Vec<Run>,
    heads: BinaryHeap<Reverse<(Entry, usize)>>,
}

impl Sorted {
    fn advance(&mut self, index: usize) -> Result<(), SnapshotError> {
        let entry = match &mut self.runs[index] {
            Run::Held(entries) => entries.next(),
            Run::File(path, file) => read_entry(file).map_err(SnapshotError::file("read", path))?,
        };
        self.heads
            .extend(entry.map(|entry| Reverse((entry, index))));
        Ok(())
    }

    /// The next entry.
    pub fn pop(&mut self) -> Result<Option<Entry>, SnapshotError> {
        let Some(Reverse((entry, index))) = self.heads.pop() else {
            return Ok(None);
        };
        self.advance(index)?;
        Ok(Some(entry))
    }
}

fn read_entry(file: &mut impl Read) -> std::io::Result<Option<Entry>> {
    let mut long = [0; 8];
    match file.read_exact(&mut long) {
        Err(error) if error.kind() == std::io::ErrorKind::UnexpectedEof => return Ok(None),
        other => other?,
    }
    let invalid = |_| std::io::Error::from(std::io::ErrorKind::InvalidData);
    let mut bytes = |length: [u8; 8]| -> std::io::Result<Vec<u8>> {
        let length = usize::try_from(u64::from_le_bytes(length))
            .map_err(|_| std::io::ErrorKind::InvalidData)?;
        let mut bytes = vec![0; length];
        file.read_exact(&mut bytes)?;
        Ok(bytes)
    };
    let key = String::from_utf8(bytes(long)?).map_err(invalid)?;
    let place = bytes(12_u64.to_le_bytes())?;
    let (number, row) = place.split_at(4);
    let place = Place {
        file: u32::from_le_bytes(number.try_into().expect("four of twelve bytes")),
        row: u64::from_le_bytes(row.try_into().expect("eight of twelve bytes")),
    };
    let length = bytes(8_u64.to_le_bytes())?
        .try_into()
        .expect("eight bytes were read");
    let payload = bytes(length)?;
    Ok(Some((
        key.into_boxed_str(),
        place,
        payload.into_boxed_slice(),
    )))
}

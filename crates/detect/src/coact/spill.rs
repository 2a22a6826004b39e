//! What has no room in memory: bytes in a file that has no name.
//!
//! Nothing is left behind however the process ends, since the file is gone from its folder before
//! the first byte is written. All threads of a process write to one file and read from it.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt as _;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};

use super::error::CoactError;

/// A file to spill to, made when the first bytes come.
pub(super) struct Spill {
    folder: PathBuf,
    file: OnceLock<File>,
    end: AtomicU64,
}

/// Where bytes were put.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Span {
    from: u64,
    bytes: usize,
}

impl Spill {
    /// Nothing is made yet.
    pub(super) fn new(folder: &Path) -> Self {
        Self {
            folder: folder.to_owned(),
            file: OnceLock::new(),
            end: AtomicU64::new(0),
        }
    }

    /// Puts bytes behind all others.
    pub(super) fn put(&self, bytes: &[u8]) -> Result<Span, CoactError> {
        let from = self.end.fetch_add(bytes.len() as u64, Ordering::Relaxed);
        self.file()
            .and_then(|file| file.write_all_at(bytes, from))
            .map_err(|source| self.failed(source))?;
        Ok(Span {
            from,
            bytes: bytes.len(),
        })
    }

    /// Gives back what was put, in the place of what is in `into`.
    pub(super) fn get(&self, span: Span, into: &mut Vec<u8>) -> Result<(), CoactError> {
        into.resize(span.bytes, 0);
        self.file()
            .and_then(|file| file.read_exact_at(into, span.from))
            .map_err(|source| self.failed(source))
    }

    /// How many bytes were put.
    pub(super) fn bytes(&self) -> u64 {
        self.end.load(Ordering::Relaxed)
    }

    fn file(&self) -> io::Result<&File> {
        if let Some(file) = self.file.get() {
            return Ok(file);
        }
        let made = tempfile::tempfile_in(&self.folder)?;
        Ok(self.file.get_or_init(|| made))
    }

    fn failed(&self, source: io::Error) -> CoactError {
        CoactError::Spill {
            folder: self.folder.clone(),
            source,
        }
    }
}

/// Writes whole numbers, small ones in few bytes (LEB128).
pub(super) fn write_number(bytes: &mut Vec<u8>, mut number: u64) {
    loop {
        let low = number.to_le_bytes()[0] & 0x7F;
        number >>= 7;
        if number == 0 {
            bytes.push(low);
            return;
        }
        bytes.push(low | 0x80);
    }
}

/// Reads a number that [`write_number`] wrote.
pub(super) fn read_number(bytes: &mut &[u8]) -> u64 {
    let mut number = 0;
    let mut shift = 0;
    while let Some((first, rest)) = bytes.split_first() {
        *bytes = rest;
        number |= u64::from(first & 0x7F) << shift;
        if first & 0x80 == 0 {
            break;
        }
        shift += 7;
    }
    number
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_put_is_given_back_and_the_folder_stays_empty() {
        let folder = tempfile::tempdir().unwrap();
        let spill = Spill::new(folder.path());
        let one = spill.put(b"one").unwrap();
        let none = spill.put(b"").unwrap();
        let two = spill.put(b"and two").unwrap();
        let mut bytes = b"something that was there".to_vec();
        for (span, expected) in [(two, &b"and two"[..]), (none, b""), (one, b"one")] {
            spill.get(span, &mut bytes).unwrap();
            assert_eq!(bytes, expected);
        }
        assert_eq!(spill.bytes(), 10);
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
    }

    #[test]
    fn a_folder_that_is_not_there_is_named() {
        let spill = Spill::new(Path::new("nowhere/at/all"));
        let failed = spill.put(b"one").unwrap_err();
        assert!(failed.to_string().contains("nowhere/at/all"), "{failed}");
    }

    #[test]
    fn numbers_come_back() {
        let numbers = [0, 1, 127, 128, 300, u64::from(u32::MAX), u64::MAX];
        let mut bytes = Vec::new();
        for number in numbers {
            write_number(&mut bytes, number);
        }
        assert_eq!(bytes.len(), 1 + 1 + 1 + 2 + 2 + 5 + 10);
        let mut rest = bytes.as_slice();
        for number in numbers {
            assert_eq!(read_number(&mut rest), number);
        }
        assert!(rest.is_empty());
        assert_eq!(read_number(&mut rest), 0, "nothing is left to read");
    }
}

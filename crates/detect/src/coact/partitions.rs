//! The rows of one worker's objects, divided by object into parts that can be put in order one after
//! the other: in memory while there is room, on disk from then on.
//!
//! A part is small enough for the processor's cache, so that numbering and sorting it does not wait
//! for memory.

use super::error::CoactError;
use super::keys::Key;
use super::spill::{Span, Spill, read_number, write_number};

/// How many parts there are. With a hundred of them, one takes a hundredth of what all would.
pub(super) const PARTITIONS: usize = 128;

/// How many rows of a part are allocated at once.
const BLOCK_ROWS: usize = 1 << 10;

/// How many bytes of a part are collected before they go to disk.
const CHUNK_BYTES: usize = 1 << 15;

/// A row as it is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Kept {
    /// What was touched, on its layer.
    pub(super) object: Key,
    /// When.
    pub(super) at: i64,
    /// The reader's number of who touched it.
    pub(super) account: u32,
    /// The number of its source: who read it, and on which layer.
    pub(super) source: u32,
}

/// Rows, divided by object.
pub(super) struct Partitions {
    parts: Vec<Partition>,
    on_disk: bool,
    count: usize,
}

#[derive(Default)]
struct Partition {
    rows: u64,
    /// In memory, in blocks, so that they grow without being copied.
    blocks: Vec<Vec<Kept>>,
    /// The block that is not full.
    last: Vec<Kept>,
    /// On disk.
    chunks: Vec<Span>,
    /// What has not gone to disk.
    open: Vec<u8>,
    /// The time of the row before, from which the next one is counted.
    last_at: i64,
}

impl Partitions {
    pub(super) fn new() -> Self {
        Self {
            parts: std::iter::repeat_with(Partition::default)
                .take(PARTITIONS)
                .collect(),
            on_disk: false,
            count: 0,
        }
    }

    /// How many rows are in each.
    pub(super) fn rows(&self) -> Vec<u64> {
        self.parts.iter().map(|part| part.rows).collect()
    }

    /// How many bytes the rows in memory take.
    pub(super) fn bytes(&self) -> usize {
        if self.on_disk {
            return 0;
        }
        self.count * size_of::<Kept>()
    }

    /// Whether rows go to disk.
    pub(super) fn is_on_disk(&self) -> bool {
        self.on_disk
    }

    /// Adds a row.
    pub(super) fn put(&mut self, row: Kept, spill: &Spill) -> Result<(), CoactError> {
        let part = &mut self.parts[row.object.partition(PARTITIONS)];
        part.rows += 1;
        if self.on_disk {
            return part.write(row, spill);
        }
        self.count += 1;
        if part.last.len() == part.last.capacity() {
            let full = std::mem::replace(&mut part.last, Vec::with_capacity(BLOCK_ROWS));
            part.blocks.push(full);
        }
        part.last.push(row);
        Ok(())
    }

    /// Brings all rows to disk, and those that come from now on.
    pub(super) fn spill(&mut self, spill: &Spill) -> Result<(), CoactError> {
        self.on_disk = true;
        for part in &mut self.parts {
            let blocks = std::mem::take(&mut part.blocks);
            let last = std::mem::take(&mut part.last);
            for row in blocks.into_iter().flatten().chain(last) {
                part.write(row, spill)?;
            }
        }
        Ok(())
    }

    /// Takes the rows of one part out, in batches, in the order in which they were put.
    pub(super) fn take(
        &mut self,
        partition: usize,
        spill: &Spill,
        mut each: impl FnMut(&[Kept]),
    ) -> Result<(), CoactError> {
        let part = std::mem::take(&mut self.parts[partition]);
        for block in part.blocks.into_iter().chain([part.last]) {
            each(&block);
        }
        let (mut bytes, mut rows) = (Vec::new(), Vec::new());
        for chunk in &part.chunks {
            spill.get(*chunk, &mut bytes)?;
            unpack(&bytes, &mut rows);
            each(&rows);
        }
        unpack(&part.open, &mut rows);
        each(&rows);
        Ok(())
    }
}

impl Partition {
    fn write(&mut self, row: Kept, spill: &Spill) -> Result<(), CoactError> {
        write(&mut self.open, &row, self.last_at);
        self.last_at = row.at;
        if self.open.len() >= CHUNK_BYTES {
            self.chunks.push(spill.put(&self.open)?);
            self.open.clear();
            self.last_at = 0;
        }
        Ok(())
    }
}

fn unpack(mut bytes: &[u8], rows: &mut Vec<Kept>) {
    rows.clear();
    let mut last_at = 0;
    while let Some(row) = read(&mut bytes, last_at) {
        last_at = row.at;
        rows.push(row);
    }
}

fn write(bytes: &mut Vec<u8>, row: &Kept, last_at: i64) {
    bytes.extend_from_slice(&row.object.to_bytes());
    let since = row.at.wrapping_sub(last_at);
    // Small differences of either sign become small numbers.
    write_number(bytes, ((since << 1) ^ (since >> 63)).cast_unsigned());
    write_number(bytes, row.account.into());
    write_number(bytes, row.source.into());
}

fn read(bytes: &mut &[u8], last_at: i64) -> Option<Kept> {
    let (object, rest) = bytes.split_first_chunk()?;
    *bytes = rest;
    let folded = read_number(bytes);
    let since = (folded >> 1).cast_signed() ^ -(folded & 1).cast_signed();
    let mut number = || u32::try_from(read_number(bytes)).expect("it was written from 32 bits");
    Some(Kept {
        object: Key::from_bytes(*object),
        at: last_at.wrapping_add(since),
        account: number(),
        source: number(),
    })
}

#[cfg(test)]
mod tests {
    use super::super::gather::NO_TIME;
    use super::super::keys::key;
    use super::*;

    const TIMES: [i64; 6] = [0, -1, i64::MAX, NO_TIME, 1_700_000_000, 1_700_000_001];

    fn rows() -> Vec<Kept> {
        let rows = (0..200_000_u32).map(|number| Kept {
            object: key(format!("object {}", number % 1000).as_bytes()),
            at: TIMES[number as usize % TIMES.len()],
            account: number.wrapping_mul(2_654_435_761),
            source: number % 500,
        });
        rows.collect()
    }

    /// Puts rows, of which so many before they go to disk, and takes them out again.
    fn check(in_memory: usize) {
        let folder = tempfile::tempdir().unwrap();
        let spill = Spill::new(folder.path());
        let mut partitions = Partitions::new();
        let rows = rows();
        for (number, row) in rows.iter().enumerate() {
            if number == in_memory {
                partitions.spill(&spill).unwrap();
            }
            partitions.put(*row, &spill).unwrap();
        }
        assert_eq!(spill.bytes() > 0, in_memory < rows.len());
        let counts = partitions.rows();
        assert_eq!(counts.iter().sum::<u64>(), rows.len() as u64);
        let most = counts.iter().max().unwrap();
        assert!(*most < 5_000, "about evenly divided: {most}");
        for (partition, count) in counts.into_iter().enumerate() {
            let expected: Vec<Kept> = rows
                .iter()
                .copied()
                .filter(|row| row.object.partition(PARTITIONS) == partition)
                .collect();
            let mut taken = Vec::new();
            partitions
                .take(partition, &spill, |rows| taken.extend_from_slice(rows))
                .unwrap();
            assert_eq!(taken.len() as u64, count);
            assert!(taken == expected, "the rows of part {partition} differ");
        }
    }

    #[test]
    fn rows_come_back_in_their_order_from_one_part_each_wherever_they_were() {
        check(usize::MAX);
        check(0);
        check(70_000);
    }
}

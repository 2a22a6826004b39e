//! Rows on disk, divided by object, so that one part after the other can be put in order.

use super::error::CoactError;
use super::gather::{LayerOf, Row};
use super::names::Key;
use super::spill::{Span, Spill, read_number, write_number};

/// How many parts there are. With a hundred of them, one takes a hundredth of what all would.
pub(super) const PARTITIONS: usize = 128;

/// How many bytes of a part are collected before they go to disk.
const CHUNK_BYTES: usize = 1 << 15;

/// How many rows are handed over at once.
const BATCH_ROWS: usize = 1 << 10;

/// A row with everything that says where it came from.
#[derive(Debug, Clone, Copy)]
pub(super) struct Spilled {
    /// Who read it, and numbered its account.
    pub(super) reader: u32,
    /// Its layer, which another may have numbered.
    pub(super) layer: LayerOf,
    pub(super) row: Row,
}

/// The rows of one worker's objects.
pub(super) struct Partitions(Vec<Partition>);

#[derive(Default)]
struct Partition {
    rows: u64,
    chunks: Vec<Span>,
    /// What has not gone to disk.
    open: Vec<u8>,
    /// The time of the row before, from which the next one is counted.
    last_at: i64,
}

impl Partitions {
    pub(super) fn new() -> Self {
        Self(
            std::iter::repeat_with(Partition::default)
                .take(PARTITIONS)
                .collect(),
        )
    }

    /// How many rows are in each.
    pub(super) fn rows(&self) -> Vec<u64> {
        self.0.iter().map(|partition| partition.rows).collect()
    }

    /// Adds a row.
    pub(super) fn put(&mut self, row: &Spilled, spill: &Spill) -> Result<(), CoactError> {
        let partition = &mut self.0[row.row.object.partition(PARTITIONS)];
        partition.rows += 1;
        write(&mut partition.open, row, partition.last_at);
        partition.last_at = row.row.at;
        if partition.open.len() >= CHUNK_BYTES {
            partition.chunks.push(spill.put(&partition.open)?);
            partition.open.clear();
            partition.last_at = 0;
        }
        Ok(())
    }

    /// Gives the rows of one part in batches, in the order in which they were put.
    pub(super) fn read(
        &self,
        partition: usize,
        spill: &Spill,
        mut each: impl FnMut(&[Spilled]),
    ) -> Result<(), CoactError> {
        let partition = &self.0[partition];
        let mut bytes = Vec::new();
        let mut rows = Vec::with_capacity(BATCH_ROWS);
        for chunk in &partition.chunks {
            spill.get(*chunk, &mut bytes)?;
            unpack(&bytes, &mut rows, &mut each);
        }
        unpack(&partition.open, &mut rows, &mut each);
        each(&rows);
        Ok(())
    }
}

fn unpack(mut bytes: &[u8], rows: &mut Vec<Spilled>, each: &mut impl FnMut(&[Spilled])) {
    let mut last_at = 0;
    while let Some(row) = read(&mut bytes, last_at) {
        last_at = row.row.at;
        rows.push(row);
        if rows.len() == BATCH_ROWS {
            each(rows);
            rows.clear();
        }
    }
}

fn write(bytes: &mut Vec<u8>, row: &Spilled, last_at: i64) {
    bytes.extend_from_slice(&row.row.object.to_bytes());
    let since = row.row.at.wrapping_sub(last_at);
    // Small differences of either sign become small numbers.
    write_number(bytes, ((since << 1) ^ (since >> 63)).cast_unsigned());
    let rest = [
        row.row.account,
        row.reader,
        row.layer.reader,
        row.layer.layer,
    ];
    for number in rest {
        write_number(bytes, number.into());
    }
}

fn read(bytes: &mut &[u8], last_at: i64) -> Option<Spilled> {
    let (object, rest) = bytes.split_first_chunk()?;
    *bytes = rest;
    let folded = read_number(bytes);
    let since = (folded >> 1).cast_signed() ^ -(folded & 1).cast_signed();
    let mut number = || u32::try_from(read_number(bytes)).expect("it was written from 32 bits");
    let (account, reader) = (number(), number());
    let layer = LayerOf {
        reader: number(),
        layer: number(),
    };
    Some(Spilled {
        reader,
        layer,
        row: Row {
            object: Key::from_bytes(*object),
            at: last_at.wrapping_add(since),
            account,
            layer: layer.layer,
        },
    })
}

#[cfg(test)]
mod tests {
    use super::super::gather::NO_TIME;
    use super::super::names::key;
    use super::*;

    #[test]
    fn rows_come_back_in_their_order_from_one_part_each() {
        let folder = tempfile::tempdir().unwrap();
        let spill = Spill::new(folder.path());
        let mut partitions = Partitions::new();
        let times = [0, -1, i64::MAX, NO_TIME, 1_700_000_000, 1_700_000_001];
        let rows: Vec<Spilled> = (0..200_000_u32)
            .map(|number| Spilled {
                reader: number % 3,
                layer: LayerOf {
                    reader: number % 2,
                    layer: number % 500,
                },
                row: Row {
                    object: key(format!("object {}", number % 1000).as_bytes()),
                    at: times[number as usize % times.len()],
                    account: number.wrapping_mul(2_654_435_761),
                    layer: number % 500,
                },
            })
            .collect();
        for row in &rows {
            partitions.put(row, &spill).unwrap();
        }
        assert!(spill.bytes() > 0, "some of it is on disk");
        let mut seen = 0;
        for partition in 0..PARTITIONS {
            let mut expected = rows
                .iter()
                .filter(|row| row.row.object.partition(PARTITIONS) == partition);
            partitions
                .read(partition, &spill, |rows| {
                    for row in rows {
                        let expected = expected.next().unwrap();
                        assert_eq!(format!("{row:?}"), format!("{expected:?}"));
                        seen += 1;
                    }
                })
                .unwrap();
            assert!(expected.next().is_none());
        }
        assert_eq!(seen, rows.len());
        let counted: u64 = partitions.rows().iter().sum();
        assert_eq!(counted, rows.len() as u64);
        let most = partitions.rows().into_iter().max().unwrap();
        assert!(most < 5_000, "about evenly divided: {most}");
    }
}

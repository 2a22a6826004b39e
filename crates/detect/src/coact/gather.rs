//! What one worker collects while files are read: the rows of its objects.

use super::error::CoactError;
use super::keys::Key;
use super::ordered::Events;
use super::partitions::{Kept, Partitions};
use super::sorting::Sorting;
use super::spill::Spill;

/// A row, as its reader sends it.
#[derive(Debug, Clone, Copy, serde::Serialize, serde::Deserialize)]
pub(super) struct Row {
    /// What was touched, on its layer.
    pub(super) object: Key,
    /// When; [`NO_TIME`] if nobody knows.
    pub(super) at: i64,
    /// The reader's number of who touched it.
    pub(super) account: u32,
    /// The reader's number of the layer.
    pub(super) layer: u32,
}

/// The moment of a row without one.
pub(super) const NO_TIME: i64 = i64::MIN;

/// Where rows come from: who numbered their accounts and their layer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Source {
    pub(super) reader: u32,
    pub(super) layer: u32,
}

/// What an event takes once it is in order: who, when, and where it is among its account's.
const EVENT_BYTES: usize = 12;

/// What is known once every row was read.
#[derive(Clone, Copy)]
pub(super) struct Known<'a> {
    /// For each reader the place of each of its accounts.
    pub(super) places: &'a [Vec<u32>],
    /// For each reader and layer, whether the layer has times.
    pub(super) has_times: &'a [Vec<bool>],
    /// The earliest and the latest time there is.
    pub(super) times: (i64, i64),
    /// How far apart two events may be.
    pub(super) window: u64,
}

impl Known<'_> {
    /// Whether times counted from the earliest one fit into 32 bits.
    pub(super) fn is_narrow(&self) -> bool {
        self.times.1.saturating_sub(self.times.0) < i64::from(u32::MAX)
    }
}

/// The rows of the objects of one worker.
pub(super) struct Gather {
    rows: Partitions,
    sources: Vec<Source>,
    /// By reader and layer, the number of the source; [`NO_SOURCE`] where nothing came yet.
    numbers: Vec<Vec<u32>>,
}

const NO_SOURCE: u32 = u32::MAX;

impl Gather {
    pub(super) fn new(readers: usize) -> Self {
        Self {
            rows: Partitions::new(),
            sources: Vec::new(),
            numbers: vec![Vec::new(); readers],
        }
    }

    /// Takes rows that a reader sent. Once they take more than `room` bytes, all go to disk.
    pub(super) fn take(
        &mut self,
        reader: usize,
        rows: &[Row],
        room: usize,
        spill: &Spill,
    ) -> Result<(), CoactError> {
        for row in rows {
            let kept = Kept {
                object: row.object,
                at: row.at,
                account: row.account,
                source: self.source(reader, row.layer),
            };
            self.rows.put(kept, spill)?;
        }
        let each = size_of::<Kept>() + EVENT_BYTES;
        if self.rows.bytes() / size_of::<Kept>() * each > room {
            self.spill(spill)?;
        }
        Ok(())
    }

    fn source(&mut self, reader: usize, layer: u32) -> u32 {
        let layers = &mut self.numbers[reader];
        let place = layer as usize;
        if layers.len() <= place {
            layers.resize(place + 1, NO_SOURCE);
        }
        let number = &mut layers[place];
        if *number == NO_SOURCE {
            *number = u32::try_from(self.sources.len()).expect("layers are numbered by 32 bits");
            let reader = u32::try_from(reader).expect("few readers");
            self.sources.push(Source { reader, layer });
        }
        *number
    }

    /// Whether rows are on disk.
    pub(super) fn is_spilled(&self) -> bool {
        self.rows.is_on_disk()
    }

    /// Brings all rows to disk, if they are not there.
    pub(super) fn spill(&mut self, spill: &Spill) -> Result<(), CoactError> {
        if self.is_spilled() {
            return Ok(());
        }
        self.rows.spill(spill)
    }

    /// How many rows are in each partition.
    pub(super) fn partition_rows(&self) -> Vec<u64> {
        self.rows.rows()
    }

    /// Puts these partitions in order, and gives how many rows were left out because they have no
    /// time and their layer has some.
    pub(super) fn order(
        &mut self,
        partitions: std::ops::Range<usize>,
        known: Known<'_>,
        spill: &Spill,
    ) -> Result<(Events, u64), CoactError> {
        let mut events = Events::empty(known.is_narrow());
        let mut sorting = Sorting::new(known, &self.sources);
        for partition in partitions {
            self.rows
                .take(partition, spill, |rows| sorting.take(rows))?;
            sorting.finish(&mut events);
        }
        Ok((events, sorting.untimed()))
    }
}

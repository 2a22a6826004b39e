//! From rows in the order of files to events in the order of objects and times.

use super::error::CoactError;
use super::names::{Key, Numbers, WARM};
use super::ordered::{Events, FIRST, Moment, Ordered};
use super::partitions::{PARTITIONS, Partitions, Spilled};
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

/// A layer: the number that a reader gave it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct LayerOf {
    pub(super) reader: u32,
    pub(super) layer: u32,
}

/// A row whose object has a number.
#[derive(Clone, Copy)]
struct Staged {
    at: i64,
    object: u32,
    account: u32,
}

/// What a row takes until it is in order: once as it came, once where it goes.
const ROW_BYTES: usize = size_of::<Staged>() + 8;

/// What is known once every row was read.
#[derive(Clone, Copy)]
pub(super) struct Known<'a> {
    /// For each reader the place of each of its accounts.
    pub(super) places: &'a [Vec<u32>],
    /// For each reader and layer, whether the layer has times.
    pub(super) has_times: &'a [Vec<bool>],
    /// The earliest and the latest time there is.
    pub(super) times: (i64, i64),
}

impl Known<'_> {
    /// Whether times counted from the earliest one fit into 32 bits.
    pub(super) fn is_narrow(&self) -> bool {
        self.times.1.saturating_sub(self.times.0) < i64::from(u32::MAX)
    }
}

/// Collects the rows of the objects of one worker: in memory while there is room, on disk from then on.
#[derive(Default)]
pub(super) struct Gather {
    held: Held,
    spilled: Option<Partitions>,
}

/// Rows in memory.
#[derive(Default)]
struct Held {
    objects: Numbers,
    layers: Vec<LayerOf>,
    /// By reader, in blocks, so that they grow without being copied.
    rows: Vec<Vec<Vec<Staged>>>,
    count: usize,
}

impl Gather {
    pub(super) fn new(readers: usize) -> Self {
        Self {
            held: Held::new(readers),
            spilled: None,
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
        if let Some(partitions) = &mut self.spilled {
            let reader = u32::try_from(reader).expect("few readers");
            return rows.iter().try_for_each(|row| {
                let layer = LayerOf {
                    reader,
                    layer: row.layer,
                };
                let row = *row;
                partitions.put(&Spilled { reader, layer, row }, spill)
            });
        }
        self.held.take(reader, rows);
        if self.held.bytes() > room {
            self.spill(spill)?;
        }
        Ok(())
    }

    /// Whether rows are on disk.
    pub(super) fn is_spilled(&self) -> bool {
        self.spilled.is_some()
    }

    /// Brings all rows to disk, if they are not there.
    pub(super) fn spill(&mut self, spill: &Spill) -> Result<(), CoactError> {
        if self.spilled.is_some() {
            return Ok(());
        }
        let readers = self.held.rows.len();
        let held = std::mem::replace(&mut self.held, Held::new(readers));
        let partitions = self.spilled.insert(Partitions::new());
        held.leave(|row| partitions.put(row, spill))
    }

    /// How many rows are in each partition on disk.
    pub(super) fn partition_rows(&self) -> Vec<u64> {
        match &self.spilled {
            Some(partitions) => partitions.rows(),
            None => vec![0; PARTITIONS],
        }
    }

    /// Orders what is in memory, or else these partitions, and gives how many rows were left out
    /// because they have no time and their layer has some.
    pub(super) fn order(
        &mut self,
        partitions: std::ops::Range<usize>,
        known: Known<'_>,
        spill: &Spill,
    ) -> Result<(Events, u64), CoactError> {
        let mut events = Events::empty(known.is_narrow());
        let readers = self.held.rows.len();
        let Some(spilled) = &self.spilled else {
            let held = std::mem::replace(&mut self.held, Held::new(readers));
            let untimed = held.finish(known, &mut events);
            return Ok((events, untimed));
        };
        let rows = spilled.rows();
        let most: u64 = rows[partitions.clone()].iter().sum();
        events.reserve(usize::try_from(most).unwrap_or(usize::MAX));
        let mut untimed = 0;
        for partition in partitions {
            let mut held = Held::new(readers);
            spilled.read(partition, spill, |rows| held.retake(rows))?;
            untimed += held.finish(known, &mut events);
        }
        Ok((events, untimed))
    }
}

impl Held {
    fn new(readers: usize) -> Self {
        Self {
            objects: Numbers::new(),
            layers: Vec::new(),
            rows: vec![Vec::new(); readers],
            count: 0,
        }
    }

    fn take(&mut self, reader: usize, rows: &[Row]) {
        let mut block = Vec::with_capacity(rows.len());
        for rows in rows.chunks(WARM) {
            self.objects.warm(rows.iter().map(|row| row.object));
            for row in rows {
                let reader = u32::try_from(reader).expect("few readers");
                let layer = LayerOf {
                    reader,
                    layer: row.layer,
                };
                block.push(self.stage(row, layer));
            }
        }
        self.count += block.len();
        self.rows[reader].push(block);
    }

    /// Takes rows that were on disk.
    fn retake(&mut self, rows: &[Spilled]) {
        for rows in rows.chunks(WARM) {
            self.objects.warm(rows.iter().map(|row| row.row.object));
            for row in rows {
                let staged = self.stage(&row.row, row.layer);
                let blocks = &mut self.rows[row.reader as usize];
                match blocks.last_mut() {
                    Some(block) if block.len() < block.capacity() => block.push(staged),
                    _ => {
                        let mut block = Vec::with_capacity(1 << 12);
                        block.push(staged);
                        blocks.push(block);
                    }
                }
            }
        }
        self.count += rows.len();
    }

    fn stage(&mut self, row: &Row, layer: LayerOf) -> Staged {
        let (object, is_new) = self.objects.number(row.object);
        if is_new {
            self.layers.push(layer);
        }
        Staged {
            at: row.at,
            object,
            account: row.account,
        }
    }

    /// What it takes now or will take before it is in order.
    fn bytes(&self) -> usize {
        self.count * ROW_BYTES + self.objects.bytes() + self.layers.len() * size_of::<LayerOf>()
    }

    /// Gives all rows away as they came.
    fn leave(
        self,
        mut each: impl FnMut(&Spilled) -> Result<(), CoactError>,
    ) -> Result<(), CoactError> {
        let objects = self.objects.into_keys();
        for (reader, blocks) in (0..).zip(self.rows) {
            for staged in blocks.into_iter().flatten() {
                let layer = self.layers[staged.object as usize];
                each(&Spilled {
                    reader,
                    layer,
                    row: Row {
                        object: objects[staged.object as usize],
                        at: staged.at,
                        account: staged.account,
                        layer: layer.layer,
                    },
                })?;
            }
        }
        Ok(())
    }

    /// Adds all rows to `events`, in order, and gives how many were left out for want of a time.
    fn finish(self, known: Known<'_>, events: &mut Events) -> u64 {
        let Self {
            objects,
            layers,
            rows,
            ..
        } = self;
        let count = objects.len();
        drop(objects);
        let windowed: Vec<bool> = layers
            .iter()
            .map(|of| known.has_times[of.reader as usize][of.layer as usize])
            .collect();
        drop(layers);
        let mut ends = vec![0_u32; count + 1];
        let mut untimed = 0;
        for row in rows.iter().flatten().flatten() {
            if row.at != NO_TIME || !windowed[row.object as usize] {
                ends[row.object as usize + 1] += 1;
            } else {
                untimed += 1;
            }
        }
        for object in 0..count {
            ends[object + 1] += ends[object];
        }
        match events {
            Events::Narrow(ordered) => order(rows, &mut ends, known, &windowed, ordered),
            Events::Wide(ordered) => order(rows, &mut ends, known, &windowed, ordered),
        }
        untimed
    }
}

/// Sorts rows by object with one counting pass, each object by time, and leaves out what ties nobody.
fn order<T: Moment>(
    rows: Vec<Vec<Vec<Staged>>>,
    ends: &mut [u32],
    known: Known<'_>,
    windowed: &[bool],
    ordered: &mut Ordered<T>,
) {
    let base = known.times.0;
    let total = ends.last().map_or(0, |end| *end as usize);
    let mut sorted: Vec<(T, u32)> = vec![(T::at(base, base), 0); total];
    for (blocks, places) in rows.into_iter().zip(known.places) {
        for row in blocks.into_iter().flatten() {
            let windowed = windowed[row.object as usize];
            if windowed && row.at == NO_TIME {
                continue;
            }
            let at = if windowed { row.at } else { base };
            let place = &mut ends[row.object as usize];
            sorted[*place as usize] = (T::at(at, base), places[row.account as usize]);
            *place += 1;
        }
    }
    // Each object's place has moved to where it ends.
    let mut from = 0;
    let mut kept = 0;
    for end in &ends[..ends.len() - 1] {
        let object = &mut sorted[from..*end as usize];
        from = *end as usize;
        let Some((_, one)) = object.first().copied() else {
            continue;
        };
        if object.iter().all(|(_, other)| *other == one) {
            continue;
        }
        object.sort_unstable();
        let length = object.len();
        sorted.copy_within(from - length..from, kept);
        sorted[kept].1 |= FIRST;
        kept += length;
    }
    sorted.truncate(kept);
    ordered.extend(&sorted);
}

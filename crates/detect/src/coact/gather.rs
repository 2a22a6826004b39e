//! From rows in the order of files to events in the order of objects and times.

use super::names::{Key, Numbers, WARM};

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

/// Marks the first event of an object.
const FIRST: u32 = 1 << 31;

/// A row whose object has a number.
#[derive(Clone, Copy)]
struct Staged {
    at: i64,
    object: u32,
    account: u32,
}

/// Collects the rows of the objects of one worker.
#[derive(Default)]
pub(super) struct Gather {
    objects: Numbers,
    /// Of each object, which reader's layer it is on.
    layers: Vec<(u32, u32)>,
    /// By reader, in blocks, so that they grow without being copied.
    rows: Vec<Vec<Vec<Staged>>>,
}

impl Gather {
    pub(super) fn new(readers: usize) -> Self {
        Self {
            objects: Numbers::new(),
            layers: Vec::new(),
            rows: vec![Vec::new(); readers],
        }
    }

    pub(super) fn take(&mut self, reader: usize, rows: &[Row]) {
        let mut block = Vec::with_capacity(rows.len());
        for rows in rows.chunks(WARM) {
            self.objects.warm(rows.iter().map(|row| row.object));
            for row in rows {
                let (object, is_new) = self.objects.number(row.object);
                if is_new {
                    let reader = u32::try_from(reader).expect("few readers");
                    self.layers.push((reader, row.layer));
                }
                block.push(Staged {
                    at: row.at,
                    object,
                    account: row.account,
                });
            }
        }
        self.rows[reader].push(block);
    }

    /// Orders everything. `places` gives for each reader the place of each of its accounts, `has_window`
    /// whether a layer of a reader has times at all. Rows without a time on a layer that has some are
    /// left out and counted.
    pub(super) fn finish(
        self,
        places: &[Vec<u32>],
        has_window: impl Fn(u32, u32) -> bool,
    ) -> (Events, u64) {
        let Self {
            objects,
            layers,
            rows,
        } = self;
        let count = objects.len();
        drop(objects);
        let windowed: Vec<bool> = layers
            .iter()
            .map(|(reader, layer)| has_window(*reader, *layer))
            .collect();
        drop(layers);
        let (mut earliest, mut latest) = (i64::MAX, i64::MIN);
        let mut ends = vec![0_u32; count + 1];
        let mut untimed = 0;
        let keeps = |row: &Staged| row.at != NO_TIME || !windowed[row.object as usize];
        for row in rows.iter().flatten().flatten() {
            if keeps(row) {
                ends[row.object as usize + 1] += 1;
                if row.at != NO_TIME {
                    earliest = earliest.min(row.at);
                    latest = latest.max(row.at);
                }
            } else {
                untimed += 1;
            }
        }
        for object in 0..count {
            ends[object + 1] += ends[object];
        }
        let base = if earliest == i64::MAX { 0 } else { earliest };
        let narrow = latest.saturating_sub(base) < i64::from(u32::MAX);
        let events = if narrow {
            order::<u32>(rows, &mut ends, base, places, keeps, &windowed)
        } else {
            order::<i64>(rows, &mut ends, base, places, keeps, &windowed)
        };
        (events, untimed)
    }
}

/// A moment as it is stored: counted from the earliest one, as narrow as that allows.
pub(super) trait Moment: Copy + Ord {
    fn at(at: i64, base: i64) -> Self;
    /// The same moment, uncompressed but for where it is counted from.
    fn whole(self) -> i64;
    /// How much later it is than an earlier one.
    fn since(self, earlier: Self) -> u64;
}

impl Moment for u32 {
    fn at(at: i64, base: i64) -> Self {
        u32::try_from(at - base).expect("the span was measured")
    }

    fn whole(self) -> i64 {
        self.into()
    }

    fn since(self, earlier: Self) -> u64 {
        u64::from(self - earlier)
    }
}

impl Moment for i64 {
    fn at(at: i64, _: i64) -> Self {
        at
    }

    fn whole(self) -> i64 {
        self
    }

    fn since(self, earlier: Self) -> u64 {
        self.abs_diff(earlier)
    }
}

/// Events of one worker's objects, by object, then time.
pub(super) enum Events {
    /// With times that fit into 32 bits.
    Narrow(Ordered<u32>),
    /// With any times.
    Wide(Ordered<i64>),
}

/// Events by object, then time. Objects that fewer than two accounts touched are not among them.
pub(super) struct Ordered<T> {
    /// The account's place, marked where an object begins.
    who: Vec<u32>,
    at: Vec<T>,
}

impl From<Ordered<u32>> for Events {
    fn from(ordered: Ordered<u32>) -> Self {
        Self::Narrow(ordered)
    }
}

impl From<Ordered<i64>> for Events {
    fn from(ordered: Ordered<i64>) -> Self {
        Self::Wide(ordered)
    }
}

impl Events {
    /// How many there are.
    pub(super) fn len(&self) -> usize {
        match self {
            Self::Narrow(ordered) => ordered.who.len(),
            Self::Wide(ordered) => ordered.who.len(),
        }
    }
}

/// Events in order, on their way to a process or come from one.
#[derive(Debug, Default, Clone, serde::Serialize, serde::Deserialize)]
pub(super) struct Shipment {
    who: Vec<u32>,
    at: Vec<i64>,
}

impl Shipment {
    /// How many events it holds.
    pub(super) fn len(&self) -> usize {
        self.who.len()
    }

    /// Takes another one's objects.
    pub(super) fn append(&mut self, mut other: Self) {
        self.who.append(&mut other.who);
        self.at.append(&mut other.at);
    }

    /// The events, as narrow as their times allow.
    pub(super) fn into_events(self) -> Events {
        let base = self.at.iter().copied().min().unwrap_or(0);
        let latest = self.at.iter().copied().max().unwrap_or(0);
        if latest.saturating_sub(base) < i64::from(u32::MAX) {
            let at = self.at.iter().map(|at| u32::at(*at, base)).collect();
            Ordered { who: self.who, at }.into()
        } else {
            Ordered {
                who: self.who,
                at: self.at,
            }
            .into()
        }
    }
}

impl Events {
    /// Gives each object to every process that counts one of its accounts. `home` says which process
    /// counts whom; `ship` is handed what has grown large enough to go.
    pub(super) fn divide(
        self,
        processes: usize,
        home: &[u8],
        mut ship: impl FnMut(usize, Shipment),
    ) {
        match self {
            Self::Narrow(ordered) => ordered.divide(processes, home, &mut ship),
            Self::Wide(ordered) => ordered.divide(processes, home, &mut ship),
        }
    }
}

/// Events that travel as one, about.
const SHIPMENT_EVENTS: usize = 1 << 16;

impl<T: Moment> Ordered<T> {
    fn divide(self, processes: usize, home: &[u8], ship: &mut impl FnMut(usize, Shipment)) {
        let mut boxes = vec![Shipment::default(); processes];
        let mut wanted = vec![false; processes];
        let mut from = 0;
        while from < self.who.len() {
            let rest = &self.who[from + 1..];
            let length = rest.iter().position(|who| who & FIRST != 0);
            let to = from + 1 + length.unwrap_or(rest.len());
            wanted.fill(false);
            for who in &self.who[from..to] {
                wanted[usize::from(home[(who & !FIRST) as usize])] = true;
            }
            for (process, shipment) in boxes.iter_mut().enumerate() {
                if wanted[process] {
                    shipment.who.extend_from_slice(&self.who[from..to]);
                    shipment
                        .at
                        .extend(self.at[from..to].iter().map(|at| at.whole()));
                    if shipment.len() >= SHIPMENT_EVENTS {
                        ship(process, std::mem::take(shipment));
                    }
                }
            }
            from = to;
        }
        for (process, shipment) in boxes.into_iter().enumerate() {
            if shipment.len() > 0 {
                ship(process, shipment);
            }
        }
    }

    pub(super) fn len(&self) -> usize {
        self.who.len()
    }

    /// Who an event is of.
    pub(super) fn account(&self, event: usize) -> u32 {
        self.who[event] & !FIRST
    }

    /// Whether an object begins with this event.
    pub(super) fn is_first(&self, event: usize) -> bool {
        self.who[event] & FIRST != 0
    }

    /// Reads these events without waiting for one after the other.
    pub(super) fn warm(&self, events: impl Iterator<Item = usize>) {
        let seen = events.fold(0, |seen, event| {
            seen ^ self.who[event] ^ u32::from(self.at[event] > self.at[0])
        });
        std::hint::black_box(seen);
    }

    /// Gives every event of the same object whose time is at most `window` apart, itself among them.
    pub(super) fn near(&self, event: usize, window: u64, mut each: impl FnMut(u32)) {
        let at = self.at[event];
        let (before, after) = self.who.split_at(event + 1);
        for (who, other) in before.iter().zip(&self.at[..=event]).rev() {
            if at.since(*other) > window {
                break;
            }
            each(who & !FIRST);
            if who & FIRST != 0 {
                break;
            }
        }
        for (who, other) in after.iter().zip(&self.at[event + 1..]) {
            if who & FIRST != 0 || other.since(at) > window {
                break;
            }
            each(*who);
        }
    }
}

/// Sorts rows by object with one counting pass, each object by time, and leaves out what ties nobody.
fn order<T: Moment>(
    rows: Vec<Vec<Vec<Staged>>>,
    ends: &mut [u32],
    base: i64,
    places: &[Vec<u32>],
    keeps: impl Fn(&Staged) -> bool,
    windowed: &[bool],
) -> Events
where
    Events: From<Ordered<T>>,
{
    let total = ends.last().map_or(0, |end| *end as usize);
    let mut sorted: Vec<(T, u32)> = vec![(T::at(base, base), 0); total];
    for (blocks, places) in rows.into_iter().zip(places) {
        for row in blocks.into_iter().flatten() {
            if keeps(&row) {
                let at = if windowed[row.object as usize] {
                    row.at
                } else {
                    base
                };
                let place = &mut ends[row.object as usize];
                sorted[*place as usize] = (T::at(at, base), places[row.account as usize]);
                *place += 1;
            }
        }
    }
    // Each object's place has moved to where it ends.
    let mut ordered = Ordered {
        who: Vec::new(),
        at: Vec::new(),
    };
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
    ordered.who = sorted.iter().map(|(_, who)| *who).collect();
    ordered.at = sorted.iter().map(|(at, _)| *at).collect();
    ordered.into()
}

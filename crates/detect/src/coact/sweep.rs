//! Counts, account by account, with whom its events coincide.
//!
//! One row of the result at a time: of an account, every event is taken in turn and everybody near it
//! is tallied. A row needs no memory but a tally for each account there is, whatever comes of it; rows
//! that are too light are never stored.
//!
//! Source: Gustavson's row-wise sparse product with a dense accumulator (ACM TOMS 4(3), 1978).

use rustc_hash::FxHashMap;

use super::hot::{Cut, Hot, PARTS};
use super::ordered::{Events, Moment, Ordered};
use super::roll::Roll;

/// An account with which another one's events coincide.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub(super) struct Edge {
    /// Its rank.
    pub(super) other: u32,
    /// How many of the one's events have at least one of the other's near them.
    pub(super) weight: u32,
    /// On how many distinct objects.
    pub(super) objects: u32,
    /// What partners who were met stand for beyond themselves where others were left out, in parts.
    pub(super) extra: u32,
}

impl Edge {
    /// The weight with what was left out, estimated.
    pub(super) fn estimate(&self) -> u32 {
        self.weight.saturating_add((self.extra + PARTS / 2) / PARTS)
    }
}

/// Events, and where those of each account are.
pub(super) struct Indexed {
    events: HotEvents,
    /// Where each account's events begin in `places`.
    begins: Vec<u32>,
    /// Events by account; marked where the object is the same as the one before.
    places: Vec<u32>,
}

/// Events, with samples of those that have too many partners.
enum HotEvents {
    Narrow(Ordered<u32>, Hot<u32>),
    Wide(Ordered<i64>, Hot<i64>),
}

/// Marks an event on the same object as the account's event before it.
const SAME_OBJECT: u32 = 1 << 31;

impl Indexed {
    /// Finds every account's events, and samples partners where an event has more than `cap`.
    pub(super) fn new(events: Events, accounts: usize, window: u64, cap: u32) -> Self {
        assert!(
            events.len() < SAME_OBJECT as usize,
            "two thousand million events"
        );
        let ((begins, places), events) = match events {
            Events::Narrow(ordered) => {
                let hot = Hot::new(&ordered, window, cap);
                (index(&ordered, accounts), HotEvents::Narrow(ordered, hot))
            }
            Events::Wide(ordered) => {
                let hot = Hot::new(&ordered, window, cap);
                (index(&ordered, accounts), HotEvents::Wide(ordered, hot))
            }
        };
        Self {
            events,
            begins,
            places,
        }
    }

    fn places(&self, account: u32) -> &[u32] {
        let account = account as usize;
        &self.places[self.begins[account] as usize..self.begins[account + 1] as usize]
    }
}

fn index<T: Moment>(ordered: &Ordered<T>, accounts: usize) -> (Vec<u32>, Vec<u32>) {
    let mut begins = vec![0_u32; accounts + 1];
    for event in 0..ordered.len() {
        begins[ordered.account(event) as usize + 1] += 1;
    }
    for account in 0..accounts {
        begins[account + 1] += begins[account];
    }
    let mut places = vec![0_u32; ordered.len()];
    let mut next: Vec<u32> = begins.clone();
    let mut last_object = vec![0_u32; accounts];
    let mut object = 0;
    for event in 0..ordered.len() {
        object += u32::from(ordered.is_first(event));
        let account = ordered.account(event) as usize;
        let mark = if last_object[account] == object {
            SAME_OBJECT
        } else {
            0
        };
        last_object[account] = object;
        places[next[account] as usize] = u32::try_from(event).expect("checked") | mark;
        next[account] += 1;
    }
    (begins, places)
}

/// What is known of one other account while a row is counted.
#[derive(Clone, Copy, Default)]
struct Tally {
    /// The last event it was near, by the row's own count; 0 if it was near none.
    event: u32,
    /// The last object it was met on.
    object: u32,
    weight: u32,
    objects: u32,
}

/// A tally under its account's place.
#[derive(Clone, Copy, Default)]
struct Slot {
    other: u32,
    tally: Tally,
}

/// One event of a row: where whoever is near it ends in what was heard.
#[derive(Clone, Copy)]
struct Heard {
    end: usize,
    object: u32,
}

/// How many meetings are written down before they are tallied.
const NOTED: usize = 1 << 12;

/// Counts rows, one after the other.
///
/// Meetings are written down first, and tallied then, because a tally of few meetings fits into the
/// processor's nearest cache, while one with a place for every account does not: that one is for the
/// few rows which have more.
pub(super) struct Sweep {
    accounts: usize,
    others: Vec<u32>,
    heard: Vec<Heard>,
    slots: Vec<Slot>,
    taken: Vec<u32>,
    dense: Vec<Tally>,
    extras: Extras,
    /// What was left out so far.
    pub(super) truncated: Truncated,
}

/// By account, what was met of it stands for beyond itself, in parts.
type Extras = FxHashMap<u32, u64>;

/// What was left out because events had more partners than the cap.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub(super) struct Truncated {
    /// How many events had more.
    pub(super) events: u64,
    /// How many partners they had beyond it.
    pub(super) mass: u64,
}

impl Truncated {
    pub(super) fn add(&mut self, more: Self) {
        self.events += more.events;
        self.mass += more.mass;
    }
}

impl Sweep {
    pub(super) fn new(accounts: usize) -> Self {
        Self {
            accounts,
            others: Vec::new(),
            heard: Vec::new(),
            slots: Vec::new(),
            taken: Vec::new(),
            dense: Vec::new(),
            extras: Extras::default(),
            truncated: Truncated::default(),
        }
    }

    /// Adds to `row` those with whom the account coincides at least `min_weight` times, in the order
    /// of ranks.
    pub(super) fn row(
        &mut self,
        account: u32,
        parts: &[Indexed],
        plan: &Counted<'_>,
        row: &mut Vec<Edge>,
    ) {
        let mut object = 0;
        let mut event = 0;
        for part in parts {
            match &part.events {
                HotEvents::Narrow(ordered, hot) => {
                    let of = (part.places(account), ordered, hot);
                    self.meet(account, of, plan.window, &mut event, &mut object);
                }
                HotEvents::Wide(ordered, hot) => {
                    let of = (part.places(account), ordered, hot);
                    self.meet(account, of, plan.window, &mut event, &mut object);
                }
            }
        }
        let from = row.len();
        if !self.taken.is_empty() {
            self.tally_many(event);
        }
        let extras = &self.extras;
        let mut keep = |other: u32, tally: Tally| {
            if tally.weight >= plan.min_weight {
                let extra = extras.get(&other).copied().unwrap_or(0);
                row.push(Edge {
                    other: plan.roll.rank(other),
                    weight: tally.weight,
                    objects: tally.objects,
                    extra: u32::try_from(extra).unwrap_or(u32::MAX),
                });
            }
        };
        if self.taken.is_empty() {
            let bits = tally_few(&mut self.slots, &self.others, &self.heard, event);
            for slot in &mut self.slots[..1 << bits] {
                if slot.tally.event != 0 {
                    keep(slot.other, slot.tally);
                    slot.tally.event = 0;
                }
            }
        } else {
            for other in self.taken.drain(..) {
                keep(other, std::mem::take(&mut self.dense[other as usize]));
            }
        }
        self.others.clear();
        self.heard.clear();
        self.extras.clear();
        row[from..].sort_unstable_by_key(|edge| edge.other);
    }

    /// Writes down whom the account's events are near.
    fn meet<T: Moment>(
        &mut self,
        account: u32,
        (places, ordered, hot): (&[u32], &Ordered<T>, &Hot<T>),
        window: u64,
        event: &mut u32,
        object: &mut u32,
    ) {
        ordered.warm(places.iter().map(|place| (place & !SAME_OBJECT) as usize));
        for place in places {
            *object += u32::from(place & SAME_OBJECT == 0);
            let at = (place & !SAME_OBJECT) as usize;
            let others = &mut self.others;
            let before = others.len();
            let note = |other| {
                if other != account {
                    others.push(other);
                }
            };
            match hot.near(ordered, at, window, note) {
                None => {
                    let others = &mut self.others;
                    ordered.near(at, window, |other| {
                        if other != account {
                            others.push(other);
                        }
                    });
                }
                Some(cut) => self.stand_for_others(before, cut),
            }
            *event += 1;
            self.heard.push(Heard {
                end: self.others.len(),
                object: *object,
            });
            if self.others.len() >= NOTED {
                self.tally_many(*event);
            }
        }
    }

    /// Notes that those who were met at an event stand for others, too.
    fn stand_for_others(&mut self, from: usize, cut: Cut) {
        if cut.partners == 0 {
            return;
        }
        self.truncated.events += 1;
        self.truncated.mass += u64::from(cut.partners);
        self.others[from..].sort_unstable();
        let met = self.others[from..].chunk_by(|one, next| one == next);
        for other in met {
            *self.extras.entry(other[0]).or_default() += u64::from(cut.extra);
        }
    }

    /// Tallies what was written down so far in the table that has a place for everybody. `event` is
    /// the number of the last one.
    fn tally_many(&mut self, event: u32) {
        self.dense.resize(self.accounts, Tally::default());
        let mut number = event - u32::try_from(self.heard.len()).expect("events are u32");
        let mut from = 0;
        for heard in &self.heard {
            number += 1;
            for other in &self.others[from..heard.end] {
                let tally = &mut self.dense[*other as usize];
                if tally.weight == 0 {
                    self.taken.push(*other);
                }
                tally.meet(number, heard.object);
            }
            from = heard.end;
        }
        self.heard.clear();
        self.others.clear();
    }
}

/// What a row is counted with.
pub(super) struct Counted<'a> {
    /// How far apart two events may be.
    pub(super) window: u64,
    /// The least weight that is kept.
    pub(super) min_weight: u32,
    /// Everybody.
    pub(super) roll: &'a Roll,
}

impl Tally {
    /// Notes that it was near this event, on this object.
    fn meet(&mut self, event: u32, object: u32) {
        if self.event != event {
            self.event = event;
            self.weight += 1;
            self.objects += u32::from(self.object != object);
            self.object = object;
        }
    }
}

/// Tallies few meetings in a table with about two slots for each, and gives how many bits number
/// its slots. Slots whose event is 0 are free.
fn tally_few(slots: &mut Vec<Slot>, others: &[u32], heard: &[Heard], event: u32) -> u32 {
    let bits = usize::BITS - (others.len() * 2).leading_zeros();
    if slots.len() < 1 << bits {
        slots.resize(1 << bits, Slot::default());
    }
    let table = &mut slots[..1 << bits];
    let mask = table.len() - 1;
    let mut number = event - u32::try_from(heard.len()).expect("events are u32");
    let mut from = 0;
    for heard in heard {
        number += 1;
        for other in &others[from..heard.end] {
            // Places are small numbers close together; the multiplication spreads them.
            let spread = u64::from(*other).wrapping_mul(0x9E37_79B9_7F4A_7C15);
            let mut at = usize::try_from(spread >> 40).expect("24 bits") & mask;
            loop {
                let slot = &mut table[at];
                if slot.tally.event == 0 {
                    *slot = Slot {
                        other: *other,
                        tally: Tally::default(),
                    };
                } else if slot.other != *other {
                    at = (at + 1) & mask;
                    continue;
                }
                slot.tally.meet(number, heard.object);
                break;
            }
        }
        from = heard.end;
    }
    bits
}

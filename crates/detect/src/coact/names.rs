//! Accounts as readers meet them.

use super::keys::{Key, Short};
use super::numbers::Numbers;

/// Texts one after the other.
#[derive(Debug, Default, Clone, serde::Serialize, serde::Deserialize)]
pub(super) struct Texts {
    bytes: Vec<u8>,
    ends: Vec<u64>,
}

impl Texts {
    pub(super) fn push(&mut self, text: &[u8]) {
        self.bytes.extend_from_slice(text);
        self.ends.push(self.bytes.len() as u64);
    }

    pub(super) fn len(&self) -> usize {
        self.ends.len()
    }

    fn bytes(&self) -> usize {
        self.bytes.len() + self.ends.len() * size_of::<u64>()
    }

    pub(super) fn get(&self, number: usize) -> &[u8] {
        let at = |end: u64| usize::try_from(end).expect("it lies in memory");
        let from = number
            .checked_sub(1)
            .map_or(0, |before| at(self.ends[before]));
        &self.bytes[from..at(self.ends[number])]
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &[u8]> {
        (0..self.len()).map(|number| self.get(number))
    }
}

/// Accounts as one reader met them, and how often.
#[derive(Default)]
pub(super) struct Names {
    numbers: Numbers,
    /// Of those that are not their own key.
    texts: Texts,
}

impl Names {
    /// Brings what these keys need into the processor's cache.
    pub(super) fn warm(&self, keys: impl Iterator<Item = Key>) {
        self.numbers.warm(keys);
    }

    /// The number of a name, counted once more. Its text is asked for if it is new.
    pub(super) fn count<'a>(&mut self, key: Key, text: impl FnOnce() -> &'a [u8]) -> u32 {
        let (number, is_new) = self.numbers.number(key);
        if is_new {
            self.texts.push(if key.is_short() { b"" } else { text() });
        }
        number
    }

    /// How much memory they take.
    pub(super) fn bytes(&self) -> usize {
        self.numbers.bytes() + self.texts.bytes()
    }

    /// Everybody in the order of names.
    pub(super) fn into_register(self) -> Register {
        let keys = self.numbers.into_keys();
        let mut order: Vec<(Rank, u32)> = (0..)
            .zip(&keys)
            .map(|(number, (key, _))| {
                let text = || self.texts.get(number as usize);
                (Rank::of(*key, text), number)
            })
            .collect();
        let text = |number: u32| self.texts.get(number as usize);
        order.sort_unstable_by(|a, b| {
            let by_rank = a.0.cmp(&b.0);
            by_rank.then_with(|| text(a.1).cmp(text(b.1)))
        });
        let mut register = Register {
            ranks: Vec::with_capacity(order.len()),
            long: Texts::default(),
            numbers: Vec::with_capacity(order.len()),
            counts: Vec::with_capacity(order.len()),
        };
        for (rank, number) in order {
            if rank.is_long() {
                register.long.push(text(number));
            }
            register.ranks.push(rank);
            register.numbers.push(number);
            register.counts.push(keys[number as usize].1);
        }
        register
    }
}

/// Where a name stands among others: its first 15 bytes and how long it is. Only names that are
/// longer have to be looked at further.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize,
)]
pub(super) struct Rank(u64, u64);

/// The length that stands for every greater one.
const LONG: u64 = 16;

impl Rank {
    fn of<'a>(key: Key, text: impl FnOnce() -> &'a [u8]) -> Self {
        if key.is_short() {
            return Self(key.high, key.low);
        }
        let begins = text().first_chunk().expect("what is hashed has 16 bytes");
        let begins = Key::from_bytes(*begins);
        Self(begins.high, (begins.low & !u64::from(u8::MAX)) | LONG)
    }

    pub(super) fn is_long(self) -> bool {
        self.1 & u64::from(u8::MAX) == LONG
    }

    /// The whole name, unless it is long.
    pub(super) fn short(self) -> Short {
        let Self(high, low) = self;
        Short(Key { high, low }.to_bytes())
    }
}

/// Everybody whom a reader met, in the order of names.
#[derive(Debug, Default, Clone, serde::Serialize, serde::Deserialize)]
pub(super) struct Register {
    pub(super) ranks: Vec<Rank>,
    /// Those names that are long.
    pub(super) long: Texts,
    /// The reader's numbers.
    pub(super) numbers: Vec<u32>,
    /// How many events each has.
    pub(super) counts: Vec<u32>,
}

impl Register {
    /// The names in their order, with all of those that are long.
    pub(super) fn iter(&self) -> impl Iterator<Item = (Rank, Option<&[u8]>)> {
        let mut long = self.long.iter();
        self.ranks
            .iter()
            .map(move |rank| (*rank, if rank.is_long() { long.next() } else { None }))
    }
}

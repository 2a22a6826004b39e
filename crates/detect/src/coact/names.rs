//! Numbers for texts.
//!
//! A text of up to 15 bytes is its own key, so that most look-ups compare 16 bytes and touch memory
//! once. A longer one is known by 120 bits of its BLAKE3 hash: whoever could make two of the same
//! hash could pass for two accounts in one, so the hash must be one for which nobody can.

use std::hash::{BuildHasher as _, RandomState};

/// What a text is known by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub(super) struct Key {
    high: u64,
    low: u64,
}

/// The key of a text.
pub(super) fn key(text: &[u8]) -> Key {
    let length = text.len();
    let eight =
        |from: usize| u64::from_be_bytes(text[from..from + 8].try_into().expect("eight bytes"));
    let four = |from: usize| {
        u64::from(u32::from_be_bytes(
            text[from..from + 4].try_into().expect("four bytes"),
        ))
    };
    // Two reads that overlap, where there are enough bytes: quicker than to copy so few.
    let (high, low) = match length {
        0 => (0, 0),
        1..=3 => {
            let bytes = text.iter().zip([56, 48, 40]);
            (
                bytes.fold(0, |high, (byte, shift)| high | u64::from(*byte) << shift),
                0,
            )
        }
        4..=7 => (four(0) << 32 | four(length - 4) << (8 * (8 - length)), 0),
        8 => (eight(0), 0),
        9..=15 => (eight(0), eight(length - 8) << (8 * (16 - length))),
        _ => return hashed(text),
    };
    Key {
        high,
        low: low | length as u64,
    }
}

fn hashed(text: &[u8]) -> Key {
    let hash = blake3::hash(text);
    let bytes = hash.as_bytes().first_chunk().expect("it has 32 bytes");
    let mut key = Key::from_bytes(*bytes);
    key.low |= u64::from(u8::MAX);
    key
}

impl Key {
    /// Which of so many shares it belongs to, the same in every process.
    pub(super) fn share(self, shares: usize) -> usize {
        let mixed = (self.high ^ self.low.rotate_left(29)).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        usize::try_from((u128::from(mixed) * shares as u128) >> 64).expect("below the shares")
    }
}

impl Key {
    /// Which of so many parts on disk it belongs to; has nothing to do with its share.
    pub(super) fn partition(self, partitions: usize) -> usize {
        let mixed = (self.low ^ self.high.rotate_left(23)).wrapping_mul(0xD6E8_FEB8_6659_FD93);
        usize::try_from((u128::from(mixed) * partitions as u128) >> 64).expect("below the parts")
    }

    pub(super) fn to_bytes(self) -> [u8; 16] {
        (u128::from(self.high) << 64 | u128::from(self.low)).to_be_bytes()
    }

    pub(super) fn from_bytes(bytes: [u8; 16]) -> Self {
        let (high, low) = bytes.split_at(8);
        let [high, low] =
            [high, low].map(|half| u64::from_be_bytes(half.try_into().expect("eight bytes")));
        Self { high, low }
    }
}

/// A text that is its own key.
struct Short([u8; 16]);

impl Short {
    fn as_slice(&self) -> &[u8] {
        &self.0[..usize::from(self.0[15])]
    }
}

fn short(key: Key) -> Option<Short> {
    let bytes = key.to_bytes();
    (bytes[15] != u8::MAX).then_some(Short(bytes))
}

/// How many look-ups are prepared at once.
pub(super) const WARM: usize = 64;

/// A slot of the table; number `FREE` where it holds nothing.
#[derive(Clone, Copy)]
struct Slot {
    key: Key,
    number: u32,
}

const FREE: u32 = u32::MAX;

/// Numbers from 0, given in the order in which keys come.
///
/// Memory: 24 bytes for each slot, of which at most three in four are taken.
pub(super) struct Numbers {
    slots: Vec<Slot>,
    taken: u32,
    seeds: [u64; 2],
}

impl Default for Numbers {
    fn default() -> Self {
        Self::new()
    }
}

impl Numbers {
    pub(super) fn new() -> Self {
        // Drawn anew each time, so that nobody can choose names that collide; no result depends on it.
        let state = RandomState::new();
        Self {
            slots: vec![
                Slot {
                    key: Key { high: 0, low: 0 },
                    number: FREE
                };
                1 << 10
            ],
            taken: 0,
            seeds: [state.hash_one(1_u8), state.hash_one(2_u8)],
        }
    }

    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.taken as usize
    }

    /// The memory that they take, or will take while the table grows, if that is near.
    pub(super) fn bytes(&self) -> usize {
        let near = self.taken as usize * 8 > self.slots.len() * 5;
        self.slots.len() * size_of::<Slot>() * if near { 3 } else { 1 }
    }

    /// All keys in the order of their numbers.
    pub(super) fn into_keys(self) -> Vec<Key> {
        let mut keys = vec![Key { high: 0, low: 0 }; self.len()];
        for slot in self.slots.into_iter().filter(|slot| slot.number != FREE) {
            keys[slot.number as usize] = slot.key;
        }
        keys
    }

    /// Reads the slots of these keys without waiting for one after the other. A table larger than the
    /// processor's cache otherwise costs a wait for each look-up.
    pub(super) fn warm(&self, keys: impl Iterator<Item = Key>) {
        let mask = self.slots.len() - 1;
        let seen = keys.fold(0, |seen, key| {
            seen ^ self.slots[self.place(key) & mask].number
        });
        std::hint::black_box(seen);
    }

    /// The number of a key, and whether it is new.
    pub(super) fn number(&mut self, key: Key) -> (u32, bool) {
        let mask = self.slots.len() - 1;
        let mut at = self.place(key) & mask;
        loop {
            let slot = &mut self.slots[at];
            if slot.number == FREE {
                let number = self.taken;
                *slot = Slot { key, number };
                self.taken += 1;
                assert!(self.taken < FREE, "four thousand million names");
                if self.taken as usize * 4 > self.slots.len() * 3 {
                    self.grow();
                }
                return (number, true);
            }
            if slot.key == key {
                return (slot.number, false);
            }
            at = (at + 1) & mask;
        }
    }

    fn place(&self, key: Key) -> usize {
        let (low, high) = (key.high ^ self.seeds[0]).carrying_mul(key.low ^ self.seeds[1], 0);
        usize::try_from(low ^ high).unwrap_or(usize::MAX)
    }

    fn grow(&mut self) {
        let free = Slot {
            key: Key { high: 0, low: 0 },
            number: FREE,
        };
        let bigger = vec![free; self.slots.len() * 2];
        let old = std::mem::replace(&mut self.slots, bigger);
        let mask = self.slots.len() - 1;
        for slot in old.into_iter().filter(|slot| slot.number != FREE) {
            let mut at = self.place(slot.key) & mask;
            while self.slots[at].number != FREE {
                at = (at + 1) & mask;
            }
            self.slots[at] = slot;
        }
    }
}

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
    texts: Texts,
    counts: Vec<u32>,
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
            match short(key) {
                Some(text) => self.texts.push(text.as_slice()),
                None => self.texts.push(text()),
            }
            self.counts.push(0);
        }
        let count = &mut self.counts[number as usize];
        *count = count.saturating_add(1);
        number
    }

    /// How much memory they take.
    pub(super) fn bytes(&self) -> usize {
        self.numbers.bytes() + self.texts.bytes() + self.counts.len() * size_of::<u32>()
    }

    pub(super) fn into_parts(self) -> (Texts, Vec<u32>) {
        (self.texts, self.counts)
    }
}

/// All accounts, under two numbers each: the rank in the order of names, in which the result is
/// written, and the place in the order of how busy they are, under which they are counted. Most
/// meetings are with busy accounts, and so what is counted of them lies close together.
pub(super) struct Roll {
    /// The names one after the other, by rank.
    names: String,
    ends: Vec<usize>,
    rank_of: Vec<u32>,
    place_of: Vec<u32>,
    /// How many events whoever is in a place has.
    events: Vec<u64>,
}

impl Roll {
    /// Enrols everybody whom any reader met, and gives for each reader the place of each of its
    /// numbers.
    pub(super) fn call(readers: &[&(Texts, Vec<u32>)]) -> (Self, Vec<Vec<u32>>) {
        let mut numbers = Numbers::new();
        let mut first: Vec<(u32, u32)> = Vec::new();
        let mut counts: Vec<u64> = Vec::new();
        let mut local: Vec<Vec<u32>> = Vec::with_capacity(readers.len());
        for (reader, (texts, met)) in (0..).zip(readers.iter().copied()) {
            let mut known = Vec::with_capacity(texts.len());
            let keys: Vec<Key> = texts.iter().map(key).collect();
            for (chunk, keys) in keys.chunks(WARM).enumerate() {
                numbers.warm(keys.iter().copied());
                for (position, key) in (chunk * WARM..).zip(keys) {
                    let (number, is_new) = numbers.number(*key);
                    if is_new {
                        first.push((reader, u32::try_from(position).expect("numbers are u32")));
                        counts.push(0);
                    }
                    counts[number as usize] += u64::from(met[position]);
                    known.push(number);
                }
            }
            local.push(known);
        }
        drop(numbers);
        let text = |number: u32| {
            let (reader, position) = first[number as usize];
            readers[reader as usize].0.get(position as usize)
        };
        // The first eight bytes decide most comparisons without a look elsewhere.
        let mut order: Vec<(u64, u32)> = (0..u32::try_from(first.len()).expect("numbers are u32"))
            .map(|number| (prefix(text(number)), number))
            .collect();
        order.sort_unstable_by(|a, b| a.0.cmp(&b.0).then_with(|| text(a.1).cmp(text(b.1))));
        let mut rank = vec![0_u32; order.len()];
        let (mut names, mut ends) = (String::new(), Vec::with_capacity(order.len()));
        let mut busy: Vec<(u64, u32)> = Vec::with_capacity(order.len());
        for (place, (_, number)) in (0..).zip(&order) {
            rank[*number as usize] = place;
            match std::str::from_utf8(text(*number)) {
                Ok(name) => names.push_str(name),
                Err(_) => names.push_str(&String::from_utf8_lossy(text(*number))),
            }
            ends.push(names.len());
            busy.push((u64::MAX - counts[*number as usize], place));
        }
        drop(order);
        busy.sort_unstable();
        let events = busy.iter().map(|(rest, _)| u64::MAX - rest).collect();
        let rank_of: Vec<u32> = busy.iter().map(|(_, rank)| *rank).collect();
        let mut place_of = vec![0_u32; rank_of.len()];
        for (place, rank) in (0..).zip(&rank_of) {
            place_of[*rank as usize] = place;
        }
        for numbers in &mut local {
            for number in numbers {
                *number = place_of[rank[*number as usize] as usize];
            }
        }
        let roll = Self {
            names,
            ends,
            rank_of,
            place_of,
            events,
        };
        (roll, local)
    }

    pub(super) fn len(&self) -> usize {
        self.ends.len()
    }

    /// How much memory it takes.
    pub(super) fn bytes(&self) -> usize {
        let each = size_of::<usize>() + 2 * size_of::<u32>() + size_of::<u64>();
        self.names.len() + self.len() * each
    }

    /// Whose rank this is.
    pub(super) fn name(&self, rank: u32) -> &str {
        let rank = rank as usize;
        let from = rank.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.names[from..self.ends[rank]]
    }

    /// How many events whoever is counted in this place has.
    pub(super) fn events(&self, place: u32) -> u64 {
        self.events[place as usize]
    }

    /// The rank of whoever is counted in this place.
    pub(super) fn rank(&self, place: u32) -> u32 {
        self.rank_of[place as usize]
    }

    /// Where whoever has this rank is counted.
    pub(super) fn place(&self, rank: u32) -> u32 {
        self.place_of[rank as usize]
    }
}

fn prefix(text: &[u8]) -> u64 {
    let mut bytes = [0; 8];
    let length = text.len().min(8);
    bytes[..length].copy_from_slice(&text[..length]);
    u64::from_be_bytes(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_that_differ_have_keys_that_differ() {
        let texts: [&[u8]; 8] = [
            b"",
            b"\0",
            b"\0\0",
            b"a",
            b"a\0",
            b"fifteen letters",
            b"sixteen letters!",
            b"sixteen letters?",
        ];
        for (place, text) in texts.iter().enumerate() {
            for other in &texts[place + 1..] {
                assert_ne!(key(text), key(other), "{text:?} {other:?}");
            }
        }
    }

    #[test]
    fn ranks_follow_the_names_and_places_how_busy_they_are() {
        let long = "a very long name indeed, of more than fifteen bytes";
        let meet = |names: &[&'static str]| {
            let mut met = Names::default();
            for name in names {
                met.count(key(name.as_bytes()), || name.as_bytes());
            }
            met.into_parts()
        };
        let readers = [
            &meet(&["u2", "u10", long]),
            &meet(&["u10", "b", long, "u10"]),
        ];
        let (roll, local) = Roll::call(&readers);
        let names: Vec<&str> = (0..4).map(|rank| roll.name(rank)).collect();
        assert_eq!(names, [long, "b", "u10", "u2"]);
        assert_eq!(local[0][1], local[1][0], "u10 is one account");
        let busy: Vec<&str> = (0..4).map(|place| roll.name(roll.rank(place))).collect();
        assert_eq!(busy, ["u10", long, "b", "u2"], "by events, then by name");
        assert!((0..4).all(|rank| roll.rank(roll.place(rank)) == rank));
        assert_eq!(roll.len(), 4);
    }

    #[test]
    fn numbers_stay_when_the_table_grows() {
        let mut numbers = Numbers::new();
        for value in 0..5000_u32 {
            assert_eq!(numbers.number(key(&value.to_le_bytes())), (value, true));
        }
        for value in 0..5000_u32 {
            assert_eq!(numbers.number(key(&value.to_le_bytes())), (value, false));
        }
        assert_eq!(numbers.len(), 5000);
    }
}

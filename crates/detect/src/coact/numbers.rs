//! Numbers for keys.

use std::hash::{BuildHasher as _, RandomState};

use super::keys::Key;

/// How many look-ups are prepared at once.
pub(super) const WARM: usize = 64;

/// A slot of the table; number `FREE` where it holds nothing.
#[derive(Clone, Copy)]
struct Slot {
    key: Key,
    number: u32,
    /// How often the number was asked for.
    times: u32,
}

const FREE: u32 = u32::MAX;

const NOTHING: Slot = Slot {
    key: Key { high: 0, low: 0 },
    number: FREE,
    times: 0,
};

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
            slots: vec![NOTHING; 1 << 10],
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

    /// All keys in the order of their numbers, and how often each number was asked for.
    pub(super) fn into_keys(self) -> Vec<(Key, u32)> {
        let mut keys = vec![(NOTHING.key, 0); self.len()];
        for slot in self.slots.into_iter().filter(|slot| slot.number != FREE) {
            keys[slot.number as usize] = (slot.key, slot.times);
        }
        keys
    }

    /// Forgets all, and keeps the memory.
    pub(super) fn clear(&mut self) {
        self.slots.fill(NOTHING);
        self.taken = 0;
    }

    /// Reads the slots of these keys without waiting for one after the other. A table larger than the
    /// processor's cache otherwise costs a wait for each look-up.
    pub(super) fn warm(&self, keys: impl Iterator<Item = Key>) {
        let mask = self.slots.len() - 1;
        let seen = keys.fold(0, |seen, key| {
            let slot = &self.slots[self.place(key) & mask];
            // Both its ends: it may lie in two lines of the cache.
            seen ^ slot.key.high ^ u64::from(slot.times)
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
                *slot = Slot {
                    key,
                    number,
                    times: 1,
                };
                self.taken += 1;
                assert!(self.taken < FREE, "four thousand million names");
                if self.taken as usize * 4 > self.slots.len() * 3 {
                    self.grow();
                }
                return (number, true);
            }
            if slot.key == key {
                slot.times = slot.times.saturating_add(1);
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
        let bigger = vec![NOTHING; self.slots.len() * 2];
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

#[cfg(test)]
mod tests {
    use super::super::keys::key;
    use super::*;

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

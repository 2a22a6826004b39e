//! Gives every distinct text a small number.

use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};

use rustc_hash::FxBuildHasher;

/// Texts and their numbers, counted from 0 in the order of first sight.
///
/// Each text is stored once, in one long string. The hash is keyed at random, because the texts are
/// written by the people who are being looked for; the numbers do not depend on it.
#[derive(Default)]
pub(crate) struct Interner {
    texts: String,
    ends: Vec<usize>,
    slots: HashMap<u64, u32, FxBuildHasher>,
    keys: RandomState,
}

impl Interner {
    /// The number of this text; a new one if it was not seen before. `None` after 2^32 - 1 texts.
    pub(crate) fn number(&mut self, text: &str) -> Option<u32> {
        let mut slot = self.keys.hash_one(text);
        while let Some(known) = self.slots.get(&slot) {
            if self.text(*known) == text {
                return Some(*known);
            }
            slot = slot.wrapping_add(1);
        }
        let number = u32::try_from(self.ends.len())
            .ok()
            .filter(|n| *n != u32::MAX)?;
        self.texts.push_str(text);
        self.ends.push(self.texts.len());
        self.slots.insert(slot, number);
        Some(number)
    }

    /// The number of this text, if it has one.
    pub(crate) fn find(&self, text: &str) -> Option<u32> {
        let mut slot = self.keys.hash_one(text);
        while let Some(known) = self.slots.get(&slot) {
            if self.text(*known) == text {
                return Some(*known);
            }
            slot = slot.wrapping_add(1);
        }
        None
    }

    /// The text with this number; empty for a number that was never given.
    pub(crate) fn text(&self, number: u32) -> &str {
        let index = number as usize;
        let start = index
            .checked_sub(1)
            .and_then(|before| self.ends.get(before))
            .copied()
            .unwrap_or(0);
        let end = self.ends.get(index).copied().unwrap_or(start);
        self.texts.get(start..end).unwrap_or_default()
    }

    /// How many texts there are.
    pub(crate) fn len(&self) -> usize {
        self.ends.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_texts_have_one_number_and_every_number_gives_its_text_back() {
        let mut interner = Interner::default();
        let numbers: Vec<_> = ["a", "", "bc", "a", "日本"]
            .map(|text| interner.number(text))
            .into_iter()
            .flatten()
            .collect();
        assert_eq!(numbers, [0, 1, 2, 0, 3]);
        assert_eq!(interner.text(3), "日本");
        assert_eq!(interner.text(1), "");
        assert_eq!(interner.find("bc"), Some(2));
        assert_eq!(interner.find("x"), None);
        assert_eq!(interner.text(99), "");
    }
}

//! A filter in front of the table: most of what is no indicator is told by one word of memory.

/// So many bits an indicator: about two of a hundred strangers pass.
const BITS_EACH: u64 = 10;

/// Words of 64 bits; each fingerprint has its four bits in one of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Bloom {
    words: Vec<u64>,
}

impl Bloom {
    /// An empty one for so many.
    pub(super) fn for_count(count: u64) -> Self {
        let words = (count * BITS_EACH).div_ceil(64).max(1);
        Self {
            words: vec![0; usize::try_from(words).unwrap_or(usize::MAX)],
        }
    }

    pub(super) fn of_words(words: Vec<u64>) -> Option<Self> {
        (!words.is_empty()).then_some(Self { words })
    }

    pub(super) fn words(&self) -> &[u64] {
        &self.words
    }

    #[inline]
    fn place(&self, fingerprint: u64) -> (usize, u64) {
        let scaled = u128::from(fingerprint) * self.words.len() as u128;
        let word = usize::try_from(scaled >> 64).unwrap_or(0);
        let bit = |shift: u32| 1_u64 << ((fingerprint >> shift) & 63);
        (word, bit(0) | bit(6) | bit(12) | bit(18))
    }

    pub(super) fn add(&mut self, fingerprint: u64) {
        let (word, bits) = self.place(fingerprint);
        self.words[word] |= bits;
    }

    /// Whether it may have been added; never `false` for one that was.
    #[inline]
    pub(super) fn may_have(&self, fingerprint: u64) -> bool {
        let (word, bits) = self.place(fingerprint);
        self.words[word] & bits == bits
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_was_added_passes_and_few_others() {
        let mut bloom = Bloom::for_count(10_000);
        let fingerprint = |number: u64| crate::fingerprint::word(7, &number.to_string());
        for number in 0..10_000 {
            bloom.add(fingerprint(number));
        }
        assert!((0..10_000).all(|number| bloom.may_have(fingerprint(number))));
        let strangers = (10_000..110_000).filter(|number| bloom.may_have(fingerprint(*number)));
        assert!(strangers.count() < 4_000);
    }
}

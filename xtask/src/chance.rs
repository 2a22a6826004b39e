//! Chance that can be repeated: the same seed draws the same numbers, on every machine.

/// A sequence of numbers. `SplitMix64` (Steele, Lea, Flood 2014): good enough to choose moments, and a
/// few lines.
#[derive(Debug, Clone)]
pub(crate) struct Chance(u64);

impl Chance {
    /// The sequence of a seed.
    #[cfg(test)]
    fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// A sequence of its own for one part of what a seed decides.
    pub(crate) fn of(seed: u64, part: u64) -> Self {
        let mut chance = Self(seed ^ part.wrapping_mul(0xd134_2543_de82_ef95));
        chance.next();
        chance
    }

    /// The next number.
    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number from 0 up to, and not including, 1.
    pub(crate) fn share(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// A number from 0 up to, and not including, this one; 0 where there is none.
    pub(crate) fn below(&mut self, bound: u64) -> u64 {
        // The remainder favours small numbers by less than one in 2^40 for any bound used here.
        self.next().checked_rem(bound).unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_draws_what_the_authors_say() {
        let mut chance = Chance::new(1_234_567);
        assert_eq!(chance.next(), 6_457_827_717_110_365_317);
        assert_eq!(chance.next(), 3_203_168_211_198_807_973);
    }

    #[test]
    fn parts_of_one_seed_are_sequences_of_their_own() {
        let draw = |part| {
            let mut chance = Chance::of(7, part);
            (0..4).map(|_| chance.below(1_000_000)).collect::<Vec<_>>()
        };
        assert_eq!(draw(1), draw(1));
        assert_ne!(draw(1), draw(2));
        assert_eq!(Chance::new(1).below(0), 0);
    }

    #[test]
    fn shares_lie_evenly_between_nothing_and_one() {
        let mut chance = Chance::new(3);
        let mean = (0..10_000).map(|_| chance.share()).sum::<f64>() / 10_000.0;
        assert!((0.48..0.52).contains(&mean), "{mean}");
    }
}

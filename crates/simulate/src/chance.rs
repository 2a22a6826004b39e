//! The only source of chance: streams of `ChaCha8` that depend on the seed and a label alone.
//!
//! Nothing here calls a transcendental function (`exp`, `ln`, `powf`): their last bit differs
//! between machines, and a platform made from a seed must be the same bytes everywhere.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

/// A stream of chance.
pub(crate) struct Chance(ChaCha8Rng);

impl Chance {
    /// The stream with this label. Streams of different labels are independent, so that a change in
    /// one part of the world does not shuffle another.
    pub(crate) fn new(seed: u64, label: &str) -> Self {
        let mut hasher = blake3::Hasher::new();
        hasher.update(&seed.to_le_bytes());
        hasher.update(label.as_bytes());
        Self(ChaCha8Rng::from_seed(*hasher.finalize().as_bytes()))
    }

    /// 64 random bits.
    pub(crate) fn bits(&mut self) -> u64 {
        self.0.next_u64()
    }

    /// A number in 0..1.
    pub(crate) fn unit(&mut self) -> f64 {
        f64::from(self.0.next_u32()) / 4_294_967_296.0
    }

    /// Whether something of this probability happens.
    pub(crate) fn happens(&mut self, probability: f64) -> bool {
        self.unit() < probability
    }

    /// A number below `bound`; 0 when the bound is 0.
    pub(crate) fn below(&mut self, bound: u32) -> u32 {
        let wide = u64::from(self.0.next_u32()) * u64::from(bound);
        u32::try_from(wide >> 32).expect("the product of two 32-bit numbers has 32 high bits")
    }

    /// An index below `bound`; 0 when the bound is 0.
    pub(crate) fn index(&mut self, bound: usize) -> usize {
        self.below(count(bound)) as usize
    }

    /// A number in `low..=high`.
    pub(crate) fn between(&mut self, low: i64, high: i64) -> i64 {
        let span = u32::try_from((high - low + 1).max(1)).unwrap_or(u32::MAX);
        low + i64::from(self.below(span))
    }

    /// An index below `bound`, low ones far more often: the first tenth takes nearly half.
    pub(crate) fn skewed(&mut self, bound: usize) -> usize {
        let unit = self.unit();
        (whole(unit * unit * unit * f64::from(count(bound))) as usize).min(bound.saturating_sub(1))
    }

    /// One of these.
    pub(crate) fn pick<'a, T>(&mut self, items: &'a [T]) -> &'a T {
        &items[self.index(items.len())]
    }

    /// How often something happens that happens in bursts; `mean` times on average.
    pub(crate) fn burst(&mut self, mean: f64) -> u32 {
        let again = mean / (1.0 + mean);
        let mut times = 0;
        while times < 60 && self.happens(again) {
            times += 1;
        }
        times
    }

    /// How lively a person is: mostly below 1, some far above, 1 on average.
    pub(crate) fn liveliness(&mut self) -> f64 {
        0.307 / (0.04 + self.unit())
    }

    /// Brings the items into an order that says nothing.
    pub(crate) fn shuffle<T>(&mut self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            items.swap(last, self.index(last + 1));
        }
    }
}

/// A count that surely fits 32 bits: nothing in the world is counted in billions.
pub(crate) fn count(number: usize) -> u32 {
    u32::try_from(number).expect("the world holds fewer than 2^32 of anything")
}

/// The whole part of a number that is not negative.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a float cast saturates, which is what is wanted here"
)]
pub(crate) fn whole(number: f64) -> u32 {
    number as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_and_label_give_the_same_stream_and_others_another() {
        let draw = |seed, label| Chance::new(seed, label).bits();
        assert_eq!(draw(1, "people"), draw(1, "people"));
        assert_ne!(draw(1, "people"), draw(2, "people"));
        assert_ne!(draw(1, "people"), draw(1, "ties"));
    }

    #[test]
    fn bursts_and_liveliness_keep_their_mean() {
        let mut chance = Chance::new(7, "means");
        let bursts: u32 = (0..20_000).map(|_| chance.burst(0.4)).sum();
        assert!((7_200..8_800).contains(&bursts), "{bursts}");
        let lively: f64 = (0..20_000).map(|_| chance.liveliness()).sum();
        assert!((18_500.0..21_500.0).contains(&lively), "{lively}");
    }
}

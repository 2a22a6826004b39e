//! Which of 64 bytes mean something: one bit each.

use wide::u8x16;

/// So many bytes are looked at in one go.
pub(super) const BLOCK: usize = 64;

/// A bit a byte, the first the lowest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Bits {
    /// Bytes of names: [`super::classes::NAME`].
    pub(super) names: u64,
    /// Dots.
    pub(super) dots: u64,
    /// Bytes of letters beyond ASCII.
    pub(super) wide: u64,
    /// `:`
    pub(super) colons: u64,
    /// `/`
    pub(super) slashes: u64,
    /// `@ % [ ( { \` and, because it costs nothing, `|`.
    pub(super) others: u64,
}

/// Looks at a block, sixteen bytes at a time.
#[inline]
pub(super) fn bits(block: &[u8; BLOCK]) -> Bits {
    let all = u8x16::splat;
    let is = |bytes: u8x16, byte: u8| bytes.simd_eq(all(byte));
    let is_from = |bytes: u8x16, first: u8, count: u8| {
        let offset = bytes - all(first);
        offset.min(all(count - 1)).simd_eq(offset)
    };
    let mask = |bytes: u8x16| u64::from(bytes.to_bitmask());
    let mut found = Bits::default();
    for (place, sixteen) in block.as_chunks::<16>().0.iter().enumerate() {
        let shift = 16 * place;
        let bytes = u8x16::new(*sixteen);
        let small = bytes | all(0x20);
        let dots = is(bytes, b'.');
        let alphanumeric = is_from(small, b'a', 26) | is_from(bytes, b'0', 10);
        let joints = is(bytes, b'-') | is(bytes, b'_');
        // A byte's highest bit is its bit in a mask.
        let wide = mask(bytes);
        found.wide |= wide << shift;
        found.names |= (mask(alphanumeric | joints | dots) | wide) << shift;
        found.dots |= mask(dots) << shift;
        found.colons |= mask(is(bytes, b':')) << shift;
        found.slashes |= mask(is(bytes, b'/')) << shift;
        // Made small, `[` is `{`, and `\` is `|`.
        let brackets = is(small, b'{') | is(bytes, b'(') | is(small, b'|');
        found.others |= mask(brackets | is(bytes, b'@') | is(bytes, b'%')) << shift;
    }
    found
}

/// The same, said plainly.
#[cfg(test)]
fn plainly(block: &[u8; BLOCK]) -> Bits {
    use super::classes::{NAME, is};
    let mut found = Bits::default();
    for (place, byte) in block.iter().copied().enumerate() {
        let bit = |is: bool| u64::from(is) << place;
        found.names |= bit(is(byte, NAME));
        found.dots |= bit(byte == b'.');
        found.wide |= bit(byte >= 0x80);
        found.colons |= bit(byte == b':');
        found.slashes |= bit(byte == b'/');
        found.others |= bit(matches!(
            byte,
            b'@' | b'%' | b'[' | b'(' | b'{' | b'\\' | b'|'
        ));
    }
    found
}

/// Where 32 bits in a row begin.
#[inline]
pub(super) fn runs_of_32(bits: u64) -> u64 {
    let mut run = bits & bits >> 1;
    run &= run >> 2;
    run &= run >> 4;
    run &= run >> 8;
    run & run >> 16
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn every_byte_has_its_bits_wherever_it_stands() {
        for first in 0..=255_u8 {
            let mut block = [0; BLOCK];
            for (place, byte) in block.iter_mut().enumerate() {
                *byte = first.wrapping_add(u8::try_from(place).unwrap());
            }
            assert_eq!(bits(&block), plainly(&block), "{first}");
        }
    }

    #[test]
    fn runs_of_32_are_found_where_they_begin() {
        assert_eq!(runs_of_32(u64::MAX >> 32), 1);
        assert_eq!(runs_of_32(u64::MAX >> 33), 0);
        assert_eq!(runs_of_32(0x1_FFFF_FFFF << 5), 0b11 << 5);
    }

    proptest! {
        #[test]
        fn instructions_say_what_is_said_plainly(bytes in proptest::collection::vec(any::<u8>(), BLOCK)) {
            let block = *bytes.first_chunk().unwrap();
            prop_assert_eq!(bits(&block), plainly(&block));
        }
    }
}

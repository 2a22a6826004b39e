//! What each byte can be part of.

/// Letters, digits, hyphen, underscore, dot, and every byte of a letter beyond ASCII.
pub(super) const NAME: u8 = 1;
/// The dot.
pub(super) const DOT: u8 = 2;
/// A byte of a letter beyond ASCII.
pub(super) const WIDE: u8 = 4;
/// A path may end before it, or it may go on.
pub(super) const SOFT: u8 = 16;
/// No path goes on here.
pub(super) const HARD: u8 = 32;
/// Hexadecimal, colon or dot: a part of an IPv6 address.
pub(super) const SIX: u8 = 64;
/// ASCII letters and digits.
pub(super) const ALPHANUMERIC: u8 = 128;

pub(super) static CLASS: [u8; 256] = classes();

const fn classes() -> [u8; 256] {
    let mut classes = [0; 256];
    let mut byte = 0_usize;
    while byte < 256 {
        #[expect(clippy::cast_possible_truncation, reason = "below 256")]
        let letter = byte as u8;
        let mut class = 0;
        if letter.is_ascii_alphanumeric() {
            class |= NAME | ALPHANUMERIC;
        }
        if letter.is_ascii_hexdigit() || letter == b':' || letter == b'.' {
            class |= SIX;
        }
        if matches!(letter, b'-' | b'_' | b'.') {
            class |= NAME;
        }
        if letter == b'.' {
            class |= DOT;
        }
        if letter >= 0x80 {
            class |= NAME | WIDE;
        }
        // A letter beyond ASCII begins here.
        if letter >= 0xC0 {
            class |= SOFT;
        }
        if matches!(
            letter,
            b'?' | b'#' | b',' | b';' | b'\'' | b'(' | b')' | b'[' | b']' | b'*' | b'!' | b'&'
        ) {
            class |= SOFT;
        }
        if letter <= b' '
            || matches!(
                letter,
                0x7f | b'"' | b'<' | b'>' | b'`' | b'{' | b'}' | b'|' | b'\\' | b'^'
            )
        {
            class |= HARD;
        }
        classes[byte] = class;
        byte += 1;
    }
    classes
}

#[inline]
pub(super) fn is(byte: u8, class: u8) -> bool {
    CLASS[usize::from(byte)] & class != 0
}

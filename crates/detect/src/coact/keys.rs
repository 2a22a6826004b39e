//! What texts are known by.
//!
//! A text of up to 15 bytes is its own key, so that most look-ups compare 16 bytes and touch memory
//! once. A longer one is known by 120 bits of its BLAKE3 hash: whoever could make two of the same
//! hash could pass for two accounts in one, so the hash must be one for which nobody can.

/// What a text is known by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub(super) struct Key {
    pub(super) high: u64,
    pub(super) low: u64,
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

    /// Which of so many parts on disk it belongs to; has nothing to do with its share.
    pub(super) fn partition(self, partitions: usize) -> usize {
        let mixed = (self.low ^ self.high.rotate_left(23)).wrapping_mul(0xD6E8_FEB8_6659_FD93);
        usize::try_from((u128::from(mixed) * partitions as u128) >> 64).expect("below the parts")
    }

    /// Whether it is the text itself.
    pub(super) fn is_short(self) -> bool {
        self.low & u64::from(u8::MAX) != u64::from(u8::MAX)
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
pub(super) struct Short(pub(super) [u8; 16]);

impl Short {
    pub(super) fn as_slice(&self) -> &[u8] {
        &self.0[..usize::from(self.0[15])]
    }
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
}

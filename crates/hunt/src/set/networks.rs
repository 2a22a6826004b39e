//! What tells quickly that an address is in none of a set's networks, and that a name ends in no label that a
//! set's names end in.

use std::net::IpAddr;

use crate::fingerprint;

/// A bit each for the upper 16 bits of an IPv4 address, and for as much of a last label's fingerprint.
const WORDS: usize = 1 << 10;

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Hints {
    /// Of IPv4, the upper halves in which there is a network.
    upper: Vec<u64>,
    /// Last labels of names.
    last_labels: Vec<u64>,
    /// Which lengths there are of networks: bit by bit, IPv4.
    lengths4: u64,
    /// The same for IPv6, 1 to 127.
    lengths6: u128,
}

#[expect(clippy::cast_possible_truncation, reason = "16 bits of it are taken")]
fn place(bits: u64) -> (usize, u64) {
    let bits = bits as usize & 0xFFFF;
    (bits >> 6, 1 << (bits & 63))
}

impl Hints {
    pub(crate) fn none() -> Self {
        Self {
            upper: vec![0; WORDS],
            last_labels: vec![0; WORDS],
            lengths4: 0,
            lengths6: 0,
        }
    }

    pub(super) fn add_network(&mut self, first: IpAddr, bits: u8) {
        match first {
            IpAddr::V4(four) => {
                self.lengths4 |= 1 << bits;
                let upper = four.to_bits() >> 16;
                let spanned = 1_u32 << 16_u32.saturating_sub(u32::from(bits)).min(16);
                for upper in upper..(upper + spanned).min(1 << 16) {
                    let (word, bit) = place(u64::from(upper));
                    self.upper[word] |= bit;
                }
            }
            IpAddr::V6(_) => self.lengths6 |= 1 << bits,
        }
    }

    pub(super) fn add_last_label(&mut self, name: &str) {
        let last = name.rsplit('.').next().unwrap_or(name);
        let (word, bit) = place(fingerprint::word(fingerprint::DOMAIN, last) >> 40);
        self.last_labels[word] |= bit;
    }

    /// Whether a name that ends in a label with this fingerprint may be in the set.
    #[inline]
    pub(crate) fn may_end_in(&self, label: u64) -> bool {
        let (word, bit) = place(label >> 40);
        self.last_labels[word] & bit != 0
    }

    /// The lengths of networks that this address may be in.
    #[inline]
    pub(crate) fn lengths(&self, address: IpAddr) -> u128 {
        match address {
            IpAddr::V4(four) => {
                let (word, bit) = place(u64::from(four.to_bits() >> 16));
                if self.upper[word] & bit == 0 {
                    0
                } else {
                    u128::from(self.lengths4)
                }
            }
            IpAddr::V6(_) => self.lengths6,
        }
    }

    /// Of several sets.
    pub(crate) fn and(&self, other: &Self) -> Self {
        let joined = |one: &[u64], other: &[u64]| -> Vec<u64> {
            one.iter()
                .zip(other)
                .map(|(one, other)| one | other)
                .collect()
        };
        Self {
            upper: joined(&self.upper, &other.upper),
            last_labels: joined(&self.last_labels, &other.last_labels),
            lengths4: self.lengths4 | other.lengths4,
            lengths6: self.lengths6 | other.lengths6,
        }
    }

    /// As on disk.
    pub(super) fn words(&self) -> Vec<u64> {
        #[expect(clippy::cast_possible_truncation, reason = "both halves are kept")]
        let lengths = [
            self.lengths4,
            self.lengths6 as u64,
            (self.lengths6 >> 64) as u64,
        ];
        [&self.upper[..], &self.last_labels[..], &lengths[..]].concat()
    }

    pub(super) fn of_words(words: &[u64]) -> Option<Self> {
        let (upper, rest) = words.split_at_checked(WORDS)?;
        let (last_labels, lengths) = rest.split_at_checked(WORDS)?;
        let &[lengths4, low, high] = lengths else {
            return None;
        };
        Some(Self {
            upper: upper.to_vec(),
            last_labels: last_labels.to_vec(),
            lengths4,
            lengths6: u128::from(high) << 64 | u128::from(low),
        })
    }
}

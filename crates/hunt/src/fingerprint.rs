//! 64 bits that stand for an indicator, so that most things that are none are told by one look.
//!
//! Two indicators may have the same: whoever finds a fingerprint compares the indicators themselves.
//! The parts are made so that a scanner gets them on its way over a line without copying anything: a
//! name's labels from the right, each suffix on the way to the next; a path from the left, each
//! prefix on the way to the next.

use std::net::IpAddr;

const MULTIPLIER: u64 = 0x9E37_79B9_7F4A_7C15;
/// Makes letters small, eight at a time. Of the other bytes that a name may have none becomes another's.
const SMALL: u64 = 0x2020_2020_2020_2020;

pub(crate) const DOMAIN: u64 = 0xA076_1D64_78BD_642F;
pub(crate) const HASH: u64 = 0xE703_7ED1_A0B4_28DB;
pub(crate) const EMAIL: u64 = 0x8EBC_6AF0_9C88_C6E3;
pub(crate) const HANDLE: u64 = 0x5899_65CC_7537_4CC3;
pub(crate) const PATH: u64 = 0x1D8E_4E27_C47D_124F;
pub(crate) const TEXT: u64 = 0xEB44_ACCA_B455_D165;
const ADDRESS4: u64 = 0x9C6E_6877_736C_46E3;
const ADDRESS6: u64 = 0x2D35_8DCC_AA6C_78A5;
const NETWORK: u64 = 0x8BB8_4B93_962E_ACC9;
const ENDPOINT: u64 = 0x4B33_A62E_D433_D4A3;
const URL: u64 = 0x4D5A_2DA5_1DE1_AA47;

#[inline]
fn mix(one: u64, other: u64) -> u64 {
    let product = u128::from(one ^ MULTIPLIER) * u128::from(other);
    #[expect(clippy::cast_possible_truncation, reason = "both halves are used")]
    let (low, high) = (product as u64, (product >> 64) as u64);
    low ^ high
}

/// The last `length` (1 to 8) bytes before `end`.
#[inline]
fn before(bytes: &[u8], end: usize, length: usize) -> u64 {
    if let Some(eight) = bytes[..end].last_chunk::<8>() {
        return u64::from_le_bytes(*eight) >> (8 * (8 - length));
    }
    let part = bytes[end - length..end].iter().rev();
    part.fold(0, |word, byte| word << 8 | u64::from(*byte))
}

/// The first `length` (0 to 8) bytes from `start` on.
#[inline]
fn after(bytes: &[u8], start: usize, length: usize) -> u64 {
    if length == 0 {
        return 0;
    }
    if let Some(eight) = bytes[start..].first_chunk::<8>() {
        return u64::from_le_bytes(*eight) << (8 * (8 - length)) >> (8 * (8 - length));
    }
    let part = bytes[start..start + length].iter().rev();
    part.fold(0, |word, byte| word << 8 | u64::from(*byte))
}

/// Goes on from `so_far` with the bytes from `start` to `end`, of which there is at least one; small
/// and capital letters are the same.
#[inline]
pub(crate) fn label(so_far: u64, bytes: &[u8], start: usize, end: usize) -> u64 {
    let mut hash = so_far;
    let mut at = end;
    while at - start > 8 {
        hash = mix(hash ^ (before(bytes, at, 8) | SMALL), URL);
        at -= 8;
    }
    let length = (end - start) as u64;
    mix(hash ^ (before(bytes, at, at - start) | SMALL), URL ^ length)
}

/// The same for all of a short text.
pub(crate) fn word(seed: u64, text: &str) -> u64 {
    if text.is_empty() {
        return mix(seed, URL);
    }
    label(seed, text.as_bytes(), 0, text.len())
}

/// A whole name of labels with dots between.
pub(crate) fn name(text: &str) -> u64 {
    let bytes = text.as_bytes();
    let (mut hash, mut end) = (DOMAIN, bytes.len());
    loop {
        let start = memchr::memrchr(b'.', &bytes[..end]).map_or(0, |dot| dot + 1);
        if start < end {
            hash = label(hash, bytes, start, end);
        }
        if start == 0 {
            return hash;
        }
        end = start - 1;
    }
}

/// An address.
#[inline]
pub(crate) fn address(address: IpAddr) -> u64 {
    match address {
        IpAddr::V4(four) => mix(ADDRESS4 ^ u64::from(four.to_bits()), URL),
        IpAddr::V6(six) => {
            let bits = six.to_bits();
            #[expect(clippy::cast_possible_truncation, reason = "both halves are used")]
            let (low, high) = (bits as u64, (bits >> 64) as u64);
            mix(mix(ADDRESS6 ^ high, URL) ^ low, URL)
        }
    }
}

/// A network: its first address, and how many bits of it count.
#[inline]
pub(crate) fn network(first: IpAddr, bits: u8) -> u64 {
    mix(address(first) ^ u64::from(bits), NETWORK)
}

/// A host with a port.
#[inline]
pub(crate) fn endpoint(host: u64, port: u16) -> u64 {
    mix(host ^ u64::from(port), ENDPOINT)
}

/// A mailbox: the local part's [`label`] from [`EMAIL`], or a handle's from [`HANDLE`], and its host.
#[inline]
pub(crate) fn at_host(local: u64, host: u64) -> u64 {
    mix(local ^ host, ENDPOINT)
}

/// What a URL's path goes on from.
#[inline]
pub(crate) fn url(host: u64, port: Option<u16>) -> u64 {
    mix(host ^ port.map_or(0, u64::from), URL)
}

/// The prefixes of a path, one after the other. Every byte counts as it is.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Prefixes {
    hash: u64,
    start: usize,
    at: usize,
}

impl Prefixes {
    #[inline]
    pub(crate) fn new(seed: u64, start: usize) -> Self {
        Self {
            hash: seed,
            start,
            at: start,
        }
    }

    /// The fingerprint of what stands from the start to `end`, which is never before an earlier one.
    #[inline]
    pub(crate) fn until(&mut self, bytes: &[u8], end: usize) -> u64 {
        while end - self.at >= 8 {
            self.hash = mix(self.hash ^ after(bytes, self.at, 8), NETWORK);
            self.at += 8;
        }
        let length = (end - self.start) as u64;
        let rest = after(bytes, self.at, end - self.at);
        mix(self.hash ^ rest, NETWORK ^ (length << 1))
    }
}

/// A whole path.
pub(crate) fn path(seed: u64, text: &str) -> u64 {
    Prefixes::new(seed, 0).until(text.as_bytes(), text.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_has_one_fingerprint_wherever_it_stands_and_however_it_is_written() {
        let line = b"x evil.example.org y WWW.EVIL.Example.ORG";
        let alone = name("evil.example.org");
        let mut hash = DOMAIN;
        for (start, end) in [(38, 41), (30, 37), (25, 29)] {
            hash = label(hash, line, start, end);
        }
        assert_eq!(hash, alone);
        assert_ne!(alone, name("evil.example.com"));
        assert_ne!(name("ab.c"), name("a.bc"));
        assert_eq!(label(hash, line, 21, 24), name("www.evil.example.org"));
    }

    #[test]
    fn every_prefix_of_a_path_has_the_fingerprint_that_it_has_alone() {
        let text = "/a/rather/long/path?with=a&query";
        let line = format!("host{text} and more");
        let mut prefixes = Prefixes::new(PATH, 4);
        for end in 1..=text.len() {
            let here = prefixes.until(line.as_bytes(), 4 + end);
            assert_eq!(here, path(PATH, &text[..end]), "{end}");
        }
        assert_ne!(path(PATH, "/a"), path(PATH, "/A"));
    }
}

//! Addresses, the networks they are in, and ports.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::{Candidate, Host, Kind, NAME, Words, at, fingerprint, is};
use crate::normal::{masked, plain};
use crate::scan::classes::SIX;

/// No IPv6 address is longer.
const LONGEST_SIX: usize = 45;

impl Words<'_> {
    /// Notes an IPv4 address that something in a set is at, and what stands behind it.
    pub(super) fn known_address(&mut self, text: &[u8], begin: usize, end: usize, run_end: u32) {
        let Some(four) = four(&text[begin..end]) else {
            return;
        };
        let host = self.address(IpAddr::V4(four), begin, end);
        if at(end) == run_end {
            self.follow(text, &host, end);
        }
    }

    /// Notes an address. Gives the host that it is.
    fn address(&mut self, address: IpAddr, begin: usize, end: usize) -> Host {
        let host = Host {
            fingerprint: fingerprint::address(address),
            span: (at(begin), at(end)),
            is_wide: false,
            start: begin,
        };
        self.push(Candidate {
            fingerprint: host.fingerprint,
            kind: Kind::Address,
            bits: 0,
            is_wide: false,
            port: None,
            text: host.span,
            host: host.span,
            path: 0,
        });
        host
    }

    /// Notes the networks that an address may be in.
    pub(super) fn networks(&mut self, address: IpAddr, begin: usize, end: usize) {
        let mut lengths = self.hints.lengths(address);
        while lengths != 0 {
            let bits = u8::try_from(lengths.trailing_zeros()).unwrap_or(0);
            lengths &= lengths - 1;
            self.push(Candidate {
                fingerprint: fingerprint::network(masked(address, bits), bits),
                kind: Kind::Network,
                bits,
                is_wide: false,
                port: None,
                text: (at(begin), at(end)),
                host: (at(begin), at(end)),
                path: 0,
            });
        }
    }

    /// An IPv6 address around a colon.
    pub(super) fn six(&mut self, text: &[u8], line: usize, place: usize) {
        let is_six = |byte: Option<&u8>| byte.is_some_and(|byte| is(*byte, SIX));
        let before = if place > line {
            text.get(place - 1)
        } else {
            None
        };
        if !is_six(before) && text.get(place + 1) != Some(&b':') {
            return;
        }
        let (mut begin, mut end) = (place, place + 1);
        while begin > line && is(text[begin - 1], SIX) {
            begin -= 1;
        }
        while end < text.len() && is(text[end], SIX) {
            end += 1;
        }
        self.six_end = end;
        let run = (begin, end);
        while end > begin && text[end - 1] == b'.' {
            end -= 1;
        }
        if text[begin..end].ends_with(b":") && !text[begin..end].ends_with(b"::") {
            end -= 1;
        }
        if text[begin..end].starts_with(b":") && !text[begin..end].starts_with(b"::") {
            begin += 1;
        }
        let is_inside = |byte: Option<&u8>| byte.is_some_and(|byte| is(*byte, NAME));
        if (begin == run.0 && begin > line && is_inside(text.get(begin - 1)))
            || (end == run.1 && is_inside(text.get(end)))
        {
            return;
        }
        let colons = memchr::memchr_iter(b':', &text[begin..end]).count();
        let is_short = memchr::memmem::find(&text[begin..end], b"::").is_some();
        if end - begin > LONGEST_SIX || (colons < 6 && !is_short) {
            return;
        }
        let address = std::str::from_utf8(&text[begin..end]).ok();
        let Some(address) = address.and_then(|address| address.parse::<Ipv6Addr>().ok()) else {
            return;
        };
        self.networks(plain(address), begin, end);
        let mut host = self.address(plain(address), begin, end);
        if begin > line && text[begin - 1] == b'[' && text.get(end) == Some(&b']') {
            host.start -= 1;
            self.follow(text, &host, end + 1);
        }
    }
}

/// An IPv4 address, and nothing else.
pub(super) fn four(text: &[u8]) -> Option<Ipv4Addr> {
    let mut parts = [0; 4];
    let (mut part, mut digits, mut value) = (0, 0, 0_u32);
    for byte in text {
        if *byte == b'.' {
            if digits == 0 || part == 3 {
                return None;
            }
            parts[part] = u8::try_from(value).ok()?;
            part += 1;
            (digits, value) = (0, 0);
        } else {
            let digit = byte.wrapping_sub(b'0');
            if digit > 9 || digits == 3 || (digits > 0 && value == 0) {
                return None;
            }
            value = value * 10 + u32::from(digit);
            digits += 1;
        }
    }
    if part < 3 || digits == 0 {
        return None;
    }
    parts[3] = u8::try_from(value).ok()?;
    Some(Ipv4Addr::from(parts))
}

/// A port without leading zeros, and where it ends; none where a name goes on.
pub(super) fn port(text: &[u8], begin: usize) -> Option<(u16, usize)> {
    let mut end = begin;
    let mut value = 0_u32;
    while end - begin < 6
        && let Some(digit) = text
            .get(end)
            .map(|byte| byte.wrapping_sub(b'0'))
            .filter(|digit| *digit < 10)
    {
        value = value * 10 + u32::from(digit);
        end += 1;
    }
    let goes_on = |byte: Option<&u8>| byte.is_some_and(|byte| is(*byte, NAME));
    let is_last = match text.get(end) {
        Some(b'.') => !goes_on(text.get(end + 1)),
        other => !goes_on(other),
    };
    if end == begin || !is_last || text[begin] == b'0' {
        return None;
    }
    Some((u16::try_from(value).ok()?, end))
}

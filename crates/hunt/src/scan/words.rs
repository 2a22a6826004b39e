//! One pass over a line that notes whatever may be an indicator.
//!
//! It goes from one run of bytes that a name can have to the next. A run is looked at only if there is a dot in it, a
//! letter beyond ASCII, or if it is as long as a hash; between runs only a few bytes mean something (`@ : / % [ ( { \`).

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::candidate::Candidate;
use super::classes::{ALPHANUMERIC, CLASS, DOT, HARD, MARK, NAME, SIX, SOFT, WIDE, is};
use super::reading::escaped;
use crate::fingerprint::{self, DOMAIN, EMAIL, HANDLE, HASH, PATH, Prefixes};
use crate::kind::{Kind, Kinds};
use crate::normal::{
    LONGEST_LOCAL, LONGEST_NAME, LONGEST_PATH, defanged_at, is_in_local, plain,
};
use crate::set::Hints;

/// No hash in hexadecimal is shorter.
const SHORTEST_HASH: usize = 32;
/// No IPv6 address is longer.
const LONGEST_SIX: usize = 45;

/// Notes what may be an indicator.
#[derive(Debug)]
pub(super) struct Words<'a> {
    pub(super) kinds: Kinds,
    pub(super) hints: &'a Hints,
    /// What was noted, in the order in which it was come to.
    pub(super) candidates: Vec<Candidate>,
    /// Hosts in punycode, one after the other.
    pub(super) names: Vec<u8>,
    /// Whether something in the line was defanged.
    pub(super) is_defanged: bool,
    /// Whether something in the line was escaped with percent.
    pub(super) is_escaped: bool,
    /// Where the last run of an IPv6 address's bytes ended.
    six_end: usize,
}

/// A host that was read.
#[derive(Debug, Clone, Copy)]
struct Host {
    fingerprint: u64,
    span: (u32, u32),
    is_wide: bool,
    /// Where it begins in the text, brackets included.
    start: usize,
}

#[expect(clippy::cast_possible_truncation, reason = "texts are read in pieces far below 4 GiB")]
fn at(place: usize) -> u32 {
    place as u32
}

impl<'a> Words<'a> {
    pub(super) fn new(kinds: Kinds, hints: &'a Hints) -> Self {
        Self {
            kinds,
            hints,
            candidates: Vec::new(),
            names: Vec::new(),
            is_defanged: false,
            is_escaped: false,
            six_end: 0,
        }
    }

    /// Notes what may be an indicator in the line that begins at `start` and ends where `text` does.
    pub(super) fn line(&mut self, text: &[u8], start: usize) {
        self.six_end = start;
        let mut place = start;
        while let Some(byte) = text.get(place) {
            let class = CLASS[usize::from(*byte)];
            if class & NAME == 0 {
                if class & MARK != 0 {
                    self.mark(text, start, place, *byte);
                }
                place += 1;
                continue;
            }
            let begin = place;
            let (mut seen, mut previous, mut twice) = (class, class, 0);
            place += 1;
            while let Some(byte) = text.get(place) {
                let class = CLASS[usize::from(*byte)];
                if class & NAME == 0 {
                    break;
                }
                seen |= class;
                twice |= class & previous;
                previous = class;
                place += 1;
            }
            if seen & (DOT | WIDE) != 0 || place - begin >= SHORTEST_HASH {
                self.run(text, start, begin, place, seen, twice & DOT != 0);
            }
        }
    }

    fn push(&mut self, candidate: Candidate) {
        self.candidates.push(candidate);
    }

    /// A run of a name's bytes.
    fn run(&mut self, text: &[u8], line: usize, begin: usize, end: usize, seen: u8, has_gap: bool) {
        let begin = after_escape(text, line, begin, end);
        if seen & WIDE != 0 {
            self.wide(text, line, begin, end);
        } else {
            self.narrow(text, line, begin, end, end, has_gap);
        }
    }

    /// A run of ASCII, or what is ASCII in one that is not. Only where it ends at the end of its run may it be
    /// followed by a port or a path.
    fn narrow(&mut self, text: &[u8], line: usize, begin: usize, end: usize, run_end: usize, has_gap: bool) {
        if end - begin >= SHORTEST_HASH && self.kinds.has(Kind::Hash) {
            self.hashes(text, begin, end);
        }
        let mut end = end;
        while has_gap && end > begin {
            let Some(gap) = text[begin..end].windows(2).rposition(|two| two == b"..") else {
                break;
            };
            self.piece(text, line, begin + gap + 2, end, run_end);
            end = begin + gap;
        }
        self.piece(text, line, begin, end, run_end);
    }

    /// What stands between two gaps: labels with dots between.
    fn piece(&mut self, text: &[u8], line: usize, begin: usize, end: usize, run_end: usize) {
        let (mut begin, mut end) = (begin, end);
        while end > begin && matches!(text[end - 1], b'.' | b'-' | b'_') {
            end -= 1;
        }
        while begin < end && matches!(text[begin], b'.' | b'-') {
            begin += 1;
        }
        let Some(dot) = text[begin..end].iter().rposition(|byte| *byte == b'.') else {
            return;
        };
        let last = begin + dot + 1;
        if text[last..end].iter().all(u8::is_ascii_digit) {
            if let Some(four) = four(&text[begin..end]) {
                let host = Host {
                    fingerprint: self.address(IpAddr::V4(four), begin, end),
                    span: (at(begin), at(end)),
                    is_wide: false,
                    start: begin,
                };
                if end == run_end {
                    self.follow(text, &host, end);
                }
            }
            return;
        }
        let mut hash = fingerprint::label(DOMAIN, text, last, end);
        if !self.hints.may_end_in(hash) {
            return;
        }
        let wants_names = self.kinds.has(Kind::Domain);
        let mut label_end = last - 1;
        let least = end.saturating_sub(LONGEST_NAME).max(begin);
        loop {
            let mut start = label_end;
            while start > least && text[start - 1] != b'.' {
                start -= 1;
            }
            if start == least && least > begin && text[least - 1] != b'.' {
                // Longer than any name: what is before is no part of one.
                return;
            }
            hash = fingerprint::label(hash, text, start, label_end);
            if wants_names {
                self.push(Candidate {
                    fingerprint: hash,
                    kind: Kind::Domain,
                    bits: 0,
                    is_wide: false,
                    port: None,
                    text: (at(start), at(end)),
                    host: (at(start), at(end)),
                    path: 0,
                });
            }
            if start == begin {
                break;
            }
            if start == least {
                return;
            }
            label_end = start - 1;
        }
        let host = Host {
            fingerprint: hash,
            span: (at(begin), at(end)),
            is_wide: false,
            start: begin,
        };
        self.around(text, line, &host, end, run_end);
    }

    /// What stands before and behind a whole name.
    fn around(&mut self, text: &[u8], line: usize, host: &Host, end: usize, run_end: usize) {
        if end == run_end {
            self.follow(text, host, end);
        }
        if host.start > line && text[host.start - 1] == b'@' {
            self.mailbox(text, line, host, end);
        }
        // The host of a handle stands behind its name and a colon, too.
        if host.start > line && text[host.start - 1] == b':' {
            self.federated(text, line, host, end);
        }
    }

    /// Notes an address, and the networks it may be in. Gives its fingerprint.
    fn address(&mut self, address: IpAddr, begin: usize, end: usize) -> u64 {
        let fingerprint = fingerprint::address(address);
        let mut candidate = Candidate {
            fingerprint,
            kind: Kind::Address,
            bits: 0,
            is_wide: false,
            port: None,
            text: (at(begin), at(end)),
            host: (at(begin), at(end)),
            path: 0,
        };
        self.push(candidate);
        let mut lengths = self.hints.lengths(address);
        candidate.kind = Kind::Network;
        while lengths != 0 {
            let bits = u8::try_from(lengths.trailing_zeros()).unwrap_or(0);
            lengths &= lengths - 1;
            candidate.bits = bits;
            candidate.fingerprint = fingerprint::network(crate::normal::masked(address, bits), bits);
            self.push(candidate);
        }
        fingerprint
    }

    /// A port and a path behind a host that ends at `end`.
    fn follow(&mut self, text: &[u8], host: &Host, end: usize) {
        let mut path = end;
        let mut port = None;
        if text.get(end) == Some(&b':') {
            let Some((number, port_end)) = self::port(text, end + 1) else {
                return;
            };
            path = port_end;
            port = Some(number);
            if self.kinds.has(Kind::Endpoint) {
                self.push(Candidate {
                    fingerprint: fingerprint::endpoint(host.fingerprint, number),
                    kind: Kind::Endpoint,
                    bits: 0,
                    is_wide: host.is_wide,
                    port,
                    text: (at(host.start), at(port_end)),
                    host: host.span,
                    path: 0,
                });
            }
        }
        if self.kinds.has(Kind::Url) && matches!(text.get(path), Some(b'/' | b'?')) {
            let port = port.filter(|port| !matches!(port, 80 | 443));
            let prefixes = Prefixes::new(fingerprint::url(host.fingerprint, port), path);
            self.ends(text, path, prefixes, &Candidate {
                fingerprint: 0,
                kind: Kind::Url,
                bits: 0,
                is_wide: host.is_wide,
                port,
                text: (at(host.start), 0),
                host: host.span,
                path: at(path),
            });
        }
    }

    /// Notes a path that begins at `path` with each of its ends.
    fn ends(&mut self, text: &[u8], path: usize, mut prefixes: Prefixes, like: &Candidate) {
        let mut end = path + 1;
        while end - path <= LONGEST_PATH {
            let class = text.get(end).map_or(HARD, |byte| CLASS[usize::from(*byte)]);
            if class & (SOFT | HARD) != 0 {
                let mut kept = end;
                while kept > path + 1 && matches!(text[kept - 1], b'.' | b':') {
                    kept -= 1;
                }
                // From the shortest on, because prefixes only grow.
                for end in kept..=end {
                    self.push(Candidate {
                        fingerprint: prefixes.until(text, end),
                        text: (like.text.0, at(end)),
                        ..*like
                    });
                }
                if class & HARD != 0 {
                    return;
                }
            }
            end += 1;
        }
    }

    /// A byte between runs that something may begin with.
    fn mark(&mut self, text: &[u8], line: usize, place: usize, byte: u8) {
        match byte {
            b'%' => self.is_escaped = self.is_escaped || escaped(text, place).is_some(),
            b'@' => self.handle(text, line, place),
            b':' if place >= self.six_end => self.six(text, line, place),
            b'/' => self.slash(text, line, place),
            b'[' | b'(' | b'{' | b'\\' if !self.is_defanged => {
                self.is_defanged = defanged_at(text, place).is_some();
            }
            _ => {}
        }
    }

    /// A path that begins here: at the beginning of a word, or behind `//` and whoever it is asked from.
    fn slash(&mut self, text: &[u8], line: usize, place: usize) {
        if !self.kinds.has(Kind::Path) {
            return;
        }
        let mut path = place;
        if text.get(place + 1) == Some(&b'/') {
            path += 2;
            while text.get(path).is_some_and(|byte| *byte != b'/' && !is(*byte, HARD) && *byte != b'?') {
                path += 1;
            }
            if path == place + 2 || text.get(path) != Some(&b'/') {
                return;
            }
        } else if place > line {
            let before = text[place - 1];
            if before != b'=' && !is(before, HARD) && (!is(before, SOFT) || is(before, WIDE)) {
                return;
            }
        }
        if text.get(path + 1) == Some(&b'/') {
            return;
        }
        self.ends(text, path, Prefixes::new(PATH, path), &Candidate {
            fingerprint: 0,
            kind: Kind::Path,
            bits: 0,
            is_wide: false,
            port: None,
            text: (at(path), 0),
            host: (0, 0),
            path: at(path),
        });
    }

    /// Runs of letters and digits that are as long as hashes, and hexadecimal.
    fn hashes(&mut self, text: &[u8], begin: usize, end: usize) {
        let mut start = begin;
        while start < end {
            let mut stop = start;
            while stop < end && is(text[stop], ALPHANUMERIC) {
                stop += 1;
            }
            if matches!(stop - start, 32 | 40 | 64 | 128)
                && text[start..stop].iter().all(u8::is_ascii_hexdigit)
            {
                self.push(Candidate {
                    fingerprint: fingerprint::label(HASH, text, start, stop),
                    kind: Kind::Hash,
                    bits: 0,
                    is_wide: false,
                    port: None,
                    text: (at(start), at(stop)),
                    host: (0, 0),
                    path: 0,
                });
            }
            start = stop + 1;
        }
    }

    /// An IPv6 address around a colon.
    fn six(&mut self, text: &[u8], line: usize, place: usize) {
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
        if end - begin > LONGEST_SIX {
            return;
        }
        let address = std::str::from_utf8(&text[begin..end]).ok();
        let Some(address) = address.and_then(|address| address.parse::<Ipv6Addr>().ok()) else {
            return;
        };
        let mut host = Host {
            fingerprint: self.address(plain(address), begin, end),
            span: (at(begin), at(end)),
            is_wide: false,
            start: begin,
        };
        if begin > line && text[begin - 1] == b'[' && text.get(end) == Some(&b']') {
            host.start -= 1;
            self.follow(text, &host, end + 1);
        }
    }
}

/// Where a run begins that stands behind a percent sign: what the escape stands for is no part of it.
fn after_escape(text: &[u8], line: usize, begin: usize, end: usize) -> usize {
    let is_escape = begin > line && text[begin - 1] == b'%' && escaped(text, begin - 1).is_some();
    if is_escape { (begin + 2).min(end) } else { begin }
}

/// An IPv4 address, and nothing else.
fn four(text: &[u8]) -> Option<Ipv4Addr> {
    if text.len() > 15 {
        return None;
    }
    std::str::from_utf8(text).ok()?.parse().ok()
}

/// A port without leading zeros, and where it ends; none where a name goes on.
fn port(text: &[u8], begin: usize) -> Option<(u16, usize)> {
    let mut end = begin;
    while end < text.len() && end - begin < 6 && text[end].is_ascii_digit() {
        end += 1;
    }
    let goes_on = |byte: Option<&u8>| byte.is_some_and(|byte| is(*byte, NAME));
    let is_last = match text.get(end) {
        Some(b'.') => !goes_on(text.get(end + 1)),
        other => !goes_on(other),
    };
    let digits = std::str::from_utf8(&text[begin..end]).ok()?;
    (is_last && !digits.starts_with('0')).then_some(())?;
    Some((digits.parse().ok()?, end))
}

mod mail;
mod wide;

pub(crate) use wide::is_unspaced;

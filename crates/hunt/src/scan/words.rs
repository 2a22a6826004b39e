//! One pass over a line that notes whatever may be an indicator.
//!
//! Blocks of 64 bytes say where to look ([`super::blocks`]): at runs of a name's bytes with a dot in them or a letter beyond
//! ASCII, at those that are as long as a hash, and at a few bytes between runs (`@ : / % [ ( { \`). What may be an indicator by
//! its fingerprint is kept.

mod addresses;
mod mail;
mod paths;
mod wide;

use std::net::IpAddr;

use super::blocks::{BLOCK, Bits, bits, runs_of_32};
use super::candidate::Candidate;
use super::classes::{ALPHANUMERIC, CLASS, DOT, NAME, WIDE, is};
use super::reading::escaped;
use crate::fingerprint::{self, DOMAIN, HASH};
use crate::kind::{Kind, Kinds};
use crate::normal::{LONGEST_NAME, defanged_at};
use crate::set::{Hints, IndicatorSet};

/// So many are looked up one after the other.
const TOGETHER: usize = 64;
/// No hash in hexadecimal is shorter.
const SHORTEST_HASH: usize = 32;

/// Notes what may be an indicator.
#[derive(Debug)]
pub(super) struct Words<'a> {
    kinds: Kinds,
    hints: &'a Hints,
    sets: &'a [&'a IndicatorSet],
    /// Hosts that were read last, and not looked up yet.
    hosts: Vec<Waiting>,
    /// What was noted last, and not looked up yet.
    waiting: Vec<Candidate>,
    /// What was noted, and may be in a set.
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

/// A piece that may be a host, and waits to be looked up.
#[derive(Debug, Clone, Copy)]
struct Waiting {
    /// Of the address, or of the last two labels.
    fingerprint: u64,
    /// Where its line begins and ends.
    line: (u32, u32),
    begin: u32,
    end: u32,
    run_end: u32,
    is_address: bool,
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

#[expect(
    clippy::cast_possible_truncation,
    reason = "texts are read in pieces far below 4 GiB"
)]
fn at(place: usize) -> u32 {
    place as u32
}

impl<'a> Words<'a> {
    pub(super) fn new(kinds: Kinds, hints: &'a Hints, sets: &'a [&'a IndicatorSet]) -> Self {
        Self {
            kinds,
            hints,
            sets,
            hosts: Vec::with_capacity(TOGETHER),
            waiting: Vec::with_capacity(TOGETHER),
            candidates: Vec::new(),
            names: Vec::new(),
            is_defanged: false,
            is_escaped: false,
            six_end: 0,
        }
    }

    /// Notes what may be an indicator in the line from `start` to `end` of `whole`.
    pub(super) fn line(&mut self, whole: &[u8], start: usize, end: usize) {
        let text = &whole[..end];
        self.six_end = start;
        // Up to here runs were looked at, and so many bytes before the block are one run of a name's.
        let (mut done, mut before) = (start, 0);
        let mut last_is_colon = false;
        let mut at = start;
        while at < end {
            let mut bits = block_at(whole, at);
            let within = u64::MAX >> BLOCK.saturating_sub(end - at);
            bits.names &= within;
            let leading = bits.names.trailing_ones() as usize;
            let marks = marks(&bits, before > 0, last_is_colon) & within;
            // A run as long as a hash has no dot perhaps: one of its bytes stands for it.
            let mut look = ((bits.dots | bits.wide) & within) | marks | runs_of_32(bits.names);
            look |= u64::from(before + leading >= SHORTEST_HASH && leading > 0);
            while look != 0 {
                let offset = look.trailing_zeros() as usize;
                let place = at + offset;
                look &= look - 1;
                if marks >> offset & 1 == 1 {
                    self.mark(text, start, place, text[place]);
                } else if place >= done {
                    done = self.around_dot(text, start, done, at, offset, &bits);
                    let looked_at = (done - at).min(BLOCK);
                    look &= u64::MAX
                        .checked_shl(u32::try_from(looked_at).unwrap_or(0))
                        .unwrap_or(0);
                }
            }
            before = if leading == BLOCK {
                before + BLOCK
            } else {
                bits.names.leading_ones() as usize
            };
            last_is_colon = bits.colons >> (BLOCK - 1) == 1;
            at += BLOCK;
        }
    }

    /// Looks up whatever waits. `text` is what it was read from.
    pub(super) fn flush(&mut self, text: &[u8]) {
        self.settle(text);
        self.sift();
    }

    /// Goes on with the hosts that something in a set is at or below. One look after the other, so that they overlap.
    fn settle(&mut self, text: &[u8]) {
        let hosts = std::mem::take(&mut self.hosts);
        let mut known = [None; TOGETHER];
        let mut count = 0;
        for host in &hosts {
            // Written down in any case, and kept if it is known: no branch waits for memory.
            known[count] = Some(*host);
            count += usize::from(self.may_have(host.fingerprint));
            if count == TOGETHER {
                break;
            }
        }
        self.hosts = hosts;
        self.hosts.clear();
        for host in known.into_iter().take(count).flatten() {
            let text = &text[..host.line.1 as usize];
            let (line, begin, end) = (host.line.0 as usize, host.begin as usize, host.end as usize);
            if host.is_address {
                self.known_address(text, begin, end, host.run_end);
            } else {
                self.name(text, line, begin, end, host.run_end);
            }
        }
    }

    /// Looks at the run of a name's bytes around an offset in a block, and says where it ends.
    #[inline]
    fn around_dot(
        &mut self,
        text: &[u8],
        line: usize,
        done: usize,
        at: usize,
        offset: usize,
        bits: &Bits,
    ) -> usize {
        let below = (bits.names << (BLOCK - 1 - offset)).leading_ones() as usize;
        let above = (bits.names >> offset).trailing_ones() as usize;
        let (first, last) = (offset + 1 - below, offset + above);
        if first > 0 && last < BLOCK && at + first >= done {
            let run = u64::MAX >> (BLOCK - (last - first)) << first;
            let dots = bits.dots & run;
            let (is_wide, has_gap) = (bits.wide & run != 0, dots & dots >> 1 != 0);
            self.run(text, line, at + first, at + last, is_wide, has_gap);
            return at + last;
        }
        let mut begin = at + offset;
        while begin > done && is(text[begin - 1], NAME) {
            begin -= 1;
        }
        let (mut seen, mut previous, mut twice) = (0, 0, 0);
        let mut end = begin;
        while let Some(byte) = text.get(end) {
            let class = CLASS[usize::from(*byte)];
            if class & NAME == 0 {
                break;
            }
            seen |= class;
            twice |= class & previous;
            previous = class;
            end += 1;
        }
        self.run(text, line, begin, end, seen & WIDE != 0, twice & DOT != 0);
        end
    }

    #[inline]
    fn push(&mut self, candidate: Candidate) {
        if self.waiting.len() == TOGETHER {
            self.sift();
        }
        self.waiting.push(candidate);
    }

    /// Whether a set may have this, or something that is at or below this host.
    #[inline]
    fn may_have(&self, fingerprint: u64) -> bool {
        self.sets.iter().any(|set| set.may_have(fingerprint))
    }

    /// Keeps of those that wait the ones that may be in a set. One after the other, so that the looks into memory
    /// overlap.
    fn sift(&mut self) {
        for candidate in &self.waiting {
            if self
                .sets
                .iter()
                .any(|set| set.may_have(candidate.fingerprint))
            {
                self.candidates.push(*candidate);
            }
        }
        self.waiting.clear();
    }

    /// A run of a name's bytes.
    fn run(
        &mut self,
        text: &[u8],
        line: usize,
        begin: usize,
        end: usize,
        is_wide: bool,
        has_gap: bool,
    ) {
        let begin = after_escape(text, line, begin, end);
        if is_wide {
            self.wide(text, line, begin, end);
        } else {
            self.narrow(text, line, begin, end, end, has_gap);
        }
    }

    /// A run of ASCII, or what is ASCII in one that is not. Only where it ends at the end of its run may it be
    /// followed by a port or a path.
    fn narrow(
        &mut self,
        text: &[u8],
        line: usize,
        begin: usize,
        end: usize,
        run_end: usize,
        has_gap: bool,
    ) {
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
        let mut waiting = Waiting {
            fingerprint: 0,
            line: (at(line), at(text.len())),
            begin: at(begin),
            end: at(end),
            run_end: at(run_end),
            is_address: true,
        };
        if text[last..end].iter().all(u8::is_ascii_digit) {
            let Some(four) = addresses::four(&text[begin..end]) else {
                return;
            };
            let address = IpAddr::V4(four);
            self.networks(address, begin, end);
            waiting.fingerprint = fingerprint::address(address);
        } else {
            let hash = fingerprint::label(DOMAIN, text, last, end);
            if !self.hints.may_end_in(hash) {
                return;
            }
            let above = &text[begin..last - 1];
            let start = above.iter().rposition(|byte| *byte == b'.');
            let start = begin + start.map_or(0, |dot| dot + 1);
            if end - start > LONGEST_NAME {
                return;
            }
            waiting.fingerprint = fingerprint::label(hash, text, start, last - 1);
            waiting.is_address = false;
        }
        if self.hosts.len() == TOGETHER {
            self.settle(text);
        }
        self.hosts.push(waiting);
    }

    /// Notes what a piece ends in, of which a set knows the last two labels.
    fn name(&mut self, text: &[u8], line: usize, begin: usize, end: usize, run_end: u32) {
        let mut hash = DOMAIN;
        let mut label_end = end;
        let wants_names = self.kinds.has(Kind::Domain);
        let limit = end.saturating_sub(LONGEST_NAME).max(begin);
        loop {
            let mut start = label_end;
            while start > limit && text[start - 1] != b'.' {
                start -= 1;
            }
            if start == limit && limit > begin && text[limit - 1] != b'.' {
                // Longer than any name: what is before is no part of one.
                return;
            }
            hash = fingerprint::label(hash, text, start, label_end);
            if label_end < end {
                // A set answers for the names above its names, too: where it does not, nothing below is in it.
                if !self.may_have(hash) {
                    return;
                }
                if wants_names {
                    self.candidates.push(Candidate {
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
            }
            if start == begin {
                break;
            }
            if start == limit {
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
        self.around(text, line, &host, end, at(end) == run_end);
    }

    /// What stands before and behind a whole name.
    fn around(&mut self, text: &[u8], line: usize, host: &Host, end: usize, is_run_end: bool) {
        if is_run_end {
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
}

/// Looks at the block that begins here; behind the end are zeros.
#[inline]
fn block_at(whole: &[u8], at: usize) -> Bits {
    if let Some(block) = whole[at..].first_chunk::<BLOCK>() {
        return bits(block);
    }
    let mut block = [0; BLOCK];
    let rest = &whole[at..];
    block[..rest.len()].copy_from_slice(rest);
    bits(&block)
}

/// The bytes between names of a block that something may begin with. What cannot begin anything for what stands before or
/// behind it is left out.
#[inline]
fn marks(bits: &Bits, name_before: bool, colon_before: bool) -> u64 {
    let after_name = bits.names << 1 | u64::from(name_before);
    // Of the byte behind the block nothing is known: it may be anything.
    let before_name = bits.names >> 1 | 1 << (BLOCK - 1);
    // An IPv6 address has two colons in a row, or six of which three are in one block.
    let pairs = bits.colons & (bits.colons << 1 | u64::from(colon_before));
    let between = bits.colons & (after_name | 1) & before_name;
    let six = if between.count_ones() >= 3 {
        between
    } else {
        0
    };
    // A path begins behind what is no name's, or with another slash.
    let slashes = bits.slashes & (!after_name | bits.slashes >> 1 | 1 << (BLOCK - 1) | 1);
    bits.others | pairs | six | slashes
}

/// Where a run begins that stands behind a percent sign: what the escape stands for is no part of it.
fn after_escape(text: &[u8], line: usize, begin: usize, end: usize) -> usize {
    let is_escape = begin > line && text[begin - 1] == b'%' && escaped(text, begin - 1).is_some();
    if is_escape {
        (begin + 2).min(end)
    } else {
        begin
    }
}

#[cfg(test)]
pub(super) use wide::is_unspaced;

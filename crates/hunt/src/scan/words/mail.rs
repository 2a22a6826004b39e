//! Mailboxes and handles: what stands around `@`.

use super::{Candidate, Host, Kind, NAME, WIDE, Words, after_escape, at, escaped, fingerprint, is};
use crate::fingerprint::{EMAIL, HANDLE};
use crate::normal::{LONGEST_LOCAL, is_in_local, is_part_of_name};

impl Words<'_> {
    /// `local@host`, or `@name@host`, of which the host is known.
    pub(super) fn mailbox(&mut self, text: &[u8], line: usize, host: &Host, end: usize) {
        let stop = host.start - 1;
        let mut begin = stop;
        while begin > line && is_in_local(text[begin - 1]) {
            begin -= 1;
        }
        begin = after_escape(text, line, begin, stop);
        let before = (begin > line).then(|| text[begin - 1]);
        if before == Some(b'@') {
            self.handle_at(text, line, begin, stop, host, end);
            return;
        }
        if !self.kinds.has(Kind::Email) || before.is_some_and(|_| follows_letter(text, line, begin))
        {
            return;
        }
        while begin < stop && matches!(text[begin], b'.' | b'-') {
            begin += 1;
        }
        if begin == stop || stop - begin > LONGEST_LOCAL {
            return;
        }
        let local = fingerprint::label(EMAIL, text, begin, stop);
        self.push(Candidate {
            fingerprint: fingerprint::at_host(local, host.fingerprint),
            kind: Kind::Email,
            bits: 0,
            is_wide: host.is_wide,
            port: None,
            text: (at(begin), at(end)),
            host: host.span,
            path: at(stop),
        });
    }

    /// `@name:host`, of which the host is known.
    pub(super) fn federated(&mut self, text: &[u8], line: usize, host: &Host, end: usize) {
        if !self.kinds.has(Kind::Handle) {
            return;
        }
        let stop = host.start - 1;
        let mut begin = stop;
        while begin > line && is(text[begin - 1], NAME) {
            begin -= 1;
        }
        if begin > line && text[begin - 1] == b'@' {
            self.handle_at(text, line, begin, stop, host, end);
        }
    }

    /// `@name` that begins at `begin - 1`, with a host.
    fn handle_at(
        &mut self,
        text: &[u8],
        line: usize,
        begin: usize,
        stop: usize,
        host: &Host,
        end: usize,
    ) {
        if !self.kinds.has(Kind::Handle) || follows_local(text, line, begin - 1) {
            return;
        }
        let name = &text[begin..stop];
        let is_whole = name.iter().all(|byte| is(*byte, NAME) && !is(*byte, WIDE))
            && !name.ends_with(b".")
            && !name.ends_with(b"-");
        if name.is_empty() || name.len() > LONGEST_LOCAL || !is_whole {
            return;
        }
        let name = fingerprint::label(HANDLE, text, begin, stop);
        self.push(Candidate {
            fingerprint: fingerprint::at_host(name, host.fingerprint),
            kind: Kind::Handle,
            bits: 0,
            is_wide: host.is_wide,
            port: None,
            text: (at(begin - 1), at(end)),
            host: host.span,
            path: at(stop),
        });
    }

    /// `@name`, whatever follows.
    pub(super) fn handle(&mut self, text: &[u8], line: usize, place: usize) {
        if !self.kinds.has(Kind::Handle) || follows_local(text, line, place) {
            return;
        }
        let begin = place + 1;
        let mut end = begin;
        while end < text.len() && is(text[end], NAME) {
            if is(text[end], WIDE) {
                if is_letter_at(text, end) {
                    return;
                }
                break;
            }
            end += 1;
        }
        while end > begin && matches!(text[end - 1], b'.' | b'-') {
            end -= 1;
        }
        if end == begin || end - begin > LONGEST_LOCAL {
            return;
        }
        self.push(Candidate {
            fingerprint: fingerprint::label(HANDLE, text, begin, end),
            kind: Kind::Handle,
            bits: 0,
            is_wide: false,
            port: None,
            text: (at(place), at(end)),
            host: (0, 0),
            path: at(end),
        });
    }
}

/// Whether what begins here goes on from a mailbox's local part, another `@` or a letter: it is no handle.
fn follows_local(text: &[u8], line: usize, place: usize) -> bool {
    if place == line {
        return false;
    }
    let before = text[place - 1];
    is_in_local(before) && !is_end_of_escape(text, line, place)
        || before == b'@'
        || follows_letter(text, line, place)
}

/// Whether the two bytes before are those of a percent escape.
fn is_end_of_escape(text: &[u8], line: usize, place: usize) -> bool {
    place >= line + 3 && text[place - 3] == b'%' && escaped(text, place - 3).is_some()
}

/// Whether a letter beyond ASCII stands right before.
fn follows_letter(text: &[u8], line: usize, place: usize) -> bool {
    if place == line || text[place - 1].is_ascii() {
        return false;
    }
    let mut start = place - 1;
    while start > line && place - start < 4 && text[start] & 0xC0 == 0x80 {
        start -= 1;
    }
    std::str::from_utf8(&text[start..place])
        .ok()
        .and_then(|letter| letter.chars().next())
        .is_some_and(is_part_of_name)
}

/// Whether a letter of a name stands here.
fn is_letter_at(text: &[u8], place: usize) -> bool {
    let end = text.len().min(place + 4);
    let letter = text[place..end].utf8_chunks().next();
    letter
        .and_then(|chunk| chunk.valid().chars().next())
        .is_some_and(is_part_of_name)
}

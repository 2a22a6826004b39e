//! Runs with letters beyond ASCII in them.

use super::{Candidate, DOMAIN, Host, Kind, LONGEST_NAME, WIDE, Words, at, fingerprint, is};
use crate::normal::{is_dot, is_part_of_name, label_to_ascii};

/// No label is longer before it is made small, in bytes: punycode makes none shorter by so much.
const LONGEST_LABEL: usize = 512;

impl Words<'_> {
    /// Divides a run at bytes that are no UTF-8 and letters that no name has.
    pub(super) fn wide(&mut self, text: &[u8], line: usize, begin: usize, end: usize) {
        let mut place = begin;
        for chunk in text[begin..end].utf8_chunks() {
            let valid = chunk.valid();
            let mut start = None;
            for (offset, letter) in valid.char_indices() {
                match (is_part_of_name(letter), start) {
                    (true, None) => start = Some(place + offset),
                    (false, Some(from)) => {
                        self.part(text, line, from, place + offset, end);
                        start = None;
                    }
                    _ => {}
                }
            }
            if let Some(from) = start {
                self.part(text, line, from, place + valid.len(), end);
            }
            place += valid.len() + chunk.invalid().len();
        }
    }

    /// A run of letters that a name can have.
    fn part(&mut self, text: &[u8], line: usize, begin: usize, end: usize, run_end: usize) {
        // Behind a part that ends before its run stands no port or path.
        let run_end = if end == run_end { run_end } else { usize::MAX };
        let bytes = &text[begin..end];
        if !bytes.iter().any(|byte| is(*byte, WIDE)) {
            let has_gap = memchr::memmem::find(bytes, b"..").is_some();
            self.narrow(text, line, begin, end, run_end, has_gap);
            return;
        }
        let Ok(part) = std::str::from_utf8(bytes) else {
            return;
        };
        self.glued(text, line, part, begin, run_end);
        // Between two dots of whatever writing there is a gap.
        let (mut start, mut dot) = (0, None::<usize>);
        for (offset, letter) in part.char_indices() {
            if !is_dot(letter) {
                continue;
            }
            if dot == Some(offset) {
                self.names_of(text, line, begin + start, begin + offset, run_end);
                start = offset + letter.len_utf8();
            }
            dot = Some(offset + letter.len_utf8());
        }
        self.names_of(text, line, begin + start, end, run_end);
    }

    /// What is ASCII between letters of a writing that puts no blanks between words stands alone, too.
    fn glued(&mut self, text: &[u8], line: usize, part: &str, begin: usize, run_end: usize) {
        let is_glue = |letter: Option<char>| letter.is_none_or(is_unspaced);
        let mut place = 0;
        for (before, ascii) in ascii_runs(part) {
            place += before;
            let end = place + ascii.len();
            if is_glue(part[..place].chars().next_back()) && is_glue(part[end..].chars().next()) {
                let run_end = if end == part.len() {
                    run_end
                } else {
                    usize::MAX
                };
                let has_gap = ascii.contains("..");
                self.narrow(text, line, begin + place, begin + end, run_end, has_gap);
            }
            place = end;
        }
    }

    /// Notes every name that a piece ends in, in punycode.
    fn names_of(&mut self, text: &[u8], line: usize, begin: usize, end: usize, run_end: usize) {
        let Ok(whole) = std::str::from_utf8(&text[begin..end]) else {
            return;
        };
        let piece =
            whole.trim_end_matches(|letter| is_dot(letter) || letter == '-' || letter == '_');
        let end = begin + piece.len();
        let piece_start = piece.trim_start_matches(|letter| is_dot(letter) || letter == '-');
        let begin = end - piece_start.len();
        if piece_start.is_ascii() {
            self.narrow(text, line, begin, end, run_end, false);
            return;
        }
        let mut hash = DOMAIN;
        let mut name = String::new();
        let mut starts = Vec::new();
        let mut label_end = end;
        let mut is_whole = false;
        for label in piece_start.rsplit(is_dot) {
            let ascii = (label.len() <= LONGEST_LABEL)
                .then(|| label_to_ascii(label))
                .flatten();
            let Some(ascii) = ascii else { break };
            if name.is_empty() && ascii.bytes().all(|byte| byte.is_ascii_digit()) {
                return;
            }
            hash = fingerprint::label(hash, ascii.as_bytes(), 0, ascii.len());
            if name.is_empty() && !self.hints.may_end_in(hash) {
                return;
            }
            name.insert_str(0, if name.is_empty() { "" } else { "." });
            name.insert_str(0, &ascii);
            if name.len() > LONGEST_NAME {
                break;
            }
            let start = label_end - label.len();
            starts.push((hash, start, name.len()));
            is_whole = start == begin;
            // The dot before may be one of several bytes.
            let before = piece_start[..start - begin].chars().next_back();
            label_end = start - before.map_or(0, char::len_utf8);
        }
        let Some((_, _, length)) = starts.last().copied() else {
            return;
        };
        if starts.len() < 2 {
            return;
        }
        name.drain(..name.len() - length);
        let names_end = self.names.len() + name.len();
        self.names.extend_from_slice(name.as_bytes());
        for (fingerprint, start, length) in starts.iter().skip(1).copied() {
            if self.kinds.has(Kind::Domain) {
                self.push(Candidate {
                    fingerprint,
                    kind: Kind::Domain,
                    bits: 0,
                    is_wide: true,
                    port: None,
                    text: (at(start), at(end)),
                    host: (at(names_end - length), at(names_end)),
                    path: 0,
                });
            }
        }
        if is_whole {
            let host = Host {
                fingerprint: starts[starts.len() - 1].0,
                span: (at(names_end - length), at(names_end)),
                is_wide: true,
                start: begin,
            };
            self.around(text, line, &host, end, end == run_end);
        }
    }
}

/// Letters of writings that put no blanks between words: Thai, Lao, Myanmar, Khmer, Chinese, Japanese; and
/// Korean, which joins particles to names.
pub(in crate::scan) fn is_unspaced(letter: char) -> bool {
    matches!(letter,
        '\u{0E00}'..='\u{0EFF}' | '\u{1000}'..='\u{109F}' | '\u{1780}'..='\u{17FF}'
        | '\u{3005}'..='\u{3007}' | '\u{3040}'..='\u{30FF}' | '\u{3400}'..='\u{9FFF}'
        | '\u{AC00}'..='\u{D7AF}' | '\u{F900}'..='\u{FAFF}' | '\u{20000}'..='\u{3FFFF}')
}

/// Runs of ASCII, each with how many bytes stand between it and the one before.
fn ascii_runs(part: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut rest = part;
    std::iter::from_fn(move || {
        let start = rest.find(|letter: char| letter.is_ascii())?;
        let run = &rest[start..];
        let end = run
            .find(|letter: char| !letter.is_ascii())
            .unwrap_or(run.len());
        rest = &run[end..];
        Some((start, &run[..end]))
    })
}

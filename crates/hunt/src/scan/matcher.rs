//! From what may be an indicator to what is one.

use std::sync::Arc;

use rustc_hash::{FxHashMap, FxHashSet};

use super::candidate::Candidate;
use super::pieces::Piece;
use super::reading::{Reading, is_json, readings};
use super::words::Words;
use crate::kind::Kinds;
use crate::normal::Indicator;
use crate::set::{Hints, IndicatorSet, Record, SetError};

/// So many candidates are looked up one after the other, so that their waits for memory overlap.
const TOGETHER: usize = 4096;
/// Of so many indicators it is remembered what is said about them.
const REMEMBERED: usize = 1 << 14;

/// An indicator that occurs in a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hit {
    /// The line, counted from 1.
    pub line: u64,
    /// How the line was read when it was found.
    pub reading: Reading,
    /// What stands there.
    pub text: String,
    /// The indicator and what each set says about it.
    pub record: Arc<Record>,
    /// The line itself, or the first bytes of a long one.
    pub line_text: Arc<str>,
}

/// Sets of indicators, to be looked for in one go.
#[derive(Debug)]
pub struct Matcher<'a> {
    sets: Vec<&'a IndicatorSet>,
    kinds: Kinds,
    hints: Hints,
}

/// What is found, where, before it is told.
#[derive(Debug)]
struct Found {
    /// Where the line begins in the piece.
    line: usize,
    reading: Reading,
    text: (u32, u32),
    shown: String,
    record: Arc<Record>,
}

/// What one thread remembers.
#[derive(Debug, Default)]
pub(super) struct Memory {
    records: FxHashMap<(usize, u32), Arc<Record>>,
}

impl<'a> Matcher<'a> {
    /// Of these sets. One that says about an indicator what another says, too, adds to it.
    pub fn new(sets: impl IntoIterator<Item = &'a IndicatorSet>) -> Self {
        let sets: Vec<&IndicatorSet> = sets.into_iter().collect();
        let kinds = sets
            .iter()
            .fold(Kinds::default(), |kinds, set| kinds.and(set.kinds()));
        let mut hints = Hints::none();
        for set in &sets {
            hints = hints.and(set.hints());
        }
        Self { sets, kinds, hints }
    }

    /// Every hit in a text, in the order of lines.
    ///
    /// # Errors
    /// [`SetError`] when a set cannot be read, or is damaged.
    pub fn find(&self, text: &[u8]) -> Result<Vec<Hit>, SetError> {
        let mut memory = Memory::default();
        let (mut hits, mut lines) = (Vec::new(), 0);
        for piece in super::Pieces::of(text) {
            let piece = piece.unwrap_or_default();
            hits.extend(self.piece(&piece, lines, &mut memory)?);
            lines += piece.ends;
        }
        Ok(hits)
    }

    /// Every hit in a piece, behind so many lines.
    pub(super) fn piece(
        &self,
        piece: &Piece,
        lines_before: u64,
        memory: &mut Memory,
    ) -> Result<Vec<Hit>, SetError> {
        let text = piece.bytes.as_slice();
        let mut found = Vec::new();
        let mut others = Others::default();
        let mut words = Words::new(self.kinds, &self.hints, &self.sets);
        let mut start = 0;
        while start < text.len() {
            let end = memchr::memchr(b'\n', &text[start..]).map_or(text.len(), |feed| start + feed);
            let is_json = if start == 0 {
                piece.is_json
            } else {
                is_json(&text[start..end])
            };
            line(text, start, end, is_json, &mut words, &mut others);
            if words.candidates.len() >= TOGETHER {
                self.resolve(
                    &mut words,
                    text,
                    |_| (Reading::AsWritten, None),
                    memory,
                    &mut found,
                )?;
            }
            if others.bytes.len() >= 1 << 20 {
                self.others(&mut others, memory, &mut found)?;
            }
            start = end + 1;
        }
        self.resolve(
            &mut words,
            text,
            |_| (Reading::AsWritten, None),
            memory,
            &mut found,
        )?;
        self.others(&mut others, memory, &mut found)?;
        Ok(told(found, text, lines_before))
    }

    /// Looks for indicators in the readings that wait.
    fn others(
        &self,
        others: &mut Others,
        memory: &mut Memory,
        found: &mut Vec<Found>,
    ) -> Result<(), SetError> {
        let mut words = Words::new(self.kinds, &self.hints, &self.sets);
        for (begin, end, _, _) in &others.lines {
            words.line(&others.bytes, *begin, *end);
        }
        let of = |place: usize| {
            let at = others
                .lines
                .partition_point(|(begin, _, _, _)| *begin <= place);
            let (_, _, line, reading) = others.lines[at.saturating_sub(1)];
            (reading, Some(line))
        };
        self.resolve(&mut words, &others.bytes, of, memory, found)?;
        others.bytes.clear();
        others.lines.clear();
        Ok(())
    }

    /// Keeps of the candidates those that are indicators.
    fn resolve(
        &self,
        words: &mut Words<'_>,
        text: &[u8],
        line_of: impl Fn(usize) -> (Reading, Option<usize>),
        memory: &mut Memory,
        found: &mut Vec<Found>,
    ) -> Result<(), SetError> {
        words.flush(text);
        for (number, set) in self.sets.iter().enumerate() {
            for candidate in &words.candidates {
                if !set.may_have(candidate.fingerprint) {
                    continue;
                }
                for place in set.places(candidate.fingerprint) {
                    let record = memory.record(set, number, place)?;
                    if !is_meant(candidate, &record.indicator, text, &words.names) {
                        continue;
                    }
                    let (begin, end) = candidate.text;
                    let (reading, line) = line_of(begin as usize);
                    let line = line.unwrap_or_else(|| {
                        memchr::memrchr(b'\n', &text[..begin as usize]).map_or(0, |feed| feed + 1)
                    });
                    let shown = &text[begin as usize..end as usize];
                    found.push(Found {
                        line,
                        reading,
                        text: candidate.text,
                        shown: String::from_utf8_lossy(shown).into_owned(),
                        record,
                    });
                }
            }
        }
        words.candidates.clear();
        words.names.clear();
        Ok(())
    }
}

/// Notes what a line has, and its other readings.
fn line(
    text: &[u8],
    start: usize,
    end: usize,
    is_json: bool,
    words: &mut Words<'_>,
    others: &mut Others,
) {
    let line = &text[start..end];
    if is_json && memchr::memchr(b'\\', line).is_some() {
        for (reading, plain) in readings(line, true) {
            others.add(start, reading, &plain);
        }
        return;
    }
    (words.is_defanged, words.is_escaped) = (false, false);
    words.line(text, start, end);
    if words.is_defanged || words.is_escaped {
        for (reading, plain) in readings(line, false).into_iter().skip(1) {
            others.add(start, reading, &plain);
        }
    }
}

fn is_meant(candidate: &Candidate, indicator: &Indicator, text: &[u8], names: &[u8]) -> bool {
    candidate.kind == indicator.kind() && candidate.indicator(text, names) == *indicator
}

/// Readings of lines that wait to be looked at.
#[derive(Debug, Default)]
struct Others {
    bytes: Vec<u8>,
    /// Where each begins and ends, where its line begins in the piece, and how it is read.
    lines: Vec<(usize, usize, usize, Reading)>,
}

impl Others {
    fn add(&mut self, line: usize, reading: Reading, plain: &[u8]) {
        let begin = self.bytes.len();
        self.bytes.extend_from_slice(plain);
        self.lines.push((begin, self.bytes.len(), line, reading));
        self.bytes.push(b'\n');
    }
}

impl Memory {
    fn record(
        &mut self,
        set: &IndicatorSet,
        number: usize,
        place: u32,
    ) -> Result<Arc<Record>, SetError> {
        if let Some(record) = self.records.get(&(number, place)) {
            return Ok(Arc::clone(record));
        }
        let record = Arc::new(set.record(place)?);
        if self.records.len() >= REMEMBERED {
            self.records.clear();
        }
        self.records.insert((number, place), Arc::clone(&record));
        Ok(record)
    }
}

/// So much of a line is told.
const TOLD_BYTES: usize = 4096;

/// One hit a line and indicator, in the order of lines and of where they stand.
fn told(mut found: Vec<Found>, text: &[u8], lines_before: u64) -> Vec<Hit> {
    found.sort_by(|one, other| {
        let key = |found: &Found| (found.line, found.reading, found.text.0, found.text.1);
        key(one)
            .cmp(&key(other))
            .then_with(|| one.record.indicator.cmp(&other.record.indicator))
    });
    let mut hits: Vec<Hit> = Vec::new();
    let mut seen: FxHashSet<Indicator> = FxHashSet::default();
    let (mut counted_to, mut line) = (0, lines_before + 1);
    let mut line_text: Arc<str> = "".into();
    let mut last = None;
    let mut first_of_line = 0;
    for Found {
        line: start,
        reading,
        text: _,
        shown,
        record,
    } in found
    {
        if last != Some(start) {
            line += memchr::memchr_iter(b'\n', &text[counted_to..start]).count() as u64;
            counted_to = start;
            let end = memchr::memchr(b'\n', &text[start..]).map_or(text.len(), |feed| start + feed);
            let told = &text[start..end.min(start + TOLD_BYTES)];
            line_text = String::from_utf8_lossy(told).trim_end().into();
            last = Some(start);
            seen.clear();
            first_of_line = hits.len();
        }
        if seen.insert(record.indicator.clone()) {
            hits.push(Hit {
                line,
                reading,
                text: shown,
                record,
                line_text: Arc::clone(&line_text),
            });
            continue;
        }
        // Another set may say something about it that the first did not.
        let of_line = &mut hits[first_of_line..];
        if let Some(hit) = of_line
            .iter_mut()
            .find(|hit| hit.record.indicator == record.indicator)
            && record
                .assertions
                .iter()
                .any(|one| !hit.record.assertions.contains(one))
        {
            let mut joined = hit.record.assertions.clone();
            joined.extend(record.assertions.iter().cloned());
            joined.sort_unstable();
            joined.dedup();
            hit.record = Arc::new(Record {
                indicator: record.indicator.clone(),
                assertions: joined,
            });
        }
    }
    hits
}

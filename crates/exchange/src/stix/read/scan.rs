//! Where a JSON value ends, found without reading what is in it.

use std::io::{self, Read};

use memchr::memchr2;

/// How much is read from the source at a time.
const CHUNK: usize = 64 * 1024;

/// Follows one value byte by byte: strings and brackets, and nothing else of the grammar. Whether the
/// value is JSON is judged by whoever reads it.
#[derive(Debug, Default)]
pub(super) struct Scan {
    depth: usize,
    pub(super) deepest: usize,
    in_string: bool,
    escaped: bool,
    scalar: bool,
}

impl Scan {
    /// The scan of a value whose opening bracket has been seen.
    pub(super) fn inside() -> Self {
        Self {
            depth: 1,
            deepest: 1,
            ..Self::default()
        }
    }

    /// Where in these bytes the value ends, if it does: the place after it.
    pub(super) fn run(&mut self, bytes: &[u8]) -> Option<usize> {
        let mut at = 0;
        while at < bytes.len() {
            if self.escaped {
                self.escaped = false;
                at += 1;
                continue;
            }
            if self.in_string {
                at += memchr2(b'"', b'\\', &bytes[at..])? + 1;
                if bytes[at - 1] == b'\\' {
                    self.escaped = true;
                } else {
                    self.in_string = false;
                    if self.depth == 0 {
                        return Some(at);
                    }
                }
                continue;
            }
            match bytes[at] {
                b'"' | b'{' | b'[' if self.scalar && self.depth == 0 => return Some(at),
                b'}' | b']' | b',' | b':' | b' ' | b'\t' | b'\n' | b'\r' if self.depth == 0 => {
                    return Some(at);
                }
                b'"' => self.in_string = true,
                b'{' | b'[' => {
                    self.depth += 1;
                    self.deepest = self.deepest.max(self.depth);
                }
                b'}' | b']' => {
                    self.depth -= 1;
                    if self.depth == 0 {
                        return Some(at + 1);
                    }
                }
                _ => self.scalar |= self.depth == 0,
            }
            at += 1;
        }
        None
    }

    /// Whether the end of the source may be the end of the value.
    pub(super) fn may_end(&self) -> bool {
        self.scalar && self.depth == 0
    }
}

/// The part of the source that is held: from `start`, which moves on as values are done with, to
/// `cursor`, which is where reading goes on, and what has been read ahead.
pub(super) struct Window<R> {
    source: R,
    buffer: Vec<u8>,
    start: usize,
    cursor: usize,
    end: usize,
    /// How many bytes of the source came before the buffer.
    passed: u64,
}

impl<R: Read> Window<R> {
    pub(super) fn new(source: R) -> Self {
        Self {
            source,
            buffer: Vec::new(),
            start: 0,
            cursor: 0,
            end: 0,
            passed: 0,
        }
    }

    /// Where in the source reading goes on.
    pub(super) fn offset(&self) -> u64 {
        self.passed + self.cursor as u64
    }

    /// What is held of what has been gone over.
    pub(super) fn held(&self) -> &[u8] {
        &self.buffer[self.start..self.cursor]
    }

    /// What has been gone over is done with.
    pub(super) fn let_go(&mut self) {
        self.start = self.cursor;
    }

    /// Reads on. `false` at the end of the source.
    fn fill(&mut self) -> io::Result<bool> {
        if self.start > 0 {
            self.buffer.copy_within(self.start..self.end, 0);
            self.passed += self.start as u64;
            self.cursor -= self.start;
            self.end -= self.start;
            self.start = 0;
        }
        if self.buffer.len() < self.end + CHUNK {
            self.buffer
                .resize((self.end + CHUNK).next_power_of_two(), 0);
        }
        loop {
            match self.source.read(&mut self.buffer[self.end..]) {
                Ok(read) => {
                    self.end += read;
                    return Ok(read > 0);
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
    }

    /// The next byte, which stays where it is.
    pub(super) fn peek(&mut self) -> io::Result<Option<u8>> {
        while self.cursor == self.end {
            if !self.fill()? {
                return Ok(None);
            }
        }
        Ok(Some(self.buffer[self.cursor]))
    }

    /// Goes over one byte that was peeked at.
    pub(super) fn step(&mut self) {
        self.cursor += 1;
    }

    /// The next byte that is no space. Spaces are held like everything else.
    pub(super) fn peek_solid(&mut self) -> io::Result<Option<u8>> {
        loop {
            match self.peek()? {
                Some(b' ' | b'\t' | b'\n' | b'\r') => self.step(),
                other => return Ok(other),
            }
        }
    }

    /// Goes over one value, and says how that ended. At most `limit` bytes are held; of a larger value
    /// the first are still there, and what follows is let go.
    pub(super) fn value(&mut self, mut scan: Scan, limit: usize) -> io::Result<Ended> {
        let mut beginning: Option<Vec<u8>> = None;
        loop {
            let ended = scan.run(&self.buffer[self.cursor..self.end]);
            self.cursor = ended.map_or(self.end, |length| self.cursor + length);
            if self.held().len() > limit && beginning.is_none() {
                let held = self.held();
                beginning = Some(held[..held.len().min(BEGINNING)].to_vec());
            }
            if beginning.is_some() {
                self.let_go();
            }
            let whole = ended.is_some() || {
                let more = self.fill()?;
                !more && scan.may_end()
            };
            if whole {
                return Ok(match beginning {
                    None => Ended::Whole(scan.deepest),
                    Some(beginning) => Ended::TooLarge(beginning),
                });
            }
            if self.cursor == self.end {
                return Ok(Ended::Cut);
            }
        }
    }
}

/// How much is kept of what is too large, to say what it was.
const BEGINNING: usize = 4096;

/// How a value ended.
#[derive(Debug)]
pub(crate) enum Ended {
    /// All of it is held. How deep it goes.
    Whole(usize),
    /// It was larger than the limit. This is how it began.
    TooLarge(Vec<u8>),
    /// The source ended before it did.
    Cut,
}

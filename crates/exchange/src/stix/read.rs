//! Reads objects out of a bundle, one by one, whatever the bundle's size.
//!
//! A bundle, an envelope of TAXII, a list of objects, one object, or objects one after the other
//! (NDJSON): it is seen from the text. Memory is bounded by the largest object allowed. What is wrong
//! is told, and reading goes on after it as long as it can be told where the next object begins.

mod error;
mod scan;

use std::io::Read;
use std::str;

pub use self::error::ReadError;
use self::scan::{Ended, Scan, Window};
use super::id::Id;
use super::object::{Object, Rejected};
use super::problem::Problem;

/// What is read at most.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// The length of one object, in bytes.
    pub object_bytes: usize,
    /// How deep an object may go; itself is one. More than 120 counts as 120.
    pub depth: usize,
    /// How many objects.
    pub objects: u64,
}

impl Default for Limits {
    /// 8 MiB, 64 levels, ten million objects.
    fn default() -> Self {
        Self {
            object_bytes: 8 << 20,
            depth: 64,
            objects: 10_000_000,
        }
    }
}

/// Reads objects from a source. It is an iterator over them, in their order; an error is told in its
/// object's place.
pub struct Reader<R> {
    window: Window<R>,
    limits: Limits,
    place: Place,
    index: u64,
}

/// Where in the text reading stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    /// Before the first value.
    Begin,
    /// Between values of the top level.
    Top,
    /// Among the members of a bundle, after its objects.
    Members,
    /// In a list of objects.
    Elements { first: bool, in_bundle: bool },
    /// Nothing more is read.
    Done,
}

/// An object that was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Received {
    /// Its place among all that was read, from nought; what was not kept counts.
    pub index: u64,
    /// The object.
    pub object: Object,
    /// What the specification advises against.
    pub warnings: Vec<Problem>,
}

impl<R: Read> Reader<R> {
    /// Reads from a source, which need not be buffered.
    pub fn new(source: R, limits: Limits) -> Self {
        Self {
            window: Window::new(source),
            limits: Limits {
                depth: limits.depth.min(120),
                ..limits
            },
            place: Place::Begin,
            index: 0,
        }
    }

    /// The next object; nothing where there are no more of this list or text.
    fn advance(&mut self) -> Result<Option<Received>, ReadError> {
        loop {
            match self.place {
                Place::Done => return Ok(None),
                Place::Begin => {
                    self.skip_mark()?;
                    self.place = Place::Top;
                }
                Place::Top => match self.solid()? {
                    None => self.place = Place::Done,
                    Some(b'[') => {
                        self.window.step();
                        self.place = Place::Elements {
                            first: true,
                            in_bundle: false,
                        };
                    }
                    Some(b'{') if self.index >= self.limits.objects => {
                        return Err(self.too_many());
                    }
                    Some(b'{') => {
                        if let Some(received) = self.top()? {
                            return Ok(Some(received));
                        }
                    }
                    Some(_) => return Err(self.broken("a bundle or an object should begin here")),
                },
                Place::Members => self.members()?,
                Place::Elements { first, in_bundle } => {
                    match (self.solid()?, first) {
                        (Some(b']'), _) => {
                            self.window.step();
                            self.place = if in_bundle {
                                Place::Members
                            } else {
                                Place::Top
                            };
                            continue;
                        }
                        (Some(b','), false) => {
                            self.window.step();
                            self.solid()?;
                        }
                        (_, true) => {}
                        (None, false) => return Err(self.broken("it ends in the list of objects")),
                        (Some(_), false) => {
                            return Err(
                                self.broken("a comma or the end of the list should be here")
                            );
                        }
                    }
                    self.window.let_go();
                    self.place = Place::Elements {
                        first: false,
                        in_bundle,
                    };
                    if self.index >= self.limits.objects {
                        return Err(self.too_many());
                    }
                    let ended = self.value()?;
                    return self.received(ended).map(Some);
                }
            }
        }
    }

    /// The next byte that is no space, with what came before let go.
    fn solid(&mut self) -> Result<Option<u8>, ReadError> {
        let found = self.window.peek_solid().map_err(ReadError::Source)?;
        self.window.let_go();
        Ok(found)
    }

    /// Some writers put a byte order mark before the text.
    fn skip_mark(&mut self) -> Result<(), ReadError> {
        for byte in [0xef, 0xbb, 0xbf] {
            if self.window.peek().map_err(ReadError::Source)? != Some(byte) {
                break;
            }
            self.window.step();
        }
        Ok(())
    }

    /// A value of the top level that begins with a brace: an object, or what holds a list of them.
    fn top(&mut self) -> Result<Option<Received>, ReadError> {
        self.window.step();
        let mut kind = None;
        let mut deepest = 1;
        // An envelope of TAXII without objects says nothing, or that there is no more.
        let mut is_envelope = true;
        while let Some(name) = self.name()? {
            let name = match name {
                Name::Held(name) => name,
                Name::TooLarge(beginning) => return self.rest_of(beginning),
            };
            if name == b"\"objects\"" && self.is_bundle(kind.as_deref())? {
                return Ok(None);
            }
            is_envelope &= matches!(&*name, b"\"more\"" | b"\"next\"");
            let from = self.window.held().len();
            match self.value()? {
                Ended::Whole(depth) => deepest = deepest.max(depth + 1),
                Ended::TooLarge(beginning) => return self.rest_of(beginning),
                Ended::Cut => return self.received(Ended::Cut).map(Some),
            }
            if name == b"\"type\"" {
                kind = Some(self.window.held()[from..].to_vec());
            }
        }
        self.place = Place::Top;
        if is_envelope || kind.as_deref() == Some(b"\"bundle\"") {
            // It has no objects, which is allowed.
            self.window.let_go();
            return Ok(None);
        }
        self.received(Ended::Whole(deepest)).map(Some)
    }

    /// Whether a list of objects begins here, as the member of this name of a bundle, or of what does
    /// not say what it is. Then it is entered.
    fn is_bundle(&mut self, kind: Option<&[u8]>) -> Result<bool, ReadError> {
        if !matches!(kind, None | Some(b"\"bundle\"")) || self.peek()? != Some(b'[') {
            return Ok(false);
        }
        self.window.step();
        self.window.let_go();
        self.place = Place::Elements {
            first: true,
            in_bundle: true,
        };
        Ok(true)
    }

    /// The members of a bundle that come after its objects: nothing of them is kept.
    fn members(&mut self) -> Result<(), ReadError> {
        while let Some(name) = self.name()? {
            self.window.let_go();
            let holds_objects = matches!(name, Name::Held(name) if name == b"\"objects\"");
            if holds_objects && self.is_bundle(None)? {
                return Ok(());
            }
            if let Ended::Cut = self.value()? {
                return Err(self.broken("it ends in the bundle"));
            }
            self.window.let_go();
        }
        self.window.let_go();
        self.place = Place::Top;
        Ok(())
    }

    /// Goes over the name of the next member and its colon; nothing where the object ends.
    fn name(&mut self) -> Result<Option<Name>, ReadError> {
        loop {
            match self.peek()? {
                Some(b'}') => {
                    self.window.step();
                    return Ok(None);
                }
                Some(b',') => self.window.step(),
                Some(b'"') => break,
                _ => return Err(self.broken("a member or the end of the object should be here")),
            }
        }
        let from = self.window.held().len();
        let name = match self.value()? {
            Ended::Whole(_) => self.window.held()[from..].to_vec(),
            Ended::TooLarge(beginning) => return Ok(Some(Name::TooLarge(beginning))),
            Ended::Cut => return Err(self.broken("it ends in a name")),
        };
        if self.peek()? != Some(b':') {
            return Err(self.broken("a colon should be here"));
        }
        self.window.step();
        self.peek()?;
        Ok(Some(Name::Held(name)))
    }

    /// What is left of an object that is too large.
    fn rest_of(&mut self, beginning: Vec<u8>) -> Result<Option<Received>, ReadError> {
        let rest = self.window.value(Scan::inside(), 0);
        self.place = Place::Top;
        match rest.map_err(ReadError::Source)? {
            Ended::Cut => self.received(Ended::Cut),
            _ => self.received(Ended::TooLarge(beginning)),
        }
        .map(Some)
    }

    fn value(&mut self) -> Result<Ended, ReadError> {
        let limit = self.limits.object_bytes;
        let ended = self.window.value(Scan::default(), limit);
        ended.map_err(ReadError::Source)
    }

    fn peek(&mut self) -> Result<Option<u8>, ReadError> {
        self.window.peek_solid().map_err(ReadError::Source)
    }

    /// The value that has been gone over, as an object.
    fn received(&mut self, ended: Ended) -> Result<Received, ReadError> {
        let index = self.index;
        self.index += 1;
        let result = match ended {
            Ended::Whole(depth) if depth > self.limits.depth => Err(ReadError::TooDeep {
                index,
                id: id_within(self.window.held()),
                limit: self.limits.depth,
            }),
            Ended::Whole(_) => parse(self.window.held(), index),
            Ended::TooLarge(beginning) => Err(ReadError::TooLarge {
                index,
                id: id_within(&beginning),
                limit: self.limits.object_bytes,
            }),
            Ended::Cut => Err(ReadError::Cut {
                index,
                id: id_within(self.window.held()),
            }),
        };
        self.window.let_go();
        result
    }

    fn too_many(&self) -> ReadError {
        ReadError::TooMany {
            limit: self.limits.objects,
        }
    }

    fn broken(&self, what: &'static str) -> ReadError {
        ReadError::Broken {
            offset: self.window.offset(),
            index: self.index,
            what,
        }
    }
}

/// The name of a member.
enum Name {
    /// With its quotes.
    Held(Vec<u8>),
    /// With it the object became too large. How the object began.
    TooLarge(Vec<u8>),
}

fn parse(bytes: &[u8], index: u64) -> Result<Received, ReadError> {
    let text = str::from_utf8(bytes).map_err(|_| {
        let problem = Problem::error("", "it is no UTF-8");
        Rejected::for_one(id_within(bytes), problem)
    });
    let parsed = text.and_then(Object::parse);
    match parsed {
        Ok((object, warnings)) => Ok(Received {
            index,
            object,
            warnings,
        }),
        Err(mut rejected) => {
            if rejected.id.is_none() {
                rejected.id = id_within(bytes);
            }
            Err(ReadError::Rejected { index, rejected })
        }
    }
}

/// The first id that can be seen in what is no object: to name it, and for nothing else.
fn id_within(bytes: &[u8]) -> Option<Id> {
    const NAME: &[u8] = b"\"id\"";
    let at = memchr::memmem::find(bytes, NAME)?;
    let rest = bytes[at + NAME.len()..].trim_ascii_start();
    let rest = rest.strip_prefix(b":")?.trim_ascii_start();
    let rest = rest.strip_prefix(b"\"")?;
    let end = memchr::memchr(b'"', rest)?;
    str::from_utf8(&rest[..end]).ok()?.parse().ok()
}

impl<R: Read> Iterator for Reader<R> {
    type Item = Result<Received, ReadError>;

    fn next(&mut self) -> Option<Self::Item> {
        let next = self.advance().transpose();
        if let Some(Err(error)) = &next
            && error.is_final()
        {
            self.place = Place::Done;
        }
        next
    }
}

#[cfg(test)]
mod tests;

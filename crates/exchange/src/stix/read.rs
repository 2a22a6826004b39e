//! Reads objects out of a bundle, one by one, whatever the bundle's size.
//!
//! A bundle, an envelope of TAXII, a list of objects, one object, or objects one after the other
//! (NDJSON): it is seen from the text. One by one, memory is bounded by the largest object allowed. What is wrong
//! is told, and reading goes on after it as long as it can be told where the next object begins.

mod elements;
mod error;
mod scan;

use std::io::Read;
use std::str;

pub(crate) use self::elements::{Elements, Torn};
pub use self::error::ReadError;
pub(crate) use self::scan::Ended;
use super::id::Id;
use super::object::{Object, Rejected};
use super::problem::Problem;
use crate::many;

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
    elements: Elements<R>,
    limits: Limits,
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
        let (bytes, most) = (limits.object_bytes, limits.objects);
        Self {
            elements: Elements::new(source, b"\"objects\"", bytes, most),
            limits: Limits {
                depth: limits.depth.min(120),
                ..limits
            },
        }
    }

    /// What `made` makes of everything that there is, in its order, as the iterator gives it: read from the source
    /// first, and understood on all cores then.
    ///
    /// Memory: the whole source, and what is made of it.
    pub fn all<M: Send>(
        mut self,
        made: impl Fn(Received) -> M + Sync,
    ) -> Vec<Result<M, ReadError>> {
        let mut texts = Vec::new();
        while let Some(next) = self.go_over().transpose() {
            let text = next.and_then(|(index, ended)| {
                let text = self.whole(index, ended)?;
                Ok((index, text.to_vec()))
            });
            let is_last = text.as_ref().is_err_and(ReadError::is_final);
            texts.push(text);
            if is_last {
                break;
            }
        }
        many::each(texts, |text| {
            let (index, text) = text?;
            parse(&text, index).map(&made)
        })
    }

    /// The next object; nothing where there are no more.
    fn advance(&mut self) -> Result<Option<Received>, ReadError> {
        let Some((index, ended)) = self.go_over()? else {
            return Ok(None);
        };
        parse(self.whole(index, ended)?, index).map(Some)
    }

    /// Goes over the next object, which is held then.
    fn go_over(&mut self) -> Result<Option<(u64, Ended)>, ReadError> {
        let limit = self.limits.objects;
        self.elements.advance().map_err(|torn| match torn {
            Torn::Broken(offset, index, what) => ReadError::Broken {
                offset,
                index,
                what,
            },
            Torn::TooMany => ReadError::TooMany { limit },
            Torn::Source(source) => ReadError::Source(source),
        })
    }

    /// The text that has been gone over, where it may be an object.
    fn whole(&self, index: u64, ended: Ended) -> Result<&[u8], ReadError> {
        let held = self.elements.held();
        match ended {
            Ended::Whole(depth) if depth > self.limits.depth => Err(ReadError::TooDeep {
                index,
                id: id_within(held),
                limit: self.limits.depth,
            }),
            Ended::Whole(_) => Ok(held),
            Ended::TooLarge(beginning) => Err(ReadError::TooLarge {
                index,
                id: id_within(&beginning),
                limit: self.limits.object_bytes,
            }),
            Ended::Cut => Err(ReadError::Cut {
                index,
                id: id_within(held),
            }),
        }
    }
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
            self.elements.end();
        }
        next
    }
}

#[cfg(test)]
mod tests;

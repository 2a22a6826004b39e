//! Takes the elements of a list out of JSON, one by one: the list alone, or as a member of what holds it.

use std::io::{self, Read};

use super::scan::{Ended, Scan, Window};

/// Goes over a text and stops at each element.
///
/// The text is a list, something that holds one as a member of a known name, one element, or several one after the
/// other. Memory is bounded by the largest element allowed.
pub(crate) struct Elements<R> {
    window: Window<R>,
    /// The member that holds the list, with its quotes.
    list: &'static [u8],
    element_bytes: usize,
    most: u64,
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

/// Why nothing follows.
#[derive(Debug)]
pub(crate) enum Torn {
    /// The text is no JSON between its elements: where, after how many of them, and what should be there.
    Broken(u64, u64, &'static str),
    /// There are more elements than allowed.
    TooMany,
    /// The source could not be read.
    Source(io::Error),
}

impl<R: Read> Elements<R> {
    /// Reads elements of at most so many bytes, and at most so many, from a source that need not be buffered. `list`
    /// is the name of the member that may hold them, with its quotes.
    pub(crate) fn new(source: R, list: &'static [u8], element_bytes: usize, most: u64) -> Self {
        Self {
            window: Window::new(source),
            list,
            element_bytes,
            most,
            place: Place::Begin,
            index: 0,
        }
    }

    /// The text of the element that reading stands after.
    pub(crate) fn held(&self) -> &[u8] {
        self.window.held()
    }

    /// Nothing more is read.
    pub(crate) fn end(&mut self) {
        self.place = Place::Done;
    }

    /// The next element: its place from nought, and how it ended. Nothing where there are no more.
    pub(crate) fn advance(&mut self) -> Result<Option<(u64, Ended)>, Torn> {
        self.window.let_go();
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
                    Some(b'{') if self.index >= self.most => {
                        return Err(Torn::TooMany);
                    }
                    Some(b'{') => {
                        if let Some(element) = self.top()? {
                            return Ok(Some(element));
                        }
                    }
                    Some(_) => return Err(self.broken("a list or an object should begin here")),
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
                    if self.index >= self.most {
                        return Err(Torn::TooMany);
                    }
                    let ended = self.value()?;
                    return Ok(Some(self.element(ended)));
                }
            }
        }
    }

    /// The next byte that is no space, with what came before let go.
    fn solid(&mut self) -> Result<Option<u8>, Torn> {
        let found = self.window.peek_solid().map_err(Torn::Source)?;
        self.window.let_go();
        Ok(found)
    }

    /// Some writers put a byte order mark before the text.
    fn skip_mark(&mut self) -> Result<(), Torn> {
        for byte in [0xef, 0xbb, 0xbf] {
            if self.window.peek().map_err(Torn::Source)? != Some(byte) {
                break;
            }
            self.window.step();
        }
        Ok(())
    }

    /// A value of the top level that begins with a brace: an object, or what holds a list of them.
    fn top(&mut self) -> Result<Option<(u64, Ended)>, Torn> {
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
            if name == self.list && self.is_holder(kind.as_deref())? {
                return Ok(None);
            }
            is_envelope &= matches!(&*name, b"\"more\"" | b"\"next\"");
            let from = self.window.held().len();
            match self.value()? {
                Ended::Whole(depth) => deepest = deepest.max(depth + 1),
                Ended::TooLarge(beginning) => return self.rest_of(beginning),
                Ended::Cut => return Ok(Some(self.element(Ended::Cut))),
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
        Ok(Some(self.element(Ended::Whole(deepest))))
    }

    /// Whether a list of objects begins here, as the member of this name of a bundle, or of what does
    /// not say what it is. Then it is entered.
    fn is_holder(&mut self, kind: Option<&[u8]>) -> Result<bool, Torn> {
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
    fn members(&mut self) -> Result<(), Torn> {
        while let Some(name) = self.name()? {
            self.window.let_go();
            let holds_objects = matches!(name, Name::Held(name) if name == self.list);
            if holds_objects && self.is_holder(None)? {
                return Ok(());
            }
            if let Ended::Cut = self.value()? {
                return Err(self.broken("it ends after the list of objects"));
            }
            self.window.let_go();
        }
        self.window.let_go();
        self.place = Place::Top;
        Ok(())
    }

    /// Goes over the name of the next member and its colon; nothing where the object ends.
    fn name(&mut self) -> Result<Option<Name>, Torn> {
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
    fn rest_of(&mut self, beginning: Vec<u8>) -> Result<Option<(u64, Ended)>, Torn> {
        let rest = self.window.value(Scan::inside(), 0);
        self.place = Place::Top;
        let ended = match rest.map_err(Torn::Source)? {
            Ended::Cut => Ended::Cut,
            _ => Ended::TooLarge(beginning),
        };
        Ok(Some(self.element(ended)))
    }

    fn value(&mut self) -> Result<Ended, Torn> {
        let limit = self.element_bytes;
        let ended = self.window.value(Scan::default(), limit);
        ended.map_err(Torn::Source)
    }

    fn peek(&mut self) -> Result<Option<u8>, Torn> {
        self.window.peek_solid().map_err(Torn::Source)
    }

    fn broken(&self, what: &'static str) -> Torn {
        Torn::Broken(self.window.offset(), self.index, what)
    }

    fn element(&mut self, ended: Ended) -> (u64, Ended) {
        let index = self.index;
        self.index += 1;
        (index, ended)
    }
}

/// The name of a member.
enum Name {
    /// With its quotes.
    Held(Vec<u8>),
    /// With it the object became too large. How the object began.
    TooLarge(Vec<u8>),
}

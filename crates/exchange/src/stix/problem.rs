//! What is wrong with an object, and where in it.

use std::fmt;

/// How much a problem weighs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// The specification asks for it to be otherwise, and allows it. The object is kept.
    Warning,
    /// The specification forbids it. The object is not kept.
    Error,
}

/// One thing that is wrong with an object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// How much it weighs.
    pub severity: Severity,
    /// Where in the object: `external_references[3].url`; empty for the object itself.
    pub path: String,
    /// What is wrong, in plain words. What was written there is not repeated: it may be anybody's data.
    pub what: String,
}

impl Problem {
    pub(super) fn error(path: impl fmt::Display, what: impl Into<String>) -> Self {
        Self {
            severity: Severity::Error,
            path: path.to_string(),
            what: what.into(),
        }
    }

    pub(super) fn warning(path: impl fmt::Display, what: impl Into<String>) -> Self {
        Self {
            severity: Severity::Warning,
            ..Self::error(path, what)
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.path.is_empty() {
            formatter.write_str(&self.what)
        } else {
            write!(formatter, "{}: {}", self.path, self.what)
        }
    }
}

/// A place in an object, as a way down from its root; it becomes text only where something is wrong.
#[derive(Debug, Clone, Copy)]
pub(super) struct Path<'p> {
    above: Option<&'p Path<'p>>,
    step: Step<'p>,
}

#[derive(Debug, Clone, Copy)]
enum Step<'p> {
    Root,
    Member(&'p str),
    Element(usize),
}

impl<'p> Path<'p> {
    pub(super) const ROOT: Path<'static> = Path {
        above: None,
        step: Step::Root,
    };

    pub(super) fn member(&'p self, name: &'p str) -> Path<'p> {
        Path {
            above: Some(self),
            step: Step::Member(name),
        }
    }

    pub(super) fn element(&'p self, place: usize) -> Path<'p> {
        Path {
            above: Some(self),
            step: Step::Element(place),
        }
    }

    fn is_root(&self) -> bool {
        matches!(self.step, Step::Root)
    }
}

impl fmt::Display for Path<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(above) = self.above {
            above.fmt(formatter)?;
            match self.step {
                Step::Member(name) if above.is_root() => formatter.write_str(name)?,
                Step::Member(name) => write!(formatter, ".{name}")?,
                Step::Element(place) => write!(formatter, "[{place}]")?,
                Step::Root => {}
            }
        }
        Ok(())
    }
}

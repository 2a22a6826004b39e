//! A public report before it is Markdown, HTML or PDF, so that all three say the same.

use crate::report::prose::Prose;

/// A whole report.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Document {
    pub(super) title: String,
    /// Who publishes it.
    pub(super) author: String,
    /// Who publishes it, and when.
    pub(super) byline: Prose,
    /// What people say, by paragraphs.
    pub(super) said: Vec<String>,
    pub(super) parts: Vec<Part>,
}

/// A part with a heading.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Part {
    pub(super) heading: &'static str,
    pub(super) blocks: Vec<Block>,
}

/// What stands in a part.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Block {
    Paragraph(Prose),
    List(Vec<Prose>),
    Table(Table),
}

/// A table; every row has as many cells as there are columns.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Table {
    /// What it is of, for whoever does not see it.
    pub(super) summary: &'static str,
    pub(super) columns: Vec<Column>,
    pub(super) rows: Vec<Vec<Prose>>,
}

/// The head of a column, and the share of the width that it has on paper; shares add up to 1.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Column {
    pub(super) head: &'static str,
    pub(super) share: f32,
}

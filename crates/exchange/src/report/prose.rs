//! Sentences before they are HTML or Markdown, so that both forms say the same.

use avert_model::{AccountId, Timestamp};

use super::words;
use crate::escape::{Html, Markdown, defanged, shortened};

/// The longest name of a person, platform or channel that is shown whole.
const NAME_LIMIT: usize = 80;
/// The longest id that is shown whole.
pub(super) const ID_LIMIT: usize = 90;
/// The longest sentence of somebody else's that is shown whole.
pub(super) const TEXT_LIMIT: usize = 500;

/// A sentence or a few, made of pieces that say where their words come from.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Prose(Vec<Span>);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Span {
    /// Our own words and numbers.
    Words(String),
    /// Our own, to be seen first.
    Strong(String),
    /// What a person, platform or channel is called.
    Name(String),
    /// An identifier.
    Code(String),
    /// A sentence that somebody else wrote.
    Told(String),
}

impl Prose {
    /// Begins with words of our own.
    pub(super) fn new(words: impl Into<String>) -> Self {
        Self::default().words(words)
    }

    pub(super) fn words(mut self, words: impl Into<String>) -> Self {
        self.0.push(Span::Words(words.into()));
        self
    }

    pub(super) fn strong(mut self, words: impl Into<String>) -> Self {
        self.0.push(Span::Strong(words.into()));
        self
    }

    pub(super) fn name(mut self, name: &str) -> Self {
        self.0.push(Span::Name(name.to_owned()));
        self
    }

    pub(super) fn code(mut self, id: &impl ToString) -> Self {
        self.0.push(Span::Code(id.to_string()));
        self
    }

    pub(super) fn told(mut self, text: &str) -> Self {
        self.0.push(Span::Told(text.to_owned()));
        self
    }

    /// `by Ada, Bo and Cy`, as names.
    pub(super) fn names(mut self, names: &[&str]) -> Self {
        for (index, name) in names.iter().enumerate() {
            if index > 0 {
                self = self.words(if index + 1 == names.len() {
                    " and "
                } else {
                    ", "
                });
            }
            self = self.name(name);
        }
        self
    }

    /// The words alone, for software.
    pub(super) fn plain(&self) -> String {
        self.0
            .iter()
            .map(|span| match span {
                Span::Words(text)
                | Span::Strong(text)
                | Span::Name(text)
                | Span::Code(text)
                | Span::Told(text) => text.as_str(),
            })
            .collect()
    }

    /// The words as they are shown, with whether they are to be seen first, for paper.
    pub(super) fn runs(&self) -> Vec<(String, bool)> {
        let shown = |text: &str, limit| defanged(&shortened(text, limit));
        let runs = self.0.iter().map(|span| match span {
            Span::Words(text) => (defanged(text), false),
            Span::Strong(text) => (defanged(text), true),
            Span::Name(text) => (shown(text, NAME_LIMIT), false),
            Span::Code(text) => (shown(text, ID_LIMIT), false),
            Span::Told(text) => (shown(text, TEXT_LIMIT), false),
        });
        runs.collect()
    }

    pub(super) fn write_html(&self, html: &mut Html) {
        for span in &self.0 {
            match span {
                Span::Words(text) => html.text(text),
                Span::Strong(text) => html.raw("<strong>").text(text).raw("</strong>"),
                Span::Name(text) => html.told(text, NAME_LIMIT),
                Span::Code(text) => html.raw("<code>").told(text, ID_LIMIT).raw("</code>"),
                Span::Told(text) => html.told(text, TEXT_LIMIT),
            };
        }
    }

    pub(super) fn write_markdown(&self, markdown: &mut Markdown) {
        for span in &self.0 {
            match span {
                Span::Words(text) => markdown.text(text),
                Span::Strong(text) => markdown.raw("**").text(text).raw("**"),
                Span::Name(text) => markdown.told(text, NAME_LIMIT),
                Span::Code(text) => markdown.code(text, ID_LIMIT),
                Span::Told(text) => markdown.told(text, TEXT_LIMIT),
            };
        }
    }
}

/// `u1, u2 and 3 more`, as identifiers; at most `limit` of them.
pub(super) fn accounts(accounts: &[&AccountId], others: u64, limit: usize) -> Prose {
    let shown = &accounts[..accounts.len().min(limit)];
    let left_out = (accounts.len() - shown.len()) as u64 + others;
    let mut prose = Prose::default();
    for (index, account) in shown.iter().enumerate() {
        if index > 0 {
            let last = index + 1 == shown.len() && left_out == 0;
            prose = prose.words(if last { " and " } else { ", " });
        }
        prose = prose.code(&account);
    }
    match (shown.len(), left_out) {
        (_, 0) => prose,
        (0, _) => prose.words(words::count(left_out, "account", "accounts")),
        _ => prose.words(format!(" and {} more", words::number(left_out))),
    }
}

/// ` on 4 May 2026, 14:02 UTC`.
pub(super) fn on(at: Timestamp) -> String {
    format!(" on {}", words::moment(at))
}

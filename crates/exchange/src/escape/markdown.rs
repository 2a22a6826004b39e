//! A writer of Markdown that cannot write what it did not escape.

use std::fmt::Write as _;

use super::{defanged, shortened, visible};

/// Markdown being written: `CommonMark` with GitHub's tables.
///
/// The same rule as for [`super::Html`]: markup is `&'static str`, everything else is escaped.
///
/// ```compile_fail
/// # use avert_exchange::escape::Markdown;
/// let title = String::from("[click](http://example.org)");
/// let mut page = Markdown::default();
/// page.raw(&title);
/// ```
#[derive(Debug, Default)]
pub struct Markdown(String);

impl Markdown {
    /// Writes markup of this program's own.
    pub fn raw(&mut self, markup: &'static str) -> &mut Self {
        self.0.push_str(markup);
        self
    }

    /// Writes text on one line: every character that could mean something is escaped, and what
    /// viewers link of their own accord (`www.`, `://`, mail addresses, `@name`) is broken.
    pub fn text(&mut self, text: &str) -> &mut Self {
        let mut before = None;
        for character in defanged(&visible(text)).chars() {
            match character {
                // Some viewers make a mention of a name after `@`; a backslash does not stop them.
                '@' if before != Some('[') => self.0.push_str("\\[@\\]"),
                '\\' | '`' | '*' | '_' | '{' | '}' | '[' | ']' | '(' | ')' | '#' | '+' | '!'
                | '|' | '<' | '>' | '~' | '&' | '$' | '^' | '=' => {
                    self.0.push('\\');
                    self.0.push(character);
                }
                // Only the first character of a block can begin a list, rule or ordered list, and
                // no block of ours begins with somebody's text; `-` and `.` stay readable.
                other => self.0.push(other),
            }
            before = Some(character);
        }
        self
    }

    /// Writes words that somebody else chose, at most `limit` characters.
    pub fn told(&mut self, text: &str, limit: usize) -> &mut Self {
        self.text(&shortened(text, limit))
    }

    /// Writes an identifier that somebody else chose as code, at most `limit` characters.
    ///
    /// A pipe is written out, since it would end a table's cell even inside code.
    pub fn code(&mut self, text: &str, limit: usize) -> &mut Self {
        let shown = defanged(&visible(&shortened(text, limit))).replace('|', "⟨U+007C⟩");
        if shown.is_empty() {
            return self.raw("*(empty)*");
        }
        let fence = "`".repeat(longest_run_of_backticks(&shown) + 1);
        // CommonMark takes one space off both ends when both are there, so code that touches a
        // backtick or is spaced at both ends gets one to lose.
        let touches = |edge: Option<char>| matches!(edge, Some('`' | ' '));
        let pad = if touches(shown.chars().next()) || touches(shown.chars().last()) {
            " "
        } else {
            ""
        };
        let _ = write!(self.0, "{fence}{pad}{shown}{pad}{fence}");
        self
    }

    /// What was written.
    pub fn finish(self) -> String {
        self.0
    }
}

fn longest_run_of_backticks(text: &str) -> usize {
    text.split(|character| character != '`')
        .map(str::len)
        .max()
        .unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(text: &str) -> String {
        let mut markdown = Markdown::default();
        markdown.text(text);
        markdown.finish()
    }

    fn code(text: &str) -> String {
        let mut markdown = Markdown::default();
        markdown.code(text, 80);
        markdown.finish()
    }

    #[test]
    fn text_makes_neither_link_nor_emphasis_nor_markup() {
        assert_eq!(text("[a](b) *c* <d>"), "\\[a\\]\\(b\\) \\*c\\* \\<d\\>");
        assert_eq!(text("https://example.org"), "https\\[:\\]//example.org");
        assert_eq!(
            text("@ada, ada@example.org"),
            "\\[@\\]ada, ada\\[@\\]example.org"
        );
    }

    #[test]
    fn code_holds_whatever_backticks_it_is_given() {
        assert_eq!(code("u17"), "`u17`");
        assert_eq!(code("a``b"), "```a``b```");
        assert_eq!(code("`"), "`` ` ``");
        assert_eq!(code("a|b\nc"), "`a⟨U+007C⟩b⟨U+000A⟩c`");
        assert_eq!(code(""), "*(empty)*");
    }
}

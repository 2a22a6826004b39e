//! A writer of HTML that cannot write what it did not escape.

use super::{defanged, shortened, visible};

/// HTML being written.
///
/// Markup is `&'static str`, that is, words of this program; anything known only when it runs goes
/// through a method that escapes it. The following does not compile:
///
/// ```compile_fail
/// # use avert_exchange::escape::Html;
/// let title = String::from("<script>");
/// let mut page = Html::default();
/// page.raw(&title);
/// ```
///
/// while this does, and is harmless:
///
/// ```
/// # use avert_exchange::escape::Html;
/// let title = String::from("<script>");
/// let mut page = Html::default();
/// page.raw("<h1>").text(&title).raw("</h1>");
/// assert_eq!(page.finish(), "<h1>&lt;script&gt;</h1>");
/// ```
#[derive(Debug, Default)]
pub struct Html(String);

impl Html {
    /// Writes markup of this program's own.
    pub fn raw(&mut self, markup: &'static str) -> &mut Self {
        self.0.push_str(markup);
        self
    }

    /// Writes text, as content or inside a quoted attribute. Characters that hide are shown.
    pub fn text(&mut self, text: &str) -> &mut Self {
        for character in visible(text).chars() {
            match character {
                '&' => self.0.push_str("&amp;"),
                '<' => self.0.push_str("&lt;"),
                '>' => self.0.push_str("&gt;"),
                '"' => self.0.push_str("&quot;"),
                '\'' => self.0.push_str("&#39;"),
                '`' => self.0.push_str("&#96;"),
                other => self.0.push(other),
            }
        }
        self
    }

    /// Writes words that somebody else chose: at most `limit` characters, links broken, and set
    /// apart so that right-to-left letters in it do not move what stands around it.
    pub fn told(&mut self, text: &str, limit: usize) -> &mut Self {
        self.raw("<bdi>")
            .told_in_attribute(text, limit)
            .raw("</bdi>")
    }

    /// The same inside a quoted attribute or a drawing's `<title>`, where no element may stand.
    pub fn told_in_attribute(&mut self, text: &str, limit: usize) -> &mut Self {
        self.text(&defanged(&shortened(text, limit)))
    }

    /// Writes a whole number without separators, for attributes.
    pub fn whole(&mut self, number: usize) -> &mut Self {
        self.0.push_str(&number.to_string());
        self
    }

    /// Writes a length or coordinate with at most one decimal; nothing but a finite number comes out.
    pub fn length(&mut self, number: f64) -> &mut Self {
        let number = if number.is_finite() {
            number.clamp(-1e6, 1e6)
        } else {
            0.0
        };
        let text = format!("{number:.1}");
        let text = text.strip_suffix(".0").unwrap_or(&text);
        self.0.push_str(if text == "-0" { "0" } else { text });
        self
    }

    /// What was written.
    pub fn finish(self) -> String {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(write: impl FnOnce(&mut Html)) -> String {
        let mut html = Html::default();
        write(&mut html);
        html.finish()
    }

    #[test]
    fn text_ends_neither_an_element_nor_an_attribute() {
        assert_eq!(
            written(|html| {
                html.text("\"'`><&");
            }),
            "&quot;&#39;&#96;&gt;&lt;&amp;"
        );
    }

    #[test]
    fn words_of_others_are_isolated_shortened_and_broken() {
        assert_eq!(
            written(|html| {
                html.told("http://example.org/<b>", 20);
            }),
            "<bdi>http[:]//example.org/&lt;⟨… 2 more characters⟩</bdi>"
        );
    }

    #[test]
    fn a_length_is_always_a_number() {
        for (number, expected) in [
            (1.25, "1.2"),
            (3.0, "3"),
            (f64::NAN, "0"),
            (f64::INFINITY, "0"),
            (-0.01, "0"),
        ] {
            assert_eq!(
                written(|html| {
                    html.length(number);
                }),
                expected
            );
        }
    }
}

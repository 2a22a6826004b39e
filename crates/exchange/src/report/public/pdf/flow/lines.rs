//! Where lines break: at spaces, and where there are none, wherever the line is full.

use crate::report::prose::Prose;
use crate::report::public::pdf::face::Faces;

/// Text in one face.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::report::public::pdf) struct Run {
    pub(in crate::report::public::pdf) text: String,
    bold: bool,
}

impl Run {
    pub(in crate::report::public::pdf) fn plain(text: &str) -> Self {
        Self {
            text: text.to_owned(),
            bold: false,
        }
    }

    pub(in crate::report::public::pdf) fn strong(text: &str) -> Self {
        Self {
            text: text.to_owned(),
            bold: true,
        }
    }

    /// The same sentence that the other forms have.
    pub(in crate::report::public::pdf) fn of(prose: &Prose) -> Vec<Self> {
        let runs = prose.runs().into_iter();
        runs.map(|(text, bold)| Self { text, bold }).collect()
    }
}

/// A part of a line in one face.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Stretch {
    pub(super) text: String,
    pub(super) bold: bool,
}

/// The lines that runs of text make at this size and width; one at least. A line that ends at a space keeps it.
pub(super) fn broken(runs: &[Run], faces: &Faces, size: f32, width: f32) -> Vec<Vec<Stretch>> {
    let mut breaker = Breaker {
        faces,
        size,
        width,
        lines: Vec::new(),
        line: Vec::new(),
        used: 0.0,
    };
    for run in runs {
        for word in faces.legible(&run.text).split_inclusive(' ') {
            breaker.word(word, run.bold);
        }
    }
    breaker.end();
    breaker.lines
}

struct Breaker<'a> {
    faces: &'a Faces,
    size: f32,
    width: f32,
    lines: Vec<Vec<Stretch>>,
    line: Vec<Stretch>,
    used: f32,
}

impl Breaker<'_> {
    fn measure(&self, text: &str, bold: bool) -> f32 {
        self.faces.of(bold).width(text) * self.size
    }

    fn word(&mut self, word: &str, bold: bool) {
        let wide = self.measure(word.trim_end(), bold);
        if self.used > 0.0 && self.used + wide > self.width && wide <= self.width {
            self.end();
        }
        if self.used + wide <= self.width {
            self.put(word, bold);
            return;
        }
        // No line holds it: it is broken wherever the line is full.
        let mut letters = [0; 4];
        for character in word.chars() {
            let letter = character.encode_utf8(&mut letters);
            if self.used > 0.0 && self.used + self.measure(letter, bold) > self.width {
                self.end();
            }
            self.put(letter, bold);
        }
    }

    fn put(&mut self, text: &str, bold: bool) {
        self.used += self.measure(text, bold);
        match self.line.last_mut() {
            Some(last) if last.bold == bold => last.text.push_str(text),
            _ => self.line.push(Stretch {
                text: text.to_owned(),
                bold,
            }),
        }
    }

    fn end(&mut self) {
        self.lines.push(std::mem::take(&mut self.line));
        self.used = 0.0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(text: &str, width: f32) -> Vec<String> {
        let faces = Faces::new().unwrap();
        let lines = broken(&[Run::plain(text)], &faces, 10.0, width);
        let lines = lines.into_iter();
        lines
            .map(|line| line.into_iter().map(|stretch| stretch.text).collect())
            .collect()
    }

    #[test]
    fn lines_break_at_spaces_and_words_that_no_line_holds_anywhere() {
        assert_eq!(texts("one two three", 45.0), ["one two ", "three"]);
        assert_eq!(texts("", 45.0), [""]);
        let lines = texts(&"x".repeat(30), 45.0);
        assert!(lines.len() > 2);
        assert_eq!(lines.concat(), "x".repeat(30));
    }
}

//! Standard output is data, standard error is talk; this is the one place that writes to either.
//!
//! Text for people is made harmless on its way out: control characters, bidirectional overrides
//! and zero-width characters, which an adversary may have put into a name, are shown as their code
//! points. JSON keeps them, escaped as JSON does.

use std::fmt::Write as _;
use std::io::{self, IsTerminal as _, Write as _};

use avert_model::Outcome;
use serde::Serialize;

use crate::args::Format;
use crate::failure::{CommandError, Failure};

/// Writes results and talk in the way the user asked for.
#[derive(Debug, Clone)]
pub(crate) struct Printer {
    format: Format,
    quiet: bool,
}

impl Printer {
    pub(crate) fn new(format: Format, quiet: bool) -> Self {
        Self { format, quiet }
    }

    /// Whether progress may be drawn: a person is watching and wants to see it.
    pub(crate) fn shows_progress(&self) -> bool {
        !self.quiet && io::stderr().is_terminal()
    }

    /// Writes one result: as JSON, or as the text that `text` makes of it.
    pub(crate) fn result<T: Serialize>(
        &self,
        value: &T,
        text: impl FnOnce(&T) -> String,
    ) -> Result<(), Failure> {
        match self.format {
            Format::Text
            | Format::Md
            | Format::Html
            | Format::Ocsf
            | Format::Stix
            | Format::Misp => self.raw(&harmless_lines(&text(value))),
            Format::Json => self.json(value, true),
            Format::Ndjson => self.json(value, false),
        }
    }

    /// Writes many results: one JSON array, one JSON value a line, or the text of all.
    pub(crate) fn results<T: Serialize>(
        &self,
        values: &[T],
        text: impl FnOnce(&[T]) -> String,
    ) -> Result<(), Failure> {
        match self.format {
            Format::Text
            | Format::Md
            | Format::Html
            | Format::Ocsf
            | Format::Stix
            | Format::Misp => self.raw(&harmless_lines(&text(values))),
            Format::Json => self.json(&values, true),
            Format::Ndjson => values.iter().try_for_each(|value| self.json(value, false)),
        }
    }

    /// Writes what has come, of something that goes on: one JSON value a line, or the text of each.
    pub(crate) fn stream<T: Serialize>(
        &self,
        values: &[T],
        text: impl Fn(&T) -> String,
    ) -> Result<(), Failure> {
        if values.is_empty() {
            return Ok(());
        }
        match self.format {
            Format::Text
            | Format::Md
            | Format::Html
            | Format::Ocsf
            | Format::Stix
            | Format::Misp => {
                let text: String = values.iter().map(text).collect();
                self.raw(&harmless_lines(&text))
            }
            Format::Json | Format::Ndjson => {
                values.iter().try_for_each(|value| self.json(value, false))
            }
        }
    }

    /// Writes a finished document (a report, a script) as it is.
    #[expect(
        clippy::unused_self,
        reason = "writing goes through the printer, so that one place decides"
    )]
    pub(crate) fn raw(&self, document: &str) -> Result<(), Failure> {
        let mut stdout = io::stdout().lock();
        let written = stdout
            .write_all(document.as_bytes())
            .and_then(|()| {
                if document.ends_with('\n') {
                    Ok(())
                } else {
                    stdout.write_all(b"\n")
                }
            })
            .and_then(|()| stdout.flush());
        match written {
            // Whoever read as much as they wanted has closed the pipe: that is no failure.
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => std::process::exit(0),
            Err(source) => Err(CommandError::File {
                what: "write to",
                path: "standard output".into(),
                source,
            }
            .into()),
            Ok(()) => Ok(()),
        }
    }

    fn json<T: Serialize + ?Sized>(&self, value: &T, pretty: bool) -> Result<(), Failure> {
        let text = if pretty {
            serde_json::to_string_pretty(value)
        } else {
            serde_json::to_string(value)
        };
        self.raw(&text.map_err(|source| CommandError::Unwritable("the result", source))?)
    }

    /// Says something to the person at the terminal.
    pub(crate) fn talk(&self, sentence: &str) {
        if !self.quiet {
            self.stderr(sentence);
        }
    }

    /// Says why a command failed, whether anything was changed, and what to do.
    pub(crate) fn failure(&self, failure: &Failure) {
        let mut chain = failure.chain();
        let mut text = String::new();
        let first = chain.next().unwrap_or_default();
        let _ = writeln!(text, "error: {first} [{}]", failure.code);
        let mut previous = first;
        for cause in chain {
            // Transparent wrappers repeat their source word for word.
            if cause != previous {
                let _ = writeln!(text, "  because {cause}");
            }
            previous = cause;
        }
        match &failure.outcome {
            Outcome::Refused | Outcome::NothingChanged => {
                text.push_str("  nothing was changed\n");
            }
            Outcome::PartWay { resume } => {
                let _ = writeln!(text, "  stopped part-way; carry on with `{resume}`");
            }
        }
        if let Some(hint) = &failure.hint {
            let _ = write!(text, "\nhint: {hint}");
        }
        self.stderr(text.trim_end());
    }

    #[expect(
        clippy::unused_self,
        reason = "talk goes through the printer, so that one place decides"
    )]
    fn stderr(&self, text: &str) {
        // Nothing is left to tell anyone if standard error itself is gone.
        let _ = writeln!(io::stderr().lock(), "{}", harmless_lines(text).trim_end());
    }
}

/// Makes one value harmless to show, including its line breaks.
pub(crate) fn harmless(value: &str) -> String {
    harmless_with(value, |_| false)
}

/// Makes a text harmless to show and keeps its lines.
fn harmless_lines(text: &str) -> String {
    harmless_with(text, |character| character == '\n')
}

fn harmless_with(text: &str, keep: impl Fn(char) -> bool) -> String {
    let mut safe = String::with_capacity(text.len());
    for character in text.chars() {
        if is_deceptive(character) && !keep(character) {
            let _ = write!(safe, "⟨U+{:04X}⟩", u32::from(character));
        } else {
            safe.push(character);
        }
    }
    safe
}

/// Characters that move the cursor, reorder the line, or cannot be seen.
fn is_deceptive(character: char) -> bool {
    character.is_control()
        || matches!(character,
            '\u{061C}' | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{2069}'
            | '\u{FEFF}' | '\u{FFF9}'..='\u{FFFB}' | '\u{E0000}'..='\u{E007F}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hostile_name_can_neither_move_the_cursor_nor_turn_the_line_around() {
        assert_eq!(
            harmless("a\u{202E}b\u{1b}[2J\nc"),
            "a⟨U+202E⟩b⟨U+001B⟩[2J⟨U+000A⟩c"
        );
        assert_eq!(harmless_lines("a\nb\u{200B}"), "a\nb⟨U+200B⟩");
        assert_eq!(harmless("日本語 łódź"), "日本語 łódź");
    }
}

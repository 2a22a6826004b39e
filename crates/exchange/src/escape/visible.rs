//! Characters that hide, shown; links that could be clicked, broken; length, bounded.

use std::fmt::Write as _;

/// The text with every character that a reader could not see, or that would reorder or move what
/// stands around it, written out as `⟨U+202E⟩`.
///
/// These are the control characters (line breaks too), the bidirectional marks and overrides, and
/// everything else Unicode calls default-ignorable: joiners, fillers, tags, variation selectors.
/// Of a pile of combining marks the first three are kept.
///
/// # Source
/// Unicode 16, `DerivedCoreProperties.txt`, `Default_Ignorable_Code_Point`; UAX #9 section 2.
pub(crate) fn visible(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    let mut marks = 0_u32;
    for character in text.chars() {
        marks = if is_stacking_mark(character) {
            marks + 1
        } else {
            0
        };
        if hides(character) || marks > 3 {
            // Writing to a `String` cannot fail.
            let _ = write!(shown, "⟨U+{:04X}⟩", u32::from(character));
        } else {
            shown.push(character);
        }
    }
    shown
}

/// The first `limit` characters, and how many were left out.
pub(crate) fn shortened(text: &str, limit: usize) -> String {
    match text.char_indices().nth(limit) {
        None => text.to_owned(),
        Some((end, _)) => {
            let left_out = text[end..].chars().count();
            let noun = if left_out == 1 {
                "character"
            } else {
                "characters"
            };
            format!("{}⟨… {left_out} more {noun}⟩", &text[..end])
        }
    }
}

/// The text with links and mail addresses broken, as threat reports write them, so that no viewer
/// makes them clickable: `https[:]//example.org`, `www[.]example.org`, `ada[@]example.org`.
///
/// An `@` that begins a word (a Matrix id) stays: nothing makes a link of it. Running it twice
/// changes nothing.
pub(crate) fn defanged(text: &str) -> String {
    let mut safe = String::with_capacity(text.len() + 8);
    let mut before: Option<char> = None;
    for (start, character) in text.char_indices() {
        let rest = &text[start..];
        let in_brackets = before == Some('[');
        match character {
            ':' if !in_brackets && (rest.starts_with("://") || ends_a_scheme(&text[..start])) => {
                safe.push_str("[:]");
            }
            '@' if !in_brackets && before.is_some_and(|b| !b.is_whitespace()) => {
                safe.push_str("[@]");
            }
            '.' if !in_brackets && ends_with_www(&text[..start]) => safe.push_str("[.]"),
            _ => safe.push(character),
        }
        before = Some(character);
    }
    safe
}

/// Schemes that some viewers link, or run, without `//`.
fn ends_a_scheme(before: &str) -> bool {
    ["mailto", "xmpp", "javascript", "vbscript"]
        .iter()
        .any(|scheme| ends_with_ignoring_case(before, scheme))
}

fn ends_with_www(before: &str) -> bool {
    ends_with_ignoring_case(before, "www")
}

fn ends_with_ignoring_case(text: &str, end: &str) -> bool {
    text.len()
        .checked_sub(end.len())
        .and_then(|start| text.get(start..))
        .is_some_and(|tail| tail.eq_ignore_ascii_case(end))
}

fn is_stacking_mark(character: char) -> bool {
    matches!(character, '\u{300}'..='\u{36f}' | '\u{483}'..='\u{489}' | '\u{1ab0}'..='\u{1aff}'
        | '\u{1dc0}'..='\u{1dff}' | '\u{20d0}'..='\u{20ff}' | '\u{fe20}'..='\u{fe2f}'
        | '\u{e31}' | '\u{e34}'..='\u{e3a}' | '\u{e47}'..='\u{e4e}')
}

/// Whether a reader could not see the character, or would see others elsewhere because of it.
pub(crate) fn hides(character: char) -> bool {
    character.is_control()
        || matches!(character,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}'..='\u{1160}' | '\u{17b4}'..='\u{17b5}'
            | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{2800}' | '\u{3164}' | '\u{fdd0}'..='\u{fdef}'
            | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}'
            | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}')
        || u32::from(character) & 0xfffe == 0xfffe
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn characters_that_hide_or_reorder_are_written_out() {
        assert_eq!(visible("invoice\u{202e}fdp.exe"), "invoice⟨U+202E⟩fdp.exe");
        assert_eq!(visible("a\u{200b}b\0c\nd"), "a⟨U+200B⟩b⟨U+0000⟩c⟨U+000A⟩d");
        assert_eq!(visible("\u{e0041}\u{fe0f}"), "⟨U+E0041⟩⟨U+FE0F⟩");
    }

    #[test]
    fn ordinary_writing_in_any_script_stays_as_it_is() {
        for text in ["Ada Vance", "日本語", "שלום", "नमस्ते", "Zoë", "Ве́ра", "🙂"]
        {
            assert_eq!(visible(text), text);
        }
    }

    #[test]
    fn a_pile_of_combining_marks_is_cut_to_three() {
        let piled = format!("a{}", "\u{301}".repeat(5));
        assert_eq!(visible(&piled), "a\u{301}\u{301}\u{301}⟨U+0301⟩⟨U+0301⟩");
    }

    #[test]
    fn long_text_is_cut_between_characters_and_says_how_much_is_missing() {
        assert_eq!(shortened("日本語", 3), "日本語");
        assert_eq!(shortened("日本語", 2), "日本⟨… 1 more character⟩");
        assert_eq!(shortened("abcdef", 2), "ab⟨… 4 more characters⟩");
    }

    #[test]
    fn links_and_addresses_are_broken_once_and_only_once() {
        for (text, safe) in [
            ("see https://example.org/x", "see https[:]//example.org/x"),
            ("WWW.example.org", "WWW[.]example.org"),
            ("ada@example.org", "ada[@]example.org"),
            ("@ada:example.org", "@ada:example.org"),
            ("JavaScript:alert(1)", "JavaScript[:]alert(1)"),
            ("at 10:30", "at 10:30"),
        ] {
            assert_eq!(defanged(text), safe);
            assert_eq!(defanged(safe), safe);
        }
    }
}

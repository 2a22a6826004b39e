//! What people write: short invented texts from sentence patterns.
//!
//! Patterns hold slots; `{topic}`, `{place}`, `{day}` and `{number}` are filled from lists everybody
//! uses, `{jargon}` with the word of the writer's community. Many strangers write the same common
//! phrases, and some write the same rare ones by chance.

mod phrases;
pub(crate) mod script;

use crate::chance::Chance;
use phrases::Phrases;

/// What a text is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Occasion {
    /// A message between people who know each other.
    Chat,
    /// An answer.
    Answer,
    /// A post for everyone.
    Post,
    /// A few words with a link or a file.
    Sharing,
}

/// A text in this language (a BCP 47 tag) by someone of a community with this jargon.
pub(crate) fn text(
    chance: &mut Chance,
    language: &str,
    occasion: Occasion,
    jargon: &str,
) -> String {
    let phrases = phrases::of(language);
    let patterns = match occasion {
        Occasion::Chat => phrases.chat,
        Occasion::Answer => phrases.answer,
        Occasion::Post => phrases.post,
        Occasion::Sharing => phrases.sharing,
    };
    let pattern = |chance: &mut Chance| patterns[chance.skewed(patterns.len())];
    let first = pattern(chance);
    let mut text = fill(chance, phrases, first, jargon);
    if chance.happens(0.3) {
        let second = pattern(chance);
        text.push(' ');
        text.push_str(&fill(chance, phrases, second, jargon));
    }
    match chance.below(60) {
        0 => text.push_str(" 😀"),
        1 => text.push_str(" :)"),
        2 => text.push_str("\n\n— sent from my phone"),
        _ => {}
    }
    text
}

fn fill(chance: &mut Chance, phrases: &Phrases, pattern: &str, jargon: &str) -> String {
    let mut text = String::with_capacity(pattern.len() + 24);
    let mut rest = pattern;
    while let Some((before, slot_on)) = rest.split_once('{') {
        text.push_str(before);
        let Some((slot, after)) = slot_on.split_once('}') else {
            rest = slot_on;
            break;
        };
        match slot {
            "topic" => text.push_str(chance.pick::<&str>(phrases.topics)),
            "place" => text.push_str(chance.pick::<&str>(phrases.places)),
            "day" => text.push_str(chance.pick::<&str>(phrases.days)),
            "number" => text.push_str(&(2 + chance.below(28)).to_string()),
            _ => text.push_str(jargon),
        }
        rest = after;
    }
    text.push_str(rest);
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_slot_is_left_open_in_any_language() {
        let mut chance = Chance::new(1, "talk");
        for language in ["en", "de", "pl", "ru", "ar", "he", "fa", "xx"] {
            for occasion in [
                Occasion::Chat,
                Occasion::Answer,
                Occasion::Post,
                Occasion::Sharing,
            ] {
                for _ in 0..100 {
                    let text = text(&mut chance, language, occasion, "Velnor");
                    assert!(!text.contains(['{', '}']), "{text}");
                    assert!(text.len() > 1);
                }
            }
        }
    }
}

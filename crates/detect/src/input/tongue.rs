//! Which language a text is in, as far as its letters and commonest words tell.
//!
//! It owns a guess that is right for most sentences and silent about the rest. That is enough to see
//! that an account which wrote one language for years writes another from one day on; it is no
//! translator's tool.

use std::num::NonZero;

/// A language, or an alphabet where its languages are not told apart.
pub(crate) type Tongue = NonZero<u8>;

/// Words that every text in a language is full of, and few texts in another.
const COMMON_WORDS: [&[&str]; 9] = [
    &[
        "the", "and", "you", "for", "with", "have", "this", "that", "of", "are", "what", "your",
        "how", "was", "to",
    ],
    &[
        "der", "das", "und", "ich", "nicht", "mit", "ist", "wir", "für", "auf", "ein", "zu",
        "auch", "am", "bei",
    ],
    &[
        "le", "les", "et", "je", "est", "pas", "vous", "pour", "avec", "dans", "une", "des", "sur",
        "nous", "merci",
    ],
    &[
        "el", "los", "y", "es", "por", "con", "para", "una", "está", "muy", "pero", "como", "lo",
        "gracias", "qué",
    ],
    &[
        "o", "os", "não", "uma", "com", "você", "em", "muito", "mas", "obrigado", "isso", "ao",
        "do", "eu", "para",
    ],
    &[
        "il", "che", "di", "è", "non", "per", "sono", "una", "ho", "questo", "grazie", "della",
        "gli", "anche", "ci",
    ],
    &[
        "de", "het", "een", "ik", "niet", "van", "voor", "met", "dat", "je", "wat", "ook", "op",
        "er", "maar",
    ],
    &[
        "nie", "się", "na", "jest", "z", "w", "że", "co", "jak", "dla", "czy", "o", "już", "do",
        "i",
    ],
    &[
        "ve",
        "bir",
        "bu",
        "için",
        "çok",
        "ne",
        "ben",
        "mi",
        "değil",
        "var",
        "ile",
        "da",
        "evet",
        "teşekkürler",
        "ama",
    ],
];

/// No more of a text is read: the language of a long one shows in its beginning.
const LONGEST_CHARACTERS: usize = 400;

/// The language of a text, if it shows.
pub(crate) fn of(text: &str) -> Option<Tongue> {
    let mut by_alphabet = [0_u16; ALPHABETS];
    for character in text.chars().take(LONGEST_CHARACTERS) {
        if let Some(alphabet) = alphabet(character) {
            by_alphabet[alphabet] += 1;
        }
    }
    let most = *by_alphabet.iter().max()?;
    let alphabet = by_alphabet.iter().position(|count| *count == most)?;
    match (most, alphabet) {
        (0, _) => None,
        (_, LATIN) => latin(text),
        // Letters that Persian has and Arabic has not.
        (_, ARABIC) if text.contains(['پ', 'چ', 'ژ', 'گ', 'ی', 'ک']) => number(0),
        (_, other) => number(other),
    }
}

/// The language of a text in Latin letters: that of most of its common words, if no other has as many.
fn latin(text: &str) -> Option<Tongue> {
    let mut counts = [0_u16; COMMON_WORDS.len()];
    let text: String = text.chars().take(LONGEST_CHARACTERS).collect();
    for word in text.split(|character: char| !character.is_alphabetic()) {
        let word = word.to_lowercase();
        for (count, words) in counts.iter_mut().zip(&COMMON_WORDS) {
            *count += u16::from(words.contains(&word.as_str()));
        }
    }
    let most = *counts.iter().max()?;
    let mut having = (0..counts.len()).filter(|place| counts[*place] == most);
    let (first, second) = (having.next()?, having.next());
    (most > 0 && second.is_none()).then_some(())?;
    number(ALPHABETS + first)
}

fn number(place: usize) -> Option<Tongue> {
    u8::try_from(place + 1).ok().and_then(NonZero::new)
}

const LATIN: usize = 1;
const ARABIC: usize = 2;
/// How many alphabets are told apart, and a place for Persian.
const ALPHABETS: usize = 11;

fn alphabet(character: char) -> Option<usize> {
    let place = match character {
        'a'..='z' | 'A'..='Z' | '\u{c0}'..='\u{24f}' => LATIN,
        '\u{600}'..='\u{6ff}' | '\u{750}'..='\u{77f}' => ARABIC,
        '\u{370}'..='\u{3ff}' => 3,
        '\u{400}'..='\u{52f}' => 4,
        '\u{590}'..='\u{5ff}' => 5,
        '\u{900}'..='\u{97f}' => 6,
        '\u{e00}'..='\u{e7f}' => 7,
        '\u{3040}'..='\u{30ff}' => 8,
        '\u{4e00}'..='\u{9fff}' => 9,
        '\u{ac00}'..='\u{d7af}' => 10,
        _ => return None,
    };
    Some(place)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sentences_of_one_language_are_alike_and_of_two_are_not() {
        let alike = [
            [
                "how are you doing with the old cars?",
                "thank you so much for that",
            ],
            [
                "hast du am Montag Zeit für das Treffen?",
                "ich komme nicht mit",
            ],
            ["nie wiem, jak się masz", "czy to już jest dla mnie"],
            ["не знаю, что сказать", "до встречи завтра"],
            ["شكرا لك يا صديقي", "صباح الخير"],
            ["خیلی ممنون از شما", "چطوری دوست من"],
            ["תודה רבה לך", "בוקר טוב לכולם"],
        ];
        let mut seen = Vec::new();
        for [one, other] in alike {
            let tongue = of(one).unwrap();
            assert_eq!(of(other), Some(tongue), "{one} | {other}");
            assert!(!seen.contains(&tongue), "{one}");
            seen.push(tongue);
        }
    }

    #[test]
    fn what_shows_no_language_has_none() {
        for text in ["", "👍👍", "12:30", "ok", "https", "Velnor Garhol"] {
            assert_eq!(of(text), None, "{text}");
        }
    }
}

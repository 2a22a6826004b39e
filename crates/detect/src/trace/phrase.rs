//! Runs of words that recur in texts, as numbers.
//!
//! It owns what counts as the same wording, and keeps no word: a text goes in, a few hashes come
//! out. It does not judge which wordings are rare; that is the engine's work.
//!
//! A text becomes words: lower case, letters and digits only. Links and addresses become one
//! placeholder and numbers another, because a script fills them in anew for everybody. Marks that
//! are written or not at will (Arabic vowel signs, stretched letters, invisible characters) are
//! dropped. Scripts without spaces count each character as a word.
//!
//! # Source
//! Word shingles and the bottom-k sketch: Broder, "On the resemblance and containment of
//! documents" (1997). The word hash is FNV-1a, 64 bit; words are joined with the finaliser of
//! `MurmurHash3`. Both are fixed for good, because findings are compared across runs.

/// How many words make a run.
const RUN: usize = 5;

/// A shorter text is one run if it has so many words.
const SHORTEST: usize = 3;

/// So many of a run's words must be words, not placeholders.
const REAL_WORDS: usize = 3;

/// How many runs of a text are kept: those with the smallest hashes.
const KEPT: usize = 8;

/// What is longer is cut here: 64 KiB.
const LONGEST_BYTES: usize = 64 * 1024;

const LINK: Word = Word {
    hash: 1,
    real: false,
};
const NUMBER: Word = Word {
    hash: 2,
    real: false,
};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Word {
    hash: u64,
    real: bool,
}

/// The runs of words that stand for a text: at most 8 hashes, ascending and distinct.
///
/// Texts that share a passage share hashes with a chance that grows with the passage; equal texts
/// always do. A text of fewer than three real words gives none. Cost: O(n log n) of the text, of
/// which no more than 64 KiB are read.
pub(crate) fn shingles(text: &str) -> Vec<u64> {
    let words = words(cut(text));
    let mut hashes: Vec<u64> = if words.len() < RUN {
        run(&words)
            .filter(|_| words.len() >= SHORTEST)
            .into_iter()
            .collect()
    } else {
        words.windows(RUN).filter_map(run).collect()
    };
    hashes.sort_unstable();
    hashes.dedup();
    hashes.truncate(KEPT);
    hashes
}

/// The text, or its first 64 KiB without the word that the cut falls into.
fn cut(text: &str) -> &str {
    let head = &text[..text.floor_char_boundary(LONGEST_BYTES)];
    if head.len() == text.len() {
        return text;
    }
    head.rfind(char::is_whitespace)
        .map_or(head, |end| &head[..end])
}

/// The hash of a run, unless placeholders are most of it.
fn run(words: &[Word]) -> Option<u64> {
    let real = words.iter().filter(|word| word.real).count();
    (real >= REAL_WORDS).then(|| {
        words.iter().fold(words.len() as u64, |hash, word| {
            finalise(hash.rotate_left(17) ^ word.hash)
        })
    })
}

fn words(text: &str) -> Vec<Word> {
    let mut words = Vec::new();
    for token in text.split_whitespace() {
        if is_link(token) {
            push(&mut words, LINK);
        } else {
            split(token, &mut words);
        }
    }
    words
}

/// Links, e-mail addresses and names of accounts.
fn is_link(token: &str) -> bool {
    let bytes = token.as_bytes();
    token.contains("://")
        || token.contains('@')
        || bytes
            .get(..4)
            .is_some_and(|head| head.eq_ignore_ascii_case(b"www."))
}

/// Cuts a token at everything that is no letter and no digit.
fn split(token: &str, words: &mut Vec<Word>) {
    let mut current = Builder::default();
    for letter in token.chars() {
        if is_dropped(letter) {
            continue;
        }
        if stands_alone(letter) {
            current.finish(words);
            current.letter(letter);
            current.finish(words);
        } else if letter.is_alphanumeric() {
            current.letter(letter);
        } else {
            current.finish(words);
        }
    }
    current.finish(words);
}

#[derive(Default)]
struct Builder {
    hash: Option<u64>,
    digits: bool,
}

impl Builder {
    fn letter(&mut self, letter: char) {
        self.digits |= letter.is_numeric();
        let mut hash = self.hash.unwrap_or(0xcbf2_9ce4_8422_2325);
        for lower in letter.to_lowercase() {
            let mut bytes = [0; 4];
            for byte in lower.encode_utf8(&mut bytes).bytes() {
                hash = (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
            }
        }
        self.hash = Some(hash);
    }

    /// Ends the word. One with a digit in it is a number: a date, an amount, a code.
    fn finish(&mut self, words: &mut Vec<Word>) {
        if let Some(hash) = self.hash.take() {
            push(
                words,
                if self.digits {
                    NUMBER
                } else {
                    Word { hash, real: true }
                },
            );
        }
        self.digits = false;
    }
}

/// Adds a word; placeholders in a row are one, so that "1,000.50" is one number.
fn push(words: &mut Vec<Word>, word: Word) {
    if word.real || words.last() != Some(&word) {
        words.push(word);
    }
}

/// What is written or left out without changing the word.
fn is_dropped(letter: char) -> bool {
    matches!(letter,
        '\'' | '\u{2019}' | '\u{ad}'
        | '\u{300}'..='\u{36f}'
        | '\u{591}'..='\u{5c7}'
        | '\u{610}'..='\u{61a}' | '\u{640}' | '\u{64b}'..='\u{65f}' | '\u{670}'
        | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}'
        | '\u{fe00}'..='\u{fe0f}' | '\u{feff}')
}

/// Letters of scripts that put no spaces between words.
fn stands_alone(letter: char) -> bool {
    matches!(letter,
        '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}'
        | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{323af}')
}

/// The finaliser of `MurmurHash3`: every bit of the input moves every bit of the output.
fn finalise(mut hash: u64) -> u64 {
    hash = (hash ^ (hash >> 33)).wrapping_mul(0xff51_afd7_ed55_8ccd);
    hash = (hash ^ (hash >> 33)).wrapping_mul(0xc4ce_b9fe_1a85_ec53);
    hash ^ (hash >> 33)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SCRIPT: &str = "I read your talk on water law and would be glad of your view";

    fn share(a: &str, b: &str) -> bool {
        let b = shingles(b);
        shingles(a).iter().any(|hash| b.contains(hash))
    }

    #[test]
    fn case_punctuation_and_spacing_do_not_change_the_wording() {
        let shouted = format!("  {}!!! ", SCRIPT.to_uppercase().replace(' ', ",  "));
        assert_eq!(shingles(SCRIPT), shingles(&shouted));
        assert!(!shingles(SCRIPT).is_empty());
    }

    #[test]
    fn a_script_is_recognised_whoever_it_is_addressed_to() {
        assert!(share(
            &format!("Dear Anna, {SCRIPT}. Jan"),
            &format!("Good day Professor Velnor! {SCRIPT}. Ola"),
        ));
    }

    #[test]
    fn links_and_numbers_are_filled_in_anew_for_everybody() {
        let invite = |day: &str, link: &str| {
            format!("the draft programme for {day} May is here {link} please read it first")
        };
        assert_eq!(
            shingles(&invite("3", "https://a.example.org/1")),
            shingles(&invite("1,014", "WWW.b.example.org")),
        );
    }

    #[test]
    fn different_words_share_nothing() {
        assert!(!share(
            SCRIPT,
            "shall we meet on the bridge after lunch with the children"
        ));
        assert!(!share(
            "one two three four five six",
            "six five four three two one"
        ));
    }

    #[test]
    fn a_short_text_is_one_run_and_a_greeting_is_none() {
        assert_eq!(shingles("see you soon").len(), 1);
        assert_eq!(shingles("hello there").len(), 0);
        assert_eq!(shingles("").len(), 0);
        assert_eq!(
            shingles("https://a.example.org 12 13 ok @anna yes").len(),
            0
        );
        assert_ne!(shingles("see you soon"), shingles("you see soon"));
    }

    #[test]
    fn a_long_text_leaves_eight_runs() {
        let text: Vec<String> = ('a'..='z')
            .flat_map(|letter| (1..20).map(move |times| letter.to_string().repeat(times)))
            .collect();
        let found = shingles(&text.join(" "));
        assert_eq!(found.len(), KEPT);
        assert!(found.is_sorted_by(|a, b| a < b));
    }

    #[test]
    fn arabic_is_the_same_with_and_without_vowel_signs() {
        assert_eq!(
            shingles("السَّلامُ عليكم، يسعدني أن أتعرف إليك"),
            shingles("السلام عليكم يسعدني أن أتعرف إليك!"),
        );
        assert_eq!(shingles("السلام عليكم يسعدني أن أتعرف إليك").len(), 2);
    }

    #[test]
    fn polish_letters_belong_to_their_words() {
        let text = "Dzień dobry, chciałabym porozmawiać o Pańskim artykule";
        assert_eq!(shingles(text), shingles(&text.to_uppercase()));
        assert_eq!(shingles(text).len(), 3);
        assert_ne!(shingles("łąka nad rzeką"), shingles("laka nad rzeka"));
    }

    #[test]
    fn a_script_without_spaces_is_cut_by_characters() {
        assert_eq!(shingles("我读了您的文章").len(), 3);
    }

    #[test]
    fn invisible_characters_do_not_hide_a_script() {
        let hidden = SCRIPT.replace("talk", "t\u{200b}al\u{ad}k");
        assert_eq!(shingles(SCRIPT), shingles(&hidden));
    }

    #[test]
    fn hostile_texts_are_cut_and_never_panic() {
        let long = "ż".repeat(LONGEST_BYTES);
        assert_eq!(shingles(&long).len(), 0);
        let flood = "alpha beta gamma delta epsilon ".repeat(10_000);
        assert_eq!(shingles(&flood).len(), 5);
        assert_eq!(
            shingles(&flood),
            shingles(&format!("{flood}and something that comes after the cut"))
        );
        shingles("\u{0}\u{ffff}\u{10ffff} \u{301}\u{301} @ :// www.");
    }

    #[test]
    fn the_hashes_are_fixed_for_good() {
        assert_eq!(shingles("see you soon"), [1_170_325_668_728_701_642]);
    }
}

//! A pattern as words.

use super::PatternError;

/// A word of a pattern.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Token<'p> {
    /// `AND`, `file`, `value`: keywords are told apart by whoever reads.
    Word(&'p str),
    /// A word with a hyphen in it: the name of a type only.
    Hyphened(&'p str),
    /// A string, without quotes and escapes.
    Text(String),
    /// `h'…'`, `b'…'`, `t'…'`: the letter, and what stands between the quotes.
    Special(char, &'p str),
    /// A whole number, with its sign.
    Int(&'p str),
    /// A number with a point, with its sign.
    Float(&'p str),
    /// `[`, `<=`, `:` …
    Mark(&'static str),
}

/// Marks, the longer before those that begin them.
const MARKS: [&str; 16] = [
    "==", "!=", "<>", "<=", ">=", "=", "<", ">", "[", "]", "(", ")", ":", ".", ",", "*",
];

/// The words with where each begins, in bytes. What is between them (spaces and comments) is left out.
pub(super) fn tokens(pattern: &str) -> Result<Vec<(usize, Token<'_>)>, PatternError> {
    let mut tokens = Vec::new();
    let mut at = 0;
    while let Some(first) = pattern[at..].chars().next() {
        let rest = &pattern[at..];
        if is_space(first) {
            at += first.len_utf8();
        } else if let Some(comment) = rest.strip_prefix("/*") {
            let end = comment.find("*/");
            let end = end.ok_or_else(|| PatternError::at(at, "the comment does not end"))?;
            at += end + 4;
        } else if rest.starts_with("//") {
            at += rest.find(['\n', '\r']).unwrap_or(rest.len());
        } else {
            let (token, length) = token(rest).map_err(|what| PatternError::at(at, what))?;
            tokens.push((at, token));
            at += length;
        }
    }
    Ok(tokens)
}

/// The spaces of the grammar.
fn is_space(letter: char) -> bool {
    matches!(letter, '\t'..='\r' | ' ' | '\u{85}' | '\u{a0}' | '\u{1680}' | '\u{2000}'..='\u{200a}'
        | '\u{2028}' | '\u{2029}' | '\u{202f}' | '\u{205f}' | '\u{3000}')
}

/// The word that a text begins with, and its length.
fn token(rest: &str) -> Result<(Token<'_>, usize), &'static str> {
    let bytes = rest.as_bytes();
    match bytes {
        [b'\'', ..] => text(rest),
        [letter @ (b'h' | b'b' | b't'), b'\'', ..] => {
            let end = rest[2..].find('\'').ok_or("the literal does not end")?;
            let token = Token::Special(char::from(*letter), &rest[2..2 + end]);
            Ok((token, end + 3))
        }
        [b'a'..=b'z' | b'A'..=b'Z' | b'_', ..] => {
            let ends = |byte: &u8| !(byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'));
            let length = bytes.iter().position(ends).unwrap_or(bytes.len());
            let word = &rest[..length];
            let token = if word.contains('-') {
                Token::Hyphened(word)
            } else {
                Token::Word(word)
            };
            Ok((token, length))
        }
        _ => number(rest)
            .or_else(|| {
                let mark = MARKS.into_iter().find(|mark| rest.starts_with(mark))?;
                Some((Token::Mark(mark), mark.len()))
            })
            .ok_or("no word of a pattern begins so"),
    }
}

fn text(rest: &str) -> Result<(Token<'_>, usize), &'static str> {
    let mut text = String::new();
    let mut letters = rest.char_indices().skip(1);
    while let Some((at, letter)) = letters.next() {
        match letter {
            '\'' => return Ok((Token::Text(text), at + 1)),
            '\\' => match letters.next() {
                Some((_, escaped @ ('\'' | '\\'))) => text.push(escaped),
                _ => return Err("only a quote and a backslash may follow a backslash"),
            },
            other => text.push(other),
        }
    }
    Err("the string does not end")
}

/// A number: whole ones have no noughts before them, and a point has digits behind it.
fn number(rest: &str) -> Option<(Token<'_>, usize)> {
    let bytes = rest.as_bytes();
    let sign = usize::from(matches!(bytes.first(), Some(b'+' | b'-')));
    let digits = |from: usize| {
        let rest = &bytes[from..];
        rest.iter().take_while(|byte| byte.is_ascii_digit()).count()
    };
    let whole = digits(sign);
    let point = sign + whole;
    if bytes.get(point) == Some(&b'.') {
        let behind = digits(point + 1);
        if behind > 0 {
            let length = point + 1 + behind;
            return Some((Token::Float(&rest[..length]), length));
        }
    }
    match whole {
        0 => None,
        _ if bytes[sign] == b'0' => Some((Token::Int(&rest[..=sign]), sign + 1)),
        _ => Some((Token::Int(&rest[..point]), point)),
    }
}

//! The ways in which a line is read.

use serde::{Deserialize, Serialize};

use crate::normal::refang;

/// How a line was read when something was found in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reading {
    /// As it stands.
    AsWritten,
    /// As JSON, with the escapes of strings undone once.
    Json,
    /// With what was defanged put back.
    Refanged,
    /// With percent escapes undone once, and then what was defanged put back.
    Decoded,
}

/// Whether a line is read as JSON: it opens an object with a name in it, or an array with a text, an object or
/// an array in it.
pub(crate) fn is_json(line: &[u8]) -> bool {
    let mut letters = line
        .iter()
        .filter(|byte| !matches!(byte, b' ' | b'\t' | b'\r'));
    matches!(
        (letters.next(), letters.next()),
        (Some(b'{'), Some(b'"')) | (Some(b'['), Some(b'"' | b'{' | b'['))
    )
}

/// The readings of a line, each other than those before. `starts_as_json` is of the whole line where this is
/// a piece of a long one.
pub(crate) fn readings(line: &[u8], starts_as_json: bool) -> Vec<(Reading, Vec<u8>)> {
    let base = match unescaped(line) {
        Some(plain) if starts_as_json => (Reading::Json, plain),
        _ => (Reading::AsWritten, line.to_vec()),
    };
    let refanged = refang(&base.1);
    let decoded = percent_decoded(&base.1).map(|plain| refang(&plain).unwrap_or(plain));
    let mut readings = vec![base];
    readings.extend(refanged.map(|plain| (Reading::Refanged, plain)));
    readings.extend(decoded.map(|plain| (Reading::Decoded, plain)));
    readings
}

/// The escapes of JSON's strings undone, wherever they stand; `None` if there is none. Controls become blanks,
/// halves of letters U+FFFD; what is no escape stays.
pub(crate) fn unescaped(line: &[u8]) -> Option<Vec<u8>> {
    let mut at = memchr::memchr(b'\\', line)?;
    let mut plain = Vec::with_capacity(line.len());
    plain.extend_from_slice(&line[..at]);
    while at < line.len() {
        if line[at] != b'\\' {
            let end = memchr::memchr(b'\\', &line[at..]).map_or(line.len(), |next| at + next);
            plain.extend_from_slice(&line[at..end]);
            at = end;
            continue;
        }
        let stands_for = match line.get(at + 1) {
            Some(byte @ (b'"' | b'\\' | b'/')) => *byte,
            Some(b'n' | b'r' | b't' | b'b' | b'f') => b' ',
            Some(b'u') => {
                at = unit(line, at, &mut plain);
                continue;
            }
            _ => {
                plain.push(b'\\');
                at += 1;
                continue;
            }
        };
        plain.push(stands_for);
        at += 2;
    }
    Some(plain)
}

/// Undoes `\uXXXX` at a place, with its second half if it has one, and says where it ends.
fn unit(line: &[u8], at: usize, plain: &mut Vec<u8>) -> usize {
    let four = |at: usize| -> Option<u32> {
        let digits = line.get(at..at + 6)?.strip_prefix(b"\\u")?;
        let digits = std::str::from_utf8(digits).ok()?;
        digits
            .bytes()
            .all(|byte| byte.is_ascii_hexdigit())
            .then_some(())?;
        u32::from_str_radix(digits, 16).ok()
    };
    let Some(first) = four(at) else {
        plain.push(b'\\');
        return at + 1;
    };
    let (code, end) = match (first, four(at + 6)) {
        (0xD800..=0xDBFF, Some(second @ 0xDC00..=0xDFFF)) => (
            0x1_0000 + ((first - 0xD800) << 10) + (second - 0xDC00),
            at + 12,
        ),
        _ => (first, at + 6),
    };
    let letter = char::from_u32(code).unwrap_or('\u{FFFD}');
    let letter = if letter.is_control() { ' ' } else { letter };
    plain.extend_from_slice(letter.encode_utf8(&mut [0; 4]).as_bytes());
    end
}

/// Percent escapes undone once; `None` if there is none. Controls become blanks.
pub(crate) fn percent_decoded(line: &[u8]) -> Option<Vec<u8>> {
    let mut plain: Option<Vec<u8>> = None;
    let mut kept = 0;
    for at in memchr::memchr_iter(b'%', line) {
        if at < kept {
            continue;
        }
        let Some(byte) = escaped(line, at) else {
            continue;
        };
        let plain = plain.get_or_insert_with(|| Vec::with_capacity(line.len()));
        plain.extend_from_slice(&line[kept..at]);
        plain.push(if byte < b' ' || byte == 0x7f {
            b' '
        } else {
            byte
        });
        kept = at + 3;
    }
    if let Some(plain) = &mut plain {
        plain.extend_from_slice(&line[kept..]);
    }
    plain
}

/// What the percent escape at a place stands for, if there is one.
#[inline]
pub(crate) fn escaped(line: &[u8], at: usize) -> Option<u8> {
    let digit = |at: usize| line.get(at).and_then(|byte| char::from(*byte).to_digit(16));
    u8::try_from(digit(at + 1)? << 4 | digit(at + 2)?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(line: &str, expect: &[(Reading, &str)]) {
        let made = readings(line.as_bytes(), is_json(line.as_bytes()));
        let made: Vec<(Reading, String)> = made
            .into_iter()
            .map(|(how, text)| (how, String::from_utf8_lossy(&text).into_owned()))
            .collect();
        let expect: Vec<(Reading, String)> = expect
            .iter()
            .map(|(how, text)| (*how, (*text).to_owned()))
            .collect();
        assert_eq!(made, expect, "{line}");
    }

    #[test]
    fn a_line_is_read_in_as_many_ways_as_it_can_be_meant() {
        use Reading::{AsWritten, Decoded, Json, Refanged};
        check("evil.example.org", &[(AsWritten, "evil.example.org")]);
        check(
            "hxxp[:]//evil[.]example(dot)org",
            &[
                (AsWritten, "hxxp[:]//evil[.]example(dot)org"),
                (Refanged, "hxxp://evil.example.org"),
            ],
        );
        check(
            "u=http%3A%2F%2Fevil[.]example.org%0a%zz%",
            &[
                (AsWritten, "u=http%3A%2F%2Fevil[.]example.org%0a%zz%"),
                (Refanged, "u=http%3A%2F%2Fevil.example.org%0a%zz%"),
                (Decoded, "u=http://evil.example.org %zz%"),
            ],
        );
        check(
            r#"{"u":"http:\/\/evil\u002eexample.org\n\ud83d\ude00\ud83d\q\u12"}"#,
            &[(
                Json,
                "{\"u\":\"http://evil.example.org 😀\u{FFFD}\\q\\u12\"}",
            )],
        );
        // Outside JSON a backslash is a backslash, unless it defangs a dot.
        check(r"C:\new evil", &[(AsWritten, r"C:\new evil")]);
        check(
            r"evil\.example.org",
            &[
                (AsWritten, r"evil\.example.org"),
                (Refanged, "evil.example.org"),
            ],
        );
    }
}

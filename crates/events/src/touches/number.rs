//! Whole numbers from text.

/// Reads a whole number, with a sign if it has one. An exact decimal fraction of nought (`17.0`, as
/// spreadsheets and data frames like to write) is whole.
pub(super) fn whole(text: &[u8]) -> Option<i64> {
    let text = text.trim_ascii();
    let (negative, digits) = match text.split_first()? {
        (b'-', rest) => (true, rest),
        (b'+', rest) => (false, rest),
        _ => (false, text),
    };
    let digits = match digits.iter().position(|byte| *byte == b'.') {
        Some(dot) if digits[dot + 1..].iter().all(|byte| *byte == b'0') => &digits[..dot],
        Some(_) => return None,
        None => digits,
    };
    if digits.is_empty() || digits.len() > 19 {
        return None;
    }
    let mut value: u64 = 0;
    for byte in digits {
        let digit = byte.wrapping_sub(b'0');
        if digit > 9 {
            return None;
        }
        // 19 digits are below 2^64.
        value = value * 10 + u64::from(digit);
    }
    let value = i64::try_from(value).ok()?;
    Some(if negative { -value } else { value })
}

#[cfg(test)]
mod tests {
    use super::whole;

    #[test]
    fn whole_numbers_are_read_and_nothing_else_is() {
        for (text, number) in [
            ("0", Some(0)),
            (" 17 ", Some(17)),
            ("-5", Some(-5)),
            ("+5", Some(5)),
            ("1700000000.0", Some(1_700_000_000)),
            ("9223372036854775807", Some(i64::MAX)),
            ("9223372036854775808", None),
            ("99999999999999999999", None),
            ("1.5", None),
            ("1e9", None),
            ("", None),
            ("-", None),
            (".", None),
            ("12a", None),
        ] {
            assert_eq!(whole(text.as_bytes()), number, "{text:?}");
        }
    }
}

//! Timestamps, as the specification writes them.

use avert_model::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::Offset;

/// Reads a timestamp: RFC 3339 in UTC with a capital `T` and `Z`, any number of fractional digits.
/// Digits beyond the ninth do not count.
///
/// # Source
/// STIX 2.1, section 2.16.
pub fn parse(text: &str) -> Option<Timestamp> {
    let bytes = text.as_bytes();
    if bytes.len() < 20 || bytes[bytes.len() - 1] != b'Z' {
        return None;
    }
    for (place, mark) in [(4, b'-'), (7, b'-'), (10, b'T'), (13, b':'), (16, b':')] {
        if bytes[place] != mark {
            return None;
        }
    }
    let fraction = match &bytes[19..bytes.len() - 1] {
        [] => 0,
        [b'.', digits @ ..] => nanoseconds(digits)?,
        _ => return None,
    };
    let two = |at: usize| i8::try_from(digits(&bytes[at..at + 2])?).ok();
    let year = i16::try_from(digits(&bytes[..4])?).ok()?;
    // A leap second is the last moment of its minute: nothing here counts seconds across one.
    let second = two(17)?;
    let (second, fraction) = if second == 60 {
        (59, 999_999_999)
    } else {
        (second, fraction)
    };
    let civil = DateTime::new(year, two(5)?, two(8)?, two(11)?, two(14)?, second, fraction);
    Offset::UTC.to_timestamp(civil.ok()?).ok()
}

/// Writes a timestamp with milliseconds, or microseconds where they say something.
pub fn write(at: Timestamp) -> String {
    if at.as_microsecond() % 1000 == 0 {
        format!("{at:.3}")
    } else {
        format!("{at:.6}")
    }
}

fn digits(bytes: &[u8]) -> Option<i32> {
    bytes.iter().try_fold(0, |number, byte| {
        byte.is_ascii_digit()
            .then(|| number * 10 + i32::from(byte - b'0'))
    })
}

fn nanoseconds(fraction: &[u8]) -> Option<i32> {
    if fraction.is_empty() || !fraction.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let counted = &fraction[..fraction.len().min(9)];
    let missing = u32::try_from(9 - counted.len()).expect("at most nine were taken");
    Some(digits(counted)? * 10_i32.pow(missing))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn timestamps_are_rfc_3339_in_utc() {
        for (text, nanosecond) in [
            ("2017-12-19T13:59:59Z", 0),
            ("2017-12-19T13:59:59.5Z", 500_000_000),
            ("2017-12-19T13:59:59.123456789123Z", 123_456_789),
        ] {
            let at = parse(text).unwrap();
            assert_eq!(at.as_second(), 1_513_691_999, "{text}");
            assert_eq!(at.subsec_nanosecond(), nanosecond, "{text}");
        }
        for wrong in [
            "",
            "2017-12-19",
            "2017-12-19T13:59:59",
            "2017-12-19T13:59:59+00:00",
            "2017-12-19t13:59:59z",
            "2017-12-19T13:59:59.Z",
            "2017-12-19T13:59:59.1.Z",
            "2017-13-19T13:59:59Z",
            "2017-02-30T13:59:59Z",
            "2017-12-19T24:59:59Z",
            "2017-12-19T13:59:61Z",
            "+017-12-19T13:59:59Z",
        ] {
            assert_eq!(parse(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_leap_second_is_the_end_of_its_minute() {
        let leap = parse("2016-12-31T23:59:60Z").unwrap();
        assert_eq!(write(leap), "2016-12-31T23:59:59.999999Z");
    }

    #[test]
    fn what_is_written_reads_back() {
        for text in ["2017-12-19T13:59:59.000Z", "1970-01-01T00:00:00.000001Z"] {
            assert_eq!(write(parse(text).unwrap()), text);
        }
    }
}

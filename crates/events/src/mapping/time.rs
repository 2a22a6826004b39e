//! How a source writes times.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

/// How to read a time.
#[derive(Debug, Clone)]
pub(crate) enum TimeRule {
    /// Units since 1970 UTC: this many microseconds each.
    Epoch(i64),
    /// RFC 3339.
    Rfc3339,
    /// A format string, and the zone its clock showed.
    Format(String, TimeZone),
}

impl TimeRule {
    /// The rule of this name.
    pub(super) fn named(name: &str) -> Result<Self, String> {
        Ok(match name {
            "epoch-s" => Self::Epoch(1_000_000),
            "epoch-ms" => Self::Epoch(1_000),
            "epoch-us" => Self::Epoch(1),
            "rfc3339" => Self::Rfc3339,
            _ => {
                return Err(format!(
                    "'{name}' is no way to read times: use epoch-s, epoch-ms, epoch-us, rfc3339, \
                     or {{ format = \"%d.%m.%Y %H:%M\", zone = \"Europe/Warsaw\" }}"
                ));
            }
        })
    }

    pub(super) fn format(format: String, zone: &str) -> Result<Self, String> {
        let zone = TimeZone::get(zone).map_err(|_| format!("'{zone}' is no IANA time zone"))?;
        Ok(Self::Format(format, zone))
    }

    /// Microseconds since 1970 UTC; nothing if the text is no such time.
    ///
    /// A clock time that a change to summer time skipped or repeated is read as jiff's
    /// "compatible" rule says: the later of skipped, the earlier of repeated.
    pub(crate) fn read(&self, text: &str) -> Option<i64> {
        let micros = match self {
            Self::Epoch(unit) => epoch(text, *unit)?,
            Self::Rfc3339 => utc(text).or_else(|| {
                text.parse::<Timestamp>()
                    .ok()
                    .map(Timestamp::as_microsecond)
            })?,
            Self::Format(format, zone) => {
                let civil = DateTime::strptime(format, text).ok()?;
                civil
                    .to_zoned(zone.clone())
                    .ok()?
                    .timestamp()
                    .as_microsecond()
            }
        };
        // What jiff cannot hold could not be shown later.
        Timestamp::from_microsecond(micros)
            .ok()
            .map(Timestamp::as_microsecond)
    }
}

/// `1512345678` or `1512345678.25`, in units of `unit` microseconds.
fn epoch(text: &str, unit: i64) -> Option<i64> {
    match text.split_once('.') {
        None => text.parse::<i64>().ok()?.checked_mul(unit),
        Some((whole, fraction)) => {
            let digits = fraction.bytes().all(|byte| byte.is_ascii_digit());
            if fraction.is_empty() || !digits || fraction.len() > 18 {
                return None;
            }
            let scale = 10_i64.pow(u32::try_from(fraction.len()).ok()?);
            let part =
                i128::from(fraction.parse::<i64>().ok()?) * i128::from(unit) / i128::from(scale);
            let part = i64::try_from(part).ok()?;
            let whole_units = whole.parse::<i64>().ok()?.checked_mul(unit)?;
            if whole.starts_with('-') {
                whole_units.checked_sub(part)
            } else {
                whole_units.checked_add(part)
            }
        }
    }
}

/// `2017-12-18T09:30:00Z`, the commonest form, without the general parser.
fn utc(text: &str) -> Option<i64> {
    let bytes: &[u8; 20] = text.as_bytes().try_into().ok()?;
    let punctuation = [
        (4, b'-'),
        (7, b'-'),
        (10, b'T'),
        (13, b':'),
        (16, b':'),
        (19, b'Z'),
    ];
    if punctuation
        .iter()
        .any(|(place, mark)| bytes[*place] != *mark)
    {
        return None;
    }
    let number = |from: usize, to: usize| {
        bytes[from..to].iter().try_fold(0_i64, |value, byte| {
            byte.is_ascii_digit()
                .then(|| value * 10 + i64::from(byte - b'0'))
        })
    };
    let (year, month, day) = (number(0, 4)?, number(5, 7)?, number(8, 10)?);
    let (hour, minute, second) = (number(11, 13)?, number(14, 16)?, number(17, 19)?);
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let days_in_month = match month {
        2 if leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => return None,
    };
    if !(1..=days_in_month).contains(&day) || hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    // Days since 1970 of a proleptic Gregorian date, counting years from March.
    let shifted = if month > 2 { year } else { year - 1 };
    let (era, of_era) = (shifted.div_euclid(400), shifted.rem_euclid(400));
    let of_year = (153 * (month + if month > 2 { -3 } else { 9 }) + 2) / 5 + day - 1;
    let days = era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468;
    Some((days * 86_400 + hour * 3_600 + minute * 60 + second) * 1_000_000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_short_way_and_the_general_parser_agree() {
        for text in [
            "1970-01-01T00:00:00Z",
            "2017-12-18T09:30:05Z",
            "2000-02-29T23:59:59Z",
            "1969-12-31T23:59:59Z",
            "2100-03-01T00:00:00Z",
            "0001-01-01T00:00:00Z",
        ] {
            assert_eq!(
                utc(text).unwrap(),
                text.parse::<Timestamp>().unwrap().as_microsecond(),
                "{text}"
            );
        }
        assert_eq!(utc("2017-02-29T00:00:00Z"), None);
    }

    #[test]
    fn epochs_read_in_their_unit_with_fractions() {
        assert_eq!(
            TimeRule::Epoch(1_000_000).read("1513555200"),
            Some(1_513_555_200_000_000)
        );
        assert_eq!(TimeRule::Epoch(1_000).read("1.5"), Some(1_500));
        assert_eq!(TimeRule::Epoch(1_000_000).read("-1.25"), Some(-1_250_000));
        assert_eq!(TimeRule::Epoch(1_000_000).read("9223372036854775807"), None);
        assert_eq!(TimeRule::Epoch(1).read("soon"), None);
    }

    #[test]
    fn a_format_is_read_in_its_zone() {
        let rule = TimeRule::format("%d.%m.%Y %H:%M".into(), "Europe/Warsaw").unwrap();
        let expected: Timestamp = "2017-12-18T09:30:00Z".parse().unwrap();
        assert_eq!(
            rule.read("18.12.2017 10:30"),
            Some(expected.as_microsecond())
        );
    }

    #[test]
    fn an_offset_is_not_dropped() {
        let expected: Timestamp = "2017-12-18T09:30:00Z".parse().unwrap();
        assert_eq!(
            TimeRule::Rfc3339.read("2017-12-18T11:30:00+02:00"),
            Some(expected.as_microsecond())
        );
    }
}

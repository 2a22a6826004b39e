//! What MISP's JSON leaves open: numbers as texts, flags as numbers, times in several forms.

use avert_model::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::Offset;
use serde_json::{Map, Value};

/// The members of an object of JSON.
pub(super) type Members = Map<String, Value>;

/// The members of a value that was written as an object.
pub(super) fn members(value: Value) -> Members {
    match value {
        Value::Object(members) => members,
        _ => Members::new(),
    }
}

/// A text that says something.
pub(super) fn text<'v>(members: &'v Members, name: &str) -> Option<&'v str> {
    let text = members.get(name).and_then(Value::as_str);
    text.filter(|text| !text.is_empty())
}

/// The elements of a list; none where there is no list.
pub(super) fn list<'v>(members: &'v Members, name: &str) -> &'v [Value] {
    match members.get(name) {
        Some(Value::Array(list)) => list,
        _ => &[],
    }
}

/// The objects of a list.
pub(super) fn objects<'v>(
    members: &'v Members,
    name: &str,
) -> impl Iterator<Item = &'v Members> + use<'v> {
    list(members, name).iter().filter_map(Value::as_object)
}

/// A flag, which MISP writes as true, 1 or "1".
pub(super) fn flag(members: &Members, name: &str) -> Option<bool> {
    match members.get(name)? {
        Value::Bool(is) => Some(*is),
        Value::Number(number) => number.as_i64().map(|number| number != 0),
        Value::String(text) => match text.as_str() {
            "1" | "true" | "True" => Some(true),
            "0" | "false" | "False" => Some(false),
            _ => None,
        },
        _ => None,
    }
}

/// A whole number, which MISP mostly writes as text.
pub(super) fn whole(value: &Value) -> Option<i64> {
    match value {
        Value::Number(number) => number.as_i64(),
        Value::String(text) => text.parse().ok(),
        _ => None,
    }
}

/// What an attribute says, which is a text but for numbers and flags of some writers.
pub(super) fn said(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(is) => Some(if *is { "1" } else { "0" }.to_owned()),
        _ => None,
    }
}

/// A UUID in small letters.
pub(super) fn uuid(members: &Members) -> Option<String> {
    let text = text(members, "uuid")?;
    is_uuid(text).then(|| text.to_ascii_lowercase())
}

/// Whether a text is a UUID, of any version.
pub(super) fn is_uuid(text: &str) -> bool {
    text.len() == 36
        && text.bytes().enumerate().all(|(at, byte)| match at {
            8 | 13 | 18 | 23 => byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        })
}

/// A time in seconds, as number or text: `timestamp`, `publish_timestamp`, `date_sighting`.
pub(super) fn seconds(members: &Members, name: &str) -> Option<Timestamp> {
    between(Timestamp::from_second(whole(members.get(name)?)?).ok()?)
}

/// A time in words: `first_seen`, a value of type `datetime`. Without an offset it is UTC.
pub(super) fn moment(text: &str) -> Option<Timestamp> {
    let text = text.trim();
    let found = text.parse::<Timestamp>().ok().or_else(|| {
        let civil: DateTime = text.parse().ok()?;
        Offset::UTC.to_timestamp(civil).ok()
    });
    between(found?)
}

/// The beginning of a day: `2026-01-01`.
pub(super) fn moment_of_day(text: &str) -> Option<Timestamp> {
    let day: jiff::civil::Date = text.trim().parse().ok()?;
    between(
        Offset::UTC
            .to_timestamp(day.to_datetime(jiff::civil::Time::midnight()))
            .ok()?,
    )
}

/// STIX writes years of four digits, and nobody saw anything before computers.
fn between(at: Timestamp) -> Option<Timestamp> {
    (at >= Timestamp::UNIX_EPOCH).then_some(at)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_writers_of_misp_mean_by_true_and_by_a_number() {
        let members = json!({ "a": true, "b": "0", "c": 1, "d": "maybe", "e": null });
        let members = members.as_object().unwrap();
        let flags = ["a", "b", "c", "d", "e", "f"].map(|name| flag(members, name));
        assert_eq!(
            flags,
            [Some(true), Some(false), Some(true), None, None, None]
        );
        assert_eq!(whole(&json!("17")), Some(17));
        assert_eq!(whole(&json!(17)), Some(17));
        assert_eq!(whole(&json!("17a")), None);
    }

    #[test]
    fn times_are_seconds_or_words_with_or_without_an_offset() {
        let members = json!({ "a": "1767225600", "b": 1_767_225_600, "c": "-5", "d": "" });
        let members = members.as_object().unwrap();
        let at = |name| seconds(members, name).map(Timestamp::as_second);
        assert_eq!(at("a"), Some(1_767_225_600));
        assert_eq!(at("b"), at("a"));
        assert_eq!((at("c"), at("d")), (None, None));
        for same in [
            "2026-01-01T00:00:00Z",
            "2026-01-01T01:00:00.000000+01:00",
            "2026-01-01 00:00:00",
            "2026-01-01T00:00:00",
        ] {
            assert_eq!(moment(same).map(Timestamp::as_second), at("a"), "{same}");
        }
        assert_eq!(moment("yesterday"), None);
    }
}

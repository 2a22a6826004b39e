//! Envelopes: a page of objects, written around texts that are there already (section 3.7).

use std::io::{self, Read};

use serde::de::{Deserializer as _, IgnoredAny, MapAccess, Visitor};

/// Writes an envelope, a manifest or a list of versions: something with `more`, `next` and a list.
///
/// Without anything in the list it is left out: an empty envelope is `{}`.
#[derive(Debug)]
pub struct Envelope {
    text: Vec<u8>,
    count: u64,
}

impl Envelope {
    /// Begins one whose list has this name: `objects`, or `versions`.
    pub fn of(name: &'static str) -> Self {
        Self {
            text: format!("\"{name}\":[").into_bytes(),
            count: 0,
        }
    }

    /// Adds something to the list, as JSON.
    pub fn push(&mut self, json: &str) {
        if self.count > 0 {
            self.text.push(b',');
        }
        self.count += 1;
        self.text.extend_from_slice(json.as_bytes());
    }

    /// How many were added.
    pub fn count(&self) -> u64 {
        self.count
    }

    /// Ends it. `next` is where the next page begins, if there is one.
    pub fn end(mut self, next: Option<&str>) -> Vec<u8> {
        if self.count == 0 {
            return b"{}".to_vec();
        }
        let head = next.map_or(String::from("{"), |next| {
            let next = serde_json::Value::from(next);
            format!("{{\"more\":true,\"next\":{next},")
        });
        self.text.extend_from_slice(b"]}");
        self.text.splice(0..0, head.into_bytes());
        self.text
    }
}

/// Reads of an envelope whether there is more, and where it begins. Memory: what it is named; the objects
/// are passed over.
///
/// # Errors
/// It is no envelope, or it breaks off.
pub fn next_in(envelope: impl Read) -> io::Result<(bool, Option<String>)> {
    struct Head;
    impl<'de> Visitor<'de> for Head {
        type Value = (bool, Option<String>);

        fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            formatter.write_str("an envelope")
        }

        fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
            let (mut more, mut next) = (false, None);
            while let Some(name) = map.next_key::<String>()? {
                match name.as_str() {
                    "more" => more = map.next_value()?,
                    "next" => next = map.next_value()?,
                    _ => drop(map.next_value::<IgnoredAny>()?),
                }
            }
            Ok((more, next))
        }
    }
    let mut reader = serde_json::Deserializer::from_reader(envelope);
    let head = reader.deserialize_map(Head)?;
    Ok(head)
}

/// What something says that it is, by its member `type`: a bundle, or an object of STIX. An envelope says nothing. Nothing
/// as well where it is no object of JSON, or breaks off before it says so. Memory: what it says.
///
/// ```
/// use avert_exchange::taxii::says_it_is;
/// assert_eq!(says_it_is(br#"{"objects": [{"type": "identity"}]}"#), None);
/// assert_eq!(says_it_is(br#"{"objects": [], "type": "bundle"}"#).as_deref(), Some("bundle"));
/// ```
pub fn says_it_is(text: &[u8]) -> Option<String> {
    struct Kind<'k>(&'k mut Option<String>);
    impl<'de> Visitor<'de> for Kind<'_> {
        type Value = ();

        fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            formatter.write_str("an object")
        }

        fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
            while let Some(name) = map.next_key::<String>()? {
                if name == "type" {
                    *self.0 = Some(map.next_value()?);
                    return Ok(());
                }
                map.next_value::<IgnoredAny>()?;
            }
            Ok(())
        }
    }
    let mut kind = None;
    let mut reader = serde_json::Deserializer::from_slice(text);
    // What is wrong with it is found by whoever reads it.
    let _ = reader.deserialize_map(Kind(&mut kind));
    kind
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_thing_says_what_it_is_wherever_it_says_so() {
        for (text, kind) in [
            (
                r#"{"type":"bundle","id":"b","objects":[{}]}"#,
                Some("bundle"),
            ),
            (
                r#"{"objects":[{"type":"bundle"}],"ty\u0070e":"bundle"}"#,
                Some("bundle"),
            ),
            (r#" {"id":"x","type":"malware"}"#, Some("malware")),
            (
                r#"{"more":false,"x_mine":{"type":"bundle"},"objects":[]}"#,
                None,
            ),
            (r#"{"type":7,"objects":[]}"#, None),
            (r#"[{"type":"bundle"}]"#, None),
            (r#"{"objects":[{"#, None),
            ("", None),
        ] {
            assert_eq!(says_it_is(text.as_bytes()).as_deref(), kind, "{text}");
        }
    }

    #[test]
    fn an_envelope_says_whether_there_is_more_and_reads_back() {
        let mut envelope = Envelope::of("objects");
        assert_eq!(Envelope::of("objects").end(None), b"{}");
        envelope.push(r#"{"type":"identity"}"#);
        envelope.push("{}");
        let text = envelope.end(Some("12\"3"));
        let text = std::str::from_utf8(&text).unwrap();
        assert_eq!(
            text,
            r#"{"more":true,"next":"12\"3","objects":[{"type":"identity"},{}]}"#
        );
        assert_eq!(
            next_in(text.as_bytes()).unwrap(),
            (true, Some("12\"3".into()))
        );
        assert_eq!(next_in(&b"{}"[..]).unwrap(), (false, None));
    }

    #[test]
    fn what_is_no_envelope_or_breaks_off_is_an_error() {
        for text in [
            "",
            "[]",
            "{\"more\":true",
            "{\"objects\":[{}",
            "\"more\"",
            "{\"more\":1}",
        ] {
            assert!(next_in(text.as_bytes()).is_err(), "{text}");
        }
    }
}

//! Whether a text holds events of MISP, seen from how it begins.

/// Whether what begins like this holds events of MISP rather than objects of STIX.
///
/// Looked at are the names of the members of the first object: `Event` and `response` are MISP's, and so are
/// `info`, `Orgc`, `Attribute` and `Object` where nothing is STIX's (`type`, `objects`, `spec_version`). What cannot be
/// told is no MISP.
///
/// ```
/// use avert_exchange::misp::looks_like;
/// assert!(looks_like(br#"[{"Event": {"uuid": "#));
/// assert!(!looks_like(br#"{"type": "bundle", "id": "#));
/// ```
pub fn looks_like(beginning: &[u8]) -> bool {
    let names = first_names(beginning);
    let has = |wanted: &[&str]| {
        names
            .iter()
            .any(|name| wanted.iter().any(|wanted| wanted.as_bytes() == *name))
    };
    if has(&["Event", "response"]) {
        return true;
    }
    has(&["info", "Orgc", "Attribute", "Object"]) && !has(&["type", "objects", "spec_version"])
}

/// The names of the members of the first object, as far as they can be seen.
fn first_names(text: &[u8]) -> Vec<&[u8]> {
    let text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text);
    let mut names = Vec::new();
    let (mut depth, mut object, mut at) = (0_usize, None, 0);
    // Whether the next string is a name.
    let mut name = false;
    while at < text.len() {
        match text[at] {
            b'"' => {
                let from = at + 1;
                let Some(length) = end_of_string(&text[from..]) else {
                    break;
                };
                if name && object == Some(depth) {
                    names.push(&text[from..from + length]);
                }
                name = false;
                at = from + length;
            }
            b'{' => {
                depth += 1;
                object.get_or_insert(depth);
                name = true;
            }
            b'[' => depth += 1,
            b'}' | b']' => {
                depth = depth.saturating_sub(1);
                if object.is_some_and(|object| depth < object) {
                    break;
                }
            }
            b',' => name = true,
            _ => {}
        }
        at += 1;
    }
    names
}

fn end_of_string(text: &[u8]) -> Option<usize> {
    let mut at = 0;
    while at < text.len() {
        match text[at] {
            b'"' => return Some(at),
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn events_are_told_from_objects_by_how_the_text_begins() {
        for text in [
            r#"{"Event":{"uuid":"#,
            r#" [ {"Event": {"info""#,
            r#"{"response":[{"Event""#,
            "\u{feff}{\"uuid\":\"x\",\"info\":\"a\\\"b\",\"date\"",
            r#"{"Attribute":[{"type":"domain"}],"info":"x"#,
        ] {
            assert!(looks_like(text.as_bytes()), "{text}");
        }
        for text in [
            "",
            "hello",
            r#"{"type":"bundle","id":"bundle--1","objects":[{"info":1}]}"#,
            r#"{"more":true,"objects":[{"type":"x-a","Event":1}]}"#,
            r#"[{"id":"x-a--1","type":"x-a","info":"x"}]"#,
            r#"{"a":{"Event":1}}"#,
            r#"{"a":"Event","b":["Event"]}"#,
        ] {
            assert!(!looks_like(text.as_bytes()), "{text}");
        }
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic(bytes in prop::collection::vec(
            prop::sample::select(b"{}[]\",:\\ \nae1\xff".to_vec()), 0..200)) {
            looks_like(&bytes);
        }
    }
}

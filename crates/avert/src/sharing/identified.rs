//! Ids as they stand in texts: whatever looks like one is one, wherever it stands.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use avert_exchange::stix::class_of;
use serde_json::Value;

/// How long the text of a UUID is.
const UUID: usize = 36;
/// No type is called by more letters (STIX 2.1, 3.1).
const LONGEST_TYPE: usize = 250;

static FINDER: LazyLock<memchr::memmem::Finder<'static>> =
    LazyLock::new(|| memchr::memmem::Finder::new("--"));

/// Every id in an object, in references and in sentences alike.
///
/// Text is read as it is meant, and not as JSON writes it: what stands after `\n` begins there. Where something stands
/// before an id without a space, `see-malware--…`, what it could be the id of is each of its ends. Cost: the text, and
/// what it names.
pub(crate) fn ids_in(object: &str, ids: &mut BTreeSet<String>) {
    // Where JSON writes nothing in another way, its text is read as it stands.
    let is_plain = memchr::memchr(b'\\', object.as_bytes()).is_none();
    if is_plain {
        return scan(object, ids);
    }
    match serde_json::from_str::<Value>(object) {
        Ok(value) => within(&value, ids),
        Err(_) => scan(object, ids),
    }
}

/// Whether this is the id of a marking definition.
pub(crate) fn is_marking(id: &str) -> bool {
    id.starts_with("marking-definition--")
}

fn within(value: &Value, ids: &mut BTreeSet<String>) {
    match value {
        Value::String(text) => scan(text, ids),
        Value::Array(items) => items.iter().for_each(|item| within(item, ids)),
        Value::Object(members) => {
            for (key, value) in members {
                scan(key, ids);
                within(value, ids);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

fn scan(text: &str, ids: &mut BTreeSet<String>) {
    let bytes = text.as_bytes();
    for hyphens in FINDER.find_iter(bytes) {
        let end = hyphens + 2 + UUID;
        let uuid = bytes.get(hyphens + 2..end);
        if !uuid.is_some_and(is_uuid) {
            continue;
        }
        let before = &bytes[..hyphens];
        let begin = type_before(before);
        // A type is written in letters of one byte: whatever begins there is a place between letters.
        let kind = &text[begin..hyphens];
        if kind.is_empty() {
            continue;
        }
        ids.insert(text[begin..end].to_owned());
        if class_of(kind).is_some() {
            continue;
        }
        for (place, _) in kind.char_indices().skip(1) {
            let is_after_hyphen = kind.as_bytes()[place - 1] == b'-';
            if is_after_hyphen || class_of(&kind[place..]).is_some() {
                ids.insert(text[begin + place..end].to_owned());
            }
        }
    }
}

/// Where the type begins that ends here: no two hyphens follow each other in it.
fn type_before(before: &[u8]) -> usize {
    let is_of_type = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    let mut begin = before.len();
    while begin > 0 && before.len() - begin < LONGEST_TYPE && is_of_type(before[begin - 1]) {
        let follows = before.get(begin).copied();
        if before[begin - 1] == b'-' && (follows == Some(b'-') || follows.is_none()) {
            // Two of them belong to what stands before.
            return (begin + 1).min(before.len());
        }
        begin -= 1;
    }
    begin
}

fn is_uuid(bytes: &[u8]) -> bool {
    bytes.iter().enumerate().all(|(place, byte)| match place {
        8 | 13 | 18 | 23 => *byte == b'-',
        _ => byte.is_ascii_hexdigit(),
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const ONE: &str = "malware--00000000-0000-4000-8000-000000000001";
    const TWO: &str = "x-thing--00000000-0000-4000-8000-00000000000a";

    fn found(text: &str) -> BTreeSet<String> {
        let mut ids = BTreeSet::new();
        ids_in(text, &mut ids);
        ids
    }

    #[test]
    fn ids_are_found_wherever_they_stand() {
        let text = format!("{{\"id\":\"{ONE}\",\"description\":\"see {TWO}. é--, a--b, {ONE}\"}}");
        let found_here = found(&text);
        assert!(found_here.contains(ONE) && found_here.contains(TWO));
        for none in [
            "",
            "--",
            "--00000000-0000-4000-8000-000000000001",
            "é--00000000-0000-4000",
        ] {
            assert!(found(none).is_empty(), "{none}");
        }
    }

    #[test]
    fn ids_are_found_however_json_writes_what_stands_before_them() {
        for before in [
            "see:\n", "\t", "\u{7}", "é", "\\", "\"", "apt-", "x", "a--", "--", "-",
        ] {
            let object =
                json!({ "description": format!("{before}{ONE}"), format!("{before}{ONE}"): 1 });
            let found = found(&object.to_string());
            assert!(found.contains(ONE), "{before:?}: {found:?}");
        }
    }

    #[test]
    fn ids_that_hang_together_are_no_longer_than_ids() {
        let text = format!(
            "a{}",
            "--00000000-0000-4000-8000-000000000001".repeat(1_000)
        );
        let found = found(&text);
        assert!(found.len() < 10, "{}", found.len());
        assert!(found.iter().all(|id| id.len() <= LONGEST_TYPE + 2 + UUID));
    }
}

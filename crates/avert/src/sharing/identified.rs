//! Ids as they stand in texts: whatever looks like one is one, wherever it stands.

use std::collections::BTreeSet;
use std::sync::LazyLock;

/// How long the text of a UUID is.
const UUID: usize = 36;

static FINDER: LazyLock<memchr::memmem::Finder<'static>> =
    LazyLock::new(|| memchr::memmem::Finder::new("--"));

/// Every id in a text, in references and in sentences alike.
pub(crate) fn ids_in<'t>(text: &'t str, ids: &mut BTreeSet<&'t str>) {
    let bytes = text.as_bytes();
    for hyphens in FINDER.find_iter(bytes) {
        let end = hyphens + 2 + UUID;
        let uuid = bytes.get(hyphens + 2..end);
        if !uuid.is_some_and(is_uuid) {
            continue;
        }
        let is_of_type =
            |byte: &u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || *byte == b'-';
        let before = bytes[..hyphens]
            .iter()
            .rev()
            .take_while(|byte| is_of_type(byte))
            .count();
        if before > 0
            && let Some(id) = text.get(hyphens - before..end)
        {
            ids.insert(id);
        }
    }
}

fn is_uuid(bytes: &[u8]) -> bool {
    bytes.iter().enumerate().all(|(place, byte)| match place {
        8 | 13 | 18 | 23 => *byte == b'-',
        _ => byte.is_ascii_hexdigit(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_found_wherever_they_stand() {
        let one = "malware--00000000-0000-4000-8000-000000000001";
        let two = "x-thing--00000000-0000-4000-8000-00000000000a";
        let text = format!("{{\"id\":\"{one}\",\"description\":\"see {two}. é--, a--b, {one}\"}}");
        let mut ids = BTreeSet::new();
        ids_in(&text, &mut ids);
        assert_eq!(ids, BTreeSet::from([one, two]));
        for none in [
            "",
            "--",
            "--00000000-0000-4000-8000-000000000001",
            "é--00000000-0000-4000",
        ] {
            let mut ids = BTreeSet::new();
            ids_in(none, &mut ids);
            assert!(ids.is_empty(), "{none}");
        }
    }
}

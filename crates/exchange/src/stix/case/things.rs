//! What a network shared that is no person's: links, domains, files by their hash.

use avert_model::{Fact, FactCode, Layer};
use serde_json::{Value, json};

/// What kind of thing it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kind {
    Url,
    Domain,
    Md5,
    Sha1,
    Sha256,
    Sha512,
}

/// A thing that can be looked for elsewhere.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Thing {
    pub(crate) kind: Kind,
    /// As it was seen.
    pub(crate) value: String,
}

impl Thing {
    /// What this object of a fact is, if it is nobody's.
    pub(super) fn of(layer: Option<&Layer>, object: &str) -> Option<Self> {
        let is_url = ["http://", "https://"]
            .iter()
            .any(|scheme| starts_ignoring_case(object, scheme));
        let kind = match layer? {
            Layer::Link | Layer::File if is_url => Kind::Url,
            Layer::Domain if is_domain(object) => Kind::Domain,
            Layer::File if object.bytes().all(|byte| byte.is_ascii_hexdigit()) => {
                match object.len() {
                    32 => Kind::Md5,
                    40 => Kind::Sha1,
                    64 => Kind::Sha256,
                    128 => Kind::Sha512,
                    _ => return None,
                }
            }
            _ => return None,
        };
        let value = object.to_owned();
        Some(Self { kind, value })
    }

    /// Its hash's name in STIX, if it is one.
    fn algorithm(&self) -> Option<&'static str> {
        match self.kind {
            Kind::Url | Kind::Domain => None,
            Kind::Md5 => Some("MD5"),
            Kind::Sha1 => Some("SHA-1"),
            Kind::Sha256 => Some("SHA-256"),
            Kind::Sha512 => Some("SHA-512"),
        }
    }

    /// Its type and properties as an observable.
    pub(super) fn observable(&self) -> (&'static str, Value) {
        match (self.kind, self.algorithm()) {
            (_, Some(algorithm)) => ("file", json!({ "hashes": { algorithm: self.value } })),
            (Kind::Domain, None) => ("domain-name", json!({ "value": self.value })),
            (_, None) => ("url", json!({ "value": self.value })),
        }
    }

    /// The pattern that finds it.
    pub(super) fn pattern(&self) -> String {
        let value = self.value.replace('\\', "\\\\").replace('\'', "\\'");
        match (self.kind, self.algorithm()) {
            (_, Some(algorithm)) => format!("[file:hashes.'{algorithm}' = '{value}']"),
            (Kind::Domain, None) => format!("[domain-name:value = '{value}']"),
            (_, None) => format!("[url:value = '{value}']"),
        }
    }

    /// Whether it may belong to what carries an operation, and not only to what it spoke of.
    pub(super) fn may_be_infrastructure(&self) -> bool {
        matches!(self.kind, Kind::Url | Kind::Domain)
    }
}

/// Whether a fact says that the things were given to people.
pub(super) fn are_given(fact: &Fact) -> bool {
    fact.code == FactCode::DeliversToContacts
}

fn starts_ignoring_case(text: &str, start: &str) -> bool {
    text.get(..start.len())
        .is_some_and(|head| head.eq_ignore_ascii_case(start))
}

/// Whether a text has the form of a domain, so that what else a platform calls one is not told as one.
fn is_domain(text: &str) -> bool {
    let label = |label: &str| {
        !label.is_empty()
            && label.len() <= 63
            && label
                .chars()
                .all(|character| character.is_alphanumeric() || "-_".contains(character))
    };
    text.len() <= 253 && text.contains('.') && text.split('.').all(label)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_thing_is_what_its_layer_and_its_form_say() {
        let hash = "ab".repeat(32);
        let of = |layer, object| Thing::of(Some(&layer), object).map(|thing| thing.kind);
        assert_eq!(of(Layer::Link, "HTTPS://example.org/x"), Some(Kind::Url));
        assert_eq!(of(Layer::File, "https://example.org/x"), Some(Kind::Url));
        assert_eq!(of(Layer::Domain, "files.example.org"), Some(Kind::Domain));
        assert_eq!(of(Layer::File, &hash), Some(Kind::Sha256));
        for (layer, object) in [
            (Layer::File, "mxc://example.org/AbCd"),
            (Layer::Link, "example.org"),
            (Layer::Domain, "not a domain.org"),
            (Layer::Domain, "localhost"),
            (Layer::Ip, "198.51.100.7"),
            (Layer::File, "abcd"),
        ] {
            assert_eq!(of(layer, object), None, "{object}");
        }
    }

    #[test]
    fn a_pattern_holds_whatever_the_value_has_in_it() {
        let value = "https://example.org/it's\\here".to_owned();
        let thing = Thing {
            kind: Kind::Url,
            value,
        };
        assert_eq!(
            thing.pattern(),
            r"[url:value = 'https://example.org/it\'s\\here']"
        );
    }
}

//! Indicators written so that nobody follows one by accident: `hxxps[:]//files[.]example[.]org/offer`.

use crate::stix::{Kind, Thing};

/// The thing as reports write it. What reads indicators (`avert match`, most others) takes it back.
pub(super) fn defanged(thing: &Thing) -> String {
    match thing.kind {
        Kind::Url => url(&thing.value),
        Kind::Domain => thing.value.replace('.', "[.]"),
        Kind::Md5 | Kind::Sha1 | Kind::Sha256 | Kind::Sha512 => thing.value.clone(),
    }
}

fn url(text: &str) -> String {
    let Some((scheme, rest)) = text.split_once("://") else {
        return text.replace('.', "[.]");
    };
    let scheme = scheme.to_lowercase().replace("http", "hxxp");
    let end = rest.find(['/', '?', '#', '\\']).unwrap_or(rest.len());
    let (authority, path) = rest.split_at(end);
    let authority = authority.replace('.', "[.]").replace('@', "[@]");
    // A second address within it would be one to follow, too.
    let path = path.replace("://", "[:]//");
    format!("{scheme}[:]//{authority}{path}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_broken_where_it_would_be_followed() {
        for (text, safe) in [
            (
                "https://files.example.org/a.b?c=d.e",
                "hxxps[:]//files[.]example[.]org/a.b?c=d.e",
            ),
            ("HTTP://a@example.org", "hxxp[:]//a[@]example[.]org"),
            (
                "https://example.org/?to=http://example.com/",
                "hxxps[:]//example[.]org/?to=http[:]//example.com/",
            ),
        ] {
            assert_eq!(url(text), safe);
        }
        let domain = Thing {
            kind: Kind::Domain,
            value: "files.example.org".to_owned(),
        };
        assert_eq!(defanged(&domain), "files[.]example[.]org");
    }
}

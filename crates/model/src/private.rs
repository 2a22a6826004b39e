//! Personal data that masks itself.
//!
//! `Display` and `Debug` show only enough to tell two values apart in a report; the whole value
//! comes out through `expose()` alone, so that every place which shows it can be found by a search.
//! Serialisation writes the whole value: the store and the snapshot need it, logs never serialise.

use std::fmt;

use serde::{Deserialize, Serialize};

macro_rules! private {
    ($(#[$doc:meta])* $name:ident, $mask:ident) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, schemars::JsonSchema)]
        #[serde(transparent)]
        pub struct $name(String);

        impl $name {
            /// Wraps a value that belongs to a person.
            pub fn new(value: impl Into<String>) -> Self {
                Self(value.into())
            }

            /// The whole value. Never for a log.
            pub fn expose(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&$mask(&self.0))
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self)
            }
        }
    };
}

private!(
    /// An e-mail address; shown as `a…@example.org`.
    Email,
    mask_email
);
private!(
    /// A handle or user name; shown as `a…`.
    Handle,
    mask_word
);
private!(
    /// The name a person goes by; shown as `a…`.
    DisplayName,
    mask_word
);

/// Keeps the first character, which is enough to tell rows apart and not enough to name anyone.
fn mask_word(word: &str) -> String {
    word.chars()
        .next()
        .map_or_else(String::new, |first| format!("{first}…"))
}

fn mask_email(address: &str) -> String {
    match address.rsplit_once('@') {
        Some((local, domain)) => format!("{}@{domain}", mask_word(local)),
        None => mask_word(address),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_never_shows_itself_unasked() {
        let email = Email::new("ada.vance@example.org");
        assert_eq!(email.to_string(), "a…@example.org");
        assert_eq!(format!("{email:?}"), "Email(a…@example.org)");
        assert_eq!(email.expose(), "ada.vance@example.org");
        assert_eq!(
            format!("{:?}", Some(DisplayName::new("日本語"))),
            "Some(DisplayName(日…))"
        );
    }
}

//! MISP's warning lists as they are published: `list.json` with a name, a type, a list, and the attributes it is for.
//!
//! # Source
//! <https://github.com/MISP/misp-warninglists>, `schema.json`.

use serde::Deserialize;

use crate::kind::{Kind, Kinds};

/// A list.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(crate) struct List {
    pub(crate) name: String,
    #[serde(rename = "type")]
    pub(crate) kind: Compare,
    #[serde(rename = "list")]
    pub(crate) entries: Vec<String>,
    /// MISP's attribute types; all if there are none.
    #[serde(default)]
    pub(crate) matching_attributes: Vec<String>,
}

/// How a value is compared with a list's entries.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Compare {
    /// It is one.
    String,
    /// It contains one.
    Substring,
    /// Its host is one or lies below one.
    Hostname,
    /// Its address lies in one.
    Cidr,
    /// It fits one.
    Regex,
}

impl Compare {
    pub(crate) const ALL: [Self; 5] = [
        Self::String,
        Self::Substring,
        Self::Hostname,
        Self::Cidr,
        Self::Regex,
    ];

    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::String => "string",
            Self::Substring => "substring",
            Self::Hostname => "hostname",
            Self::Cidr => "cidr",
            Self::Regex => "regex",
        }
    }

    pub(crate) fn of(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text)
    }
}

impl List {
    /// The kinds of indicators that it is for.
    ///
    /// MISP has URLs and endpoints compared with lists of hosts only where the list says so. A person is asked
    /// once too often rather than once too rarely: theirs are compared with every list of hosts.
    pub(crate) fn kinds(&self) -> Kinds {
        let all = |kinds: &[Kind]| {
            kinds
                .iter()
                .fold(Kinds::default(), |all, kind| all.with(*kind))
        };
        if self.matching_attributes.is_empty() {
            return all(&Kind::ALL);
        }
        self.matching_attributes
            .iter()
            .fold(Kinds::default(), |kinds, attribute| {
                kinds.and(match attribute.as_str() {
                    "domain" | "hostname" => all(&[Kind::Domain, Kind::Endpoint, Kind::Url]),
                    "domain|ip" => all(&[
                        Kind::Domain,
                        Kind::Address,
                        Kind::Network,
                        Kind::Endpoint,
                        Kind::Url,
                    ]),
                    "ip-src" | "ip-dst" | "ip-src|port" | "ip-dst|port" | "hostname|port" => {
                        all(&[Kind::Address, Kind::Network, Kind::Endpoint, Kind::Url])
                    }
                    "url" | "uri" | "link" => all(&[Kind::Url, Kind::Path]),
                    other if other.contains("email") => all(&[Kind::Email]),
                    other if is_of_hashes(other) => all(&[Kind::Hash]),
                    _ => Kinds::default(),
                })
            })
    }
}

fn is_of_hashes(attribute: &str) -> bool {
    let hash = attribute.strip_prefix("filename|").unwrap_or(attribute);
    matches!(hash, "md5" | "sha1" | "sha256" | "sha512")
}

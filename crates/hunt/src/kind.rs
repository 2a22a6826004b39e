//! What sort of thing an indicator is.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// What sort of thing an indicator is. What counts as an occurrence of each is told in [`crate::scan`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// A name of the DNS, which stands for every name below it: STIX `domain-name`.
    Domain,
    /// An IPv4 or IPv6 address: STIX `ipv4-addr`, `ipv6-addr`.
    Address,
    /// A network in CIDR notation.
    Network,
    /// A name or an address with a port.
    Endpoint,
    /// A host, perhaps a port, a path and a query, whatever the scheme: STIX `url`.
    Url,
    /// The path of a URL on whatever host.
    Path,
    /// An MD5, SHA-1, SHA-256 or SHA-512 of a file, in hexadecimal: STIX `file:hashes`.
    Hash,
    /// A mailbox: STIX `email-addr`.
    Email,
    /// The name of an account, `@name` or `@name@host`: STIX `user-account`.
    Handle,
    /// Anything else, word for word. Only warning lists have such; it occurs in no log.
    Text,
}

impl Kind {
    /// Every kind, in the order of their numbers on disk.
    pub const ALL: [Self; 10] = [
        Self::Domain,
        Self::Address,
        Self::Network,
        Self::Endpoint,
        Self::Url,
        Self::Path,
        Self::Hash,
        Self::Email,
        Self::Handle,
        Self::Text,
    ];

    /// The word used in files, options and results.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Domain => "domain",
            Self::Address => "address",
            Self::Network => "network",
            Self::Endpoint => "endpoint",
            Self::Url => "url",
            Self::Path => "path",
            Self::Hash => "hash",
            Self::Email => "email",
            Self::Handle => "handle",
            Self::Text => "text",
        }
    }

    /// Its number on disk.
    pub(crate) fn number(self) -> u8 {
        self as u8
    }

    /// The kind with this number on disk.
    pub(crate) fn of_number(number: u8) -> Option<Self> {
        Self::ALL.get(usize::from(number)).copied()
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A word that is no kind of indicator.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "'{0}' is no kind of indicator: use domain, address, network, endpoint, url, path, hash, email or handle"
)]
pub struct UnknownKind(pub String);

impl FromStr for Kind {
    type Err = UnknownKind;

    fn from_str(text: &str) -> Result<Self, UnknownKind> {
        Self::ALL
            .into_iter()
            .find(|kind| kind.as_str() == text)
            .ok_or_else(|| UnknownKind(text.to_owned()))
    }
}

/// A few kinds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Kinds(u16);

impl Kinds {
    pub(crate) fn with(self, kind: Kind) -> Self {
        Self(self.0 | 1 << kind.number())
    }

    pub(crate) fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    pub(crate) fn has(self, kind: Kind) -> bool {
        self.0 & 1 << kind.number() != 0
    }

    pub(crate) fn bits(self) -> u16 {
        self.0
    }

    pub(crate) fn of_bits(bits: u16) -> Self {
        Self(bits)
    }
}

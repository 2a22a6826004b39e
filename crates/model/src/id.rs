//! Typed ids: a plan's id cannot be handed in where a case's is wanted.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// An id that was not of the expected form.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("'{given}' is not the id of a {kind}: expected {expected}")]
pub struct InvalidId {
    /// What kind of thing the id was to name.
    pub kind: &'static str,
    /// The form that is expected, for the reader of the message.
    pub expected: &'static str,
    /// What was given instead.
    pub given: String,
}

/// Defines an id that reads `<prefix>-<digits>`, numbered by the store.
macro_rules! numbered_id {
    ($(#[$doc:meta])* $name:ident, $prefix:literal, $kind:literal) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, schemars::JsonSchema)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(u64);

        impl $name {
            /// The id with this number.
            pub fn from_number(number: u64) -> Self {
                Self(number)
            }

            /// The number behind the prefix.
            pub fn number(self) -> u64 {
                self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!($prefix, "-{}"), self.0)
            }
        }

        impl FromStr for $name {
            type Err = InvalidId;

            fn from_str(text: &str) -> Result<Self, InvalidId> {
                text.strip_prefix(concat!($prefix, "-"))
                    .filter(|digits| digits.bytes().all(|byte| byte.is_ascii_digit()))
                    .and_then(|digits| digits.parse().ok())
                    // Databases count no further.
                    .filter(|number| i64::try_from(*number).is_ok())
                    .map(Self)
                    .ok_or_else(|| InvalidId {
                        kind: $kind,
                        expected: concat!("something like ", $prefix, "-7"),
                        given: text.to_owned(),
                    })
            }
        }

        impl TryFrom<String> for $name {
            type Error = InvalidId;

            fn try_from(text: String) -> Result<Self, InvalidId> {
                text.parse()
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> String {
                id.to_string()
            }
        }
    };
}

/// Defines an id that reads `<prefix>-<hex>`, where the hex is a digest of what the id names.
macro_rules! digest_id {
    ($(#[$doc:meta])* $name:ident, $prefix:literal, $length:literal, $kind:literal) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, schemars::JsonSchema)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// How many hexadecimal digits follow the prefix.
            pub const DIGITS: usize = $length;

            /// The id of the thing whose digest, in lower-case hexadecimal, starts like this.
            ///
            /// # Errors
            /// When the digest is shorter than [`Self::DIGITS`] or not lower-case hexadecimal.
            pub fn from_digest(digest: &str) -> Result<Self, InvalidId> {
                let head = digest.get(..Self::DIGITS).unwrap_or(digest);
                format!(concat!($prefix, "-{}"), head).parse()
            }

            /// The whole id, prefix and all.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl FromStr for $name {
            type Err = InvalidId;

            fn from_str(text: &str) -> Result<Self, InvalidId> {
                let well_formed = text.strip_prefix(concat!($prefix, "-")).is_some_and(|digits| {
                    digits.len() == Self::DIGITS
                        && digits.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
                });
                if well_formed {
                    Ok(Self(text.to_owned()))
                } else {
                    Err(InvalidId {
                        kind: $kind,
                        expected: concat!($prefix, "- and ", $length, " hexadecimal digits"),
                        given: text.to_owned(),
                    })
                }
            }
        }

        impl TryFrom<String> for $name {
            type Error = InvalidId;

            fn try_from(text: String) -> Result<Self, InvalidId> {
                text.parse()
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> String {
                id.0
            }
        }
    };
}

numbered_id!(
    /// An appeal against a takedown, `ap-7`.
    AppealId, "ap", "appeal"
);
numbered_id!(
    /// A case, `case-7`.
    CaseId, "case", "case"
);
numbered_id!(
    /// A takedown plan, `tp-7`.
    PlanId, "tp", "takedown plan"
);
numbered_id!(
    /// A notice list, `nl-7`.
    NoticeListId, "nl", "notice list"
);
digest_id!(
    /// A snapshot, named by the hash of its content: the same input gives the same id.
    SnapshotId, "sn", 16, "snapshot"
);
digest_id!(
    /// A finding, named by the hash of its snapshot, detector and members.
    FindingId, "fd", 10, "finding"
);

/// An account's id on its platform, exactly as the platform writes it.
///
/// It is an identifier, not a name to show: a hostile one may carry anything, so whoever prints it
/// for people goes through the binary's printer, which makes control characters harmless.
#[derive(
    Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, schemars::JsonSchema,
)]
#[serde(transparent)]
pub struct AccountId(String);

impl AccountId {
    /// The account that the platform calls this.
    pub fn new(id: impl Into<String>) -> Self {
        Self(id.into())
    }

    /// The id as the platform writes it.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for AccountId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<&str> for AccountId {
    fn from(id: &str) -> Self {
        Self(id.to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_read_back_as_they_are_written() {
        assert_eq!("tp-7".parse::<PlanId>().unwrap().to_string(), "tp-7");
        assert_eq!(
            "sn-0123456789abcdef"
                .parse::<SnapshotId>()
                .unwrap()
                .as_str(),
            "sn-0123456789abcdef"
        );
    }

    #[test]
    fn an_id_of_another_kind_is_refused_with_an_example() {
        let error = "case-7".parse::<PlanId>().unwrap_err();
        assert_eq!(
            error.to_string(),
            "'case-7' is not the id of a takedown plan: expected something like tp-7"
        );
        assert!("tp-".parse::<PlanId>().is_err());
        assert!("tp-+7".parse::<PlanId>().is_err());
        assert!("fd-0123".parse::<FindingId>().is_err());
        assert!("fd-01234567zz".parse::<FindingId>().is_err());
    }
}

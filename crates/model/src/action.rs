//! One row of the canonical `actions` table, and the vocabulary of verbs.

use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{AccountId, Layer};

/// Something an account did.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Action {
    /// Who did it.
    pub account: AccountId,
    /// What was done.
    pub verb: Verb,
    /// The account it was done to, if any. It need not be in the snapshot.
    pub target: Option<AccountId>,
    /// The thing it was done with, if any: a URL, a file's hash, a post's id, a hashtag.
    pub object: Option<String>,
    /// What kind of thing `object` is, when the verb does not already say so.
    pub layer: Option<Layer>,
    /// When, UTC in microseconds. `None` where the source keeps no times: such rows count in
    /// layers without a window only.
    pub at: Option<Timestamp>,
    /// The network address it came from, as the platform recorded it.
    pub ip: Option<String>,
    /// The device or installation it came from, as the platform names devices.
    pub device: Option<String>,
    /// What the client called itself.
    pub user_agent: Option<String>,
    /// The words that went with it. Absent where only metadata may be read.
    pub text: Option<String>,
    /// How many times it happened, when the source had already added rows up. At least 1.
    pub count: u32,
}

impl Action {
    /// An action with nothing known but who, what and when.
    pub fn new(account: AccountId, verb: Verb, at: Option<Timestamp>) -> Self {
        Self {
            account,
            verb,
            target: None,
            object: None,
            layer: None,
            at,
            ip: None,
            device: None,
            user_agent: None,
            text: None,
            count: 1,
        }
    }
}

/// A word that is none of the verbs.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("'{0}' is not a verb: use {list}", list = Verb::list())]
pub struct UnknownVerb(pub String);

macro_rules! verbs {
    ($($(#[$doc:meta])* $variant:ident = $word:literal,)+) => {
        /// What an account can do.
        ///
        /// The vocabulary is closed so that detectors can rely on what a word means, and is extended
        /// here, in one place. A row that fits none of them is `act`, with `layer` saying what its
        /// object is: it still leaves a trace.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, schemars::JsonSchema)]
        #[serde(rename_all = "kebab-case")]
        pub enum Verb {
            $($(#[$doc])* $variant,)+
        }

        impl Verb {
            /// Every verb, in the order in which they are defined.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];

            /// The word used in tables and files.
            pub fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $word,)+
                }
            }
        }

        impl FromStr for Verb {
            type Err = UnknownVerb;

            fn from_str(text: &str) -> Result<Self, UnknownVerb> {
                match text {
                    $($word => Ok(Self::$variant),)+
                    _ => Err(UnknownVerb(text.to_owned())),
                }
            }
        }
    };
}

verbs! {
    /// The account was made.
    Register = "register",
    /// Someone signed in to the account.
    SignIn = "sign-in",
    /// Looked at `target`'s profile.
    ViewProfile = "view-profile",
    /// Asked `target` to connect (friend request, invitation).
    RequestContact = "request-contact",
    /// Said yes to `target`'s request.
    AcceptContact = "accept-contact",
    /// Said no to `target`'s request.
    DeclineContact = "decline-contact",
    /// Wrote to `target`.
    Message = "message",
    /// Answered a message of `target`.
    Reply = "reply",
    /// Gave `target` (or everyone) the link `object`.
    ShareLink = "share-link",
    /// Gave `target` (or everyone) the file `object`.
    ShareFile = "share-file",
    /// Followed the link `object` that `target` had shared.
    ClickLink = "click-link",
    /// Opened the file `object` that `target` had shared.
    OpenFile = "open-file",
    /// Published `object`.
    Post = "post",
    /// Reacted to `object`, by `target`.
    React = "react",
    /// Began to follow `target`.
    Follow = "follow",
    /// Reported `target` as abusive.
    ReportAbuse = "report-abuse",
    /// Sent money or another asset to `target`.
    Transfer = "transfer",
    /// Did something that none of the other verbs means; `layer` says with what.
    Act = "act",
}

impl Verb {
    fn list() -> String {
        Self::ALL
            .iter()
            .map(|verb| verb.as_str())
            .collect::<Vec<_>>()
            .join(", ")
    }
}

impl fmt::Display for Verb {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_verb_reads_back_from_its_word() {
        for verb in Verb::ALL {
            assert_eq!(verb.as_str().parse::<Verb>().unwrap(), *verb);
            assert_eq!(serde_json::to_string(verb).unwrap(), format!("\"{verb}\""));
        }
        assert!(
            "poke"
                .parse::<Verb>()
                .unwrap_err()
                .to_string()
                .contains("sign-in")
        );
    }
}

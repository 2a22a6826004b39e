//! What kind of thing accounts share.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A word that cannot name a layer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("'{0}' is not a layer: use {list}, or a name of your own that starts with 'x-'", list = Layer::list())]
pub struct UnknownLayer(pub String);

macro_rules! layers {
    ($($(#[$doc:meta])* $variant:ident = $word:literal,)+) => {
        /// What kind of thing the object of a trace is. A new signal is a new layer, never a new
        /// engine; a platform's own signals are named `x-…`.
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, schemars::JsonSchema)]
        #[serde(try_from = "String", into = "String")]
        pub enum Layer {
            $($(#[$doc])* $variant,)+
            /// A layer of the user's own, named `x-…` by a mapping file.
            Custom(CustomLayer),
        }

        impl Layer {
            /// The layers that Avert knows by name.
            pub const KNOWN: &'static [Self] = &[$(Self::$variant,)+];

            /// The word used in tables, files and settings.
            pub fn as_str(&self) -> &str {
                match self {
                    $(Self::$variant => $word,)+
                    Self::Custom(name) => &name.0,
                }
            }
        }

        impl FromStr for Layer {
            type Err = UnknownLayer;

            fn from_str(text: &str) -> Result<Self, UnknownLayer> {
                match text {
                    $($word => Ok(Self::$variant),)+
                    _ if CustomLayer::is_well_formed(text) => Ok(Self::Custom(CustomLayer(text.to_owned()))),
                    _ => Err(UnknownLayer(text.to_owned())),
                }
            }
        }
    };
}

layers! {
    /// The person that was approached.
    ContactedPerson = "contacted-person",
    /// A network address.
    Ip = "ip",
    /// A machine or installation.
    Device = "device",
    /// A profile picture, by perceptual hash.
    Avatar = "avatar",
    /// A run of words that recurs in texts.
    Phrase = "phrase",
    /// The pattern behind e-mail addresses (`anna.k.1987` and `anna.k.1988`).
    EmailStem = "email-stem",
    /// A URL.
    Link = "link",
    /// A file, by hash or media id.
    File = "file",
    /// Something reposted: a post, a retweet, an image.
    SharedContent = "shared-content",
    /// A hashtag.
    Hashtag = "hashtag",
    /// A web domain.
    Domain = "domain",
    /// The account that vouched for this one.
    Referee = "referee",
    /// A counterparty of transfers.
    Money = "money",
    /// The time of registration: accounts made in one sitting.
    Registration = "registration",
    /// How much an account does: as many payments made and received.
    Activity = "activity",
}

/// The name of a layer that a mapping file introduced: `x-` and lower-case letters, digits, hyphens.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CustomLayer(String);

impl CustomLayer {
    fn is_well_formed(text: &str) -> bool {
        text.strip_prefix("x-").is_some_and(|rest| {
            !rest.is_empty()
                && rest.len() <= 40
                && rest
                    .bytes()
                    .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
        })
    }
}

impl Layer {
    fn list() -> String {
        Self::KNOWN
            .iter()
            .map(Self::as_str)
            .collect::<Vec<_>>()
            .join(", ")
    }
}

impl fmt::Display for Layer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl TryFrom<String> for Layer {
    type Error = UnknownLayer;

    fn try_from(text: String) -> Result<Self, UnknownLayer> {
        text.parse()
    }
}

impl From<Layer> for String {
    fn from(layer: Layer) -> String {
        layer.as_str().to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_and_custom_layers_read_back_from_their_words() {
        for layer in Layer::KNOWN {
            assert_eq!(&layer.as_str().parse::<Layer>().unwrap(), layer);
        }
        assert_eq!(
            "x-order-book".parse::<Layer>().unwrap().to_string(),
            "x-order-book"
        );
        assert!("x-".parse::<Layer>().is_err());
        assert!("ipaddress".parse::<Layer>().is_err());
    }
}

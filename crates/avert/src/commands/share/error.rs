//! How `avert share` fails.

use avert_model::{Explain, Outcome};

/// Why something was not shared.
#[derive(Debug, thiserror::Error)]
pub(super) enum ShareError {
    #[error("avert.toml has no collection '{0}'")]
    NoCollection(String),
    #[error("avert.toml has no partner '{0}'")]
    NoPartner(String),
    #[error("'{0}' is no case, and no id of an object that is here")]
    Unknown(String),
    #[error("{0} came from somebody else, who decides on what terms it is told")]
    NotOurs(String),
}

impl Explain for ShareError {
    fn code(&self) -> &'static str {
        match self {
            Self::NoCollection(_) => "share/no-collection",
            Self::NoPartner(_) => "share/no-partner",
            Self::Unknown(_) => "share/unknown",
            Self::NotOurs(_) => "share/not-ours",
        }
    }

    fn hint(&self) -> Option<String> {
        Some(match self {
            Self::NoCollection(name) => format!("describe it under [sharing.collection.{name}]"),
            Self::NoPartner(name) => format!("describe it under [sharing.partner.{name}]"),
            Self::Unknown(_) => "look for it with `avert intel search TEXT`".into(),
            Self::NotOurs(_) => "put it without --until, --after and --to, or ask them".into(),
        })
    }

    fn outcome(&self) -> Outcome {
        Outcome::Refused
    }
}

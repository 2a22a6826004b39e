//! How `avert intel` fails.

use avert_model::{Explain, Outcome};

/// Why intelligence could not be taken in, shown or given out.
#[derive(Debug, thiserror::Error)]
pub(super) enum IntelError {
    #[error("there is no object {0} here")]
    Unknown(String),
    #[error("{wanted} is {many} objects here")]
    Several {
        wanted: String,
        many: usize,
        some: String,
    },
    #[error("avert.toml has no partner '{0}'")]
    NoPartner(String),
    #[error("{address} cannot be read")]
    Unreachable {
        address: String,
        #[source]
        source: Box<ureq::Error>,
    },
    #[error("{address} answered with status {status}")]
    Status { address: String, status: u16 },
}

impl Explain for IntelError {
    fn code(&self) -> &'static str {
        match self {
            Self::Unknown(_) => "intel/unknown",
            Self::Several { .. } => "intel/several",
            Self::NoPartner(_) => "intel/no-partner",
            Self::Unreachable { .. } => "intel/unreachable",
            Self::Status { .. } => "intel/status",
        }
    }

    fn hint(&self) -> Option<String> {
        Some(
            match self {
                Self::Several { some, .. } => return Some(format!("name one by its id: {some}")),
                Self::Unknown(_) => "look for it with `avert intel search TEXT`",
                Self::NoPartner(_) => "describe it under [sharing.partner.NAME]",
                Self::Unreachable { .. } => "is the address right, and the server running?",
                Self::Status { .. } => "is the address right, and may everybody read it?",
            }
            .into(),
        )
    }

    fn outcome(&self) -> Outcome {
        match self {
            Self::Unknown(_) | Self::Several { .. } | Self::NoPartner(_) => Outcome::Refused,
            Self::Unreachable { .. } | Self::Status { .. } => Outcome::NothingChanged,
        }
    }
}

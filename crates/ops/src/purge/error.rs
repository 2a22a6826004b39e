//! Why a case was not purged.

use avert_model::{CaseId, Explain, Outcome, Timestamp};

use crate::cases::CaseError;
use crate::findings::FindingError;
use crate::people::PeopleError;
use crate::store::StoreError;

/// Why a case was not purged. Nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum PurgeError {
    /// It is still worked on.
    #[error("{0} is open: only what is over can be forgotten")]
    Open(CaseId),
    /// People may still appeal.
    #[error("{id} has to be kept until {until}")]
    TooEarly {
        /// The case.
        id: CaseId,
        /// Until when.
        until: Timestamp,
    },
    /// Somebody's appeal is not decided, or they do not know the outcome.
    #[error(
        "{0} has appeals that nobody has decided, or whose outcome nobody was told for certain"
    )]
    OpenAppeals(CaseId),
    /// The person may not.
    #[error(transparent)]
    People(#[from] PeopleError),
    /// The case cannot be used.
    #[error(transparent)]
    Case(#[from] CaseError),
    /// A finding is missing.
    #[error(transparent)]
    Finding(#[from] FindingError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Explain for PurgeError {
    fn code(&self) -> &'static str {
        match self {
            Self::Open(_) => "purge/open",
            Self::TooEarly { .. } => "purge/too-early",
            Self::OpenAppeals(_) => "purge/open-appeals",
            Self::People(error) => error.code(),
            Self::Case(error) => error.code(),
            Self::Finding(error) => error.code(),
            Self::Store(error) => error.code(),
        }
    }

    fn hint(&self) -> Option<String> {
        match self {
            Self::Open(id) => Some(format!("close it first: `avert --as INVESTIGATOR case close {id} --reason …`")),
            Self::TooEarly { .. } => Some("`[purge] days` in avert.toml says how long".into()),
            Self::OpenAppeals(_) => Some(
                "`avert appeal list` has them; `appeal tell` tells an outcome, and `appeal resolve … arrived` \
                 says that the person knows it otherwise"
                    .into(),
            ),
            Self::People(error) => error.hint(),
            Self::Case(error) => error.hint(),
            Self::Finding(error) => error.hint(),
            Self::Store(error) => error.hint(),
        }
    }

    fn outcome(&self) -> Outcome {
        match self {
            Self::Open(_) | Self::TooEarly { .. } | Self::OpenAppeals(_) => Outcome::Refused,
            Self::People(error) => error.outcome(),
            Self::Case(error) => error.outcome(),
            Self::Finding(error) => error.outcome(),
            Self::Store(error) => error.outcome(),
        }
    }
}

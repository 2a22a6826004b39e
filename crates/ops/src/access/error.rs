//! Why somebody could not show who they are, or be let in.

use avert_model::{Explain, Outcome};

use crate::people::PeopleError;
use crate::store::StoreError;

/// Why access could not be given or taken. Nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum AccessError {
    /// The link was used, has run out, or never was.
    #[error("this link is used up or never was")]
    NoInvitation,
    /// Nobody could be let in to begin with.
    #[error("nobody in the configuration has the role operator, and somebody has to let people in")]
    NoOperator,
    /// Nobody is called so, in the configuration or in a browser.
    #[error("nobody here is called {0}")]
    NoPerson(String),
    /// There is no token of this number.
    #[error("there is no token {0} here")]
    NoToken(u64),
    /// It belongs to somebody else.
    #[error("token {id} belongs to {owner}")]
    NotTheirs {
        /// The token.
        id: u64,
        /// Whose it is.
        owner: String,
    },
    /// A name says what a token is for.
    #[error("a token needs a name")]
    NoName,
    /// A token that may do nothing is of no use.
    #[error("a token needs at least one scope")]
    NoScope,
    /// The person may not.
    #[error(transparent)]
    People(#[from] PeopleError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Explain for AccessError {
    fn code(&self) -> &'static str {
        match self {
            Self::NoInvitation => "access/no-invitation",
            Self::NoOperator => "access/no-operator",
            Self::NoPerson(_) => "access/no-person",
            Self::NoToken(_) => "access/no-token",
            Self::NotTheirs { .. } => "access/not-theirs",
            Self::NoName => "access/no-name",
            Self::NoScope => "access/no-scope",
            Self::People(error) => error.code(),
            Self::Store(error) => error.code(),
        }
    }

    fn hint(&self) -> Option<String> {
        Some(match self {
            Self::NoInvitation => "ask an operator for a new one".into(),
            Self::NoOperator => {
                "give somebody under [people] in avert.toml the role \"operator\"".into()
            }
            Self::NoPerson(_) => "the names stand under [people] in avert.toml".into(),
            Self::NoToken(_) => "the settings list the tokens there are".into(),
            Self::NotTheirs { .. } => "its owner or an operator can revoke it".into(),
            Self::NoName => "say what the token is for".into(),
            Self::NoScope => "name one of: read, write, appeals, metrics".into(),
            Self::People(error) => return error.hint(),
            Self::Store(error) => return error.hint(),
        })
    }

    fn outcome(&self) -> Outcome {
        match self {
            Self::NotTheirs { .. } => Outcome::Refused,
            Self::People(error) => error.outcome(),
            Self::Store(error) => error.outcome(),
            _ => Outcome::NothingChanged,
        }
    }
}

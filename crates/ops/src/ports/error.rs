//! A request to the outside that failed: what came back, and whether it may have had an effect.

use std::time::Duration;

/// A request to the outside that failed.
#[derive(Debug, thiserror::Error)]
#[error("{request} {kind}")]
pub struct PortError {
    /// The request, without secrets or personal data: `PUT http://…/v2/users/…`.
    pub request: String,
    /// What came back.
    pub kind: PortErrorKind,
    /// Whether it may have had an effect.
    pub effect: Effect,
}

/// Whether a failed request may have changed something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    /// Certainly not.
    None,
    /// Possibly: it went out and no answer told.
    Unknown,
}

/// What came back for a request that failed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PortErrorKind {
    /// 401 or 403: the token is missing, wrong, or not an administrator's.
    #[error("was refused: {0}")]
    Unauthorized(String),
    /// 404: no such account (or no such interface).
    #[error("found nothing there: {0}")]
    NotFound(String),
    /// 429 for longer than the connector was ready to wait.
    #[error("was told to slow down{}", .retry_after.map(|wait| format!(" and come back in {} s", wait.as_secs())).unwrap_or_default())]
    RateLimited {
        /// How long the platform asked to wait.
        retry_after: Option<Duration>,
    },
    /// 5xx, after the connector's own retries.
    #[error("failed on the platform's side with status {status}: {detail}")]
    Server {
        /// The HTTP or SMTP status.
        status: u16,
        /// The start of what the platform said.
        detail: String,
    },
    /// No connection, or no answer in time.
    #[error("got no answer: {0}")]
    Unreachable(String),
    /// It failed on this machine, before anything went out.
    #[error("failed here: {0}")]
    Local(String),
    /// An answer that makes no sense.
    #[error("got an answer that could not be understood: {0}")]
    Protocol(String),
}

impl PortErrorKind {
    /// Whether it says something of the platform or channel rather than of one account or person.
    pub(crate) fn concerns_all(&self) -> bool {
        matches!(
            self,
            Self::Unauthorized(_)
                | Self::RateLimited { .. }
                | Self::Unreachable(_)
                | Self::Local(_)
        )
    }

    /// Whether the same request may go through later without anybody changing anything.
    pub fn is_passing(&self) -> bool {
        matches!(
            self,
            Self::RateLimited { .. } | Self::Server { .. } | Self::Unreachable(_)
        )
    }
}

/// What a reader of the error can do about it.
pub fn hint(error: &PortError) -> String {
    match &error.kind {
        PortErrorKind::Unauthorized(_) => {
            "is the token in the configuration an administrator's, and still valid?"
        }
        PortErrorKind::NotFound(_) => "is the address in the configuration the platform's?",
        PortErrorKind::RateLimited { .. } => "wait as long as the platform asked, then try again",
        PortErrorKind::Server { .. } => {
            "the platform's own log says why; try again when it is well"
        }
        PortErrorKind::Unreachable(_) => "is the platform running, and the address right?",
        PortErrorKind::Local(_) => "is there room, and may you write there?",
        PortErrorKind::Protocol(_) => {
            "is something else answering at that address, a proxy for instance?"
        }
    }
    .to_owned()
}

//! Why something was not done, in TAXII's words.

use avert_exchange::taxii::{ErrorMessage, MEDIA_TYPE};
use avert_model::Explain;
use axum::http::{StatusCode, header};

use crate::failure::Failure;
use crate::serve::problem::Problem;
use crate::serve::reply::Reply;

/// A request that was not done.
#[derive(Debug)]
pub(super) struct Refused {
    pub(super) status: u16,
    pub(super) code: String,
    pub(super) title: String,
    hint: Option<String>,
    retry_after: Option<u64>,
}

impl Refused {
    pub(super) fn new(status: u16, code: &str, title: impl Into<String>) -> Self {
        Self {
            status,
            code: code.to_owned(),
            title: title.into(),
            hint: None,
            retry_after: None,
        }
    }

    /// With what to do.
    pub(super) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// With when to come again, in seconds.
    pub(super) fn retry_after(mut self, seconds: u64) -> Self {
        self.retry_after = Some(seconds);
        self
    }

    pub(super) fn nowhere() -> Self {
        Self::new(404, "taxii/nowhere", "there is nothing at this address")
            .hint("begin at /taxii2/, which names everything")
    }

    pub(super) fn reply(self) -> Reply {
        let message = ErrorMessage {
            title: self.title,
            description: self.hint,
            error_code: Some(self.code),
            http_status: Some(self.status.to_string()),
        };
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let text = serde_json::to_vec(&message).expect("a message has string keys");
        let mut reply = Reply::document(status, MEDIA_TYPE, text);
        if self.status == 401 {
            for scheme in [
                "Basic realm=\"taxii\", charset=\"UTF-8\"",
                "Bearer realm=\"taxii\"",
            ] {
                reply = reply.with(header::WWW_AUTHENTICATE, scheme);
            }
        }
        match self.retry_after {
            Some(seconds) => reply.with(header::RETRY_AFTER, &seconds.to_string()),
            None => reply,
        }
    }
}

/// What is wrong inside is for our own log: a partner is told that something is.
impl From<Failure> for Refused {
    fn from(failure: Failure) -> Self {
        let problem = Problem::from(failure);
        Self::from(problem)
    }
}

impl From<Problem> for Refused {
    fn from(problem: Problem) -> Self {
        let mut refused = Self::new(problem.status, &problem.code, &*problem.title);
        refused.retry_after = problem.retry_after;
        refused
    }
}

impl<E: Explain + Send + Sync + 'static> From<E> for Refused {
    fn from(error: E) -> Self {
        Failure::from(error).into()
    }
}

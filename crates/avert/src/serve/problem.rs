//! What a request that failed is answered with: a problem (RFC 9457) that says what happened, whether
//! anything changed, and what to do next.

use avert_model::{Explain, Outcome};
use schemars::JsonSchema;
use serde::Serialize;

use crate::failure::Failure;

/// Why a request was not done.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[serde(transparent)]
pub(crate) struct Problem(Box<Details>);

/// What a problem says.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub(crate) struct Details {
    /// `about:blank`: the code says more than an address would.
    #[serde(rename = "type")]
    kind: &'static str,
    /// What happened, in one line.
    pub(super) title: String,
    /// The status of the answer.
    pub(super) status: u16,
    /// A stable code, for software.
    pub(super) code: String,
    /// What happened and everything that caused it, outermost first.
    pub(super) detail: String,
    /// What to do, in plain words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) hint: Option<String>,
    /// How the world was left.
    changed: Changed,
    /// The command that goes on from where it stopped.
    #[serde(skip_serializing_if = "Option::is_none")]
    resume: Option<String>,
    /// After how many seconds it may go better.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) retry_after: Option<u64>,
}

/// How the world was left.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
enum Changed {
    /// The answer is no, and nothing was changed.
    Refused,
    /// Nothing was changed.
    Nothing,
    /// It stopped part-way.
    PartWay,
}

impl Problem {
    /// A problem of the request itself.
    pub(super) fn new(status: u16, code: &str, title: impl Into<String>) -> Self {
        let title = title.into();
        Self(Box::new(Details {
            kind: "about:blank",
            detail: title.clone(),
            title,
            status,
            code: code.to_owned(),
            hint: None,
            changed: Changed::Nothing,
            resume: None,
            retry_after: None,
        }))
    }

    /// With what to do.
    pub(super) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.0.hint = Some(hint.into());
        self
    }

    /// With when to come again.
    pub(super) fn retry_after(mut self, seconds: u64) -> Self {
        self.0.retry_after = Some(seconds);
        self
    }

    /// Nothing is there.
    pub(super) fn not_found(what: impl Into<String>) -> Self {
        Self::new(404, "request/not-found", what)
    }

    /// The request cannot be understood.
    pub(super) fn unclear(why: impl Into<String>) -> Self {
        Self::new(422, "request/unclear", why)
    }
}

impl std::ops::Deref for Problem {
    type Target = Details;

    fn deref(&self) -> &Details {
        &self.0
    }
}

impl From<Failure> for Problem {
    fn from(failure: Failure) -> Self {
        let mut chain: Vec<String> = failure.chain().collect();
        chain.dedup();
        let (changed, resume) = match &failure.outcome {
            Outcome::Refused => (Changed::Refused, None),
            Outcome::NothingChanged => (Changed::Nothing, None),
            Outcome::PartWay { resume } => (Changed::PartWay, Some(resume.clone())),
        };
        Self(Box::new(Details {
            kind: "about:blank",
            title: chain.first().cloned().unwrap_or_default(),
            status: status(failure.code, changed),
            code: failure.code.to_owned(),
            detail: chain.join(": "),
            hint: failure.hint,
            changed,
            resume,
            retry_after: None,
        }))
    }
}

impl<E: Explain + Send + Sync + 'static> From<E> for Problem {
    fn from(error: E) -> Self {
        Failure::from(error).into()
    }
}

/// The status that says of an error what HTTP can say of it.
fn status(code: &str, changed: Changed) -> u16 {
    match code {
        "people/role-missing" | "people/unknown" | "people/nobody" | "access/not-theirs" => 403,
        "access/no-invitation" | "access/no-person" | "access/no-token" => 404,
        "store/busy" => 503,
        _ if code.starts_with("store/") => 500,
        _ if code.ends_with("/unknown") => 404,
        _ if code.starts_with("config/") => 409,
        _ if changed == Changed::Nothing => 422,
        _ => 409,
    }
}

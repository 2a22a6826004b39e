//! Why somebody was not signed in: a code, what to do, and nothing that a stranger sent or that is about
//! others.

use axum::http::StatusCode;

use super::keys::Unsigned;
use super::settings::Claim;
use crate::failure::Failure;
use crate::serve::problem::Problem;
use crate::serve::reply::Reply;

/// Why a token says nothing here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(super) enum Fault {
    #[error("{0}")]
    Unsigned(Unsigned),
    #[error("it does not say what it has to")]
    Incomplete,
    #[error("it comes from another provider")]
    Issuer,
    #[error("it is meant for somebody else")]
    Audience,
    #[error("it belongs to another sign-in")]
    Nonce,
    #[error("it is of another time: too old, or not good yet")]
    Time,
    #[error("it and what else the provider says are about two people")]
    Subject,
}

impl Fault {
    fn code(self) -> &'static str {
        match self {
            Self::Unsigned(Unsigned::Algorithm) => "oidc/algorithm",
            Self::Unsigned(Unsigned::UnknownKey) => "oidc/unknown-key",
            Self::Unsigned(_) => "oidc/signature",
            Self::Incomplete => "oidc/incomplete",
            Self::Issuer => "oidc/issuer",
            Self::Audience => "oidc/audience",
            Self::Nonce => "oidc/nonce",
            Self::Time => "oidc/time",
            Self::Subject => "oidc/subject",
        }
    }

    /// What an operator can do.
    fn remedy(self) -> &'static str {
        match self {
            Self::Unsigned(Unsigned::Algorithm) => {
                "have the provider sign ID tokens with RS256, ES256 or EdDSA"
            }
            Self::Issuer => {
                "mend issuer under [serve.oidc]: exactly what the provider calls itself"
            }
            Self::Audience => "mend client_id under [serve.oidc]",
            Self::Time => "look at the clocks of this machine and of the provider",
            _ => "try again; if it stays so, ask whoever keeps the provider",
        }
    }
}

/// Why somebody was not signed in.
#[derive(Debug)]
pub(super) enum Refused {
    /// No provider is configured.
    Off,
    /// Many are signing in right now.
    Busy,
    /// It was not begun here, came back already, or took too long.
    State,
    /// The provider said no, or the person did.
    Denied,
    /// The provider could not be asked, with what went wrong, in our words.
    Provider(String),
    /// The provider's word does not hold.
    Token(Fault),
    /// The provider has not made sure that the address is theirs.
    Unverified,
    /// The provider does not say who it is.
    Unnamed(Claim),
    /// Nobody of the configuration.
    Nobody,
    /// Something of ours.
    Own(Problem),
}

impl From<Fault> for Refused {
    fn from(fault: Fault) -> Self {
        Self::Token(fault)
    }
}

impl From<Problem> for Refused {
    fn from(problem: Problem) -> Self {
        Self::Own(problem)
    }
}

impl From<Failure> for Refused {
    fn from(failure: Failure) -> Self {
        Self::Own(failure.into())
    }
}

impl Refused {
    /// What the log says, where there is something that an operator can do; nobody's name or address.
    pub(super) fn note(&self) -> Option<String> {
        let why = match self {
            Self::Provider(why) => why.clone(),
            Self::Token(fault) => {
                format!("the ID token was refused: {fault}; {}", fault.remedy())
            }
            Self::Unverified => "the provider does not say that the address is verified; \
                 have it do so, or choose another claim under [serve.oidc]"
                .into(),
            Self::Unnamed(claim) => format!(
                "the provider does not say {}; have it do so, or choose another claim under [serve.oidc]",
                claim.name()
            ),
            Self::Nobody => "somebody whom the provider knows has no line of theirs: \
                 oidc = \"…\" under [people]"
                .into(),
            Self::Own(problem) if problem.status >= 500 => problem.detail.clone(),
            Self::Off | Self::Busy | Self::State | Self::Denied | Self::Own(_) => return None,
        };
        Some(why)
    }

    /// What whoever tried is told.
    pub(super) fn problem(self) -> Problem {
        let (status, code, title, hint) = match self {
            Self::Off => (
                404,
                "oidc/off",
                "no identity provider is set up here",
                "an operator sets one up under [serve.oidc] in avert.toml",
            ),
            Self::Busy => {
                let problem = Problem::new(503, "oidc/busy", "too many people are signing in");
                return problem.hint("try again in a moment").retry_after(5);
            }
            Self::State => (
                400,
                "oidc/state",
                "this sign-in was not begun in this browser, is over, or took longer than ten minutes",
                "go back to the console, at the address that everybody uses, and sign in again",
            ),
            Self::Denied => (
                403,
                "oidc/denied",
                "the identity provider did not sign you in",
                "try again; if it refuses you, ask whoever keeps it to let you use Avert",
            ),
            Self::Provider(_) => (
                502,
                "oidc/provider",
                "the identity provider cannot be asked, or answers otherwise than it should",
                "try again in a moment; an operator finds in the server's log what happened",
            ),
            Self::Token(fault) => (
                502,
                fault.code(),
                "the identity provider's word for you does not hold",
                "try again; if it stays so, an operator finds in the server's log what to do",
            ),
            Self::Unverified => (
                403,
                "oidc/unverified",
                "the identity provider has not made sure that your mail address is yours",
                "confirm your address there, and sign in again",
            ),
            Self::Unnamed(_) => (
                502,
                "oidc/unnamed",
                "the identity provider does not say who you are in the way this Avert asks for",
                "tell an operator: the server's log says what is missing",
            ),
            Self::Nobody => (
                403,
                "oidc/nobody",
                "the identity provider knows you, and this Avert does not",
                "ask an operator to write down under your name in avert.toml how the provider knows you",
            ),
            Self::Own(problem) => return problem,
        };
        Problem::new(status, code, title).hint(hint)
    }
}

/// A page that says it. A browser comes here by itself, so it is shown no JSON.
pub(super) fn page(problem: &Problem) -> Reply {
    // Of what failed within, only the code: the rest is for the log.
    let title = if problem.status == 500 {
        "something failed here"
    } else {
        &problem.title
    };
    let hint = problem.hint.as_deref().unwrap_or("try again in a moment");
    let text = format!(
        "<!doctype html>\n<html lang=\"en\"><meta charset=\"utf-8\"><title>Not signed in – Avert</title>\n\
         <h1>You are not signed in</h1>\n<p>{}.</p>\n<p>What to do: {}.</p>\n\
         <p>Code: <code>{}</code></p>\n<p><a href=\"/\">Back to the console</a></p>\n</html>\n",
        escaped(&capital(title)),
        escaped(hint),
        escaped(&problem.code),
    );
    let status = StatusCode::from_u16(problem.status);
    let status = status.unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let reply = Reply::document(status, "text/html; charset=utf-8", text.into_bytes());
    match problem.retry_after {
        Some(seconds) => reply.with(axum::http::header::RETRY_AFTER, &seconds.to_string()),
        None => reply,
    }
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters.next().map(char::to_uppercase);
    first.into_iter().flatten().chain(letters).collect()
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_says_what_happened_what_to_do_and_the_code() {
        let page = page(&Refused::Nobody.problem());
        let text = String::from_utf8(page.body).unwrap();
        for part in [
            "The identity provider knows you",
            "ask an operator",
            "oidc/nobody",
        ] {
            assert!(text.contains(part), "{text}");
        }
        assert_eq!(page.status, 403);
    }

    #[test]
    fn what_failed_within_is_for_the_log() {
        let own = Problem::new(
            500,
            "store/broken",
            "cannot read <secret> of db.example.org",
        );
        let text = String::from_utf8(page(&own).body).unwrap();
        assert!(
            !text.contains("secret") && text.contains("store/broken"),
            "{text}"
        );
        let own = Problem::new(409, "config/x", "a <b> & \"c\"");
        let text = String::from_utf8(page(&own).body).unwrap();
        assert!(text.contains("A &lt;b&gt; &amp; &quot;c&quot;."), "{text}");
    }
}

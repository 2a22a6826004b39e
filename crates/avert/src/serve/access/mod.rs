//! How a request shows in whose name it comes.

pub(super) mod challenges;
pub(super) mod cookie;
pub(super) mod password;
pub(super) mod throttle;

use std::fmt;

use avert_model::Clock as _;
use avert_ops::access::{self, Proof, Scope};
use axum::http::{HeaderMap, Method, header};

use super::call::{Caller, not_signed_in};
use super::problem::Problem;
use super::routes::Access;
use super::server::Server;
use crate::clock::SystemClock;

/// The header in which a page of ours says what no other page can know.
pub(super) const CSRF_HEADER: &str = "x-avert-csrf";

/// What a session is known by. Never shown.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct SessionSecret(pub(super) String);

impl fmt::Debug for SessionSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SessionSecret(…)")
    }
}

impl SessionSecret {
    /// What the store knows it by.
    pub(super) fn proof(&self) -> Proof {
        Proof::of(&self.0)
    }
}

/// Whether somebody does something, or a page of theirs only lies open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Use {
    /// They do: their session is not idle.
    Request,
    /// They need not even be there.
    Look,
}

/// Finds out who asks. A token that is not good is refused rather than passed over: whoever sends one means
/// to be somebody.
pub(super) fn identify(
    server: &Server,
    headers: &HeaderMap,
    use_of: Use,
) -> Result<Caller, Problem> {
    if let Some(sent) = headers.get(header::AUTHORIZATION) {
        let secret = sent
            .to_str()
            .ok()
            .and_then(|text| text.strip_prefix("Bearer "));
        let secret = secret.ok_or_else(bad_token)?.trim();
        let proof = Proof::of(secret);
        let known =
            server.with_store(|store| access::token(store, &proof).map_err(Problem::from))?;
        return known.map(Caller::Program).ok_or_else(bad_token);
    }
    let Some(secret) = cookie::session_of(headers, &server.url()) else {
        return Ok(Caller::Nobody);
    };
    let idle = server.setup().config.serve.idle();
    let now = SystemClock.now();
    let session = server.with_store(|store| {
        match use_of {
            Use::Request => access::session(store, &secret.proof(), now, idle),
            Use::Look => access::standing(store, &secret.proof(), now, idle),
        }
        .map_err(Problem::from)
    })?;
    Ok(session.map_or(Caller::Nobody, Caller::Browser))
}

fn bad_token() -> Problem {
    Problem::new(401, "access/bad-token", "this token is not known")
        .hint("it may have been revoked; make one in the settings of the console")
}

/// Refuses a call that whoever asks may not make. What they may do within it is said by their roles.
pub(super) fn admit(
    caller: &Caller,
    wanted: Access,
    method: &Method,
    headers: &HeaderMap,
) -> Result<(), Problem> {
    match (caller, wanted) {
        (Caller::Nobody, Access::Anyone) => Ok(()),
        (Caller::Nobody, _) => Err(not_signed_in()),
        (Caller::Browser(session), _) => {
            if method.is_safe() || wanted == Access::Anyone {
                return Ok(());
            }
            let sent = headers
                .get(CSRF_HEADER)
                .map(axum::http::HeaderValue::as_bytes);
            if sent.is_some_and(|sent| same(sent, session.csrf.as_bytes())) {
                return Ok(());
            }
            Err(Problem::new(
                403,
                "access/csrf",
                "this request does not come from the console",
            )
            .hint("reload the page and try again"))
        }
        (Caller::Program(token), wanted) => {
            let has = |scope| token.scopes.contains(&scope);
            let may = match wanted {
                Access::Anyone => true,
                Access::Read => has(Scope::Read) || has(Scope::Write),
                Access::Change => has(Scope::Write),
                Access::Appeals => has(Scope::Appeals) || has(Scope::Write),
                Access::Person => false,
            };
            if may {
                return Ok(());
            }
            let text = if wanted == Access::Person {
                "this takes somebody who is signed in"
            } else {
                "this token is not good for that"
            };
            Err(Problem::new(403, "access/scope", text))
        }
    }
}

/// Whether two secrets are the same, in a time that does not tell where they differ.
pub(super) fn same(one: &[u8], other: &[u8]) -> bool {
    let differ = one
        .iter()
        .zip(other)
        .fold(0, |differ, (a, b)| differ | (a ^ b));
    one.len() == other.len() && differ == 0
}

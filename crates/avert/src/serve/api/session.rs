//! `/v1/session`: who is signed in here, and how one signs in and out.

use avert_model::Clock as _;
use avert_ops::access::{self, Proof, Scope};
use avert_ops::people::{Role, Signatures};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::passkeys;
use crate::clock::{SystemClock, random_secret};
use crate::serve::access::{SessionSecret, cookie, password};
use crate::serve::call::{Call, Caller};
use crate::serve::problem::Problem;
use crate::serve::reply::{Done, Json, WithCookie};
use crate::serve::routes::{Access, Nothing, Routes};

pub(super) fn register(routes: &mut Routes) {
    routes.get(("/v1/session", Access::Anyone), "Who is signed in", show);
    routes.post(
        ("/v1/session", Access::Anyone),
        "Sign in with a password",
        sign_in,
    );
    routes.delete(("/v1/session", Access::Person), "Sign out", sign_out);
    routes.post(
        ("/v1/invitations/look", Access::Anyone),
        "Whom a one-time link lets in",
        look,
    );
    routes.post(
        ("/v1/invitations/accept", Access::Anyone),
        "Set a password with a one-time link, and sign in",
        accept,
    );
}

/// Who is signed in.
#[derive(Debug, Serialize, JsonSchema)]
struct Session {
    /// Nobody, if nothing.
    person: Option<Person>,
    /// What a page sends in the header `x-avert-csrf` with whatever changes something.
    csrf: Option<String>,
    /// Whether approvals have to be signed with one's own key.
    signatures: Signatures,
    /// How one can sign in here.
    sign_in: Ways,
    /// The passkeys of whoever is signed in.
    passkeys: Vec<passkeys::Shown>,
    /// The version of Avert.
    version: &'static str,
}

/// Somebody, with what they are trusted with.
#[derive(Debug, Serialize, JsonSchema)]
struct Person {
    /// The name under `[people]`.
    name: String,
    /// What they are trusted with.
    roles: Vec<Role>,
}

/// How one can sign in.
#[derive(Debug, Serialize, JsonSchema)]
struct Ways {
    /// With a password.
    password: bool,
    /// With an identity provider of this name.
    oidc: Option<String>,
}

fn session(call: &Call<'_>, who: Option<(&str, &str)>) -> Result<Session, Problem> {
    let passkeys = match who {
        Some((name, _)) => passkeys::of(call, name)?,
        None => Vec::new(),
    };
    let person = who.map(|(name, _)| {
        let actor = call.setup.people().actor(name)?;
        let roles = actor.roles().collect();
        Ok::<_, Problem>(Person {
            name: name.to_owned(),
            roles,
        })
    });
    let serve = &call.setup.config.serve;
    Ok(Session {
        person: person.transpose()?,
        csrf: who.map(|(_, csrf)| csrf.to_owned()),
        signatures: call.setup.config.review.signatures,
        sign_in: Ways {
            password: serve.passwords,
            oidc: serve.oidc.as_ref().map(|provider| provider.name.clone()),
        },
        passkeys,
        version: env!("CARGO_PKG_VERSION"),
    })
}

fn show(call: &Call<'_>, _: Nothing) -> Result<Json<Session>, Problem> {
    let who = match &call.caller {
        Caller::Browser(session) => Some((session.person.as_str(), session.csrf.as_str())),
        // A token that may not read is nobody here: its holder need not learn who its owner is.
        Caller::Program(token) => {
            let reads = |scope: &Scope| matches!(scope, Scope::Read | Scope::Write);
            let may_read = token.scopes.iter().any(reads);
            may_read.then_some((token.owner.as_str(), ""))
        }
        Caller::Nobody => None,
    };
    // Whoever was taken out of the configuration is nobody any more.
    let who = who.filter(|(name, _)| call.setup.people().actor(name).is_ok());
    Ok(Json(session(call, who)?))
}

/// Somebody who says who they are.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct SignIn {
    /// The name under `[people]`.
    name: String,
    /// Their password.
    password: String,
}

fn sign_in(call: &Call<'_>, given: SignIn) -> Result<WithCookie<Json<Session>>, Problem> {
    takes_passwords(call)?;
    let tried = call
        .server
        .throttle
        .take(&given.name, call.peer, SystemClock.now());
    tried.map_err(too_often)?;
    let kept = call.read(|store| Ok(access::password_of(store, &given.name)?))?;
    let is_right = password::is_right(&given.password, kept.as_deref())?;
    if !is_right || call.setup.people().actor(&given.name).is_err() {
        // One answer to all: it does not tell who has a password here.
        let problem = Problem::new(401, "access/wrong", "name or password is wrong");
        return Err(problem.hint("an operator can make you a link to set a new password"));
    }
    call.server.throttle.forgive(&given.name, call.peer);
    signed_in(call, &given.name, "password")
}

/// Refuses where people sign in with an identity provider only.
pub(super) fn takes_passwords(call: &Call<'_>) -> Result<(), Problem> {
    if call.setup.config.serve.passwords {
        return Ok(());
    }
    let problem = Problem::new(
        403,
        "access/no-passwords",
        "passwords are switched off here",
    );
    Err(problem.hint("sign in with the identity provider"))
}

pub(in crate::serve) fn too_often(seconds: u64) -> Problem {
    Problem::new(429, "access/too-often", "there were too many tries")
        .hint(format!("try again in {seconds} seconds"))
        .retry_after(seconds)
}

/// A session that has begun.
pub(in crate::serve) struct Begun {
    csrf: String,
    /// What the browser is to keep.
    pub(in crate::serve) cookie: String,
}

/// Signs somebody in under a secret that was never used, and ends the session that the browser was in.
pub(in crate::serve) fn begin(
    call: &Call<'_>,
    person: &str,
    by: &str,
    earlier: Option<&SessionSecret>,
) -> Result<Begun, Problem> {
    let (secret, csrf) = (SessionSecret(random_secret()), random_secret());
    let lasts = call.setup.config.serve.lasts();
    let people = call.setup.people();
    call.read(|store| {
        if let Some(earlier) = earlier {
            access::end(store, &earlier.proof())?;
        }
        let proof = secret.proof();
        let (who, known_by) = ((person, by), (&proof, csrf.as_str()));
        Ok(access::begin(
            store,
            &people,
            &SystemClock,
            who,
            known_by,
            lasts,
        )?)
    })?;
    Ok(Begun {
        csrf,
        cookie: cookie::keep(&call.server.url(), &secret, lasts),
    })
}

/// Signs somebody in who asked for it here.
fn signed_in(
    call: &Call<'_>,
    person: &str,
    by: &str,
) -> Result<WithCookie<Json<Session>>, Problem> {
    let begun = begin(call, person, by, call.secret.as_ref())?;
    let answer = Json(session(call, Some((person, &begun.csrf)))?);
    Ok(WithCookie(answer, begun.cookie))
}

fn sign_out(call: &Call<'_>, _: Nothing) -> Result<WithCookie<Done>, Problem> {
    if let Some(secret) = &call.secret {
        call.read(|store| Ok(access::end(store, &secret.proof())?))?;
    }
    Ok(WithCookie(Done, cookie::forget(&call.server.url())))
}

/// What stands in a one-time link.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Link {
    /// The last part of the link.
    token: String,
}

/// Whom a link lets in.
#[derive(Serialize, JsonSchema)]
struct Invited {
    /// The name under `[people]`.
    person: String,
    /// From when on it is worth nothing.
    expires_at: avert_model::Timestamp,
}

fn look(call: &Call<'_>, link: Link) -> Result<Json<Invited>, Problem> {
    takes_passwords(call)?;
    let proof = Proof::of(&link.token);
    let found = call.read(|store| Ok(access::invited(store, &proof, SystemClock.now())?))?;
    Ok(Json(Invited {
        person: found.person,
        expires_at: found.expires_at,
    }))
}

/// A password that somebody chose.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Accept {
    /// The last part of the link.
    token: String,
    /// The password: twelve characters or more.
    password: String,
}

fn accept(call: &Call<'_>, given: Accept) -> Result<WithCookie<Json<Session>>, Problem> {
    takes_passwords(call)?;
    let proof = Proof::of(&given.token);
    // Looked at first: a hash is only made for whoever has a link.
    call.read(|store| Ok(access::invited(store, &proof, SystemClock.now())?))?;
    let hash = password::hash(&given.password)?;
    let people = call.setup.people();
    let invited =
        call.read(|store| Ok(access::accept(store, &people, &SystemClock, &proof, &hash)?))?;
    signed_in(call, &invited.person, "invitation")
}

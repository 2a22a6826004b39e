//! `/v1/people`: letting people in, and having them sign in again.

use avert_model::{Clock as _, SignedDuration, Timestamp};
use avert_ops::access::{self, Proof};
use avert_ops::people::Role;
use schemars::JsonSchema;
use serde::Serialize;

use super::session;
use crate::clock::{SystemClock, random_secret};
use crate::serve::call::Call;
use crate::serve::problem::Problem;
use crate::serve::reply::{Created, Done, Json};
use crate::serve::routes::{Access, Nothing, Routes};

/// How long a link lets somebody in.
const LASTS: SignedDuration = SignedDuration::from_hours(72);

pub(super) fn register(routes: &mut Routes) {
    routes.get(
        ("/v1/people", Access::Read),
        "Everybody the configuration knows, with their roles",
        list,
    );
    routes.post(
        ("/v1/people/{name}/invitations", Access::Person),
        "Make a one-time link with which somebody sets their password",
        invite,
    );
    routes.delete(
        ("/v1/people/{name}/sessions", Access::Person),
        "Sign somebody out wherever they are signed in",
        sign_out,
    );
}

/// Somebody the configuration knows.
#[derive(Serialize, JsonSchema)]
pub(super) struct Somebody {
    name: String,
    /// What they are trusted with.
    roles: Vec<Role>,
    /// How many SSH keys they sign with.
    keys: usize,
    /// How many passkeys `avert.toml` gives them.
    passkeys: usize,
    /// Whether they have a password here.
    signed_in_before: bool,
}

fn list(call: &Call<'_>, _: Nothing) -> Result<Json<Vec<Somebody>>, Problem> {
    Ok(Json(everybody(call)?))
}

/// Everybody the configuration knows.
pub(super) fn everybody(call: &Call<'_>) -> Result<Vec<Somebody>, Problem> {
    let known = call.read(|store| Ok(access::with_password(store)?))?;
    let people = call
        .setup
        .config
        .people
        .iter()
        .map(|(name, person)| Somebody {
            name: name.clone(),
            roles: person.roles.clone(),
            keys: person.keys.len(),
            passkeys: person.passkeys.len(),
            signed_in_before: known.contains(name),
        });
    Ok(people.collect())
}

/// A link that lets one person set their password, once.
#[derive(Serialize, JsonSchema)]
struct Invitation {
    /// The link. It is shown once, and works once.
    link: String,
    /// From when on it is worth nothing.
    expires_at: Timestamp,
}

fn invite(call: &Call<'_>, _: Nothing) -> Result<Created<Invitation>, Problem> {
    session::takes_passwords(call)?;
    let name = call.text("name")?;
    let secret = random_secret();
    let now = SystemClock.now();
    let until = now.checked_add(LASTS).unwrap_or(now);
    let made = call.at_desk(|desk| Ok(access::invite(desk, name, &Proof::of(&secret), until)?))?;
    Ok(Created(Invitation {
        link: format!("{}/#/invitation/{secret}", call.server.url()),
        expires_at: made.expires_at,
    }))
}

fn sign_out(call: &Call<'_>, _: Nothing) -> Result<Done, Problem> {
    let name = call.text("name")?;
    call.at_desk(|desk| {
        access::end_all_of(desk, name)?;
        Ok(Done)
    })
}

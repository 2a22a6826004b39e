//! `/v1/tokens`: how programs show in whose name they come.

use std::collections::BTreeSet;

use avert_ops::access::{self, Proof, Scope, Token};
use avert_ops::people::Role;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::clock::random_secret;
use crate::serve::call::Call;
use crate::serve::problem::Problem;
use crate::serve::reply::{Created, Done, Json};
use crate::serve::routes::{Access, Nothing, Routes};

pub(super) fn register(routes: &mut Routes) {
    routes.get(
        ("/v1/tokens", Access::Person),
        "One's own tokens; an operator's list has everybody's",
        list,
    );
    routes.post(("/v1/tokens", Access::Person), "Make a token", make);
    routes.delete(
        ("/v1/tokens/{id}", Access::Person),
        "Revoke a token",
        revoke,
    );
}

fn list(call: &Call<'_>, _: Nothing) -> Result<Json<Vec<Token>>, Problem> {
    let actor = call.actor()?;
    let sees_all = actor.require(Role::Operator, "see others' tokens").is_ok();
    let mut tokens = call.read(|store| Ok(access::tokens(store)?))?;
    tokens.retain(|token| sees_all || token.owner == actor.name());
    Ok(Json(tokens))
}

/// What a token is to be.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Wanted {
    /// What it is for.
    name: String,
    /// What it is good for.
    scopes: BTreeSet<Scope>,
}

/// A token that was made.
#[derive(Serialize, JsonSchema)]
struct MadeToken {
    #[serde(flatten)]
    made: Token,
    /// What the program sends. It is shown once.
    token: String,
}

fn make(call: &Call<'_>, wanted: Wanted) -> Result<Created<MadeToken>, Problem> {
    let secret = format!("avert_{}", random_secret());
    let proof = Proof::of(&secret);
    let made = call.at_desk(|desk| {
        Ok(access::make_token(
            desk,
            &wanted.name,
            wanted.scopes,
            &proof,
        )?)
    })?;
    Ok(Created(MadeToken {
        made,
        token: secret,
    }))
}

fn revoke(call: &Call<'_>, _: Nothing) -> Result<Done, Problem> {
    let id: u32 = call.id("id")?;
    call.at_desk(|desk| {
        access::revoke_token(desk, id.into())?;
        Ok(Done)
    })
}

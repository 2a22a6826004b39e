//! `/v1/passkeys`: making a passkey with which one says yes in the console, and asking it.
//!
//! The console makes one; whether it counts is said in `avert.toml`, which this never writes.

use avert_model::{Clock as _, Timestamp};
use avert_ops::access;
use avert_ops::people::{Passkey, RelyingParty};
use avert_ops::review::passkey::{self, Assertion, Registration};
use avert_ops::review::{Seal, TIME_TO_SIGN, Unsigned};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::clock::{SystemClock, random_bytes, random_secret};
use crate::serve::access::challenges::Asked;
use crate::serve::call::Call;
use crate::serve::problem::Problem;
use crate::serve::reply::{Created, Json};
use crate::serve::routes::{Access, Nothing, Routes};

pub(super) fn register(routes: &mut Routes) {
    routes.get(("/v1/passkeys", Access::Person), "One's own passkeys", list);
    routes.post(
        ("/v1/passkeys/options", Access::Person),
        "What the browser has to ask for to make a passkey",
        options,
    );
    routes.post(
        ("/v1/passkeys", Access::Person),
        "Hand in a passkey that was made",
        enrol,
    );
}

/// A passkey.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct Shown {
    /// The id that its authenticator gave it, base64url.
    id: String,
    added_at: Timestamp,
    /// Whether `avert.toml` gives it to you.
    counts: bool,
    /// The line that does.
    line: String,
}

/// Somebody's passkeys.
pub(super) fn of(call: &Call<'_>, person: &str) -> Result<Vec<Shown>, Problem> {
    let actor = call.setup.people().actor(person)?;
    let made = call.read(|store| Ok(access::enrolled(store, actor.name())?))?;
    let shown = made.into_iter().map(|made| Shown {
        counts: actor
            .passkeys()
            .iter()
            .any(|own| own.to_string() == made.line),
        id: made.credential,
        added_at: made.added_at,
        line: made.line,
    });
    Ok(shown.collect())
}

fn list(call: &Call<'_>, _: Nothing) -> Result<Json<Vec<Shown>>, Problem> {
    Ok(Json(of(call, call.actor()?.name())?))
}

/// The page that passkeys are made for.
fn party(call: &Call<'_>) -> Result<RelyingParty, Problem> {
    let url = call.server.url();
    let host = url.split_once("://").map_or(url.as_str(), |(_, host)| host);
    let name = host.rsplit_once(':').map_or(host, |(name, _)| name);
    RelyingParty::new(name, &url).map_err(|error| {
        Problem::new(409, "passkey/no-domain", error.to_string())
            .hint("say under [serve] in avert.toml which address people use: url = \"https://…\"")
    })
}

/// What a browser is to be asked.
#[derive(Serialize, JsonSchema)]
struct Options {
    /// Under which name the answer is handed in.
    challenge_id: String,
    /// As `PublicKeyCredential.parseCreationOptionsFromJSON` reads it.
    #[serde(rename = "publicKey")]
    public_key: Value,
}

fn options(call: &Call<'_>, _: Nothing) -> Result<Json<Options>, Problem> {
    let (actor, party) = (call.actor()?, party(call)?);
    let (challenge, id) = (random_bytes::<32>(), random_secret());
    let exclude = actor.passkeys().iter().map(described);
    let user = blake3::hash(actor.name().as_bytes());
    let public_key = json!({
        "challenge": URL_SAFE_NO_PAD.encode(challenge),
        "rp": { "id": party.id(), "name": "Avert" },
        "user": { "id": URL_SAFE_NO_PAD.encode(user.as_bytes()), "name": actor.name(),
            "displayName": actor.name() },
        "pubKeyCredParams": [{ "type": "public-key", "alg": -7 }, { "type": "public-key", "alg": -8 }],
        "authenticatorSelection": { "userVerification": "required", "residentKey": "preferred" },
        "attestation": "none",
        "excludeCredentials": exclude.collect::<Vec<_>>(),
        "timeout": 300_000,
    });
    let asked = Asked::Enrol(challenge);
    call.server
        .challenges
        .ask(&id, actor.name(), asked, SystemClock.now());
    Ok(Json(Options {
        challenge_id: id,
        public_key,
    }))
}

fn described(passkey: &Passkey) -> Value {
    json!({ "type": "public-key", "id": URL_SAFE_NO_PAD.encode(passkey.credential()) })
}

/// A passkey that a browser made.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Enrol {
    /// As `POST /v1/passkeys/options` said.
    challenge_id: String,
    /// The credential's id, base64url.
    id: String,
    /// `clientDataJSON`, base64url.
    client_data: String,
    /// `authenticatorData`, base64url.
    authenticator_data: String,
}

/// A passkey that counts once an operator has put its line where it belongs.
#[derive(Serialize, JsonSchema)]
struct Enrolled {
    #[serde(flatten)]
    passkey: Shown,
    /// Where the line belongs.
    r#where: String,
}

fn bytes(what: &str, text: &str) -> Result<Vec<u8>, Problem> {
    URL_SAFE_NO_PAD
        .decode(text)
        .map_err(|error| Problem::unclear(format!("{what} is no base64url: {error}")))
}

fn enrol(call: &Call<'_>, made: Enrol) -> Result<Created<Enrolled>, Problem> {
    let (actor, party) = (call.actor()?, party(call)?);
    let asked = call
        .server
        .challenges
        .take(&made.challenge_id, actor.name(), SystemClock.now());
    let Some(Asked::Enrol(challenge)) = asked else {
        return Err(no_challenge());
    };
    let (credential, client_data, authenticator_data) = (
        bytes("id", &made.id)?,
        bytes("client_data", &made.client_data)?,
        bytes("authenticator_data", &made.authenticator_data)?,
    );
    let registration = Registration {
        credential: &credential,
        client_data: &client_data,
        authenticator_data: &authenticator_data,
    };
    let passkey = passkey::enrolled(&registration, &challenge, &party)?;
    let line = passkey.to_string();
    let kept = call.at_desk(|desk| Ok(access::remember_passkey(desk, &made.id, &line)?))?;
    Ok(Created(Enrolled {
        r#where: format!(
            "an operator adds it to passkeys = [ … ] of [people.{}] in avert.toml",
            actor.name()
        ),
        passkey: Shown {
            id: kept.credential,
            added_at: kept.added_at,
            counts: false,
            line: kept.line,
        },
    }))
}

fn no_challenge() -> Problem {
    Problem::new(
        409,
        "passkey/no-challenge",
        "this was not asked, was answered already, or took too long",
    )
    .hint("try again")
}

/// What a passkey is to be asked for a yes.
#[derive(Serialize, JsonSchema)]
pub(super) struct ToSign {
    /// Under which name the answer is handed in.
    challenge_id: String,
    /// As `PublicKeyCredential.parseRequestOptionsFromJSON` reads it.
    #[serde(rename = "publicKey")]
    public_key: Value,
    /// What is signed, byte for byte; the challenge is its SHA-256.
    message: String,
}

/// Has a passkey asked for a yes to this plan or list.
pub(super) fn ask(call: &Call<'_>, subject: &str, unsigned: Unsigned) -> Result<ToSign, Problem> {
    let (actor, party) = (call.actor()?, party(call)?);
    let usable = actor
        .passkeys()
        .iter()
        .filter(|own| *own.relying_party() == party);
    let usable: Vec<Value> = usable.map(described).collect();
    if usable.is_empty() {
        let text = format!("avert.toml gives {} no passkey for this page", actor.name());
        return Err(Problem::new(409, "passkey/none", text)
            .hint("make one in the settings, and have an operator add its line to avert.toml"));
    }
    let id = random_secret();
    let to_sign = ToSign {
        public_key: json!({
            "challenge": URL_SAFE_NO_PAD.encode(unsigned.challenge),
            "rpId": party.id(),
            "allowCredentials": usable,
            "userVerification": "required",
            "timeout": TIME_TO_SIGN.as_secs() * 1000,
        }),
        message: unsigned.message.clone(),
        challenge_id: id.clone(),
    };
    let asked = Asked::Approve {
        subject: subject.to_owned(),
        unsigned,
    };
    call.server
        .challenges
        .ask(&id, actor.name(), asked, SystemClock.now());
    Ok(to_sign)
}

/// What a passkey answered.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Answered {
    /// As `…/approve/options` said.
    challenge_id: String,
    /// The credential's id, base64url.
    id: String,
    /// `clientDataJSON`, base64url.
    client_data: String,
    /// `authenticatorData`, base64url.
    authenticator_data: String,
    /// The signature, base64url.
    signature: String,
}

/// What was to be signed, with the passkey's answer.
pub(super) fn answered(
    call: &Call<'_>,
    subject: &str,
    answer: &Answered,
) -> Result<(Unsigned, Seal), Problem> {
    let actor = call.actor()?;
    let asked = call
        .server
        .challenges
        .take(&answer.challenge_id, actor.name(), SystemClock.now());
    let Some(Asked::Approve {
        subject: asked_of,
        unsigned,
    }) = asked
    else {
        return Err(no_challenge());
    };
    if asked_of != subject {
        return Err(no_challenge());
    }
    let credential = bytes("id", &answer.id)?;
    let own = actor
        .passkeys()
        .iter()
        .find(|own| own.credential() == credential);
    let own = own.ok_or_else(|| {
        let text = format!("avert.toml does not give this passkey to {}", actor.name());
        Problem::new(409, "passkey/not-theirs", text)
    })?;
    let assertion = Assertion {
        passkey: own.clone(),
        client_data: bytes("client_data", &answer.client_data)?,
        authenticator_data: bytes("authenticator_data", &answer.authenticator_data)?,
        signature: bytes("signature", &answer.signature)?,
    };
    Ok((unsigned, Seal::from(assertion)))
}

//! `/v1/oidc/…`: signing in with an identity provider (`OpenID` Connect, authorization code flow with PKCE).
//!
//! A browser is sent to the provider and comes back with a code; everything else is between this server and
//! the provider. What the provider says of somebody has to be its own word ([`keys`]), for this Avert and this
//! sign-in ([`token`]), and be written with exactly one person of `avert.toml`. It gives nobody a role: it only
//! says who somebody is, as a password does.

mod http;
mod keys;
mod pending;
mod provider;
mod refused;
mod settings;
mod token;

use std::sync::Arc;

use avert_model::{Clock as _, Timestamp};
use avert_platforms::Secret;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Deserialize;
use tokio::sync::Semaphore;
use url::Url;

pub(crate) use self::settings::{OidcSettings, check};

use self::pending::{PATIENCE, Pending, SignIns};
use self::provider::{Description, Provider};
use self::refused::{Fault, Refused, page};
use self::token::Expected;
use super::access::cookie;
use super::api::session;
use super::call::{Call, Caller};
use super::gate::peer;
use super::problem::Problem;
use super::reply::Reply;
use super::server::Server;
use crate::clock::SystemClock;
use crate::context::Context;
use crate::failure::Failure;

/// How many may be between this server and the provider at once: a provider that hangs must not take up the
/// threads on which everything else is answered.
const MOST_AT_ONCE: usize = 4;

/// What is remembered of the provider and of those who are on their way to it.
pub(super) struct Oidc {
    sign_ins: SignIns,
    provider: Provider,
    turns: Arc<Semaphore>,
}

impl Default for Oidc {
    fn default() -> Self {
        Self {
            sign_ins: SignIns::default(),
            provider: Provider::default(),
            turns: Arc::new(Semaphore::new(MOST_AT_ONCE)),
        }
    }
}

/// The secret that the provider gave this Avert.
pub(super) fn secret(context: &Context<'_>, settings: &OidcSettings) -> Result<Secret, Failure> {
    let file = settings.client_secret_file.as_deref();
    let variable = settings.client_secret_env.as_deref();
    Ok(Secret::read(
        "client_secret",
        file,
        variable,
        context.base(),
    )?)
}

/// `GET /v1/oidc/start`: sends a browser to the provider.
pub(super) async fn start(State(server): State<Arc<Server>>, request: Request) -> Response {
    answer(server, request, "/v1/oidc/start", begin).await
}

/// `GET /v1/oidc/callback`: takes a browser in that comes back.
pub(super) async fn callback(State(server): State<Arc<Server>>, request: Request) -> Response {
    answer(server, request, "/v1/oidc/callback", end).await
}

/// Somebody at the door.
struct Visit<'a> {
    call: Call<'a>,
    settings: &'a OidcSettings,
    /// What the browser shows of the sign-in it began.
    browser: Option<String>,
    now: Timestamp,
}

impl Visit<'_> {
    /// Where the provider sends people back to.
    fn redirect(&self) -> String {
        format!("{}/v1/oidc/callback", self.call.server.url())
    }

    fn oidc(&self) -> &Oidc {
        &self.call.server.oidc
    }

    /// Takes a try from wherever they come from.
    fn counted(&self) -> Result<(), Problem> {
        let from = self.call.peer;
        let taken = self.call.server.throttle.take_from(from, self.now);
        taken.map_err(session::too_often)
    }
}

/// Answers one of the two, on a thread where plain calls may take their time.
async fn answer(
    server: Arc<Server>,
    request: Request,
    path: &'static str,
    run: fn(&Visit<'_>) -> Result<Reply, Refused>,
) -> Response {
    let (parts, _) = request.into_parts();
    let counting = Arc::clone(&server);
    let reply = match Arc::clone(&server.oidc.turns).try_acquire_owned() {
        Ok(turn) => {
            let answered = tokio::task::spawn_blocking(move || {
                let _turn = turn;
                let from = peer(&server.setup().config.serve, &parts);
                let query = parts.uri.query().unwrap_or_default().to_owned();
                visit(&server, &parts.headers, from, query, run)
            });
            let bug = || Problem::new(500, "server/bug", "the server has a bug");
            answered.await.unwrap_or_else(|_| page(&bug()))
        }
        Err(_) => page(&Refused::Busy.problem()),
    };
    let status = reply.status.as_u16();
    counting.metrics.count(&Method::GET, path, status);
    reply.into_response()
}

fn visit(
    server: &Arc<Server>,
    headers: &HeaderMap,
    peer: std::net::IpAddr,
    query: String,
    run: fn(&Visit<'_>) -> Result<Reply, Refused>,
) -> Reply {
    let setup = server.setup();
    let Some(settings) = &setup.config.serve.oidc else {
        return page(&Refused::Off.problem());
    };
    let visit = Visit {
        call: Call {
            server,
            setup: Arc::clone(&setup),
            caller: Caller::Nobody,
            peer,
            path: Vec::new(),
            query,
            sent: &[],
            is_json: false,
            secret: cookie::session_of(headers, &server.url()),
        },
        settings,
        browser: cookie::sign_in_of(&server.url(), headers),
        now: SystemClock.now(),
    };
    run(&visit).unwrap_or_else(|refused| {
        let note = refused.note();
        let problem = refused.problem();
        if let Some(note) = note {
            let (name, code) = (&settings.name, &problem.code);
            server
                .printer
                .talk(&format!("sign-in with {name}: {note} [{code}]"));
        }
        page(&problem)
    })
}

fn begin(visit: &Visit<'_>) -> Result<Reply, Refused> {
    visit.counted()?;
    let settings = visit.settings;
    let provider = visit
        .oidc()
        .provider
        .description(&settings.issuer, visit.now)?;
    let pending = Pending::new(&settings.issuer, visit.call.secret.clone(), visit.now);
    let (browser, nonce) = (pending.browser.clone(), pending.nonce.clone());
    let challenge = challenge(&pending.verifier);
    let state = visit.oidc().sign_ins.begin(pending);
    let mut url = Url::parse(&provider.authorization_endpoint)
        .map_err(|_| Refused::Provider("its address cannot be read".into()))?;
    url.query_pairs_mut()
        .append_pair("response_type", "code")
        .append_pair("client_id", &settings.client_id)
        .append_pair("redirect_uri", &visit.redirect())
        .append_pair("scope", settings.claim.scope())
        .append_pair("state", &state)
        .append_pair("nonce", &nonce)
        .append_pair("code_challenge", &challenge)
        .append_pair("code_challenge_method", "S256");
    let kept = cookie::keep_sign_in(&visit.call.server.url(), &browser, PATIENCE);
    Ok(sent_to(url.as_str()).with(header::SET_COOKIE, &kept))
}

/// What goes to the provider first of what only we know (RFC 7636, 4.2).
fn challenge(verifier: &str) -> String {
    let digest = ring::digest::digest(&ring::digest::SHA256, verifier.as_bytes());
    URL_SAFE_NO_PAD.encode(digest)
}

/// What a provider sends somebody back with (RFC 6749, 4.1.2; RFC 9207).
#[derive(Deserialize)]
struct Back {
    state: String,
    code: Option<String>,
    error: Option<String>,
    iss: Option<String>,
}

fn end(visit: &Visit<'_>) -> Result<Reply, Refused> {
    let Some((back, pending)) = begun(visit) else {
        visit.counted()?;
        return Err(Refused::State);
    };
    let settings = visit.settings;
    let provider = visit
        .oidc()
        .provider
        .description(&settings.issuer, visit.now)?;
    let is_silent = back.iss.is_none() && provider.authorization_response_iss_parameter_supported;
    if is_silent || back.iss.is_some_and(|iss| iss != settings.issuer) {
        return Err(Fault::Issuer.into());
    }
    let code = match (back.code, back.error.as_deref()) {
        (Some(code), None) => code,
        (None, Some("access_denied" | "login_required" | "consent_required")) => {
            return Err(Refused::Denied);
        }
        _ => {
            let why = "it sends people back with an error: is this Avert registered there as it is set up here?";
            return Err(Refused::Provider(why.into()));
        }
    };
    let value = vouched_for(visit, &pending, &provider, &code)?;
    let mut people = visit.call.setup.config.people.iter();
    let person = people.find(|(_, person)| person.oidc.as_ref() == Some(&value));
    let (person, _) = person.ok_or(Refused::Nobody)?;
    let earlier = pending.earlier.as_ref().or(visit.call.secret.as_ref());
    let begun = session::begin(&visit.call, person, "oidc", earlier)?;
    let url = visit.call.server.url();
    Ok(sent_to("/")
        .with(header::SET_COOKIE, &begun.cookie)
        .with(header::SET_COOKIE, &cookie::forget_sign_in(&url)))
}

/// The sign-in that comes back, if this browser began it.
fn begun(visit: &Visit<'_>) -> Option<(Back, Pending)> {
    let back: Back = visit.call.query().ok()?;
    let browser = visit.browser.as_deref()?;
    let sign_ins = &visit.oidc().sign_ins;
    let pending = sign_ins.take(&back.state, browser, visit.now)?;
    // The configuration may have changed meanwhile.
    (pending.issuer == visit.settings.issuer).then_some((back, pending))
}

/// Whom the provider vouches for, as the configured claim has it.
fn vouched_for(
    visit: &Visit<'_>,
    pending: &Pending,
    provider: &Description,
    code: &str,
) -> Result<String, Refused> {
    let (settings, claim) = (visit.settings, visit.settings.claim);
    let secret = secret(&visit.call.setup, settings)?;
    let redirect = visit.redirect();
    let tokens = provider.exchange(settings, &secret, (code, &pending.verifier, &redirect))?;
    let now = SystemClock.now();
    let body = visit
        .oidc()
        .provider
        .verified(provider, &tokens.id_token, now)?;
    let expected = Expected {
        issuer: &settings.issuer,
        client_id: &settings.client_id,
        nonce: &pending.nonce,
        began_at: pending.at,
    };
    let said = token::read(&body, &expected, now)?;
    if let Some(value) = said.who(claim)? {
        return Ok(value.to_owned());
    }
    let Some(more) = provider.more(&tokens)? else {
        return Err(said.unnamed(claim));
    };
    let more = said.elsewhere(&more)?;
    let value = more.who(claim)?.map(str::to_owned);
    value.ok_or_else(|| more.unnamed(claim))
}

fn sent_to(address: &str) -> Reply {
    let reply = Reply::document(StatusCode::FOUND, "text/plain; charset=utf-8", Vec::new());
    reply.with(header::LOCATION, address)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_challenge_is_that_of_the_specification() {
        // RFC 7636, appendix B.
        assert_eq!(
            challenge("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"),
            "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
        );
    }
}

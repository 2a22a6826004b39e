//! The provider as it is reached: its description and keys, which are kept for a while, and what it says of
//! somebody who has come back from it.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use avert_model::{SignedDuration, Timestamp};
use avert_platforms::Secret;
use serde::Deserialize;
use url::form_urlencoded;

use super::http::{self, Answer};
use super::keys::{Keys, Unsigned};
use super::refused::{Fault, Refused};
use super::settings::{OidcSettings, guarded};

/// How long its description and keys are kept.
const KEPT: SignedDuration = SignedDuration::from_hours(1);

/// How often a key that nobody knows makes us ask for the keys again: whoever could send tokens with such keys
/// would have us ask as often as they like.
const ASKED_AGAIN: SignedDuration = SignedDuration::from_mins(1);

/// What a provider says of itself (`OpenID` Connect Discovery, 3), as far as it matters here.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Description {
    issuer: String,
    pub(super) authorization_endpoint: String,
    token_endpoint: String,
    jwks_uri: String,
    userinfo_endpoint: Option<String>,
    token_endpoint_auth_methods_supported: Option<Vec<String>>,
    /// Whether it says who it is when it sends somebody back (RFC 9207).
    #[serde(default)]
    pub(super) authorization_response_iss_parameter_supported: bool,
}

/// A provider as it was found.
struct Known {
    description: Arc<Description>,
    keys: Keys,
    at: Timestamp,
}

#[derive(Default)]
struct Memory {
    known: Option<Known>,
    asked_again_at: Option<Timestamp>,
}

/// The provider.
#[derive(Default)]
pub(super) struct Provider {
    memory: Mutex<Memory>,
}

/// What a provider gives for a code.
#[derive(Deserialize)]
pub(super) struct Tokens {
    pub(super) id_token: String,
    access_token: Option<String>,
}

impl Provider {
    /// What the provider says of itself.
    pub(super) fn description(
        &self,
        issuer: &str,
        now: Timestamp,
    ) -> Result<Arc<Description>, Refused> {
        if let Some(known) = self.lock().known_of(issuer, now) {
            return Ok(Arc::clone(&known.description));
        }
        // Nobody waits for another's question: a provider that hangs would hold everybody up in turn.
        let description = Arc::new(describe(issuer)?);
        let keys = published(&description)?;
        self.lock().known = Some(Known {
            description: Arc::clone(&description),
            keys,
            at: now,
        });
        Ok(description)
    }

    /// What a token says that the provider signed. Where it names a key that is not known, the keys are asked
    /// for once more: the provider may have changed them.
    pub(super) fn verified(
        &self,
        description: &Description,
        token: &str,
        now: Timestamp,
    ) -> Result<Vec<u8>, Refused> {
        let keys = self
            .lock()
            .known_of(&description.issuer, now)
            .map_or_else(Keys::default, |known| known.keys.clone());
        let said = match keys.verified(token) {
            Err(Unsigned::UnknownKey) if self.may_ask_again(now) => {
                let keys = published(description)?;
                let said = keys.verified(token);
                if let Some(known) = &mut self.lock().known
                    && known.description.issuer == description.issuer
                {
                    known.keys = keys;
                }
                said
            }
            said => said,
        };
        Ok(said.map_err(Fault::Unsigned)?)
    }

    fn may_ask_again(&self, now: Timestamp) -> bool {
        let mut memory = self.lock();
        let last = memory.asked_again_at;
        if last.is_some_and(|last| last.duration_until(now) < ASKED_AGAIN) {
            return false;
        }
        memory.asked_again_at = Some(now);
        true
    }

    fn lock(&self) -> MutexGuard<'_, Memory> {
        self.memory.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Memory {
    fn known_of(&self, issuer: &str, now: Timestamp) -> Option<&Known> {
        let known = self.known.as_ref()?;
        (known.description.issuer == issuer && known.at.duration_until(now) < KEPT).then_some(known)
    }
}

fn describe(issuer: &str) -> Result<Description, Refused> {
    let base = issuer.trim_end_matches('/');
    let answer = http::get(&format!("{base}/.well-known/openid-configuration"), None);
    let body = good("its description", answer)?;
    let description: Description = serde_json::from_slice(&body)
        .map_err(|_| Refused::Provider("its description is not one".into()))?;
    if description.issuer != issuer {
        return Err(Refused::Token(Fault::Issuer));
    }
    let addresses = [
        &description.authorization_endpoint,
        &description.token_endpoint,
        &description.jwks_uri,
    ];
    // On this machine in the clear, as the issuer itself; from elsewhere nobody is sent here.
    let is_here = issuer.starts_with("http:");
    for address in addresses.into_iter().chain(&description.userinfo_endpoint) {
        let url = guarded(address)
            .map_err(|why| Refused::Provider(format!("an address in its description {why}")))?;
        if url.scheme() == "http" && !is_here {
            let why = "an address in its description must begin with https://";
            return Err(Refused::Provider(why.into()));
        }
    }
    Ok(description)
}

fn published(description: &Description) -> Result<Keys, Refused> {
    let body = good("its keys", http::get(&description.jwks_uri, None))?;
    Keys::read(&body).ok_or_else(|| Refused::Provider("its keys are not a set of keys".into()))
}

/// What came back, if it went well.
fn good(what: &str, answer: Result<Answer, String>) -> Result<Vec<u8>, Refused> {
    match answer {
        Ok(answer) if answer.status == 200 => Ok(answer.body),
        Ok(answer) => Err(Refused::Provider(format!(
            "asked for {what} it answers with status {}",
            answer.status
        ))),
        Err(why) => Err(Refused::Provider(format!(
            "it cannot be asked for {what}: {why}"
        ))),
    }
}

impl Description {
    /// Takes a code back to the provider for what it stands for (RFC 6749, 4.1.3).
    pub(super) fn exchange(
        &self,
        settings: &OidcSettings,
        secret: &Secret,
        (code, verifier, redirect): (&str, &str, &str),
    ) -> Result<Tokens, Refused> {
        let mut form = form_urlencoded::Serializer::new(String::new());
        form.append_pair("grant_type", "authorization_code")
            .append_pair("code", code)
            .append_pair("redirect_uri", redirect)
            .append_pair("code_verifier", verifier);
        let authorization = if self.takes_secret_in_form() {
            form.append_pair("client_id", &settings.client_id)
                .append_pair("client_secret", secret.expose());
            None
        } else {
            Some(http::basic(&settings.client_id, secret.expose()))
        };
        let form = form.finish();
        let answer = http::post(&self.token_endpoint, &form, authorization.as_deref());
        if let Ok(answer) = &answer
            && (400..500).contains(&answer.status)
        {
            return Err(Refused::Provider(refusal(&answer.body)));
        }
        let body = good("a token", answer)?;
        serde_json::from_slice(&body).map_err(|_| Refused::Token(Fault::Incomplete))
    }

    /// Whether the secret goes into the form; into the header, unless the provider says that it does not take
    /// that (`OpenID` Connect Discovery, 3).
    fn takes_secret_in_form(&self) -> bool {
        let takes = self.token_endpoint_auth_methods_supported.as_ref();
        takes.is_some_and(|ways| {
            let has = |name: &str| ways.iter().any(|way| way == name);
            !has("client_secret_basic") && has("client_secret_post")
        })
    }

    /// What else the provider says of whoever it gave the token for, if it says more anywhere.
    pub(super) fn more(&self, tokens: &Tokens) -> Result<Option<Vec<u8>>, Refused> {
        let (Some(address), Some(token)) = (&self.userinfo_endpoint, &tokens.access_token) else {
            return Ok(None);
        };
        let bearer = format!("Bearer {token}");
        good("who it is", http::get(address, Some(&bearer))).map(Some)
    }
}

/// What a refusal of the token endpoint means; in our words (RFC 6749, 5.2).
fn refusal(body: &[u8]) -> String {
    #[derive(Deserialize)]
    struct Said {
        error: String,
    }
    let said: Option<Said> = serde_json::from_slice(body).ok();
    let error = said.map(|said| said.error).unwrap_or_default();
    match error.as_str() {
        "invalid_client" | "unauthorized_client" => {
            "it does not take this client_id with this secret (invalid_client)"
        }
        "invalid_grant" => {
            "it does not take the code back (invalid_grant): was the redirect address registered there?"
        }
        _ => "it refuses to give a token",
    }
    .into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_second(1_700_000_000 + seconds).unwrap()
    }

    #[test]
    fn keys_are_asked_for_again_once_a_minute() {
        let provider = Provider::default();
        assert!(provider.may_ask_again(at(0)));
        assert!(!provider.may_ask_again(at(59)));
        assert!(provider.may_ask_again(at(60)));
        assert!(!provider.may_ask_again(at(61)));
    }

    #[test]
    fn a_secret_goes_into_the_header_unless_only_the_form_is_taken() {
        let with = |ways: Option<Vec<&str>>| Description {
            issuer: String::new(),
            authorization_endpoint: String::new(),
            token_endpoint: String::new(),
            jwks_uri: String::new(),
            userinfo_endpoint: None,
            token_endpoint_auth_methods_supported: ways
                .map(|ways| ways.into_iter().map(str::to_owned).collect()),
            authorization_response_iss_parameter_supported: false,
        };
        assert!(!with(None).takes_secret_in_form());
        let both = vec!["client_secret_post", "client_secret_basic"];
        assert!(!with(Some(both)).takes_secret_in_form());
        assert!(with(Some(vec!["client_secret_post"])).takes_secret_in_form());
    }

    #[test]
    fn what_a_provider_says_of_a_refusal_is_not_passed_on() {
        let said = refusal(br#"{"error":"invalid_grant","error_description":"ines@example.org"}"#);
        assert!(
            said.contains("invalid_grant") && !said.contains("ines"),
            "{said}"
        );
        assert_eq!(refusal(b"<html>"), "it refuses to give a token");
    }
}

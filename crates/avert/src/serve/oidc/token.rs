//! What an ID token says, and whether it says it of this sign-in (`OpenID` Connect Core, 3.1.3.7).

use avert_model::Timestamp;
use serde::Deserialize;
use serde_json::Value;

use super::refused::{Fault, Refused};
use super::settings::Claim;

/// How far the provider's clock may be from ours, in seconds.
const LEEWAY: f64 = 60.0;

/// What a token has to say for us to believe it.
pub(super) struct Expected<'a> {
    pub(super) issuer: &'a str,
    pub(super) client_id: &'a str,
    pub(super) nonce: &'a str,
    /// When the sign-in was begun: no token for it is older.
    pub(super) began_at: Timestamp,
}

/// Whom a token is meant for.
#[derive(Deserialize)]
#[serde(untagged)]
enum Audience {
    One(String),
    Several(Vec<String>),
}

#[derive(Deserialize)]
struct Claims {
    iss: String,
    sub: String,
    aud: Audience,
    azp: Option<String>,
    exp: f64,
    iat: f64,
    nbf: Option<f64>,
    nonce: Option<String>,
}

/// What the provider says of somebody.
#[derive(Debug, Clone)]
pub(super) struct Said(Value);

/// Reads what a token says whose signature was found right.
pub(super) fn read(body: &[u8], expected: &Expected<'_>, now: Timestamp) -> Result<Said, Fault> {
    let value: Value = serde_json::from_slice(body).map_err(|_| Fault::Incomplete)?;
    let claims: Claims = serde_json::from_value(value.clone()).map_err(|_| Fault::Incomplete)?;
    if claims.iss != expected.issuer {
        return Err(Fault::Issuer);
    }
    let ours = |name: &String| name == expected.client_id;
    let is_ours = match &claims.aud {
        Audience::One(name) => ours(name),
        // Where others are meant too, it has to say that it was given to us.
        Audience::Several(names) => {
            names.iter().any(ours) && (names.len() == 1 || claims.azp.is_some())
        }
    };
    if !is_ours || claims.azp.as_ref().is_some_and(|azp| !ours(azp)) {
        return Err(Fault::Audience);
    }
    if claims.nonce.as_deref() != Some(expected.nonce) {
        return Err(Fault::Nonce);
    }
    let at = |moment: Timestamp| moment.as_second() as f64;
    let is_now = at(now) < claims.exp + LEEWAY
        && claims.iat <= at(now) + LEEWAY
        && claims.iat >= at(expected.began_at) - LEEWAY
        && claims.nbf.is_none_or(|nbf| nbf <= at(now) + LEEWAY);
    if !is_now {
        return Err(Fault::Time);
    }
    if claims.sub.is_empty() {
        return Err(Fault::Incomplete);
    }
    Ok(Said(value))
}

impl Said {
    /// What the provider says elsewhere of the same person (`OpenID` Connect Core, 5.3.2).
    pub(super) fn elsewhere(&self, body: &[u8]) -> Result<Self, Fault> {
        let value: Value = serde_json::from_slice(body).map_err(|_| Fault::Incomplete)?;
        if value.get("sub") == self.0.get("sub") {
            Ok(Self(value))
        } else {
            Err(Fault::Subject)
        }
    }

    /// Who it is; nothing, where that is not said.
    pub(super) fn who(&self, claim: Claim) -> Result<Option<&str>, Refused> {
        let said = self.0.get(claim.name()).and_then(Value::as_str);
        let said = said.filter(|said| !said.is_empty());
        if claim != Claim::Email || said.is_none() {
            return Ok(said);
        }
        match self.0.get("email_verified") {
            Some(Value::Bool(true)) => Ok(said),
            Some(_) => Err(Refused::Unverified),
            None => Ok(None),
        }
    }

    /// Why it is not said who it is.
    pub(super) fn unnamed(&self, claim: Claim) -> Refused {
        if self.0.get(claim.name()).is_some() {
            Refused::Unverified
        } else {
            Refused::Unnamed(claim)
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const NOW: i64 = 1_700_000_000;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_second(NOW + seconds).unwrap()
    }

    /// Reads a good token in which these claims are others; `null` leaves one out.
    fn with(changes: &Value) -> Result<Said, Fault> {
        let mut claims = json!({
            "iss": "https://sso.example.org", "sub": "248289761001", "aud": "avert",
            "exp": NOW + 300, "iat": NOW - 5, "nonce": "n-0S6",
        });
        for (name, value) in changes.as_object().unwrap() {
            if value.is_null() {
                claims.as_object_mut().unwrap().remove(name);
            } else {
                claims[name] = value.clone();
            }
        }
        let expected = Expected {
            issuer: "https://sso.example.org",
            client_id: "avert",
            nonce: "n-0S6",
            began_at: at(-10),
        };
        read(claims.to_string().as_bytes(), &expected, at(0))
    }

    fn fault(changes: &Value) -> Option<Fault> {
        with(changes).err()
    }

    #[test]
    fn a_token_of_this_sign_in_is_believed() {
        for good in [
            json!({}),
            json!({ "aud": ["avert"] }),
            json!({ "aud": ["avert", "other"], "azp": "avert" }),
            json!({ "azp": "avert" }),
            json!({ "exp": NOW - 59, "iat": NOW + 60 }),
            json!({ "exp": f64::from(1_700_000_300) + 0.5 }),
        ] {
            assert_eq!(fault(&good), None, "{good}");
        }
    }

    #[test]
    fn a_token_of_another_provider_is_not() {
        for iss in [
            "https://sso.example.org/",
            "http://sso.example.org",
            "HTTPS://sso.example.org",
            "",
        ] {
            assert_eq!(fault(&json!({ "iss": iss })), Some(Fault::Issuer), "{iss}");
        }
    }

    #[test]
    fn a_token_for_somebody_else_is_not() {
        for aud in [
            json!({ "aud": "other" }),
            json!({ "aud": ["other"] }),
            json!({ "aud": [] }),
            json!({ "aud": ["avert", "other"] }),
            json!({ "aud": ["avert", "other"], "azp": "other" }),
            json!({ "azp": "other" }),
        ] {
            assert_eq!(fault(&aud), Some(Fault::Audience), "{aud}");
        }
    }

    #[test]
    fn a_token_of_another_sign_in_or_time_is_not() {
        assert_eq!(fault(&json!({ "nonce": "other" })), Some(Fault::Nonce));
        assert_eq!(fault(&json!({ "nonce": null })), Some(Fault::Nonce));
        for time in [
            json!({ "exp": NOW - 60 }),
            json!({ "iat": NOW + 61 }),
            json!({ "iat": NOW - 71 }),
            json!({ "nbf": NOW + 61 }),
            json!({ "exp": -1e300 }),
        ] {
            assert_eq!(fault(&time), Some(Fault::Time), "{time}");
        }
    }

    #[test]
    fn what_has_to_be_said_is_said() {
        for left_out in ["iss", "sub", "aud", "exp", "iat"] {
            let changes = json!({ left_out: null });
            assert_eq!(fault(&changes), Some(Fault::Incomplete), "{left_out}");
        }
        assert_eq!(fault(&json!({ "sub": "" })), Some(Fault::Incomplete));
        assert_eq!(fault(&json!({ "exp": "soon" })), Some(Fault::Incomplete));
    }

    #[test]
    fn an_address_counts_once_it_is_verified() {
        let who = |changes: &Value| {
            let said = with(changes).unwrap();
            match said.who(Claim::Email) {
                Ok(Some(address)) => address.to_owned(),
                Ok(None) => said.unnamed(Claim::Email).problem().code.clone(),
                Err(refused) => refused.problem().code.clone(),
            }
        };
        let ines = "ines@example.org";
        assert_eq!(who(&json!({ "email": ines, "email_verified": true })), ines);
        for unverified in [
            json!({ "email": ines, "email_verified": false }),
            json!({ "email": ines, "email_verified": "true" }),
            json!({ "email": ines }),
        ] {
            assert_eq!(who(&unverified), "oidc/unverified");
        }
        assert_eq!(who(&json!({ "email_verified": true })), "oidc/unnamed");
        let said = with(&json!({ "preferred_username": "ines" })).unwrap();
        assert_eq!(said.who(Claim::Sub).unwrap(), Some("248289761001"));
        assert_eq!(said.who(Claim::PreferredUsername).unwrap(), Some("ines"));
    }

    #[test]
    fn what_is_said_elsewhere_is_of_the_same_person() {
        let said = with(&json!({})).unwrap();
        let same = br#"{"sub":"248289761001","email":"ines@example.org","email_verified":true}"#;
        assert!(
            said.elsewhere(same)
                .unwrap()
                .who(Claim::Email)
                .unwrap()
                .is_some()
        );
        for other in [br#"{"sub":"2"}"#.as_slice(), b"{}"] {
            assert_eq!(said.elsewhere(other).err(), Some(Fault::Subject));
        }
    }
}

//! Which partner asks: HTTP Basic with the partner's name and token, or the token alone as a bearer.

use avert_model::{Clock as _, PartnerId};
use avert_ops::access::Proof;
use avert_ops::sharing;
use axum::http::header;
use axum::http::request::Parts;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::Refused;
use crate::clock::SystemClock;
use crate::serve::gate::peer;
use crate::serve::server::Server;
use crate::sharing::Sharing;

/// The partner who asks. Whoever was taken out of the configuration is nobody, whatever they still hold.
pub(super) fn identify(
    server: &Server,
    sharing: &Sharing,
    parts: &Parts,
) -> Result<PartnerId, Refused> {
    let sent = parts.headers.get(header::AUTHORIZATION);
    let sent = sent.ok_or_else(|| nobody("say who you are"))?;
    let (named, secret) = sent
        .to_str()
        .ok()
        .and_then(credentials)
        .ok_or_else(|| nobody("these credentials cannot be read"))?;
    let proof = Proof::of(&secret);
    let known =
        server.with_store(|store| sharing::partner_of(store, &proof).map_err(Refused::from))?;
    let partner = known.filter(|partner| named.is_none_or(|named| named == *partner));
    let partner = partner.and_then(|name| sharing.partner(&name));
    if let Some(partner) = partner {
        return Ok(partner.id.clone());
    }
    // Whoever guesses is slowed; whoever is known is not.
    let from = peer(&server.setup().config.serve, parts);
    if let Err(seconds) = server.throttle.take_from(from, SystemClock.now()) {
        return Err(
            Refused::new(429, "taxii/too-many-tries", "too many tries").retry_after(seconds)
        );
    }
    Err(nobody("this token is not known, or not this partner's"))
}

/// The name, where one is sent, and the token.
fn credentials(sent: &str) -> Option<(Option<String>, String)> {
    let (scheme, rest) = sent.split_once(' ')?;
    let rest = rest.trim();
    if scheme.eq_ignore_ascii_case("bearer") {
        return Some((None, rest.to_owned()));
    }
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let text = String::from_utf8(STANDARD.decode(rest).ok()?).ok()?;
    let (name, secret) = text.split_once(':')?;
    Some((Some(name.to_owned()), secret.to_owned()))
}

fn nobody(why: &str) -> Refused {
    Refused::new(401, "taxii/not-known", why).hint(
        "send the token that you were given: Authorization: Bearer TOKEN, or HTTP Basic with your name",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_comes_alone_or_with_a_name() {
        let basic = format!("Basic {}", STANDARD.encode("cert:to:ken"));
        assert_eq!(
            credentials(&basic),
            Some((Some("cert".into()), "to:ken".into()))
        );
        assert_eq!(credentials("bearer token "), Some((None, "token".into())));
        for other in ["", "Bearer", "Digest x", "Basic !", "Basic Y2VydA=="] {
            assert_eq!(credentials(other), None, "{other}");
        }
    }
}

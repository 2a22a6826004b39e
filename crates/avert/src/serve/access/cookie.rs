//! The cookies that a session, and a sign-in that is under way, are known by.

use avert_model::SignedDuration;
use axum::http::{HeaderMap, header};

use super::SessionSecret;

/// Its name where the address is `https`: browsers take a name of this form only from exactly that host.
const SECURE: &str = "__Host-avert-session";

/// Its name on this machine, without `https`.
const PLAIN: &str = "avert-session";

/// The same two of a sign-in that is under way.
const SIGN_IN: (&str, &str) = ("__Host-avert-sign-in", "avert-sign-in");

fn name_at(url: &str) -> &'static str {
    if url.starts_with("https://") {
        SECURE
    } else {
        PLAIN
    }
}

/// The session that a browser says it is in, at this address. Under another name it may have been planted by
/// whoever can set a cookie for a name nearby.
pub(in crate::serve) fn session_of(headers: &HeaderMap, url: &str) -> Option<SessionSecret> {
    let ours = name_at(url);
    let (_, secret) = pairs(headers).find(|(name, _)| *name == ours)?;
    Some(SessionSecret(secret.to_owned()))
}

/// The sign-in that a browser says it began.
pub(in crate::serve) fn sign_in_of(url: &str, headers: &HeaderMap) -> Option<String> {
    let (wanted, _) = sign_in(url);
    let (_, value) = pairs(headers).find(|(name, _)| *name == wanted)?;
    Some(value.to_owned())
}

fn pairs(headers: &HeaderMap) -> impl Iterator<Item = (&str, &str)> {
    let cookies = headers.get_all(header::COOKIE).iter();
    cookies
        .filter_map(|value| value.to_str().ok())
        .flat_map(|text| text.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
}

/// Has the browser keep what shows that it began a sign-in. Other than a session's it also comes along when
/// another site, the identity provider, sends the browser here.
pub(in crate::serve) fn keep_sign_in(url: &str, value: &str, lasts: SignedDuration) -> String {
    let (name, secure) = sign_in(url);
    let seconds = lasts.as_secs();
    format!("{name}={value}; Path=/; HttpOnly; SameSite=Lax; Max-Age={seconds}{secure}")
}

/// Has the browser forget it.
pub(in crate::serve) fn forget_sign_in(url: &str) -> String {
    keep_sign_in(url, "", SignedDuration::ZERO)
}

fn sign_in(url: &str) -> (&'static str, &'static str) {
    if url.starts_with("https://") {
        (SIGN_IN.0, "; Secure")
    } else {
        (SIGN_IN.1, "")
    }
}

/// Has the browser keep a session; `url` is the address people use.
pub(in crate::serve) fn keep(url: &str, secret: &SessionSecret, lasts: SignedDuration) -> String {
    written(url, &secret.0, lasts.as_secs())
}

/// Has the browser forget its session.
pub(in crate::serve) fn forget(url: &str) -> String {
    written(url, "", 0)
}

fn written(url: &str, value: &str, seconds: i64) -> String {
    let name = name_at(url);
    let secure = if name == SECURE { "; Secure" } else { "" };
    format!("{name}={value}; Path=/; HttpOnly; SameSite=Strict; Max-Age={seconds}{secure}")
}

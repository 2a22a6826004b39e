//! The cookies that a session, and a sign-in that is under way, are known by.

use avert_model::SignedDuration;
use axum::http::{HeaderMap, header};

use super::SessionSecret;

/// Its name where the address is `https`: browsers take a name of this form only from exactly that host.
const SECURE: &str = "__Host-avert-session";

/// Its name on this machine, without `https`.
const PLAIN: &str = "avert-session";

/// The same two of a sign-in that is under way.
const SIGN_IN_SECURE: &str = "__Host-avert-sign-in";
const SIGN_IN_PLAIN: &str = "avert-sign-in";

fn is_secure(url: &str) -> bool {
    url.starts_with("https://")
}

fn name_at(url: &str) -> &'static str {
    if is_secure(url) { SECURE } else { PLAIN }
}

fn sign_in_at(url: &str) -> &'static str {
    if is_secure(url) {
        SIGN_IN_SECURE
    } else {
        SIGN_IN_PLAIN
    }
}

/// The session that a browser says it is in, at this address. Under another name it may have been planted by
/// whoever can set a cookie for a name nearby.
pub(in crate::serve) fn session_of(headers: &HeaderMap, url: &str) -> Option<SessionSecret> {
    value_of(headers, name_at(url)).map(SessionSecret)
}

/// The sign-in that a browser says it began, at this address.
pub(in crate::serve) fn sign_in_of(headers: &HeaderMap, url: &str) -> Option<String> {
    value_of(headers, sign_in_at(url))
}

fn value_of(headers: &HeaderMap, wanted: &str) -> Option<String> {
    let cookies = headers.get_all(header::COOKIE).iter();
    let mut pairs = cookies
        .filter_map(|value| value.to_str().ok())
        .flat_map(|text| text.split(';'))
        .filter_map(|pair| pair.trim().split_once('='));
    let (_, value) = pairs.find(|(name, _)| *name == wanted)?;
    Some(value.to_owned())
}

/// Has the browser keep what shows that it began a sign-in. Other than a session's it also comes along when
/// another site, the identity provider, sends the browser here.
pub(in crate::serve) fn keep_sign_in(url: &str, value: &str, lasts: SignedDuration) -> String {
    let name = sign_in_at(url);
    let secure = if is_secure(url) { "; Secure" } else { "" };
    let seconds = lasts.as_secs();
    format!("{name}={value}; Path=/; HttpOnly; SameSite=Lax; Max-Age={seconds}{secure}")
}

/// Has the browser forget it.
pub(in crate::serve) fn forget_sign_in(url: &str) -> String {
    keep_sign_in(url, "", SignedDuration::ZERO)
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

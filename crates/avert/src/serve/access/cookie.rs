//! The cookie that a session is known by.

use avert_model::SignedDuration;
use axum::http::{HeaderMap, header};

use super::SessionSecret;

/// Its name where the address is `https`: browsers take a name of this form only from exactly that host.
const SECURE: &str = "__Host-avert-session";

/// Its name on this machine, without `https`.
const PLAIN: &str = "avert-session";

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
    let cookies = headers.get_all(header::COOKIE).iter();
    let mut pairs = cookies
        .filter_map(|value| value.to_str().ok())
        .flat_map(|text| text.split(';'))
        .filter_map(|pair| pair.trim().split_once('='));
    let (_, secret) = pairs.find(|(name, _)| *name == ours)?;
    Some(SessionSecret(secret.to_owned()))
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

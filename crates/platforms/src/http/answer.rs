//! What an answer that is no success says: in whose words, and how long to wait.

use std::time::Duration;

use jiff::fmt::rfc2822;
use serde_json::Value;
use ureq::http::HeaderMap;

use super::{Dialect, segment};

/// How much of what the other side says is passed on, in characters.
const SAID: usize = 200;

/// How long the other side asks to wait: in seconds, or until a time (RFC 9110, 10.2.3).
///
/// The time is measured by the clock of whoever gave it, the answer's own `Date`: clocks of two
/// machines differ. An answer that has none is obeyed as one that asks for no certain time.
pub(super) fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let text = |name: &str| headers.get(name)?.to_str().ok().map(str::trim);
    let asked = text("retry-after")?;
    if let Ok(seconds) = asked.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let time = |text: &str| {
        rfc2822::parse(text)
            .ok()
            .map(|zoned| zoned.timestamp().as_second())
    };
    let seconds = time(asked)?.saturating_sub(time(text("date")?)?);
    // A time that has passed asks for no wait.
    Some(Duration::from_secs(u64::try_from(seconds).unwrap_or(0)))
}

/// How long an answer's body asks to wait, as Matrix does.
pub(super) fn wait_in(value: &Value) -> Option<Duration> {
    value
        .get("retry_after_ms")?
        .as_u64()
        .map(Duration::from_millis)
}

/// What the other side said, short, on one line and without what must not be told: its own code and
/// words, or the start of whatever came.
pub(super) fn detail(
    dialect: Dialect,
    value: Option<&Value>,
    bytes: &[u8],
    hidden: &[&str],
) -> String {
    let field = |name: &str| value?.get(name)?.as_str();
    let (code, words) = match dialect {
        Dialect::Matrix => (field("errcode"), field("error")),
        Dialect::Scim => (field("scimType"), field("detail")),
        Dialect::Webhook => (field("error"), field("detail")),
    };
    let mut text = match (code, words) {
        (Some(code), Some(words)) => format!("{code}: {words}"),
        (Some(only), None) | (None, Some(only)) => only.to_owned(),
        (None, None) => String::from_utf8_lossy(&bytes[..bytes.len().min(2 * SAID)]).into_owned(),
    };
    for secret in hidden.iter().filter(|secret| !secret.is_empty()) {
        for written in [(*secret).to_owned(), segment(secret)] {
            text = text.replace(&written, "…");
        }
    }
    text.chars()
        .take(SAID)
        .map(|character| {
            if character.is_control() {
                ' '
            } else {
                character
            }
        })
        .collect()
}

//! Requests to the admin API: bounded, patient to a point, and honest about what they may have done.

use std::time::Duration;

use avert_ops::ports::{Effect, Pause, PortError, PortErrorKind};
use serde_json::Value;
use ureq::http::Response;
use ureq::{Agent, Body};

use crate::settings::Secret;

/// The largest answer that is read.
const BODY_BYTES: u64 = 32 << 20;
/// How often a request is tried in all.
const TRIES: u32 = 4;
/// The longest wait that a "slow down" may ask for before it is passed on to people.
const LONGEST_WAIT: Duration = Duration::from_mins(1);

/// The admin API of one server.
pub(super) struct Http {
    agent: Agent,
    base: String,
    token: Secret,
    pause: Box<dyn Pause>,
}

/// What is asked for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Method {
    Get,
    Put,
    Post,
}

/// A request: how it is sent, and how it is told. The path holds account ids; the label does not.
pub(super) struct Request<'a> {
    pub(super) label: &'static str,
    pub(super) path: String,
    pub(super) method: Method,
    pub(super) body: Option<&'a Value>,
    /// Whether it is tried again after it may have been carried out.
    pub(super) repeat: bool,
}

impl Http {
    pub(super) fn new(
        base: &str,
        token: Secret,
        timeout_seconds: u64,
        pause: Box<dyn Pause>,
    ) -> Self {
        let agent = Agent::config_builder()
            .timeout_global(Some(Duration::from_secs(timeout_seconds.max(1))))
            .http_status_as_error(false)
            // The token is for this server and no other.
            .max_redirects(0)
            .max_redirects_will_error(false)
            .build()
            .into();
        Self {
            agent,
            base: base.to_owned(),
            token,
            pause,
        }
    }

    /// Reads something.
    pub(super) fn get(&self, label: &'static str, path: String) -> Result<Value, PortError> {
        self.call(&Request {
            label,
            path,
            method: Method::Get,
            body: None,
            repeat: true,
        })
    }

    /// Changes something. Every request that goes through here may be repeated.
    pub(super) fn put(
        &self,
        label: &'static str,
        path: String,
        body: &Value,
    ) -> Result<Value, PortError> {
        self.call(&Request {
            label,
            path,
            method: Method::Put,
            body: Some(body),
            repeat: true,
        })
    }

    /// Changes something by another verb; it may be repeated as well.
    pub(super) fn post(
        &self,
        label: &'static str,
        path: String,
        body: &Value,
    ) -> Result<Value, PortError> {
        self.call(&Request {
            label,
            path,
            method: Method::Post,
            body: Some(body),
            repeat: true,
        })
    }

    /// Changes something that must not be changed twice: not tried again once it may have been.
    pub(super) fn put_once(
        &self,
        label: &'static str,
        path: String,
        body: &Value,
    ) -> Result<Value, PortError> {
        self.call(&Request {
            label,
            path,
            method: Method::Put,
            body: Some(body),
            repeat: false,
        })
    }

    fn call(&self, request: &Request<'_>) -> Result<Value, PortError> {
        let mut may_have_acted = false;
        for attempt in 1.. {
            let (kind, effect) = match self.once(request) {
                Ok(value) => return Ok(value),
                Err(failure) => failure,
            };
            may_have_acted |= effect == Effect::Unknown;
            let wait = match &kind {
                PortErrorKind::RateLimited { retry_after } => {
                    Some(retry_after.unwrap_or(Duration::from_secs(1)))
                        .filter(|wait| *wait <= LONGEST_WAIT)
                }
                PortErrorKind::Server { .. } | PortErrorKind::Unreachable(_) => {
                    Some(Duration::from_secs(1 << (attempt - 1)))
                }
                _ => None,
            };
            match wait {
                Some(wait) if attempt < TRIES && (request.repeat || !may_have_acted) => {
                    self.pause.pause(wait);
                }
                _ => {
                    let effect = if may_have_acted {
                        Effect::Unknown
                    } else {
                        Effect::None
                    };
                    let request = format!("{} at {}", request.label, self.base);
                    return Err(PortError {
                        request,
                        kind,
                        effect,
                    });
                }
            }
        }
        unreachable!("the last try returns")
    }

    fn once(&self, request: &Request<'_>) -> Result<Value, (PortErrorKind, Effect)> {
        let url = format!("{}{}", self.base, request.path);
        let authorization = format!("Bearer {}", self.token.expose());
        let empty = Value::Null;
        let body = request.body.unwrap_or(&empty);
        let sent = match request.method {
            Method::Get => self
                .agent
                .get(&url)
                .header("Authorization", &authorization)
                .call(),
            Method::Put => self
                .agent
                .put(&url)
                .header("Authorization", &authorization)
                .send_json(body),
            Method::Post => self
                .agent
                .post(&url)
                .header("Authorization", &authorization)
                .send_json(body),
        };
        let unknown = if request.body.is_some() {
            Effect::Unknown
        } else {
            Effect::None
        };
        let mut response = sent.map_err(|error| {
            // Without a connection nothing was asked.
            let effect = if never_connected(&error) {
                Effect::None
            } else {
                unknown
            };
            (PortErrorKind::Unreachable(error.to_string()), effect)
        })?;
        let status = response.status().as_u16();
        let retry_after = retry_after_header(&response);
        let bytes = response
            .body_mut()
            .with_config()
            .limit(BODY_BYTES)
            .read_to_vec()
            .map_err(|error| (PortErrorKind::Protocol(error.to_string()), unknown))?;
        let value: Option<Value> = serde_json::from_slice(&bytes).ok();
        if (200..300).contains(&status) {
            return value.ok_or_else(|| {
                (
                    PortErrorKind::Protocol("the answer is not JSON".into()),
                    unknown,
                )
            });
        }
        let detail = detail(value.as_ref(), &bytes);
        Err(match status {
            401 | 403 => (PortErrorKind::Unauthorized(detail), Effect::None),
            404 => (PortErrorKind::NotFound(detail), Effect::None),
            429 => {
                let retry_after = retry_after.or_else(|| {
                    let millis = value.as_ref()?.get("retry_after_ms")?.as_u64()?;
                    Some(Duration::from_millis(millis))
                });
                (PortErrorKind::RateLimited { retry_after }, Effect::None)
            }
            500..=599 => (PortErrorKind::Server { status, detail }, unknown),
            _ => (
                PortErrorKind::Protocol(format!("status {status}: {detail}")),
                Effect::None,
            ),
        })
    }
}

fn never_connected(error: &ureq::Error) -> bool {
    match error {
        ureq::Error::HostNotFound | ureq::Error::ConnectionFailed => true,
        ureq::Error::Io(error) => error.kind() == std::io::ErrorKind::ConnectionRefused,
        _ => false,
    }
}

fn retry_after_header(response: &Response<Body>) -> Option<Duration> {
    let seconds = response
        .headers()
        .get("retry-after")?
        .to_str()
        .ok()?
        .trim()
        .parse()
        .ok()?;
    Some(Duration::from_secs(seconds))
}

/// What the server said, short: Matrix' own code and words, or the start of whatever came.
fn detail(value: Option<&Value>, bytes: &[u8]) -> String {
    let field = |name: &str| {
        value
            .and_then(|value| value.get(name))
            .and_then(Value::as_str)
    };
    let text = match (field("errcode"), field("error")) {
        (Some(code), Some(error)) => format!("{code}: {error}"),
        (Some(code), None) => code.to_owned(),
        _ => String::from_utf8_lossy(&bytes[..bytes.len().min(400)]).into_owned(),
    };
    text.chars()
        .take(200)
        .map(|character| {
            if character.is_control() {
                ' '
            } else {
                character
            }
        })
        .collect()
}

/// A path segment.
pub(super) fn segment(text: &str) -> String {
    url::form_urlencoded::byte_serialize(text.as_bytes())
        .collect::<String>()
        .replace('+', "%20")
}

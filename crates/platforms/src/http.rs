//! Requests over HTTP for every connector: bounded, tried once, and honest about what they may have
//! done.
//!
//! It owns how a request goes out and what its failure means in the ports' words. It refuses to wait
//! and to try again where something may have been changed: whoever acts decides that, and sees every
//! answer. Only a reader of whole platforms is patient here ([`Client::patiently`]).

mod addresses;
mod answer;

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use avert_ops::ports::{Effect, Pause, PortError, PortErrorKind};
use serde_json::Value;
use ureq::http::{self, Response};
use ureq::unversioned::transport::DefaultConnector;
use ureq::{Agent, Body, Timeout};

use self::addresses::Addresses;
use self::answer::{detail, retry_after};
use crate::settings::Secret;

/// The largest answer that is read.
const BODY_BYTES: u64 = 32 << 20;
/// How often a patient request is tried in all.
const TRIES: u32 = 4;
/// The longest wait that a "slow down" may ask of a patient request before it is passed on to people.
const LONGEST_WAIT: Duration = Duration::from_mins(1);
/// How long an unused connection is kept. Shorter than servers keep theirs (5 s is common): a change
/// sent into a connection that the other side is just closing is lost without anybody knowing.
const LONGEST_IDLE: Duration = Duration::from_secs(4);

/// Whose words are spoken: content types, and how errors are told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Dialect {
    /// Matrix: `errcode`, `error`, `retry_after_ms`.
    Matrix,
    /// SCIM 2.0 (RFC 7644, 3.1 and 3.12): `application/scim+json`, `scimType`, `detail`.
    Scim,
    /// Avert's own webhook contract: `error`, `detail`.
    Webhook,
}

impl Dialect {
    fn content_type(self) -> &'static str {
        match self {
            Self::Matrix | Self::Webhook => "application/json",
            Self::Scim => "application/scim+json",
        }
    }

    fn accept(self) -> &'static str {
        match self {
            Self::Matrix | Self::Webhook => "application/json",
            Self::Scim => "application/scim+json, application/json",
        }
    }
}

/// How a request is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Method {
    Get,
    Put,
    Post,
    Patch,
}

impl Method {
    fn name(self) -> http::Method {
        match self {
            Self::Get => http::Method::GET,
            Self::Put => http::Method::PUT,
            Self::Post => http::Method::POST,
            Self::Patch => http::Method::PATCH,
        }
    }
}

/// A request: how it is sent, and how it is told.
pub(crate) struct Request<'a> {
    /// How errors name it: without ids, addresses and tokens.
    pub(crate) label: &'static str,
    pub(crate) method: Method,
    /// What follows the base; it may hold ids.
    pub(crate) path: String,
    pub(crate) headers: Vec<(&'static str, String)>,
    pub(crate) body: Option<Vec<u8>>,
    /// Whether it may change something, so that a lost answer leaves that open.
    pub(crate) changes: bool,
    /// What errors must not name, even if the other side does: account ids, addresses.
    pub(crate) hidden: Vec<&'a str>,
}

impl<'a> Request<'a> {
    /// Reads something.
    pub(crate) fn get(label: &'static str, path: String) -> Self {
        Self {
            label,
            method: Method::Get,
            path,
            headers: Vec::new(),
            body: None,
            changes: false,
            hidden: Vec::new(),
        }
    }

    /// Changes something.
    pub(crate) fn change(method: Method, label: &'static str, path: String, body: &Value) -> Self {
        Self {
            method,
            body: Some(body.to_string().into_bytes()),
            changes: true,
            ..Self::get(label, path)
        }
    }

    /// Adds a header.
    pub(crate) fn header(mut self, name: &'static str, value: String) -> Self {
        self.headers.push((name, value));
        self
    }

    /// Keeps a text out of errors.
    pub(crate) fn hiding(mut self, text: &'a str) -> Self {
        self.hidden.push(text);
        self
    }
}

/// What came back for a request that went well.
#[derive(Debug)]
pub(crate) struct Answer {
    /// `Null` where there was no content.
    pub(crate) value: Value,
    /// The version of what was read, if the server says one.
    pub(crate) etag: Option<String>,
}

/// One server's API.
pub(crate) struct Client {
    agent: Agent,
    addresses: Addresses,
    base: String,
    /// How errors name the server.
    shown: String,
    token: Option<Secret>,
    dialect: Dialect,
    /// How many requests it has made.
    made: AtomicU64,
}

/// How a client speaks.
pub(crate) struct Manner {
    pub(crate) dialect: Dialect,
    /// Sent as a bearer token, to this server and no other.
    pub(crate) token: Option<Secret>,
    pub(crate) timeout_seconds: u64,
    /// How many connections are kept open between requests.
    pub(crate) at_once: usize,
}

impl Client {
    /// A client of the API at this address, which ends without a slash.
    pub(crate) fn new(base: &str, manner: Manner) -> Self {
        let addresses = Addresses::default();
        let config = Agent::config_builder()
            .timeout_global(Some(Duration::from_secs(manner.timeout_seconds.max(1))))
            .http_status_as_error(false)
            // The token is for this server and no other.
            .max_redirects(0)
            .max_redirects_will_error(false)
            // All requests go to one host, and as many as are open at once come back together.
            .max_idle_connections(manner.at_once)
            .max_idle_connections_per_host(manner.at_once)
            .max_idle_age(LONGEST_IDLE)
            .build();
        Self {
            agent: Agent::with_parts(config, DefaultConnector::default(), addresses.clone()),
            addresses,
            base: base.to_owned(),
            shown: base.to_owned(),
            token: manner.token,
            dialect: manner.dialect,
            made: AtomicU64::new(0),
        }
    }

    /// Names the server otherwise in errors, where its address is itself a secret.
    pub(crate) fn shown_as(mut self, shown: String) -> Self {
        self.shown = shown;
        self
    }

    /// Asks once.
    pub(crate) fn once(&self, request: &Request<'_>) -> Result<Answer, PortError> {
        self.made.fetch_add(1, Ordering::Relaxed);
        self.exchange(request).map_err(|(kind, effect)| PortError {
            request: format!("{} at {}", request.label, self.shown),
            kind,
            effect: if request.changes {
                effect
            } else {
                Effect::None
            },
        })
    }

    /// How many requests were made.
    pub(crate) fn made(&self) -> u64 {
        self.made.load(Ordering::Relaxed)
    }

    /// Reads something, a few times if need be, waiting as long as it is asked to. Never for a change.
    pub(crate) fn patiently(
        &self,
        pause: &dyn Pause,
        request: &Request<'_>,
    ) -> Result<Answer, PortError> {
        debug_assert!(!request.changes, "a change is tried once");
        for attempt in 1..TRIES {
            let error = match self.once(request) {
                Ok(answer) => return Ok(answer),
                Err(error) => error,
            };
            let wait = match &error.kind {
                PortErrorKind::RateLimited { retry_after } => {
                    retry_after.unwrap_or(Duration::from_secs(1))
                }
                kind if kind.is_passing() => Duration::from_secs(1 << (attempt - 1)),
                _ => return Err(error),
            };
            if wait > LONGEST_WAIT {
                return Err(error);
            }
            pause.pause(wait);
        }
        self.once(request)
    }

    fn exchange(&self, request: &Request<'_>) -> Result<Answer, (PortErrorKind, Effect)> {
        let mut response = self.send(request)?;
        let status = response.status().as_u16();
        let wait = retry_after(response.headers());
        let etag = header(&response, "etag");
        let read = response
            .body_mut()
            .with_config()
            .limit(BODY_BYTES)
            .read_to_vec();
        if (200..300).contains(&status) {
            let bytes = read
                .map_err(|error| (PortErrorKind::Protocol(error.to_string()), Effect::Unknown))?;
            let value = understood(&bytes).ok_or_else(|| {
                let kind = PortErrorKind::Protocol("the answer is not JSON".into());
                (kind, Effect::Unknown)
            })?;
            return Ok(Answer { value, etag });
        }
        // The status alone says what became of it, even if the words behind it are lost.
        let bytes = read.unwrap_or_default();
        let value = serde_json::from_slice(&bytes).ok();
        let said = detail(self.dialect, value.as_ref(), &bytes, &request.hidden);
        Err(match status {
            401 | 403 => (PortErrorKind::Unauthorized(said), Effect::None),
            404 => (PortErrorKind::NotFound(said), Effect::None),
            429 => {
                let retry_after = wait.or_else(|| answer::wait_in(value.as_ref()?));
                (PortErrorKind::RateLimited { retry_after }, Effect::None)
            }
            500..=599 => {
                // Whoever cannot do something has not done it (RFC 9110, 15.6.2).
                let effect = if status == 501 {
                    Effect::None
                } else {
                    Effect::Unknown
                };
                let kind = PortErrorKind::Server {
                    status,
                    detail: said,
                };
                (kind, effect)
            }
            // The resource is no longer the one that was read, or is being written by somebody else:
            // nothing is wrong with the request, which may go through when it is made anew.
            409 | 412 if self.dialect == Dialect::Scim && !said.starts_with("uniqueness") => (
                PortErrorKind::Server {
                    status,
                    detail: said,
                },
                Effect::None,
            ),
            400..=499 => (
                PortErrorKind::Protocol(format!("status {status}: {said}")),
                Effect::None,
            ),
            // "See other" is also said of what was done.
            _ => (
                PortErrorKind::Protocol(format!("status {status}: {said}")),
                Effect::Unknown,
            ),
        })
    }

    fn send(&self, request: &Request<'_>) -> Result<Response<Body>, (PortErrorKind, Effect)> {
        let mut built = http::Request::builder()
            .method(request.method.name())
            .uri(format!("{}{}", self.base, request.path))
            .header("Accept", self.dialect.accept());
        if let Some(token) = &self.token {
            built = built.header("Authorization", format!("Bearer {}", token.expose()));
        }
        for (name, value) in &request.headers {
            built = built.header(*name, value);
        }
        // Neither the address nor a header is shown: they hold ids and the token.
        let unwritable = |_| {
            let kind = PortErrorKind::Local("the request cannot be written as HTTP".into());
            (kind, Effect::None)
        };
        let sent = if let Some(body) = &request.body {
            let built = built
                .header("Content-Type", self.dialect.content_type())
                .body(body.as_slice())
                .map_err(unwritable)?;
            self.agent.run(built)
        } else {
            self.agent.run(built.body(()).map_err(unwritable)?)
        };
        sent.map_err(|error| {
            self.addresses.forget();
            failed(&error)
        })
    }
}

/// What it means that no answer came.
fn failed(error: &ureq::Error) -> (PortErrorKind, Effect) {
    match error {
        ureq::Error::BadUri(_) | ureq::Error::Http(_) => (
            PortErrorKind::Local("the request cannot be written as HTTP".into()),
            Effect::None,
        ),
        // Without a connection nothing was asked.
        ureq::Error::HostNotFound
        | ureq::Error::ConnectionFailed
        | ureq::Error::Timeout(Timeout::Resolve | Timeout::Connect) => {
            (PortErrorKind::Unreachable(error.to_string()), Effect::None)
        }
        ureq::Error::Io(io) if io.kind() == std::io::ErrorKind::ConnectionRefused => {
            (PortErrorKind::Unreachable(error.to_string()), Effect::None)
        }
        _ => (
            PortErrorKind::Unreachable(error.to_string()),
            Effect::Unknown,
        ),
    }
}

/// An answer's JSON; `Null` for one without content.
fn understood(bytes: &[u8]) -> Option<Value> {
    if bytes.iter().all(u8::is_ascii_whitespace) {
        Some(Value::Null)
    } else {
        serde_json::from_slice(bytes).ok()
    }
}

fn header(response: &Response<Body>, name: &str) -> Option<String> {
    Some(response.headers().get(name)?.to_str().ok()?.to_owned())
}

/// A path segment, or a value in a query.
pub(crate) fn segment(text: &str) -> String {
    url::form_urlencoded::byte_serialize(text.as_bytes())
        .collect::<String>()
        .replace('+', "%20")
}

#[cfg(test)]
mod tests;
